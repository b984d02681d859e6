package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"reflect"

	"github.com/plumbline-project/plumbline"
)

// JSON writes assessment.json: indented, the same bytes for the same assessment, with a newline at the end. Lists that hold
// nothing are written as [], and characters that a terminal acts on as escapes. Its schema is
// docs/schema/assessment.schema.json. A number that is not finite is an [plumbline.Internal] error.
func JSON(w io.Writer, a *plumbline.Assessment) error {
	doc, err := document(a)
	if err != nil {
		return err
	}
	_, err = w.Write(doc)
	return err
}

func document(a *plumbline.Assessment) ([]byte, error) {
	full := listsFilled(reflect.ValueOf(*a))
	doc, err := json.MarshalIndent(full.Interface(), "", "  ")
	if err != nil {
		return nil, plumbline.Errorf(plumbline.CodeOf(err), "the assessment cannot be written as JSON: %w", err)
	}
	return append(escapeHidden(doc), '\n'), nil
}

// fingerprint is the SHA-256 of assessment.json, in hex.
func fingerprint(a *plumbline.Assessment) (string, error) {
	doc, err := document(a)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:]), nil
}

// listsFilled copies v with empty lists in the place of nil ones: a reader of the JSON meets a list wherever the schema
// promises one. v stays as it is. Maps, and what a pointer shows, are shared.
func listsFilled(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Struct {
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(listsFilled(v.Field(i)))
		}
		return out
	}
	if v.Kind() != reflect.Slice {
		return v
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(out, v)
	if k := v.Type().Elem().Kind(); k == reflect.Struct || k == reflect.Slice {
		for i := range v.Len() {
			out.Index(i).Set(listsFilled(v.Index(i)))
		}
	}
	return out
}
