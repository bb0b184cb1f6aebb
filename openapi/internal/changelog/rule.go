package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/mod/semver"
)

// judge is the gate for changes of the document: it answers why the present document must not follow the newest released one, nothing
// when it may. The rule, after semver.org: what may break a caller (errors and warnings of oasdiff, and what strict raises) needs a
// higher major part of the version; anything else that a caller notices needs a higher minor part; texts and examples may change
// under the same version; and no version goes down.
func judge(newest, present *openapi3.T) (string, error) {
	if semver.Compare(version(present), version(newest)) < 0 {
		return fmt.Sprintf("info.version %s is lower than the released %s", present.Info.Version, newest.Info.Version), nil
	}
	changes, err := compare(newest, present)
	if err != nil {
		return "", err
	}
	breaking := slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return !c.breaks })
	switch {
	case len(breaking) > 0 && semver.Major(version(present)) == semver.Major(version(newest)):
		return fmt.Sprintf("info.version is %s, but this breaks callers of %s:\n%s", present.Info.Version, newest.Info.Version, listing(breaking)) +
			"keep what callers rely on, or raise the major part", nil
	case len(changes) > 0 && semver.MajorMinor(version(present)) == semver.MajorMinor(version(newest)):
		return fmt.Sprintf("info.version is %s, but callers of %s see something new:\n%s", present.Info.Version, newest.Info.Version, listing(changes)) +
			"raise the minor part", nil
	}
	return "", nil
}

func listing(changes []change) string {
	var lines strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&lines, "  %s: %s\n", c.operation, c.text)
	}
	return lines.String()
}
