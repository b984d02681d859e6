package blob_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

var long = strings.Repeat("n", blob.MaxSegment)

func TestCheckName(t *testing.T) {
	for _, name := range []string{
		"a", "A-Z_0.9", "log/tile/0/x001/234.p/5", "...", "..a", "a..", ".a", long, long + "/" + long, "a/" + long + "/" + long[1:],
	} {
		if err := blob.CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/.", "../a", "a/../b", "./a", "a b", "a\x00", "a\\b", "a:b", "ä", "\u017f", "\u212a", "a\xff",
		"@", "[", "`", "{", "a+b", "~a", long + "n", "a/" + long + "/" + long, strings.Repeat("a/", 300),
	} {
		if err := blob.CheckName(name); plumbline.CodeOf(err) != plumbline.Invalid || err == nil {
			t.Errorf("%q: %v, want an error of code invalid", name, err)
		}
	}
}

// valid is the rule written a second time, in another language.
var valid = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$`)

func FuzzCheckName(f *testing.F) {
	for _, name := range []string{"a/b", "", "..", "a/../b", "a//b", "a\x00b", "%2e", long + "n"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		want := len(name) <= blob.MaxName && valid.MatchString(name)
		for segment := range strings.SplitSeq(name, "/") {
			want = want && segment != "." && segment != ".." && len(segment) <= blob.MaxSegment
		}
		err := blob.CheckName(name)
		if (err == nil) != want {
			t.Fatalf("%q: %v, want valid %v", name, err, want)
		}
		if err == nil && (!fs.ValidPath(name) || !filepath.IsLocal(name)) {
			t.Fatalf("%q is allowed and no path below a directory", name)
		}
		if err != nil && len(err.Error()) > 4*blob.MaxName+200 {
			t.Fatalf("an error of %d bytes", len(err.Error()))
		}
	})
}

func TestMutable(t *testing.T) {
	for name, want := range map[string]bool{
		"checkpoint": true, "log/checkpoint": true, "log/xcheckpoint": false, "checkpoint/a": false, "Checkpoint": false, "a": false,
	} {
		if got := blob.Mutable(name); got != want {
			t.Errorf("%s is mutable: %v, want %v", name, got, want)
		}
		put, replace := blob.CheckPut(name, 0), blob.CheckReplace(name, 0)
		if (put == nil) == want || (replace == nil) != want {
			t.Errorf("%s: put %v, replace %v", name, put, replace)
		}
	}
}

func TestCheckSizes(t *testing.T) {
	const most = blob.MaxSize
	for _, c := range []struct {
		name string
		err  error
		want plumbline.Code
	}{
		{"put of the largest", blob.CheckPut("a", most), ""},
		{"put of more", blob.CheckPut("a", most+1), plumbline.TooLarge},
		{"replacement by more", blob.CheckReplace("checkpoint", most+1), plumbline.TooLarge},
		{"whole range", blob.CheckRange("a", 3, 0, 3), ""},
		{"empty range at the end", blob.CheckRange("a", 3, 3, 0), ""},
		{"range past the end", blob.CheckRange("a", 3, 1, 3), plumbline.Invalid},
		{"range after the end", blob.CheckRange("a", 3, 4, 0), plumbline.Invalid},
		{"range before the start", blob.CheckRange("a", 3, -1, 1), plumbline.Invalid},
		{"range of less than nothing", blob.CheckRange("a", 3, 1, -1), plumbline.Invalid},
		{"range that overflows", blob.CheckRange("a", 3, 1, 1<<63-1), plumbline.Invalid},
		{"range of too much", blob.CheckRange("a", most*4, 1, most+1), plumbline.TooLarge},
	} {
		if (c.err == nil) != (c.want == "") || c.err != nil && plumbline.CodeOf(c.err) != c.want {
			t.Errorf("%s: %v, want code %q", c.name, c.err, c.want)
		}
	}
}

func TestCheckContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	if err := blob.CheckContext(ctx, "a"); err != nil {
		t.Error(err)
	}
	cancel()
	if err := blob.CheckContext(ctx, "a"); plumbline.CodeOf(err) != plumbline.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want code unavailable and the cause", err)
	}
}
