package planted

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// File is a file of a workflow folder.
type File struct {
	Name string // with slashes, below the folder
	Keep bool   // a file that is already there stays, so that nobody's edits are lost
	Fill func(io.Writer) error
}

// Content is the Fill of a file whose bytes are at hand.
func Content(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// Definition returns the committed files of an example, as they are without defects or changed by the edits of the named
// ones. An edit whose text is not there exactly once is an error of code [plumbline.Internal].
func Definition(committed fs.FS, names []Name, known []Defect) ([]File, error) {
	contents := map[string][]byte{}
	var order []string
	err := fs.WalkDir(committed, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		order = append(order, name)
		contents[name], err = fs.ReadFile(committed, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range known {
		if !slices.Contains(names, known[i].Name) {
			continue
		}
		for _, e := range known[i].Edits {
			if _, there := contents[e.File]; !there && e.Old == "" {
				order = append(order, e.File)
				contents[e.File] = []byte(e.New)
				continue
			}
			if n := bytes.Count(contents[e.File], []byte(e.Old)); n != 1 {
				err := plumbline.Errorf(plumbline.Internal, "the text that defect %s replaces is there %d times, not once", known[i].Name, n)
				err.Where, err.Hint = e.File, "it is: "+e.Old
				return nil, err
			}
			contents[e.File] = bytes.Replace(contents[e.File], []byte(e.Old), []byte(e.New), 1)
		}
	}
	files := make([]File, len(order))
	for i, name := range order {
		files[i] = File{Name: name, Keep: true, Fill: Content(contents[name])}
	}
	return files, nil
}

// Write lays out the folder dir, and makes it where it is missing. It returns the names of the files that were there and
// were kept although they should read otherwise. The error is of code [plumbline.Unavailable] when the disk refuses.
func Write(dir string, files []File) (kept []string, err error) {
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(path.Dir(f.Name))), 0o750); err != nil {
			return kept, refused(name, err)
		}
		if f.Keep {
			same, err := keep(name, f.Fill)
			if err != nil {
				return kept, err
			}
			if !same {
				kept = append(kept, f.Name)
			}
			continue
		}
		if err := fill(name, os.O_TRUNC, f.Fill); err != nil {
			return kept, refused(name, err)
		}
	}
	return kept, nil
}

// keep writes a file that is not there, and else reports whether it reads as it should.
func keep(name string, content func(io.Writer) error) (bool, error) {
	var want bytes.Buffer
	if err := content(&want); err != nil {
		return false, err
	}
	err := fill(name, os.O_EXCL, Content(want.Bytes()))
	if !errors.Is(err, fs.ErrExist) {
		return true, refused(name, err)
	}
	got, err := os.ReadFile(name)
	return bytes.Equal(got, want.Bytes()), refused(name, err)
}

func fill(name string, flag int, content func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}

// refused tells that the disk did not take a file.
func refused(name string, cause error) error {
	if cause == nil {
		return nil
	}
	return &plumbline.Error{
		Code: plumbline.Unavailable, Where: name, Message: cause.Error(),
		Hint: "choose another folder, or make room", Err: cause,
	}
}

// Hashed notes the SHA-256 of the file named data in the workflow file, on a line of its own behind the line after. Where the
// text after is not there once, it is an error of code [plumbline.Internal].
func Hashed(files []File, workflowFile, data, after string) error {
	find := func(name string) *File {
		return &files[slices.IndexFunc(files, func(f File) bool { return f.Name == name })]
	}
	sum := sha256.New()
	if err := find(data).Fill(sum); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := find(workflowFile).Fill(&text); err != nil {
		return err
	}
	if n := bytes.Count(text.Bytes(), []byte(after)); n != 1 {
		err := plumbline.Errorf(plumbline.Internal, "the line behind which a hash is noted is there %d times, not once", n)
		err.Where, err.Hint = workflowFile, "it is: "+after
		return err
	}
	line := fmt.Sprintf("%s    sha256: {%s: %s}\n", after, data, hex.EncodeToString(sum.Sum(nil)))
	find(workflowFile).Fill = Content(bytes.Replace(text.Bytes(), []byte(after), []byte(line), 1))
	return nil
}
