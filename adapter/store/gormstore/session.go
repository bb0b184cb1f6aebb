package gormstore

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"latchkey/infrastructure/database"
	"latchkey/usecase"
)

// errOutside is a mistake of the caller: what locks or writes needs a transaction.
var errOutside = errors.New("locking and writing need a transaction")

// session is where the statements of the repositories run: one transaction, or, outside of any, the readers.
type session struct {
	dialect string
	gorm    *gorm.DB
	pool    gorm.ConnPool // the transaction, or the pool of the readers

	ctx  context.Context // of the transaction; nil outside
	lost error           // the deadlock that ended this transaction
}

// context is what a statement runs under, and why it must not run; outside tells that it makes sense without a transaction. In one
// it is the transaction's own, for a caller who hangs up must not end it. SQLite's reads are over in microseconds, and watching a
// context would make them a quarter slower.
func (s *session) context(ctx context.Context, outside bool) (context.Context, error) {
	switch {
	case s.ctx != nil:
		return s.ctx, s.lost
	case !outside:
		return ctx, errOutside
	case s.dialect == database.SQLite:
		return context.WithoutCancel(ctx), ctx.Err()
	}
	return ctx, nil
}

// query runs a SELECT.
func (s *session) query(ctx context.Context, st *statement, args ...any) (*sql.Rows, error) {
	ctx, err := s.context(ctx, !st.locks)
	if err != nil {
		return nil, s.failed(st.doing, err)
	}
	rows, err := s.pool.QueryContext(ctx, st.on(s.dialect), args...)
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
		return usecase.ErrNotFound
	}
	if err := rows.Scan(into...); err != nil {
		return s.failed(st.doing, err)
	}
	return s.failed(st.doing, rows.Close())
}

// exec runs a statement that changes something.
func (s *session) exec(ctx context.Context, st *statement, args ...any) (sql.Result, error) {
	ctx, err := s.context(ctx, false)
	if err != nil {
		return nil, s.failed(st.doing, err)
	}
	result, err := s.pool.ExecContext(ctx, st.on(s.dialect), args...)
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

// update is exec for the one row that has to be there; usecase.ErrNotFound when it is not.
func (s *session) update(ctx context.Context, st *statement, args ...any) error {
	n, err := s.met(ctx, st, args...)
	if err == nil && n == 0 {
		return usecase.ErrNotFound
	}
	return err
}

// orm is GORM for statements that read.
func (s *session) orm(ctx context.Context) *gorm.DB { return s.through(s.context(ctx, true)) }

// write is GORM for statements that lock or write.
func (s *session) write(ctx context.Context) *gorm.DB { return s.through(s.context(ctx, false)) }

// through is GORM on the same connections; with an error it does nothing but return it.
func (s *session) through(ctx context.Context, err error) *gorm.DB {
	db := s.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	db.Statement.ConnPool = s.pool
	if err != nil {
		_ = db.AddError(err)
	}
	return db
}

// list reads what a query of orm finds.
func list[Row, Entity any](s *session, doing string, query *gorm.DB, entity func(*Row) Entity) ([]Entity, error) {
	var rows []Row
	if err := query.Find(&rows).Error; err != nil {
		return nil, s.failed(doing, err)
	}
	all := make([]Entity, 0, len(rows))
	for i := range rows {
		all = append(all, entity(&rows[i]))
	}
	return all, nil
}

// failed translates an error at the border, and remembers a deadlock: the transaction is over then, whatever its caller makes of
// the error.
func (s *session) failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	if s.ctx != nil && database.IsDeadlock(err) {
		s.lost = err
	}
	return translate(doing, err)
}
