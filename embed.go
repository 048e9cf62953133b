// Package kedang holds what the binary carries along: the packs that come
// with it and the built web app. Code stands under internal and cmd.
package kedang

import "embed"

// Packs is the folder packs: one folder per pack, and packs/schema with the
// JSON Schemas of the format.
//
//go:embed all:packs
var Packs embed.FS

// Web is the folder web/dist: the built web app, or the placeholder page that
// stands in for it until it is built.
//
//go:embed all:web/dist
var Web embed.FS
