package redisthrottle

import (
	"sync"
	"time"
)

// pause is how long an open circuit leaves Redis alone between two probes.
const pause = time.Second

// circuit keeps calls from waiting for a Redis that is away. The zero circuit is closed.
type circuit struct {
	mu     sync.Mutex
	opened time.Time // zero while closed
	probe  time.Time // when the next one is due
}

// admit tells whether this call asks Redis, and whether it does so as the probe of an open circuit.
func (c *circuit) admit(now time.Time) (ask, probe bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened.IsZero() {
		return true, false
	}
	// A longer wait than the pause means that the clock was put back.
	if wait := c.probe.Sub(now); wait > 0 && wait <= pause {
		return false, false
	}
	c.probe = now.Add(pause)
	return true, true
}

// fail opens the circuit; news tells that it was closed.
func (c *circuit) fail(now time.Time) (news bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.opened.IsZero() {
		return false
	}
	c.opened, c.probe = now, now.Add(pause)
	return true
}

// succeed closes the circuit after a probe; news tells that it was open, for how long. An answer to a question from before the
// outage closes nothing.
func (c *circuit) succeed(now time.Time, probe bool) (outage time.Duration, news bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !probe || c.opened.IsZero() {
		return 0, false
	}
	outage = max(0, now.Sub(c.opened))
	c.opened = time.Time{}
	return outage, true
}
