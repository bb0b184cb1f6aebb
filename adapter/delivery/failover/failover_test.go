package failover_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/adapter/delivery/failover"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// provider is a sender in the test's hands.
type provider struct {
	mu        sync.Mutex
	behaviour porttest.Behaviour
	asked     int
	accepted  map[string]int
}

func (p *provider) Send(ctx context.Context, m domain.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	switch p.behaviour {
	case porttest.Refuses:
		return fmt.Errorf("answered 400: %w", usecase.ErrRefused)
	case porttest.Fails:
		return errors.New("answered 503")
	case porttest.HangsUp:
		return errors.New("cut off")
	case porttest.Hangs:
		<-ctx.Done()
		return ctx.Err()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if p.accepted == nil {
		p.accepted = map[string]int{}
	}
	p.accepted[m.ID]++
	return nil
}

func (p *provider) behave(b porttest.Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behaviour = b
}

func (p *provider) count(m domain.Message) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted[m.ID]
}

func TestSender(t *testing.T) {
	t.Parallel()
	t.Run("all alike", func(t *testing.T) {
		porttest.Sender(t, func(*testing.T) porttest.SenderUnderTest {
			a, b := &provider{}, &provider{}
			return porttest.SenderUnderTest{
				Sender: failover.New(a, b), Channel: domain.SMS,
				Behave:   func(behaviour porttest.Behaviour) { a.behave(behaviour); b.behave(behaviour) },
				Accepted: func(m domain.Message) int { return a.count(m) + b.count(m) },
			}
		})
	})
	t.Run("the first is away", func(t *testing.T) {
		porttest.Sender(t, func(*testing.T) porttest.SenderUnderTest {
			away, b := &provider{behaviour: porttest.Refuses}, &provider{}
			return porttest.SenderUnderTest{Sender: failover.New(away, b), Channel: domain.SMS, Behave: b.behave, Accepted: b.count}
		})
	})
}

func TestOrderAndVerdict(t *testing.T) {
	t.Parallel()
	const accepts, refuses, fails, hangs = porttest.Accepts, porttest.Refuses, porttest.Fails, porttest.Hangs
	for _, c := range []struct {
		row     []porttest.Behaviour
		asked   string
		verdict string
	}{
		{[]porttest.Behaviour{accepts, accepts}, "1 0", "accepted"},
		{[]porttest.Behaviour{refuses, accepts}, "1 1", "accepted"},
		{[]porttest.Behaviour{fails, accepts, accepts}, "1 1 0", "accepted"},
		{[]porttest.Behaviour{hangs, accepts}, "1 1", "accepted"},
		{[]porttest.Behaviour{hangs, hangs, accepts}, "1 1 1", "accepted"},
		{[]porttest.Behaviour{refuses, refuses}, "1 1", "final"},
		{[]porttest.Behaviour{refuses, fails}, "1 1", "retried"},
		{[]porttest.Behaviour{fails, refuses}, "1 1", "retried"},
		{[]porttest.Behaviour{hangs, refuses}, "1 1", "retried"},
		{[]porttest.Behaviour{hangs, hangs, hangs, hangs}, "1 1 1 0", "retried"},
		{[]porttest.Behaviour{refuses}, "1", "final"},
		{[]porttest.Behaviour{fails}, "1", "retried"},
	} {
		t.Run(fmt.Sprint(c.row), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var row []*provider
				var senders []usecase.Sender
				for _, behaviour := range c.row {
					row = append(row, &provider{behaviour: behaviour})
					senders = append(senders, row[len(row)-1])
				}
				ctx, cancel := context.WithTimeout(t.Context(), 14*time.Second)
				defer cancel()
				err := failover.New(senders...).Send(ctx, domain.Message{ID: "m"})
				verdict := "retried"
				if err == nil {
					verdict = "accepted"
				} else if errors.Is(err, usecase.ErrRefused) {
					verdict = "final"
				}
				var asked []string
				for _, p := range row {
					asked = append(asked, fmt.Sprint(p.asked))
				}
				if got := strings.Join(asked, " "); got != c.asked || verdict != c.verdict {
					t.Errorf("asked %s, %s (%v), want %s, %s", got, verdict, err, c.asked, c.verdict)
				}
			})
		})
	}
}

func TestErrorTellsEachProvider(t *testing.T) {
	t.Parallel()
	err := failover.New(&provider{behaviour: porttest.Refuses}, &provider{behaviour: porttest.Fails}).Send(t.Context(), domain.Message{})
	want := "provider 1 of 2: answered 400: refused by the provider; provider 2 of 2: answered 503"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
