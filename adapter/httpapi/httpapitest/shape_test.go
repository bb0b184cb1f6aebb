package httpapitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// anything stands for a value that an expectation leaves open.
type anything struct{}

// open marks such a value while the text is read as JSON, and as a key an object that has more members than are told.
const open = "\x01"

var openObject = regexp.MustCompile(`,\s*\{\{\*\}\}\s*([,}])`)

var bareValue = regexp.MustCompile(`([:\[,]\s*)\{\{[^{}]+\}\}`)

// readShape reads what a step expects as JSON. It is not ok where a placeholder stands for more than a value.
func readShape(text string) (value any, ok bool) {
	if text == "" || placeholder.ReplaceAllString(text, "") == "" {
		return anything{}, true
	}
	marked := bareValue.ReplaceAllString(openObject.ReplaceAllString(text, `,"\u0001":1$1`), `${1}"\u0001"`)
	if json.Unmarshal([]byte(marked), &value) != nil {
		return anything{}, !strings.HasPrefix(strings.TrimSpace(text), "{") && !strings.HasPrefix(strings.TrimSpace(text), "[")
	}
	return opened(value), true
}

func opened(value any) any {
	switch v := value.(type) {
	case string:
		if v == open {
			return anything{}
		}
	case map[string]any:
		for key := range v {
			v[key] = opened(v[key])
		}
	case []any:
		for i := range v {
			v[i] = opened(v[i])
		}
	}
	return value
}

// alike tells where a reply has another shape than expected: another type, a key too many or too few. A key may be there or not, and
// a value null or not, only if the document says so: keeps judges the reply with that difference made.
func alike(want any, got []byte, keeps func(body []byte) error) error {
	var root any
	if err := json.Unmarshal(got, &root); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	var differences []error
	// with judges the reply with one value put in another's place.
	with := func(put, undo func()) error {
		put()
		defer undo()
		body, err := json.Marshal(root)
		return errors.Join(err, keeps(body))
	}
	var walk func(path string, want, got any, put func(value any))
	walk = func(path string, want, got any, put func(value any)) {
		if _, any := want.(anything); any {
			return
		}
		if kind(want) != kind(got) {
			if want == nil && with(func() { put(nil) }, func() { put(got) }) == nil ||
				got == nil && with(func() { put(want) }, func() { put(nil) }) == nil {
				return
			}
			differences = append(differences, fmt.Errorf("%s is %s instead of %s", path, kind(got), kind(want)))
			return
		}
		switch w := want.(type) {
		case map[string]any:
			g := got.(map[string]any)
			for _, key := range slices.Sorted(maps.Keys(w)) {
				if key == open {
					continue
				}
				if _, there := g[key]; there {
					walk(path+"/"+key, w[key], g[key], func(value any) { g[key] = value })
				} else if err := with(func() { g[key] = filled(w[key]) }, func() { delete(g, key) }); err != nil {
					differences = append(differences, fmt.Errorf("%s/%s is missing and cannot be added: %w", path, key, err))
				}
			}
			for _, key := range slices.Sorted(maps.Keys(g)) {
				if _, more := w[open]; more {
					break
				}
				value := g[key]
				if _, there := w[key]; !there && with(func() { delete(g, key) }, func() { g[key] = value }) != nil {
					differences = append(differences, fmt.Errorf("%s/%s is not expected", path, key))
				}
			}
		case []any:
			g := got.([]any)
			for i := range min(len(w), len(g)) {
				walk(fmt.Sprintf("%s/%d", path, i), w[i], g[i], func(value any) { g[i] = value })
			}
		}
	}
	walk("", want, root, func(value any) { root = value })
	return errors.Join(differences...)
}

// filled is an expectation as a value; what is left open is a text.
func filled(want any) any {
	switch w := want.(type) {
	case anything:
		return "open"
	case map[string]any:
		object := map[string]any{}
		for key := range w {
			object[key] = filled(w[key])
		}
		return object
	}
	return want
}

func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	}
	return fmt.Sprintf("%T", value)
}

func TestAlike(t *testing.T) {
	t.Parallel()
	// In the document of this test, "more" may be absent and "name" may be null.
	keeps := func(body []byte) error {
		var o map[string]any
		if json.Unmarshal(body, &o) != nil || kind(o["list"]) != "a list" || kind(o["in"]) != "an object" {
			return errors.New("against the document")
		}
		for key, value := range o {
			if !slices.Contains([]string{"list", "in", "more", "name"}, key) || value == nil && key != "name" {
				return errors.New("against the document")
			}
		}
		return nil
	}
	const reply = `{"list":[1,{"a":"x"}],"in":{"b":true},"name":"n"}`
	for want, differs := range map[string]string{
		reply: "",
		`{"list":[7,{"a":"{{*}}"}],"in":{"b":{{x}}},"name":"n","more":"m"}`: "",
		`{"list":[],{{*}}}`:                                           "",
		`{"list":[],{{*}},"other":1}`:                                 "/other is missing",
		`{"list":[],"in":{{*}},"name":null}`:                          "",
		`{"list":[1,{"a":"x"}],"in":{"b":true},"name":"n","other":1}`: "/other is missing",
		`{"list":["1"],"in":{"b":true},"name":"n"}`:                   "/list/0 is float64 instead of string",
		`{"list":[1,{"a":2}],"in":{"b":true},"name":"n"}`:             "/list/1/a is string instead of float64",
		`{"in":{"b":true},"name":"n"}`:                                "/list is not expected",
		`{"list":[],"in":null,"name":"n"}`:                            "/in is an object instead of null",
		`[]`:                                                          "is an object instead of a list",
	} {
		shape, ok := readShape(want)
		err := alike(shape, []byte(reply), keeps)
		if !ok || (err == nil) != (differs == "") || err != nil && !strings.Contains(err.Error(), differs) {
			t.Errorf("%s: %v, %v", want, ok, err)
		}
	}
	if _, ok := readShape(`{"a":1{{*}}}`); ok {
		t.Error("half an object was read")
	}
}
