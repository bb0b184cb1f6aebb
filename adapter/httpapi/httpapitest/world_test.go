package httpapitest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
	"latchkey/usecase"
)

// complaints notes what a World finds wrong, and lets the test go on.
type complaints struct {
	testing.TB
	found []string
}

func (c *complaints) Errorf(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// stop is what Fatalf ends a test with.
type stop struct{ text string }

// Fatalf ends the test by a panic, as the real one does by ending the goroutine.
func (c *complaints) Fatalf(format string, args ...any) { panic(stop{fmt.Sprintf(format, args...)}) }

// answering is a World whose health is what the handler says.
func answering(t testing.TB, handler gin.HandlerFunc) *World {
	return New(t, func(w *World) { w.Server.Handle(http.MethodGet, "/healthz", handler) })
}

func healthy(c *gin.Context) { c.String(http.StatusOK, `{"status":"ok"}`) }

func healthyJSON(c *gin.Context) {
	c.Header("Content-Type", "application/json")
	healthy(c)
}

// Every exchange is held against the document.
func TestDoChecksTheContract(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler gin.HandlerFunc
		path    string
		wrong   bool
	}{
		"documented":             {healthyJSON, "/healthz", false},
		"an unknown path's 404":  {healthyJSON, "/nowhere", false},
		"another content type":   {healthy, "/healthz", true},
		"an undocumented field":  {func(c *gin.Context) { c.JSON(200, gin.H{"status": "ok", "more": 1}) }, "/healthz", true},
		"a field missing":        {func(c *gin.Context) { c.JSON(200, gin.H{}) }, "/healthz", true},
		"an undocumented status": {func(c *gin.Context) { c.JSON(418, gin.H{"error": "x"}) }, "/healthz", true},
		"an undocumented header": {func(c *gin.Context) { c.Header("X-More", "1"); healthyJSON(c) }, "/healthz", true},
	} {
		notes := &complaints{TB: t}
		answering(notes, c.handler).Do("GET", c.path, "")
		if (len(notes.found) > 0) != c.wrong {
			t.Errorf("%s: %q", name, notes.found)
		}
	}
}

// What Do sends is what the caller says.
func TestDoSends(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	w := New(t, func(w *World) {
		w.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			got = r
			body, _ = io.ReadAll(r.Body)
			rw.Header().Set("Retry-After", "7")
			rw.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(rw, "no")
		})
	})
	reply := w.Do("POST", "/x?y=1", "text", "X-A: 1", "X-A:2", "Host: evil.example", "Content-Type: text/plain")
	if reply.Status != 404 || reply.Body != "no" || reply.Header.Get("Retry-After") != "7" {
		t.Errorf("%+v", reply)
	}
	if got.Method != "POST" || got.RequestURI != "/x?y=1" || string(body) != "text" || got.Host != "evil.example" ||
		fmt.Sprint(got.Header) != "map[Content-Type:[text/plain] X-A:[1 2]]" {
		t.Errorf("%s %s %s %s %v", got.Method, got.RequestURI, body, got.Host, got.Header)
	}
	for headers, want := range map[string]string{"": "application/json", "Content-Type: -": "", "Content-Type: a/b": "a/b"} {
		if w.Do("POST", "/x", "{}", headers); got.Header.Get("Content-Type") != want || got.Host != "login.example.com" {
			t.Errorf("%q: type %q, host %q", headers, got.Header.Get("Content-Type"), got.Host)
		}
	}
	if w.Do("GET", "/x", ""); got.Header.Get("Content-Type") != "" {
		t.Error("a request without a body has a type")
	}
}

var dialect = &usecase.Dialect{
	Name: "test", Codes: domain.DefaultCodePolicy(6),
	Templates: domain.Templates{domain.PurposeLogin: {"en": {SMS: "{{code}}"}}},
}

// send asks for a code by text message.
func send(t testing.TB, w *World, to string) {
	t.Helper()
	contact, err := domain.ParsePhone(to, "")
	if err != nil {
		t.Fatal(err)
	}
	in := usecase.IssueChallengeIn{Caller: usecase.Caller{Dialect: dialect}, Purpose: domain.PurposeLogin, Contact: contact}
	if _, err := w.Core.IssueChallenge.Execute(context.Background(), in); err != nil {
		t.Fatal(err)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	w := answering(t, healthyJSON)
	send(t, w, "+919800000045")
	first := w.Code("+919800000045")
	w.Clock.Advance(time.Minute)
	send(t, w, "+85261677528")
	send(t, w, "+919800000045")
	send(t, w, "+919800000099") // disabled
	sent := w.Messages("+919800000045")
	if len(sent) != 2 || sent[0].Code != first || len(first) != 6 || sent[1].Code != w.Code("+919800000045") || sent[1].Body != sent[1].Code {
		t.Errorf("%+v", sent)
	}
	for to, want := range map[string]int{"+85261677528": 1, "+919800000099": 0, "+919800000000": 0, "": 0} {
		if got := len(w.Messages(to)); got != want {
			t.Errorf("%d messages to %q", got, to)
		}
	}
	if w.Code("+919800000099") != "" {
		t.Error("a code for nobody")
	}
}

func TestActs(t *testing.T) {
	t.Parallel()
	w := answering(t, healthyJSON)
	disabled := func() bool {
		found, err := w.Core.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: "CUST12345"})
		if err != nil {
			t.Fatal(err)
		}
		return found.Account.Disabled
	}
	for _, act := range []struct {
		name string
		want bool
	}{{"disable", true}, {"enable", false}, {"revoke", false}, {"unlock", false}} {
		if w.Act(act.name, "CUST12345"); disabled() != act.want {
			t.Errorf("%s: disabled is %t", act.name, !act.want)
		}
	}
	for _, act := range []struct{ name, who string }{{"promote", "CUST12345"}, {"", "CUST12345"}, {"disable", "NOBODY"}, {"revoke", "NOBODY"}, {"unlock", ""}} {
		if text := fatal(func() { answering(&complaints{TB: t}, healthyJSON).Act(act.name, act.who) }); text == "" {
			t.Errorf("%q %q: done", act.name, act.who)
		}
	}
}

// fatal is what do stops with, empty when it does not.
func fatal(do func()) (text string) {
	defer func() {
		if stopped, ok := recover().(stop); ok {
			text = stopped.text
		}
	}()
	do()
	return ""
}

// The demo accounts are those that --dev has, and disabled ones.
func TestAccounts(t *testing.T) {
	t.Parallel()
	w := answering(t, healthyJSON)
	for who, disabled := range map[string]bool{
		"CUST12345": false, "+919800000045": false, "+85261677528": false, "+85261000001": false, "test@aritaone.com": false,
		"+919888888888": false, "johndoe@example.com": false,
		"CUSTDISABLED": true, "+85261000009": true, "disabled@aritaone.com": true, "+919888888899": true,
	} {
		found, err := w.Core.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: who})
		if err != nil || found.Account.Disabled != disabled {
			t.Errorf("%s: %v, disabled %t", who, err, found.Account.Disabled)
		}
	}
	if now := w.Clock.Now(); !now.Equal(Start) || !strings.HasPrefix(now.String(), "2026-01-02 03:04:05") {
		t.Errorf("the World begins at %s", now)
	}
}

// Many workers hand messages over: which comes first says nothing of which was issued first.
func TestMessagesInTheOrderOfIssue(t *testing.T) {
	t.Parallel()
	w := answering(t, healthyJSON)
	ctx := context.Background()
	for _, id := range []string{"older", "newer"} {
		err := w.Store.Atomic(ctx, func(tx usecase.Repositories) error {
			if err := tx.Outbox.Add(ctx, &usecase.OutboxMessage{ID: id}); err != nil {
				return err
			}
			return tx.Outbox.Remove(ctx, id)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"newer", "older"} {
		if err := w.Send(ctx, domain.Message{ID: id, To: "+85261677528", Code: id}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.Code("+85261677528"); got != "newer" {
		t.Errorf("the newest code is %q", got)
	}
}
