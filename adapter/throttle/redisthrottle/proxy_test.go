package redisthrottle_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// How a proxy treats its connections.
const (
	passing = iota
	cut     // closed at once, old and new
	silent  // open, and nothing comes back
)

// proxy stands between a Limiter and Redis, as the network does.
type proxy struct {
	listener net.Listener
	target   string

	mu     sync.Mutex
	ways   int
	conns  map[net.Conn]bool
	dialed int
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, target: target, conns: map[net.Conn]bool{}}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.set(cut)
		open.Wait()
	})
	return p
}

// set changes the ways. Connections that were open are closed, as when a network changes its mind.
func (p *proxy) set(ways int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ways = ways
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// attempts is how many connections were asked for.
func (p *proxy) attempts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dialed
}

func (p *proxy) keep(conn net.Conn) (ways int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = true
	return p.ways
}

func (p *proxy) serve(conn net.Conn) {
	defer conn.Close()
	p.mu.Lock()
	p.dialed++
	p.mu.Unlock()
	switch p.keep(conn) {
	case silent:
		_, _ = io.Copy(io.Discard, conn)
	case passing:
		redis, err := net.Dial("tcp", p.target)
		if err != nil {
			return
		}
		defer redis.Close()
		p.keep(redis)
		go func() { _, _ = io.Copy(conn, redis) }()
		_, _ = io.Copy(redis, conn)
	}
}
