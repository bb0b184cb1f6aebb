package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// run runs the dispatcher until done says so.
func (w *world) run(done func() bool) {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		w.Dispatcher.Run(ctx)
	}()
	tick, late := time.NewTicker(time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for !done() {
		select {
		case <-late:
			w.t.Fatal("the dispatcher did not get there")
		case <-tick.C:
		}
	}
	stop()
	<-finished
}

func (w *world) saw(outcome string) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Contains(w.outcomes, outcome)
}

func TestDeliverRetriesWithBackOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	w.sendErrs = []error{errAway, errAway}
	w.mustIssue(phone)
	w.run(func() bool {
		return w.saw("deliver:retry") && len(w.store.Waiting()) == 1 && w.store.Waiting()[0].Attempts == 1
	})
	m := w.store.Waiting()[0]
	if !m.NotBefore.Equal(start.Add(time.Second)) || m.LastFailed != errAway.Error() {
		t.Fatalf("after the first failure: %+v", m)
	}
	w.clock.Advance(time.Second)
	w.run(func() bool { return w.store.Waiting()[0].Attempts == 2 })
	if m := w.store.Waiting()[0]; !m.NotBefore.Equal(w.clock.Now().Add(2 * time.Second)) {
		t.Fatalf("after the second failure: %+v", m)
	}
	w.clock.Advance(2 * time.Second)
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	if len(w.sent) != 1 || w.sent[0].To != phone {
		t.Errorf("sent %v", w.sent)
	}
}

// Messages that fail one after the other are each tried again on the dot, not with the next sweep.
func TestDeliverRetriesEachInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(p *usecase.Ports) { p.Clock = bubbleClock{} })
		w.sendErrs = []error{errAway, errAway, errAway}
		begin := time.Now()
		for _, raw := range []string{phone, "+85261000001", "+85261000002"} {
			w.account(usecase.AccountChange{Mobile: new(raw)})
			w.mustIssue(raw)
			time.Sleep(10 * time.Millisecond)
		}
		w.run(func() bool { return len(w.store.Waiting()) == 0 })
		if took := time.Since(begin); took > 1100*time.Millisecond {
			t.Errorf("the retries after a second took %s", took)
		}
		if len(w.sent) != 3 {
			t.Errorf("sent %v", w.sent)
		}
	})
}

// bubbleClock tells the time of a synctest bubble.
type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// aheadClock is a bubbleClock that can be moved on.
type aheadClock struct{ by atomic.Int64 }

func (c *aheadClock) Now() time.Time { return bubbleClock{}.Now().Add(time.Duration(c.by.Load())) }

// Timers do not see that the clock was moved: Wake tells the dispatcher.
func TestDeliverWakesWhenTheClockWasMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := &aheadClock{}
		w := newWorld(t, func(p *usecase.Ports) { p.Clock = clock })
		w.account(usecase.AccountChange{Mobile: new(phone)})
		w.sendErrs = []error{errAway}
		w.mustIssue(phone)
		begin, moved := time.Now(), false
		w.run(func() bool {
			if waiting := w.store.Waiting(); !moved && len(waiting) == 1 && waiting[0].Attempts == 1 {
				clock.by.Store(int64(time.Second))
				w.Dispatcher.Wake()
				moved = true
			}
			return len(w.store.Waiting()) == 0
		})
		if took := time.Since(begin); took > 100*time.Millisecond || len(w.sent) != 1 {
			t.Errorf("a message that became due was sent after %s: %v", took, w.sent)
		}
	})
}

func TestDeliverGivesUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(w *world)
		outcome string
	}{
		"refused for good": {func(w *world) { w.sendErrs = []error{fmt.Errorf("%w: 400", usecase.ErrRefused)} }, "deliver:refused"},
		"life over":        {func(w *world) { w.clock.Advance(5 * time.Minute) }, "deliver:expired"},
		"no provider":      {func(w *world) { delete(w.ports.Senders, domain.SMS) }, "deliver:no_provider"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account(usecase.AccountChange{Mobile: new(phone)})
			w.mustIssue(phone)
			test.prepare(w)
			w.run(func() bool { return len(w.store.Waiting()) == 0 })
			if !w.saw(test.outcome) || len(w.sent) != 0 {
				t.Errorf("outcomes %v, sent %v", w.outcomes, w.sent)
			}
		})
	}
}

// V6: what a process that died had not handed over is picked up by the next, when the lease is over.
func TestV6_CrashLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	w.mustIssue(phone) // no dispatcher runs: the process dies here
	w.Core = usecase.New(w.ports)
	w.clock.Advance(30 * time.Second)
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	if len(w.sent) != 1 || w.sent[0].Body != "0427" {
		t.Errorf("sent %v", w.sent)
	}
}

// C4: a message sealed under a secret that was dropped must not block the queue.
func TestDeliverUnreadableMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.store.Atomic(context.Background(), func(tx usecase.Repositories) error {
		return tx.Outbox.Add(context.Background(), &usecase.OutboxMessage{
			ID: "m", Sealed: []byte("not ours"), Channel: domain.SMS, ExpiresAt: start.Add(time.Hour), NotBefore: start,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
}

// deadStore is a database that is away.
type deadStore struct{ usecase.Store }

func (deadStore) Atomic(context.Context, func(usecase.Repositories) error) error {
	return domain.UnavailableBecause(errors.New("connection refused"))
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *usecase.Ports) { p.Store = deadStore{p.Store} })
	_, err := w.issue(phone)
	wantCode(t, err, domain.CodeUnavailable)
	_, err = w.login(phone, "h", "0427")
	wantCode(t, err, domain.CodeUnavailable)
	_, err = w.refresh("AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	wantCode(t, err, domain.CodeUnavailable)
	if domain.AsFault(err).RetryAfter <= 0 {
		t.Error("503 without a time to try again")
	}
}
