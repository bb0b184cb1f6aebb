package testtool

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// recorder is a test that only remembers how it ended.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper()      {}
func (r *recorder) Fatal(...any) { r.ended = "fail" }
func (r *recorder) Skip(...any)  { r.ended = "skip" }

func TestMissingPartFailsInCIOnly(t *testing.T) {
	for ci, want := range map[string]string{"true": "fail", "": "skip"} {
		t.Setenv("CI", ci)
		r := &recorder{}
		if missing(r, errors.New("gone")); r.ended != want {
			t.Errorf("CI=%q ended the test with %q, want %q", ci, r.ended, want)
		}
		r = &recorder{}
		if Program(r, "nobody has it", "no-such-program-at-all"); r.ended != want {
			t.Errorf("CI=%q, program missing: %q, want %q", ci, r.ended, want)
		}
	}
}

func TestProgramTakesTheFirstThere(t *testing.T) {
	t.Parallel()
	if got := filepath.Base(Program(t, "", "no-such-program-at-all", "sh")); got != "sh" {
		t.Errorf("found %q", got)
	}
}

func TestNPMInstallsOnceAndLendsADirectory(t *testing.T) {
	const small = "isexe@3.1.1"
	first, second := NPM(t, small), NPM(t, small)
	if first == second {
		t.Error("two calls share a directory")
	}
	for _, dir := range []string{first, second} {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", "isexe", "package.json")); err != nil {
			t.Error(err)
		}
	}
}

func TestNPMPackageTakesTheVersionsOfItsPaper(t *testing.T) {
	source := t.TempDir()
	paper := `{"devDependencies": {"isexe": "3.1.1"}}`
	if err := os.WriteFile(filepath.Join(source, "package.json"), []byte(paper), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := NPMPackage(t, source)
	if got, err := os.ReadFile(filepath.Join(dir, "package.json")); err != nil || string(got) != paper {
		t.Errorf("package.json is %q: %v", got, err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "node_modules", "isexe", "package.json"))
	if err != nil || !strings.Contains(string(got), `"version": "3.1.1"`) {
		t.Errorf("isexe is %s: %v", got, err)
	}
}

func TestGoModuleIsACopy(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	if err := os.WriteFile(filepath.Join(source, "go.mod"), []byte("module small\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := GoModule(t, source)
	if got := strings.TrimSpace(Run(t, dir, time.Minute, "go", "list", "-m")); got != "small" || dir == source {
		t.Errorf("the module in %s is %q", dir, got)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got := strings.TrimSpace(Run(t, dir, time.Minute, "sh", "-c", "echo out; echo err >&2")); got != "out\nerr" {
		t.Errorf("printed %q", got)
	}
	if _, err := Output(dir, time.Minute, "false"); err == nil {
		t.Error("a failure went by")
	}
	if _, err := Output(dir, 50*time.Millisecond, "sleep", "60"); err == nil || !strings.Contains(err.Error(), "did not end") {
		t.Errorf("an endless program ended with %v", err)
	}
	// The child of a program that was ended lives on and holds the output open, but does not hold up the test.
	out, err := Output(dir, 50*time.Millisecond, "sh", "-c", "(sleep 20; echo late); exit")
	if err == nil || strings.Contains(out, "late") {
		t.Errorf("a child held up the test: %q, %v", out, err)
	}
}
