package smtp

import (
	"context"
	"crypto/tls"
	"net"
)

// line is the connection of one conversation. It is cut when its context ends: the mail library looks at the context only
// while dialling, and leaves the connection open when the conversation fails before the first mail.
type line struct {
	ctx     context.Context
	address string      // host and port; the library's own has no brackets around IPv6
	tls     *tls.Config // for a handshake before the first word; nil for none
	conn    net.Conn
	stop    func() bool
}

// dial is called once by the mail library. Its ctx ends with dialling.
func (l *line) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, l.address)
	if err != nil {
		return nil, err
	}
	l.conn = conn
	l.stop = context.AfterFunc(l.ctx, func() { _ = conn.Close() })
	if l.tls == nil {
		return conn, nil
	}
	encrypted := tls.Client(conn, l.tls)
	return encrypted, encrypted.HandshakeContext(ctx)
}

// cut ends the conversation. A line that was never dialled may be cut too.
func (l *line) cut() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close()
	}
}
