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

// Entry is one message as GET /dev/inbox shows it.
type Entry struct {
	ID      string         `json:"id"`
	To      string         `json:"to"`
	Channel domain.Channel `json:"channel"`
	Body    string         `json:"body"`
	Code    string         `json:"code"` // empty in notices
	Dialect string         `json:"dialect"`
	Purpose domain.Purpose `json:"purpose"`
	At      time.Time      `json:"at"` // of arrival here, UTC
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
	b.entries = append(b.entries, Entry{
		ID: m.ID, To: m.To, Channel: m.Channel, Body: m.Body, Code: m.Code, Dialect: m.Dialect, Purpose: m.Purpose, At: b.clock.Now(),
	})
	close(b.news)
	b.news = make(chan struct{})
	return nil
}

// List returns the messages to an address, newest first; all of them when to is empty, an empty slice when there are none. An
// address is found as it is stored, in any international spelling, and also with the space that a plus sign in a query becomes.
func (b *Inbox) List(to string) []Entry {
	entries, _ := b.since(to, "")
	return entries
}

// Wait returns, newest first, the messages to an address (see List) that arrived after the one with the ID after, as soon as
// there is one; all that are there when after is empty or no longer kept. It returns ctx's error when that ends first.
func (b *Inbox) Wait(ctx context.Context, to, after string) ([]Entry, error) {
	for {
		entries, news := b.since(to, after)
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

// since returns what is there, and what the next message closes.
func (b *Inbox) since(to, after string) ([]Entry, <-chan struct{}) {
	spellings := spellings(to)
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []Entry{}
	for _, e := range slices.Backward(b.entries) {
		if e.ID == after {
			break
		}
		if to == "" || slices.Contains(spellings, e.To) {
			found = append(found, e)
		}
	}
	return found, b.news
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
