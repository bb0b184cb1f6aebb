package usecase_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"latchkey/adapter/secret"
	"latchkey/adapter/token/jwxtoken"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// world is a core over verified fakes, with real keys and tokens.
type world struct {
	*usecase.Core
	t       *testing.T
	store   *porttest.MemStore
	clock   *porttest.Clock
	random  *porttest.Random
	ports   usecase.Ports
	dialect *usecase.Dialect

	mutex    sync.Mutex
	sent     []domain.Message
	sendErrs []error // of the next attempts
	outcomes []string
}

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// hasher is shared by all worlds, and made before any of them: one that was made in a synctest bubble is of no use outside.
var hasher = secret.NewPasswordHasher(2, 1000)

func newWorld(t *testing.T, change ...func(p *usecase.Ports)) *world {
	t.Helper()
	w := &world{t: t, store: porttest.NewMemStore(), clock: porttest.NewClock(start), random: porttest.NewRandom()}
	secrets := [][]byte{[]byte("a secret of thirty-two bytes or more")}
	keyring, err := secret.NewKeyring(secrets)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := jwxtoken.New(jwxtoken.Options{Algorithm: "HS256", Secrets: secrets, Store: w.store, Sealer: keyring, Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := tokens.EnsureKey(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.ports = usecase.Ports{
		Store: w.store, Clock: w.clock, Random: w.random, Keyring: keyring, Passwords: hasher, Tokens: tokens,
		Limiter: noLimit{}, Senders: map[domain.Channel]usecase.Sender{domain.SMS: w, domain.Email: w}, Observer: w,
		Logger: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&w.ports)
	}
	w.Core = usecase.New(w.ports)
	w.dialect = newDialect("one")
	return w
}

func newDialect(name string) *usecase.Dialect {
	template := map[string]domain.Template{"en": {SMS: "{{code}}", Subject: "code", Text: "{{code}}"}}
	return &usecase.Dialect{
		Name: name, Codes: domain.DefaultCodePolicy(4), Refreshes: true,
		Lifetimes: domain.Lifetimes{Access: 15 * time.Minute, Idle: 24 * time.Hour, Absolute: 72 * time.Hour},
		Access:    usecase.TokenKind{Name: name + "-access"}, Reset: usecase.TokenKind{Name: name + "-reset"},
		Templates: domain.Templates{
			domain.PurposeLogin: template, domain.PurposeResetPassword: template, domain.PurposeChangeEmail: template,
			domain.PurposeChangePhone: template, domain.NoticeContactChanged: template, domain.NoticePasswordChanged: template,
			domain.NoticePasswordGenerated: template,
		},
		Claims: func(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any {
			return map[string]any{"sub": a.UUID, "iat": issued.Unix(), "exp": expires.Unix(), "sid": s.ID}
		},
	}
}

type noLimit struct{}

func (noLimit) Take(context.Context, usecase.LimitRule, string) time.Duration { return 0 }

// Send makes world the provider; the next of sendErrs is its answer.
func (w *world) Send(_ context.Context, m domain.Message) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(w.sendErrs) > 0 {
		err := w.sendErrs[0]
		w.sendErrs = w.sendErrs[1:]
		if err != nil {
			return err
		}
	}
	w.sent = append(w.sent, m)
	return nil
}

// Observe makes world the observer.
func (w *world) Observe(story, _, outcome string, _ time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.outcomes = append(w.outcomes, story+":"+outcome)
}

// told are the messages of a purpose. Many workers hand messages over, so that the last one sent need not be the last one issued.
func (w *world) told(purpose domain.Purpose) []domain.Message {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(w.sent), func(m domain.Message) bool { return m.Purpose != purpose })
}

func (w *world) caller() usecase.Caller { return usecase.Caller{Dialect: w.dialect} }

func (w *world) contact(raw string) domain.Contact {
	w.t.Helper()
	contact, err := domain.ParseContact(raw, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return contact
}

// account makes one.
func (w *world) account(change usecase.AccountChange) domain.Account {
	w.t.Helper()
	account, err := w.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Change: change})
	if err != nil {
		w.t.Fatal(err)
	}
	return account
}

// issue asks for a code that is "0427".
func (w *world) issue(raw string, change ...func(in *usecase.IssueChallengeIn)) (usecase.IssueChallengeOut, error) {
	w.t.Helper()
	w.random.Script("0427")
	in := usecase.IssueChallengeIn{Caller: w.caller(), Purpose: domain.PurposeLogin, Contact: w.contact(raw)}
	for _, c := range change {
		c(&in)
	}
	return w.IssueChallenge.Execute(context.Background(), in)
}

func (w *world) mustIssue(raw string, change ...func(in *usecase.IssueChallengeIn)) usecase.IssueChallengeOut {
	w.t.Helper()
	out, err := w.issue(raw, change...)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// login answers a code.
func (w *world) login(raw, handle, code string, change ...func(in *usecase.LoginByCodeIn)) (usecase.Grant, error) {
	w.t.Helper()
	in := usecase.LoginByCodeIn{Caller: w.caller(), Answer: usecase.Answer{Purpose: domain.PurposeLogin, Handle: handle, Contact: w.contact(raw), Code: code}}
	for _, c := range change {
		c(&in)
	}
	return w.LoginByCode.Execute(context.Background(), in)
}

// mustLogin is a whole login by code.
func (w *world) mustLogin(raw string) usecase.Grant {
	w.t.Helper()
	out := w.mustIssue(raw)
	grant, err := w.login(raw, out.Handle, "0427")
	if err != nil {
		w.t.Fatal(err)
	}
	return grant
}

func (w *world) authenticate(token string) error {
	_, err := w.Authenticate.Execute(context.Background(), usecase.AuthenticateIn{Caller: w.caller(), Token: token})
	return err
}

func wantCode(t *testing.T, err error, code domain.Code) {
	t.Helper()
	if !domain.HasCode(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

var errAway = errors.New("provider away")
