package testbrowser

import (
	"os"
	"path/filepath"
	"strings"

	"latchkey/infrastructure/testtool"
)

// axe is the checker of accessibility rules (WCAG 2 A and AA, and good practice).
const axe = "axe-core@4.14.1"

// brokenRule is a rule of axe, and where the page breaks it.
type brokenRule struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target []any `json:"target"`
	} `json:"nodes"`
}

// Audit fails the test for every accessibility rule that the page breaks, as axe-core judges it in this browser. It needs npm.
func (b *Tab) Audit() {
	b.t.Helper()
	dir := testtool.NPM(b.t, axe)
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatal(err)
	}
	Eval[any](b, string(script)+`; "loaded"`)
	broken := Eval[[]brokenRule](b, `axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations)`)
	for _, rule := range broken {
		var places []string
		for _, node := range rule.Nodes {
			for _, target := range node.Target {
				if place, ok := target.(string); ok {
					places = append(places, place)
				}
			}
		}
		b.t.Errorf("%s: accessibility rule %s (%s) is broken at %s", b.Path(), rule.ID, rule.Help, strings.Join(places, ", "))
	}
}
