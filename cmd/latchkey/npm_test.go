package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// npmClient is the browser's side of Bridgekeeper, as its users install it.
const npmClient = "@quintype/bridgekeeper-js@2.8.2"

// How long the steps around the npm client may take.
const (
	npmInstallLimit = 3 * time.Minute
	npmDriveLimit   = time.Minute
	npmServerLimit  = 30 * time.Second
)

// TestNPMClient drives the unchanged npm client against the real server. It needs node and npm, and the registry that npm is set up
// for; a developer who lacks one of them is told so, CI must have them.
func TestNPMClient(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not there, and CI needs it", program)
			}
			t.Skipf("%s is not there: the npm client %s is not tried", program, npmClient)
		}
	}
	dir := t.TempDir()
	install := exec.Command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", dir, npmClient)
	if out, err := npmOutput(install, npmInstallLimit); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Skipf("npm install: %v: the npm client %s is not tried", err, npmClient)
	}

	driver, err := filepath.Abs("testdata/npm/driver.cjs")
	if err != nil {
		t.Fatal(err)
	}
	drive := exec.Command("node", driver, "http://"+npmServe(t, dir))
	drive.Dir = dir
	printed := npmRun(t, drive, npmDriveLimit)
	if steps := strings.Count(printed, "ok "); steps < 15 {
		t.Errorf("only %d steps:\n%s", steps, printed)
	}
}

// npmRun runs a command that has to succeed, and tells what it printed.
func npmRun(t *testing.T, command *exec.Cmd, limit time.Duration) string {
	t.Helper()
	out, err := npmOutput(command, limit)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command.Args, " "), err, out)
	}
	return out
}

// npmOutput runs a command to its end, or for as long as it may, and tells what it printed.
func npmOutput(command *exec.Cmd, limit time.Duration) (string, error) {
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		return "", err
	}
	late := time.AfterFunc(limit, func() { _ = command.Process.Kill() })
	defer late.Stop()
	err := command.Wait()
	return out.String(), err
}

// npmServe starts a server with --dev in dir and tells the address where it serves, until the test ends.
func npmServe(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(dir, "latchkey")
	build := exec.Command("go", "build", "-tags", "nomsgpack", "-buildvcs=false", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	npmRun(t, build, npmInstallLimit)

	settings := filepath.Join(dir, "latchkey.yaml")
	const yaml = "dialects: {bridgekeeper: {reset-page: 'https://news.example.com/account/new-password'}}\n"
	if err := os.WriteFile(settings, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(program, "serve", "--dev", "--listen", "127.0.0.1:0", "--log-format", "json", "--config", settings)
	server.Dir = dir
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "LATCHKEY_") {
			server.Env = append(server.Env, variable)
		}
	}
	log := &npmLog{serving: make(chan string, 1)}
	server.Stdout, server.Stderr = io.Discard, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(npmServerLimit, func() { _ = server.Process.Kill() })
		defer late.Stop()
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v:\n%s", err, log)
		}
	})
	select {
	case address := <-log.serving:
		return address
	case <-time.After(npmServerLimit):
		t.Fatalf("the server does not serve:\n%s", log)
		return ""
	}
}

// npmLog keeps what a server logs, and listens for the address that it tells.
type npmLog struct {
	mutex   sync.Mutex
	text    bytes.Buffer
	serving chan string
	told    bool
}

// Write makes npmLog an io.Writer.
func (l *npmLog) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.text.Write(p)
	lines := bufio.NewScanner(bytes.NewReader(l.text.Bytes()))
	for !l.told && lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			l.told = true
			l.serving <- line.Address
		}
	}
	return len(p), nil
}

// String is all that was logged.
func (l *npmLog) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}
