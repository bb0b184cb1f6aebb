package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
	"golang.org/x/mod/semver"
)

// change is one difference between two documents as a caller sees it.
type change struct {
	operation string // such as "POST /web/auth/otp", or "Components"
	text      string
	breaks    bool // whether it may break a caller
}

// strict raises to an error what oasdiff lets pass. The clients that are generated from the document call operations and types by
// their names, and read fields, headers and statuses that are documented, required or not.
var strict = map[string]checker.Level{
	"api-operation-id-removed":            checker.ERR,
	"api-path-removed-with-deprecation":   checker.ERR,
	"api-removed-with-deprecation":        checker.ERR,
	"api-schema-removed":                  checker.ERR,
	"optional-response-header-removed":    checker.ERR,
	"response-non-success-status-removed": checker.ERR,
	"response-optional-property-removed":  checker.ERR,
}

// compare answers what a caller of the older document notices in the newer one, by operation.
func compare(older, newer *openapi3.T) ([]change, error) {
	a, b := &load.SpecInfo{Spec: older, Version: older.Info.Version}, &load.SpecInfo{Spec: newer, Version: newer.Info.Version}
	difference, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), a, b)
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", newer.Info.Version, older.Info.Version, err)
	}
	rules := checker.NewConfig(checker.GetAllChecks(), checker.WithSeverityLevels(strict))
	english := checker.NewDefaultLocalizer()
	var changes []change
	for _, found := range checker.CheckBackwardCompatibilityUntilLevel(rules, difference, sources, checker.INFO) {
		if _, aboutVersion := found.(checker.InfoChange); aboutVersion {
			continue // the rule for versions is ours
		}
		operation := "Components"
		if found.GetPath() != "" {
			operation = strings.TrimSpace(found.GetOperation() + " " + found.GetPath())
		}
		changes = append(changes, change{operation, found.GetUncolorizedText(english), found.GetLevel() >= checker.WARN})
	}
	slices.SortStableFunc(changes, func(a, b change) int { return strings.Compare(place(a), place(b)) })
	return slices.Compact(changes), nil
}

// place sorts changes by path, then by method, and those of components last.
func place(c change) string {
	method, path, found := strings.Cut(c.operation, " ")
	if !found {
		return "~"
	}
	return path + " " + method
}

// released reads the documents in a directory, the oldest first. Each is called by its version.
func released(dir string) ([]*openapi3.T, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var documents []*openapi3.T
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		document, err := read(path, text)
		if err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(filepath.Base(path), ".yaml"); document.Info.Version != want {
			return nil, fmt.Errorf("%s has version %s", path, document.Info.Version)
		}
		documents = append(documents, document)
	}
	slices.SortFunc(documents, func(a, b *openapi3.T) int { return semver.Compare(version(a), version(b)) })
	return documents, nil
}

// read parses a document; its name is for errors.
func read(name string, text []byte) (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !semver.IsValid(version(document)) {
		return nil, fmt.Errorf("%s: version %q is none", name, document.Info.Version)
	}
	return document, nil
}

// version answers a document's version in the spelling of package semver.
func version(document *openapi3.T) string { return "v" + document.Info.Version }
