package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testtool"
)

// The tests in this file and in foreign_typescript_test.go prove that the document is one that others can generate from: with
// generators that the project does not use itself, from the document that a server answers, whole, compiled, and taken through
// a refused and a good login of each API. The programs that log in are in testdata/foreign.

// foreignLimit is how long one step may take: to generate, to compile, to log in.
const foreignLimit = 4 * time.Minute

// openAPIGenerator is the newest release whose npm package has the Java program in it.
const openAPIGenerator = "@openapitools/openapi-generator-cli@1.0.18-4.3.1"

// TestForeignGo logs in with the Go clients of two generators.
func TestForeignGo(t *testing.T) {
	t.Parallel()
	module := testtool.GoModule(t, "testdata/foreign")
	t.Run("ogen", func(t *testing.T) {
		t.Parallel()
		s := newForeignServer(t)
		document := s.document(filepath.Join(module, "ogen"))
		testtool.Run(t, module, foreignLimit, "go", "tool", "ogen", "--config", "ogen/ogen.yml",
			"--target", "ogen/gen", "--package", "gen", "--clean", document)
		wantLogins(t, testtool.Run(t, module, foreignLimit, "go", "run", "./ogen", s.url))
	})
	t.Run("openapi-generator", func(t *testing.T) {
		t.Parallel()
		jar := generatorJar(t)
		s := newForeignServer(t)
		dir := filepath.Join(module, "openapi-generator")
		testtool.Run(t, dir, foreignLimit, "java", "-jar", jar, "generate", "--generator-name", "go", "--input-spec", s.document(dir),
			"--additional-properties", "enumClassPrefix=true", "--output", "openapi")
		wantLogins(t, testtool.Run(t, module, foreignLimit, "go", "run", "./openapi-generator", s.url))
	})
}

// anonymous are names that a generator thinks up where the document has none.
var anonymous = regexp.MustCompile(`(?i)inline|anyof|oneof\d|allof|object\d*$|\d+_?response|[a-z_]\d+$|^model`)

// TestForeignNames generates for four languages and looks at the names of the types: each is one of the document's schemas.
func TestForeignNames(t *testing.T) {
	t.Parallel()
	jar, dir := generatorJar(t), t.TempDir()
	newForeignServer(t).document(dir)
	models := map[string]string{
		"python": "openapi_client/models/*.py",
		"java":   "src/main/java/org/openapitools/client/model/*.java",
		"kotlin": "src/main/kotlin/org/openapitools/client/models/*.kt",
		"swift5": "OpenAPIClient/Classes/OpenAPIs/Models/*.swift",
	}
	call := []string{"-jar", jar, "batch", "--fail-fast"}
	for language := range models {
		config := "generatorName: " + language + "\ninputSpec: openapi.json\noutputDir: " + language + "\n"
		if err := os.WriteFile(filepath.Join(dir, language+".yaml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		call = append(call, language+".yaml")
	}
	printed := testtool.Run(t, dir, foreignLimit, "java", call...)
	for language, pattern := range models {
		files, err := filepath.Glob(filepath.Join(dir, language, pattern))
		if err != nil || len(files) < 70 {
			t.Fatalf("%s has %d models, %v:\n%s", language, len(files), err, printed)
		}
		for _, file := range files {
			if name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)); anonymous.MatchString(name) {
				t.Errorf("%s has a model without a name of its own: %s", language, name)
			}
		}
	}
}

// generatorJar is openapi-generator, which Java runs.
func generatorJar(t testing.TB) string {
	t.Helper()
	testtool.Program(t, "install Debian's default-jre-headless", "java")
	return filepath.Join(testtool.NPM(t, openAPIGenerator), "node_modules/@openapitools/openapi-generator-cli/bin/openapi-generator.jar")
}

// foreignServer is a development server of a generator's own, since every one of them asks codes of the same demo accounts.
type foreignServer struct{ *node }

func newForeignServer(t testing.TB) foreignServer {
	t.Helper()
	return foreignServer{newSite(t, "", "LATCHKEY_SECRET=").serve("--dev")}
}

// document writes the document that the server answers into a directory, as openapi.json, and tells its path.
func (s foreignServer) document(dir string) string {
	s.t.Helper()
	path := filepath.Join(dir, "openapi.json")
	content := s.visit(s.t).want(http.StatusOK, request{http.MethodGet, "/openapi.json", "", nil}).body
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// wantLogins checks what a program printed: a line for each API.
func wantLogins(t testing.TB, printed string) {
	t.Helper()
	for _, d := range dialects {
		if !strings.Contains(printed, "ok "+d.name) {
			t.Errorf("no login through %s:\n%s", d.name, printed)
		}
	}
}
