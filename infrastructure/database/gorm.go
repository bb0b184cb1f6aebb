package database

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// slowStatement is how long a statement may take before it is worth a warning.
const slowStatement = time.Second

// openGorm puts GORM on a pool. Its own transaction around each write is off:
// every write runs in a transaction of ours already.
func openGorm(dialector gorm.Dialector, o Options) (*gorm.DB, error) {
	return gorm.Open(dialector, &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 statementLog{o.Logger},
		NowFunc: func() time.Time {
			return o.Clock().UTC().Truncate(time.Microsecond)
		},
	})
}

// sizePool keeps as many idle connections as there may be open ones: a pool
// that closes idle connections reconnects on nearly every request.
func sizePool(pool *sql.DB, size int, lifetime time.Duration) {
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxLifetime(lifetime)
}

// poolSize returns size, or when it is zero perCore connections for each core,
// but at least least and at most most.
func poolSize(size, perCore, least, most int) int {
	if size > 0 {
		return size
	}
	return min(max(least, perCore*runtime.GOMAXPROCS(0)), most)
}

// statementLog passes GORM's failures and slow statements on, never the
// parameters of a statement: they are contacts, hashes and messages.
type statementLog struct {
	log *slog.Logger
}

var (
	_ logger.Interface  = statementLog{}
	_ gorm.ParamsFilter = statementLog{}
)

func (l statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l statementLog) Info(ctx context.Context, message string, _ ...any) {
	l.log.DebugContext(ctx, "database", "note", message)
}

func (l statementLog) Warn(ctx context.Context, message string, _ ...any) {
	l.log.WarnContext(ctx, "database", "note", message)
}

func (l statementLog) Error(ctx context.Context, message string, _ ...any) {
	l.log.ErrorContext(ctx, "database", "note", message)
}

// Trace is told of every statement. Absence, broken uniqueness, deadlocks and
// cancelled calls are answers that the caller deals with, so they stay quiet.
func (l statementLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), err error) {
	took := time.Since(begin)
	switch {
	case err != nil && !expected(err):
		statement, _ := fc()
		l.log.WarnContext(ctx, "statement failed", "statement", statement, "took", took, "error", Describe(err))
	case took >= slowStatement:
		statement, rows := fc()
		l.log.WarnContext(ctx, "slow statement", "statement", statement, "took", took, "rows", rows)
	}
}

// ParamsFilter makes GORM explain statements with their placeholders.
func (l statementLog) ParamsFilter(_ context.Context, statement string, _ ...any) (string, []any) {
	return statement, nil
}

func expected(err error) bool {
	return errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, context.Canceled) ||
		IsUnique(err) || IsDeadlock(err)
}
