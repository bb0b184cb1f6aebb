package redisthrottle

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/gomodule/redigo/redis"

	"latchkey/usecase"
)

// What Options leave open.
const (
	DefaultBudget = 50 * time.Millisecond
	DefaultPrefix = "latchkey:" // keeps Latchkey's keys apart from others' in the same database
)

var _ usecase.Limiter = (*Limiter)(nil)

// Client runs scripts on Redis, and obeys contexts. infrastructure/redis has one.
type Client interface {
	Run(ctx context.Context, script *redis.Script, keysAndArgs ...any) (answer any, err error)
}

// Options are what a Limiter needs.
type Options struct {
	Client Client // stays the caller's to close
	// Fallback counts while Redis is away.
	Fallback usecase.Limiter
	// Clock paces the circuit. It does not count: that is done by Redis's clock.
	Clock  usecase.Clock
	Logger *slog.Logger
	Budget time.Duration // how long one call may wait for Redis; DefaultBudget when zero
	Prefix string        // of all keys in Redis; DefaultPrefix when empty
}

// Limiter counts in Redis. It is safe for concurrent use; make one with New.
type Limiter struct {
	options Options
	circuit circuit
}

// New makes a Limiter. Redis need not be there yet.
func New(o Options) *Limiter {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if o.Budget == 0 {
		o.Budget = DefaultBudget
	}
	return &Limiter{options: o}
}

// Take is usecase.Limiter's. A rule without burst or period limits nothing. Waits are whole milliseconds, rounded up.
//
// A caller who has hung up is counted like any other.
func (l *Limiter) Take(ctx context.Context, rule usecase.LimitRule, key string) time.Duration {
	if rule.Burst <= 0 || rule.Period <= 0 {
		return 0
	}
	o := l.options
	ask, probe := l.circuit.admit(o.Clock.Now())
	if !ask {
		return o.Fallback.Take(ctx, rule, key)
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Budget)
	defer cancel()
	wait, err := take(asking, o.Client, l.keyOf(rule, key), rule)
	if err != nil {
		if l.circuit.fail(o.Clock.Now()) {
			o.Logger.WarnContext(ctx, "Redis does not answer; each node counts calls by itself until it is back", "error", err)
		}
		return o.Fallback.Take(ctx, rule, key)
	}
	if outage, back := l.circuit.succeed(o.Clock.Now(), probe); back {
		o.Logger.InfoContext(ctx, "Redis answers again; limits are shared over all nodes", "away", outage)
	}
	return (wait + time.Millisecond - 1).Truncate(time.Millisecond)
}

// keyOf writes the length of the rule's name first, so that no other rule and key make the same.
func (l *Limiter) keyOf(rule usecase.LimitRule, key string) string {
	return l.options.Prefix + strconv.Itoa(len(rule.Name)) + ":" + rule.Name + ":" + key
}
