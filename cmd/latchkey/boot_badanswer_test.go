package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// codeKeys are what each API calls a code.
var codeKeys = map[string]string{"bigcity": "otp", "goodcity": "pin", "arita": "otp", "bridgekeeper": "otp"}

// TestC8_NoCodeIsNoGuess answers with the right code in wrong clothes, many times more than a code survives wrong answers. None
// of them is let in, none is counted, and the code is still good for one login afterwards.
func TestC8_NoCodeIsNoGuess(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	s.people(1, dialects...)
	eachDialect(t, func(t *testing.T, d dialect) {
		v, somebody := n.visit(t), d.person(0)
		handle, code := v.ask(d, somebody, box)
		answer, key := d.answer(somebody.who, handle, code), codeKeys[d.name]
		for name, value := range disguised(code) {
			body := strings.Replace(answer.body, `"`+key+`":"`+code+`"`, `"`+key+`":`+value, 1)
			if body == answer.body {
				t.Fatalf("no %s in %s", key, answer.body)
			}
			got := v.do(request{answer.method, answer.path, body, answer.headers})
			if got.status < 400 || got.status >= 500 || got.status == http.StatusTooManyRequests {
				t.Errorf("%s: status %d: %s", name, got.status, got.body)
			}
		}
		twice := strings.Replace(answer.body, `{`, `{"`+key+`":"0000",`, 1)
		v.want(http.StatusBadRequest, request{answer.method, answer.path, twice, answer.headers})
		v.want(http.StatusOK, answer)
		v.want(d.wrong, answer)
	})
}

// disguised is a code in spellings that are none.
func disguised(code string) map[string]string {
	number := strings.TrimLeft(code[:len(code)-1], "0") + code[len(code)-1:]
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, code)
	devanagari := strings.Map(func(r rune) rune { return r - '0' + '०' }, code)
	return map[string]string{
		"list": `["` + code + `"]`, "object": `{"code":"` + code + `"}`, "null": `null`, "true": `true`,
		"fraction": number + ".0", "exponent": number + "e0", "minus": "-" + number, "text of a fraction": `"` + code + `.0"`,
		"space before": `" ` + code + `"`, "space behind": `"` + code + ` "`, "line end": `"` + code + `\n"`, "zero byte": `"` + code + `\u0000"`,
		"plus": `"+` + code + `"`, "longer": `"` + code + `0"`, "twice": `"` + code + code + `"`, "wide digits": `"` + wide + `"`,
		"devanagari digits": `"` + devanagari + `"`, "hexadecimal": `"0x` + code + `"`, "quoted": `"\"` + code + `\""`, "empty": `""`,
		"very long": `"` + strings.Repeat(code, 5_000) + `"`, "joined": `"` + strings.Join(strings.Split(code, ""), "\u200d") + `"`,
	}
}

// TestC8_OddValues puts odd values into the fields that may be left out. What becomes of them is each operation's business, but
// it is documented, and the server lives.
func TestC8_OddValues(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t), append(newPostbox(t).settings(), "LATCHKEY_LIMITS=off")...).serve()
	for _, o := range operations(t, map[string]string{"bigcity": basic}) {
		t.Run(o.method+strings.ReplaceAll(o.path, "/", " "), func(t *testing.T) {
			v := n.visit(t)
			for _, key := range append(o.keys, "unknown", "", strings.Repeat("k", 1000)) {
				for _, value := range []string{`null`, `false`, `0`, `-0.0`, `1e400`, `""`, `[]`, `[null]`, `{}`, `{"a":{"b":[{}]}}`, `"\u0000"`, `"` + strings.Repeat("é", 20_000) + `"`} {
					fields := map[string]json.RawMessage{}
					if err := json.Unmarshal([]byte(o.body), &fields); err != nil {
						t.Fatal(err)
					}
					fields[key] = json.RawMessage(value)
					body, err := json.Marshal(fields)
					if err != nil {
						t.Fatal(err)
					}
					if got := v.do(request{o.method, o.path, string(body), o.headers}); got.status >= 500 {
						t.Errorf("%s is %.60s: status %d: %s", key, value, got.status, got.body)
					}
				}
			}
		})
	}
	n.healthy()
}

// TestV1_PathsAndMethods: of each documented path every method but the documented ones is 405 with Allow, in the words of the
// dialect, and what is documented nowhere is 404.
func TestV1_PathsAndMethods(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t), "LATCHKEY_LIMITS=off").serve()
	v := n.visit(t)
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace, http.MethodConnect, "BREW"}
	for path, described := range readOpenAPI(t).Paths {
		tag := described[slices.Sorted(maps.Keys(described))[0]].Tags[0]
		if tag == "dev" { // it is there with --dev alone
			v.want(http.StatusNotFound, request{http.MethodGet, path, "", nil})
			continue
		}
		for _, method := range methods {
			if _, documented := described[strings.ToLower(method)]; documented {
				continue
			}
			got := v.want(http.StatusMethodNotAllowed, request{method, path, "", nil})
			for documented := range described {
				if !strings.Contains(got.header.Get("Allow"), strings.ToUpper(documented)) {
					t.Errorf("%s %s: Allow is %q, without %s", method, path, got.header.Get("Allow"), documented)
				}
			}
			if !spokenIn(tag, got.body) {
				t.Errorf("%s %s: not in the words of %s: %s", method, path, tag, got.body)
			}
		}
		if path == "/" || path == "/microsite" || strings.Contains(path, "{") {
			continue // what is made of them may be another page
		}
		for _, wrong := range []string{path + "/", "/" + path, path + "/x", strings.ToUpper(path), path + "%00", path + "%2f"} {
			if got := v.do(request{http.MethodPost, wrong, `{}`, nil}); got.status != http.StatusNotFound {
				t.Errorf("POST %s: status %d, want 404: %s", wrong, got.status, got.body)
			}
		}
	}
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/vars", "/api", "/web/auth", "/.env", "/api/v1/auth/../../../etc/passwd", "/dev/inbox"} {
		v.want(http.StatusNotFound, request{http.MethodGet, path, "", nil})
	}
}

// spokenIn tells whether a failure has the keys of a dialect's. Pages answer with a page, but where a path has a parameter.
func spokenIn(tag, body string) bool {
	if tag == "pages" || tag == "microsite" {
		return strings.HasPrefix(body, "<!DOCTYPE html>") || spokenIn("system", body)
	}
	keys := map[string][]string{
		"bigcity": {"message", "status"}, "goodcity": {"error"}, "arita": {"data", "message", "success"}, "bridgekeeper": {"error", "message"}, "system": {"error"},
	}
	var fields map[string]any
	return json.Unmarshal([]byte(body), &fields) == nil && slices.Equal(slices.Sorted(maps.Keys(fields)), keys[tag])
}

// TestBoot_DialectsOff: an API that is switched off is not there.
func TestBoot_DialectsOff(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t)).serve("--dialect", "goodcity,arita")
	plain := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(plain.CloseIdleConnections)
	v := &visitor{t: t, url: n.url, http: plain} // their 404 is documented nowhere
	for path, described := range readOpenAPI(t).Paths {
		for method, operation := range described {
			off := slices.Contains([]string{"bigcity", "microsite", "bridgekeeper", "dev"}, operation.Tags[0])
			got := v.do(request{strings.ToUpper(method), strings.ReplaceAll(path, "{name}", "site.css"), "", []string{basic}})
			if (got.status == http.StatusNotFound) != off {
				t.Errorf("%s %s: status %d, off is %v: %s", method, path, got.status, off, got.body)
			}
		}
	}
}
