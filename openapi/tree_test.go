package openapi

import (
	"strings"
	"testing"
)

const small = `openapi: 3.0.3
security: [{door: []}]
info:
  title: Small
tags:
  - name: one
  # About the other.
  - name: two
paths:
  /both:
    parameters:
      - $ref: '#/components/parameters/Shared'
    get: {tags: [one], security: [{key: []}]}
    # Writes.
    put: {tags: [two]}
  # Only the other.
  /two:
    get: {tags: [two]}
components:
  schemas:
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}]
      discriminator: {mapping: {dog: '#/components/schemas/Dog'}}
    # Cats.
    Cat: {properties: {me: {$ref: '#/components/schemas/Cat'}}}
    Dog: {}
    Bird: {}
  parameters:
    Shared: {schema: {$ref: '#/components/schemas/Pet'}}
  headers:
    # Nobody needs it.
    Lost: {}
  securitySchemes:
    door: {}
    key: {}
    lock: {}
`

// A path is kept when one of its operations is, with what the path says for all of them; comments go with what stands below them, and
// a section of which nothing is left goes as a whole.
func TestCutOfASmallDocument(t *testing.T) {
	t.Parallel()
	document, err := parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	want := small
	for from, to := range map[string]string{
		"title: Small": "title: Small (one)", "  # About the other.\n  - name: two\n": "", "    # Writes.\n    put: {tags: [two]}\n": "",
		"  # Only the other.\n  /two:\n    get: {tags: [two]}\n": "", "    Bird: {}\n": "", "    lock: {}\n": "",
		"  headers:\n    # Nobody needs it.\n    Lost: {}\n": "",
	} {
		want = strings.Replace(want, from, to, 1)
	}
	if got := string(document.cut([]string{"one"})); got != want {
		t.Errorf("cut to\n%s\nwant\n%s", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a: [\n", "a: 1\n---\nb: 2\n"} {
		if _, err := parse([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{a: [1, -2.5, true, null], '200': \"<\\n\"}": "{\n  \"a\": [\n    1,\n    -2.5,\n    true,\n    null\n  ],\n  \"200\": \"<\\n\"\n}\n",
		"a: |\n  one\n  two\n":                        "{\n  \"a\": \"one\\ntwo\\n\"\n}\n",
		"a: .nan":                                     "", "a: .inf": "", "a: 0x10": "", "a: &b 1": "",
	} {
		document, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := encode(document.root.node)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}
