// Package table reads tables of records and opens them column by column.
//
// The formats are CSV and TSV, JSON Lines, Excel workbooks and Parquet, plain or in gzip or zstd. A text format is parsed
// once, as a stream, and its columns are kept in the smallest form that loses nothing that can be asked for: a dictionary
// of the original texts while there are at most 65,535 of them, else decimal numbers packed into 64 bits, else a 128-bit
// fingerprint for identity beside a float64. Columns are cut into blocks; beyond Limits.Memory the blocks lie in one
// temporary file without a name. Of a Parquet file only the footer is read at first; a column is decoded when it is opened,
// from its pages and dictionaries, without rows in between. The decoder of workbooks is our own. The
// encodings and the metadata of Parquet are those of a library, behind our own reading of pages: every count and size in a
// file is checked before memory is taken for it, which the library does not do. Cost grows with rows × columns; a batch of rows goes
// to the columns one by one, on all processors.
//
// Kinds are inferred from all values, never from the first rows. What a text is:
//
//   - boolean: true, false in any case; 0 and 1 are integers.
//   - integer, number: decimal digits with sign, point and exponent. Leading zeros ("007") and thousands commas make text.
//     Integers of any size keep their text; Floats refuses a column that has one beyond 2^53.
//   - date: 2006-01-02, 2006/1/2, 2006年1月2日. Time: a date, then T or a space, 15:04, 15:04:05 or 15:04:05.999, and Z or an
//     offset or nothing, which counts as UTC. 20060102 is a date only where it is declared.
//   - NaN, Inf and numbers beyond a float64 do not make a column of numbers text: they are bad values in it.
//   - full-width digits and signs and white space around a value count as their plain forms; Codes keep the original.
//
// Missing is the empty field and nothing else, unless more is declared: "NA" is a text. A column that is absent is an error.
// In JSON, null, "" and an absent key are missing. Rows that do not parse are counted and listed, never dropped in silence
// and never used; blank lines and empty sheet rows are no rows. A row is bad when it has another number of fields than
// the header, a stray or unclosed quote, a NUL byte, bytes that are not in the encoding of the file, or broken JSON.
//
// Text is UTF-8 by its mark or by its bytes, all of them; UTF-16 by its mark; else GB18030. A file with more valid
// multi-byte UTF-8 characters than invalid bytes is UTF-8 with damage.
//
// Codes hold 65,535 different values beside missing, and 16 MiB of them; Groups hold any number. Files must not change while
// a table is open.
//
// The package refuses encrypted files, old .xls, JSON arrays, nested Parquet columns and INT96 beyond its use as a time.
// Limits bound every parser: what passes one is a TooLarge error, never a cut. Equal inputs give equal results.
package table
