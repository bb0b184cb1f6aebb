package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"latchkey/openapi"
)

// cuts are the parts that are tried: each tag alone, and two together.
func cuts() [][]string {
	all := [][]string{{"goodcity", "system"}, {"arita", "bigcity", "bridgekeeper"}}
	for _, tag := range openapi.Tags() {
		all = append(all, []string{tag})
	}
	return all
}

func mustCut(t *testing.T, tags ...string) []byte {
	t.Helper()
	cut, err := openapi.Cut(tags...)
	if err != nil {
		t.Fatalf("cut %q: %v", tags, err)
	}
	return cut
}

// eachCut runs a test for each part, with the part as read by somebody else's library, which refuses dangling references.
func eachCut(t *testing.T, check func(t *testing.T, tags []string, cut *openapi3.T)) {
	t.Helper()
	for _, tags := range cuts() {
		t.Run(strings.Join(tags, ","), func(t *testing.T) {
			t.Parallel()
			document, err := openapi3.NewLoader().LoadFromData(mustCut(t, tags...))
			if err != nil {
				t.Fatal(err)
			}
			check(t, tags, document)
		})
	}
}

func TestCutIsValid(t *testing.T) {
	t.Parallel()
	eachCut(t, func(t *testing.T, _ []string, cut *openapi3.T) {
		if err := cut.Validate(context.Background(), openapi3.EnableExamplesValidation(), openapi3.EnableMultiError()); err != nil {
			t.Errorf("%.2000s", err)
		}
	})
}

// A cut has the operations of its tags and no others, and every one says all that it says in the whole document, with all
// references followed.
func TestCutSaysWhatTheWholeSays(t *testing.T) {
	t.Parallel()
	whole := resolved(t, openapi.JSON())
	eachCut(t, func(t *testing.T, tags []string, _ *openapi3.T) {
		cut := resolved(t, mustCutJSON(t, tags...))
		found := 0
		for name, operation := range whole {
			belongs := slices.Contains(tags, operation["tags"].([]any)[0].(string))
			inCut, there := cut[name]
			if belongs != there {
				t.Errorf("%s: in the cut is %v, want %v", name, there, belongs)
			}
			if there && !reflect.DeepEqual(inCut, operation) {
				t.Errorf("%s says something else", name)
			}
			if there {
				found++
			}
		}
		if found != len(cut) || found < 1 {
			t.Errorf("%d of %d operations are the whole's", found, len(cut))
		}
	})
}

func TestCutHasNoComponentTooMany(t *testing.T) {
	t.Parallel()
	eachCut(t, func(t *testing.T, tags []string, cut *openapi3.T) {
		for _, place := range append(unused(cut, mustCutJSON(t, tags...)), lintTags(cut)...) {
			t.Error(place)
		}
		if len(cut.Tags) != len(tags) {
			t.Errorf("%d tags, want %q", len(cut.Tags), tags)
		}
	})
}

// What is left stands as it stood, but for the title.
func TestCutKeepsLinesAndOrder(t *testing.T) {
	t.Parallel()
	eachCut(t, func(t *testing.T, tags []string, cut *openapi3.T) {
		left := strings.SplitAfter(string(openapi.YAML()), "\n")
		for line := range strings.Lines(string(mustCut(t, tags...))) {
			if strings.HasPrefix(line, "  title: ") {
				continue
			}
			at := slices.Index(left, line)
			if at < 0 {
				t.Fatalf("%q is not where it was", line)
			}
			left = left[at+1:]
		}
		for _, tag := range tags {
			if !strings.HasPrefix(cut.Info.Title, "Latchkey (") || !strings.Contains(cut.Info.Title, tag) {
				t.Errorf("title %q", cut.Info.Title)
			}
		}
		if cut.Info.Description == "" || cut.Info.Version != openapi.Version() || len(cut.Servers) == 0 {
			t.Error("info or servers are lost")
		}
	})
}

func TestCutOfAllIsTheWhole(t *testing.T) {
	t.Parallel()
	tags := openapi.Tags()
	slices.Reverse(tags)
	if !bytes.Equal(mustCut(t, tags...), openapi.YAML()) || !bytes.Equal(mustCutJSON(t, tags...), openapi.JSON()) {
		t.Error("the cut of all tags is not the whole document")
	}
}

func TestCutRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, tags := range [][]string{nil, {""}, {"nonsense"}, {"goodcity", "GoodCity"}} {
		for _, cut := range []func(...string) ([]byte, error){openapi.Cut, openapi.CutJSON} {
			if text, err := cut(tags...); err == nil || !strings.Contains(err.Error(), "bigcity, goodcity") || text != nil {
				t.Errorf("cut %q: %d bytes, %v", tags, len(text), err)
			}
		}
	}
}

func mustCutJSON(t *testing.T, tags ...string) []byte {
	t.Helper()
	cut, err := openapi.CutJSON(tags...)
	if err != nil {
		t.Fatalf("cut %q: %v", tags, err)
	}
	return cut
}

// resolved answers the operations of a document by method and path, with every reference replaced by what it leads to and with the
// security schemes that it names.
func resolved(t *testing.T, text []byte) map[string]map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	operations := map[string]map[string]any{}
	for path, item := range document["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			whole := follow(t, document, operation).(map[string]any)
			for _, alternative := range whole["security"].([]any) {
				for scheme := range alternative.(map[string]any) {
					whole["scheme "+scheme] = at(t, document, "#/components/securitySchemes/"+scheme)
				}
			}
			operations[method+" "+path] = whole
		}
	}
	return operations
}

func follow(t *testing.T, document map[string]any, value any) any {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		if pointer, ok := v["$ref"].(string); ok {
			return follow(t, document, at(t, document, pointer))
		}
		copied := map[string]any{}
		for key, member := range v {
			copied[key] = follow(t, document, member)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, element := range v {
			copied[i] = follow(t, document, element)
		}
		return copied
	}
	return value
}

func at(t *testing.T, document map[string]any, pointer string) any {
	t.Helper()
	var value any = document
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "#/"), "/") {
		value = value.(map[string]any)[name]
	}
	if value == nil {
		t.Fatalf("%s leads nowhere", pointer)
	}
	return value
}
