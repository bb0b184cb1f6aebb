package openapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"latchkey/infrastructure/testtool"
	"latchkey/openapi"
)

// The types of the TypeScript client are kept in the source tree, but `make generate`, which needs nothing but Go, cannot make
// them. So this test does.
func TestTypeScriptIsFresh(t *testing.T) {
	t.Parallel()
	dir := testtool.NPMPackage(t, "typescript")
	if err := os.WriteFile(filepath.Join(dir, "..", "openapi.json"), openapi.JSON(), 0o600); err != nil {
		t.Fatal(err)
	}
	testtool.Run(t, dir, time.Minute, "npm", "run", "--silent", "generate")
	fresh, err := os.ReadFile(filepath.Join(dir, "src", "schema.ts"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("typescript/src/schema.ts")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version string `json:"version"`
	}
	text, err := os.ReadFile("typescript/package.json")
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil || manifest.Version != openapi.Version() {
		t.Errorf("the package has version %q, the document %q (%v)", manifest.Version, openapi.Version(), err)
	}
	if !bytes.Equal(kept, fresh) {
		t.Error("typescript/src/schema.ts is stale: run make typescript and commit what it wrote")
	}
}
