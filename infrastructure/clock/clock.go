package clock

import (
	"sync"
	"time"
)

// Precision is the finest step of any time this package gives out, the
// precision of DATETIME(6) in MySQL.
const Precision = time.Microsecond

// System is the computer's clock.
type System struct{}

// Now returns the present time in UTC, cut (never rounded up) to Precision.
func (System) Now() time.Time {
	return time.Now().UTC().Truncate(Precision)
}

// Fake is a clock that stands still until it is moved. It is safe for
// concurrent use; make one with NewFake.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake returns a clock that stands at start, taken in UTC and cut to
// Precision.
func NewFake(start time.Time) *Fake {
	return &Fake{now: start.UTC().Truncate(Precision)}
}

// Now returns the time the clock stands at.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock by d, backwards when d is negative, and returns the
// new time. Parts of d below Precision are dropped.
func (f *Fake) Advance(d time.Duration) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d).Truncate(Precision)
	return f.now
}

// Set puts the clock to t, taken in UTC and cut to Precision.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(Precision)
}
