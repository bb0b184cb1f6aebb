package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// TestBoot_Documents pastes every request that the four published documents print, byte for byte, and expects the replies that
// they print: the same keys with values of the same types. Where a request prints a code or token of some past day, it is pasted
// as it is first, and again with those of today.
func TestBoot_Documents(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t)).serve("--dev")
	for name, play := range map[string]func(t *testing.T, v *visitor){
		"bigcity": pasteBigCity, "goodcity": pasteGoodCity, "arita": pasteArita, "bridgekeeper": pasteBridgekeeper,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, n.visit(t))
		})
	}
}

// printed reads a request as the documents print it: METHOD PATH, headers if any, and a body that begins with the first brace
// and keeps its white space. What follows the body, as GoodCity prints the reply on the same line, is left out.
func printed(t *testing.T, text string, replace ...string) request {
	t.Helper()
	text = strings.NewReplacer(replace...).Replace(text)
	head, body := text, ""
	if at := strings.IndexByte(text, '{'); at >= 0 {
		decoder := json.NewDecoder(strings.NewReader(text[at:]))
		if err := decoder.Decode(new(json.RawMessage)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		head, body = text[:at], text[at:at+int(decoder.InputOffset())]
	}
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, path, _ := strings.Cut(strings.TrimSpace(lines[0]), " ")
	path, _, _ = strings.Cut(path, " ") // GET … 200
	return request{method, path, body, lines[1:]}
}

var curlPart = regexp.MustCompile(`(--request|-H|--data-raw) (\S+ )?'([^']*)'`)

// curled reads a curl command line.
func curled(t *testing.T, text, client string, replace ...string) request {
	t.Helper()
	text = strings.NewReplacer(append(replace, "<client-domain>", client)...).Replace(text)
	var r request
	for _, part := range curlPart.FindAllStringSubmatch(text, -1) {
		switch part[1] {
		case "--request":
			r.method, r.path = strings.TrimSpace(part[2]), strings.TrimPrefix(part[3], "https://"+client)
		case "-H":
			r.headers = append(r.headers, part[3])
		case "--data-raw":
			r.body = part[3]
		}
	}
	if r.method == "" || r.body == "" {
		t.Fatalf("no curl: %s", text)
	}
	return r
}

// wantPrinted checks status and shape of a reply against the printed ones.
func wantPrinted(t *testing.T, got reply, status int, printed string) {
	t.Helper()
	if got.status != status {
		t.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
	var want, have any
	if err := json.Unmarshal([]byte(printed), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(strings.NewReader(got.body)).Decode(&have); err != nil && err != io.EOF {
		t.Fatalf("%s: %v", got.body, err)
	}
	if missing := covers(want, have, "body"); missing != "" {
		t.Errorf("%s\n\tinstead of the shape of\n\t%s:\n\t%s", got.body, printed, missing)
	}
}

// wantExactly checks a reply whose text is printed.
func wantExactly(t *testing.T, got reply, status int, printed string) {
	t.Helper()
	wantPrinted(t, got, status, printed)
	var want, have any
	_ = json.Unmarshal([]byte(printed), &want) // wantPrinted has read both
	_ = json.Unmarshal([]byte(got.body), &have)
	if fmt.Sprint(want) != fmt.Sprint(have) {
		t.Errorf("%s instead of %s", got.body, printed)
	}
}

// covers tells what a printed value has and the other has not. null stands for a value that one of the two accounts lacks; a
// list may be empty, as the account is not the document's.
func covers(want, have any, at string) string {
	if want == nil || have == nil {
		return ""
	}
	if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", have) {
		return fmt.Sprintf("%s is %v, not like %v", at, have, want)
	}
	switch want := want.(type) {
	case map[string]any:
		for key, value := range want {
			other, there := have.(map[string]any)[key]
			if !there {
				return at + "." + key + " is missing"
			}
			if missing := covers(value, other, at+"."+key); missing != "" {
				return missing
			}
		}
	case []any:
		for _, element := range have.([]any) {
			if len(want) == 0 {
				break
			}
			if missing := covers(want[0], element, at+"[]"); missing != "" {
				return missing
			}
		}
	}
	return ""
}
