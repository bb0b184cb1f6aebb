package redis_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	redigo "github.com/gomodule/redigo/redis"

	"latchkey/infrastructure/clock"
	"latchkey/infrastructure/random"
	"latchkey/infrastructure/redis"
	"latchkey/infrastructure/testdb"
)

func open(t *testing.T, address string) *redis.Client {
	t.Helper()
	client, err := redis.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestClientTalksToRedis(t *testing.T) {
	t.Parallel()
	address := testdb.Redis(t)
	client := open(t, address)
	if err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(t.Context(), "SET", "k", "v"); err != nil {
		t.Fatal(err)
	}
	other, err := redigo.DialURL(address)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if v, err := redigo.String(other.Do("GET", "k")); err != nil || v != "v" {
		t.Errorf("in the database of the address is %q, %v", v, err)
	}
	// No Redis has seen this script before, so that the first call must bring it.
	join := redigo.NewScript(1, fmt.Sprintf(`return redis.call("GET", KEYS[1]) .. ARGV[1] -- %x`, random.System{}.Bytes(8)))
	for range 2 {
		if v, err := redigo.String(client.Run(t.Context(), join, "k", "-")); err != nil || v != "v-" {
			t.Errorf("the script answers %q, %v", v, err)
		}
	}
	var said redigo.Error
	if _, err := client.Do(t.Context(), "INCR", "k"); !errors.As(err, &said) {
		t.Errorf("%v, want the error that Redis said", err)
	}
}

func TestClosedClient(t *testing.T) {
	t.Parallel()
	client := open(t, testdb.Redis(t))
	if err := errors.Join(client.Ping(t.Context()), client.Close()); err != nil {
		t.Fatal(err)
	}
	if err := client.Ping(t.Context()); err == nil {
		t.Error("a closed client still asks")
	}
}

// listen lends a server that does with each connection what serve does.
func listen(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

func silent(net.Conn) {}

func TestContextIsObeyed(t *testing.T) {
	t.Parallel()
	server := listen(t, silent)
	for name, address := range map[string]string{
		"no answer":           "redis://" + server,
		"no answer to AUTH":   "redis://:p@" + server,
		"no answer to SELECT": "redis://" + server + "/3",
		"no TLS handshake":    "rediss://" + server,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := open(t, address)
			endsEarly(t, client)
		})
	}
	t.Run("no free connection", func(t *testing.T) {
		t.Parallel()
		client := open(t, "redis://"+server+"?pool_size=1&read_timeout=1m")
		ctx, cancel := context.WithCancel(t.Context())
		busy := make(chan error, 1)
		go func() { busy <- client.Ping(ctx) }()
		endsEarly(t, client)
		endsEarly(t, client)
		cancel()
		if err := <-busy; !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want an end by the caller", err)
		}
	})
}

// endsEarly asks with a deadline far below the client's own times.
func endsEarly(t *testing.T, client *redis.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- client.Ping(ctx) }()
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

func TestOwnTimesWithoutADeadline(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"redis://" + listen(t, silent) + "?read_timeout=30ms", "rediss://" + listen(t, silent) + "?dial_timeout=30ms",
	} {
		client := open(t, address)
		done := make(chan error, 1)
		go func() { done <- client.Ping(context.Background()) }()
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("%s: silence was taken for an answer", address)
			}
		case <-time.After(900 * time.Millisecond):
			t.Errorf("%s: the address's own times were not respected", address)
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	client := open(t, "redis://"+listen(t, silent)+"?pool_size=1&dial_timeout=30ms&read_timeout=30ms")
	done := make(chan struct{})
	go func() {
		defer close(done)
		var callers sync.WaitGroup
		for range 60 { // one after the other would take 1.8 s
			callers.Go(func() {
				if client.Ping(context.Background()) == nil {
					t.Error("silence was taken for an answer")
				}
			})
		}
		callers.Wait()
	}()
	select {
	case <-done:
	case <-time.After(900 * time.Millisecond):
		t.Error("callers queue without an end")
		<-done
	}
}

func TestDeadConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	address := testdb.Redis(t)
	client := open(t, address)
	own, err := redigo.Int64(client.Do(t.Context(), "CLIENT", "ID"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, address).Do(t.Context(), "CLIENT", "KILL", "ID", own); err != nil {
		t.Fatal(err)
	}
	now, err := redigo.Int64(client.Do(t.Context(), "CLIENT", "ID"))
	if err != nil || now == own {
		t.Errorf("after the connection died: connection %d of %d, %v", now, own, err)
	}
}

func TestDeadServerIsAskedTwiceAtMost(t *testing.T) {
	t.Parallel()
	asked := make(chan bool, 100)
	client := open(t, "redis://"+listen(t, func(conn net.Conn) {
		asked <- true
		_ = conn.Close()
	}))
	if err := client.Ping(t.Context()); err == nil {
		t.Error("a closed connection was taken for an answer")
	}
	if n := len(asked); n != 2 {
		t.Errorf("%d connections for one question, want 2", n)
	}
}

func TestOpenDoesNotConnect(t *testing.T) {
	t.Parallel()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	open(t, "redis://"+listener.Addr().String())
	if err := listener.SetDeadline(clock.System{}.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := listener.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v, want nobody to connect", err)
	}
}

func TestErrorsDoNotRepeatThePassword(t *testing.T) {
	t.Parallel()
	shared := strings.TrimPrefix(testdb.Redis(t), "redis://")
	if strings.Contains(shared, "@") {
		shared = shared[strings.Index(shared, "@")+1:]
	}
	for _, address := range []string{"redis://mei:hunter2@" + shared, "redis://mei:hunter2@127.0.0.1:1", "rediss://mei:hunter2@" + listen(t, func(c net.Conn) { _ = c.Close() })} {
		if err := open(t, address).Ping(t.Context()); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v, want an error without the password", err)
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	hellos := make(chan *tls.ClientHelloInfo, 4)
	address := listen(t, func(conn net.Conn) {
		_ = tls.Server(conn, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			hellos <- hello
			return nil, errors.New("no certificate here")
		}}).Handshake()
		_ = conn.Close()
	})
	_, port, _ := net.SplitHostPort(address)
	if err := open(t, "rediss://localhost:"+port).Ping(t.Context()); err == nil {
		t.Error("spoke to a server that did not show who it is")
	}
	hello := <-hellos
	if hello.ServerName != "localhost" {
		t.Errorf("asked for %q, want localhost", hello.ServerName)
	}
	for _, version := range hello.SupportedVersions {
		if version < tls.VersionTLS12 {
			t.Errorf("offers TLS version %x", version)
		}
	}
}
