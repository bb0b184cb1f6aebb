package httpserver

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// running is a server under test.
type running struct {
	public, metrics net.Addr
	stop            context.CancelFunc
	done            chan error
}

// run starts a server and returns once it listens.
func run(t *testing.T, o Options) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	r := &running{stop: cancel, done: make(chan error, 1)}
	listening := make(chan struct{})
	o.OnListen = func(public, metrics net.Addr) {
		r.public, r.metrics = public, metrics
		close(listening)
	}
	go func() { r.done <- Run(ctx, o) }()
	select {
	case <-listening:
	case err := <-r.done:
		t.Fatalf("did not start: %v", err)
	}
	return r
}

// end stops the server and returns what Run returned.
func (r *running) end() error {
	r.stop()
	return <-r.done
}

func say(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func newClient(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestServesBothAddresses(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Handler: say("public"), MetricsListen: "127.0.0.1:0", MetricsHandler: say("metrics")})
	client := newClient(t)
	if _, body := get(t, client, "http://"+r.public.String()); body != "public" {
		t.Errorf("public address: %q", body)
	}
	if _, body := get(t, client, "http://"+r.metrics.String()); body != "metrics" {
		t.Errorf("metrics address: %q", body)
	}
	if err := r.end(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	for _, address := range []net.Addr{r.public, r.metrics} {
		if conn, err := net.Dial("tcp", address.String()); err == nil {
			_ = conn.Close()
			t.Errorf("%s is still open", address)
		}
	}
}

func TestNoMetricsAddressUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Handler: say("public")})
	if r.metrics != nil {
		t.Errorf("metrics on %s", r.metrics)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
}

// TestV6_RequestInFlightEnds asks the server to stop in the middle of a request:
// nobody new gets in, and the request is answered.
func TestV6_RequestInFlightEnds(t *testing.T) {
	t.Parallel()
	started, finish := make(chan struct{}), make(chan struct{})
	r := run(t, Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		close(started)
		<-finish
		if err := req.Context().Err(); err != nil {
			t.Errorf("the request was cut: %v", err)
		}
		_, _ = io.WriteString(w, "done")
	})})
	answer := make(chan string, 1)
	go func() {
		response, err := newClient(t).Get("http://" + r.public.String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-started

	r.stop()
	for {
		conn, err := net.Dial("tcp", r.public.String())
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	select {
	case err := <-r.done:
		t.Fatalf("stopped before the request had ended: %v", err)
	default:
	}
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("answer %q, want done", got)
	}
	if err := <-r.done; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestV6_GraceHasAnEnd(t *testing.T) {
	t.Parallel()
	started, cut := make(chan struct{}), make(chan struct{})
	r := run(t, Options{Grace: 10 * time.Millisecond, Handler: http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		close(started)
		<-req.Context().Done()
		close(cut)
	})})
	go func() {
		if response, err := newClient(t).Get("http://" + r.public.String()); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-started
	if err := r.end(); err == nil || !strings.Contains(err.Error(), "cut off after 10ms") {
		t.Errorf("stopped with %v", err)
	}
	<-cut
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	busy := taken.Addr().String()
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"address in use":         {Options{Listen: busy}, "listen on " + busy},
		"metrics address in use": {Options{Listen: "127.0.0.1:0", MetricsListen: busy}, "listen on " + busy},
		"no certificate":         {Options{Listen: "127.0.0.1:0", TLSCert: "nowhere.pem", TLSKey: "nowhere.key"}, "load certificate"},
	} {
		if err := Run(t.Context(), test.options); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Handler: say("in")})
	request, err := http.NewRequest(http.MethodGet, "http://"+r.public.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	response, err := newClient(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d, want 431", response.StatusCode)
	}
}

func TestEverySlownessHasATimeout(t *testing.T) {
	t.Parallel()
	s := newHTTPServer(t.Context(), say(""), slog.New(slog.DiscardHandler))
	for name, timeout := range map[string]time.Duration{
		"header": s.ReadHeaderTimeout, "request": s.ReadTimeout, "answer": s.WriteTimeout, "idleness": s.IdleTimeout,
	} {
		if timeout <= 0 || timeout > 2*time.Minute {
			t.Errorf("time-out of the %s is %s", name, timeout)
		}
	}
}

func TestErrorsGoToTheLog(t *testing.T) {
	t.Parallel()
	var out lockedBuffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	errorLog(log).Print("http: TLS handshake error from 192.0.2.1:5: EOF")
	errorLog(log).Print("http: Accept error: too many open files")
	text := out.String()
	if !strings.Contains(text, "level=DEBUG msg=\"http server\" note=\"http: TLS handshake") ||
		!strings.Contains(text, "level=WARN msg=\"http server\" note=\"http: Accept error") {
		t.Errorf("log %s", text)
	}
}

// lockedBuffer is a strings.Builder for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
