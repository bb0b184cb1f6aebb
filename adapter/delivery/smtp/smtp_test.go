package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/adapter/delivery/letter"
	"latchkey/adapter/delivery/smtp"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

func message() domain.Message {
	created := time.Date(2026, 3, 1, 8, 0, 0, 123456000, time.UTC)
	return domain.Message{
		ID: "4nM0xQ_-a", Channel: domain.Email, To: "mei.lin@example.com", Subject: "登入驗證碼 login code",
		Body: "您的驗證碼是 048213。\n\n.\nBye\n", Code: "048213", Purpose: domain.PurposeLogin, Dialect: "arita", Locale: "zh-tw",
		CreatedAt: created, ExpiresAt: created.Add(5 * time.Minute),
	}
}

// open makes a Sender for the server; extra continues the address.
func (s *server) open(t *testing.T, user, extra string) *smtp.Sender {
	t.Helper()
	u, err := url.Parse(fmt.Sprintf("smtp://%s%s?from=Latchkey%%20%%3Cno-reply+otp@example.org%%3E%s", user, s.listener.Addr(), extra))
	if err != nil {
		t.Fatal(err)
	}
	sender, err := smtp.NewFromURL(u, smtp.Options{TLSConfig: &tls.Config{RootCAs: s.roots}})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestSender(t *testing.T) {
	t.Parallel()
	for mode, implicit := range map[string]bool{"starttls": false, "implicit": true, "none": false} {
		t.Run(mode, func(t *testing.T) {
			porttest.Sender(t, func(t *testing.T) porttest.SenderUnderTest {
				s := listen(t, implicit)
				return porttest.SenderUnderTest{
					Sender: s.open(t, "user:pass@", "&tls="+mode), Channel: domain.Email, Behave: s.behave,
					Accepted: func(m domain.Message) (n int) {
						for _, l := range s.taken() {
							if l.Header.Get("Message-ID") == "<"+m.ID+"@example.org>" && strings.TrimSpace(l.text) == m.Body {
								n++
							}
						}
						return n
					},
				}
			})
		})
	}
}

func TestMailOnTheWire(t *testing.T) {
	t.Parallel()
	s := listen(t, false)
	m := message()
	if err := s.open(t, "user:p%40ss%2F@", "").Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	html, err := letter.HTML(m)
	if err != nil {
		t.Fatal(err)
	}
	l := s.taken()[0]
	got := map[string]string{
		"envelope": l.from + " " + l.to, "login": l.login, "subject": decodeSubject(l.Header.Get("Subject")), "text": l.text,
		"html": l.html,
	}
	want := map[string]string{
		"envelope": "MAIL FROM:<no-reply+otp@example.org> BODY=8BITMIME RCPT TO:<mei.lin@example.com>",
		"login":    " user p@ss/", "subject": m.Subject, "text": m.Body, "html": html,
	}
	for name, value := range map[string]string{
		"From": `"Latchkey" <no-reply+otp@example.org>`, "To": "<mei.lin@example.com>", "Date": "Sun, 01 Mar 2026 08:00:00 +0000",
		"Message-Id": "<4nM0xQ_-a@example.org>", "Auto-Submitted": "auto-generated",
		"User-Agent": "", "X-Mailer": "",
	} {
		got[name], want[name] = l.Header.Get(name), value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !l.encrypted {
		t.Error("the mail went unencrypted")
	}
	for i, line := range strings.Split(l.raw, "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("line %d is too long or not ASCII: %q", i, line)
		}
	}
	if !strings.Contains(s.heard(), "QUIT") {
		t.Error("the client left without a goodbye")
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verb, reply, verdict string
	}{
		{"GREETING", "554 5.7.1 go away", "final"},
		{"GREETING", "421 4.3.2 too busy", "retried"},
		{"GREETING", "", "retried"},
		{"GREETING", "HTTP/1.1 400 Bad Request", "retried"},
		{"STARTTLS", "454 4.7.0 not now", "retried"},
		{"AUTH", "535 5.7.8 wrong for user:pass", "final"},
		{"AUTH", "454 4.7.0 not now", "retried"},
		{"MAIL", "552 5.3.4 no", "final"},
		{"MAIL", "452 4.3.1 full", "retried"},
		{"RCPT", "550 5.1.1 <mei.lin@example.com> unknown", "final"},
		{"RCPT", "450 4.2.0 <mei.lin@example.com> greylisted", "retried"},
		{"RCPT", "mei.lin@example.com?", "retried"},
		{"RCPT", "", "retried"},
		{"DATA", "503 5.5.1 no", "final"},
		{"DATA", "421 4.3.2 closing", "retried"},
		// The text has been taken by then: sending it again would send it twice.
		{"QUIT", "", "accepted"},
		{"QUIT", "500 what?", "accepted"},
	} {
		t.Run(c.verb+" "+c.reply, func(t *testing.T) {
			t.Parallel()
			s := listen(t, false)
			s.reply(c.verb, c.reply)
			err := s.open(t, "user:pass@", "").Send(t.Context(), message())
			verdict := "retried"
			if err == nil {
				verdict = "accepted"
			} else if errors.Is(err, usecase.ErrRefused) {
				verdict = "final"
			}
			if verdict != c.verdict {
				t.Errorf("%s (%v), want %s", verdict, err, c.verdict)
			}
			if err != nil && (strings.Contains(err.Error(), "mei.lin") || strings.Contains(err.Error(), "pass")) {
				t.Errorf("the error %q repeats what the server said", err)
			}
			if code, _, _ := strings.Cut(c.reply, " "); err != nil && len(code) == 3 && !strings.Contains(err.Error(), code) {
				t.Errorf("the error %q does not tell the reply %s", err, code)
			}
		})
	}
}

func TestEncryptionIsMandatory(t *testing.T) {
	t.Parallel()
	t.Run("no STARTTLS offered", func(t *testing.T) {
		t.Parallel()
		s := listen(t, false)
		s.offerNo("STARTTLS")
		err := s.open(t, "user:pass@", "").Send(t.Context(), message())
		if err == nil || errors.Is(err, usecase.ErrRefused) || !strings.Contains(err.Error(), "STARTTLS") {
			t.Errorf("%v, want an error that tells of STARTTLS and is worth another try", err)
		}
		if strings.Contains(s.heard(), "AUTH") || strings.Contains(s.heard(), "MAIL") {
			t.Errorf("said in the clear:\n%s", s.heard())
		}
	})
	t.Run("an unknown certificate", func(t *testing.T) {
		t.Parallel()
		s := listen(t, false)
		_, s.roots = certificate(t)
		err := s.open(t, "user:pass@", "").Send(t.Context(), message())
		if err == nil || errors.Is(err, usecase.ErrRefused) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%v, want an error that tells of the certificate and is worth another try", err)
		}
	})
	t.Run("none on this machine", func(t *testing.T) {
		t.Parallel()
		s := listen(t, false)
		if err := s.open(t, "user:pass@", "&tls=none").Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
		if l := s.taken()[0]; l.encrypted || l.login != " user pass" {
			t.Errorf("encrypted %t, login %q", l.encrypted, l.login)
		}
	})
	t.Run("no login asked for", func(t *testing.T) {
		t.Parallel()
		s := listen(t, true)
		if err := s.open(t, "", "&tls=implicit").Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
		if l := s.taken()[0]; !l.encrypted || l.login != "" {
			t.Errorf("encrypted %t, login %q", l.encrypted, l.login)
		}
	})
}

func TestV5_HeaderInjection(t *testing.T) {
	t.Parallel()
	s := listen(t, false)
	sender := s.open(t, "user:pass@", "")
	m := message()
	m.ID = "x>\r\nX-Evil: 1"
	m.Subject = "Hi\r\nBcc: victim@example.com\r\n\r\nspoofed\x00\u2028text" + strings.Repeat(" 長", 300)
	m.Body = "line\r\n.\r\nMAIL FROM:<evil@example.com>\r\n\r.\r\nlone"
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if n := len(s.taken()); n != 1 {
		t.Fatalf("%d mails came out of one", n)
	}
	l := s.taken()[0]
	if l.Header.Get("Bcc") != "" || l.Header.Get("X-Evil") != "" || !strings.Contains(l.text, "lone") {
		t.Errorf("headers %v, text %q", l.Header, l.text)
	}
	if got := decodeSubject(l.Header.Get("Subject")); strings.ContainsAny(got, "\r\n\x00") || !strings.HasPrefix(got, "Hi Bcc: victim@example.com spoofed ") {
		t.Errorf("subject %q", got)
	}
	for _, to := range []string{
		"a@example.com\r\nRCPT TO:<victim@example.com>", "a@example.com>\nBcc: victim@example.com", "a@example.com, victim@example.com",
		"Mei <a@example.com>", "<a@example.com>", "a@example.com\x00", "", "+85261677528", "a b@example.com", "(victim@example.com)a@example.com",
	} {
		m := message()
		m.To = to
		if err := sender.Send(t.Context(), m); !errors.Is(err, usecase.ErrRefused) {
			t.Errorf("to %q: %v, want ErrRefused", to, err)
		} else if to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("the error %q repeats the address", err)
		}
	}
	if heard := s.heard(); strings.Count(heard, "RCPT") != 1 || strings.Contains(heard, "evil") || strings.Contains(heard, "victim") {
		t.Errorf("heard:\n%s", heard)
	}
}

func TestOtherChannelsAreRefused(t *testing.T) {
	t.Parallel()
	m := message()
	m.Channel = domain.SMS
	if err := listen(t, false).open(t, "", "").Send(t.Context(), m); !errors.Is(err, usecase.ErrRefused) {
		t.Errorf("%v, want ErrRefused", err)
	}
}

func TestDeadlineAtEachStep(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"GREETING", "EHLO", "STARTTLS", "AUTH", "RCPT"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			s := listen(t, false)
			s.reply(verb, "250-and")
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			err := s.open(t, "user:pass@", "").Send(ctx, message())
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, usecase.ErrRefused) {
				t.Errorf("%v, want the deadline", err)
			}
		})
	}
}

func TestNewFromURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"smtp://u:hunter2@mail.example.com:587?from=a@example.com":       "",
		"smtp://mail.example.com?from=a@example.com&tls=implicit":        "",
		"smtp://relay?from=a@localhost&tls=none":                         "",
		"smtp://u:hunter2@[::1]:2525?from=a@example.com&tls=none":        "",
		"smtp://u:hunter2@relay?from=a@example.com&tls=none":             "show the password",
		"smtp://u:hunter2@mail.example.com":                              "from",
		"smtp://u:hunter2@mail.example.com?from=nobody":                  "from",
		"smtp://u:hunter2@mail.example.com?from=a@b.c%0d%0aBcc:%20d@e.f": "from",
		"smtp://u:hunter2@mail.example.com?from=a@b.c&tls=maybe":         "tls=maybe",
		"smtp://u:hunter2@mail.example.com?from=a@b.c&tsl=none":          `"tsl"`,
		"smtp://u:hunter2@mail.example.com:70000?from=a@b.c":             `"70000"`,
		"smtp://u:hunter2@mail.example.com:0?from=a@b.c":                 `"0"`,
		"smtp://u:hunter2@mail.example.com?from=%zz":                     "question mark",
		"smtp://u:hunter2@mail.example.com/x?from=a@b.c":                 "path",
		"smtp://:25?from=a@b.c":                                          "no host",
		"smtps://u:hunter2@mail.example.com?from=a@b.c":                  "scheme",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = smtp.NewFromURL(u, smtp.Options{})
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", address, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", address, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error %q repeats the password", err)
		}
	}
}
