package usecase

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"latchkey/domain"
)

// How messages are handed over.
const (
	handOverLease   = 30 * time.Second // how long a node keeps a message to itself
	handOverTimeout = 15 * time.Second // of one attempt, within the lease
	firstRetry      = time.Second
	longestRetry    = 30 * time.Second
	noticeLifetime  = 24 * time.Hour // how long a notice without a code is worth delivering
	handOverQueue   = 1024           // beyond that the database is the queue
	handOverWorkers = 16
	claimBatch      = 100
	claimEvery      = 5 * time.Second // for what other nodes left behind
	outboxLabel     = "outbox"
)

// courier writes messages into the outbox and brings them to the dispatcher.
type courier struct {
	clock      Clock
	random     Random
	keyring    Keyring
	dispatcher *Dispatcher
}

// post completes a message and adds it to the outbox in the caller's transaction, leased to this node.
func (c courier) post(ctx context.Context, tx Repositories, m domain.Message) (domain.Message, error) {
	m.ID = base64.RawURLEncoding.EncodeToString(c.random.Bytes(16))
	m.CreatedAt = c.clock.Now()
	plain, err := json.Marshal(m)
	if err != nil {
		return m, fmt.Errorf("encode message: %w", err)
	}
	return m, tx.Outbox.Add(ctx, &OutboxMessage{
		ID: m.ID, Sealed: c.keyring.Seal(plain, outboxLabel), Channel: m.Channel, ExpiresAt: m.ExpiresAt,
		NotBefore: m.CreatedAt.Add(handOverLease),
	})
}

// notice posts a message that has no code of a challenge. secret is what stands in for the code in the template.
func (c courier) notice(ctx context.Context, tx Repositories, caller Caller, purpose domain.Purpose, a domain.Account, to domain.Contact, secret string) (domain.Message, error) {
	template, locale := caller.Dialect.Templates.Pick(purpose, caller.locale(a))
	subject, body := template.Render(to.Channel(), domain.Fill{Code: secret})
	return c.post(ctx, tx, domain.Message{
		Channel: to.Channel(), To: to.Address(), Subject: subject, Body: body, Purpose: purpose, Dialect: caller.Dialect.Name,
		Locale: locale, ExpiresAt: c.clock.Now().Add(noticeLifetime),
	})
}

// handOver brings messages whose transaction has been committed to the dispatcher.
func (c courier) handOver(messages ...domain.Message) {
	for _, m := range messages {
		c.dispatcher.handOver(parcel{m, 0})
	}
}

// Dispatcher hands messages to providers: at once those that this node issued, and by and by what a crash or a failing
// provider left in the outbox, with back-off, never past a message's end of life. A message is handed over at least once;
// providers that understand its ID can drop a second copy.
type Dispatcher struct {
	store   Store
	clock   Clock
	keyring Keyring
	senders map[domain.Channel]Sender
	logger  *slog.Logger
	observe Observer
	queue   chan parcel
	wake    chan time.Time // when a postponed message is due
	done    chan string    // ids to remove from the outbox
}

// parcel is a message and how often it was tried.
type parcel struct {
	domain.Message
	attempts int
}

func newDispatcher(p Ports) *Dispatcher {
	return &Dispatcher{
		store: p.Store, clock: p.Clock, keyring: p.Keyring, senders: p.Senders, logger: p.Logger, observe: p.Observer,
		queue: make(chan parcel, handOverQueue), wake: make(chan time.Time, handOverQueue), done: make(chan string, handOverQueue),
	}
}

// handOver never blocks: what does not fit stays in the outbox until its lease ends.
func (d *Dispatcher) handOver(p parcel) {
	select {
	case d.queue <- p:
	default:
		d.logger.Warn("message queue is full; the outbox keeps the rest", "queue", handOverQueue)
	}
}

// Run delivers until ctx ends, then hands over what is queued already and returns. What no provider takes then stays in the
// outbox (V6).
func (d *Dispatcher) Run(ctx context.Context) {
	var workers, sweepers sync.WaitGroup
	for range handOverWorkers {
		workers.Go(func() { d.work(ctx) })
	}
	finished := make(chan struct{})
	sweepers.Go(func() { d.remove(context.WithoutCancel(ctx), finished) })
	d.collect(ctx)
	workers.Wait()
	close(finished)
	sweepers.Wait()
}

// work delivers what is queued, also what is still there when ctx ends.
func (d *Dispatcher) work(ctx context.Context) {
	attempts := context.WithoutCancel(ctx)
	for {
		select {
		case p := <-d.queue:
			d.deliver(attempts, p)
		case <-ctx.Done():
			for {
				select {
				case p := <-d.queue:
					d.deliver(attempts, p)
				default:
					return
				}
			}
		}
	}
}

// Wake makes Run look at once for messages that are due: the clock was moved, and timers do not know.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- d.clock.Now():
	default: // so many are due that it looks anyway
	}
}

// collect claims messages that are due: those that this node postponed on the dot, others every few seconds.
func (d *Dispatcher) collect(ctx context.Context) {
	var postponed []time.Time
	sweep := d.clock.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case due := <-d.wake:
			postponed = append(postponed, due)
		case <-timer.C:
			now := d.clock.Now()
			sweep = now.Add(claimEvery)
			postponed = slices.DeleteFunc(postponed, func(due time.Time) bool { return !due.After(now) })
			if d.claim(ctx) == claimBatch {
				sweep = now
			}
		}
		next := sweep
		for _, due := range postponed {
			if due.Before(next) {
				next = due
			}
		}
		timer.Reset(max(0, next.Sub(d.clock.Now())))
	}
}

// claim takes what is due over and returns how many that were.
func (d *Dispatcher) claim(ctx context.Context) int {
	var claimed []OutboxMessage
	err := d.store.Atomic(ctx, func(tx Repositories) (err error) {
		now := d.clock.Now()
		claimed, err = tx.Outbox.Claim(ctx, now, now.Add(handOverLease), claimBatch)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			d.logger.Warn("outbox cannot be read", "error", err)
		}
		return 0
	}
	for _, m := range claimed {
		plain, err := d.keyring.Open(m.Sealed, outboxLabel)
		var message domain.Message
		if err == nil {
			err = json.Unmarshal(plain, &message)
		}
		if err != nil {
			d.logger.Error("a waiting message cannot be opened; was its secret dropped?", "message", m.ID, "error", err)
			d.done <- m.ID
			continue
		}
		select {
		case d.queue <- parcel{message, m.Attempts}:
		case <-ctx.Done():
			return 0
		}
	}
	return len(claimed)
}

// deliver makes one attempt.
func (d *Dispatcher) deliver(ctx context.Context, p parcel) {
	if p.Channel == domain.Nowhere {
		d.done <- p.ID
		return
	}
	now := d.clock.Now()
	left := p.ExpiresAt.Sub(now)
	if left <= 0 {
		d.give(p, "expired", errors.New("its life ended before a provider took it"))
		return
	}
	sender, ok := d.senders[p.Channel]
	if !ok {
		d.give(p, "no_provider", fmt.Errorf("no provider for %s is configured", p.Channel))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, min(left, handOverTimeout))
	defer cancel()
	err := sender.Send(ctx, p.Message)
	switch {
	case err == nil:
		d.observe.Observe("deliver", p.Dialect, "ok", d.clock.Now().Sub(now))
		d.done <- p.ID
	case errors.Is(err, ErrRefused):
		d.give(p, "refused", err)
	default:
		d.observe.Observe("deliver", p.Dialect, "retry", d.clock.Now().Sub(now))
		d.postpone(ctx, p, err)
	}
}

// give up on a message.
func (d *Dispatcher) give(p parcel, why string, err error) {
	d.observe.Observe("deliver", p.Dialect, why, 0)
	d.logger.Error("message not delivered", "message", p.ID, "channel", p.Channel, "dialect", p.Dialect, "attempts", p.attempts+1, "error", err)
	d.done <- p.ID
}

// postpone leaves the message in the outbox until its next attempt, 1 s after the first and twice as long after each further
// one. Should that fail, the lease brings it back.
func (d *Dispatcher) postpone(ctx context.Context, p parcel, cause error) {
	ctx = context.WithoutCancel(ctx) // the attempt's time may be over
	p.attempts++
	wait := min(longestRetry, firstRetry<<min(p.attempts-1, 10))
	due := d.clock.Now().Add(wait)
	d.logger.Warn("message not taken yet", "message", p.ID, "channel", p.Channel, "attempts", p.attempts, "retry_in", wait, "error", cause)
	reason := cause.Error()
	err := d.store.Atomic(ctx, func(tx Repositories) error {
		return tx.Outbox.Postpone(ctx, &OutboxMessage{ID: p.ID, Attempts: p.attempts, NotBefore: due, LastFailed: strings.ToValidUTF8(reason[:min(200, len(reason))], "")})
	})
	if err != nil {
		d.logger.Warn("message not postponed; its lease brings it back", "message", p.ID, "error", err)
		return
	}
	select {
	case d.wake <- due:
	default: // collect looks every few seconds anyway
	}
}

// remove deletes delivered messages until there is nothing more to come.
func (d *Dispatcher) remove(ctx context.Context, finished <-chan struct{}) {
	for {
		select {
		case id := <-d.done:
			d.removeTogether(ctx, id)
		case <-finished:
			for {
				select {
				case id := <-d.done:
					d.removeTogether(ctx, id)
				default:
					return
				}
			}
		}
	}
}

// removeTogether deletes a message and those that have come meanwhile: one commit for many.
func (d *Dispatcher) removeTogether(ctx context.Context, first string) {
	ids := []string{first}
	for more := true; more && len(ids) < claimBatch; {
		select {
		case id := <-d.done:
			ids = append(ids, id)
		default:
			more = false
		}
	}
	err := d.store.Atomic(ctx, func(tx Repositories) error { return tx.Outbox.Remove(ctx, ids...) })
	if err != nil {
		d.logger.Warn("delivered messages stay in the outbox and may be sent twice", "messages", len(ids), "error", err)
	}
}
