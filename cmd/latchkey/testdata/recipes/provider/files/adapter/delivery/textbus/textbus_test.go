package textbus_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"latchkey/adapter/delivery/textbus"
	"latchkey/domain"
	"latchkey/usecase/porttest"
)

// gateway answers as Textbus does.
type gateway struct {
	stop      chan struct{}
	mutex     sync.Mutex
	behaviour porttest.Behaviour
	forms     []url.Values
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch g.behaviour {
	case porttest.Accepts:
		g.forms = append(g.forms, r.PostForm)
	case porttest.Refuses:
		http.Error(w, fmt.Sprint(r.PostForm), http.StatusUnprocessableEntity)
	case porttest.Fails:
		http.Error(w, fmt.Sprint(r.PostForm), http.StatusBadGateway)
	case porttest.HangsUp:
		panic(http.ErrAbortHandler)
	case porttest.Hangs:
		g.mutex.Unlock()
		<-g.stop
		g.mutex.Lock()
	}
}

func (g *gateway) behave(b porttest.Behaviour) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.behaviour = b
}

func (g *gateway) accepted(m domain.Message) (n int) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for _, form := range g.forms {
		if form.Get("to") == m.To && form.Get("text") == m.Body {
			n++
		}
	}
	return n
}

func TestSender(t *testing.T) {
	t.Parallel()
	porttest.Sender(t, func(t *testing.T) porttest.SenderUnderTest {
		g := &gateway{stop: make(chan struct{})}
		server := httptest.NewServer(g)
		t.Cleanup(func() { close(g.stop); server.Close() })
		address, err := url.Parse("textbus://acme:hunter2@" + server.Listener.Addr().String() + "?from=Latchkey")
		if err != nil {
			t.Fatal(err)
		}
		sender, err := textbus.NewFromURL(address)
		if err != nil {
			t.Fatal(err)
		}
		return porttest.SenderUnderTest{Sender: sender, Channel: domain.SMS, Accepted: g.accepted, Behave: g.behave}
	})
}

func TestNewFromURLNamesTheMistake(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"textbus://acme:hunter2@?from=x", "textbus://acme@h?from=x", "textbus://:hunter2@h?from=x", "textbus://acme:hunter2@h"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := textbus.NewFromURL(u); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
