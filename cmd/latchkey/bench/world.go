package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// world is a server under load and what it takes to load it.
type world struct {
	server       *process
	inbox        *inbox
	people       *people
	workers      int
	withPassword atomic.Int64  // counts password logins
	importing    time.Duration // of all people
}

// setting says how a world's server runs.
type setting struct {
	binary   string
	database string // URL; empty for a new SQLite file
	pool     int    // database-pool, 0 for the server's own choice
	measured bool   // with an address for metrics
	people   int
	used     int // of the people
	workers  int
}

// resendWait is the least that the server allows, so that the same contact can be asked again in later rounds.
const resendWait = time.Second

// newWorld imports the people into a new database and starts a server on it. close ends it.
func newWorld(ctx context.Context, dir string, s setting) (w *world, err error) {
	if dir, err = os.MkdirTemp(dir, "world-"); err != nil {
		return nil, err
	}
	w = &world{workers: s.workers}
	if w.people, err = newPeople(ctx, s.people, s.used); err != nil {
		return nil, err
	}
	if w.inbox, err = newInbox(); err != nil {
		return nil, err
	}
	environment, err := settings(dir, s)
	if err != nil {
		return nil, err
	}
	if w.importing, err = w.people.add(ctx, s.binary, environment); err != nil {
		return nil, err
	}
	environment = append(environment, "LATCHKEY_SMS_URL="+w.inbox.url(), "LATCHKEY_EMAIL_URL="+w.inbox.url())
	w.server, err = startServer(ctx, dir, s.binary, environment, s.measured)
	return w, err
}

// settings are the environment of a server that keeps its things in dir. Nothing of this process's own environment reaches it.
func settings(dir string, s setting) ([]string, error) {
	database := s.database
	if database == "" {
		database = "sqlite://" + filepath.Join(dir, "latchkey.db")
	}
	var file strings.Builder
	if s.pool > 0 {
		fmt.Fprintf(&file, "database-pool: %d\n", s.pool)
	}
	fmt.Fprintln(&file, "dialects:")
	for _, d := range dialects {
		fmt.Fprintf(&file, "  %s: {resend-wait: %s, sends-per-hour: 100, sends-per-day: 100}\n", d.name, resendWait)
	}
	config := filepath.Join(dir, "latchkey.yaml")
	if err := os.WriteFile(config, []byte(file.String()), 0o600); err != nil {
		return nil, err
	}
	return []string{
		"LATCHKEY_CONFIG=" + config, "LATCHKEY_DATABASE_URL=" + database, "LATCHKEY_LIMITS=off", "LATCHKEY_LOG_FORMAT=json",
		"LATCHKEY_SECRET=a secret for nothing but measuring speed", "LATCHKEY_BIGCITY_CLIENTS=bench:secret",
	}, nil
}

// startServer starts a server on free ports of loopback and returns once it answers.
func startServer(ctx context.Context, dir, binary string, environment []string, measured bool, arguments ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	metrics := ""
	if measured {
		if metrics, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	command := exec.Command(binary, append([]string{"serve"}, arguments...)...)
	command.Dir = dir
	command.Env = append(environment, "LATCHKEY_LISTEN="+address, "LATCHKEY_METRICS_LISTEN="+metrics)
	p, err := launch(ctx, command, filepath.Join(dir, "server.log"))
	if err != nil {
		return nil, err
	}
	p.address, p.metrics = address, metrics
	return p, p.healthy(30 * time.Second)
}

// close stops the server, and tells of the warnings in its log: in a bench there should be none.
func (w *world) close() (err error) {
	if w == nil {
		return nil
	}
	if w.server != nil {
		err = w.server.stop()
		log, failed := os.ReadFile(w.server.log)
		err = errors.Join(err, failed)
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, `"level":"ERROR"`) {
				err = errors.Join(err, fmt.Errorf("the server logged: %.500s", line))
				break
			}
		}
	}
	if w.inbox != nil {
		w.inbox.close()
	}
	return err
}

// read asks who is logged in and decodes the reply.
func (w *world) read(d *dialect, l login, into any) error {
	c, err := dial(w.server.address, time.Now().Add(stuck))
	if err != nil {
		return err
	}
	defer c.Close()
	got, err := c.ask(d.me(l), http.StatusOK)
	if err != nil {
		return err
	}
	return json.Unmarshal(got.body, into)
}
