package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits of one connection. A body is at most 64 KiB and an answer small, so a
// client that needs longer is broken or means harm.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 90 * time.Second
	maxHeaderBytes    = 32 << 10

	// Profiles may be recorded for minutes.
	metricsWriteTimeout = 10 * time.Minute
)

// DefaultGrace is how long requests in flight may take to end.
const DefaultGrace = 20 * time.Second

// Options says what to serve and where.
type Options struct {
	// Listen is the public HOST:PORT; port 0 takes any free one.
	Listen string
	// Handler answers on Listen.
	Handler http.Handler
	// TLSCert and TLSKey are PEM files; both empty means plain HTTP. A changed
	// file is used from the next connection on.
	TLSCert, TLSKey string
	// MetricsListen is a second HOST:PORT for MetricsHandler, in plain HTTP; empty
	// for none.
	MetricsListen  string
	MetricsHandler http.Handler
	// Logger is told of broken connections. Nil discards them.
	Logger *slog.Logger
	// Grace is how long requests in flight may take once ctx has ended; zero
	// means DefaultGrace.
	Grace time.Duration
	// OnListen is called once, when both addresses accept connections, with the
	// addresses that were bound; metrics is nil when there is no second one.
	OnListen func(public, metrics net.Addr)
}

// Run serves until ctx ends, then stops accepting connections, lets the requests
// in flight end and returns nil. Their contexts outlive ctx: they end with the
// grace period, after which Run cuts what is left and returns an error. It fails
// at once when an address is taken or the certificate cannot be read.
func Run(ctx context.Context, o Options) error {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	// Requests must not be cut by the end of ctx, which only asks to stop.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()

	servers, err := open(requests, o)
	if err != nil {
		return err
	}
	failed := make(chan error, len(servers))
	for _, s := range servers {
		go func() { failed <- s.serve() }()
	}
	o.announce(servers)

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	return errors.Join(err, stop(servers, o.Grace, cut))
}

func (o Options) announce(servers []*server) {
	if o.OnListen == nil {
		return
	}
	var metrics net.Addr
	if len(servers) > 1 {
		metrics = servers[1].listener.Addr()
	}
	o.OnListen(servers[0].listener.Addr(), metrics)
}

// server is one address and what answers there.
type server struct {
	http     *http.Server
	listener net.Listener
}

// open listens on the public address and, if there is one, on that for metrics.
func open(requests context.Context, o Options) ([]*server, error) {
	public := newHTTPServer(requests, o.Handler, o.Logger)
	if o.TLSCert != "" || o.TLSKey != "" {
		config, err := tlsConfig(o.TLSCert, o.TLSKey, o.Logger)
		if err != nil {
			return nil, err
		}
		public.TLSConfig = config
	}
	listener, err := listen(o.Listen)
	if err != nil {
		return nil, err
	}
	servers := []*server{{public, listener}}
	if o.MetricsListen == "" {
		return servers, nil
	}
	if listener, err = listen(o.MetricsListen); err != nil {
		return nil, errors.Join(err, servers[0].listener.Close())
	}
	metrics := newHTTPServer(requests, o.MetricsHandler, o.Logger)
	metrics.WriteTimeout = metricsWriteTimeout
	return append(servers, &server{metrics, listener}), nil
}

func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

func newHTTPServer(requests context.Context, handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          errorLog(log),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
}

// serve returns nil when the server was stopped.
func (s *server) serve() error {
	var err error
	if s.http.TLSConfig != nil {
		err = s.http.ServeTLS(s.listener, "", "")
	} else {
		err = s.http.Serve(s.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", s.listener.Addr(), err)
}

// stop ends the servers one after the other, the one for metrics last, so that the
// end of the requests can still be watched.
func stop(servers []*server, grace time.Duration, cut context.CancelFunc) error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := servers[0].http.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("requests were cut off after %s: %w", grace, err)
	}
	cut()
	for _, s := range servers {
		err = errors.Join(err, s.http.Close())
	}
	return err
}
