package gormstore_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"latchkey/domain"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// nodes are stores of their own on one database, used in turn as behind a load balancer.
type nodes struct {
	all  []usecase.Store
	next atomic.Uint32
}

func (n *nodes) pick() usecase.Store { return n.all[int(n.next.Add(1))%len(n.all)] }

func (n *nodes) Atomic(ctx context.Context, fn func(tx usecase.Repositories) error) error {
	return n.pick().Atomic(ctx, fn)
}

func (n *nodes) Reader() usecase.Repositories { return n.pick().Reader() }

func (n *nodes) Ping(ctx context.Context) error { return n.pick().Ping(ctx) }

func TestTwoNodesOnOneDatabase(t *testing.T) {
	t.Parallel()
	for engine, fresh := range map[string]func(testing.TB) string{"sqlite": testdb.SQLite, "mysql": testdb.MySQL} {
		t.Run(engine, func(t *testing.T) {
			porttest.StoreRaces(t, func(t *testing.T) usecase.Store {
				url := fresh(t)
				return &nodes{all: []usecase.Store{open(t, url), open(t, url)}}
			})
		})
	}
}

// TestDeadlockThatNobodyMindsIsTriedAgain has two transactions wait for each other's row and pass over the error that one of them
// gets. Its other half must not be kept, since the database has undone the first.
func TestDeadlockThatNobodyMindsIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := open(t, testdb.MySQL(t))
	ctx := t.Context()
	a, b := contactKey(1), contactKey(2)
	var both sync.WaitGroup
	both.Add(2)
	visit := func(first, second domain.ChallengeKey) error {
		tries := 0
		return s.Atomic(ctx, func(tx usecase.Repositories) error {
			tries++
			count := func(key domain.ChallengeKey) error {
				c, err := tx.Challenges.LockOrCreate(ctx, key)
				if err != nil {
					return err
				}
				c.Failures++
				return tx.Challenges.Save(ctx, c)
			}
			_ = count(first)
			if tries == 1 {
				both.Done()
				both.Wait()
			}
			_ = count(second)
			return nil
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- visit(a, b) }()
	go func() { errs <- visit(b, a) }()
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Fatal(err)
	}
	err := s.Atomic(ctx, func(tx usecase.Repositories) error {
		for _, key := range []domain.ChallengeKey{a, b} {
			c, err := tx.Challenges.Lock(ctx, key)
			if err != nil {
				return err
			}
			if c.Failures != 2 {
				t.Errorf("%d failures were counted in %s, want both", c.Failures, key.Contact)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLoserOfManyDeadlocksWinsInTheEnd has a transaction wait, again and again, for another that has written more and waits for it:
// MySQL gives up the lighter one.
func TestLoserOfManyDeadlocksWinsInTheEnd(t *testing.T) {
	t.Parallel()
	s := open(t, testdb.MySQL(t))
	ctx := t.Context()
	const losses = 15
	heavy := func(round int, holds chan<- struct{}) error {
		return s.Atomic(ctx, func(tx usecase.Repositories) error {
			var all []*domain.Account
			for n := range 20 {
				all = append(all, account(20*round+n))
			}
			err := tx.Accounts.Create(ctx, all...)
			_, second := tx.Challenges.LockOrCreate(ctx, contactKey(2))
			close(holds)
			_, first := tx.Challenges.LockOrCreate(ctx, contactKey(1))
			return errors.Join(err, second, first)
		})
	}
	var others sync.WaitGroup
	tries := 0
	err := s.Atomic(ctx, func(tx usecase.Repositories) error {
		tries++
		if _, err := tx.Challenges.LockOrCreate(ctx, contactKey(1)); err != nil || tries > losses {
			return err
		}
		holds := make(chan struct{})
		others.Go(func() {
			if err := heavy(tries, holds); err != nil {
				t.Errorf("the heavier one: %v", err)
			}
		})
		<-holds
		_, err := tx.Challenges.LockOrCreate(ctx, contactKey(2))
		return err
	})
	others.Wait()
	if err != nil || tries != losses+1 {
		t.Errorf("after %d tries: %v; want %d and no error", tries, err, losses+1)
	}
}

// TestWaitingEndsWithItsCaller: who waits for a turn has begun nothing.
func TestWaitingEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	s := open(t, testdb.SQLite(t))
	waiting, hangUp := context.WithCancel(t.Context())
	err := s.Atomic(t.Context(), func(usecase.Repositories) error {
		done := make(chan error)
		go func() {
			done <- s.Atomic(waiting, func(usecase.Repositories) error {
				t.Error("the transaction ran")
				return nil
			})
		}()
		hangUp()
		if fault := domain.AsFault(<-done); fault.Kind != domain.Unavailable || !errors.Is(fault, context.Canceled) {
			t.Errorf("who hung up while waiting: %v", fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := addKey(t.Context(), s, "next"); err != nil {
		t.Errorf("the queue is stuck: %v", err)
	}
}

// TestWritersAreServedInOrder lines writers up behind one that holds SQLite's writing connection.
func TestWritersAreServedInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const writers = 20
		s := open(t, testdb.SQLite(t))
		var order []int
		var all sync.WaitGroup
		err := s.Atomic(t.Context(), func(usecase.Repositories) error {
			for i := range writers {
				all.Go(func() {
					err := s.Atomic(t.Context(), func(usecase.Repositories) error {
						order = append(order, i)
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				})
				synctest.Wait() // until it stands in line
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		all.Wait()
		if len(order) != writers || !slices.IsSorted(order) {
			t.Errorf("served in the order %v", order)
		}
	})
}

// TestErrorsRepeatNoValues lets MySQL complain of a value, which it quotes.
func TestErrorsRepeatNoValues(t *testing.T) {
	t.Parallel()
	s := open(t, testdb.MySQL(t))
	a := account(1)
	a.Phone = "+85291234567-far-too-long-to-be-the-number-of-anybody"
	err := s.Atomic(t.Context(), func(tx usecase.Repositories) error { return tx.Accounts.Create(t.Context(), a) })
	if domain.AsFault(err).Kind != domain.Internal || err.Error() != "create account: MySQL error 1406 (22001)" {
		t.Errorf("a value that is too long: %v", err)
	}
	for range 2 {
		err = s.Atomic(t.Context(), func(tx usecase.Repositories) error { return tx.Accounts.Create(t.Context(), account(2)) })
	}
	if !errors.Is(err, usecase.ErrTaken) || err.Error() != usecase.ErrTaken.Error() {
		t.Errorf("an identifier that is taken: %v", err)
	}
}
