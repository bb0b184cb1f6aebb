package httpapitest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"latchkey/openapi"
)

func TestCovered(t *testing.T) {
	t.Parallel()
	documented := []string{"GET /a 200 application/json", "GET /a 500 application/json", "GET /b 204", "GET /b 500 application/json"}
	for name, c := range map[string]struct {
		played   string
		unplayed map[string]string
		says     string
	}{
		"all":                   {"GET /a 200 application/json,GET /b 204", map[string]string{"500 application/json": "x"}, ""},
		"one not":               {"GET /a 200 application/json", map[string]string{"500 application/json": "x"}, "no test has had the documented reply GET /b 204"},
		"another media type":    {"GET /a 200 text/html,GET /b 204", map[string]string{"500 application/json": "x"}, "reply GET /a 200 application/json"},
		"played all the same":   {strings.Join(documented, ","), map[string]string{"GET /b 500 application/json": "x"}, "is listed as unplayed"},
		"nothing like it":       {strings.Join(documented, ","), map[string]string{"418": "x"}, "names nothing like 418"},
		"half a word is no key": {"GET /a 200 application/json,GET /b 204", map[string]string{"00 application/json": "x"}, "reply GET /a 500"},
	} {
		played := map[string]bool{}
		for _, reply := range strings.Split(c.played, ",") {
			played[reply] = true
		}
		var out bytes.Buffer
		if good := covered(&out, documented, played, c.unplayed); good != (c.says == "") || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %v, %s", name, good, &out)
		}
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	document, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if replies := document.Replies("system"); len(replies) < 13 || replies[0] != "GET /.well-known/jwks.json 200 application/json" {
		t.Errorf("%q", replies)
	}
	if document.Replies("nobody") != nil {
		t.Error("replies of no tag")
	}
}

// Some room answers for each tag of the document: its tests end with Main.
func TestARoomAnswersForEachTag(t *testing.T) {
	t.Parallel()
	var document struct{ Tags []struct{ Name string } }
	if err := json.Unmarshal(openapi.JSON(), &document); err != nil || len(document.Tags) < 8 {
		t.Fatalf("%d tags, %v", len(document.Tags), err)
	}
	var mains []string // the argument that names the tag, as it stands in the source
	for _, pattern := range []string{"../*/*_test.go", "../../web/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, call, found := strings.Cut(string(source), "httpapitest.Main(m, "); found && bytes.Contains(source, []byte("\nfunc TestMain(")) {
				tag, _, _ := strings.Cut(call, ",")
				if tag == "Name" { // the room's constant
					tag = `"` + filepath.Base(filepath.Dir(file)) + `"`
				}
				mains = append(mains, tag)
			}
		}
	}
	for _, tag := range document.Tags {
		if !slices.Contains(mains, `"`+tag.Name+`"`) {
			t.Errorf("no room's TestMain has httpapitest.Main for the tag %s: there are %s", tag.Name, mains)
		}
	}
}
