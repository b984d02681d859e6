package app_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestBashCompletes runs the script in a real bash.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash on this machine")
	}
	code, script, stderr := plumb(t, "completion", "bash")
	if code != 0 {
		t.Fatal(stderr)
	}
	for line, want := range map[string][]string{
		"plumb a":                         {"assess"},
		"plumb ":                          {"assess", "init", "checks", "version", "completion", "schema"},
		"plumb assess --l":                {"--lang"},
		"plumb assess --lang ":            {"zh-CN", "en"},
		"plumb assess x --fail-on cr":     {"critical"},
		"plumb assess x --new":            {"--new-only"},
		"plumb completion ":               {"bash", "zsh", "fish"},
		"plumb schema a":                  {"assessment"},
		"plumb checks --fail-on-nothing ": nil,
	} {
		words := strings.Split(line, " ")
		ask := script + "\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); _plumb; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
		out, err := exec.Command(bash, append([]string{"-c", ask, "bash"}, words...)...).Output()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got := strings.Fields(string(out))
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%q completes to %q, %q is missing", line, got, w)
			}
		}
	}
}

// TestOtherShells knows only that the commands are in the scripts: neither shell is here to run them.
func TestOtherShells(t *testing.T) {
	for shell, want := range map[string]string{"fish": "complete -c plumb -n '__fish_seen_subcommand_from assess' -l fail-on", "zsh": "#compdef plumb"} {
		if code, script, _ := plumb(t, "completion", shell); code != 0 || !strings.Contains(script, want) {
			t.Errorf("%s: exit %d\n%s", shell, code, script)
		}
	}
	if code, _, stderr := plumb(t, "completion", "tcsh"); code != 2 || !strings.Contains(stderr, "bash") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestSchemasArePrinted(t *testing.T) {
	for of, want := range map[string]string{"workflow": "plumbline.yaml", "assessment": "assessment"} {
		code, out, stderr := plumb(t, "schema", of)
		var doc map[string]any
		if err := json.NewDecoder(bytes.NewBufferString(out)).Decode(&doc); code != 0 || err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: exit %d, %v: %s", of, code, err, stderr)
		}
	}
}
