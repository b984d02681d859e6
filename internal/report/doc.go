// Package report renders a frozen assessment: bytes that are a function of the assessment, the language and nothing else.
//
// [Formats] lists what there is: the report that a person signs (one HTML file per language, without scripts or outside
// references, under [MaxBytes] whatever the size of the data) and assessment.json, of which the HTML prints the SHA-256.
// [Summary] is the screen that a terminal shows after a run.
//
// Names and values from data are hostile. They are escaped for where they stand, control, format and bidirectional
// characters are made visible, and long ones are cut with the start in a title attribute. Lists are cut at fixed lengths,
// and shorter ones where the page would still be too large; what was left out is counted on the page and stands in
// assessment.json.
//
// The package never says that something is compliant, never shows what was not tested as satisfied or as zero, and names
// no instrument without its force. It reads no clock and no file, and calls no network.
package report
