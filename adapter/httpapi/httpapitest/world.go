package httpapitest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/secret"
	"latchkey/adapter/token/jwxtoken"
	"latchkey/domain"
	"latchkey/infrastructure/random"
	"latchkey/openapi/contract"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// Start is when every World begins.
var Start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// PublicURL is where users see the server of a World.
const PublicURL = "https://login.example.com"

// World is a server and everything around it.
type World struct {
	Server  *httpapi.Server
	Core    *usecase.Core
	Clock   *porttest.Clock
	Store   usecase.Store
	Handler http.Handler

	t        testing.TB
	contract *contract.Contract
	mutex    sync.Mutex
	messages []domain.Message
	issued   *issueOrder
}

// passwords is shared by all worlds: hashing is dear, and its places are per process.
var passwords = sync.OnceValue(func() *secret.PasswordHasher { return secret.NewPasswordHasher(2, 1000) })

// document is read once.
var document = sync.OnceValues(contract.Load)

// New builds a World; mount puts the rooms on its Server.
func New(t testing.TB, mount func(w *World)) *World {
	t.Helper()
	contract, err := document()
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Clock: porttest.NewClock(Start), t: t, contract: contract}
	w.issued = &issueOrder{MemStore: porttest.NewMemStore(), at: map[string]int{}}
	w.Store = w.issued
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	keyring, err := secret.NewKeyring([][]byte{[]byte("a secret of thirty-two bytes or more")})
	if err != nil {
		t.Fatal(err)
	}
	tokens := NewTokens(t, w.Store, keyring, w.Clock)
	senders := map[domain.Channel]usecase.Sender{domain.SMS: w, domain.Email: w}
	w.Core = usecase.New(usecase.Ports{
		Store: w.Store, Clock: w.Clock, Random: random.System{}, Keyring: keyring, Passwords: passwords(), Tokens: tokens,
		Limiter: unlimited{}, Senders: senders, Observer: unobserved{}, Logger: logger,
	})
	public, err := url.Parse(PublicURL)
	if err != nil {
		t.Fatal(err)
	}
	w.Server = httpapi.New(httpapi.Options{PublicURL: public, Logger: logger, Now: w.Clock.Now})
	w.Handler = w.Server
	mount(w)
	w.addAccounts()
	w.deliver()
	return w
}

// NewTokens is a signer with one HS256 key.
func NewTokens(t testing.TB, store usecase.Store, keyring *secret.Keyring, clock usecase.Clock) *jwxtoken.Signer {
	t.Helper()
	tokens, err := jwxtoken.New(jwxtoken.Options{
		Algorithm: "HS256", Secrets: [][]byte{[]byte("a secret of thirty-two bytes or more")}, Store: store, Sealer: keyring, Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tokens.EnsureKey(context.Background()); err != nil {
		t.Fatal(err)
	}
	return tokens
}

type unlimited struct{}

func (unlimited) Take(context.Context, usecase.LimitRule, string) time.Duration { return 0 }

type unobserved struct{}

func (unobserved) Observe(string, string, string, time.Duration) {}

// deliver runs the dispatcher until the test ends.
func (w *World) deliver() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Core.Dispatcher.Run(ctx)
	}()
	w.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// Send makes World the provider for all channels.
func (w *World) Send(_ context.Context, m domain.Message) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.messages = append(w.messages, m)
	return nil
}

// Settle waits until everything that was issued has been handed over.
func (w *World) Settle() {
	w.t.Helper()
	tick, late := time.NewTicker(200*time.Microsecond), time.After(10*time.Second)
	defer tick.Stop()
	for {
		waiting, _, err := w.Store.Reader().Outbox.Stats(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		select {
		case <-late:
			w.t.Fatalf("%d messages still wait in the outbox", waiting)
		case <-tick.C:
		}
	}
}

// Messages are those sent to an address, newest last: in the order of being issued, since many workers hand them over at once.
func (w *World) Messages(to string) []domain.Message {
	w.Settle()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var sent []domain.Message
	for _, m := range w.messages {
		if m.To == to {
			sent = append(sent, m)
		}
	}
	slices.SortStableFunc(sent, func(a, b domain.Message) int { return w.issued.of(a.ID) - w.issued.of(b.ID) })
	return sent
}

// Code is the newest code sent to an address, empty when there is none.
func (w *World) Code(to string) string {
	sent := w.Messages(to)
	for i := len(sent) - 1; i >= 0; i-- {
		if sent[i].Code != "" {
			return sent[i].Code
		}
	}
	return ""
}

// Token is the token in the newest link sent to an address, empty when there is none.
func (w *World) Token(to string) string {
	sent := w.Messages(to)
	for i := len(sent) - 1; i >= 0; i-- {
		if found := linkToken.FindStringSubmatch(sent[i].Body); found != nil {
			return found[1]
		}
	}
	return ""
}

var linkToken = regexp.MustCompile(`https://\S*[?&]token=([A-Za-z0-9._-]+)`)

// Reply is what the server answered.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Do makes a request as if it came over https, and checks the exchange against the OpenAPI document. Headers are
// "Name: value".
func (w *World) Do(method, path, body string, headers ...string) *Reply {
	w.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Host = "login.example.com"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ":")
		request.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
		request.Header.Del("Host")
	}
	if request.Header.Get("Content-Type") == "-" {
		request.Header.Del("Content-Type")
	} else if body != "" && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	sent := request.Clone(request.Context())
	recorder := httptest.NewRecorder()
	w.Handler.ServeHTTP(recorder, request)
	reply := &Reply{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String()}
	if method != http.MethodOptions {
		w.note(sent, reply)
		if err := w.contract.CheckExchange(sent, []byte(body), reply.Status, reply.Header, []byte(reply.Body)); err != nil {
			w.t.Errorf("%s %s is against the document: %v", method, path, err)
		}
	}
	return reply
}
