package client_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/openapi/client"
)

const reader = "+919888888888"

func newBridgekeeper(t *testing.T, w *world, options ...client.Option) *client.Bridgekeeper {
	t.Helper()
	bridgekeeper, err := client.NewBridgekeeper(w.url, append([]client.Option{w.checked}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return bridgekeeper
}

// The session works in a cookie and in a header, by http on loopback and by https, and each is in one place only.
func TestBridgekeeper_Login(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		world   func(testing.TB) *world
		options []client.Option
	}{
		"cookie, http on loopback": {newWorld, nil},
		"cookie, https":            {newSecureWorld, nil},
		"header, http":             {newWorld, []client.Option{client.WithSessionHeader()}},
		"header, https":            {newSecureWorld, []client.Option{client.WithSessionHeader()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := test.world(t)
			watch := w.transport
			places := client.WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
				header, cookie := r.Header.Get("x-qt-auth") != "", strings.Contains(r.Header.Get("Cookie"), "qt-auth=")
				if (header || cookie) && header != strings.HasPrefix(name, "header") || header && cookie {
					t.Errorf("%s: in the header %v, in a cookie %v", r.URL.Path, header, cookie)
				}
				return watch.RoundTrip(r)
			}))
			bridgekeeper := newBridgekeeper(t, w, append(test.options, places)...)
			y := w.typed(reader, 1)
			session, err := bridgekeeper.Login(t.Context(), reader, y.ask)
			if err != nil {
				t.Fatal(err)
			}
			wants(t, y.prompts[1].LastErr, client.ErrWrongCode, 401)
			resumed := bridgekeeper.Resume(session.Save())
			for _, s := range []*client.BridgekeeperSession{session, resumed} {
				me, err := s.Me(t.Context())
				if err != nil || *me.Name != "John Doe" {
					t.Fatalf("me %+v, %v", me, err)
				}
			}
			for range 2 {
				if err := session.Logout(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			_, err = resumed.Me(t.Context())
			wants(t, err, client.ErrUnauthenticated, 401)
		})
	}
}

func TestBridgekeeper_ByMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session, err := newBridgekeeper(t, w).Login(t.Context(), "johndoe@example.com", w.typed("johndoe@example.com", 0).ask)
	if err != nil {
		t.Fatal(err)
	}
	if me, err := session.Me(t.Context()); err != nil || *me.Email != "johndoe@example.com" {
		t.Errorf("me %+v, %v", me, err)
	}
}

func TestBridgekeeper_SignUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bridgekeeper := newBridgekeeper(t, w)
	for _, contact := range []string{"+919777777777", "new@example.com"} {
		session, err := bridgekeeper.SignUp(t.Context(), contact, w.typed(contact, 1).ask)
		if err != nil {
			t.Fatal(err)
		}
		first, err := session.Me(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		session, err = bridgekeeper.Login(t.Context(), contact, w.typed(contact, 0).ask)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := session.Me(t.Context()); err != nil || second.ID != first.ID {
			t.Errorf("%s: signed up as %d, logged in as %+v, %v", contact, first.ID, second, err)
		}
	}
}

func TestBridgekeeper_Refusals(t *testing.T) {
	t.Parallel()
	bridgekeeper := newBridgekeeper(t, newWorld(t))
	for _, name := range []string{"nobody", "johndoe@example.com"} {
		_, err := bridgekeeper.LoginWithPassword(t.Context(), name, "some password")
		wants(t, err, client.ErrWrongPassword, 401)
	}
	wants(t, bridgekeeper.SendCode(t.Context(), "no number"), client.ErrInvalid, 400)
	if err := bridgekeeper.SendCode(t.Context(), reader); err != nil {
		t.Fatal(err)
	}
	wants(t, bridgekeeper.SendCode(t.Context(), reader), client.ErrTooMany, 429)
	_, err := bridgekeeper.Resume(client.Saved{}).Me(t.Context())
	wants(t, err, client.ErrUnauthenticated, 401)
}
