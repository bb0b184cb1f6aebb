package testdb

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"latchkey/infrastructure/database"
	"latchkey/infrastructure/random"
)

const (
	mysqlVariable = "LATCHKEY_TEST_MYSQL"
	localMySQL    = "mysql://root@127.0.0.1:3306/mysql"
	mysqlHint     = "no MySQL to test with: apt-get install mariadb-server, or set " + mysqlVariable
	probeTimeout  = 2 * time.Second
	dropTimeout   = 30 * time.Second
)

// sharedMySQL is the server that all tests of this process use.
var sharedMySQL = sync.OnceValues(findMySQL)

// MySQL returns the mysql:// URL of a fresh, empty schema (utf8mb4) that is
// dropped when the test ends.
func MySQL(t testing.TB) string {
	t.Helper()
	server, err := sharedMySQL()
	if err != nil {
		missing(t, os.Getenv("CI") == "true", mysqlHint, err)
	}
	return server.schema(t)
}

// mysqlServer is a server on which schemas may be created.
type mysqlServer struct {
	target database.Target
}

func findMySQL() (mysqlServer, error) {
	if given := os.Getenv(mysqlVariable); given != "" {
		target, err := database.ParseURL(given)
		if err != nil {
			return mysqlServer{}, fmt.Errorf("%s %w", mysqlVariable, err)
		}
		server := mysqlServer{target}
		return server, server.probe(probeTimeout)
	}
	target, err := database.ParseURL(localMySQL)
	if err != nil {
		return mysqlServer{}, err
	}
	if server := (mysqlServer{target}); server.probe(probeTimeout) == nil {
		return server, nil
	}
	dir, err := os.MkdirTemp("", "latchkey-mariadb-")
	if err != nil {
		return mysqlServer{}, err
	}
	private, err := newMariaDB(dir)
	if err != nil {
		return mysqlServer{}, errors.Join(err, os.RemoveAll(dir))
	}
	// The guard deletes the directory when this process ends.
	private.owned = dir
	if err := private.start(); err != nil {
		return mysqlServer{}, errors.Join(err, os.RemoveAll(dir))
	}
	return private.server, nil
}

func (s mysqlServer) open() (*sql.DB, error) {
	c := mysql.NewConfig()
	c.Net, c.Addr = "tcp", s.target.Hosts[0]
	c.User, c.Passwd = s.target.User, s.target.Password
	c.Timeout = probeTimeout
	c.Logger = &mysql.NopLogger{}
	c.TLSConfig = s.target.TLS
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	return db, nil
}

// probe asks whether the server answers within timeout.
func (s mysqlServer) probe(timeout time.Duration) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return db.PingContext(ctx)
}

func (s mysqlServer) schema(t testing.TB) string {
	t.Helper()
	name := "latchkey_test_" + randomHex()
	if err := s.exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE " + name); err != nil {
			t.Errorf("drop schema: %v", err)
		}
	})
	return s.url(name)
}

func (s mysqlServer) exec(statement string) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func (s mysqlServer) url(schema string) string {
	user := url.User(s.target.User)
	if s.target.Password != "" {
		user = url.UserPassword(s.target.User, s.target.Password)
	}
	address := fmt.Sprintf("mysql://%s@%s/%s", user, strings.Join(s.target.Hosts, ","), schema)
	if s.target.TLS != "" {
		address += "?tls=" + s.target.TLS
	}
	return address
}

func randomHex() string {
	return hex.EncodeToString(random.System{}.Bytes(8))
}
