package detect_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline/internal/detect"
)

// made gives n characters that look random and are nobody's key. Values are put together here so that no scanner of
// repositories takes this file for a leak.
func made(n int, alphabet string) string {
	var b strings.Builder
	state := uint64(0x9e3779b97f4a7c15)
	for range n {
		state = state*6364136223846793005 + 1442695040888963407
		b.WriteByte(alphabet[(state>>33)%uint64(len(alphabet))])
	}
	return b.String()
}

const (
	digits = "0123456789"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	all    = digits + upper + lower
	hex    = "0123456789abcdef"
)

func TestSecretsAreFound(t *testing.T) {
	for kind, texts := range map[string][]string{
		"private-key":        {"-----BEGIN RSA " + "PRIVATE KEY-----\nMII", "-----BEGIN " + "PRIVATE KEY-----"},
		"aws-access-key":     {"id = AKIA" + made(16, upper+"234567")},
		"google-api-key":     {"https://x.test/?key=AIza" + made(35, all)},
		"google-oauth":       {"GOCSPX-" + made(28, all)},
		"alibaba-access-key": {"LTAI" + made(20, all)},
		"tencent-secret-id":  {"AKID" + made(32, all)},
		"github-token":       {"ghp_" + made(36, all), "github_pat_" + made(70, all)},
		"gitlab-token":       {"glpat-" + made(20, all)},
		"slack-token":        {"xoxb-" + made(12, digits) + "-" + made(24, all)},
		"slack-webhook":      {"https://hooks.slack.com/services/T" + made(8, upper) + "/B" + made(8, upper) + "/" + made(24, all)},
		"stripe-key":         {"sk_live_" + made(24, all), "whsec_" + made(32, all)},
		"provider-api-key":   {"sk-" + made(48, all), "sk-proj-" + made(60, all), "sk-ant-api03-" + made(80, all), "sk-or-v1-" + made(64, hex), "sk-" + made(32, hex), "gsk_" + made(52, all), "hf_" + made(34, all)},
		"telegram-token":     {"https://api.telegram.org/bot" + made(10, "123456789") + ":AA" + made(33, all) + "/sendMessage"},
		"jwt":                {"eyJ" + made(20, all) + ".eyJ" + made(40, all) + "." + made(43, all)},
		"database-url":       {"postgres://app:" + made(12, all) + "@db.internal:5432/x", "mongodb+srv://u:" + made(10, all) + "@c.mongodb.net"},
		"basic-auth-url":     {"https://admin:" + made(12, all) + "@api.corp.test/v1"},
		"bearer-token":       {"Authorization: Bearer " + made(40, all), "Bearer /" + made(40, all), "=Bearer " + made(30, all)},
		"basic-auth":         {"Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+made(12, all)))},
		"assigned-secret": {
			`const apiKey = "` + made(32, all) + `";`, `{"api_key":"` + made(24, all) + `"}`, `{\"token\": \"` + made(24, all) + `\"}`,
			"https://x.test/v1?lang=en&access_token=" + made(24, all), "DB_PASSWORD=" + made(16, all), "password: 'Wint" + "er2024!'", "密码：" + made(12, all),
		},
	} {
		for _, s := range texts {
			got := detect.Secrets(s)
			if len(got) != 1 || got[0].Kind != kind {
				t.Errorf("%s: %q gives %v", kind, s, got)
			}
		}
	}
}

func TestWhatIsNoSecretIsLeft(t *testing.T) {
	for _, s := range []string{
		"", "={{ $credentials.apiKey }}", "Bearer {{ $json.token }}", "=Bearer {{ $env.OPENAI_API_KEY }}", "api_key: YOUR_API_KEY", `"apiKey": "your-api-key-here-123"`,
		"sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-your-openai-key-0123456789abcdef", "AKIA" + "IOSFODNN7EXAMPLE", "Authorization: Bearer YOUR_TOKEN_GOES_HERE_1234",
		"postgres://user:${DB_PASSWORD}@host/db", "postgres://user:password@host/db", "https://user:{{ $json.pass }}@host/", "token = items[0].json.token", "const token = response.data.token1",
		`"maxTokens": "4096"`, `"nextPageToken": "CAUQAA12345678abcd"`, "task-oriented-dialogue-systems-are-2024-style", "sk-folding-cube-loading-animation-spinner", "the secret: keep it simple and short 2024",
		`"token": "` + "3f2504e0-4f89-41d3-9a0c-0305e82c3301" + `"`, "basic authentication", "Basic dGhpcyBpcyBub3QgYSBwYWly", "https://host:8080/path@x", "password=********", "密码：请输入您的密码",
		`"tokenType": "bearer_token_type1"`, "secretName: my-secret-2", `"password": "={{ $json.body.password1 }}"`, "https://example.com/a?sort=key&token=", "bearer of bad news arrived",
		`{"apiKey": "<PUT_KEY_1_HERE>"}`, "ghp_" + strings.Repeat("a", 36), "sha256:" + made(64, hex), "id: " + made(32, hex), "https://docs.google.com/spreadsheets/d/" + made(44, all),
	} {
		if got := detect.Secrets(s); len(got) != 0 {
			t.Errorf("%q gives %v", s, got)
		}
	}
}

func TestNamedSecret(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"X-API-Key", made(32, all), true},
		{"apikey", made(24, hex), true},
		{"Authorization-Token", made(24, all), true},
		{"pageToken", made(24, all), false},
		{"X-API-Key", "={{ $json.key }}", false},
		{"model", made(32, all), false},
		{"password", "hunter2", false},
		{"monkey", made(24, all), false},
	} {
		if got := detect.NamedSecret(c.name, c.value); got != c.want {
			t.Errorf("%s = %q: %v", c.name, c.value, got)
		}
	}
}

// Cost grows with the text, not with its square: a megabyte of what nearly matches is read at once.
func TestSecretsAreLinear(t *testing.T) {
	for _, piece := range []string{"sk-a", "token=", "https://a:b", "-----BEGIN ", "eyJaaaaaaaa.", "bearer ", "aaaaaaaa_", `api_key":"`} {
		start := time.Now()
		detect.Secrets(strings.Repeat(piece, (1<<20)/len(piece)))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q: %v for a megabyte", piece, took)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	for _, s := range []string{"", "sk-" + made(40, all), "token=" + made(20, all), "密码：\xff", "https://a:b1234567@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, x := range detect.Secrets(s) {
			if x.Start < end || x.End <= x.Start || x.End > len(s) || x.Kind == "" {
				t.Fatalf("%q: %+v", s, x)
			}
			end = x.End
		}
	})
}
