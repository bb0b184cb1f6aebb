package database

import (
	"context"
	"database/sql/driver"
)

// statementsPerConnection bounds what a connection remembers. The server uses
// fewer; lists of varying length in an IN are what could grow without end.
const statementsPerConnection = 128

// preparing is a connector whose connections remember their prepared
// statements, so that whoever runs a statement need not.
//
// What database/sql and GORM's PrepareStmt remember is shared by all connections
// behind a lock, and cannot be added to by a transaction: what a transaction is
// first to use would be prepared anew in every one, a round trip more each.
type preparing struct {
	driver.Connector
}

// Connect opens a connection with an empty memory.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &preparingConn{driverConn: conn.(driverConn), idle: make(map[string]driverStatement)}, nil
}

// driverConn is what the connections of both drivers offer.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// driverStatement is what the statements of both drivers offer.
type driverStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparingConn runs statements that have parameters by their prepared form.
// database/sql lets one goroutine at a time use it.
type preparingConn struct {
	driverConn
	idle map[string]driverStatement // by text; none whose rows are being read
}

var (
	_ driverConn               = (*preparingConn)(nil)
	_ driver.NamedValueChecker = (*preparingConn)(nil)
)

// CheckNamedValue converts an argument as the driver would; ErrSkip leaves it to
// database/sql.
func (c *preparingConn) CheckNamedValue(value *driver.NamedValue) error {
	if checker, ok := c.driverConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(value)
	}
	return driver.ErrSkip
}

// ExecContext runs a statement that returns no rows.
func (c *preparingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return c.driverConn.ExecContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	c.give(query, s, err)
	return result, err
}

// QueryContext runs a statement that returns rows. Its prepared form is in use
// until they are closed.
func (c *preparingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) == 0 {
		return c.driverConn.QueryContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.give(query, s, err)
		return nil, err
	}
	return &preparedRows{Rows: rows, conn: c, query: query, statement: s}, nil
}

// Close forgets the statements and closes the connection.
func (c *preparingConn) Close() error {
	for _, s := range c.idle {
		_ = s.Close() // the connection's own end matters, and follows
	}
	clear(c.idle)
	return c.driverConn.Close()
}

// take returns the prepared form of query for one use.
func (c *preparingConn) take(ctx context.Context, query string) (driverStatement, error) {
	if s := c.idle[query]; s != nil {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(driverStatement), nil
}

// give takes s back after use, in the place of any other when there are too
// many. One that failed is prepared afresh next time, since the server may have
// forgotten it, unless rows were to blame: preparing between two locks makes the
// next deadlock likelier.
func (c *preparingConn) give(query string, s driverStatement, err error) {
	failed := err != nil && !IsUnique(err) && !IsDeadlock(err)
	if failed || c.idle[query] != nil {
		_ = s.Close() // the caller hears of err; a failed close adds nothing
		return
	}
	if len(c.idle) == statementsPerConnection {
		for other, s := range c.idle {
			delete(c.idle, other)
			_ = s.Close() // a statement of a broken connection is gone anyway
			break
		}
	}
	c.idle[query] = s
}

// preparedRows gives its statement back when it is closed.
type preparedRows struct {
	driver.Rows
	conn      *preparingConn
	query     string
	statement driverStatement
}

// Close ends the reading; database/sql calls it once.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	r.conn.give(r.query, r.statement, err)
	return err
}
