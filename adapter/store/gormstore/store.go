package gormstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"latchkey/domain"
	"latchkey/infrastructure/database"
	"latchkey/usecase"
)

var _ usecase.Store = (*Store)(nil)

const (
	// transactionTime bounds a transaction with all its tries, and the wait for its connection.
	transactionTime = 15 * time.Second
	// firstPause is the mean pause before the second try; it doubles up to longestPause.
	firstPause   = 2 * time.Millisecond
	longestPause = 100 * time.Millisecond
)

// Store is safe for concurrent use.
type Store struct {
	db             *database.DB
	writer, reader *sql.DB
	// turn is the right to write on SQLite, handed on in the order of asking; nil on MySQL. database/sql draws by lot who gets a
	// connection next, so that with one connection some wait very long.
	turn   chan struct{}
	pauses atomic.Uint64
}

// New makes a store of a database whose tables Migrate has brought up to date. It does not touch the database yet. It panics
// when db was not opened by database.Open.
func New(db *database.DB) *Store {
	s := &Store{db: db, writer: connections(db.Writer), reader: connections(db.Reader)}
	if db.Dialect == database.SQLite {
		s.turn = make(chan struct{}, 1)
	}
	return s
}

func connections(db *gorm.DB) *sql.DB {
	pool, err := db.DB()
	if err != nil {
		panic(fmt.Sprintf("gormstore: %v", err))
	}
	return pool
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.Ping(ctx); err != nil {
		return domain.UnavailableBecause(err)
	}
	return nil
}

// Reader gives the repositories for single reads outside any transaction.
func (s *Store) Reader() usecase.Repositories {
	return repositories(&session{dialect: s.db.Dialect, gorm: s.db.Reader, pool: s.reader})
}

// Atomic runs fn in one transaction and retries it while it loses to deadlocks. Waiting for a connection ends with ctx; what has
// begun does not.
func (s *Store) Atomic(ctx context.Context, fn func(tx usecase.Repositories) error) error {
	wait, stop := context.WithTimeout(ctx, transactionTime)
	defer stop()
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactionTime)
	defer cancel()
	for mean := firstPause; ; mean = min(2*mean, longestPause) {
		again, err := s.attempt(wait, own, fn)
		if !again || !s.pause(own, mean) {
			return err
		}
		wait = own
	}
}

// attempt runs fn once. again tells that a deadlock, or a connection that was dead before it began, undid everything, so that
// another try makes sense.
func (s *Store) attempt(wait, own context.Context, fn func(tx usecase.Repositories) error) (again bool, err error) {
	if s.turn != nil {
		select {
		case s.turn <- struct{}{}:
			defer func() { <-s.turn }()
		case <-wait.Done():
			return false, translate("wait for a turn to write", wait.Err())
		}
	}
	conn, err := s.writer.Conn(wait)
	if err != nil {
		return false, translate("wait for a connection", err)
	}
	defer conn.Close()
	if s.turn != nil {
		// Nothing but another process's lock can hold SQLite up, which has a bound of its own (busy_timeout), and a context that
		// can end costs a goroutine for each statement.
		own = context.WithoutCancel(own)
	}
	tx, err := conn.BeginTx(own, nil)
	if err != nil {
		return errors.Is(err, driver.ErrBadConn) || database.IsDeadlock(err), translate("begin transaction", err)
	}
	// Deferred, since fn may panic; after a commit it does nothing.
	defer func() { _ = tx.Rollback() }()

	run := &session{dialect: s.db.Dialect, gorm: s.db.Writer, pool: tx, ctx: own}
	err = fn(repositories(run))
	if run.lost != nil {
		return true, translate("run transaction", run.lost)
	}
	if err != nil {
		return false, err
	}
	if err := tx.Commit(); err != nil {
		return database.IsDeadlock(err), translate("commit transaction", err)
	}
	return false, nil
}

// pause waits before another try, and tells whether there is time for one. The waits are spread by the golden ratio, so that
// those who lost together do not come back together.
func (s *Store) pause(ctx context.Context, mean time.Duration) bool {
	_, spread := math.Modf(float64(s.pauses.Add(1)) * math.Phi)
	timer := time.NewTimer(time.Duration(float64(mean) * (0.5 + spread)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func repositories(s *session) usecase.Repositories {
	return usecase.Repositories{
		Accounts:   accounts{s},
		Challenges: challenges{s},
		Sessions:   sessions{s},
		Outbox:     outbox{s},
		Devices:    devices{s},
		Keys:       keys{s},
		Audit:      audit{s},
	}
}

// translate turns an error of the database into one that the core knows. What is left is a mistake of ours.
func translate(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case database.IsUnique(err):
		return usecase.ErrTaken
	case database.IsUnavailable(err), database.IsDeadlock(err), errors.Is(err, context.Canceled):
		return domain.UnavailableBecause(&failure{doing, err})
	}
	return &failure{doing, err}
}

// failure says what was attempted, and not what the database's message may quote: values.
type failure struct {
	doing string
	err   error
}

func (f *failure) Error() string { return f.doing + ": " + database.Describe(f.err) }

func (f *failure) Unwrap() error { return f.err }
