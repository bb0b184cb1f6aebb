package docs

import (
	"encoding/json"
	"os/exec"
	"testing"

	"latchkey/infrastructure/testtool"
)

// TestQuoteIsOneWord lets a shell read the words.
func TestQuoteIsOneWord(t *testing.T) {
	t.Parallel()
	shell := testtool.Program(t, "any POSIX shell will do", "sh")
	for _, word := range []string{"", "a", "a b", "it's", `"`, "$HOME", "`id`", `\`, "a\nb", "!x", "~", "*", "a;b", "{a,b}", "é", "''", "#x", "=ls"} {
		printed, err := exec.Command(shell, "-c", "printf %s "+quote(word)).Output()
		if err != nil || string(printed) != word {
			t.Errorf("%q is read as %q (%v) from %s", word, printed, err, quote(word))
		}
	}
}

func TestCurl(t *testing.T) {
	t.Parallel()
	d := &document{}
	if err := json.Unmarshal([]byte(`{"components":{"securitySchemes":{"basic":{"type":"http","scheme":"basic"},"header":{"type":"apiKey","in":"header","name":"X-Key"}}}}`), d); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]struct {
		method, path, operation, mediaType, sample, client string
	}{
		"curl '|/a'":                        {"get", "/a", `{}`, "", "", ""},
		"curl -X POST '|/a'":                {"post", "/a", `{}`, "", "", ""},
		`curl -u "$CLIENT:$PASSWORD" '|/a'`: {"get", "/a", `{"security":[{"basic":[]}]}`, "", "", ""},
		`curl -u 'me:it'\''s' '|/a'`:        {"get", "/a", `{"security":[{"basic":[]}]}`, "", "", "me:it's"},
		`curl -H "X-Key: $TOKEN" '|/a'`:     {"get", "/a", `{"security":[{"header":[]}]}`, "", "", ""},
		`curl '|/b'`:                        {"get", "/b", `{"security":[{},{"header":[]}]}`, "", "", ""},
		"curl '|/a%2Fb?q=it%27s+%26'":       {"get", "/{x}", `{"parameters":[{"name":"x","in":"path","example":"a/b"},{"name":"q","in":"query","required":true,"example":"it's &"},{"name":"o","in":"query","example":1}]}`, "", "", ""},
		"curl '|/a' \\\n  -H 'Content-Type: x/y' \\\n  -d '{\"a\":\"it'\\''s\"}'":          {"post", "/a", `{}`, "x/y", `{"a": "it's"}`, ""},
		"curl '|/a' \\\n  --data-urlencode 'a[b]=it'\\''s' \\\n  --data-urlencode c=1":     {"post", "/a", `{}`, "application/x-www-form-urlencoded", `{"a": {"b": "it's"}, "c": 1}`, ""},
		"curl -X PUT -c jar '|/a' \\\n  -H 'Content-Type: application/json' \\\n  -d '{}'": {"put", "/a", `{"responses":{"200":{"headers":{"Set-Cookie":{}}}}}`, "application/json", `{}`, ""},
	} {
		var o operation
		if err := json.Unmarshal([]byte(c.operation), &o); err != nil {
			t.Fatal(err)
		}
		got := d.curl(c.method, c.path, o, c.mediaType, json.RawMessage(c.sample), c.client)
		if got.Before+"|"+got.After != want {
			t.Errorf("got  %s|%s\nwant %s", got.Before, got.After, want)
		}
	}
}

func TestProse(t *testing.T) {
	t.Parallel()
	for markdown, want := range map[string]string{
		"One `<a>` & more\nhere.\n\nTwo.\n": "<p>One <code>&lt;a&gt;</code> &amp; more\nhere.</p><p>Two.</p>",
		"- a\n- b\n  more":                  "<ul><li>a</li><li>b\n  more</li></ul>",
		"":                                  "",
	} {
		if got := string(prose(markdown)); got != want {
			t.Errorf("%q: %s", markdown, got)
		}
	}
}

func TestParseRefusesWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"paths": {"/": 1}}`, `{"paths": []}`} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was read", text)
				}
			}()
			parse([]byte(text))
		}()
	}
}
