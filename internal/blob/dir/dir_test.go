package dir_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
	"github.com/plumbline-project/plumbline/internal/blob/blobtest"
	"github.com/plumbline-project/plumbline/internal/blob/dir"
)

// openAt opens a directory of the disk and closes it after the test. Nothing is swept.
func openAt(tb testing.TB, path string) *dir.Objects {
	tb.Helper()
	d, err := dir.Open(path, time.Time{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := d.Close(); err != nil {
			tb.Error(err)
		}
	})
	return d
}

func TestContract(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) (blob.Objects, func() blob.Objects) {
		t.Helper()
		path := t.TempDir() + "/objects"
		return openAt(t, path), func() blob.Objects { return openAt(t, path) }
	})
}

// TestContractWithoutLinks is for file systems that have no hard links. There two processes are not safe from each other, so the other
// opening is the same.
func TestContractWithoutLinks(t *testing.T) {
	for name, answer := range map[string]error{"not permitted": syscall.EPERM, "unsupported": syscall.ENOTSUP} {
		t.Run(name, func(t *testing.T) {
			blobtest.Run(t, func(t *testing.T) (blob.Objects, func() blob.Objects) {
				t.Helper()
				root, err := os.OpenRoot(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				system := linkless{dir.Disk(root), answer}
				d, err := dir.OpenIn(system, system, "+unused", time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = root.Close() })
				return d, func() blob.Objects { return d }
			})
		})
	}
}

// linkless is a system without hard links.
type linkless struct {
	dir.System

	answer error
}

func (l linkless) Link(string, string) error { return l.answer }

func TestLayout(t *testing.T) {
	root := t.TempDir() + "/objects"
	d := openAt(t, root)
	if err := first(d.PutIfAbsent(t.Context(), "a/b/c", []byte("bytes")), d.Replace(t.Context(), "a/checkpoint", []byte("size"))); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		got = append(got, fmt.Sprintf("%v %s", info.Mode(), strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(root))))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"drwx------ ", "drwx------ /+temp", "drwx------ /a", "drwx------ /a/b", "-rw------- /a/b/c", "-rw------- /a/checkpoint"}
	if runtime.GOOS != "windows" && !slices.Equal(got, want) {
		t.Errorf("the directory has %q, want %q", got, want)
	}
	if data, err := os.ReadFile(root + "/a/b/c"); string(data) != "bytes" || err != nil {
		t.Errorf("the file has %q, %v", data, err)
	}
}

func TestSweep(t *testing.T) {
	root := t.TempDir()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for name, age := range map[string]time.Duration{"old": 2 * time.Hour, "young": time.Minute} {
		path := filepath.Join(root, dir.Temp, name)
		if err := first(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600), os.Chtimes(path, now, now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	d, err := dir.Open(root, now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	left, err := os.ReadDir(filepath.Join(root, dir.Temp))
	if err != nil || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("left are %v, %v; want the young one", left, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]plumbline.Code{
		t.TempDir() + "/a/b": plumbline.NotFound,
		file:                 plumbline.Unavailable,
		file + "/a":          plumbline.Unavailable,
	} {
		if _, err := dir.Open(path, time.Time{}); err == nil || plumbline.CodeOf(err) != want {
			t.Errorf("%s: %v, want code %s", path, err, want)
		}
	}
}

// TestLinksOutOfTheRoot plants symbolic links, of a file and of a directory, to what is outside: neither is read, listed nor written.
func TestLinksOutOfTheRoot(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(outside+"/secret", []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := first(os.Symlink(outside+"/secret", root+"/file"), os.Symlink(outside, root+"/dir")); err != nil {
		t.Skipf("this system makes no symbolic links: %v", err)
	}
	d, ctx := openAt(t, root), t.Context()
	for _, name := range []string{"file", "dir/secret", "dir/new", "dir/checkpoint"} {
		data, err := d.Get(ctx, name)
		if err == nil || bytes.Contains(data, []byte("secret")) {
			t.Errorf("%s is read: %q, %v", name, data, err)
		}
		write := d.PutIfAbsent
		if blob.Mutable(name) {
			write = d.Replace
		}
		if err := write(ctx, name, []byte("new")); err == nil {
			t.Errorf("%s is written", name)
		}
		_ = d.Delete(ctx, name)
	}
	for name, err := range d.List(ctx, "") {
		t.Errorf("%s is listed, error %v", name, err)
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 1 {
		t.Errorf("outside are %v, %v", left, err)
	}
	if data, err := os.ReadFile(outside + "/secret"); string(data) != "secret" {
		t.Errorf("outside is %q, %v", data, err)
	}
}

// TestTooLarge makes a file with a hole: it takes no room.
func TestTooLarge(t *testing.T) {
	root := t.TempDir()
	d, ctx := openAt(t, root), t.Context()
	if err := first(os.WriteFile(root+"/a", nil, 0o600), os.Truncate(root+"/a", blob.MaxSize+1)); err != nil {
		t.Skipf("no file with a hole: %v", err)
	}
	if _, err := d.Get(ctx, "a"); plumbline.CodeOf(err) != plumbline.TooLarge {
		t.Errorf("%v, want code too_large", err)
	}
	if data, err := d.GetRange(ctx, "a", blob.MaxSize, 1); err != nil || !bytes.Equal(data, []byte{0}) {
		t.Errorf("its last byte is %v, %v", data, err)
	}
}

// FuzzNames writes and reads under any name: a bad one is invalid and touches nothing, a good one gives back its bytes.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"a", "a/b/c", "../a", "a/../../b", "/etc/x", "+temp/x", "a\x00b", "checkpoint/a", "-", "...", "a/checkpoint"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s := newSim()
		d, err := openSim(s)
		if err != nil {
			t.Fatal(err)
		}
		put := d.PutIfAbsent(background, name, []byte("bytes"))
		if want := blob.CheckPut(name, 5); (put == nil) != (want == nil) || plumbline.CodeOf(put) != plumbline.CodeOf(want) {
			t.Fatalf("put of %q: %v, want %v", name, put, want)
		}
		if put != nil {
			if n, _ := s.find("data"); len(s.root.entries) != 1 || len(n.entries) != 0 {
				t.Fatalf("%q was refused and left something", name)
			}
			return
		}
		data, err := d.Get(background, name)
		if string(data) != "bytes" || err != nil {
			t.Fatalf("get of %q: %q, %v", name, data, err)
		}
		for listed := range d.List(background, name) {
			if listed != name {
				t.Fatalf("%q is listed as %q", name, listed)
			}
		}
	})
}

func BenchmarkPutIfAbsent(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"4KiB", 4 << 10}, {"1MiB", 1 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			d := openAt(b, b.TempDir())
			data := bytes.Repeat([]byte("plumbline"), c.size/9+1)[:c.size]
			b.SetBytes(int64(c.size))
			for i := 0; b.Loop(); i++ {
				if err := d.PutIfAbsent(b.Context(), fmt.Sprintf("a/%03d/%d", i/256, i), data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
