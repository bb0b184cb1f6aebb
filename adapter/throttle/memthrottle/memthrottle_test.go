package memthrottle_test

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/adapter/throttle/memthrottle"
	"latchkey/infrastructure/clock"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func TestLimiter(t *testing.T) {
	t.Parallel()
	porttest.Limiter(t, func(*testing.T) porttest.LimiterUnderTest {
		c := porttest.NewClock(start)
		return porttest.LimiterUnderTest{
			Limiter: memthrottle.New(c, memthrottle.DefaultKeys), Advance: func(d time.Duration) { c.Advance(d) },
		}
	})
}

func TestWaitIsExactToTheMicrosecond(t *testing.T) {
	t.Parallel()
	c := porttest.NewClock(start)
	l := memthrottle.New(c, 10)
	for _, burst := range []int{1, 3, 7, 300, 6000} {
		rule := usecase.LimitRule{Name: strconv.Itoa(burst), Burst: burst, Period: time.Minute + time.Nanosecond}
		for range burst {
			if wait := l.Take(t.Context(), rule, "a"); wait != 0 {
				t.Fatalf("burst %d: wait %s within the burst", burst, wait)
			}
		}
		for range 5 {
			wait := l.Take(t.Context(), rule, "a")
			if even := rule.Period / time.Duration(burst); wait < even || wait > even+time.Microsecond {
				t.Fatalf("burst %d: wait %s, want %s", burst, wait, even)
			}
			c.Advance(wait - time.Microsecond)
			if rest := l.Take(t.Context(), rule, "a"); rest != time.Microsecond {
				t.Fatalf("burst %d: a microsecond early the wait is %s", burst, rest)
			}
			c.Advance(time.Microsecond)
			if rest := l.Take(t.Context(), rule, "a"); rest != 0 {
				t.Fatalf("burst %d: after the whole wait another %s", burst, rest)
			}
		}
	}
}

func TestClockPutBack(t *testing.T) {
	t.Parallel()
	c := porttest.NewClock(start)
	l := memthrottle.New(c, 10)
	rule := usecase.LimitRule{Name: "r", Burst: 2, Period: time.Minute}
	l.Take(t.Context(), rule, "a")
	l.Take(t.Context(), rule, "a")
	c.Advance(-24 * time.Hour)
	if wait := l.Take(t.Context(), rule, "a"); wait <= 0 || wait > 30*time.Second {
		t.Errorf("wait %s, want at most one interval of 30s", wait)
	}
}

// A refused call must not begin the wait anew while the clock is behind.
func TestClockPutBackWaitsOnce(t *testing.T) {
	t.Parallel()
	c := porttest.NewClock(start)
	l := memthrottle.New(c, 10)
	rule := usecase.LimitRule{Name: "r", Burst: 1, Period: time.Minute}
	l.Take(t.Context(), rule, "a")
	c.Advance(-24 * time.Hour)
	wait := l.Take(t.Context(), rule, "a")
	if wait <= 0 || wait > time.Minute {
		t.Fatalf("wait %s after the clock went back", wait)
	}
	c.Advance(wait)
	if again := l.Take(t.Context(), rule, "a"); again != 0 {
		t.Errorf("after the wait, another of %s", again)
	}
}

func TestForgetsIdleKeysFirst(t *testing.T) {
	t.Parallel()
	c := porttest.NewClock(start)
	l := memthrottle.New(c, 1000)
	short := usecase.LimitRule{Name: "short", Burst: 1, Period: time.Second}
	long := usecase.LimitRule{Name: "long", Burst: 1, Period: time.Hour}
	flood := usecase.LimitRule{Name: "flood", Burst: 60, Period: 10 * time.Minute}
	for i := range 900 {
		l.Take(t.Context(), short, strconv.Itoa(i))
	}
	for i := range 100 {
		l.Take(t.Context(), long, strconv.Itoa(i))
	}
	c.Advance(2 * time.Second)
	for i := range 50_000 {
		if wait := l.Take(t.Context(), flood, strconv.Itoa(i)); wait != 0 {
			t.Fatalf("new key %d: wait %s", i, wait)
		}
	}
	for i := range 100 {
		if l.Take(t.Context(), long, strconv.Itoa(i)) == 0 {
			t.Errorf("a flood of new keys has made limited key %d free", i)
		}
	}
}

func TestForgetsByWhatIsUsedUpNotByAge(t *testing.T) {
	t.Parallel()
	l := memthrottle.New(porttest.NewClock(start), 3)
	rule := usecase.LimitRule{Name: "r", Burst: 5, Period: 5 * time.Minute}
	// a is the oldest, and the busiest.
	for _, key := range []string{"a", "b", "b", "c", "a", "a", "a", "b", "new"} {
		l.Take(t.Context(), rule, key)
	}
	for _, c := range []struct {
		key  string
		left int
	}{{"a", 1}, {"b", 2}, {"c", 5}} {
		left := 0
		for l.Take(t.Context(), rule, c.key) == 0 {
			left++
		}
		if left != c.left {
			t.Errorf("key %s has %d calls left, want %d", c.key, left, c.left)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := porttest.NewClock(start)
	l := memthrottle.New(c, 1)
	rule := usecase.LimitRule{Name: "r", Burst: 1, Period: time.Hour}
	l.Take(t.Context(), rule, "0")
	l.Take(t.Context(), rule, "1")
	if wait := l.Take(t.Context(), rule, "0"); wait != 0 {
		t.Error("two keys are remembered where one is allowed")
	}
}

func BenchmarkTake(b *testing.B) {
	rule := usecase.LimitRule{Name: "sends", Burst: 60, Period: 10 * time.Minute}
	for _, keys := range []int{1000, 1_000_000} {
		names := make([]string, keys)
		for i := range names {
			names[i] = fmt.Sprintf("10.%d.%d.%d/32", i>>16, i>>8&255, i&255)
		}
		b.Run(fmt.Sprintf("%d keys", keys), func(b *testing.B) {
			l := memthrottle.New(clock.System{}, memthrottle.DefaultKeys)
			var n atomic.Int64
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := n.Add(1) * 7919; pb.Next(); i++ {
					l.Take(b.Context(), rule, names[i%int64(keys)])
				}
			})
		})
	}
}
