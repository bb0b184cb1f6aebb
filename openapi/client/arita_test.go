package client_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/openapi/client"
	"latchkey/openapi/client/api"
	"latchkey/openapi/contract"
)

const (
	portal         = "test@aritaone.com"
	portalPassword = "PasghWgf"
)

func newArita(t *testing.T, w *world, options ...client.Option) *client.Arita {
	t.Helper()
	arita, err := client.NewArita(w.url, append([]client.Option{w.checked}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return arita
}

func portalLogin(t *testing.T, arita *client.Arita) *client.AritaSession {
	t.Helper()
	session, err := arita.LoginWithPassword(t.Context(), portal, portalPassword)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// counting counts the requests to each path, and holds refreshes back until enough others have come.
type counting struct {
	next http.RoundTripper

	mutex   sync.Mutex
	paths   map[string]int
	enough  int           // of requests to set a password
	arrived chan struct{} // closed when they have come
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mutex.Lock()
	c.paths[r.URL.Path]++
	if c.enough > 0 && c.paths["/web/auth/password"] == c.enough && r.URL.Path == "/web/auth/password" {
		close(c.arrived)
	}
	c.mutex.Unlock()
	if c.enough > 0 && r.URL.Path == "/web/auth/refresh" {
		<-c.arrived
	}
	return c.next.RoundTrip(r)
}

func (c *counting) of(path string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.paths[path]
}

func count(t *testing.T) *counting {
	t.Helper()
	return &counting{next: contract.Transport(t, nil), paths: map[string]int{}}
}

func TestArita_Login(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	y := w.typed(portal, 1)
	session, err := newArita(t, w).Login(t.Context(), portal, y.ask)
	if err != nil {
		t.Fatal(err)
	}
	if len(y.prompts) != 2 || y.prompts[1].To != portal || session.Token() == "" {
		t.Errorf("prompts: %+v", y.prompts)
	}
	wants(t, y.prompts[1].LastErr, client.ErrWrongCode, 401)
	if err := session.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestArita_Refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arita := newArita(t, w)
	_, err := arita.LoginWithPassword(t.Context(), portal, "PasghWgF")
	wants(t, err, client.ErrWrongPassword, 401)
	if strings.Contains(err.Error(), "PasghWgF") {
		t.Errorf("%v tells the password", err)
	}
	_, err = arita.LoginWithPassword(t.Context(), "no address", portalPassword)
	wants(t, err, client.ErrInvalid, 400)
	_, err = arita.SendCode(t.Context(), "a name")
	wants(t, err, client.ErrInvalid, 400)
	if _, err = arita.SendCode(t.Context(), portal); err != nil {
		t.Fatal(err)
	}
	_, err = newArita(t, w, client.WithLanguage("zh-hk")).SendCode(t.Context(), portal)
	if failure := wants(t, err, client.ErrTooMany, 429); !strings.HasPrefix(failure.Message, "請求過於頻繁") || failure.RetryAfter <= 0 {
		t.Errorf("refusal %+v", failure)
	}
	err = arita.Resume(client.Saved{Token: "x.y.z"}).Refresh(t.Context())
	wants(t, err, client.ErrUnauthenticated, 401)
}

// Many calls find the access token too old at once. One refreshes it for all, and all get through.
func TestArita_ConcurrentCallsRefreshOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counted := count(t)
	session := portalLogin(t, newArita(t, w, client.WithTransport(counted)))
	stale := session.Token()
	w.Clock.Advance(16 * time.Minute)
	const calls = 10
	counted.enough, counted.arrived = calls, make(chan struct{})
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			// Whoever is logged in is told that the old password is missing; nobody else gets as far.
			response, err := session.API().SetPasswordWithResponse(t.Context(), nil, api.UserSetPasswordReqDTO{Password: new("abcdefg1")})
			if err != nil || response.StatusCode() != http.StatusBadRequest {
				t.Errorf("call %d: %+v, %v", i, response, err)
			}
		})
	}
	group.Wait()
	if got := counted.of("/web/auth/refresh"); got != 1 {
		t.Errorf("%d refreshes", got)
	}
	if got := counted.of("/web/auth/password"); got > 2*calls || got <= calls {
		t.Errorf("%d requests for %d calls", got, calls)
	}
	if session.Token() == stale || session.Token() == "" {
		t.Error("the token is the old one")
	}
}

// A refused refresh is not tried again, and the call's own refusal is what the caller sees.
func TestArita_EndedSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counted := count(t)
	session := portalLogin(t, newArita(t, w, client.WithTransport(counted)))
	w.Act("revoke", portal)
	for range 2 {
		failure := wants(t, session.ChangePassword(t.Context(), portalPassword, "abcdefg1"), client.ErrUnauthenticated, 401)
		if failure.Operation != "set password" {
			t.Errorf("operation %q", failure.Operation)
		}
	}
	if got := counted.of("/web/auth/refresh"); got != 1 {
		t.Errorf("%d refreshes", got)
	}
}

// A wrong old password is refused with the status of a token that has ended. It counts as a guess, and is sent once.
func TestArita_WrongOldPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counted := count(t)
	session := portalLogin(t, newArita(t, w, client.WithTransport(counted)))
	wants(t, session.ChangePassword(t.Context(), "PasghWgF", "abcdefg1"), client.ErrWrongPassword, 401)
	if sent, refreshed := counted.of("/web/auth/password"), counted.of("/web/auth/refresh"); sent != 1 || refreshed != 0 {
		t.Errorf("sent %d times, refreshed %d times", sent, refreshed)
	}
	wants(t, session.ChangePassword(t.Context(), portalPassword, "abcdefgh"), client.ErrInvalid, 400)
	w.Clock.Advance(16 * time.Minute)
	if err := session.ChangePassword(t.Context(), portalPassword, "abcdefg1"); err != nil {
		t.Fatal(err)
	}
	if sent, refreshed := counted.of("/web/auth/password"), counted.of("/web/auth/refresh"); sent != 4 || refreshed != 1 {
		t.Errorf("sent %d times, refreshed %d times", sent, refreshed)
	}
}

func TestArita_SaveAndLogout(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]*world{"http on loopback": newWorld(t), "https": newSecureWorld(t)} {
		arita := newArita(t, w)
		session := portalLogin(t, arita)
		first := session.Save()
		w.Clock.Advance(time.Hour)
		if err := session.Refresh(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file, err := json.Marshal(session.Save())
		if err != nil {
			t.Fatal(err)
		}
		var saved client.Saved
		if err := json.Unmarshal(file, &saved); err != nil {
			t.Fatal(err)
		}
		if saved.RefreshToken == "" || saved.RefreshToken == first.RefreshToken || saved.Token == first.Token {
			t.Errorf("%s: the refresh left %s", name, file)
		}
		w.Clock.Advance(time.Hour)
		resumed := arita.Resume(saved)
		wants(t, resumed.ChangeEmail(t.Context(), "new@aritaone.com", w.typed("new@aritaone.com", 1).ask), client.ErrForbidden, 403)
		if err := resumed.Logout(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := resumed.Refresh(t.Context()); err == nil || resumed.Save() != (client.Saved{}) {
			t.Errorf("%s: %v, and a saved session after the logout", name, err)
		}
		wants(t, arita.Resume(saved).Refresh(t.Context()), client.ErrUnauthenticated, 401)
	}
}

// The refresh cookie of a server with https goes over https only, and only to the paths of its API.
func TestArita_CookieStaysWhereItBelongs(t *testing.T) {
	t.Parallel()
	w := newSecureWorld(t)
	var leaked, refreshed atomic.Int32
	watch := w.transport
	arita := newArita(t, w, client.WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
		_, err := r.Cookie("refreshToken")
		switch {
		case r.URL.Path == "/web/auth/refresh" && err == nil:
			refreshed.Add(1)
		case !strings.HasPrefix(r.URL.Path, "/web/auth/") && err == nil:
			leaked.Add(1)
		}
		return watch.RoundTrip(r)
	})))
	session := portalLogin(t, arita)
	if err := session.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := session.API().SendPinWithResponse(t.Context(), nil, api.SendPinRequest{Mobile: donor}); err != nil {
		t.Fatal(err)
	}
	if refreshed.Load() != 1 || leaked.Load() != 0 {
		t.Errorf("the cookie went %d times to refresh and %d times elsewhere", refreshed.Load(), leaked.Load())
	}
	plain, err := client.NewArita("http://login.example.com", client.WithRetry(client.Retry{Attempts: 1}),
		client.WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
			onward := r.Clone(r.Context())
			onward.URL.Scheme, onward.URL.Host = "https", strings.TrimPrefix(w.url, "https://") // a proxy that is reached by http
			return watch.RoundTrip(onward)
		})))
	if err != nil {
		t.Fatal(err)
	}
	if saved := portalLogin(t, plain).Save(); saved.RefreshToken != "" || saved.Token == "" {
		t.Error("a secure cookie came out of a login by http")
	}
}

// roundTrip makes a transport of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestArita_ResetPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arita := newArita(t, w)
	before := portalLogin(t, arita)
	if err := arita.ResetPassword(t.Context(), portal, "brandnew1", w.typed(portal, 1).ask); err != nil {
		t.Fatal(err)
	}
	wants(t, before.Refresh(t.Context()), client.ErrUnauthenticated, 401)
	_, err := arita.LoginWithPassword(t.Context(), portal, portalPassword)
	wants(t, err, client.ErrWrongPassword, 401)
	if _, err := arita.LoginWithPassword(t.Context(), portal, "brandnew1"); err != nil {
		t.Error(err)
	}
	w.Clock.Advance(time.Minute)
	wants(t, arita.ResetPassword(t.Context(), portal, "letters", w.typed(portal, 0).ask), client.ErrInvalid, 400)
}

func TestArita_ChangeContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arita := newArita(t, w)
	session := portalLogin(t, arita)
	y := w.typed("+85261112222", 1)
	if err := session.ChangePhone(t.Context(), "+85261112222", y.ask); err != nil {
		t.Fatal(err)
	}
	wants(t, y.prompts[1].LastErr, client.ErrWrongCode, 401)
	if err := session.ChangeEmail(t.Context(), "new@aritaone.com", w.typed("new@aritaone.com", 0).ask); err != nil {
		t.Fatal(err)
	}
	if _, err := arita.LoginWithPassword(t.Context(), "new@aritaone.com", portalPassword); err != nil {
		t.Error(err)
	}
}

// The refusal of a token is told from that of a password by its words, in either language.
func TestArita_RefreshesInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "zh-hk"} {
		w := newWorld(t)
		session := portalLogin(t, newArita(t, w, client.WithLanguage(language)))
		w.Clock.Advance(16 * time.Minute)
		if err := session.ChangePassword(t.Context(), portalPassword, "abcdefg1"); err != nil {
			t.Errorf("%s: %v", language, err)
		}
	}
}
