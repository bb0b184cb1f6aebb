package database

import (
	"context"
	"database/sql/driver"
	"reflect"
)

// statementsPerConnection bounds what a connection remembers. The server uses
// fewer; lists of varying length in an IN are what could grow without end.
const statementsPerConnection = 128

// preparing is a connector whose connections remember their prepared
// statements.
//
// It stands in for GORM's own PrepareStmt, which keeps one table of statements
// for all connections behind one lock, and cannot use a statement again that was
// first prepared inside a transaction: those would be prepared anew in every
// transaction, a round trip more each.
type preparing struct {
	driver.Connector
}

// Connect opens a connection with an empty memory.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &preparingConn{driverConn: conn.(driverConn), known: make(map[string]*statement)}, nil
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
	known map[string]*statement
}

var (
	_ driverConn               = (*preparingConn)(nil)
	_ driver.NamedValueChecker = (*preparingConn)(nil)
)

// statement is a prepared statement, busy while its rows are read.
type statement struct {
	driverStatement
	query string
	kept  bool
	busy  bool
}

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
	c.give(s, err)
	return result, err
}

// QueryContext runs a statement that returns rows. Its prepared form is busy
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
		c.give(s, err)
		return nil, err
	}
	return &preparedRows{Rows: rows, conn: c, statement: s}, nil
}

// Close forgets the statements and closes the connection.
func (c *preparingConn) Close() error {
	for query, s := range c.known {
		delete(c.known, query)
		_ = s.Close() // the connection's own end matters, and follows
	}
	return c.driverConn.Close()
}

// take returns the prepared form of query for one use.
func (c *preparingConn) take(ctx context.Context, query string) (*statement, error) {
	known := c.known[query]
	if known != nil && !known.busy {
		known.busy = true
		return known, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &statement{driverStatement: prepared.(driverStatement), query: query, busy: true}
	if known == nil {
		c.keep(s)
	}
	return s, nil
}

// keep remembers s, in the place of any idle statement when there are too many.
func (c *preparingConn) keep(s *statement) {
	for query, other := range c.known {
		if len(c.known) < statementsPerConnection {
			break
		}
		if !other.busy {
			delete(c.known, query)
			_ = other.Close() // a statement of a broken connection is gone anyway
		}
	}
	s.kept = len(c.known) < statementsPerConnection
	if s.kept {
		c.known[s.query] = s
	}
}

// give takes s back after use. One that failed is prepared afresh next time: the
// server may have forgotten it.
func (c *preparingConn) give(s *statement, err error) {
	s.busy = false
	if s.kept && err == nil {
		return
	}
	if s.kept {
		delete(c.known, s.query)
	}
	_ = s.Close() // the caller hears of err; a failed close adds nothing
}

// preparedRows frees its statement when it is closed.
type preparedRows struct {
	driver.Rows
	conn      *preparingConn
	statement *statement
}

var (
	_ driver.RowsColumnTypeScanType         = (*preparedRows)(nil)
	_ driver.RowsColumnTypeDatabaseTypeName = (*preparedRows)(nil)
)

// Close ends the reading; database/sql calls it once.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	r.conn.give(r.statement, err)
	return err
}

// ColumnTypeScanType is the driver's, or any.
func (r *preparedRows) ColumnTypeScanType(index int) reflect.Type {
	if typed, ok := r.Rows.(driver.RowsColumnTypeScanType); ok {
		return typed.ColumnTypeScanType(index)
	}
	return reflect.TypeFor[any]()
}

// ColumnTypeDatabaseTypeName is the driver's, or empty.
func (r *preparedRows) ColumnTypeDatabaseTypeName(index int) string {
	if named, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return named.ColumnTypeDatabaseTypeName(index)
	}
	return ""
}
