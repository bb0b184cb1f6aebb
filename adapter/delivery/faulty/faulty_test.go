package faulty_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"latchkey/adapter/delivery/faulty"
	"latchkey/adapter/delivery/inbox"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

var now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

const mei = "+85261677528"

func ids(b *inbox.Inbox) string {
	var all []string
	for _, e := range b.List(inbox.Query{}) {
		all = append(all, e.ID)
	}
	return strings.Join(all, " ")
}

func set(t *testing.T, s *faulty.Sender, f faulty.Faults) {
	t.Helper()
	if err := s.Set(f); err != nil {
		t.Fatal(err)
	}
}

// The suite of every Sender. A provider here fails in one way only, so hanging up and hanging are failing.
func TestSender(t *testing.T) {
	t.Parallel()
	porttest.Sender(t, func(t *testing.T) porttest.SenderUnderTest {
		b := inbox.New(100, porttest.NewClock(now))
		s := faulty.New(b, porttest.NewClock(now))
		return porttest.SenderUnderTest{
			Sender: s, Channel: domain.SMS,
			Accepted: func(m domain.Message) int { return len(b.List(inbox.Query{To: m.To})) },
			Behave: func(behaviour porttest.Behaviour) {
				set(t, s, faulty.Faults{
					Refused: behaviour == porttest.Refuses,
					Failing: behaviour == porttest.Fails || behaviour == porttest.HangsUp || behaviour == porttest.Hangs,
				})
			},
		}
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults faulty.Faults
		want   string // arrived, newest first
		err    error
	}{
		"none":                     {faulty.Faults{}, "m", nil},
		"lost":                     {faulty.Faults{Lost: true}, "", nil},
		"twice":                    {faulty.Faults{Twice: true}, "m-again m", nil},
		"refused":                  {faulty.Faults{Refused: true, Twice: true, Late: time.Hour}, "", usecase.ErrRefused},
		"late":                     {faulty.Faults{Late: time.Second}, "", nil},
		"lost for this address":    {faulty.Faults{Lost: true, To: "+852 6167-7528"}, "", nil},
		"lost for another address": {faulty.Faults{Lost: true, To: "mei@example.com"}, "m", nil},
	} {
		clock := porttest.NewClock(now)
		b := inbox.New(10, clock)
		s := faulty.New(b, clock)
		set(t, s, c.faults)
		err := s.Send(t.Context(), domain.Message{ID: "m", To: mei})
		if got := ids(b); got != c.want || !errors.Is(err, c.err) || (c.err == nil) != (err == nil) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		// Another attempt at the same message is no news.
		_ = s.Send(t.Context(), domain.Message{ID: "m", To: mei})
		if got := ids(b); got != c.want {
			t.Errorf("%s, once more: %q", name, got)
		}
	}
}

func TestFaultsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := faulty.New(inbox.New(1, porttest.NewClock(now)), porttest.NewClock(now))
	set(t, s, faulty.Faults{Twice: true, To: " Mei@EXAMPLE.com "})
	for field, wrong := range map[string][]faulty.Faults{
		"late": {{Late: -1}, {Late: faulty.MostLate + 1}},
		"lost": {{Lost: true, Refused: true}, {Lost: true, Failing: true}, {Refused: true, Failing: true}},
		"to":   {{To: "nobody"}, {To: "123"}},
	} {
		for _, f := range wrong {
			if err := s.Set(f); domain.AsFault(err).Field != field {
				t.Errorf("%+v: %v, want a complaint about %s", f, err, field)
			}
		}
	}
	if got := s.Faults(); got != (faulty.Faults{Twice: true, To: "mei@example.com"}) {
		t.Errorf("a wrong wish left %+v", got)
	}
}

// Late messages come by themselves when their time has come, each in its turn, whatever the faults are by then.
func TestLateMessagesComeInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := bubbleClock{}
		b := inbox.New(10, clock)
		s := faulty.New(b, clock)
		for i, late := range []time.Duration{5 * time.Second, 2 * time.Second, 0} {
			set(t, s, faulty.Faults{Late: late, Twice: i == 1})
			if err := s.Send(t.Context(), domain.Message{ID: fmt.Sprint(i), To: mei}); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []string{"2", "2", "1-again 1 2", "1-again 1 2", "1-again 1 2", "0 1-again 1 2"} {
			synctest.Wait()
			if got := ids(b); got != want {
				t.Errorf("arrived %q, want %q", got, want)
			}
			time.Sleep(time.Second)
		}
	})
}

type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Release is for a clock that was moved: real time does not pass.
func TestLateMessagesComeWhenTheClockWasMoved(t *testing.T) {
	t.Parallel()
	clock := porttest.NewClock(now)
	b := inbox.New(10, clock)
	s := faulty.New(b, clock)
	for i, late := range []time.Duration{2 * time.Hour, time.Hour, 3 * time.Hour} {
		set(t, s, faulty.Faults{Late: late})
		if err := s.Send(t.Context(), domain.Message{ID: fmt.Sprint(i), To: mei}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		by   time.Duration
		want string
	}{{time.Hour - time.Second, ""}, {time.Hour + time.Second, "0 1"}, {time.Hour, "2 0 1"}} {
		clock.Advance(c.by)
		s.Release()
		if got := ids(b); got != c.want {
			t.Errorf("at %v arrived %q, want %q", clock.Now(), got, c.want)
		}
	}
}

func TestLateMessagesAreBounded(t *testing.T) {
	t.Parallel()
	clock := porttest.NewClock(now)
	b := inbox.New(10, clock)
	s := faulty.New(b, clock)
	set(t, s, faulty.Faults{Late: time.Hour})
	for i := range 2_000 {
		if err := s.Send(t.Context(), domain.Message{ID: fmt.Sprint(i), To: mei}); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := s.Send(t.Context(), domain.Message{ID: "more", To: mei}); err == nil || errors.Is(err, usecase.ErrRefused) {
		t.Errorf("one more: %v", err)
	}
	clock.Advance(time.Hour)
	s.Release()
	if err := s.Send(t.Context(), domain.Message{ID: "more", To: mei}); err != nil {
		t.Errorf("when they have gone: %v", err)
	}
}
