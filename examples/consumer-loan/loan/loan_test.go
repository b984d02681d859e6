package loan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"go.yaml.in/yaml/v3"

	"github.com/plumbline-project/plumbline"
	consumerloan "github.com/plumbline-project/plumbline/examples/consumer-loan"
	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// written lays out a folder and returns its files.
func written(t *testing.T, data *loan.Data) (string, map[string][]byte) {
	t.Helper()
	dir := t.TempDir()
	if err := data.Write(dir); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range []string{"decisions.parquet", "training.parquet", "reviews.csv", "plumbline.yaml", "flow.n8n.json"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	return dir, files
}

func TestSeedFixesTheBytes(t *testing.T) {
	_, one := written(t, generate(t, 3000, 7, loan.Defects()...))
	_, two := written(t, generate(t, 3000, 7, loan.Defects()...))
	_, other := written(t, generate(t, 3000, 8, loan.Defects()...))
	for name := range one {
		if !bytes.Equal(one[name], two[name]) {
			t.Errorf("%s differs between runs of one seed", name)
		}
		if strings.HasPrefix(name, "decisions") && bytes.Equal(one[name], other[name]) {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

func TestParquetGivesBackTheRows(t *testing.T) {
	data := generate(t, 2000, 3, loan.Defects()...)
	dir, _ := written(t, data)
	got, err := parquet.ReadFile[loan.Decision](filepath.Join(dir, "decisions.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(data.Decisions, got); diff != "" {
		t.Error(diff)
	}
	training, err := parquet.ReadFile[loan.Example](filepath.Join(dir, "training.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(data.Training, training); diff != "" {
		t.Error(diff)
	}
}

func TestDecisionTimesAreParquetTimestamps(t *testing.T) {
	dir, _ := written(t, generate(t, 10, 3))
	content, err := os.ReadFile(filepath.Join(dir, "decisions.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	column, ok := f.Schema().Lookup("decided_at")
	if !ok {
		t.Fatal("there is no decided_at")
	}
	logical := column.Node.Type().LogicalType()
	if logical == nil || !strings.HasPrefix(logical.String(), "TIMESTAMP(isAdjustedToUTC=true") {
		t.Errorf("decided_at is %v, want a UTC timestamp", logical)
	}
}

// The rows of everybody whom a defect does not concern are the same with and without it.
func TestDefectLeavesOthersAlone(t *testing.T) {
	none := generate(t, 5000, 4).Decisions
	cliff := generate(t, 5000, 4, loan.AgeCliff).Decisions
	changed := 0
	for i := range none {
		switch {
		case cmp.Equal(none[i], cliff[i]):
		case none[i].Age < 60:
			t.Fatalf("row %d of age %d changed: %s", i, none[i].Age, cmp.Diff(none[i], cliff[i]))
		default:
			changed++
		}
	}
	if changed < 100 {
		t.Errorf("%d rows changed, want more", changed)
	}
}

func TestLabelsExistOnlyWhereGranted(t *testing.T) {
	// A clock that jumps back moves a decision across the day from which outcomes are known.
	all := slices.DeleteFunc(loan.Defects(), func(d loan.Defect) bool { return d == loan.OutOfOrder })
	for _, defects := range [][]loan.Defect{nil, all} {
		young := time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC)
		labelled := 0
		for _, d := range generate(t, 20_000, 1, defects...).Decisions {
			want := d.Approved == "1" && d.DecidedAt.Before(young)
			if (d.Repaid != "") != want {
				t.Fatalf("approved %s at %s, repaid %q", d.Approved, d.DecidedAt, d.Repaid)
			}
			if refused := d.Approved == "0"; d.Reasons != "" && !refused || d.Reasons == "" && refused && defects == nil {
				t.Fatalf("approved %s, reasons %q", d.Approved, d.Reasons)
			}
			if want {
				labelled++
			}
		}
		if labelled < 6000 {
			t.Errorf("%d labels, want more", labelled)
		}
	}
}

func TestApplicantsApplyAgain(t *testing.T) {
	rows := generate(t, 50_000, 1).Decisions
	first, ids := map[string]*loan.Decision{}, map[string]bool{}
	for i := range rows {
		d := &rows[i]
		if i > 0 && d.DecidedAt.Before(rows[i-1].DecidedAt) {
			t.Fatalf("row %d is earlier than the one before", i)
		}
		ids[d.ID] = true
		f, ok := first[d.Applicant]
		if !ok {
			first[d.Applicant] = d
		} else if f.Sex != d.Sex || f.Age != d.Age || f.Region != d.Region || f.Area != d.Area {
			t.Fatalf("%s is two persons: %+v, %+v", d.Applicant, f, d)
		}
	}
	if len(ids) != len(rows) {
		t.Errorf("%d ids for %d rows", len(ids), len(rows))
	}
	if again := 1 - float64(len(first))/float64(len(rows)); again < 0.05 || again > 0.07 {
		t.Errorf("%.3f of the rows are repeats, want 0.06", again)
	}
}

func TestReviewsBelongToManualDecisions(t *testing.T) {
	for name, c := range map[string]struct {
		defects                []loan.Defect
		lowOverride, highShare float64
		slow, fast             int // bounds of the median, seconds
	}{
		"reviewers think":    {nil, 0.09, 0.15, 240, 180},
		"reviewers only nod": {[]loan.Defect{loan.RubberStamp}, 0, 0, 8, 4},
	} {
		t.Run(name, func(t *testing.T) {
			data := generate(t, 20_000, 1, c.defects...)
			decided := map[string]string{}
			for _, d := range data.Decisions {
				if d.Route == "manual" {
					decided[d.ID] = d.Approved
				}
			}
			if len(decided) != len(data.Reviews) || len(decided) < 1000 {
				t.Fatalf("%d reviews of %d manual decisions", len(data.Reviews), len(decided))
			}
			overrides := 0.0
			var seconds []int
			for _, r := range data.Reviews {
				if decided[r.Application] != r.Decided {
					t.Fatalf("%+v, decision %q", r, decided[r.Application])
				}
				if r.Suggested != r.Decided {
					overrides++
				}
				seconds = append(seconds, r.Seconds)
			}
			slices.Sort(seconds)
			if m := seconds[len(seconds)/2]; m < c.fast || m > c.slow {
				t.Errorf("median %d s, want %d to %d", m, c.fast, c.slow)
			}
			if s := overrides / float64(len(data.Reviews)); s < c.lowOverride || s > c.highShare {
				t.Errorf("share of overrides %.3f, want %.2f to %.2f", s, c.lowOverride, c.highShare)
			}
		})
	}
}

func TestReasonsNameColumns(t *testing.T) {
	var columns []string
	for f := range reflect.TypeFor[loan.Decision]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		columns = append(columns, name)
	}
	for name, c := range map[string]struct {
		defects   []loan.Defect
		low, high float64
	}{
		"always":                        {nil, 0, 0},
		"but for one refusal in twenty": {[]loan.Defect{loan.UnknownReason}, 0.04, 0.06},
	} {
		t.Run(name, func(t *testing.T) {
			refused, strange := 0.0, 0.0
			for _, d := range generate(t, 20_000, 1, c.defects...).Decisions {
				if d.Reasons == "" {
					continue
				}
				refused++
				for code := range strings.SplitSeq(d.Reasons, ";") {
					if !slices.Contains(columns, code) {
						strange++
					}
				}
			}
			if s := strange / refused; s < c.low || s > c.high {
				t.Errorf("share of refusals with an unknown reason %.3f, want %.2f to %.2f", s, c.low, c.high)
			}
		})
	}
}

func TestWorkflowFileHasTheDefectOnlyWhenPlanted(t *testing.T) {
	for name, c := range map[string]struct {
		defects []loan.Defect
		bases   int
	}{"planted": {[]loan.Defect{loan.NoBasis}, 2}, "mended": {nil, 3}} {
		t.Run(name, func(t *testing.T) {
			_, files := written(t, generate(t, 10, 1, c.defects...))
			var file struct {
				Data struct {
					Decisions, Training struct{ File string }
					Sensitive           []struct{ Column, Source, Basis string }
					Population          map[string]struct{ Shares map[string]float64 }
				}
				Oversight  struct{ Reviews string }
				Definition string
			}
			if err := yaml.Unmarshal(files["plumbline.yaml"], &file); err != nil {
				t.Fatal(err)
			}
			bases := 0
			for _, s := range file.Data.Sensitive {
				if s.Basis != "" {
					bases++
				} else if s.Column != "region" {
					t.Errorf("%s has no basis", s.Column)
				}
			}
			if len(file.Data.Sensitive) != 3 || bases != c.bases {
				t.Errorf("%d of %d columns have a basis, want %d of 3", bases, len(file.Data.Sensitive), c.bases)
			}
			for _, name := range []string{file.Data.Decisions.File, file.Data.Training.File, file.Oversight.Reviews, file.Definition} {
				if len(files[name]) == 0 {
					t.Errorf("%q is not in the folder", name)
				}
			}
			rows := generate(t, 50_000, 1).Decisions
			for region, want := range file.Data.Population["region"].Shares {
				if got, _ := share(rows, everybody, regionIs(region)); got < want-0.01 || got > want+0.01 {
					t.Errorf("%s: share %.3f in the data, %.2f declared", region, got, want)
				}
			}
		})
	}
}

func TestWriteKeepsEdits(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "plumbline.yaml")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := generate(t, 10, 1).Write(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(mine); err != nil || string(got) != "mine" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFlowIsWired(t *testing.T) {
	var flow struct {
		Nodes       []struct{ Name, Type string }
		Connections map[string]map[string][][]struct{ Node string }
	}
	content, err := consumerloan.Files.ReadFile("flow.n8n.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &flow); err != nil {
		t.Fatal(err)
	}
	wired := map[string]bool{}
	for from, kinds := range flow.Connections {
		wired[from] = true
		for _, outputs := range kinds {
			for _, ends := range outputs {
				for _, end := range ends {
					wired[end.Node] = true
				}
			}
		}
	}
	for _, n := range flow.Nodes {
		if !wired[n.Name] {
			t.Errorf("%s is not connected", n.Name)
		}
		delete(wired, n.Name)
	}
	if len(wired) > 0 {
		t.Errorf("connections to nodes that are not there: %v", wired)
	}
}

func TestBadConfigIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  loan.Config
		want plumbline.Code
	}{
		"negative rows":  {loan.Config{Rows: -1}, plumbline.Invalid},
		"too many rows":  {loan.Config{Rows: loan.MaxRows + 1}, plumbline.TooLarge},
		"unknown defect": {loan.Config{Rows: 1, Defects: []loan.Defect{"height"}}, plumbline.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			if data, err := loan.Generate(c.cfg); data != nil || plumbline.CodeOf(err) != c.want {
				t.Errorf("got %v, want an error of code %s", err, c.want)
			}
		})
	}
}

func TestParseDefects(t *testing.T) {
	for list, want := range map[string][]loan.Defect{
		"all": loan.Defects(), "none": nil, "": nil, "proxy, age-cliff,proxy": {loan.Proxy, loan.AgeCliff},
	} {
		if got, err := loan.ParseDefects(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v", list, got, err)
		}
	}
	for _, list := range []string{"proxies", "proxy,", "all,proxy"} {
		if _, err := loan.ParseDefects(list); plumbline.CodeOf(err) != plumbline.Invalid {
			t.Errorf("%q: got %v, want an error", list, err)
		}
	}
}

func TestFewRows(t *testing.T) {
	for _, rows := range []int{1, 2, 3} {
		if got := len(generate(t, rows, 0, loan.Defects()...).Decisions); got != rows {
			t.Errorf("got %d rows, want %d", got, rows)
		}
	}
}

func TestGenerateIsFast(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the race detector makes times meaningless")
	}
	start := time.Now()
	generate(t, 50_000, 1, loan.Defects()...)
	if took := time.Since(start); took > time.Second {
		t.Errorf("50,000 rows took %s, want under a second", took)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, err := loan.Generate(loan.Config{Rows: 50_000, Seed: 1, Defects: loan.Defects()}); err != nil {
			b.Fatal(err)
		}
	}
}

// The tables of both READMEs name each defect with the control that must show it.
func TestReadmesNameEachDefect(t *testing.T) {
	for _, file := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range planted.TableFaults(string(text), loan.Catalogue()) {
			t.Errorf("%s: %s", file, fault)
		}
	}
}

func TestHashesAreThoseOfTheFiles(t *testing.T) {
	var file struct {
		Models       []struct{ File, SHA256 string }
		Attestations []struct{ Document, SHA256 string }
	}
	text, err := consumerloan.Files.ReadFile("plumbline.yaml")
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
	if len(want) != 3 {
		t.Errorf("%d files with a hash, want 3", len(want))
	}
	for name, sum := range want {
		content, err := consumerloan.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s: the hash is %x", name, got)
		}
	}
}
