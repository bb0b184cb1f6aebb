package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// How long a server may take to start, and to stop.
const (
	startLimit = 30 * time.Second
	stopLimit  = 30 * time.Second
)

// node is a running server.
type node struct {
	t       testing.TB
	site    *site
	url     string // where it listens, whatever its public origin is
	metrics string // of /metrics, empty when there is none
	child   *exec.Cmd
	journal *journal
	ended   chan struct{} // closed when the process is gone
	stopped sync.Once
}

// serve starts a server and waits until it is ready. It is stopped when the test ends, and has to end well.
func (s *site) serve(args ...string) *node {
	s.t.Helper()
	n := s.launch(args...)
	n.await()
	return n
}

// launch starts a server without waiting for it.
func (s *site) launch(args ...string) *node {
	s.t.Helper()
	n := &node{t: s.t, site: s, child: s.child(append([]string{"serve"}, args...)...), ended: make(chan struct{})}
	n.journal = &journal{announced: map[string]chan string{"serving": make(chan string, 1), "metrics": make(chan string, 1)}}
	n.child.Stdout, n.child.Stderr = n.journal, n.journal
	if err := n.child.Start(); err != nil {
		s.t.Fatal(err)
	}
	tell("start", n.child)
	go func() {
		_ = n.child.Wait()
		tell("end", n.child)
		close(n.ended)
	}()
	s.t.Cleanup(n.stop)
	return n
}

// await waits until the server is ready.
func (n *node) await() {
	n.t.Helper()
	n.url = "http://" + n.announcement("serving")
	if strings.Contains(strings.Join(n.child.Env, "\n"), "LATCHKEY_METRICS_LISTEN=") {
		n.metrics = "http://" + n.announcement("metrics") + "/metrics"
	}
}

// announcement is the address in a line that the server logs when it starts.
func (n *node) announcement(message string) string {
	n.t.Helper()
	select {
	case address := <-n.journal.announced[message]:
		return address
	case <-n.ended:
		n.stopped.Do(func() {})
		n.t.Fatalf("the server ended with status %d instead of serving:\n%s", n.child.ProcessState.ExitCode(), n.journal)
	case <-time.After(startLimit):
		n.t.Fatalf("the server does not serve:\n%s", n.journal)
	}
	return ""
}

// stop asks the server to end, as an operator does, and checks that it ended well. Stopping a stopped one does nothing.
func (n *node) stop() {
	n.t.Helper()
	n.stopped.Do(func() {
		n.t.Helper()
		n.signal(syscall.SIGTERM)
		if status := n.child.ProcessState.ExitCode(); status != 0 {
			n.t.Errorf("the server ended with status %d:\n%s", status, n.journal)
		}
		if strings.Contains(n.journal.String(), `"msg":"panic"`) {
			n.t.Errorf("a request panicked:\n%s", n.journal)
		}
	})
}

// kill ends the server as a power failure would.
func (n *node) kill() {
	n.t.Helper()
	n.stopped.Do(func() {
		n.t.Helper()
		n.signal(syscall.SIGKILL)
	})
}

func (n *node) signal(signal os.Signal) {
	n.t.Helper()
	if err := n.child.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		n.t.Errorf("signal the server: %v", err)
	}
	select {
	case <-n.ended:
	case <-time.After(stopLimit):
		_ = n.child.Process.Kill()
		<-n.ended
		n.t.Errorf("the server did not end within %s of %s:\n%s", stopLimit, signal, n.journal)
	}
}

// ready tells whether the server says that it can work.
func (n *node) ready() bool {
	reply, err := http.Get(n.url + "/readyz")
	if err != nil {
		return false
	}
	_ = reply.Body.Close()
	return reply.StatusCode == http.StatusOK
}

// healthy fails the test unless the server lives and can work.
func (n *node) healthy() {
	n.t.Helper()
	select {
	case <-n.ended:
		n.t.Fatalf("the server is gone:\n%s", n.journal)
	default:
	}
	if !n.ready() {
		n.t.Fatalf("the server is not ready:\n%s", n.journal)
	}
}

// journal is everything that a server writes, and where it said that it serves.
type journal struct {
	mutex     sync.Mutex
	text      bytes.Buffer
	rest      []byte // of a line that has not ended yet
	announced map[string]chan string
}

// Write makes journal the server's stdout and stderr.
func (j *journal) Write(p []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.text.Write(p)
	j.rest = append(j.rest, p...)
	for {
		line, rest, ok := bytes.Cut(j.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		j.rest = rest
		var record struct{ Msg, Address string }
		if json.Unmarshal(line, &record) != nil || j.announced[record.Msg] == nil {
			continue
		}
		select {
		case j.announced[record.Msg] <- record.Address:
		default: // said before
		}
	}
}

// String is everything so far.
func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

// lines are the records so far that say this.
func (j *journal) lines(message string) []string {
	var found []string
	for scanner := bufio.NewScanner(strings.NewReader(j.String())); scanner.Scan(); {
		var record struct{ Msg string }
		if json.Unmarshal(scanner.Bytes(), &record) == nil && record.Msg == message {
			found = append(found, scanner.Text())
		}
	}
	return found
}
