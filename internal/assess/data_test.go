package assess_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

const dataFile = `workflow: data
title: data
sector: other
decision:
  column: d
  favourable: ["1"]
  label: {column: y, favourable: ["1"]}
data:
  decisions: {file: d.csv, id: id, time: at, source: s, licence: l, collected: c}
  training: {file: t.csv, id: id, time: at, source: s, licence: l, collected: c}
  sensitive: [{column: g, source: s, basis: b, delete_by: 2030-01-01}]
  ranges: {amount: {min: "0"}}
  texts: [{file: kb.md, kind: knowledge, source: s, licence: l, collected: 2026-06-01}]
models:
  - {file: m.bin, format: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}
fairness: {primary: demographic_parity, reason: r, by: p, on: 2026-11-01}
`

// dataRows makes a table in which nothing is wrong.
func dataRows(rows int, seed uint64, first int) [][]string {
	rng := rand.New(rand.NewPCG(seed, 3))
	out := [][]string{{"id", "at", "g", "amount", "channel", "y", "d"}}
	for i := range rows {
		x := rng.NormFloat64()
		y := "0"
		if rng.Float64() < 1/(1+math.Exp(-4*x)) {
			y = "1"
		}
		out = append(out, []string{
			fmt.Sprint("r", first+i), fmt.Sprintf("2026-%02d-%02d", 1+i*10/rows, 1+i*280/rows%28), []string{"a", "b"}[rng.IntN(2)], fmt.Sprintf("%.4f", 100+10*x),
			[]string{"甲", "乙", "丙"}[rng.IntN(3)], y, []string{"0", "1"}[rng.IntN(2)],
		})
	}
	return out
}

func csvOf(rows [][]string) []byte {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.Join(r, ",") + "\n")
	}
	return []byte(b.String())
}

// assessData assesses the clean workflow after spoil has been at it.
func assessData(t *testing.T, spoil func(files fstest.MapFS, d, tr *[][]string), only ...string) *plumbline.Assessment {
	t.Helper()
	d, tr := dataRows(3000, 1, 0), dataRows(3000, 2, 50_000)
	files := fstest.MapFS{
		"plumbline.yaml": {Data: []byte(dataFile)}, "m.bin": {Data: []byte("abc")},
		"kb.md": {Data: []byte("这是一段说明贷款申请材料要求的文字，没有任何个人信息。\n\n申请人需要提供收入证明和居住证明，两者均应在三个月以内。\n")},
	}
	if spoil != nil {
		spoil(files, &d, &tr)
	}
	files["d.csv"], files["t.csv"] = &fstest.MapFile{Data: csvOf(d)}, &fstest.MapFile{Data: csvOf(tr)}
	f, err := workflow.Load(files, "plumbline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	open := func(name string) *table.Table {
		tab, err := table.Open(context.Background(), files, []string{name}, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { tab.Close() })
		return tab
	}
	return run(t, assess.Input{File: f, Files: files, Table: open("d.csv"), Training: open("t.csv"), Graph: &plumbline.Graph{}, Only: only})
}

// onData keeps the ids of findings of data and privacy that are not satisfied.
func onData(a *plumbline.Assessment) (ids []string) {
	for _, f := range a.Findings {
		if f.State == plumbline.NotSatisfied && (strings.HasPrefix(f.ID, "DI-") || strings.HasPrefix(f.ID, "PR-")) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

func TestDataFindings(t *testing.T) {
	for _, c := range []struct {
		name     string
		spoil    func(files fstest.MapFS, d, tr *[][]string)
		want     []string
		severity plumbline.Severity
	}{
		{"nothing", nil, nil, ""},
		{"an exchanged model", func(f fstest.MapFS, _, _ *[][]string) { f["m.bin"] = &fstest.MapFile{Data: []byte("abd")} }, []string{"DI-05/hash_mismatch/item=m.bin"}, plumbline.High},
		{"a number in the knowledge base", func(f fstest.MapFS, _, _ *[][]string) {
			f["kb.md"] = &fstest.MapFile{Data: []byte("第一段：本产品说明贷款的一般条件与期限。\n\n联系张三 13800138000。\n")}
		}, []string{"PR-01/text_personal_share/item=kb.md"}, plumbline.High},
		{"an undeclared identity number", func(_ fstest.MapFS, d, tr *[][]string) {
			for _, rows := range []*[][]string{d, tr} {
				for i := range *rows {
					(*rows)[i] = append((*rows)[i], []string{"11010519491231002X", "440524188001010014"}[i%2])
				}
				(*rows)[0][7] = "k"
			}
		}, []string{"PR-01/undeclared_personal_column/k/item=resident-id", "PR-01/undeclared_personal_column/k/table=training/item=resident-id"}, plumbline.High},
		{"a leak", func(_ fstest.MapFS, d, tr *[][]string) {
			for _, rows := range []*[][]string{d, tr} {
				for i, r := range *rows {
					(*rows)[i] = append(r, map[string]string{"0": "N", "1": "Y", "y": "settled"}[r[5]])
				}
			}
		}, []string{"DI-05/single_feature_auc/settled", "DI-05/single_feature_auc/settled/table=training"}, plumbline.Medium},
		{"no licence", func(f fstest.MapFS, _, _ *[][]string) {
			f["plumbline.yaml"].Data = []byte(strings.Replace(dataFile, "training: {file: t.csv, id: id, time: at, source: s, licence: l,", "training: {file: t.csv, id: id, time: at, source: s,", 1))
		}, []string{"DI-02/table=training"}, plumbline.Low},
		{"negative amounts", func(_ fstest.MapFS, d, _ *[][]string) {
			for i := 1; i < 200; i++ {
				(*d)[i*10][3] = "-1"
			}
		}, []string{"DI-04/beyond_range_share/amount", "DI-04/duplicate_row_share", "DI-04/out_of_range_share/amount"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := assessData(t, c.spoil)
			got := onData(a)
			for _, id := range c.want {
				if !strings.Contains(id, "duplicate") && !slices.Contains(got, id) {
					t.Errorf("%s is missing among %q", id, got)
				}
			}
			for _, id := range got {
				if !slices.ContainsFunc(c.want, func(w string) bool { return strings.HasPrefix(id, w) }) {
					t.Errorf("%s was not planted", id)
				}
			}
			seen := map[string]bool{}
			for _, f := range a.Findings {
				if seen[f.ID] {
					t.Errorf("two findings are called %s", f.ID)
				}
				seen[f.ID] = true
				if slices.Contains(c.want, f.ID) && c.severity != "" && f.Severity.Rank() < c.severity.Rank() {
					t.Errorf("%s is %s, want at least %s", f.ID, f.Severity, c.severity)
				}
			}
			raw, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"13800138000", "11010519491231002X"} {
				if strings.Contains(string(raw), secret) {
					at := strings.Index(string(raw), secret)
					t.Errorf("%s is in the assessment: … %s", secret, raw[max(0, at-160):at])
				}
			}
		})
	}
}

// TestDataNotSelectedIsNotTested: what was left out of the run is never shown as fine.
func TestDataNotSelectedIsNotTested(t *testing.T) {
	for _, c := range assessData(t, nil, "bias.").Controls {
		if (c.ID == "DI-01" || c.ID == "DI-04" || c.ID == "DI-05") && (c.State != plumbline.NotTested || c.Reason != plumbline.NotSelected) {
			t.Errorf("%s is %s (%s)", c.ID, c.State, c.Reason)
		}
	}
}

// TestDataChecksGiveNoSensitiveCounts: few people lack the sensitive value, and no data check says how many.
func TestDataChecksGiveNoSensitiveCounts(t *testing.T) {
	a := assessData(t, func(_ fstest.MapFS, d, _ *[][]string) {
		for i := range 3 {
			(*d)[1+i*100][2] = ""
		}
	})
	for _, o := range a.Observations {
		if strings.HasPrefix(o.ID, "data.") && o.Scope.Column == "g" && o.Scope.Table == "" && o.Metric != "bad_value_share" && o.Metric != "kind_changed" && o.Metric != "single_feature_auc" {
			t.Errorf("%s tells of the sensitive column", o.ID)
		}
	}
}
