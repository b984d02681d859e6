// Package text is the message catalogue: every sentence that a person reads, in Chinese and in English.
//
// The words live in catalog/en.yaml and catalog/zh-CN.yaml, one tree of keys each. `go generate ./internal/text` turns every
// key into one typed Go function that returns both languages at once, so that a missing translation, a misspelt key or an
// argument of the wrong kind does not compile or does not generate. The words are never looked up at run time by a key
// that was put together, except by [Get] and [Label] for closed sets such as states and reasons.
//
// A key "finding.ratio_below" is the function FindingRatioBelow: parts are split at dots, hyphens and underscores and begin
// with a capital. Its arguments stand in the order in which the English text first names them. Placeholders, with the type
// of the argument:
//
//	{name}                      string; quoted as it is
//	{name:text}                 plumbline.Text; each language takes its own
//	{names:list}                []string; joined by ", " or by "、"
//	{n:int}                     int64; 12,345
//	{n:plural:one row|# rows}   int64; English picks by n and replaces # by it; Chinese has one form only
//	{x:share}                   float64, 0 to 1; 41.2%
//	{x:points}                  float64, a difference of shares; 12.3, in percentage points, without the unit
//	{x:ratio}                   float64; 0.812
//	{x:number}                  float64; up to 4 significant digits
//	{d:date}                    string, 2006-01-02; 23 November 2026, 2026年11月23日
//
// Two braces stand for one. What a caller passes in may be hostile: nothing is escaped here, whoever shows a text does that.
//
// The generator refuses: a key that one language lacks, placeholders that differ, empty texts, spaces at the ends or doubled,
// half-width punctuation in Chinese, Han next to a Latin letter or digit without a space, full-width punctuation in English,
// control characters, and notes to oneself.
package text

//go:generate go run ./generate
