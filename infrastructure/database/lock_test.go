package database_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
)

func TestLockIsHeldByOneAtATime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		// Each holder has a database of its own, as each process has.
		var inside atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			db := open(t, url)
			wg.Go(func() {
				for range 3 {
					unlock, err := db.Lock(t.Context(), "migrate")
					if err != nil {
						t.Error(err)
						return
					}
					if n := inside.Add(1); n != 1 {
						t.Errorf("%d hold the lock", n)
					}
					inside.Add(-1)
					if err := unlock(); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestLockWaitsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		first, second := open(t, url), open(t, url)
		unlock, err := first.Lock(t.Context(), "migrate")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := second.Lock(ctx, "migrate"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second holder: %v", err)
		}
		other, err := second.Lock(t.Context(), "dispatch")
		if err != nil {
			t.Fatalf("another name: %v", err)
		}
		if err := errors.Join(unlock(), other()); err != nil {
			t.Fatal(err)
		}
		again, err := second.Lock(t.Context(), "migrate")
		if err != nil {
			t.Fatalf("after it was given back: %v", err)
		}
		if err := again(); err != nil {
			t.Error(err)
		}
	})
}

// TestLockTakesNothingFromThePool holds the lock while every connection of the
// pool is needed.
func TestLockTakesNothingFromThePool(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx, cancel := context.WithCancel(t.Context())
		unlock, err := db.Lock(ctx, "migrate")
		if err != nil {
			t.Fatal(err)
		}
		if reader, writer := stats(t, db.Reader).InUse, stats(t, db.Writer).InUse; reader+writer != 0 {
			t.Errorf("%d and %d connections in use", reader, writer)
		}
		cancel()
		if err := unlock(); err != nil {
			t.Errorf("a cancelled caller cannot give it back: %v", err)
		}
	})
}

func TestLockIsOneSchemasOwn(t *testing.T) {
	t.Parallel()
	one, two := open(t, testdb.MySQL(t)), open(t, testdb.MySQL(t))
	unlock, err := one.Lock(t.Context(), "migrate")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	other, err := two.Lock(ctx, "migrate")
	if err != nil {
		t.Fatalf("another schema's lock: %v", err)
	}
	if err := other(); err != nil {
		t.Error(err)
	}
}
