package testdb

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os/exec"
	"testing"

	"latchkey/infrastructure/random"
)

// guard runs a server as a child of a shell that waits for its standard input to
// end. That happens when the test closes it and also when the test process
// dies in whatever way, so no server outlives its test. $1 is how to end the
// server (a signal), $2 a directory to delete afterwards, or nothing.
const guard = `signal=$1; dir=$2; shift 2
"$@" </dev/null >/dev/null 2>&1 &
server=$!
cat >/dev/null
kill -"$signal" "$server" 2>/dev/null
wait "$server" 2>/dev/null
[ -z "$dir" ] || rm -rf "$dir"`

// process is a server under guard.
type process struct {
	shell *exec.Cmd
	leash io.WriteCloser
}

func start(signal, dir, name string, args ...string) (*process, error) {
	shell := exec.Command("sh", append([]string{"-c", guard, "guard", signal, dir, name}, args...)...)
	leash, err := shell.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := shell.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return &process{shell: shell, leash: leash}, nil
}

// stop ends the server and returns once it is gone.
func (p *process) stop() {
	_ = p.leash.Close()
	_ = p.shell.Wait()
}

// Ports for our servers lie below those that systems give to outgoing connections,
// so that a stopped server finds its own still free when it starts again.
const (
	lowestPort = 20_000
	portCount  = 10_000
	portTries  = 100
)

// freePort returns a TCP port on 127.0.0.1 that nobody listens on.
func freePort() (int, error) {
	var failed error
	for range portTries {
		port := lowestPort + int(binary.BigEndian.Uint32(random.System{}.Bytes(4))%portCount)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, listener.Close()
		}
		failed = err
	}
	return 0, fmt.Errorf("find a free port: %w", failed)
}

// missing ends a test that has no server to run against: as a failure where a
// build must not pass without it, as a skip elsewhere.
func missing(t testing.TB, ci bool, what string, reason error) {
	t.Helper()
	if ci {
		t.Fatalf("%s: %v", what, reason)
		return
	}
	t.Skipf("%s: %v", what, reason)
}
