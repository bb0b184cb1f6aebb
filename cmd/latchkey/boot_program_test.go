package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"latchkey/infrastructure/clock"
)

// The tests in boot_*_test.go and cli_*_test.go play the whole program: the real binary, as a child of the test, on databases
// and ports of its own.
//
//	site (boot_site_test.go)        a directory, a database and settings: where commands run and servers start
//	node (boot_node_test.go)        a running server
//	visitor (boot_visitor_test.go)  who talks to it; each exchange is held against the OpenAPI document
//	postbox (boot_postbox_test.go)  the provider to whom it hands its messages
//	dialect (boot_dialect_test.go)  how to log in through each of the four APIs

func TestMain(m *testing.M) {
	status := m.Run()
	if builtDir != "" {
		_ = os.RemoveAll(builtDir)
	}
	os.Exit(status)
}

// builtVersion is what the binary under test calls itself.
const builtVersion = "v0.0.0-boot"

// builtDir is the directory of the binary, empty as long as no test has needed one.
var builtDir string

// built makes the binary, once for all tests, and tells the directory that it is in.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "latchkey-boot-")
	if err != nil {
		return "", err
	}
	builtDir = dir
	build := exec.Command("go", "build", "-tags", "nomsgpack", "-buildvcs=false", "-ldflags", "-X main.version="+builtVersion,
		"-o", filepath.Join(dir, "latchkey"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
})

// programDir is the directory of the binary, called latchkey.
func programDir(t testing.TB) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// leash is a shell that kills the children it was told of when this process is gone, in whatever way it went: a test that
// runs into its time limit must not leave servers behind.
var leash = sync.OnceValues(func() (io.Writer, error) {
	shell := exec.Command("sh", "-c", `while read -r act pid; do
  case $act in
  start) alive="$alive $pid " ;;
  end) alive="${alive%% $pid *} ${alive#* $pid }" ;;
  esac
done
for pid in $alive; do kill -9 "$pid" 2>/dev/null; done`)
	told, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	return told, shell.Start()
})

// tell keeps the leash informed. It is best effort: a lost line leaves a child behind, and only after a crash.
func tell(act string, child *exec.Cmd) {
	if told, err := leash(); err == nil {
		fmt.Fprintf(told, "%s %d\n", act, child.Process.Pid)
	}
}

// environment is the test's own without settings of a Latchkey that the developer runs, and with those given.
func environment(settings ...string) []string {
	var env []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "LATCHKEY_") {
			env = append(env, variable)
		}
	}
	return append(env, settings...)
}

// outcome is how a command ended.
type outcome struct {
	status         int
	stdout, stderr string
	maxRSS         int64 // most memory that it ever held, in KiB as Linux counts
}

// commandLimit is the longest that a command which ends by itself may take.
const commandLimit = 2 * time.Minute

// runChild runs a command to its end.
func runChild(t testing.TB, child *exec.Cmd, stdin io.Reader) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	child.Stdin, child.Stdout, child.Stderr = stdin, &stdout, &stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	tell("start", child)
	late := time.AfterFunc(commandLimit, func() { _ = child.Process.Kill() })
	err := child.Wait()
	tell("end", child)
	if !late.Stop() {
		t.Fatalf("%v did not end within %s\n%s", child.Args, commandLimit, stderr.String())
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", child.Args, err)
	}
	ended := outcome{status: child.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage); ok {
		ended.maxRSS = int64(usage.Maxrss)
	}
	return ended
}

// now is the time that real connections and certificates go by.
var now = clock.System{}.Now

// eventually asks until the answer is yes.
func eventually(t testing.TB, what string, within time.Duration, done func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(within), time.NewTicker(10*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
