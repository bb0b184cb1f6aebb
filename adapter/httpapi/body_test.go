package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// brackets reads any form, wrongly but visibly.
func brackets(body []byte) ([]byte, error) {
	if strings.Contains(string(body), "%zz") {
		return nil, domain.Malformed("form")
	}
	return []byte(`{"form":"` + string(body) + `"}`), nil
}

func TestV1_ContentTypes(t *testing.T) {
	t.Parallel()
	const (
		asJSON = `{"a":1}`
		form   = "application/x-www-form-urlencoded"
	)
	for _, c := range []struct {
		contentType string
		strict      int // without a Form
		body        string
	}{
		{"", 200, asJSON},
		{"application/json", 200, asJSON},
		{"Application/JSON", 200, asJSON},
		{"application/json; charset=utf-8", 200, asJSON},
		{"application/json;charset=UTF-8", 200, asJSON},
		{`application/json; charset="utf-8"`, 200, asJSON},
		{"application/json; charset=utf-8; profile=x", 200, asJSON},
		{"application/json; charset=latin1", 415, asJSON},
		{"application/json; charset=utf-16", 415, asJSON},
		{"application/json; charset", 415, asJSON},
		{"application/json; charset=utf-8; charset=latin1", 415, asJSON},
		{"application/json, text/plain", 415, asJSON},
		{"application/problem+json", 415, asJSON},
		{"text/json", 415, asJSON},
		{"text/plain", 415, asJSON},
		{"multipart/form-data; boundary=x", 415, asJSON},
		{"garbage;;=", 415, asJSON},
		{"/", 415, asJSON},
		{" ", 415, asJSON},
		{form, 415, asJSON},
	} {
		for _, rules := range []struct {
			name   string
			rules  httpapi.BodyRules
			status int
		}{
			{"JSON only", httpapi.BodyRules{}, c.strict},
			{"forms too", httpapi.BodyRules{Form: brackets}, c.strict},
			{"any type", httpapi.BodyRules{AnyType: true}, 200},
		} {
			if c.contentType == form && rules.name == "forms too" {
				continue // TestForms
			}
			s := newServer(t, nil)
			mount(s, "POST", "/echo", rules.rules, echo)
			var headers []string
			if c.contentType != "" {
				headers = append(headers, "Content-Type: "+c.contentType)
			}
			reply := do(s, "POST", "/echo", c.body, headers...)
			want := c.body
			if rules.status == http.StatusUnsupportedMediaType {
				want = refused("media_type", "")
			}
			if reply.Code != rules.status || reply.Body.String() != want {
				t.Errorf("%q, %s: %d %s", c.contentType, rules.name, reply.Code, reply.Body)
			}
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		contentType, body string
		status            int
		want              string
	}{
		{"application/x-www-form-urlencoded", "a=1", 200, `{"form":"a=1"}`},
		{"application/x-www-form-urlencoded; charset=UTF-8", "a=1", 200, `{"form":"a=1"}`},
		{"Application/X-WWW-Form-URLencoded", "a=1", 200, `{"form":"a=1"}`},
		{"application/x-www-form-urlencoded", "", 200, `{"form":""}`},
		{"application/x-www-form-urlencoded", "%zz", 400, refused("malformed", "form")},
		{"application/x-www-form-urlencoded", strings.Repeat("a", 64<<10), 200, `{"form":"` + strings.Repeat("a", 64<<10) + `"}`},
		{"application/x-www-form-urlencoded", strings.Repeat("a", 64<<10+1), 413, refused("body_too_large", "")},
		{"application/json", "a=1", 400, refused("malformed", "body")},
		{"", "a=1", 400, refused("malformed", "body")},
	} {
		for _, anyType := range []bool{false, true} {
			s := newServer(t, nil)
			mount(s, "POST", "/echo", httpapi.BodyRules{Form: brackets, AnyType: anyType}, echo)
			if reply := do(s, "POST", "/echo", c.body, "Content-Type: "+c.contentType); reply.Code != c.status || reply.Body.String() != c.want {
				t.Errorf("%s, any type %t, %.20q: %d %s", c.contentType, anyType, c.body, reply.Code, reply.Body)
			}
		}
	}
}

// What reaches a handler is one JSON object, strictly (RFC 8259, RFC 7493), and to the byte what was sent.
func TestV1_StrictJSON(t *testing.T) {
	t.Parallel()
	deep := func(levels int) string {
		return `{"a":` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + `}`
	}
	good := map[string]string{
		"empty object":        `{}`,
		"white space":         " \r\n\t{ \"a\" : 1 } \n",
		"nested":              `{"a":{"b":[{"c":null}]},"d":-0.5e+3}`,
		"same key, deeper":    `{"a":{"a":{"a":1}}}`,
		"keys unlike in case": `{"a":1,"A":2}`,
		"escapes":             `{"\u0061\n":"\ud83d\ude00 \" \\ \/"}`,
		"UTF-8":               `{"好":"😀"}`,
		"NUL, escaped":        `{"a":"\u0000"}`,
		"long number":         `{"a":` + strings.Repeat("9", 400) + `}`,
		"nested 1,000 deep":   deep(1000),
	}
	bad := map[string]string{
		"nothing":                    ``,
		"white space only":           " \n\t ",
		"null":                       `null`,
		"bool":                       `true`,
		"number":                     `1`,
		"string":                     `"{}"`,
		"array":                      `[{}]`,
		"text":                       `hello`,
		"BOM":                        "\xef\xbb\xbf{}",
		"UTF-16":                     "{\x00}\x00",
		"cut":                        `{"a":`,
		"cut in a string":            `{"a":"b`,
		"no key":                     `{:1}`,
		"no colon":                   `{"a" 1}`,
		"trailing comma":             `{"a":1,}`,
		"two values":                 `{}{}`,
		"two values, apart":          "{}\n{}",
		"trailing text":              `{} x`,
		"trailing NUL":               "{}\x00",
		"comment":                    `{/* */}`,
		"single quotes":              `{'a':1}`,
		"bare key":                   `{a:1}`,
		"leading zero":               `{"a":01}`,
		"plus":                       `{"a":+1}`,
		"hex":                        `{"a":0x1}`,
		"NaN":                        `{"a":NaN}`,
		"line break in a string":     "{\"a\":\"\n\"}",
		"NUL in a string":            "{\"a\":\"\x00\"}",
		"bad escape":                 `{"a":"\x41"}`,
		"lone surrogate":             `{"a":"\ud800"}`,
		"broken UTF-8":               "{\"a\":\"\xff\"}",
		"broken UTF-8 in a key":      "{\"\xc3\":1}",
		"overlong UTF-8":             "{\"a\":\"\xc0\xaf\"}",
		"surrogate in UTF-8":         "{\"a\":\"\xed\xa0\x80\"}",
		"no-break space":             "{\u00a0}",
		"key twice":                  `{"a":1,"a":1}`,
		"key twice, apart":           `{"a":1,"b":2,"a":1}`,
		"key twice, escaped":         `{"a":1,"\u0061":1}`,
		"key twice, nested":          `{"o":{"a":1,"a":2}}`,
		"key twice, nested in array": `{"o":[1,[{"a":1,"b":[],"a":2}]]}`,
		"empty key twice":            `{"":1,"":2}`,
		"too deep":                   deep(20_000),
	}
	for _, optional := range []bool{false, true} {
		s := newServer(t, nil)
		mount(s, "POST", "/echo", httpapi.BodyRules{Optional: optional}, echo)
		for name, body := range good {
			if reply := do(s, "POST", "/echo", body); reply.Code != 200 || reply.Body.String() != body {
				t.Errorf("%s: %d %.80s", name, reply.Code, reply.Body)
			}
		}
		for name, body := range bad {
			status, want := 400, refused("malformed", "body")
			if optional && strings.TrimSpace(body) == "" {
				status, want = 200, "{}"
			}
			if reply := do(s, "POST", "/echo", body); reply.Code != status || reply.Body.String() != want {
				t.Errorf("%s, optional %t: %d %.80s", name, optional, reply.Code, reply.Body)
			}
		}
	}
}

func TestV1_Size(t *testing.T) {
	t.Parallel()
	object := func(size int) string { return `{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}` }
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"64 KiB", object(64 << 10), 200},
		{"64 KiB and one", object(64<<10 + 1), 413},
		{"64 KiB and a line break", object(64<<10) + "\n", 413},
		{"10 MB", object(10_000_000), 413},
		{"64 KiB of nothing", strings.Repeat(" ", 64<<10), 400},
		{"more of nothing", strings.Repeat(" ", 64<<10+1), 413},
	} {
		s := newServer(t, nil)
		mount(s, "POST", "/echo", httpapi.BodyRules{}, echo)
		reply := do(s, "POST", "/echo", c.body)
		if reply.Code != c.status || c.status == 413 && reply.Body.String() != refused("body_too_large", "") {
			t.Errorf("%s: %d %.80s", c.name, reply.Code, reply.Body)
		}
	}
}

// Methods without bodies are not asked for one, and what they send is not looked at.
func TestMethodsWithoutBodies(t *testing.T) {
	t.Parallel()
	for method, read := range map[string]bool{"GET": false, "DELETE": false, "OPTIONS": false, "POST": true, "PUT": true, "PATCH": true} {
		s := newServer(t, nil)
		mount(s, method, "/", httpapi.BodyRules{}, func(c *gin.Context) { c.Status(http.StatusNoContent) })
		reply := do(s, method, "/", "no JSON", "Content-Type: image/png")
		if want := map[bool]int{false: 204, true: 415}[read]; reply.Code != want {
			t.Errorf("%s: %d", method, reply.Code)
		}
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	calls := 0
	mount(s, "POST", "/echo", httpapi.BodyRules{Form: brackets, Optional: true, Params: func(c *gin.Context, object []byte) ([]byte, error) {
		calls++
		if c.Query("refuse") != "" {
			return nil, httpapi.Required("name")
		}
		return []byte(`{"given":` + string(object) + `}`), nil
	}}, echo)
	for _, c := range []struct {
		path, contentType, body string
		calls, status           int
		want                    string
	}{
		{"/echo", "application/json", `{"a":1}`, 1, 200, `{"given":{"a":1}}`},
		{"/echo", "application/json", ``, 1, 200, `{"given":{}}`},
		{"/echo", "application/x-www-form-urlencoded", `a`, 1, 200, `{"given":{"form":"a"}}`},
		{"/echo?refuse=1", "application/json", `{}`, 1, 400, refused("required", "name")},
		{"/echo?refuse=1", "application/json", `{`, 0, 400, refused("malformed", "body")},
		{"/echo?refuse=1", "image/png", `{}`, 0, 415, refused("media_type", "")},
	} {
		calls = 0
		reply := do(s, "POST", c.path, c.body, "Content-Type: "+c.contentType)
		if calls != c.calls || reply.Code != c.status || reply.Body.String() != c.want {
			t.Errorf("%s %s %s: called %d times, %d %s", c.path, c.contentType, c.body, calls, reply.Code, reply.Body)
		}
	}
}
