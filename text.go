package plumbline

// Lang is a product language, as a BCP 47 tag.
type Lang string

// The product languages. Both are complete: a message that lacks one of them fails the tests.
const (
	Chinese Lang = "zh-CN"
	English Lang = "en"
)

// Langs lists the product languages in the order in which they are written out.
func Langs() []Lang { return []Lang{Chinese, English} }

// Text says one thing in each product language. It may quote data, so it is hostile: whoever shows it escapes it.
type Text struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

// In returns the text in lang, and the English where lang is unknown.
func (t Text) In(lang Lang) string {
	if lang == Chinese {
		return t.ZH
	}
	return t.EN
}

// IsZero reports whether the text says nothing in either language.
func (t Text) IsZero() bool { return t == Text{} }
