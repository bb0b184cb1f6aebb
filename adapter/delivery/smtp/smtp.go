package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"latchkey/domain"
	"latchkey/usecase"
)

// How long things may take where the caller's deadline is later.
const (
	attemptTimeout = 15 * time.Second
	quitTimeout    = time.Second // of the goodbye, when all is done
)

var _ usecase.Sender = (*Sender)(nil)

// Sender submits mail to one server. It is safe for concurrent use.
type Sender struct {
	host           string
	port           int
	user, password string
	encryption     string
	tls            *tls.Config
	from           netmail.Address
}

// Send submits the mail once, with ctx's deadline or 15 seconds, whichever comes first.
func (s *Sender) Send(ctx context.Context, m domain.Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	line := &line{ctx: ctx, address: net.JoinHostPort(s.host, strconv.Itoa(s.port))}
	if s.encryption == implicitTLS {
		line.tls = s.tls
	}
	defer line.cut()
	client, err := s.client(line)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return judge(ctx, connecting, err)
	}
	err = client.SendWithSMTPClient(session, msg)
	if !msg.IsDelivered() {
		return judge(ctx, handingOver, err)
	}
	goodbye := time.AfterFunc(quitTimeout, line.cut)
	defer goodbye.Stop()
	_ = client.CloseWithSMTPClient(session)
	return nil
}

// client prepares one conversation over the line.
func (s *Sender) client(l *line) (*mail.Client, error) {
	policy := mail.NoTLS
	// PLAIN and LOGIN first: every server has one of them, and the password is safe on a line that is encrypted.
	login := []mail.SMTPAuthType{mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthCramMD5}
	switch s.encryption {
	case startTLS:
		policy = mail.TLSMandatory
	case noTLS: // then the line does not leave this machine, see NewFromURL
		login[0], login[1] = mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc
	}
	options := []mail.Option{
		mail.WithPort(s.port), mail.WithTLSPolicy(policy), mail.WithTLSConfig(s.tls), mail.WithTimeout(attemptTimeout),
		mail.WithDialContextFunc(l.dial), mail.WithoutNoop(), mail.WithoutRset(),
	}
	if s.user != "" {
		options = append(options, mail.WithUsername(s.user), mail.WithPassword(s.password), mail.WithOpportunisticSMTPAuth(login...))
	}
	return mail.NewClient(s.host, options...)
}

// The steps of a conversation, for errors.
const (
	connecting  = "connect" // until the login is done; nothing of the message has been said
	handingOver = "hand over"
)

// judge turns an error of the conversation into what the outbox does next. The library's own texts quote addresses, and the
// server's replies whatever it likes, so of replies only the number is kept, and of a message under way no more than where it failed.
func judge(ctx context.Context, step string, err error) error {
	var network *net.OpError
	var garbled textproto.ProtocolError
	switch code := replyCode(err); {
	case code >= 500:
		return fmt.Errorf("smtp: %s: answered %d: %w", step, code, usecase.ErrRefused)
	case code > 0:
		return fmt.Errorf("smtp: %s: answered %d", step, code)
	case ctx.Err() != nil:
		return fmt.Errorf("smtp: %s: no answer: %w", step, ctx.Err())
	case errors.As(err, &network):
		return fmt.Errorf("smtp: %s: %w", step, network)
	case step == connecting && !errors.As(err, &garbled):
		return fmt.Errorf("smtp: %s: %w", step, err)
	default:
		return fmt.Errorf("smtp: %s: the conversation broke off", step)
	}
}

// replyCode is the server's reply that ended the conversation, 0 when it was something else.
func replyCode(err error) int {
	var send *mail.SendError
	var reply *textproto.Error
	switch {
	case errors.As(err, &send):
		return send.ErrorCode()
	case errors.As(err, &reply):
		return reply.Code
	}
	return 0
}
