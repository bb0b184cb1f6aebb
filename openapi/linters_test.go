package openapi_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testtool"
	"latchkey/openapi"
)

// linter is a linter that others made. Its exit status tells about every problem down to the least severe.
type linter struct {
	name, program string
	arguments     []string
}

const lintLimit = 3 * time.Minute

// linters installs the linters and answers them, and the directory in which they run.
func linters(t *testing.T) (string, []linter) {
	t.Helper()
	dir := testtool.NPM(t, "@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3")
	t.Setenv("REDOCLY_TELEMETRY", "off") // nobody hears of our tests
	t.Setenv("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
	bin := filepath.Join(dir, "node_modules", ".bin")
	return dir, []linter{
		{"redocly", filepath.Join(bin, "redocly"), []string{"lint", "--config", absolute(t, "redocly.yaml")}},
		{"spectral", filepath.Join(bin, "spectral"), []string{"lint", "--fail-severity", "hint", "--ruleset", absolute(t, "spectral.yaml")}},
	}
}

// absolute answers the absolute path of a linter's rules.
func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// lint holds documents against a linter and answers what it said when it refused one.
func (l linter) lint(t *testing.T, dir string, documents ...string) (said string, refused bool) {
	t.Helper()
	said, err := testtool.Output(dir, lintLimit, l.program, append(slices.Clone(l.arguments), documents...)...)
	return said, err != nil
}

// The document and each of its cuts are without fault for linters that others made.
func TestLintersAcceptTheDocument(t *testing.T) {
	dir, all := linters(t)
	documents := []string{write(t, dir, "whole.yaml", openapi.YAML())}
	for _, tags := range cuts() {
		documents = append(documents, write(t, dir, strings.Join(tags, "-")+".yaml", mustCut(t, tags...)))
	}
	for _, linter := range all {
		if said, refused := linter.lint(t, dir, documents...); refused {
			t.Errorf("%s:\n%.6000s", linter.name, said)
		}
	}
}

// The same linters refuse a document that is broken in one place, so that their silence means something.
func TestLintersRefuseABrokenDocument(t *testing.T) {
	dir, all := linters(t)
	system := string(mustCut(t, "system"))
	for name, change := range map[string][2]string{
		"two operations of one id":    {"operationId: getReadiness\n", "operationId: getHealth\n"},
		"an example breaks its rules": {`value: {"status": "ok"}`, `value: {"status": 1}`},
		"a reference leads nowhere":   {"$ref: '#/components/schemas/Readiness'", "$ref: '#/components/schemas/Nothing'"},
	} {
		broken := strings.Replace(system, change[0], change[1], 1)
		if broken == system {
			t.Fatalf("%s: the document has no %q", name, change[0])
		}
		path := write(t, dir, "broken.yaml", []byte(broken))
		for _, linter := range all {
			said, refused := linter.lint(t, dir, path)
			if !refused || !strings.Contains(said, "broken.yaml") {
				t.Errorf("%s accepts a document in which %s, or did not look at it:\n%.2000s", linter.name, name, said)
			}
		}
	}
}

func write(t *testing.T, dir, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
