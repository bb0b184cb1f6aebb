package inbox

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var _ usecase.Sender = (*Inbox)(nil)

// Entry is one message that arrived.
type Entry struct {
	domain.Message
	At time.Time // of arrival here, UTC
}

// Useful tells whether there is something in the message that still works at that time: a code or a link.
func (e Entry) Useful(now time.Time) bool {
	return now.Before(e.ExpiresAt) && (e.Code != "" || strings.Contains(e.Body, "://"))
}

// Query says which messages are asked for.
type Query struct {
	// To is an address as it is stored, in any international spelling, and also with the space that a plus sign in a query
	// becomes. Empty means all.
	To string
	// After is the ID of a message: only those that arrived later. Empty, or of a message that is no longer kept, means all.
	After string
	// Useful leaves out notices and what has expired.
	Useful bool
}

// Inbox keeps messages. It is safe for concurrent use; make one with New.
type Inbox struct {
	clock usecase.Clock
	size  int

	mu      sync.Mutex
	entries []Entry       // oldest first, at most size
	news    chan struct{} // closed by the next message, and replaced
}

// New makes an Inbox for the newest size messages, at least one.
func New(size int, clock usecase.Clock) *Inbox {
	return &Inbox{clock: clock, size: max(1, size), news: make(chan struct{})}
}

// Send never fails. A message whose ID is here already is a second copy and is dropped.
func (b *Inbox) Send(_ context.Context, m domain.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.ContainsFunc(b.entries, func(e Entry) bool { return e.ID == m.ID }) {
		return nil
	}
	if len(b.entries) == b.size {
		b.entries = slices.Delete(b.entries, 0, 1)
	}
	b.entries = append(b.entries, Entry{m, b.clock.Now()})
	close(b.news)
	b.news = make(chan struct{})
	return nil
}

// List returns messages, newest first; an empty slice when there are none.
func (b *Inbox) List(q Query) []Entry {
	entries, _ := b.Look(q)
	return entries
}

// Wait is List as soon as that has something. It returns ctx's error when ctx ends first.
func (b *Inbox) Wait(ctx context.Context, q Query) ([]Entry, error) {
	for {
		entries, news := b.Look(q)
		if len(entries) > 0 {
			return entries, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Look is List, and what the next message will close, whomever it is for.
func (b *Inbox) Look(q Query) ([]Entry, <-chan struct{}) {
	spellings, now := spellings(q.To), b.clock.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []Entry{}
	for _, e := range slices.Backward(b.entries) {
		if e.ID == q.After {
			break
		}
		if (q.To == "" || slices.Contains(spellings, e.To)) && (!q.Useful || e.Useful(now)) {
			found = append(found, e)
		}
	}
	return found, b.news
}

// Find returns the message with this ID, and whether it is kept.
func (b *Inbox) Find(id string) (Entry, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return b.entries[i], true
}

// spellings are the addresses that a filter may mean.
func spellings(to string) []string {
	all := []string{to}
	trimmed := strings.TrimSpace(to)
	for _, spelling := range []string{trimmed, "+" + trimmed} {
		if contact, err := domain.ParseContact(spelling, ""); err == nil {
			all = append(all, contact.Address())
		}
	}
	return all
}
