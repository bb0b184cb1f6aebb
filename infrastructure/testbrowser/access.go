package testbrowser

import (
	"encoding/json"
	"fmt"
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
	b.audit("document", nil)
}

// AuditAround is Audit for a page that shows somebody else's markup: within the element, and there only, the rules may be broken.
// Those of landmarks judge the page as a whole, so they may be broken anywhere.
func (b *Tab) AuditAround(selector string, rules ...string) {
	b.t.Helper()
	var whole []string
	for _, rule := range rules {
		if strings.HasPrefix(rule, "landmark-") {
			whole = append(whole, rule)
		}
	}
	b.audit(fmt.Sprintf("{exclude: [%q]}", selector), whole)
	b.audit(fmt.Sprintf("{include: [%q]}", selector), rules)
}

// audit judges a part of the page, as axe names it, by all rules but those.
func (b *Tab) audit(part string, without []string) {
	b.t.Helper()
	dir := testtool.NPM(b.t, axe)
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatal(err)
	}
	Eval[any](b, string(script)+`; "loaded"`)
	off := map[string]map[string]bool{}
	for _, rule := range without {
		off[rule] = map[string]bool{"enabled": false}
	}
	rules, err := json.Marshal(off)
	if err != nil {
		b.t.Fatal(err)
	}
	broken := Eval[[]brokenRule](b, fmt.Sprintf(`axe.run(%s, {resultTypes: ["violations"], rules: %s}).then(found => found.violations)`, part, rules))
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
