package httpapitest

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const text = `# what the file is about

=== the first
> advance 31s
> disable CUST12345
POST /a?b=c d
Content-Type: text/plain
X-Two: a: b

first line

# third line, which is no comment
--- 429
Retry-After: 30
!Set-Cookie

{"a":
 1}
# a comment after the expected body

=== the second
GET /b
--- 204
`
	want := []step{
		{
			name: "the first", line: 3, acts: []string{"advance 31s", "disable CUST12345"}, method: "POST", path: "/a?b=c d",
			headers: []string{"Content-Type: text/plain", "X-Two: a: b"}, body: "first line\n\n# third line, which is no comment",
			status: 429, wantHeaders: []string{"Retry-After: 30", "!Set-Cookie"}, wantBody: "{\"a\":\n 1}",
		},
		{name: "the second", line: 21, method: "GET", path: "/b", status: 204},
	}
	got, err := parse(text)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v\ninstead of\n%+v", err, got, want)
	}
}

// What is written wrongly must not be a step that passes.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, says string }{
		"nothing":                         {"", "without steps"},
		"comments only":                   {"# a\n\n# b\n", "without steps"},
		"a request without a title":       {"GET /\n--- 200\n", "line 1"},
		"a title without the blank":       {"===a\nGET /\n--- 200\n", "line 1"},
		"no request":                      {"=== a\n--- 200\n", "makes no request"},
		"acts only":                       {"=== a\n> advance 1s\n--- 200\n", "makes no request"},
		"no path":                         {"=== a\nGET\n--- 200\n", "line 2"},
		"no expectation":                  {"=== a\nGET /\n", "expects nothing"},
		"no expectation in the first":     {"=== a\nGET /\n=== b\nGET /\n--- 200\n", "line 1"},
		"an expectation without a blank":  {"=== a\nGET /\n\n---200\n", "expects nothing"},
		"a status in words":               {"=== a\nGET /\n--- OK\n", "line 3"},
		"a status of 0":                   {"=== a\nGET /\n--- 0\n", "expects nothing"},
		"two requests under one title":    {"=== a\nGET /\n--- 200\n\nGET /\n--- 404\n", "second reply"},
		"an act after the request":        {"=== a\nGET /\n> advance 1s\n--- 200\n", "without a colon"},
		"a body right after the request":  {"=== a\nPOST /\n[1]\n--- 200\n", "without a colon"},
		"an expected header, no value":    {"=== a\nGET /\n--- 200\nRetry-After\n", "neither"},
		"an expected body, no blank line": {"=== a\nGET /\n--- 200\n[1]\n", "neither"},
		"an absent header with a value":   {"=== a\nGET /\n--- 200\n!Retry-After: 30\n", "neither"},
		"an absent header, blank":         {"=== a\nGET /\n--- 200\n! Retry-After\n", "neither"},
	} {
		if steps, err := parse(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %+v", name, err, steps)
		}
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \n", ""},
		{"plain  text\n", "plain  text"},
		{"{ \"a\" : [ 1 , 2 ] }\n", `{"a":[1,2]}`},
		{`{"b":1, "a":1.0}`, `{"b":1,"a":1.0}`},
		{`{"a":"b  c"}`, `{"a":"b  c"}`},
		{`{ "a": "{{key}}" }`, `{"a":"{{key}}"}`},
		{`{ "a": "REF{{key}}-{{*}}" }`, `{"a":"REF{{key}}-{{*}}"}`},
		{`{ "a": {{number}}, "b": [ {{*}}, {{=c}} ] }`, `{"a":{{number}},"b":[{{*}},{{=c}}]}`},
		{`{"a": 1, {{*}}}`, `{"a": 1, {{*}}}`}, // no JSON; the reply still is
	} {
		if got := compact(c.text); got != c.want {
			t.Errorf("%q became %q instead of %q", c.text, got, c.want)
		}
	}
}
