package text

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// entry is a message without placeholders; the generated list of them is sorted by key.
type entry struct {
	key  string
	text plumbline.Text
}

// Get returns the message under key, and false where there is none or where it takes arguments. Cost: a binary search.
func Get(key string) (plumbline.Text, bool) {
	at, found := slices.BinarySearchFunc(fixed[:], key, func(e entry, key string) int { return strings.Compare(e.key, key) })
	if !found {
		return plumbline.Text{}, false
	}
	return fixed[at].text, true
}

// Label returns the message under section.id, and id itself in both languages where there is none: what cannot be named
// is still shown.
func Label(section, id string) plumbline.Text {
	if t, found := Get(section + "." + id); found {
		return t
	}
	return plumbline.Text{ZH: id, EN: id}
}

// Keys lists the keys that [Get] knows, sorted.
func Keys() []string {
	keys := make([]string, len(fixed))
	for i, e := range fixed {
		keys[i] = e.key
	}
	return keys
}
