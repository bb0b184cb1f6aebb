package database

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
)

// How long MySQL may take. A lock wait is shorter than a request may last, so
// that the caller hears of it.
const (
	dialTimeout        = 3 * time.Second // for each host in turn
	readTimeout        = 30 * time.Second
	writeTimeout       = 10 * time.Second
	connectionLifetime = 15 * time.Minute
	lockWaitSeconds    = "10"
	connectionsPerCore = 4
	leastConnections   = 16
	mostConnections    = 64
)

// sessionSettings make every server behave the same, whatever its defaults.
var sessionSettings = map[string]string{
	"time_zone":                "'+00:00'",
	"sql_mode":                 "'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	"innodb_lock_wait_timeout": lockWaitSeconds,
}

func openMySQL(ctx context.Context, target Target, o Options) (*DB, error) {
	connector, err := newFailover(target, o.Logger)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(preparing{connector})
	sizePool(pool, poolSize(o.PoolSize, connectionsPerCore, leastConnections, mostConnections), connectionLifetime)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	db, err := openGorm(gormmysql.New(gormmysql.Config{
		Conn: pool,
		// MariaDB could return generated columns where MySQL cannot: one
		// behaviour for both.
		DisableWithReturning: true,
	}), o)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &DB{
		Writer:  db,
		Reader:  db,
		Dialect: MySQL,
		target:  target,
		pools:   []*sql.DB{pool},
		connect: func() *sql.DB { return sql.OpenDB(connector) },
	}, nil
}

// failover connects to the first host that lets us in, trying them in order
// each time, so that new connections go back to the first one once it lives.
type failover struct {
	hosts []driver.Connector
	names []string
}

func newFailover(target Target, log *slog.Logger) (*failover, error) {
	f := &failover{names: target.Hosts}
	for _, host := range target.Hosts {
		connector, err := mysql.NewConnector(mysqlConfig(target, host, log))
		if err != nil {
			return nil, fmt.Errorf("prepare connection to %s: %w", host, err)
		}
		f.hosts = append(f.hosts, connector)
	}
	return f, nil
}

func mysqlConfig(target Target, host string, log *slog.Logger) *mysql.Config {
	c := mysql.NewConfig()
	c.Net = "tcp"
	c.Addr = host
	c.User = target.User
	c.Passwd = target.Password
	c.DBName = target.Name
	c.Collation = "utf8mb4_bin"
	c.ParseTime = true
	c.Loc = time.UTC
	c.ClientFoundRows = true
	c.RejectReadOnly = true
	c.Timeout = dialTimeout
	c.ReadTimeout = readTimeout
	c.WriteTimeout = writeTimeout
	c.Params = sessionSettings
	c.Logger = driverLog{log}
	c.TLS, c.AllowFallbackToPlaintext = tlsConfig(target.TLS, host)
	return c
}

func tlsConfig(mode, host string) (config *tls.Config, plaintextToo bool) {
	if mode == "" {
		return nil, false
	}
	name, _, _ := net.SplitHostPort(host) // parseHosts has put it together
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         name,
		InsecureSkipVerify: mode != "true",
	}, mode == "preferred"
}

// Connect tries the hosts in order and returns every host's error when none
// answers.
func (f *failover) Connect(ctx context.Context) (driver.Conn, error) {
	var errs []error
	for i, host := range f.hosts {
		conn, err := connectTo(ctx, host)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, fmt.Errorf("connect to %s: %w", f.names[i], err))
		if ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(errs...)
}

// Driver is the driver of the first host; all are the same.
func (f *failover) Driver() driver.Driver {
	return f.hosts[0].Driver()
}

// connectTo sets what is not in sessionSettings because MySQL and MariaDB call the
// variable by different names.
func connectTo(ctx context.Context, host driver.Connector) (driver.Conn, error) {
	conn, err := host.Connect(ctx)
	if err != nil {
		return nil, err
	}
	const isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, isolation, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// driverLog takes what the driver has to say about connections that broke; the
// statement's own error says the same to the caller.
type driverLog struct {
	log *slog.Logger
}

func (l driverLog) Print(v ...any) {
	l.log.Debug("mysql driver", "note", fmt.Sprint(v...))
}
