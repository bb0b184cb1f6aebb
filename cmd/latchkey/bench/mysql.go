package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"latchkey/infrastructure/database"
)

const (
	mysqlVariable = "LATCHKEY_TEST_MYSQL"
	localMySQL    = "mysql://root@127.0.0.1:3306/mysql"
)

// mysqlServer is a server on which schemas can be made.
type mysqlServer struct {
	target database.Target
	db     *sql.DB
}

// findMySQL looks where tests look. It returns nil when nothing was named and nobody answers at the usual place.
func findMySQL(ctx context.Context) (*mysqlServer, error) {
	address, named := os.LookupEnv(mysqlVariable)
	if !named || address == "" {
		address, named = localMySQL, false
	}
	target, err := database.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("%s %w", mysqlVariable, err)
	}
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.Passwd, c.Timeout = "tcp", target.Hosts[0], target.User, target.Password, 2*time.Second
	c.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	s := &mysqlServer{target, sql.OpenDB(connector)}
	if err := s.db.PingContext(ctx); err != nil {
		_ = s.db.Close()
		if !named {
			return nil, nil
		}
		return nil, fmt.Errorf("%s: %w", mysqlVariable, err)
	}
	return s, nil
}

// withSchema makes an empty schema, which is dropped afterwards.
func (s *mysqlServer) withSchema(ctx context.Context, do func(address string) error) error {
	name := "latchkey_bench_" + strings.ToLower(rand.Text()[:12])
	if _, err := s.db.ExecContext(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4"); err != nil {
		return fmt.Errorf("make a schema: %w", err)
	}
	user := url.User(s.target.User)
	if s.target.Password != "" {
		user = url.UserPassword(s.target.User, s.target.Password)
	}
	err := do("mysql://" + user.String() + "@" + strings.Join(s.target.Hosts, ",") + "/" + name)
	_, dropped := s.db.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name)
	return errors.Join(err, dropped)
}
