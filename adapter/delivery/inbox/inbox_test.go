package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/adapter/delivery/inbox"
	"latchkey/domain"
	"latchkey/usecase/porttest"
)

var now = time.Date(2026, 3, 1, 8, 0, 0, 123456000, time.UTC)

func fill(t *testing.T, b *inbox.Inbox, messages ...domain.Message) {
	t.Helper()
	for _, m := range messages {
		if err := b.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func ids(entries []inbox.Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return strings.Join(all, " ")
}

func TestSender(t *testing.T) {
	t.Parallel()
	porttest.Sender(t, func(*testing.T) porttest.SenderUnderTest {
		b := inbox.New(100, porttest.NewClock(now))
		return porttest.SenderUnderTest{Sender: b, Channel: domain.SMS, Accepted: func(m domain.Message) (n int) {
			for _, e := range b.List(inbox.Query{To: m.To}) {
				if e.ID == m.ID && e.Body == m.Body && e.Code == m.Code {
					n++
				}
			}
			return n
		}}
	})
}

func TestKeepsTheWholeMessage(t *testing.T) {
	t.Parallel()
	b := inbox.New(10, porttest.NewClock(now))
	m := domain.Message{
		ID: "m1", Channel: domain.Email, To: "mei@example.com", Subject: "Your code", Body: "Your code is 0482", Code: "0482",
		Purpose: domain.PurposeLogin, Dialect: "goodcity", Locale: "en", CreatedAt: now.Add(-time.Second), ExpiresAt: now.Add(time.Hour),
	}
	fill(t, b, m)
	if got, ok := b.Find("m1"); !ok || got != (inbox.Entry{Message: m, At: now}) {
		t.Errorf("%v %+v", ok, got)
	}
	if got, ok := b.Find("m2"); ok {
		t.Errorf("found %+v", got)
	}
	if none := b.List(inbox.Query{To: "+85261000001"}); none == nil || len(none) > 0 {
		t.Errorf("nothing found is %#v, want an empty slice", none)
	}
}

// What can still be used is a code or a link, until its end.
func TestUseful(t *testing.T) {
	t.Parallel()
	clock := porttest.NewClock(now)
	b := inbox.New(10, clock)
	fill(t, b,
		domain.Message{ID: "code", Code: "1", ExpiresAt: now.Add(time.Minute)}, domain.Message{ID: "link", Body: "see https://x", ExpiresAt: now.Add(2 * time.Minute)},
		domain.Message{ID: "notice", Body: "changed", ExpiresAt: now.Add(time.Hour)}, domain.Message{ID: "old", Code: "1", ExpiresAt: now})
	for _, want := range []string{"link code", "link", ""} {
		if got := ids(b.List(inbox.Query{Useful: true})); got != want {
			t.Errorf("at %v: %q, want %q", clock.Now(), got, want)
		}
		clock.Advance(time.Minute)
	}
	if got := ids(b.List(inbox.Query{})); got != "old notice link code" {
		t.Errorf("all: %q", got)
	}
}

func TestListFiltersByAddress(t *testing.T) {
	t.Parallel()
	b := inbox.New(10, porttest.NewClock(now))
	fill(t, b,
		domain.Message{ID: "a", Channel: domain.SMS, To: "+85261677528"}, domain.Message{ID: "b", Channel: domain.Email, To: "mei@example.com"},
		domain.Message{ID: "c", Channel: domain.SMS, To: "+85261677528"}, domain.Message{ID: "d", Channel: domain.SMS, To: "0000 test"})
	for to, want := range map[string]string{
		"": "d c b a", "+85261677528": "c a", " 85261677528": "c a", "85261677528": "c a", "+852 6167-7528": "c a", "Mei@EXAMPLE.com ": "b",
		"0000 test": "d", "+85261000001": "", "528": "", "mei": "",
	} {
		if got := ids(b.List(inbox.Query{To: to})); got != want {
			t.Errorf("to %q: %q, want %q", to, got, want)
		}
	}
}

func TestKeepsTheNewest(t *testing.T) {
	t.Parallel()
	b := inbox.New(3, porttest.NewClock(now))
	for i := range 100 {
		fill(t, b, domain.Message{ID: fmt.Sprint(i), To: "x"})
	}
	fill(t, b, domain.Message{ID: "98", To: "a second copy"})
	if got := ids(b.List(inbox.Query{})); got != "99 98 97" {
		t.Errorf("kept %q", got)
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inbox.New(10, porttest.NewClock(now))
		fill(t, b, domain.Message{ID: "a", To: "x"})
		if got, err := b.Wait(t.Context(), inbox.Query{To: "x", After: ""}); err != nil || ids(got) != "a" {
			t.Errorf("what is there: %q, %v", ids(got), err)
		}
		if got, err := b.Wait(t.Context(), inbox.Query{To: "x", After: "long gone"}); err != nil || ids(got) != "a" {
			t.Errorf("after one no longer kept: %q, %v", ids(got), err)
		}
		got := make(chan string)
		for range 3 {
			go func() {
				entries, err := b.Wait(t.Context(), inbox.Query{To: "x", After: "a"})
				got <- fmt.Sprint(ids(entries), err)
			}()
		}
		fill(t, b, domain.Message{ID: "b", To: "somebody else"})
		synctest.Wait()
		select {
		case early := <-got:
			t.Errorf("came back with %q", early)
		default:
		}
		fill(t, b, domain.Message{ID: "c", To: "x"})
		for range 3 {
			if entries := <-got; entries != "c<nil>" {
				t.Errorf("news: %q, want c", entries)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := b.Wait(ctx, inbox.Query{To: "x", After: "c"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no news: %v", err)
		}
	})
}

func TestListIsACopy(t *testing.T) {
	t.Parallel()
	b := inbox.New(10, porttest.NewClock(now))
	fill(t, b, domain.Message{ID: "a", To: "x", Code: "1"})
	b.List(inbox.Query{})[0].Code = "changed"
	if diff := cmp.Diff([]inbox.Entry{{Message: domain.Message{ID: "a", To: "x", Code: "1"}, At: now}}, b.List(inbox.Query{})); diff != "" {
		t.Error(diff)
	}
}
