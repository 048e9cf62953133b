// Package text has the sentences that people read, in three languages.
//
// Everywhere else an error or a warning is a code with parameters; here the
// code becomes a sentence that says what is wrong and what to do:
//
//	lang := text.Match(r.Header.Get("Accept-Language"))            // text.ZhHans
//	text.Message(lang, "too_long", map[string]any{"max": 20000})   // 太长了：最多 20,000 个字符；请缩短。
//
// # Catalogues
//
// catalogue/zh-Hans.yaml, zh-Hant.yaml and en.yaml hold one sentence a code.
// They have the same codes and the same parameters, which a test holds, as it
// holds that every code used in the source has a sentence. In a sentence
//
//   - {name} is a parameter: numbers are grouped by thousands, lists joined,
//     a value that is too long is cut;
//   - {name@group} is the word "group.value" of the catalogue, where value is
//     the parameter: {verb@verb} with "read" is 查看;
//   - [ … ] is left out when a parameter in it is missing.
//
// zh-Hant is the language of Taiwan, not zh-Hans in other characters: there a
// row is 列 and a column 欄, and 檔案 is the customer archive, never an attachment.
//
// # What it must never do
//
// Import a package of ours, answer nothing (an unknown code gives a polite
// sentence with the code in it), or run on what a parameter holds: a parameter
// is inserted as it is, once.
package text
