package claim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/plumbline-project/plumbline"
	benefitclaims "github.com/plumbline-project/plumbline/examples/benefit-claims"
	"github.com/plumbline-project/plumbline/examples/benefit-claims/claim"
	"github.com/plumbline-project/plumbline/examples/planted"
)

func generate(t *testing.T, seed uint64, defects ...claim.Defect) *claim.Data {
	t.Helper()
	data, err := claim.Generate(claim.Config{Seed: seed, Defects: defects})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// contents are the files of a folder.
func contents(t *testing.T, data *claim.Data) map[string][]byte {
	t.Helper()
	files, err := data.Files()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		var b bytes.Buffer
		if err := f.Fill(&b); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = b.Bytes()
	}
	return out
}

func TestSeedFixesTheBytes(t *testing.T) {
	one, two, other := contents(t, generate(t, 7, claim.Defects()...)), contents(t, generate(t, 7, claim.Defects()...)), contents(t, generate(t, 8))
	for name := range one {
		if !bytes.Equal(one[name], two[name]) {
			t.Errorf("%s differs between runs of one seed", name)
		}
	}
	if bytes.Equal(one["decisions.csv"], other["decisions.csv"]) {
		t.Error("decisions.csv is the same for another seed")
	}
}

// Every defect changes something, and one that is an edit of the definition changes no row.
func TestEachDefectChangesItsOwnFiles(t *testing.T) {
	clean := contents(t, generate(t, 3))
	for _, d := range claim.Catalogue() {
		t.Run(string(d.Name), func(t *testing.T) {
			with := contents(t, generate(t, 3, d.Name))
			changed := 0
			for name := range with {
				if bytes.Equal(clean[name], with[name]) {
					continue
				}
				changed++
				if ext := path.Ext(name); len(d.Edits) > 0 && (ext == ".csv" || ext == ".jsonl") {
					t.Errorf("%s changed", name)
				}
			}
			if changed == 0 {
				t.Error("no file changed")
			}
		})
	}
}

type rows = []claim.Decision

type where func(*claim.Decision) bool

func share(r rows, group, is where) float64 {
	n, k := 0.0, 0.0
	for i := range r {
		if group(&r[i]) {
			n++
			if is(&r[i]) {
				k++
			}
		}
	}
	return k / n
}

func all(*claim.Decision) bool       { return true }
func granted(c *claim.Decision) bool { return c.Outcome == "granted" }
func denied(c *claim.Decision) bool  { return c.Outcome == "denied" }

// An effect is a number of README.md.
type effect struct {
	name    string
	defect  claim.Defect
	null    float64
	measure func(*claim.Data) float64
}

func effects() []effect {
	ratio := func(in, out where) func(*claim.Data) float64 {
		return func(d *claim.Data) float64 {
			return share(d.Decisions, in, granted) / share(d.Decisions, out, granted)
		}
	}
	of := func(group, is where) func(*claim.Data) float64 {
		return func(d *claim.Data) float64 { return share(d.Decisions, group, is) }
	}
	ethnicity := func(name string) where { return func(c *claim.Decision) bool { return c.Ethnicity == name } }
	return []effect{
		{"black_ratio", claim.EthnicityPenalty, 1, ratio(ethnicity("Black"), ethnicity("White"))},
		{"age_65_plus_ratio", claim.AgePenalty, 1, ratio(func(c *claim.Decision) bool { return c.Age >= 65 }, func(c *claim.Decision) bool { return c.Age < 65 })},
		{"hispanic_representation", claim.EthnicityRepresentation, 1, func(d *claim.Data) float64 { return share(d.Decisions, all, ethnicity("Hispanic or Latino")) / 0.16 }},
		{"rent_shift", claim.Drift, 1, func(d *claim.Data) float64 {
			now, before := 0.0, 0.0
			for i := range d.Decisions {
				now += float64(d.Decisions[i].Rent)
				before += float64(d.Earlier[i].Rent)
			}
			return now / before
		}},
		{"savings_missing", claim.MissingSavings, 0, of(all, func(c *claim.Decision) bool { return c.Savings < 0 })},
		{"unseen_district", claim.UnseenCategory, 0, of(all, func(c *claim.Decision) bool { return c.District == "Harbour" })},
		{"notes_with_address", claim.UndeclaredContact, 0, of(all, func(c *claim.Decision) bool { return strings.Contains(c.Note, "@") })},
		{"repeated_ids", claim.Duplicates, 0, func(d *claim.Data) float64 {
			ids := map[string]bool{}
			for i := range d.Decisions {
				ids[d.Decisions[i].ID] = true
			}
			return 1 - float64(len(ids))/float64(len(d.Decisions))
		}},
		{"longest_gap_days", claim.TimeGap, 0, func(d *claim.Data) float64 {
			most := 0.0
			for i := 1; i < len(d.Decisions); i++ {
				most = max(most, d.Decisions[i].DecidedAt.Sub(d.Decisions[i-1].DecidedAt).Hours()/24)
			}
			return math.Round(most)
		}},
		{"denials_without_reason", claim.MissingReason, 0, of(denied, func(c *claim.Decision) bool { return c.Reasons == "" })},
		{"denials_with_unknown_reason", claim.UnknownReason, 0, of(denied, func(c *claim.Decision) bool { return c.Reasons == "D9" })},
		{"records_without_version", claim.NoVersion, 0, of(all, func(c *claim.Decision) bool { return c.Model == "" })},
		{"denials_without_person", claim.Unreviewed, 0, of(denied, func(c *claim.Decision) bool { return c.Route != "caseworker" })},
		{"overrides", claim.RubberStamp, 0.12, func(d *claim.Data) float64 {
			n := 0.0
			for i := range d.Reviews {
				if d.Reviews[i].Suggested != d.Reviews[i].Decided {
					n++
				}
			}
			return n / float64(len(d.Reviews))
		}},
	}
}

func TestEffectsAreThoseOfTheReadme(t *testing.T) {
	sizes := stated(t, "README.md")
	if diff := cmp.Diff(sizes, stated(t, "README.zh-CN.md")); diff != "" {
		t.Errorf("the READMEs differ: %s", diff)
	}
	if len(sizes) != len(effects()) {
		t.Errorf("README.md states %d sizes, want %d", len(sizes), len(effects()))
	}
	clean := generate(t, 1)
	for _, e := range effects() {
		t.Run(e.name, func(t *testing.T) {
			for variant, c := range map[string]struct {
				data *claim.Data
				want float64
			}{"alone": {generate(t, 1, e.defect), sizes[e.name]}, "none": {clean, e.null}} {
				tolerance := 0.05
				if e.null != 1 {
					tolerance = max(0.01, 0.1*c.want)
				}
				if got := e.measure(c.data); math.Abs(got-c.want) > tolerance {
					t.Errorf("%s: got %.3f, want %.2f ± %.2f", variant, got, c.want, tolerance)
				}
			}
		})
	}
}

// The tables of both READMEs name each defect with the control that must show it.
func TestReadmesNameEachDefect(t *testing.T) {
	for _, file := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range planted.TableFaults(string(text), claim.Catalogue()) {
			t.Errorf("%s: %s", file, fault)
		}
	}
}

// stated reads the sizes of a README.
func stated(t *testing.T, file string) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| [^|]+ \\| ([0-9.]+) \\|$").FindAllStringSubmatch(string(text), -1) {
		if out[m[1]], err = strconv.ParseFloat(m[2], 64); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestHashesAreThoseOfTheFiles(t *testing.T) {
	var file struct {
		Models []struct{ File, SHA256 string }

		Attestations []struct{ Document, SHA256 string }
	}
	text, err := benefitclaims.Files.ReadFile("plumbline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, m := range file.Models {
		want[m.File] = m.SHA256
	}
	for _, a := range file.Attestations {
		want[a.Document] = a.SHA256
	}
	delete(want, "") // a hosted model has no file
	if len(want) != 2 {
		t.Errorf("%d files with a hash, want 2", len(want))
	}
	for name, sum := range want {
		f, err := benefitclaims.Files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s: the hash is %x", name, got)
		}
	}
}

func TestBadConfigIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  claim.Config
		want plumbline.Code
	}{
		"negative rows":  {claim.Config{Rows: -1}, plumbline.Invalid},
		"too many rows":  {claim.Config{Rows: claim.MaxRows + 1}, plumbline.TooLarge},
		"unknown defect": {claim.Config{Rows: 1, Defects: []claim.Defect{"height"}}, plumbline.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			if data, err := claim.Generate(c.cfg); data != nil || plumbline.CodeOf(err) != c.want {
				t.Errorf("got %v, want an error of code %s", err, c.want)
			}
		})
	}
}
