package inbox_test

import (
	"context"
	"encoding/json"
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
			for _, e := range b.List(m.To) {
				if e.ID == m.ID && e.Body == m.Body && e.Code == m.Code {
					n++
				}
			}
			return n
		}}
	})
}

func TestEntryAsJSON(t *testing.T) {
	t.Parallel()
	b := inbox.New(10, porttest.NewClock(now))
	fill(t, b, domain.Message{
		ID: "m1", Channel: domain.SMS, To: "+85261677528", Subject: "not shown", Body: "Your code is 0482", Code: "0482",
		Purpose: domain.PurposeLogin, Dialect: "goodcity", Locale: "en", ExpiresAt: now.Add(time.Hour),
	})
	got, err := json.Marshal(b.List(""))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"id":"m1","to":"+85261677528","channel":"sms","body":"Your code is 0482","code":"0482","dialect":"goodcity",` +
		`"purpose":"login","at":"2026-03-01T08:00:00.123456Z"}]`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	empty, err := json.Marshal(b.List("+85261000001"))
	if err != nil || string(empty) != "[]" {
		t.Errorf("nothing found is %s, want []", empty)
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
		if got := ids(b.List(to)); got != want {
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
	if got := ids(b.List("")); got != "99 98 97" {
		t.Errorf("kept %q", got)
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inbox.New(10, porttest.NewClock(now))
		fill(t, b, domain.Message{ID: "a", To: "x"})
		if got, err := b.Wait(t.Context(), "x", ""); err != nil || ids(got) != "a" {
			t.Errorf("what is there: %q, %v", ids(got), err)
		}
		if got, err := b.Wait(t.Context(), "x", "long gone"); err != nil || ids(got) != "a" {
			t.Errorf("after one no longer kept: %q, %v", ids(got), err)
		}
		got := make(chan string)
		for range 3 {
			go func() {
				entries, err := b.Wait(t.Context(), "x", "a")
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
		if _, err := b.Wait(ctx, "x", "c"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no news: %v", err)
		}
	})
}

func TestListIsACopy(t *testing.T) {
	t.Parallel()
	b := inbox.New(10, porttest.NewClock(now))
	fill(t, b, domain.Message{ID: "a", To: "x", Code: "1"})
	b.List("")[0].Code = "changed"
	if diff := cmp.Diff([]inbox.Entry{{ID: "a", To: "x", Code: "1", At: now}}, b.List("")); diff != "" {
		t.Error(diff)
	}
}
