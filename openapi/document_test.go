package openapi_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"latchkey/openapi"
)

func mustLoad(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openapi.YAML())
	if err != nil {
		t.Fatalf("load document: %v", err)
	}
	return document
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	err := mustLoad(t).Validate(context.Background(),
		openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation(), openapi3.EnableSchemaPatternValidation(),
		openapi3.EnableSchemaDefaultsValidation(), openapi3.EnableMultiError())
	if err != nil {
		t.Errorf("%.2000s", err)
	}
}

func TestJSONIsTheYAML(t *testing.T) {
	t.Parallel()
	var fromYAML, fromJSON yaml.MapSlice
	if err := yaml.Unmarshal(openapi.YAML(), &fromYAML); err != nil {
		t.Fatalf("parse YAML: %v", err)
	}
	if err := yaml.Unmarshal(openapi.JSON(), &fromJSON); err != nil {
		t.Fatalf("parse JSON: %v", err)
	}
	if difference := cmp.Diff(fromYAML, fromJSON); difference != "" {
		t.Errorf("openapi.json is stale, run go generate (-yaml +json):\n%.2000s", difference)
	}
}

func TestVersionIsTheDocuments(t *testing.T) {
	t.Parallel()
	version := openapi.Version()
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) || version != mustLoad(t).Info.Version {
		t.Errorf("Version() = %q, want the document's %q", version, mustLoad(t).Info.Version)
	}
}

func TestCallersOwnTheBytes(t *testing.T) {
	t.Parallel()
	openapi.YAML()[0], openapi.JSON()[0] = '#', '#'
	if openapi.YAML()[0] == '#' || openapi.JSON()[0] == '#' {
		t.Error("a caller wrote into the embedded document")
	}
}
