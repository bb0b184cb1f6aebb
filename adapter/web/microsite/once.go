package microsite

import (
	"context"
	"sync"
	"time"
)

// once makes the first form harmless to send twice. There is no session yet that could tell a second click, and the browser
// gives up the reply to the first, cookie included: the second has to be answered alike. Forms are known by the nonce in them.
type once struct {
	clock Clock

	mutex sync.Mutex
	known map[string]*outcome
	order []*outcome // oldest first
}

// mostOutcomes bounds what is remembered.
const mostOutcomes = 10_000

// outcome is what a form came to.
type outcome struct {
	key     string
	at      time.Time
	done    chan struct{}
	session *Session // nil when there is none
}

func newOnce(clock Clock) *once { return &once{clock: clock, known: map[string]*outcome{}} }

// do answers what act comes to, or came to when the same form was sent a moment ago; a second caller waits for the first. It
// answers nil when act does, and when ctx ends before.
func (o *once) do(ctx context.Context, key string, act func() *Session) *Session {
	mine, known := o.enter(key)
	if known {
		select {
		case <-mine.done:
			return mine.session
		case <-ctx.Done():
			return nil
		}
	}
	defer close(mine.done)
	mine.session = act()
	return mine.session
}

// enter finds the outcome of a form, or begins one.
func (o *once) enter(key string) (*outcome, bool) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	now := o.clock.Now()
	for len(o.order) > 0 && now.Sub(o.order[0].at) >= pendingIdle {
		o.forgetOldest()
	}
	if found := o.known[key]; found != nil {
		return found, true
	}
	if len(o.order) >= mostOutcomes {
		o.forgetOldest()
	}
	made := &outcome{key: key, at: now, done: make(chan struct{})}
	o.known[key] = made
	o.order = append(o.order, made)
	return made, false
}

func (o *once) forgetOldest() {
	delete(o.known, o.order[0].key)
	o.order = o.order[1:]
}
