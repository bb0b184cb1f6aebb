package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testtool"
)

// npmLimit is how long a call of npm or of the TypeScript compiler may take.
const npmLimit = 3 * time.Minute

// TestTypeScriptClient packs the TypeScript client, installs the package into a project of its own, checks the types in it as
// Node and as a bundler resolve them, and runs the client's tests against the real server.
func TestTypeScriptClient(t *testing.T) {
	t.Parallel()
	const source = "../../openapi/typescript"
	build, project := testtool.NPMPackage(t, source), t.TempDir()
	tools := filepath.Join(build, "node_modules")
	copyTree(t, filepath.Join(source, "src"), filepath.Join(build, "src"))
	licence, err := os.ReadFile("../../LICENSE")
	if err == nil {
		err = os.WriteFile(filepath.Join(build, "LICENSE"), licence, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	copyTree(t, filepath.Join(source, "test"), filepath.Join(project, "test"))
	packed := testtool.Run(t, build, npmLimit, "npm", "pack", "--loglevel=error", "--pack-destination", project)
	words := strings.Fields(packed) // the last one is the file's name
	tarball := filepath.Join(project, words[len(words)-1])

	if err := os.WriteFile(filepath.Join(project, "package.json"), []byte(`{"type": "module", "private": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	testtool.Run(t, project, npmLimit, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts",
		"--no-package-lock", tarball)
	wantOnlyBuilt(t, filepath.Join(project, "node_modules", "latchkey-client"))
	check := []string{"--strict", "--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--types", "node",
		"--typeRoots", filepath.Join(tools, "@types"), "test/client.test.ts"}
	tsc := filepath.Join(tools, ".bin", "tsc")
	bundler := []string{"--noEmit", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler"}
	testtool.Run(t, project, npmLimit, tsc, append(bundler, check...)...)
	node16 := []string{"--outDir", "out", "--module", "node16", "--moduleResolution", "node16"}
	testtool.Run(t, project, npmLimit, tsc, append(node16, check...)...)

	s := newSite(t, "", "LATCHKEY_SECRET=")
	s.configure("dialects: {bigcity: {resend-wait: 1s}}\n")
	printed := testtool.Run(t, project, npmLimit, "env", "ORIGIN="+s.serve("--dev").url, "node", "--test-reporter=tap", "out/client.test.js")
	if !strings.Contains(printed, "\n# pass 13\n") {
		t.Errorf("not all tests ran:\n%s", printed)
	}
}

// wantOnlyBuilt checks what a package has: the code, its types, and papers.
func wantOnlyBuilt(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if got := strings.Join(names, " "); got != "LICENSE README.md dist package.json" {
		t.Errorf("the package has %s", got)
	}
}
