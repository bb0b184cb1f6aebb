// Command tojson writes a YAML document as indented JSON:
//
//	tojson openapi.yaml openapi.json
//
// Keys keep their order, so that the JSON reads like the YAML from which it was made.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tojson:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: tojson IN.yaml OUT.json")
	}
	document, err := os.ReadFile(args[0])
	if err != nil {
		return fmt.Errorf("read YAML: %w", err)
	}
	converted, err := convert(document)
	if err != nil {
		return fmt.Errorf("convert %s: %w", args[0], err)
	}
	if err := os.WriteFile(args[1], converted, 0o644); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// convert answers the YAML document as JSON, indented by two spaces, with a line feed at its end.
func convert(document []byte) ([]byte, error) {
	compact, err := yaml.YAMLToJSON(document)
	if err != nil {
		return nil, fmt.Errorf("parse YAML: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, bytes.TrimSpace(compact), "", "  "); err != nil {
		return nil, fmt.Errorf("indent JSON: %w", err)
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}
