// Command changelog writes what changed for callers from one released document to the next, and to the present one:
//
//	changelog RELEASED-DIRECTORY CHANGELOG.md
//
// Its tests are the gate for changes that would break callers (see judge), which `make check` runs. `make release-contract` runs
//
//	changelog keep RELEASED-DIRECTORY
//
// which keeps the present contract as released.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"latchkey/openapi"
)

// forPeople are the tags whose operations are no part of the contract: pages change as people like them better.
var forPeople = []string{"pages", "microsite"}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "changelog:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: changelog RELEASED-DIRECTORY CHANGELOG.md, or changelog keep RELEASED-DIRECTORY")
	}
	text, err := contract()
	if err != nil {
		return err
	}
	if args[0] == "keep" {
		return keep(args[1], text)
	}
	documents, err := released(args[0])
	if err != nil {
		return err
	}
	present, err := read("openapi.yaml", text)
	if err != nil {
		return err
	}
	written, err := changelog(documents, present)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], []byte(written), 0o644)
}

// contract answers the part of the present document that programs call.
func contract() ([]byte, error) {
	return openapi.Cut(slices.DeleteFunc(openapi.Tags(), func(tag string) bool { return slices.Contains(forPeople, tag) })...)
}

// keep writes the contract into the directory of the released ones, under its version. One that is there already stays.
func keep(dir string, text []byte) error {
	file, err := os.OpenFile(filepath.Join(dir, openapi.Version()+".yaml"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("version %s is released already: raise info.version first", openapi.Version())
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// changelog answers the changes as Markdown, the newest first. The present document has a section of its own only where a caller
// notices a difference from the newest released one.
func changelog(documents []*openapi3.T, present *openapi3.T) (string, error) {
	if len(documents) == 0 {
		return "", errors.New("no document is released")
	}
	sections := []string{"## " + documents[0].Info.Version + "\n\nThe first release.\n"}
	for i, newer := range documents[1:] {
		section, err := describe("## "+newer.Info.Version, documents[i], newer)
		if err != nil {
			return "", err
		}
		sections = append(sections, section)
	}
	newest, title := documents[len(documents)-1], "## Not released"
	if present.Info.Version != newest.Info.Version {
		title = "## " + present.Info.Version + ", not released"
	}
	section, err := describe(title, newest, present)
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(section, nothing) {
		sections = append(sections, section)
	}
	text := beginning
	for i := len(sections) - 1; i >= 0; i-- {
		text += "\n" + sections[i]
	}
	return text, nil
}

// beginning is what stands above the sections.
const beginning = "# Changes of the API\n\n" +
	"What callers notice, by operation. Written by `make generate` from the documents in `released/` and `openapi.yaml`.\n"

// nothing ends the section of a document that says what the one before it said.
const nothing = "\n\nNothing that callers notice.\n"

func describe(title string, older, newer *openapi3.T) (string, error) {
	changes, err := compare(older, newer)
	if err != nil || len(changes) == 0 {
		return title + nothing, err
	}
	text, operation := title+"\n", ""
	for _, c := range changes {
		if c.operation != operation {
			operation = c.operation
			text += "\n### " + operation + "\n\n"
		}
		mark := ""
		if c.breaks {
			mark = "**breaking:** "
		}
		text += "- " + mark + c.text + "\n"
	}
	return text, nil
}
