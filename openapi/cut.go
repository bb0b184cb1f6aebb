package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Tags answers the names of the document's tags in its order: those of the dialects first, then `system` and the others of our own.
func Tags() []string { return whole().tags() }

// Cut answers the part of the document that belongs to some of its tags, as YAML: their paths, themselves, and the components that
// these need, each line as it stands in the whole document and in the same order. The title names the tags. All tags together are
// the whole document, byte for byte. An unknown tag, or none at all, is an error.
func Cut(tags ...string) ([]byte, error) {
	known := Tags()
	for _, tag := range tags {
		if !slices.Contains(known, tag) {
			return nil, fmt.Errorf("no part of the document is called %q; there are %s", tag, strings.Join(known, ", "))
		}
	}
	chosen := slices.DeleteFunc(slices.Clone(known), func(tag string) bool { return !slices.Contains(tags, tag) })
	switch len(chosen) {
	case 0:
		return nil, errors.New("no part of the document is named; there are " + strings.Join(known, ", "))
	case len(known):
		return YAML(), nil
	}
	return whole().cut(chosen), nil
}

// CutJSON answers what Cut answers, as indented JSON with the keys in the order of the YAML.
func CutJSON(tags ...string) ([]byte, error) {
	text, err := Cut(tags...)
	if err != nil {
		return nil, err
	}
	document, err := parse(text)
	if err != nil {
		return nil, err
	}
	return encode(document.root.node)
}

// tags answers the names of the tags that the document declares.
func (d *tree) tags() []string {
	var names []string
	for _, tag := range d.parts(d.root.member(d, "tags")) {
		names = append(names, tag.member(d, "name").text())
	}
	return names
}

// cut answers the document's lines without those of other tags and of components that nothing left needs.
func (d *tree) cut(tags []string) []byte {
	dropped, needed := d.others(tags)
	dropped = append(dropped, d.unreached(needed)...)
	title := d.root.member(d, "info").member(d, "title").first
	var left bytes.Buffer
	for i, line := range d.lines {
		number := i + 1
		switch {
		case slices.ContainsFunc(dropped, func(p part) bool { return p.first <= number && number <= p.last }):
		case number == title:
			fmt.Fprintf(&left, "%s (%s)\n", bytes.TrimRight(line, "\n"), strings.Join(tags, ", "))
		default:
			left.Write(line)
		}
	}
	return left.Bytes()
}

// others answers what belongs to other tags only, and the pointers of the components that the rest needs.
func (d *tree) others(tags []string) (dropped []part, needed []string) {
	for _, tag := range d.parts(d.root.member(d, "tags")) {
		if !slices.Contains(tags, tag.member(d, "name").text()) {
			dropped = append(dropped, tag)
		}
	}
	needed = schemes(d.root.member(d, "security").node)
	for _, path := range d.parts(d.root.member(d, "paths")) {
		away, names := d.otherOperations(path, tags)
		dropped = append(dropped, away...)
		needed = append(needed, names...)
	}
	return dropped, needed
}

// otherOperations answers the operations of a path that belong to other tags, or the whole path when all do, and the pointers of what
// the rest needs.
func (d *tree) otherOperations(path part, tags []string) (dropped []part, needed []string) {
	left := false
	for _, inner := range d.parts(path) {
		ours := func(tag part) bool { return slices.Contains(tags, tag.text()) }
		switch operation := slices.Contains(methods, inner.name); {
		case operation && !slices.ContainsFunc(d.parts(inner.member(d, "tags")), ours):
			dropped = append(dropped, inner)
			continue
		case operation:
			left = true
		}
		needed = append(needed, pointers(inner.node)...)
	}
	if !left {
		return []part{path}, nil
	}
	return dropped, needed
}

// methods are the keys of a path that hold operations, OpenAPI 3.0.3 4.7.9.1.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// unreached answers the components that cannot be reached from those needed, and whole sections of which none can.
func (d *tree) unreached(needed []string) []part {
	sections := d.parts(d.root.member(d, "components"))
	known := map[string]part{}
	for _, section := range sections {
		for _, component := range d.parts(section) {
			known["#/components/"+section.name+"/"+component.name] = component
		}
	}
	reached := map[string]bool{}
	for len(needed) > 0 {
		pointer := needed[0]
		needed = needed[1:]
		if component, ok := known[pointer]; ok && !reached[pointer] {
			reached[pointer] = true
			needed = append(needed, pointers(component.node)...)
		}
	}
	var dropped []part
	for _, section := range sections {
		components := d.parts(section)
		away := slices.DeleteFunc(slices.Clone(components), func(c part) bool { return reached["#/components/"+section.name+"/"+c.name] })
		if len(away) == len(components) {
			away = []part{section}
		}
		dropped = append(dropped, away...)
	}
	return dropped
}
