// Package han is Chinese text: the form in which texts are compared, both
// scripts, readings and the order they give, the parts of names, and the
// tokens by which anything is found.
//
//	han.Fold("臺積電 ＴＳＭＣ")            // 台积电 tsmc
//	han.ToTraditional("联系人")           // 聯絡人
//	han.SortKey("单雄信")                 // sorts under shan
//	han.FoldName("华强电子（深圳）有限公司")   // 华强电子
//
// # Search
//
// [Tokens] collects a record's values, each by the kind of field it is in, and
// makes the list of tokens that a search index keeps (FTS5 in SQLite, a
// tsvector in PostgreSQL: they only store tokens, so that both find the same).
// [Query] is what somebody typed. It makes a [Condition] over tokens for each
// [Tier], which [FTS5] and [TSQuery] print, and it judges what was found:
//
//	var t han.Tokens
//	t.Title("张三丰", "")
//	t.Phone("+8613800138000", "phone") // a field that some see masked
//	t.Extra("_o17")                    // owner 17
//	row := t.List()                    // for the index; t.Hash() tells whether it changed
//
//	q := han.ParseQuery("zsf 8000")
//	for tier := han.Exact; tier <= han.Body; tier++ {
//		c := han.AllOf(q.Tier(tier, marks), han.AnyToken("_o17", "_t3"))
//		// … WHERE search MATCH han.FTS5(c) ORDER BY rowid DESC
//		// keep each record of which q.Match(tokens of it, marks) says this tier
//	}
//
// What matches is defined without tokens, and the tokens miss nothing of it.
// Both sides are folded, é is e, 𠮷 is 吉, and marks that look alike are one. A query is words between spaces; all must
// match, each in any field. A word matches
//
//   - a title or longer text that contains it; a title also as it is said,
//     without brackets, quotes, dots and dashes, and without blanks between Han
//     characters; one with Latin letters also as it is typed in one go (acmehotel,
//     zjwang and zhangjiangwang for 张江Wang, mueller for Müller);
//   - a title in which, from some Han character on, the pinyin of what follows
//     begins with it (zhangs: 张三), or the initials do (zs), or, where letters
//     can be no pinyin, syllables and initials mixed (zhangsf, zsfeng). An
//     apostrophe ends a syllable (xi'an: 西安, not 先). A character may have any
//     of its readings, in a known word the word's, as a surname also the
//     surname's. A title of up to six characters that is, whole, what the
//     letters say is an exact hit;
//   - a code, phone number or e-mail address that is, begins or ends with it,
//     separators ignored, by two characters or more. A phone number counts in
//     each way it is dialled. Digits in groups are words and one number, too;
//   - or else when each of its stretches of Han characters, letters, digits and
//     other characters but punctuation matches (王5678; 张三，8000).
//
// Of a masked field only the whole value matches, and the last four of a code
// or phone of eight or more.
//
// The tokens, all of which are exact words to the database but two kinds asked
// by their beginning (_c, _r), so that no query reads more of the index than
// the rows it is after:
//
//	张 张三          Han characters and neighbours in titles
//	_u1f600         the same for what a tokeniser might not take for letters
//	_h…             heads: of pinyin from each syllable (6 letters), stretches of
//	                initials, letters and digits (4), beginnings of codes (8)
//	_c… _r…         a longer code, whole; a code turned round
//	_p…             how a title begins
//	_e…             a whole value, hashed
//	_b…             stretches in longer text
//	_m<mark>_…      any of these, of a field that may be masked
//	_w… _l…         what everybody may ask of a masked field
//
// Limits: 20,000 tokens a record, 1,024 characters of a title (128 by pinyin),
// 64 KB of a text, 16 words and 4 KB of a query.
//
// # Sources
//
// The tables in data are made by scripts/opencc.sh (go generate) from OpenCC
// and go-pinyin; data/NOTICE names versions and licences, and which are ours.
// They are read at first use: starting pays nothing.
//
// The package must never reject a text: any input gives an answer. It knows
// nothing of records, rights or databases beyond the syntax of their queries.
package han
