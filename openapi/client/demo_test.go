package client_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/bigcity"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/openapi/client"
	"latchkey/openapi/contract"
)

// world is the real handlers behind a loopback address, with the accounts of --dev.
type world struct {
	*httpapitest.World
	url string
	// checked holds every exchange against the OpenAPI document.
	checked client.Option
}

// newWorld starts one.
func newWorld(t testing.TB) *world {
	t.Helper()
	return start(t, httpapi.Settings{})
}

// start starts a world with other settings of the rooms.
func start(t testing.TB, settings httpapi.Settings) *world {
	t.Helper()
	w := &world{World: httpapitest.New(t, func(w *httpapitest.World) { mount(t, w, settings) })}
	server := httptest.NewServer(w.Handler)
	t.Cleanup(server.Close)
	w.url, w.checked = server.URL, client.WithTransport(contract.Transport(t, server.Client().Transport))
	return w
}

// mount puts the rooms on a server.
func mount(t testing.TB, w *httpapitest.World, settings httpapi.Settings) {
	t.Helper()
	clients := httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}})
	err := bigcity.Mount(bigcity.Options{Server: w.Server, Core: w.Core, Issuer: httpapitest.PublicURL, Clients: clients, Settings: settings})
	if err != nil {
		t.Fatal(err)
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
