package gormstore_test

import (
	"context"
	"database/sql/driver"
	"sync"
)

// recorder is a connector whose connections note every statement that runs on them, with the values of its first run.
type recorder struct {
	driver.Connector
	mu   sync.Mutex
	seen map[string][]driver.NamedValue
}

func (r *recorder) note(text string, args []driver.NamedValue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string][]driver.NamedValue{}
	}
	if _, known := r.seen[text]; !known {
		r.seen[text] = args
	}
}

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := r.Connector.Connect(ctx)
	return recordedConn{conn, r}, err
}

// recordedConn has no ExecContext and no QueryContext, so that everything has to be prepared.
type recordedConn struct {
	driver.Conn
	recorder *recorder
}

func (c recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return recordedStmt{stmt, c.recorder, text}, err
}

func (c recordedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

func (c recordedConn) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (c recordedConn) IsValid() bool { return c.Conn.(driver.Validator).IsValid() }

type recordedStmt struct {
	driver.Stmt
	recorder *recorder
	text     string
}

func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.recorder.note(s.text, args)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.recorder.note(s.text, args)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
