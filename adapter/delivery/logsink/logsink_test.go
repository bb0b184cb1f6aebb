package logsink_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"latchkey/adapter/delivery/logsink"
	"latchkey/domain"
	"latchkey/usecase/porttest"
)

// paper is a log that tests can read while others write.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(line)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *paper) logger() *slog.Logger { return slog.New(slog.NewTextHandler(p, nil)) }

func TestSender(t *testing.T) {
	t.Parallel()
	porttest.Sender(t, func(*testing.T) porttest.SenderUnderTest {
		p := &paper{}
		return porttest.SenderUnderTest{
			Sender: logsink.New(p.logger(), logsink.Options{}), Channel: domain.Email,
			Accepted: func(m domain.Message) int { return strings.Count(p.String(), "message="+m.ID+" ") },
		}
	})
}

func TestC5_LogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	messages := []domain.Message{
		{ID: "m1", Channel: domain.SMS, To: "+85261677528", Subject: "Sub 048213", Body: "Your code is 048213", Code: "048213", Dialect: "arita", Purpose: domain.PurposeLogin},
		{ID: "m2", Channel: domain.Email, To: "mei.lin@example.com", Subject: "Sub 048213", Body: "Your code is 048213", Code: "048213", Dialect: "arita", Purpose: domain.PurposeLogin},
	}
	for _, show := range []bool{false, true} {
		for _, m := range messages {
			p := &paper{}
			if err := logsink.New(p.logger(), logsink.Options{ShowCode: show}).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			line := p.String()
			for _, secret := range []string{m.To, m.Body, "Sub", "6167", "mei.lin"} {
				if strings.Contains(line, secret) {
					t.Errorf("the line %q holds %q", line, secret)
				}
			}
			if got := strings.Contains(line, "code=048213"); got != show || strings.Contains(line, "048213") != show {
				t.Errorf("ShowCode %t: %q", show, line)
			}
			for _, part := range []string{"level=INFO", "message=" + m.ID, "dialect=arita", "purpose=login", "channel=" + string(m.Channel)} {
				if !strings.Contains(line, part) {
					t.Errorf("the line %q lacks %q", line, part)
				}
			}
		}
	}
}
