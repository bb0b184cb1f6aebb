package porttest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/usecase"
)

// LimiterUnderTest is a Limiter and the time that it goes by.
type LimiterUnderTest struct {
	Limiter usecase.Limiter
	// Advance moves the Limiter's time on.
	Advance func(time.Duration)
	// Drift is how much of that time may pass by itself during one case; zero when nothing but Advance moves it.
	Drift time.Duration
}

// limitRule is a call each two minutes, five at once: far above any drift.
var limitRule = usecase.LimitRule{Name: "sends", Burst: 5, Period: 10 * time.Minute}

const limitInterval = 2 * time.Minute

// Limiter checks a usecase.Limiter. open makes a fresh one, which has counted nothing, for each case.
func Limiter(t *testing.T, open func(t *testing.T) LimiterUnderTest) {
	for name, check := range map[string]func(*testing.T, LimiterUnderTest){
		"allows the burst and no more":         allowsBurst,
		"grows back evenly":                    burstGrowsBack,
		"tells the truth about the wait":       truthfulWaits,
		"a refused call uses nothing":          refusedUsesNothing,
		"keys and rules are independentLimits": independentLimits,
		"goroutines never exceed a burst":      parallelTakes,
		"an empty rule limits nothing":         emptyLimit,
		"counts for callers who hang up":       cancelledTaker,
		"long and odd keys":                    oddLimitKeys,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); check(t, open(t)) })
	}
}

func allowsBurst(t *testing.T, l LimiterUnderTest) {
	if n := l.taken(t, limitRule, "a", 20); n != limitRule.Burst {
		t.Fatalf("%d of 20 calls at once were allowed, want %d", n, limitRule.Burst)
	}
	if wait := l.take(t, limitRule, "a"); wait <= 0 || wait > limitInterval {
		t.Fatalf("wait %s, want above zero and at most %s", wait, limitInterval)
	}
}

func burstGrowsBack(t *testing.T, l LimiterUnderTest) {
	l.taken(t, limitRule, "a", limitRule.Burst)
	for _, step := range []struct {
		after time.Duration
		calls int
	}{{limitInterval, 1}, {3 * limitInterval, 3}, {limitRule.Period, limitRule.Burst}, {24 * time.Hour, limitRule.Burst}, {limitInterval, 1}} {
		l.Advance(step.after)
		if n := l.taken(t, limitRule, "a", 20); n != step.calls {
			t.Errorf("%s after the last call %d were allowed, want %d", step.after, n, step.calls)
		}
	}
}

func truthfulWaits(t *testing.T, l LimiterUnderTest) {
	// A period that no burst divides evenly shows wrong rounding.
	odd := usecase.LimitRule{Name: "odd", Burst: 7, Period: time.Hour + time.Nanosecond}
	for _, rule := range []usecase.LimitRule{limitRule, odd} {
		l.taken(t, rule, "a", rule.Burst)
		for call := range 10 {
			wait := l.take(t, rule, "a")
			if wait <= 0 {
				t.Fatalf("%s, call %d: allowed beyond the burst", rule.Name, call)
			}
			early := time.Millisecond + l.Drift
			l.Advance(wait - early)
			if rest := l.take(t, rule, "a"); rest <= 0 || rest > early {
				t.Fatalf("%s, call %d: %s before the end of the wait it is %s, want above zero and at most %s", rule.Name, call, early, rest, early)
			}
			l.Advance(early)
			if rest := l.take(t, rule, "a"); rest != 0 {
				t.Fatalf("%s, call %d: after the whole wait of %s another %s", rule.Name, call, wait, rest)
			}
		}
	}
}

func refusedUsesNothing(t *testing.T, l LimiterUnderTest) {
	l.taken(t, limitRule, "a", limitRule.Burst)
	first := l.take(t, limitRule, "a")
	for range 100 {
		if wait := l.take(t, limitRule, "a"); wait <= 0 || wait > first {
			t.Fatalf("a refused call changed the wait from %s to %s", first, wait)
		}
	}
	l.Advance(first)
	if wait := l.take(t, limitRule, "a"); wait != 0 {
		t.Fatalf("after refused calls and the wait of %s another %s", first, wait)
	}
}

func independentLimits(t *testing.T, l LimiterUnderTest) {
	rule := func(name string) usecase.LimitRule {
		return usecase.LimitRule{Name: name, Burst: limitRule.Burst, Period: limitRule.Period}
	}
	for _, other := range []struct{ rule, key string }{
		{"sends", "a"}, {"sends", "b"}, {"answers", "a"}, {"sendsa", ""}, {"send", "sa"}, {"send", "s:a"}, {"sends:", "a"}, {"sends", ":a"}, {"sends", "A"},
	} {
		if n := l.taken(t, rule(other.rule), other.key, 20); n != limitRule.Burst {
			t.Errorf("rule %q, key %q: %d calls were allowed, want %d", other.rule, other.key, n, limitRule.Burst)
		}
	}
}

func parallelTakes(t *testing.T, l LimiterUnderTest) {
	rule := usecase.LimitRule{Name: "storm", Burst: 40, Period: 24 * time.Hour}
	var wg sync.WaitGroup
	var allowed atomic.Int32
	for range 16 {
		wg.Go(func() {
			for range 25 {
				if l.Limiter.Take(t.Context(), rule, "a") == 0 {
					allowed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := int(allowed.Load()); n != rule.Burst {
		t.Fatalf("16 goroutines were allowed %d calls, want %d", n, rule.Burst)
	}
}

func emptyLimit(t *testing.T, l LimiterUnderTest) {
	for _, rule := range []usecase.LimitRule{{Name: "none"}, {Name: "no burst", Period: time.Hour}, {Name: "no period", Burst: 1}} {
		if n := l.taken(t, rule, "a", 50); n != 50 {
			t.Errorf("%s: %d of 50 calls were allowed, want all", rule.Name, n)
		}
	}
}

func cancelledTaker(t *testing.T, l LimiterUnderTest) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call := range limitRule.Burst {
		if wait := l.Limiter.Take(ctx, limitRule, "a"); wait != 0 {
			t.Fatalf("call %d of a caller who hung up: wait %s", call, wait)
		}
	}
	if wait := l.take(t, limitRule, "a"); wait <= 0 {
		t.Fatal("the calls of a caller who hung up were not counted")
	}
}

func oddLimitKeys(t *testing.T, l LimiterUnderTest) {
	for i, key := range []string{"", " ", "2001:db8::/64", "{a}", "a*b", "line\r\nbreak", "\x00\xff", string(make([]byte, 4096))} {
		rule := usecase.LimitRule{Name: fmt.Sprintf("odd-%d", i), Burst: 2, Period: time.Hour}
		if n := l.taken(t, rule, key, 10); n != rule.Burst {
			t.Errorf("key %.20q: %d calls were allowed, want %d", key, n, rule.Burst)
		}
	}
}

// taken is how many of so many calls in a row were allowed.
func (l LimiterUnderTest) taken(t *testing.T, rule usecase.LimitRule, key string, calls int) int {
	t.Helper()
	allowed := 0
	for range calls {
		if l.take(t, rule, key) == 0 {
			allowed++
		}
	}
	return allowed
}

func (l LimiterUnderTest) take(t *testing.T, rule usecase.LimitRule, key string) time.Duration {
	t.Helper()
	return l.Limiter.Take(t.Context(), rule, key)
}
