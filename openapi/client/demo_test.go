package client_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/arita"
	"latchkey/adapter/httpapi/bigcity"
	"latchkey/adapter/httpapi/bridgekeeper"
	"latchkey/adapter/httpapi/goodcity"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/openapi/client"
	"latchkey/openapi/contract"
)

// world is the real handlers behind a loopback address, with the accounts of --dev.
type world struct {
	*httpapitest.World
	url string
	// transport holds every exchange against the OpenAPI document; checked is the option with it.
	transport http.RoundTripper
	checked   client.Option
}

// newWorld starts one that users reach by http on loopback.
func newWorld(t testing.TB) *world {
	t.Helper()
	return start(t, "http://127.0.0.1", goodcity.EraDocumented)
}

// newSecureWorld starts one that users reach by https.
func newSecureWorld(t testing.TB) *world {
	t.Helper()
	return start(t, httpapitest.PublicURL, goodcity.EraDocumented)
}

// newCurrentWorld starts one whose GoodCity answers as the original does today.
func newCurrentWorld(t testing.TB) *world {
	t.Helper()
	return start(t, "http://127.0.0.1", goodcity.EraCurrent)
}

func start(t testing.TB, public, era string) *world {
	t.Helper()
	w := &world{World: httpapitest.New(t, func(w *httpapitest.World) {
		address, err := url.Parse(public)
		if err != nil {
			t.Fatal(err)
		}
		w.Server = httpapi.New(httpapi.Options{PublicURL: address, Logger: slog.New(slog.DiscardHandler), Now: w.Clock.Now})
		w.Handler = w.Server
		mount(t, w, era)
	})}
	server := httptest.NewUnstartedServer(w.Handler)
	if strings.HasPrefix(public, "https:") {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	w.url, w.transport = server.URL, contract.Transport(t, server.Client().Transport)
	w.checked = client.WithTransport(w.transport)
	return w
}

// mount puts all four rooms on a server.
func mount(t testing.TB, w *httpapitest.World, era string) {
	t.Helper()
	clients := httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}})
	for _, err := range []error{
		bigcity.Mount(bigcity.Options{Server: w.Server, Core: w.Core, Issuer: httpapitest.PublicURL, Clients: clients}),
		goodcity.Mount(goodcity.Options{Server: w.Server, Core: w.Core, Era: era}),
		arita.Mount(arita.Options{Server: w.Server, Core: w.Core}),
		bridgekeeper.Mount(bridgekeeper.Options{Server: w.Server, Core: w.Core, Issuer: httpapitest.PublicURL}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// wrong is another code of the same length.
func wrong(code string) string {
	last := len(code) - 1
	return code[:last] + string('0'+(code[last]-'0'+1)%10)
}

// example stands in for the *testing.T that examples do not have.
type example struct {
	testing.TB
	cleanups []func()
}

func (e *example) Helper()                   {}
func (e *example) Cleanup(f func())          { e.cleanups = append(e.cleanups, f) }
func (e *example) Errorf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (e *example) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (e *example) Fatal(a ...any)            { panic(fmt.Sprint(a...)) }
func (e *example) end() {
	for i := range e.cleanups {
		e.cleanups[len(e.cleanups)-1-i]()
	}
}

// demo starts a server for an example. code answers the newest code that was sent to an address; stop ends the server.
func demo() (server string, code func(to string) string, stop func()) {
	e := &example{}
	w := newWorld(e)
	return w.url, w.Code, e.end
}
