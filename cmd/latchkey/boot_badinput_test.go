package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
	"latchkey/openapi"
)

// operation is one that takes a body, as the OpenAPI document has it.
type operation struct {
	request         // with the document's example as its body, and credentials that are good
	dialect  string // its tag
	anyType  bool   // whether its body is read as JSON whatever its Content-Type says
	optional bool   // whether it may have no body at all
	form     bool   // whether a form is read too
	required []string
	keys     []string // all that the schema names
}

// openAPI is what of the document these tests read.
type openAPI struct {
	Paths map[string]map[string]struct {
		OperationID string
		Tags        []string
		RequestBody *struct {
			Required bool
			AnyType  bool `json:"x-latchkey-any-content-type"`
			Content  map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				}
				Examples map[string]struct{ Value json.RawMessage }
			}
		}
	}
	Components struct {
		Schemas map[string]struct {
			Required   []string
			Properties map[string]json.RawMessage
		}
	}
}

func readOpenAPI(t testing.TB) openAPI {
	t.Helper()
	var document openAPI
	if err := json.Unmarshal(openapi.JSON(), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// operations are all that take a body. credentials are the headers that each dialect's need.
func operations(t *testing.T, credentials map[string]string) []operation {
	t.Helper()
	document := readOpenAPI(t)
	var all []operation
	for path, methods := range document.Paths {
		for method, described := range methods {
			if described.RequestBody == nil || described.Tags[0] == "dev" { // which is not there without --dev
				continue
			}
			content, isJSON := described.RequestBody.Content["application/json"]
			if !isJSON {
				continue // the form of a page
			}
			schema := document.Components.Schemas[strings.TrimPrefix(content.Schema.Ref, "#/components/schemas/")]
			example := content.Examples[slices.Sorted(maps.Keys(content.Examples))[0]].Value
			_, form := described.RequestBody.Content["application/x-www-form-urlencoded"]
			all = append(all, operation{
				request: request{strings.ToUpper(method), path, string(example), []string{credentials[described.Tags[0]]}},
				dialect: described.Tags[0], anyType: described.RequestBody.AnyType, optional: !described.RequestBody.Required, form: form,
				required: schema.Required, keys: slices.Sorted(maps.Keys(schema.Properties)),
			})
		}
	}
	if len(all) < 15 {
		t.Fatalf("only %d operations have a body", len(all))
	}
	return all
}

// badBody is a body that no operation may take.
type badBody struct {
	name, body string
	headers    []string
	status     int // 0 for any 4xx
}

// brokenBodies are not JSON objects at all, whatever the operation.
func brokenBodies(o operation) []badBody {
	deep := strings.Repeat(`{"a":`, 10_900) + "1" + strings.Repeat("}", 10_900)
	deepList := strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000)
	first := o.keys[0]
	bad := []badBody{
		{name: "cut", body: o.body[:len(o.body)-1], status: 400},
		{name: "cut in a text", body: `{"` + first + `":"abc`, status: 400},
		{name: "two objects", body: o.body + o.body, status: 400},
		{name: "garbage behind", body: o.body + "x", status: 400},
		{name: "list", body: "[" + o.body + "]", status: 400},
		{name: "text", body: `"text"`, status: 400},
		{name: "number", body: `12`, status: 400},
		{name: "null", body: `null`, status: 400},
		{name: "true", body: `true`, status: 400},
		{name: "form in JSON's clothes", body: first + "=1", status: 400},
		{name: "single quotes", body: strings.ReplaceAll(o.body, `"`, `'`), status: 400},
		{name: "byte order mark", body: "\ufeff" + o.body, status: 400},
		{name: "zero byte", body: strings.Replace(o.body, `"`, "\"\x00", 1), status: 400},
		{name: "invalid UTF-8", body: strings.Replace(o.body, `"`, "\"\xff\xfe", 1), status: 400},
		{name: "UTF-16", body: "{\x00}\x00", status: 400},
		{name: "lone surrogate", body: `{"` + first + `":"\ud800"}`, status: 400},
		{name: "duplicate key", body: `{"` + first + `":"a",` + o.body[1:], status: 400},
		{name: "duplicate unknown key", body: `{"zz":1,"zz":2,` + o.body[1:], status: 400},
		{name: "duplicate key, escaped", body: `{"` + escaped(first) + `":"a",` + o.body[1:], status: 400},
		{name: "deep objects", body: deep, status: 400},
		{name: "deep lists", body: deepList, status: 400},
		{name: "deep unknown value", body: `{"zz":` + deepList + `,` + o.body[1:]},
		{name: "64 KiB and one", body: `{"zz":"` + strings.Repeat("a", 65_536-8) + `"}`, status: 413},
		{name: "10 MB", body: `{"zz":"` + strings.Repeat("a", 10_000_000) + `"}`, status: 413},
		{name: "10 MB of spaces", body: strings.Repeat(" ", 10_000_000), status: 413},
	}
	if !o.optional && !o.form && o.dialect != "arita" {
		bad = append(bad, badBody{name: "no body", headers: []string{"Content-Type: application/json"}, status: 400})
	}
	if !o.anyType {
		for _, unknown := range []string{"text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "nonsense", "text/json", ";"} {
			bad = append(bad, badBody{name: "as " + unknown, body: o.body, headers: []string{"Content-Type: " + unknown}, status: 415})
		}
		if !o.form {
			bad = append(bad, badBody{name: "as a form", body: o.body, headers: []string{"Content-Type: application/x-www-form-urlencoded"}, status: 415})
		}
	}
	if o.form {
		form := []string{"Content-Type: application/x-www-form-urlencoded"}
		bad = append(bad,
			badBody{name: "form: bad escape", body: first + "=%zz", headers: form, status: 400},
			badBody{name: "form: twice", body: first + "=1&" + first + "=2", headers: form, status: 400},
			badBody{name: "form: text and object", body: first + "=1&" + first + "[a]=2", headers: form, status: 400},
			badBody{name: "form: deep", body: first + strings.Repeat("[a]", 5000) + "=1", headers: form, status: 400},
			badBody{name: "form: invalid UTF-8", body: first + "=%ff", headers: form, status: 400},
			badBody{name: "form: 10 MB", body: first + "=" + strings.Repeat("a", 10_000_000), headers: form, status: 413},
		)
	}
	return bad
}

// escaped spells the first letter of a key as an escape: the same key to a reader of JSON.
func escaped(key string) string { return fmt.Sprintf(`\u%04x`, key[0]) + key[1:] }

// badValues put a wrong value in the place of each field of the example. Everything else stays good.
func badValues(t *testing.T, o operation) []badBody {
	t.Helper()
	with := func(key, value string) string {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal([]byte(o.body), &fields); err != nil {
			t.Fatal(err)
		}
		if fields[key] = json.RawMessage(value); value == "" {
			delete(fields, key)
		}
		body, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	var bad []badBody
	for _, key := range o.filled(t) {
		if slices.Contains(o.required, key) {
			bad = append(bad, badBody{name: key + " is absent", body: with(key, "")}, badBody{name: key + " is null", body: with(key, "null")})
		}
		for name, value := range map[string]string{
			"true": `true`, "list": `[]`, "list of one": `["1234"]`, "object": `{}`, "fraction": `1.5`, "exponent": `1e3`,
			"huge exponent": `1e999999`, "minus": `-1234`, "empty": `""`, "blank": `" "`, "long number": strings.Repeat("9", 400),
			"long text": `"` + strings.Repeat("a", 60_000) + `"`, "zero byte": `"12\u000034"`, "line break": `"1\r\n2"`,
			"other digits": `"１２３４５６"`, "arabic digits": `"٣٤٥٦٧٨"`, "bidi": `"\u202e1234"`,
		} {
			if !fits(key, name) {
				bad = append(bad, badBody{name: key + " is " + name, body: with(key, value)})
			}
		}
	}
	return bad
}

// fits tells whether a field may hold the value of this name after all.
func fits(key, name string) bool {
	text := strings.HasSuffix(name, "digits")
	nothing := name == "empty" || name == "blank"
	switch key {
	case "handle":
		return text
	case "name", "first-name", "last-name", "username":
		return text || nothing
	case "redirect-url":
		return nothing
	case "dont-login":
		return name == "true"
	default:
		return false
	}
}

// filled are the fields of the example.
func (o operation) filled(t *testing.T) []string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(o.body), &fields); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(fields))
}

// TestC8_BadInput sends every operation that takes a body whatever it must not take: a clean 4xx in the documented shape, and
// nothing is written.
func TestC8_BadInput(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	s.people(1, dialects...)
	credentials := map[string]string{"bigcity": basic}
	for _, d := range []dialect{goodcityDialect, aritaDialect} {
		credentials[d.name] = bearer(n.visit(t).enter(d, d.person(0), box))
	}
	credentials["bridgekeeper"] = "x-qt-auth: " + n.visit(t).enter(bridgekeeperDialect, bridgekeeperDialect.person(0), box)
	accounts, letters := s.must("", "account", "list", "--json"), box.count()
	t.Run("operations", func(t *testing.T) {
		for _, o := range operations(t, credentials) {
			t.Run(o.method+strings.ReplaceAll(o.path, "/", " "), func(t *testing.T) {
				t.Parallel()
				v := n.visit(t)
				for _, bad := range slices.Concat(brokenBodies(o), badValues(t, o)) {
					got := v.do(request{o.method, o.path, bad.body, o.headers}.with(bad.headers...))
					if got.status < 400 || got.status >= 500 || got.status == http.StatusTooManyRequests || (bad.status != 0 && got.status != bad.status) {
						t.Errorf("%s: status %d, want %d: %s", bad.name, got.status, bad.status, got.body)
					}
				}
			})
		}
	})
	n.healthy()
	if now := s.must("", "account", "list", "--json"); now != accounts {
		t.Errorf("accounts have changed:\n%s\nwere\n%s", now, accounts)
	}
	if now := box.count(); now != letters {
		t.Errorf("%d messages were sent", now-letters)
	}
}
