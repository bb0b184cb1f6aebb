package redis_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/infrastructure/redis"
	"latchkey/infrastructure/testdb"
)

func TestOpenTalksToRedis(t *testing.T) {
	t.Parallel()
	client, err := redis.Open(testdb.Redis(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if v, err := client.Get(t.Context(), "k").Result(); err != nil || v != "v" {
		t.Errorf("read back %q, %v", v, err)
	}
}

func TestOpenTunes(t *testing.T) {
	t.Parallel()
	client, err := redis.Open("rediss://u:p@redis.example.com/3?read_timeout=7s&pool_size=5", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	o := client.Options()
	if o.Addr != "redis.example.com:6379" || o.DB != 3 || o.Username != "u" || o.Password != "p" || o.PoolSize != 5 || o.ReadTimeout != 7*time.Second {
		t.Errorf("the address is not obeyed: %s, %d, %d, %s", o.Addr, o.DB, o.PoolSize, o.ReadTimeout)
	}
	if !o.ContextTimeoutEnabled || o.WriteTimeout != time.Second || o.DialTimeout != 2*time.Second || o.TLSConfig.MinVersion < 0x0303 {
		t.Errorf("context %t, write %s, dial %s, TLS %x", o.ContextTimeoutEnabled, o.WriteTimeout, o.DialTimeout, o.TLSConfig.MinVersion)
	}
}

func TestOpenNamesTheMistake(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis://:hunter2/x@localhost":     "special character",
		"http://:hunter2@localhost":        "scheme",
		"redis://:hunter2@localhost/one":   "database number",
		"redis://:hunter2@localhost?pol=1": "pol",
		"localhost:6379":                   "scheme",
	} {
		_, err := redis.Open(address, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want an error with %q and without the password", address, err, want)
		}
	}
}

func TestSilentServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := redis.Open("redis://"+listener.Addr().String(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- client.Ping(ctx).Err() }()
	select {
	case err := <-done:
		var network net.Error
		if !errors.Is(err, context.DeadlineExceeded) && !(errors.As(err, &network) && network.Timeout()) {
			t.Errorf("%v, want a time-out", err)
		}
	case <-time.After(900 * time.Millisecond):
		t.Error("the context's deadline was not respected")
	}
}

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

// Not parallel: the library has one logger for the process.
func TestLibraryLogsAtDebug(t *testing.T) {
	for level, want := range map[slog.Level]bool{slog.LevelInfo: false, slog.LevelDebug: true} {
		var log paper
		client, err := redis.Open("redis://127.0.0.1:1", slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Ping(t.Context()).Err(); err == nil {
			t.Error("port 1 answered")
		}
		_ = client.Close()
		if got := strings.Contains(log.String(), "level=DEBUG"); got != want {
			t.Errorf("level %s: %q", level, log.String())
		}
	}
}
