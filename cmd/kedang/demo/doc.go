// Package demo makes up a company to try Kedang on: people in a tree of
// departments, the hand-made records of the packs, and about two thousand
// customers whose files look like life.
//
//	report, err := demo.Make(ctx, demo.Options{Store: store, Access: people, Packs: sources, Now: time.Now(), Password: "…"})
//
// It knows nothing of a trade. What is made stands in the packs: words in
// demo/words.yaml, hand-made records in demo/records.yaml, and in
// demo/make.yaml how many of what and how each field is filled, in the
// vocabulary explained at the top of packs/general/demo/make.yaml. The same
// seed makes the same company; dates are relative to the day it is made, so a
// demo is always of today.
//
// Records are written by the people who would write them, through the engine's
// own bulk path: with rules, numbers, roll-ups, history and search. What the
// owner may not create (a payment is the accountant's) is written by a
// colleague who may.
//
// demo must never name a record type or a field, write past the engine, or
// touch a company that has records.
package demo
