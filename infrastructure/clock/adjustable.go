package clock

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// MostForward is how far an Adjustable can be ahead of the computer's clock in all: longer than anything here lives.
const MostForward = 400 * 24 * time.Hour

// ErrStep is a step that an Adjustable does not take: none, back, or beyond MostForward in all.
var ErrStep = errors.New("a clock moves forward, by at most 400 days in all")

// Adjustable is the computer's clock with an offset that only grows, for servers under development. How far ahead it is lives
// in this process and is forgotten with it. It is safe for concurrent use; make it with NewAdjustable.
type Adjustable struct {
	offset atomic.Int64 // nanoseconds

	mutex sync.Mutex    // of those who move it
	moved chan struct{} // closed by the next move, and replaced
}

// NewAdjustable is a clock that tells the computer's time as yet.
func NewAdjustable() *Adjustable { return &Adjustable{moved: make(chan struct{})} }

// Now returns the computer's time plus the offset, in UTC, cut to Precision.
func (a *Adjustable) Now() time.Time { return System{}.Now().Add(a.Offset()) }

// Offset is how far ahead of the computer's clock this one is, in whole microseconds.
func (a *Adjustable) Offset() time.Duration { return time.Duration(a.offset.Load()) }

// Forward moves the clock on, by whole microseconds, or returns ErrStep and leaves it as it is.
func (a *Adjustable) Forward(by time.Duration) error {
	by = by.Truncate(Precision)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if by <= 0 || by > MostForward-a.Offset() {
		return ErrStep
	}
	a.offset.Add(int64(by))
	close(a.moved)
	a.moved = make(chan struct{})
	return nil
}

// Moved is closed by the next move. Who waits for a time of this clock looks at it anew then: timers know nothing of the offset.
func (a *Adjustable) Moved() <-chan struct{} {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.moved
}
