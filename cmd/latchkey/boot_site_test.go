package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// site is where an installation lives: a directory, a database and settings, which its commands and servers share.
type site struct {
	t        testing.TB
	dir      string
	settings []string // environment variables
	program  string   // the binary; empty for the one that all tests share
}

// bootSecret is the secret of every site.
const bootSecret = "a secret for tests that nobody else has 0123456789"

// newSite is an installation on a database, which may be empty still. Settings are environment variables; later ones win.
func newSite(t testing.TB, database string, settings ...string) *site {
	t.Helper()
	programDir(t)
	return &site{t: t, dir: t.TempDir(), settings: append([]string{
		"LATCHKEY_DATABASE_URL=" + database, "LATCHKEY_SECRET=" + bootSecret, "LATCHKEY_LISTEN=127.0.0.1:0",
		"LATCHKEY_BIGCITY_CLIENTS=bigcity:secret123", "LATCHKEY_LOG_FORMAT=json",
	}, settings...)}
}

// file writes a file into the site's directory and tells its path.
func (s *site) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// configure makes the YAML file of the site.
func (s *site) configure(yaml string) {
	s.t.Helper()
	s.settings = append(s.settings, "LATCHKEY_CONFIG="+s.file("latchkey.yaml", yaml))
}

// child is a command of the site, not started yet.
func (s *site) child(args ...string) *exec.Cmd {
	s.t.Helper()
	child := exec.Command(cmp.Or(s.program, filepath.Join(programDir(s.t), "latchkey")), args...)
	child.Dir, child.Env = s.dir, environment(s.settings...)
	return child
}

// run runs a command to its end, whatever that is.
func (s *site) run(stdin string, args ...string) outcome {
	s.t.Helper()
	return runChild(s.t, s.child(args...), strings.NewReader(stdin))
}

// must runs a command that has to succeed, and tells what it printed.
func (s *site) must(stdin string, args ...string) string {
	s.t.Helper()
	ended := s.run(stdin, args...)
	if ended.status != 0 {
		s.t.Fatalf("latchkey %s: exit status %d\n%s", strings.Join(args, " "), ended.status, ended.stderr)
	}
	return ended.stdout
}

// refuse runs a command that has to fail with this status and one line on stderr, and tells the line without "latchkey: ".
func (s *site) refuse(status int, args ...string) string {
	s.t.Helper()
	ended := s.run("", args...)
	call := "latchkey " + strings.Join(args, " ")
	if ended.status != status {
		s.t.Errorf("%s: exit status %d, want %d", call, ended.status, status)
	}
	line, ok := strings.CutSuffix(ended.stderr, "\n")
	said, named := strings.CutPrefix(line, "latchkey: ")
	if !ok || !named || strings.Contains(said, "\n") {
		s.t.Errorf("%s: stderr is not one line of latchkey's:\n%s", call, ended.stderr)
	}
	if ended.stdout != "" {
		s.t.Errorf("%s: a refused call prints on stdout:\n%s", call, ended.stdout)
	}
	return said
}
