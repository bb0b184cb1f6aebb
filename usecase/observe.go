package usecase

import (
	"context"
	"log/slog"
	"time"

	"latchkey/domain"
)

// Observer counts what the stories do. Implementations MUST be fast and safe for concurrent use.
type Observer interface {
	// Observe is told of every finished story; outcome is "ok" or the code of the fault.
	Observe(story, dialect, outcome string, took time.Duration)
}

// watched tells the observer about a story, and the log about the faults that an operator must know of.
type watched[In request, Out any] struct {
	name     string
	clock    Clock
	observer Observer
	logger   *slog.Logger
	next     Story[In, Out]
}

func (w watched[In, Out]) Execute(ctx context.Context, in In) (Out, error) {
	begin := w.clock.Now()
	out, err := w.next.Execute(ctx, in)
	w.observer.Observe(w.name, in.caller().dialectName(), outcome(err), w.clock.Now().Sub(begin))
	if fault := domain.AsFault(err); fault != nil && (fault.Kind == domain.Internal || fault.Kind == domain.Unavailable) {
		w.logger.ErrorContext(ctx, "story failed", "story", w.name, "dialect", in.caller().dialectName(), "error", fault)
	}
	return out, err
}

func watch[In request, Out any](p Ports, name string, next Story[In, Out]) Story[In, Out] {
	return watched[In, Out]{name, p.Clock, p.Observer, p.Logger, next}
}

// guard puts a limit on a story that takes a code, a password or a wish for a code, and makes sure that its refusals are
// audited too (V3), at a rate that a flood of refusals cannot turn into a flood of writes.
func guard[In request, Out any](p Ports, name string, rule LimitRule, next Story[In, Out]) Story[In, Out] {
	limited := throttled[In, Out]{p.Limiter, rule, p.Limits.Client, next}
	return watch(p, name, Story[In, Out](audited[In, Out]{name, p.Store, p.Limiter, trail{p.Clock}, limited}))
}

// refusalAudit is how many refusals per address reach the audit trail: the first ones tell the story, the rest is in the metrics.
var refusalAudit = LimitRule{Name: "audit", Burst: 5, Period: time.Minute}

// audited writes the row for calls that a limit stopped before any transaction began; the stories write all others themselves,
// in the transaction that does the deed.
type audited[In request, Out any] struct {
	name    string
	store   Store
	limiter Limiter
	trail   trail
	next    Story[In, Out]
}

func (a audited[In, Out]) Execute(ctx context.Context, in In) (Out, error) {
	out, err := a.next.Execute(ctx, in)
	if !domain.HasCode(err, domain.CodeCallsLimited) {
		return out, err
	}
	caller := in.caller()
	if a.limiter.Take(ctx, refusalAudit, AddressKey(caller.IP)+caller.Client) == 0 {
		// A trail that cannot be written must not turn the refusal into something else; the log has the reason.
		_ = a.store.Atomic(ctx, func(tx Repositories) error {
			return a.trail.add(ctx, tx, caller, entry{action: a.name, err: err})
		})
	}
	return out, err
}

// trail writes audit rows.
type trail struct{ clock Clock }

// entry is one row to be.
type entry struct {
	action  string
	purpose domain.Purpose
	account int64
	contact domain.Contact
	ref     string
	err     error // nil for success
}

func (t trail) add(ctx context.Context, tx Repositories, caller Caller, e entry) error {
	event := domain.Event{
		At: t.clock.Now(), Action: e.action, Outcome: outcome(e.err), Dialect: caller.dialectName(), Purpose: e.purpose,
		AccountID: e.account, Contact: e.contact.Masked(), Actor: caller.actor(), Ref: e.ref[:min(8, len(e.ref))],
	}
	if caller.IP.IsValid() {
		event.ClientIP = caller.IP.Unmap().String()
	}
	return tx.Audit.Append(ctx, event)
}

func (c Caller) actor() string {
	switch {
	case c.Client != "":
		return "client:" + c.Client
	case c.Dialect == nil:
		return "operator"
	default:
		return "user"
	}
}

func (c Caller) dialectName() string {
	if c.Dialect == nil {
		return ""
	}
	return c.Dialect.Name
}

func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	return string(domain.AsFault(err).Code)
}
