package smtp_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/usecase/porttest"
)

// delivered is a mail as the server took it.
type delivered struct {
	from, to  string // the envelope
	encrypted bool
	login     string // user and password, when there was a login
	raw       string // as it came over the line
	*mail.Message
	text, html string // decoded
}

// server speaks enough SMTP to take mail (RFC 5321, 3207, 4954).
type server struct {
	listener net.Listener
	tls      *tls.Config
	roots    *x509.CertPool

	mu        sync.Mutex
	behaviour porttest.Behaviour
	replies   map[string]string // what to answer to a verb instead; "" as a reply cuts the connection
	hide      string            // an extension not to offer
	letters   []delivered
	commands  []string
}

// listen starts a server with a certificate of its own. With implicit it shakes hands before the first word.
func listen(t *testing.T, implicit bool) *server {
	t.Helper()
	s := &server{replies: map[string]string{}}
	s.tls, s.roots = certificate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener = listener
	if implicit {
		s.listener = tls.NewListener(listener, s.tls)
	}
	var open sync.WaitGroup
	var conns sync.Map
	open.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, nil)
			open.Go(func() { defer conn.Close(); s.talk(conn, implicit) })
		}
	})
	t.Cleanup(func() {
		_ = s.listener.Close()
		conns.Range(func(conn, _ any) bool { _ = conn.(net.Conn).Close(); return true })
		open.Wait()
	})
	return s
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}

// reply makes the server answer a verb in its own way from now on.
func (s *server) reply(verb, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies[verb] = line
}

// offerNo hides an extension from now on.
func (s *server) offerNo(extension string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hide = extension
}

func (s *server) behave(b porttest.Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

func (s *server) taken() []delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.letters
}

// heard is the lines of all conversations, without the mails.
func (s *server) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.commands, "\n")
}

func (s *server) talk(conn net.Conn, encrypted bool) {
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	mail := delivered{encrypted: encrypted}
	line, verb := "", "GREETING"
	for {
		s.mu.Lock()
		own, scripted := s.replies[verb]
		behaviour, hide := s.behaviour, s.hide
		s.mu.Unlock()
		switch {
		case scripted && own == "":
			return
		case scripted:
			say(own)
		case verb == "GREETING":
			say("220 mail.example.com ESMTP")
		case verb == "EHLO":
			say("250-mail.example.com")
			for _, extension := range []string{"STARTTLS", "AUTH PLAIN LOGIN", "8BITMIME"} {
				if extension != hide && !(extension == "STARTTLS" && mail.encrypted) {
					say("250-" + extension)
				}
			}
			say("250 ENHANCEDSTATUSCODES")
		case verb == "STARTTLS":
			say("220 2.0.0 go ahead")
			conn = tls.Server(conn, s.tls)
			in = bufio.NewReader(conn)
			mail.encrypted = true
		case verb == "AUTH":
			response, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "AUTH PLAIN "))
			mail.login = strings.ReplaceAll(string(response), "\x00", " ")
			say("235 2.7.0 welcome")
		case verb == "MAIL":
			mail.from = line
			say("250 2.1.0 ok")
		case verb == "RCPT":
			mail.to = line
			say("250 2.1.5 ok")
		case verb == "DATA":
			say("354 go on")
			if !s.take(in, mail, behaviour, say) {
				return
			}
		case verb == "QUIT":
			say("221 2.0.0 bye")
			return
		default:
			say("502 5.5.2 no such command")
		}
		next, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(next, "\r\n")
		verb, _, _ = strings.Cut(strings.ToUpper(line), " ")
		s.mu.Lock()
		s.commands = append(s.commands, line)
		s.mu.Unlock()
	}
}

// take reads a mail and answers it; false ends the conversation.
func (s *server) take(in *bufio.Reader, l delivered, behaviour porttest.Behaviour, say func(string)) bool {
	var raw strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		raw.WriteString(strings.TrimPrefix(line, "."))
	}
	l.raw = raw.String()
	l.Message, _ = mail.ReadMessage(strings.NewReader(l.raw))
	l.text, l.html = decodeParts(l.Message)
	echo := strings.Join(strings.Fields(l.to+" "+l.text), " ")
	switch behaviour {
	case porttest.Refuses:
		say("554 5.7.1 spam: " + echo)
	case porttest.Fails:
		say("451 4.7.1 later: " + echo)
	case porttest.HangsUp:
		say(echo)
		return false
	case porttest.Hangs:
		_, _ = in.ReadString('\n')
		return false
	default:
		s.mu.Lock()
		s.letters = append(s.letters, l)
		s.mu.Unlock()
		say("250 2.0.0 queued")
	}
	return true
}

// decodeParts reads the two ways in which the mail says the same.
func decodeParts(m *mail.Message) (text, html string) {
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return fmt.Sprint("not two alternatives: ", kind, err), ""
	}
	parts := multipart.NewReader(m.Body, params["boundary"]) // it undoes quoted-printable
	var read []string
	for _, want := range []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"} {
		part, err := parts.NextPart()
		if err != nil || part.Header.Get("Content-Type") != want {
			return fmt.Sprint("no part is ", want, ": ", err), ""
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return fmt.Sprint("undecodable: ", err), ""
		}
		read = append(read, strings.ReplaceAll(string(content), "\r\n", "\n"))
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		return "more than two parts", ""
	}
	return read[0], read[1]
}

func decodeSubject(s string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return fmt.Sprint("undecodable: ", err)
	}
	return text
}
