package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a child, or this process itself when command is nil.
type process struct {
	command *exec.Cmd
	address string // HOST:PORT
	metrics string // likewise, empty for none
	log     string // the file with its standard error
	exited  chan struct{}
	failed  error // of Wait, once exited is closed
}

// clockTick is the unit of processor time in /proc: USER_HZ, 100 in one second on every Linux.
const clockTick = time.Second / 100

// launch starts a command whose standard error goes to a file. It ends with ctx, for a bench that is stopped must leave nothing behind.
func launch(ctx context.Context, command *exec.Cmd, log string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	command.Stderr = file
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &process{command: command, log: log, exited: make(chan struct{})}
	go func() {
		p.failed = command.Wait()
		close(p.exited)
	}()
	context.AfterFunc(ctx, func() { _ = command.Process.Kill() })
	return p, nil
}

// healthy returns as soon as the process answers on its address.
func (p *process) healthy(patience time.Duration) error {
	health := request("GET", "/healthz", "", "")
	for end := time.Now().Add(patience); ; time.Sleep(200 * time.Microsecond) {
		if c, err := dial(p.address, end); err == nil {
			_, err = c.ask(health, http.StatusOK)
			_ = c.Close()
			return err
		}
		select {
		case <-p.exited:
			return fmt.Errorf("it ended at once: %w; it said: %s", p.failed, p.said())
		default:
		}
		if time.Now().After(end) {
			return fmt.Errorf("it does not answer on %s", p.address)
		}
	}
}

// said is the end of its standard error.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-1000):]))
}

// stop asks it to end, and makes it after 30 seconds.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.exited:
		return p.failed
	case <-time.After(30 * time.Second):
		_ = p.command.Process.Kill()
		return errors.New("the server did not end within 30 s of SIGTERM")
	}
}

func (p *process) proc(name string) (string, error) {
	id := "self"
	if p.command != nil {
		id = strconv.Itoa(p.command.Process.Pid)
	}
	text, err := os.ReadFile("/proc/" + id + "/" + name)
	return string(text), err
}

// cpu is the processor time used so far, of the user and of the system, in steps of 10 ms.
func (p *process) cpu() (time.Duration, error) {
	text, err := p.proc("stat")
	if err != nil {
		return 0, err
	}
	// The second field, the name, may have spaces; its parenthesis is the last.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/PID/stat: %d fields", len(fields))
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, errors.Join(err1, err2)
}

// resident is how much of its memory is in use (VmRSS), how much of that is no file's (RssAnon), and the most that ever was
// (VmHWM), in bytes.
func (p *process) resident() (now, anonymous, most int64, err error) {
	text, err := p.proc("status")
	for line := range strings.Lines(text) {
		name, rest, _ := strings.Cut(line, ":")
		into := map[string]*int64{"VmRSS": &now, "RssAnon": &anonymous, "VmHWM": &most}[name]
		if into == nil {
			continue
		}
		kib, wrong := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		err = errors.Join(err, wrong)
		*into = kib << 10
	}
	return now, anonymous, most, err
}

// allocated is how many objects and bytes it has allocated so far; zeros without an address for metrics.
func (p *process) allocated() (objects, size float64, err error) {
	if p.metrics == "" {
		return 0, 0, nil
	}
	response, err := http.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		into := map[string]*float64{"go_memstats_mallocs_total": &objects, "go_memstats_alloc_bytes_total": &size}[name]
		if into == nil {
			continue
		}
		if *into, err = strconv.ParseFloat(value, 64); err != nil {
			return 0, 0, err
		}
	}
	if objects == 0 || size == 0 {
		return 0, 0, errors.New("/metrics does not tell what was allocated")
	}
	return objects, size, nil
}

// freeAddress is a port on loopback that nobody listens on at the moment.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
