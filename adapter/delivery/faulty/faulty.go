package faulty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var _ usecase.Sender = (*Sender)(nil)

// MostLate is the longest that a message can be made late.
const MostLate = 24 * time.Hour

// mostHeld is how many messages the provider holds at a time. Beyond that it takes none for now, so that a long delay under load costs
// no more memory than this.
const mostHeld = 2_000

// secondCopy ends the ID of a second copy: mailboxes that drop what they have already must show it all the same.
const secondCopy = "-again"

// errFails is what a provider that is away would make of an attempt.
var errFails = errors.New("faulty: the provider fails, as it was told to")

// errFull is what becomes of an attempt while mostHeld messages are late.
var errFull = errors.New("faulty: the provider holds as many late messages as it can")

// Faults are the ways to misbehave; the zero value has none. At most one of Lost, Refused and Failing is set.
type Faults struct {
	Late    time.Duration // by how much a message comes late that the provider has taken
	Lost    bool          // the provider takes messages and loses them
	Twice   bool          // each message comes two times
	Refused bool          // the provider never takes a message
	Failing bool          // the provider does not take a message now; the server tries again
	To      string        // the only address that this is for, as it is stored; empty for all
}

// Sender hands messages on to another Sender, or does not. It is safe for concurrent use; make it with New.
type Sender struct {
	next  usecase.Sender
	clock usecase.Clock

	mutex  sync.Mutex
	faults Faults
	held   []late // in the order of being taken
	timer  *time.Timer
}

// late is a message that the provider has taken and that has not arrived.
type late struct {
	message domain.Message
	due     time.Time
}

// New makes a Sender without faults in front of another.
func New(next usecase.Sender, clock usecase.Clock) *Sender { return &Sender{next: next, clock: clock} }

// Set replaces the faults. An address may have any international spelling. What cannot be is a Malformed fault with the JSON name
// of the switch, and changes nothing. Messages that are held already still come when they are due.
func (s *Sender) Set(f Faults) error {
	if f.Late < 0 || f.Late > MostLate {
		return domain.Malformed("late")
	}
	if (f.Lost && f.Refused) || (f.Lost && f.Failing) || (f.Refused && f.Failing) {
		return domain.Malformed("lost")
	}
	if f.To = strings.TrimSpace(f.To); f.To != "" {
		contact, err := domain.ParseContact(f.To, "")
		if err != nil {
			return domain.Malformed("to")
		}
		f.To = contact.Address()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.faults = f
	return nil
}

// Faults are those in force.
func (s *Sender) Faults() Faults {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.faults
}

// Send behaves as the faults say. A late message has been taken as far as the dispatcher knows, so its life may end on the way, and
// an end of the process loses it.
func (s *Sender) Send(ctx context.Context, m domain.Message) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("faulty: %w", err)
	}
	f := s.Faults()
	if f.To != "" && f.To != m.To {
		f = Faults{}
	}
	switch {
	case f.Failing:
		return errFails
	case f.Refused:
		return fmt.Errorf("faulty: the provider refuses, as it was told to: %w", usecase.ErrRefused)
	case f.Lost:
		return nil
	}
	copies := []domain.Message{m}
	if f.Twice {
		again := m
		again.ID += secondCopy
		copies = append(copies, again)
	}
	if f.Late > 0 {
		return s.hold(copies, s.clock.Now().Add(f.Late))
	}
	for _, m := range copies {
		if err := s.next.Send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sender) hold(copies []domain.Message, due time.Time) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.held)+len(copies) > mostHeld {
		return errFull
	}
	for _, m := range copies {
		s.held = append(s.held, late{m, due})
	}
	s.wait()
	return nil
}

// Release hands on what is due. The Sender calls it by itself; call it when the clock was moved.
func (s *Sender) Release() {
	s.mutex.Lock()
	now := s.clock.Now()
	var due []late
	s.held = slices.DeleteFunc(s.held, func(l late) bool {
		if l.due.After(now) {
			return false
		}
		due = append(due, l)
		return true
	})
	s.wait()
	s.mutex.Unlock()
	slices.SortStableFunc(due, func(a, b late) int { return a.due.Compare(b.due) })
	for _, l := range due {
		_ = s.next.Send(context.Background(), l.message) // the dispatcher, who could try again, was told that all is well
	}
}

// wait sets the timer to when the next message is due. The mutex is held.
func (s *Sender) wait() {
	if s.timer != nil {
		s.timer.Stop()
	}
	if len(s.held) == 0 {
		return
	}
	next := slices.MinFunc(s.held, func(a, b late) int { return a.due.Compare(b.due) })
	s.timer = time.AfterFunc(next.due.Sub(s.clock.Now()), s.Release)
}
