package httpapitest

import (
	"maps"
	"net/http"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	before := map[string]string{"old": "1.5", "none": ""}
	for _, c := range []struct {
		name, want, got string
		matches         bool
		captures        map[string]string
	}{
		{"equal", `{"a":1}`, `{"a":1}`, true, nil},
		{"both empty", ``, ``, true, nil},
		{"a body that is not expected", ``, `{}`, false, nil},
		{"no body", `{}`, ``, false, nil},
		{"another value", `{"a":1}`, `{"a":2}`, false, nil},
		{"another order", `{"a":1,"b":2}`, `{"b":2,"a":1}`, false, nil},
		{"a field more", `{"a":1}`, `{"a":1,"b":2}`, false, nil},
		{"the beginning only", `{"a"`, `{"a":1}`, false, nil},
		{"the end only", `1}`, `{"a":1}`, false, nil},
		{"no pattern", `{"a":".*"}`, `{"a":"xyz"}`, false, nil},
		{"no pattern before a placeholder", `{"a":"x.","b":"{{key}}"}`, `{"a":"xy","b":"z"}`, false, nil},
		{"no pattern after a placeholder", `{"b":"{{key}}","a":"x."}`, `{"b":"z","a":"xy"}`, false, nil},
		{"a line break at the end", `{}`, "{}\n", false, nil},

		{"captured", `{"a":"{{key}}"}`, `{"a":"x+/=&"}`, true, map[string]string{"key": "x+/=&"}},
		{"two captured", `{"a":"{{x}}","b":{{y}}}`, `{"a":"1","b":2}`, true, map[string]string{"x": "1", "y": "2"}},
		{"captured anew", `{{old}}`, `2.5`, true, map[string]string{"old": "2.5"}},
		{"nothing to capture", `{"a":"{{key}}"}`, `{"a":""}`, false, nil},
		{"not beyond the quote", `{"a":"{{key}}"}`, `{"a":"x","b":"y"}`, false, nil},
		{"no escapes", `{"a":"{{key}}"}`, `{"a":"x\n"}`, false, nil},
		{"up to the semicolon", `a={{key}}; Path=/`, `a=1; Path=/`, true, map[string]string{"key": "1"}},
		{"not beyond the semicolon", `a={{key}}; Path=/`, `a=1; b; Path=/`, false, nil},

		{"the same again", `v={{=old}}`, `v=1.5`, true, nil},
		{"not the same", `v={{=old}}`, `v=1.6`, false, nil},
		{"the same is no pattern", `v={{=old}}`, `v=1x5`, false, nil},
		{"never captured", `v={{=other}}`, `v=`, false, nil},
		{"captured empty", `v={{=none}}`, `v=`, true, nil},

		{"anything", `{"a":{{*}}}`, `{"a":["x;",{}]}`, true, nil},
		{"anything, nothing too", `a{{*}}`, `a`, true, nil},
		{"anything over lines", `a{{*}}z`, "a\n\nz", true, nil},
		{"what follows anything counts", `{{*}}z`, `xyz `, false, nil},
	} {
		captured := maps.Clone(before)
		err := match("body", c.want, c.got, captured)
		if (err == nil) != c.matches {
			t.Errorf("%s: %v", c.name, err)
		}
		want := maps.Clone(before)
		maps.Copy(want, c.captures)
		if !maps.Equal(captured, want) {
			t.Errorf("%s: captured %v", c.name, captured)
		}
	}
}

func TestMatchHeader(t *testing.T) {
	t.Parallel()
	header := http.Header{"Retry-After": {"30"}, "Vary": {"Origin", "Accept"}, "X-Empty": {""}}
	for want, matches := range map[string]bool{
		"Retry-After: 30":      true,
		"retry-after:30":       true,
		"Retry-After: 31":      false,
		"Retry-After: 3":       false,
		"Retry-After:":         false,
		"Retry-After: {{*}}":   true,
		"!Retry-After":         false,
		"!retry-after":         false,
		"Vary: Origin, Accept": true,
		"Vary: Origin":         false,
		"X-Empty:":             true,
		"!X-Empty":             false,
		"X-None:":              false,
		"X-None: {{*}}":        false,
		"X-None: {{some}}":     false,
		"!X-None":              true,
	} {
		if err := matchHeader(want, header, map[string]string{}); (err == nil) != matches {
			t.Errorf("%s: %v", want, err)
		}
	}
}
