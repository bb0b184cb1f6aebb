package twilio_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/adapter/delivery/twilio"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// standIn answers as Twilio does.
type standIn struct {
	*httptest.Server
	stop chan struct{}

	mu        sync.Mutex
	behaviour porttest.Behaviour
	forms     []url.Values
	last      *http.Request
}

func newStandIn(t *testing.T) *standIn {
	s := &standIn{stop: make(chan struct{})}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() { close(s.stop); s.Close() })
	return s
}

func (s *standIn) open(t *testing.T, from string) *twilio.Sender {
	t.Helper()
	u, err := url.Parse("twilio://AC123:to%2Fken@" + s.Listener.Addr().String() + "?from=" + from)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := twilio.NewFromURL(u, twilio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func (s *standIn) behave(b porttest.Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

func (s *standIn) count(m domain.Message) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, form := range s.forms {
		if form.Get("To") == m.To && form.Get("Body") == m.Body {
			n++
		}
	}
	return n
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = r
	problem := func(status, code int) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "status": status, "message": fmt.Sprintf("cannot send %v", r.PostForm)})
	}
	switch s.behaviour {
	case porttest.Accepts:
		s.forms = append(s.forms, r.PostForm)
		w.WriteHeader(http.StatusCreated)
	case porttest.Refuses:
		problem(http.StatusBadRequest, 21211)
	case porttest.Fails:
		problem(http.StatusServiceUnavailable, 20503)
	case porttest.HangsUp:
		conn, _, _ := w.(http.Hijacker).Hijack()
		_, _ = fmt.Fprintf(conn, "%v\r\n", r.PostForm)
		_ = conn.Close()
	case porttest.Hangs:
		s.mu.Unlock()
		<-s.stop
		s.mu.Lock()
	}
}

func TestSender(t *testing.T) {
	t.Parallel()
	porttest.Sender(t, func(t *testing.T) porttest.SenderUnderTest {
		s := newStandIn(t)
		return porttest.SenderUnderTest{Sender: s.open(t, "+15005550006"), Channel: domain.SMS, Accepted: s.count, Behave: s.behave}
	})
}

func TestCallOnTheWire(t *testing.T) {
	t.Parallel()
	service := "MG" + strings.Repeat("0a", 16)
	for from, field := range map[string]string{"+15005550006": "From", "Latchkey": "From", service: "MessagingServiceSid", "MGM": "From"} {
		s := newStandIn(t)
		m := domain.Message{ID: "m1", Channel: domain.SMS, To: "+85261677528", Body: "碼 0482 & To=+1", Code: "0482"}
		if err := s.open(t, from).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]url.Values{{"To": {m.To}, "Body": {m.Body}, field: {from}}}, s.forms); diff != "" {
			t.Errorf("form (-want +got):\n%s", diff)
		}
		user, password, _ := s.last.BasicAuth()
		if s.last.Method != "POST" || s.last.URL.Path != "/2010-04-01/Accounts/AC123/Messages.json" || user != "AC123" || password != "to/ken" {
			t.Errorf("%s %s as %q %q", s.last.Method, s.last.URL, user, password)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	var status int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"code":21610,"message":"+85261677528 has unsubscribed"}`))
	}))
	t.Cleanup(server.Close)
	sender := (&standIn{Server: server}).open(t, "+1")
	for _, c := range []struct {
		verdict  string
		statuses []int
	}{
		{"accepted", []int{200, 201, 202}}, {"retried", []int{429, 500, 503}}, {"final", []int{301, 307, 400, 401, 403, 404, 422}},
	} {
		for _, status = range c.statuses {
			err := sender.Send(t.Context(), domain.Message{Channel: domain.SMS})
			verdict := "retried"
			if err == nil {
				verdict = "accepted"
			} else if errors.Is(err, usecase.ErrRefused) {
				verdict = "final"
			}
			if verdict != c.verdict {
				t.Errorf("%d is %s (%v), want %s", status, verdict, err, c.verdict)
			}
			if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("answered %d, code 21610", status)) {
				t.Errorf("the error %q does not tell status and cause", err)
			}
		}
	}
}

func TestOtherChannelsAreRefused(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	if err := s.open(t, "+1").Send(t.Context(), domain.Message{Channel: domain.Email}); !errors.Is(err, usecase.ErrRefused) || s.last != nil {
		t.Errorf("%v, want ErrRefused and no call", err)
	}
}

func TestNewFromURLNamesTheMistake(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"twilio://AC1:hunter2@":                         "from is missing",
		"twilio://AC1:hunter2@?from=":                   "from is missing",
		"twilio://AC1:hunter2@?form=+1":                 `"form"`,
		"twilio://AC1:hunter2@?from=%zz":                "question mark",
		"twilio://AC1@?from=+1":                         "auth token",
		"twilio://:hunter2@?from=+1":                    "account SID",
		"twilio://?from=+1":                             "auth token",
		"twilio://AC1:hunter2@api.twilio.com/x?from=+1": "path",
		"https://AC1:hunter2@api.twilio.com?from=+1":    "scheme",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = twilio.NewFromURL(u, twilio.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", address, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error %q repeats the token", err)
		}
	}
}
