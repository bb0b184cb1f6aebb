package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/mod/semver"
)

// judge is the gate for changes of the document: it answers why the present document must not follow the newest released one, nothing
// when it may.
func judge(newest, present *openapi3.T) (string, error) {
	changes, err := compare(newest, present)
	if err != nil {
		return "", err
	}
	return rule(changes, newest.Info.Version, present.Info.Version), nil
}

// rule is, after semver.org: what may break a caller (errors and warnings of oasdiff, and what strict raises) needs a higher major part
// of the version; anything else that a caller notices needs a higher minor part; texts and examples may change under the same version;
// and no version goes down.
func rule(changes []change, newest, present string) string {
	breaking := slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return !c.breaks })
	from, to := "v"+newest, "v"+present
	switch {
	case semver.Compare(to, from) < 0:
		return fmt.Sprintf("info.version %s is lower than the released %s", present, newest)
	case len(breaking) > 0 && semver.Major(to) == semver.Major(from):
		return fmt.Sprintf("info.version is %s, but this breaks callers of %s:\n%skeep what they rely on, or raise the major part",
			present, newest, listing(breaking))
	case len(changes) > 0 && semver.MajorMinor(to) == semver.MajorMinor(from):
		return fmt.Sprintf("info.version is %s, but callers of %s see something new:\n%sraise the minor part",
			present, newest, listing(changes))
	}
	return ""
}

func listing(changes []change) string {
	var lines strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&lines, "  %s: %s\n", c.operation, c.text)
	}
	return lines.String()
}
