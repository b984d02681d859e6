package app_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/workflow"
)

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestInitHostileNames: whatever columns, values and files are called, the file loads and means them.
func TestInitHostileNames(t *testing.T) {
	hostile := []string{
		"approved: yes", "approved # not", `approved "x" \ y`, "approved\n- evil: 1", "approved, {[&*!|>'%@`", "yes approved", "approved\u202egnp", "- approved", "approved\t",
		"approved\u2028x", strings.Repeat("approved ", 300), "*approved", "审批: 结果", "approved \U0001F600",
	}
	values := []string{"approved", "yes", "null", "~", "a: b # c", "no\nway", `"`}
	for i := range len(hostile) + len(values) {
		name, value := hostile[i%len(hostile)], values[i%len(values)]
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Write([]string{name, "sex"})
		w.Write([]string{value, "m"})
		w.Write([]string{"zzz", "f"})
		if w.Flush(); w.Error() != nil {
			t.Fatal(w.Error())
		}
		dir := folder(t, map[string]string{"d # x.csv": b.String()})
		code, stdout, stderr := plumb(t, "init", dir)
		if code != 0 {
			t.Fatalf("%q: exit %d: %s", name, code, stderr)
		}
		if strings.ContainsAny(stdout, "\u202e\x1b") {
			t.Errorf("%q: the terminal gets %q", name, stdout)
		}
		f, err := workflow.Load(os.DirFS(dir), "plumbline.yaml")
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if name := strings.TrimSpace(name); f.Decision.Column != name { // a table trims headers
			t.Errorf("the decision is %q, want %q", f.Decision.Column, name)
		}
		if code, _, stderr := plumb(t, "assess", dir, "--only", "bias.groups"); code != 0 {
			t.Errorf("%q %q: assess exits with %d: %s", name, value, code, stderr)
		}
	}
}

func TestInitLeavesOddFilesOut(t *testing.T) {
	dir := folder(t, map[string]string{"a*b.csv": "approved,sex\n1,m\n0,f\n", "bad.parquet": "no parquet", "d.csv": "approved,sex\n1,m\n0,f\n", "x.json": "{\"nodes\": [", "reviews.csv": "id,decided\n1,1\n"})
	code, stdout, stderr := plumb(t, "init", dir)
	if code != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{`"a*b.csv": left out`, `"bad.parquet": left out`, `data.decisions.file: "d.csv"`, `oversight.reviews: "reviews.csv"`} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in\n%s", want, stdout)
		}
	}
}

// What has the form of an export and no steps, or steps that no tool knows, is not taken for one.
func TestInitFindsTheDefinition(t *testing.T) {
	dir := folder(t, map[string]string{
		"d.csv": "approved,sex\n1,m\n0,f\n", "a.json": `{"nodes": [], "connections": {}}`, "b.json": `{"nodes": [{"id": 1, "name": "x"}], "connections": {}}`,
		"settings.json": `[{"theme": "dark"}]`, "conf.yml": "{{ template }}\n",
		"zz.json": `{"nodes": [{"name": "Hook", "type": "n8n-nodes-base.webhook", "parameters": {}}], "connections": {}}`,
	})
	code, stdout, stderr := plumb(t, "init", dir)
	if code != 0 || !strings.Contains(stdout, `definition: "zz.json"`) {
		t.Fatal(stdout, stderr)
	}
	for _, name := range []string{"a.json", "b.json", "settings.json", "conf.yml"} {
		if strings.Contains(stdout, name) {
			t.Errorf("%s is spoken of:\n%s", name, stdout)
		}
	}
}

// The command to type next works in a shell, whatever the folder is called.
func TestInitQuotesTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "-a`b $c 中文")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "d.csv"), []byte("approved,sex\n1,m\n0,f\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := plumb(t, "init", dir); code != 0 || !strings.Contains(stdout, "plumb assess '"+dir+"'") {
		t.Fatal(stdout, stderr)
	}
}

// TestInitRealData: the public data sets get a file that can be assessed at once.
func TestInitRealData(t *testing.T) {
	for _, c := range []struct{ name, file, decision, sensitive string }{
		{"compas", "compas-scores-two-years.csv", "score_text", "race"},
		{"adult", "adult.csv", "income", "sex"},
		{"german", "german.csv", "credit_risk", "age_band"},
	} {
		data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", c.name, c.file))
		if err != nil {
			t.Skipf("the real data of ../shared/data/%s are not here", c.name)
		}
		dir := folder(t, map[string]string{c.file: string(data)})
		if code, _, stderr := plumb(t, "init", dir); code != 0 {
			t.Fatal(stderr)
		}
		f, err := workflow.Load(os.DirFS(dir), "plumbline.yaml")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range f.Data.Sensitive {
			found = found || s.Column == c.sensitive
		}
		if f.Decision.Column != c.decision || !found {
			t.Errorf("%s: decision %q, sensitive %v", c.name, f.Decision.Column, f.Data.Sensitive)
		}
		if code, _, stderr := plumb(t, "assess", dir, "--only", "bias.groups"); code != 0 {
			t.Errorf("%s: assess exits with %d: %s", c.name, code, stderr)
		}
	}
}
