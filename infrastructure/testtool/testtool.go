package testtool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// installLimit is how long npm may take.
const installLimit = 5 * time.Minute

// hangUp is how long the children of a program that was ended may still hold its output open.
const hangUp = time.Second

// Program answers the path of the first of the programs that is on the PATH. Without any the test ends; hint says how to get one.
func Program(t testing.TB, hint string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, fmt.Errorf("needs %s: %s", strings.Join(names, " or "), hint))
	return ""
}

// NPM installs packages, each pinned as NAME@VERSION, and answers a directory that is this test's own and has them in
// node_modules. No script of theirs runs while they are installed. It needs node, npm and the registry that npm is set up for.
// Packages are fetched once per machine: later calls with the same list copy nothing but a link.
func NPM(t testing.TB, packages ...string) string {
	t.Helper()
	for _, name := range []string{"node", "npm"} {
		Program(t, "install Debian's nodejs and npm, or those of nodejs.org", name)
	}
	installed, err := install(packages)
	if err != nil {
		missing(t, err)
		return ""
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// NPMPackage answers a directory that is this test's own, with the papers of the npm package in source – what lies at its top,
// package.json and so on – and in node_modules the packages that package.json depends on, at the versions it pins.
func NPMPackage(t testing.TB, source string) string {
	t.Helper()
	dir := NPM(t, pins(t, filepath.Join(source, "package.json"))...)
	entries, err := os.ReadDir(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(source, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, entry.Name()), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// pins are the dependencies in a package.json as NAME@VERSION, in the order of their names.
func pins(t testing.TB, manifest string) []string {
	t.Helper()
	content, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatalf("%s: %v", manifest, err)
	}
	var list []string
	for _, group := range []map[string]string{read.Dependencies, read.DevDependencies} {
		for name, version := range group {
			if strings.Trim(version, "0123456789.") != "" {
				t.Errorf("%s pins %s to no one version: %s", manifest, name, version)
			}
			list = append(list, name+"@"+version)
		}
	}
	slices.Sort(list)
	return list
}

// GoModule answers a directory that is this test's own, with a copy of the Go module in source, and makes sure that every module
// in its go.sum is on this machine, from the module proxy where need be.
func GoModule(t testing.TB, source string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	if out, err := Output(dir, installLimit, "go", "mod", "download"); err != nil {
		missing(t, fmt.Errorf("go mod download in %s: %w\n%s", source, err, out))
	}
	return dir
}

// install puts packages into a directory of the user's cache that no other list shares. Two processes may do so at once: each works in
// a directory of its own, and the first one to finish wins.
func install(packages []string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(strings.Join(packages, "\n")))
	dir := filepath.Join(cache, "latchkey-test", hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "work-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	call := append([]string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", work}, packages...)
	if out, err := Output(work, installLimit, "npm", call...); err != nil {
		return "", fmt.Errorf("npm install %s: %w\n%s", strings.Join(packages, " "), err, out)
	}
	if err := os.Rename(work, dir); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(dir); there != nil {
			return "", err
		}
	}
	return dir, nil
}

// Run runs a program in dir, which has to succeed within limit, and answers what it printed on both streams.
func Run(t testing.TB, dir string, limit time.Duration, name string, args ...string) string {
	t.Helper()
	out, err := Output(dir, limit, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// Output runs a program in dir for at most limit and answers what it printed on both streams, and how it ended.
func Output(dir string, limit time.Duration, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.WaitDelay = dir, hangUp
	out, err := command.CombinedOutput()
	if ctx.Err() != nil {
		return string(out), fmt.Errorf("did not end within %s", limit)
	}
	return string(out), err
}

// missing ends a test that lacks a part.
func missing(t testing.TB, reason error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
		return
	}
	t.Skip(reason)
}
