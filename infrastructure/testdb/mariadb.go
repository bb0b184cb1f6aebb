package testdb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"latchkey/infrastructure/database"
)

const (
	startTimeout = 60 * time.Second
	startStep    = 50 * time.Millisecond
)

// mariaDB is a private server with its own directory and port.
type mariaDB struct {
	dir    string
	owned  string // a directory that goes with the server
	port   int
	server mysqlServer
	proc   *process
}

// newMariaDB prepares a server in dir without starting it.
func newMariaDB(dir string) (*mariaDB, error) {
	install, err := program("mariadb-install-db", "mysql_install_db")
	if err != nil {
		return nil, err
	}
	// Servers that share a temporary directory delete each other's tables there
	// when they start, so each has its own.
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, err
	}
	command := exec.Command(install, "--no-defaults", "--datadir="+filepath.Join(dir, "data"),
		"--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=16M")
	command.Env = append(os.Environ(), "TMPDIR="+filepath.Join(dir, "tmp"))
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mariadb-install-db: %w: %.600s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	target, err := database.ParseURL(fmt.Sprintf("mysql://root@127.0.0.1:%d/mysql", port))
	if err != nil {
		return nil, err
	}
	return &mariaDB{dir: dir, port: port, server: mysqlServer{target}}, nil
}

func (m *mariaDB) start() error {
	binary, err := program("mariadbd", "mysqld")
	if err != nil {
		return err
	}
	// The sizes keep the server small and quick: it lives for a test only.
	args := []string{
		"--no-defaults", "--datadir=" + filepath.Join(m.dir, "data"), "--tmpdir=" + filepath.Join(m.dir, "tmp"), "--bind-address=127.0.0.1",
		fmt.Sprintf("--port=%d", m.port), "--socket=" + filepath.Join(m.dir, "s"), "--pid-file=" + filepath.Join(m.dir, "pid"),
		"--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2",
		"--skip-name-resolve", "--skip-log-bin",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--user=root")
	}
	if m.proc, err = start("KILL", m.owned, binary, args...); err != nil {
		return err
	}
	if err := m.wait(); err != nil {
		m.proc.stop()
		return err
	}
	return nil
}

// wait returns once the server answers.
func (m *mariaDB) wait() error {
	ticker := time.NewTicker(startStep)
	defer ticker.Stop()
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	for {
		err := m.server.probe(probeTimeout)
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-deadline.C:
			return fmt.Errorf("mariadbd does not answer: %w", err)
		}
	}
}

// program finds the first of names in PATH or where Debian keeps servers.
func program(names ...string) (string, error) {
	for _, name := range names {
		for _, candidate := range []string{name, filepath.Join("/usr/sbin", name)} {
			if path, err := exec.LookPath(candidate); err == nil {
				return path, nil
			}
		}
	}
	return "", errors.New(names[0] + " is not installed")
}

// Server is a MariaDB of one test's own that can be stopped and started again.
type Server struct {
	// URL is the mysql:// URL of an empty schema on the server. It stays the
	// same over stops and starts, and so do the data.
	URL string

	maria *mariaDB
}

// PrivateMySQL starts a MariaDB for this test alone, to see what happens when
// the database goes away and comes back. It takes a few seconds; tests that need
// no such thing use MySQL.
func PrivateMySQL(t testing.TB) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "latchkey-mariadb-")
	if err != nil {
		t.Fatalf("private MariaDB: %v", err)
	}
	maria, err := newMariaDB(dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		missing(t, os.Getenv("CI") == "true", mysqlHint, err)
	}
	s := &Server{maria: maria}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(dir)
	})
	s.Start(t)
	const schema = "latchkey_test"
	if err := maria.server.exec("CREATE DATABASE " + schema + " CHARACTER SET utf8mb4"); err != nil {
		t.Fatalf("private MariaDB: %v", err)
	}
	s.URL = maria.server.url(schema)
	return s
}

// Stop kills the server, as a power failure would. What was committed is there
// again after Start. Stopping a stopped server does nothing.
func (s *Server) Stop() {
	if s.maria.proc == nil {
		return
	}
	s.maria.proc.stop()
	s.maria.proc = nil
}

// Start brings a stopped server back on the same address and returns once it
// answers.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if s.maria.proc != nil {
		return
	}
	if err := s.maria.start(); err != nil {
		t.Fatalf("start private MariaDB: %v", err)
	}
}
