package main

import (
	"os"
	"path/filepath"
	"testing"

	"latchkey/infrastructure/testtool"
)

// typescriptGenerators are those that the project does not use itself, and how to call them.
var typescriptGenerators = []struct {
	name, version string
	call          []string
}{
	{"hey-api", "@hey-api/openapi-ts@0.90.10", []string{"openapi-ts"}},
	{"swagger-typescript-api", "swagger-typescript-api@13.2.18",
		[]string{"swagger-typescript-api", "generate", "--path", "openapi.json", "--output", "gen", "--name", "api.ts"}},
}

// TestForeignTypeScript logs in with the TypeScript clients of two generators.
func TestForeignTypeScript(t *testing.T) {
	t.Parallel()
	for _, generator := range typescriptGenerators {
		t.Run(generator.name, func(t *testing.T) {
			t.Parallel()
			dir := testtool.NPM(t, generator.version, "typescript@5.9.3", "@types/node@20.19.25")
			copyTree(t, filepath.Join("testdata/foreign", generator.name), dir)
			for name, content := range map[string]string{"package.json": `{"type": "module"}`, "tsconfig.json": typescriptSettings} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s := newForeignServer(t)
			s.document(dir)
			testtool.Run(t, dir, foreignLimit, filepath.Join("node_modules/.bin", generator.call[0]), generator.call[1:]...)
			testtool.Run(t, dir, foreignLimit, "node_modules/.bin/tsc")
			wantLogins(t, testtool.Run(t, dir, foreignLimit, "node", "out/main.js", s.url))
		})
	}
}

const typescriptSettings = `{
  "compilerOptions": {
    "target": "es2022", "module": "node16", "lib": ["es2023", "dom", "dom.iterable"], "types": ["node"],
    "strict": true, "skipLibCheck": true, "rootDir": ".", "outDir": "out"
  },
  "files": ["main.ts"]
}`
