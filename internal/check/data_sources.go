package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// fileHash hashes a regular file of the workflow's folder; "" where it cannot be read. A pipe is never opened.
func (in *Input) fileHash(ctx context.Context, name string) (string, error) {
	f, err := in.open(name)
	if err != nil {
		return "", nil // a file that is not there has no hash, and that is the finding
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", &plumbline.Error{Code: plumbline.Unavailable, Message: "the check was cancelled", Err: err}
		}
		n, err := f.Read(buf)
		_, _ = h.Write(buf[:n])
		if err == io.EOF { //nolint:errorlint // the contract of io.Reader
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", nil // half a file has no hash
		}
	}
}

// named lists the files that the workflow file names beside the tables, each once, sorted.
func (in *Input) named() []string {
	f := in.file()
	out := slices.Clone(f.Data.Documents)
	out = append(out, f.Definition)
	for _, m := range f.Models {
		out = append(out, m.File, m.Training.Document)
	}
	if f.Explanation != nil {
		out = append(out, f.Explanation.Purpose, f.Explanation.Mechanism, f.Explanation.Limits)
	}
	for _, t := range f.Data.Texts {
		out = append(out, in.textFiles(t.Files)...)
	}
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	slices.Sort(out)
	return slices.Compact(out)
}

// textFiles resolves patterns to the regular files that they name, sorted.
func (in *Input) textFiles(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		if in.Files == nil {
			continue
		}
		found, err := fs.Glob(in.Files, path.Clean(p))
		if err != nil {
			continue
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// dataFingerprint looks at what is recorded of each input:
//   - fingerprint_share: inputs (files of tables, definition, models, texts, documents) that have a SHA-256 in this assessment, of all;
//   - hash_mismatch: for each model file with a declared SHA-256, 1 where the file has another one, else 0;
//   - definition_named: 1 where the definition of the workflow is named and was read, else 0;
//   - provenance_stated: of source, licence and time of collection, the share that the file states for a table or a text.
//
// All are full counts.
func dataFingerprint() Check {
	c := Check{ID: "data.fingerprint", Version: 1, Dimension: plumbline.DataIntegrity, Refs: citations(
		"FIPS 180-4, Secure Hash Standard", "ISO/IEC 5259-2:2024, Data quality measures: traceability", "ISO/IEC 42001:2023, A.7.5 Data provenance")}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		have, all := int64(0), int64(0)
		for _, t := range []*table.Table{in.Table, in.Training, in.Reference, in.Reviews} {
			if t == nil {
				continue
			}
			for _, f := range t.Files() {
				if all++; f.SHA256 != "" {
					have++
				}
			}
		}
		hashes := map[string]string{}
		for _, name := range in.named() {
			h, err := in.fileHash(ctx, name)
			if err != nil {
				return nil, err
			}
			if all++; h != "" {
				have++
			}
			hashes[name] = h
		}
		e.censusShare("fingerprint_share", plumbline.Scope{}, have, all)
		named := 0.0
		if in.Graph != nil {
			named = 1
		}
		e.census("definition_named", plumbline.Count, plumbline.Scope{}, named, 1)
		seen := map[string]bool{}
		for _, m := range in.file().Models {
			scope := plumbline.Scope{Item: m.File}
			if m.File == "" || seen[m.File] {
				continue
			}
			seen[m.File] = true
			switch h := hashes[m.File]; {
			case m.SHA256 == "":
				e.undefined("hash_mismatch", plumbline.Count, scope, plumbline.NotDeclared)
			case h == "":
				e.undefined("hash_mismatch", plumbline.Count, scope, plumbline.NoData)
			case h == m.SHA256:
				e.census("hash_mismatch", plumbline.Count, scope, 0, 1)
			default:
				e.census("hash_mismatch", plumbline.Count, scope, 1, 1)
			}
		}
		in.provenance(e)
		return e.out, nil
	}
	return c
}

func (in *Input) provenance(e *emitter) {
	stated := func(scope plumbline.Scope, parts ...string) {
		k := int64(0)
		for _, p := range parts {
			if p != "" {
				k++
			}
		}
		e.censusShare("provenance_stated", scope, k, int64(len(parts)))
	}
	for _, role := range []string{roleDecisions, roleTraining, roleReference} {
		if t := in.tableFile(role); t != nil {
			stated(plumbline.Scope{Table: role}, t.Source, t.Licence, t.Collected)
		}
	}
	for i := range in.file().Data.Texts {
		t := &in.file().Data.Texts[i]
		stated(plumbline.Scope{Item: in.textName(i)}, t.Source, t.Licence, t.Collected)
	}
}

// dataPersonal looks for personal data in columns of which the file does not say that they hold any (subject, sensitive, personal, id):
//   - undeclared_personal_column: 1 where the values of the column, by check digits, form and name, are of a kind of personal data,
//     else 0; Item names the kind. Columns of more than 65,535 integers are looked at in 200,000 rows drawn evenly, others whole;
//   - personal_text_share: rows whose longer text holds an identity, mobile or card number or an e-mail address, of the rows with
//     a text; full count.
//
// No value leaves the check. Names, addresses and dates of birth are recognised only where the name of the column says so.
func dataPersonal() Check {
	return overTables(Check{ID: "data.personal", Refs: citations(
		"GB 11643-1999, Citizen identification number (公民身份号码)", "GB 32100-2015, Unified social credit identifier (统一社会信用代码)", "ISO/IEC 7064:2003, Check character systems",
		"ISO/IEC 7812-1:2017, Identification of issuers", "GB/T 35273-2020, Personal information security specification (个人信息安全规范)")},
		func(_ context.Context, in *Input, e *emitter, s *scanned, _ []*scanned) error {
			for _, c := range s.columns {
				if c.derived || c.declared || c.Kind == table.Nested || s.rows == 0 {
					continue
				}
				scope := s.scope(c.Name)
				found := 0.0
				if c.personal != "" {
					found, scope.Item = 1, string(c.personal)
				}
				e.census("undeclared_personal_column", plumbline.Count, scope, found, c.looked)
				if c.personal != "" || c.Kind != table.Text || c.looked == 0 {
					continue
				}
				scope.Item = string(c.inside)
				e.censusShare("personal_text_share", scope, c.hits, c.looked)
				if c.hits > 0 && c.hits < in.MinCell {
					e.out[len(e.out)-1].Suppressed = true
				}
			}
			return nil
		})
}
