package gormstore

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"latchkey/infrastructure/database"
)

// errOutside is a mistake of the caller: what locks or writes needs a transaction.
var errOutside = errors.New("locking and writing need a transaction")

// session is where the statements of the repositories run: one transaction, or, outside of any, the readers.
type session struct {
	pool *pool
	gorm *gorm.DB

	tx     *sql.Tx // nil outside
	ctx    context.Context
	missed []*statement // what ran unprepared in this transaction
	lost   error        // the deadlock that ended this transaction
}

// context is what a statement runs under. In a transaction that is the transaction's own, for a caller who hangs up must not
// end it. SQLite's reads are over in microseconds, and watching a context would make them a quarter slower.
func (s *session) context(ctx context.Context) (context.Context, error) {
	if s.tx != nil {
		return s.ctx, s.lost
	}
	if s.pool.dialect == database.SQLite {
		return context.WithoutCancel(ctx), ctx.Err()
	}
	return ctx, nil
}

// prepared gives nil for a statement that is to run unprepared: the only connection may be the one that this transaction holds.
func (s *session) prepared(ctx context.Context, st *statement) (*sql.Stmt, error) {
	if s.tx == nil {
		return s.pool.prepare(ctx, st)
	}
	if prepared := s.pool.lookup(st); prepared != nil {
		return s.tx.StmtContext(ctx, prepared), nil
	}
	s.missed = append(s.missed, st)
	return nil, nil
}

// query runs a SELECT.
func (s *session) query(ctx context.Context, st *statement, args ...any) (*sql.Rows, error) {
	if s.tx == nil && st.locks {
		return nil, s.failed(st.doing, errOutside)
	}
	ctx, err := s.context(ctx)
	if err != nil {
		return nil, s.failed(st.doing, err)
	}
	prepared, err := s.prepared(ctx, st)
	if err != nil {
		return nil, s.failed(st.doing, err)
	}
	var rows *sql.Rows
	if prepared != nil {
		rows, err = prepared.QueryContext(ctx, args...)
	} else {
		rows, err = s.tx.QueryContext(ctx, st.on(s.pool.dialect), args...)
	}
	return rows, s.failed(st.doing, err)
}

// one reads the only row that a SELECT finds; usecase.ErrNotFound when it finds none.
func (s *session) one(ctx context.Context, st *statement, into []any, args ...any) error {
	rows, err := s.query(ctx, st, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return s.failed(st.doing, err)
		}
		return s.failed(st.doing, sql.ErrNoRows)
	}
	if err := rows.Scan(into...); err != nil {
		return s.failed(st.doing, err)
	}
	return s.failed(st.doing, rows.Close())
}

// exec runs a statement that changes something and tells how many rows it met.
func (s *session) exec(ctx context.Context, st *statement, args ...any) (sql.Result, error) {
	if s.tx == nil {
		return nil, s.failed(st.doing, errOutside)
	}
	ctx, err := s.context(ctx)
	if err != nil {
		return nil, s.failed(st.doing, err)
	}
	prepared, err := s.prepared(ctx, st)
	if err != nil {
		return nil, s.failed(st.doing, err)
	}
	var result sql.Result
	if prepared != nil {
		result, err = prepared.ExecContext(ctx, args...)
	} else {
		result, err = s.tx.ExecContext(ctx, st.on(s.pool.dialect), args...)
	}
	return result, s.failed(st.doing, err)
}

// met is exec for statements of which only the number of rows is of interest.
func (s *session) met(ctx context.Context, st *statement, args ...any) (int, error) {
	result, err := s.exec(ctx, st, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), s.failed(st.doing, err)
}

// orm is GORM on the same connections, for statements that read.
func (s *session) orm(ctx context.Context) *gorm.DB {
	ctx, err := s.context(ctx)
	db := s.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	if s.tx != nil {
		db.Statement.ConnPool = s.tx
	}
	if err != nil {
		_ = db.AddError(err)
	}
	return db
}

// write is orm for statements that lock or write.
func (s *session) write(ctx context.Context) *gorm.DB {
	db := s.orm(ctx)
	if s.tx == nil {
		_ = db.AddError(errOutside)
	}
	return db
}

// failed translates an error at the border, and remembers a deadlock: the transaction is over then, whatever its caller makes of
// the error.
func (s *session) failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	if s.tx != nil && database.IsDeadlock(err) {
		s.lost = err
	}
	return translate(doing, err)
}
