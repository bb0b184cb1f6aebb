package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	redigo "github.com/gomodule/redigo/redis"
)

// idleTimeout is after how long an unused connection is closed, before a network between forgets it.
const idleTimeout = 5 * time.Minute

// Client asks one Redis over a few connections. It is safe for concurrent use; make one with Open.
type Client struct {
	options options
	pool    *redigo.Pool
}

// Open makes a client for redis://USER:PASSWORD@HOST:PORT/NUMBER, or rediss:// for TLS 1.2 or above. Whoever opens it closes it.
//
// It does not connect: Redis may be away, and comes back unnoticed. A call ends with its context's deadline, else at the latest
// after the times for a connection (2 s) and an answer (1 s). A connection that turns out to be dead is replaced once without
// telling the caller; the question may then have reached Redis twice. The address may tune the pool and the times:
// ?pool_size=20&dial_timeout=1s&read_timeout=2s&write_timeout=2s.
//
// The error names what is wrong and never repeats the password.
func Open(address string) (*Client, error) {
	o, err := parse(address)
	if err != nil {
		return nil, fmt.Errorf("redis address: %w", err)
	}
	return &Client{o, &redigo.Pool{
		DialContext: o.dial, MaxIdle: o.poolSize, MaxActive: o.poolSize, Wait: true, IdleTimeout: idleTimeout,
	}}, nil
}

// Close closes the connections; those in use when their call ends. Later calls fail.
func (c *Client) Close() error { return c.pool.Close() }

// Ping tells why Redis does not answer, and nil when it does.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.Do(ctx, "PING")
	return err
}

// Do runs one command. The answer is of redigo's types (int64, []byte, string, []any, nil); Redis's own errors are redigo's
// Error.
func (c *Client) Do(ctx context.Context, command string, args ...any) (any, error) {
	return c.ask(ctx, func(ctx context.Context, conn redigo.Conn) (any, error) {
		return redigo.DoContext(conn, ctx, command, args...)
	})
}

// Run runs a script, which travels to each Redis once. The answer is as Do's.
func (c *Client) Run(ctx context.Context, script *redigo.Script, keysAndArgs ...any) (any, error) {
	return c.ask(ctx, func(ctx context.Context, conn redigo.Conn) (any, error) {
		return script.DoContext(ctx, conn, keysAndArgs...)
	})
}

func (c *Client) ask(ctx context.Context, question func(context.Context, redigo.Conn) (any, error)) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.dialTimeout+c.options.readTimeout)
	defer cancel()
	conn, err := c.pool.GetContext(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	answer, err := question(ctx, conn)
	if conn.Err() == nil || ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return answer, err
	}
	// Not from the pool, whose other connections may have died of the same; conn keeps its place there meanwhile.
	fresh, err := c.options.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer fresh.Close()
	return question(ctx, fresh)
}

// dial connects and logs in.
func (o options) dial(ctx context.Context) (redigo.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, o.dialTimeout)
	defer cancel()
	conn, err := redigo.DialContext(ctx, "tcp", o.address,
		redigo.DialContextFunc(o.connect), redigo.DialReadTimeout(o.readTimeout), redigo.DialWriteTimeout(o.writeTimeout),
		redigo.DialUsername(o.user), redigo.DialPassword(o.password), redigo.DialDatabase(o.number))
	if err != nil {
		return nil, fmt.Errorf("connect to Redis: %w", err)
	}
	return conn, nil
}

// connect does without redigo's own TLS, whose handshake does not look at the context.
func (o options) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if o.tls != nil {
		return (&tls.Dialer{Config: o.tls}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
