package memthrottle

import (
	"container/heap"
	"context"
	"hash/maphash"
	"sync"
	"time"

	"latchkey/usecase"
)

// DefaultKeys is a bound for New: about 5 MB.
const DefaultKeys = 100_000

var _ usecase.Limiter = (*Limiter)(nil)

// Limiter counts in memory. It is safe for concurrent use; make one with New.
type Limiter struct {
	clock usecase.Clock
	most  int
	seed  maphash.Seed

	mu sync.Mutex
	// full is when a key has its whole burst back, in microseconds since 1970, by a keyed hash of rule and key. Two keys that
	// share a hash would share a limit; among 100,000 the odds of one such pair are below one in a billion, and the seed keeps
	// strangers from making one. No address or number is in this memory.
	full map[uint64]int64
	// queue has each key of full once.
	queue queue
}

// New makes a Limiter that remembers at most mostKeys keys, at least one. Beyond that it forgets the key that is the first to
// have its whole burst back: idle keys go before busy ones, and a flood of new keys cannot wash out a caller who is being limited.
func New(clock usecase.Clock, mostKeys int) *Limiter {
	return &Limiter{clock: clock, most: max(1, mostKeys), seed: maphash.MakeSeed(), full: map[uint64]int64{}}
}

// Take is usecase.Limiter's. A rule without burst or period limits nothing.
func (l *Limiter) Take(_ context.Context, rule usecase.LimitRule, key string) time.Duration {
	if rule.Burst <= 0 || rule.Period <= 0 {
		return 0
	}
	interval := intervalOf(rule)
	capacity := interval * int64(rule.Burst)
	id := maphash.Comparable(l.seed, [2]string{rule.Name, key})
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now().UnixMicro()
	// No more than the capacity can be used up: a clock that was put back, or a rule that became smaller, must not make anyone
	// wait longer than that.
	used := min(max(l.full[id], now), now+capacity)
	full := used + interval
	if wait := full - capacity - now; wait > 0 {
		l.full[id] = used // or the promised wait would begin anew with every call, until the clock has caught up
		return time.Duration(wait) * time.Microsecond
	}
	l.keep(id, full)
	return 0
}

// intervalOf is the time in which one call grows back, in microseconds, rounded up: a rule is never exceeded.
func intervalOf(rule usecase.LimitRule) int64 {
	unit := time.Microsecond * time.Duration(rule.Burst)
	return int64((rule.Period + unit - 1) / unit)
}

func (l *Limiter) keep(id uint64, full int64) {
	if _, known := l.full[id]; !known {
		if len(l.full) >= l.most {
			l.forget()
		}
		heap.Push(&l.queue, place{id, full})
	}
	l.full[id] = full
}

// forget drops the key that is first to have its burst back. Calls move keys only in full: the queue catches up here, with at
// most one step for each call since.
func (l *Limiter) forget() {
	for {
		first := &l.queue[0]
		full := l.full[first.id]
		if full <= first.full {
			delete(l.full, first.id)
			heap.Pop(&l.queue)
			return
		}
		first.full = full
		heap.Fix(&l.queue, 0)
	}
}
