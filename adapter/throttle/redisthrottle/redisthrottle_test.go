package redisthrottle_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	redigo "github.com/gomodule/redigo/redis"

	"latchkey/adapter/throttle/memthrottle"
	"latchkey/adapter/throttle/redisthrottle"
	"latchkey/infrastructure/redis"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// paper is a log that can be read while others write.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(line)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func dial(t testing.TB, address string) *redis.Client {
	t.Helper()
	client, err := redis.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// The budgets of tests: one that a busy machine does not use up by itself, and one short enough to wait for.
const (
	ample = 10 * time.Second
	brief = 300 * time.Millisecond
)

// node makes a Limiter with a clock and a log of its own.
func node(client *redis.Client, budget time.Duration, prefix string) (*redisthrottle.Limiter, *porttest.Clock, *paper) {
	c, log := porttest.NewClock(start), &paper{}
	return redisthrottle.New(redisthrottle.Options{
		Client: client, Fallback: memthrottle.New(c, 1000), Clock: c, Logger: slog.New(slog.NewTextHandler(log, nil)), Budget: budget, Prefix: prefix,
	}), c, log
}

// age moves what Redis has counted under a prefix back in time, which is the same as time going on.
func age(t *testing.T, client *redis.Client, prefix string, d time.Duration) {
	t.Helper()
	script := redigo.NewScript(0, `
for _, key in ipairs(redis.call("KEYS", ARGV[1] .. "*")) do
  redis.call("SET", key, string.format("%.0f", redis.call("GET", key) - ARGV[2]), "KEEPTTL")
end`)
	if _, err := client.Run(t.Context(), script, prefix, d.Microseconds()); err != nil {
		t.Fatal(err)
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	client := dial(t, testdb.Redis(t))
	var cases atomic.Int32
	porttest.Limiter(t, func(t *testing.T) porttest.LimiterUnderTest {
		prefix := fmt.Sprintf("case-%d:", cases.Add(1))
		l, _, log := node(client, ample, prefix)
		t.Cleanup(func() {
			if log.String() != "" {
				t.Errorf("Redis was away: %s", log)
			}
		})
		return porttest.LimiterUnderTest{
			Limiter: l, Advance: func(d time.Duration) { age(t, client, prefix, d) }, Drift: 20 * time.Second,
		}
	})
}

func TestNodesShareTheCount(t *testing.T) {
	t.Parallel()
	address := testdb.Redis(t)
	rule := usecase.LimitRule{Name: "sends", Burst: 6, Period: time.Hour}
	allowed := 0
	for range 3 {
		l, _, _ := node(dial(t, address), ample, "")
		for range 5 {
			if l.Take(t.Context(), rule, "a") == 0 {
				allowed++
			}
		}
	}
	if allowed != rule.Burst {
		t.Errorf("three nodes allowed %d calls together, want %d", allowed, rule.Burst)
	}
}

func TestKeysExpire(t *testing.T) {
	t.Parallel()
	client := dial(t, testdb.Redis(t))
	l, _, _ := node(client, ample, "")
	l.Take(t.Context(), usecase.LimitRule{Name: "sends", Burst: 6, Period: time.Hour}, "a")
	keys, err := redigo.Strings(client.Do(t.Context(), "KEYS", "latchkey:*"))
	if err != nil || len(keys) != 1 || keys[0] != "latchkey:5:sends:a" {
		t.Fatalf("keys %q, %v", keys, err)
	}
	ttl, err := redigo.Int64(client.Do(t.Context(), "PTTL", keys[0]))
	if most := (10 * time.Minute).Milliseconds(); err != nil || ttl > most || ttl < most/2 {
		t.Errorf("the key of one call in six an hour stays for %d ms, %v, want at most 10m and not much less", ttl, err)
	}
}

// A Redis whose clock was put back, and a rule that became smaller, look alike: more was used up than there is.
func TestNobodyWaitsLongerThanTheRule(t *testing.T) {
	t.Parallel()
	client := dial(t, testdb.Redis(t))
	l, _, log := node(client, ample, "p:")
	rule := usecase.LimitRule{Name: "sends", Burst: 5, Period: 10 * time.Minute}
	for range rule.Burst {
		l.Take(t.Context(), rule, "a")
	}
	age(t, client, "p:", -24*time.Hour)
	wait := l.Take(t.Context(), rule, "a")
	if most := rule.Period / time.Duration(rule.Burst); wait <= 0 || wait > most {
		t.Fatalf("wait %s, want above zero and at most %s", wait, most)
	}
	age(t, client, "p:", wait)
	if wait := l.Take(t.Context(), rule, "a"); wait != 0 {
		t.Errorf("after the wait another %s", wait)
	}
	if wait := l.Take(t.Context(), rule, "a"); wait == 0 {
		t.Error("allowed beyond what had grown back")
	}
	ttl, err := redigo.Int64(client.Do(t.Context(), "PTTL", "p:5:sends:a"))
	if err != nil || ttl > rule.Period.Milliseconds() {
		t.Errorf("the key stays for %d ms, %v", ttl, err)
	}
	if log.String() != "" {
		t.Errorf("Redis was away: %s", log)
	}
}

// Seconds with a fraction would run out of digits.
func TestCountsInWholeMicroseconds(t *testing.T) {
	t.Parallel()
	client := dial(t, testdb.Redis(t))
	l, _, _ := node(client, ample, "")
	for burst, interval := range map[int]int64{2: 1_800_000_000, 7: 514_285_715} {
		rule := usecase.LimitRule{Name: "r", Burst: burst, Period: time.Hour}
		key := strconv.Itoa(burst)
		var full [2]int64
		for i := range full {
			l.Take(t.Context(), rule, key)
			var err error
			if full[i], err = redigo.Int64(client.Do(t.Context(), "GET", "latchkey:1:r:"+key)); err != nil {
				t.Fatal(err)
			}
		}
		if used := full[1] - full[0]; used != interval {
			t.Errorf("%d an hour: a call used %d µs, want %d", burst, used, interval)
		}
	}
}

func TestS3_RedisAwayAndBack(t *testing.T) {
	t.Parallel()
	for name, ways := range map[string]int{"connections cut": cut, "no answers": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, err := url.Parse(testdb.Redis(t))
			if err != nil {
				t.Fatal(err)
			}
			network := newProxy(t, address.Host)
			address.Host = network.listener.Addr().String()
			client := dial(t, address.String())
			l, c, log := node(client, brief, "")
			rule := usecase.LimitRule{Name: "sends", Burst: 5, Period: time.Hour}
			takes := func(n int) (allowed int) {
				for range n {
					if l.Take(t.Context(), rule, "a") == 0 {
						allowed++
					}
				}
				return allowed
			}
			if n := takes(3); n != 3 || log.String() != "" {
				t.Fatalf("%d of 3 calls were allowed by a Redis that is well; log %q", n, log)
			}

			network.set(ways)
			within(t, 2*time.Second, func() {
				if n := takes(50); n != rule.Burst {
					t.Errorf("with Redis away %d of 50 calls were allowed, want %d", n, rule.Burst)
				}
			})
			if warnings := strings.Count(log.String(), "level=WARN"); warnings != 1 {
				t.Errorf("%d warnings, want one: %s", warnings, log)
			}

			asked := network.attempts()
			takes(50)
			if more := network.attempts() - asked; more > 0 {
				t.Errorf("an open circuit asked Redis %d times", more)
			}
			c.Advance(time.Second)
			takes(50)
			if probes := network.attempts() - asked; probes < 1 || probes > 2 { // the client tries twice
				t.Errorf("%d connections for one probe", probes)
			}
			if lines := strings.Count(log.String(), "\n"); lines != 1 {
				t.Errorf("%d lines in the log during one outage: %s", lines, log)
			}

			network.set(passing)
			if n := takes(1); n != 0 {
				t.Error("asked Redis before the next probe was due")
			}
			c.Advance(time.Second)
			if n := takes(50); n != 2 {
				t.Errorf("back at Redis %d of 50 calls were allowed, want the 2 that were left", n)
			}
			if !strings.Contains(log.String(), "level=INFO") || !strings.Contains(log.String(), "away=2s") || strings.Count(log.String(), "\n") != 2 {
				t.Errorf("log %s, want one line more that tells of the return after 2s", log)
			}

			network.set(ways)
			takes(1)
			if warnings := strings.Count(log.String(), "level=WARN"); warnings != 2 {
				t.Errorf("%d warnings after a second outage, want 2: %s", warnings, log)
			}
		})
	}
}

func TestS3_RedisAwayFromTheStart(t *testing.T) {
	t.Parallel()
	l, _, log := node(dial(t, "redis://127.0.0.1:1"), ample, "")
	rule := usecase.LimitRule{Name: "sends", Burst: 5, Period: time.Hour}
	var allowed atomic.Int32
	within(t, 2*time.Second, func() {
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 10 {
					if l.Take(t.Context(), rule, "a") == 0 {
						allowed.Add(1)
					}
				}
			})
		}
		wg.Wait()
	})
	if n := int(allowed.Load()); n != rule.Burst {
		t.Errorf("%d of 160 calls were allowed, want %d", n, rule.Burst)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 {
		t.Errorf("%d lines in the log, want one: %s", lines, log)
	}
}

func TestS3_ClockPutBackDuringAnOutage(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(testdb.Redis(t))
	if err != nil {
		t.Fatal(err)
	}
	network := newProxy(t, address.Host)
	address.Host = network.listener.Addr().String()
	l, c, log := node(dial(t, address.String()), ample, "")
	rule := usecase.LimitRule{Name: "sends", Burst: 5, Period: time.Hour}
	network.set(cut)
	l.Take(t.Context(), rule, "a")
	network.set(passing)
	c.Advance(-24 * time.Hour)
	l.Take(t.Context(), rule, "a")
	if !strings.Contains(log.String(), "level=INFO") || !strings.Contains(log.String(), "away=0s") {
		t.Errorf("log %s, want a return that took no negative time", log)
	}
}

func TestS3_NobodyWaitsForRedis(t *testing.T) {
	t.Parallel()
	network := newProxy(t, "")
	network.set(silent)
	l, _, _ := node(dial(t, "redis://"+network.listener.Addr().String()), 0, "")
	within(t, 500*time.Millisecond, func() {
		for range 100 {
			l.Take(t.Context(), usecase.LimitRule{Name: "sends", Burst: 5, Period: time.Hour}, "a")
		}
	})
}

func BenchmarkTake(b *testing.B) {
	l, _, _ := node(dial(b, testdb.Redis(b)), ample, "")
	b.ReportAllocs()
	for b.Loop() {
		l.Take(b.Context(), usecase.LimitRule{Name: "sends", Burst: 60, Period: 10 * time.Minute}, "a")
	}
}

// within fails the test when f takes longer.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(d):
		t.Errorf("not done after %s", d)
		<-done
	}
}
