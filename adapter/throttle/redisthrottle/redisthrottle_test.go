package redisthrottle_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"latchkey/adapter/throttle/memthrottle"
	"latchkey/adapter/throttle/redisthrottle"
	"latchkey/infrastructure/clock"
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

func dial(t *testing.T, address string) *goredis.Client {
	t.Helper()
	client, err := redis.Open(address, slog.New(slog.DiscardHandler))
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
func node(client goredis.UniversalClient, budget time.Duration, prefix string) (*redisthrottle.Limiter, *clock.Fake, *paper) {
	c, log := clock.NewFake(start), &paper{}
	return redisthrottle.New(redisthrottle.Options{
		Client: client, Fallback: memthrottle.New(c, 1000), Clock: c, Logger: slog.New(slog.NewTextHandler(log, nil)), Budget: budget, Prefix: prefix,
	}), c, log
}

// age moves what Redis has counted under a prefix back in time, which is the same as time going on.
func age(t *testing.T, client *goredis.Client, prefix string, d time.Duration) {
	t.Helper()
	const script = `
for _, key in ipairs(redis.call("KEYS", "rate:" .. ARGV[1] .. "*")) do
  redis.call("SET", key, redis.call("GET", key) - ARGV[2], "KEEPTTL")
end`
	if err := client.Eval(t.Context(), script, nil, prefix, fmt.Sprintf("%.6f", d.Seconds())).Err(); err != nil && err != goredis.Nil {
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
	keys, err := client.Keys(t.Context(), "rate:latchkey:*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %v, %v", keys, err)
	}
	if ttl := client.TTL(t.Context(), keys[0]).Val(); ttl <= 0 || ttl > 10*time.Minute {
		t.Errorf("the key of one call in six an hour stays for %s, want at most 10m", ttl)
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
	client, err := redis.Open(testdb.Redis(b), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	l, _, _ := node(client, ample, "")
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
