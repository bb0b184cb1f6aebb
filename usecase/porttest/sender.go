package porttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// Behaviour is how a stand-in for a provider answers.
type Behaviour int

// The behaviours. Refuses and Fails answer with the address and the body of the message in their text, as careless providers do:
// the suite looks for both in the Sender's errors.
const (
	Accepts Behaviour = iota // takes the message
	Refuses                  // will never take it
	Fails                    // does not take it now
	HangsUp                  // cuts the connection instead of answering
	Hangs                    // keeps the connection and never answers
)

// SenderUnderTest is a Sender and the provider behind it.
type SenderUnderTest struct {
	Sender  usecase.Sender
	Channel domain.Channel // of the messages that it carries
	// Accepted is how many times the provider has taken the message.
	Accepted func(domain.Message) int
	// Behave changes the provider's ways from the next message on; it accepts before the first call. Nil for a Sender without
	// a provider, which accepts everything.
	Behave func(Behaviour)
}

// sendPatience is how long a call may take before the suite calls it hung. It is no measure of speed.
const sendPatience = 10 * time.Second

// Sender checks a usecase.Sender. open makes a fresh one for each case.
func Sender(t *testing.T, open func(t *testing.T) SenderUnderTest) {
	t.Run("hands a message over once", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		m := s.message(1)
		if err := s.send(t, t.Context(), m); err != nil {
			t.Fatalf("Send: %v", err)
		}
		if n := s.Accepted(m); n != 1 {
			t.Fatalf("the provider took the message %d times, want once", n)
		}
	})
	t.Run("carries messages in parallel", func(t *testing.T) { t.Parallel(); parallelSends(t, open(t)) })
	if open(t).Behave == nil {
		return
	}
	t.Run("a refusal is final", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.Behave(Refuses)
		if err := s.send(t, t.Context(), s.message(1)); !errors.Is(err, usecase.ErrRefused) {
			t.Fatalf("Send: %v, want ErrRefused", err)
		}
	})
	for _, behaviour := range []Behaviour{Fails, HangsUp} {
		t.Run(behaviour.String()+" is worth another try", func(t *testing.T) { t.Parallel(); recoversFrom(t, open(t), behaviour) })
	}
	t.Run("respects the deadline", func(t *testing.T) { t.Parallel(); respectsSendDeadline(t, open(t)) })
	t.Run("sends nothing once cancelled", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		m := s.message(1)
		if err := s.send(t, ctx, m); err == nil || errors.Is(err, usecase.ErrRefused) {
			t.Fatalf("Send: %v, want an error worth another try", err)
		}
		if n := s.Accepted(m); n != 0 {
			t.Fatalf("the provider took the message %d times", n)
		}
	})
	for _, behaviour := range []Behaviour{Refuses, Fails, HangsUp, Hangs} {
		t.Run("C5 no secret in the error when the provider "+behaviour.String(), func(t *testing.T) {
			t.Parallel()
			muteSendErrors(t, open(t), behaviour)
		})
	}
}

func parallelSends(t *testing.T, s SenderUnderTest) {
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if err := s.send(t, t.Context(), s.message(i)); err != nil {
				t.Errorf("Send of message %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i := range 16 {
		if n := s.Accepted(s.message(i)); n != 1 {
			t.Errorf("the provider took message %d %d times, want once", i, n)
		}
	}
}

func recoversFrom(t *testing.T, s SenderUnderTest, behaviour Behaviour) {
	m := s.message(1)
	s.Behave(behaviour)
	if err := s.send(t, t.Context(), m); err == nil || errors.Is(err, usecase.ErrRefused) {
		t.Fatalf("Send: %v, want an error worth another try", err)
	}
	s.Behave(Accepts)
	if err := s.send(t, t.Context(), m); err != nil {
		t.Fatalf("Send once the provider is well again: %v", err)
	}
	if n := s.Accepted(m); n != 1 {
		t.Fatalf("the provider took the message %d times, want once", n)
	}
}

func respectsSendDeadline(t *testing.T, s SenderUnderTest) {
	s.Behave(Hangs)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.send(t, ctx, s.message(1)); err == nil || errors.Is(err, usecase.ErrRefused) {
		t.Fatalf("Send: %v, want an error worth another try", err)
	}
}

func muteSendErrors(t *testing.T, s SenderUnderTest, behaviour Behaviour) {
	s.Behave(behaviour)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	m := s.message(1)
	err := s.send(t, ctx, m)
	if err == nil {
		t.Fatal("Send returned no error")
	}
	local, _, _ := strings.Cut(m.To, "@")
	for _, secret := range []string{m.Code, m.To, local, m.Body, strings.TrimPrefix(m.To, "+")} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error %q holds %q", err, secret)
		}
	}
}

// send fails the test when the Sender does not come back.
func (s SenderUnderTest) send(t *testing.T, ctx context.Context, m domain.Message) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Sender.Send(ctx, m) }()
	select {
	case err := <-done:
		return err
	case <-time.After(sendPatience):
		t.Errorf("Send has not come back after %s", sendPatience)
		return errors.New("hung")
	}
}

// message is the nth message of a case.
func (s SenderUnderTest) message(n int) domain.Message {
	created := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	m := domain.Message{
		ID: fmt.Sprintf("msg-%04d", n), Channel: s.Channel, To: fmt.Sprintf("+8526167%04d", 7000+n),
		Code: fmt.Sprintf("91%04d", n), Purpose: domain.PurposeLogin, Dialect: "arita", Locale: "zh-tw",
		CreatedAt: created, ExpiresAt: created.Add(5 * time.Minute),
	}
	if s.Channel == domain.Email {
		m.To, m.Subject = fmt.Sprintf("mei.lin%04d@example.com", n), "登入驗證碼"
	}
	m.Body = fmt.Sprintf("您的驗證碼是 %s。", m.Code)
	return m
}

// String names the behaviour as a case does.
func (b Behaviour) String() string {
	return [...]string{"accepts", "refuses", "fails", "hangs up", "hangs"}[b]
}
