package main

import (
	"context"
	"errors"
	"testing"

	"latchkey/infrastructure/testdb"
	"latchkey/openapi/client"
)

// TestBoot_GoClient logs in through all four APIs with the Go client for users, and out where there is a way, each exchange held
// against the document. The first answer to each code is a wrong one.
func TestBoot_GoClient(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t)).serve("--dev")
	t.Run("bigcity", func(t *testing.T) { clientBigCity(t, n.visit(t)) })
	t.Run("goodcity", func(t *testing.T) { clientGoodCity(t, n.visit(t)) })
	t.Run("arita", func(t *testing.T) { clientArita(t, n.visit(t)) })
	t.Run("bridgekeeper", func(t *testing.T) { clientBridgekeeper(t, n.visit(t)) })
}

// typist types the newest code from the inbox of --dev, after a wrong one.
func (v *visitor) typist(to string) client.CodeFunc {
	return func(_ context.Context, p client.Prompt) (string, error) {
		code := inboxCode(v.t, v.api(), to)
		if p.Attempt == 1 {
			return wrongCode(v.t, code, 1), nil
		}
		if !errors.Is(p.LastErr, client.ErrWrongCode) {
			v.t.Errorf("asked again because of %v", p.LastErr)
		}
		return code, nil
	}
}

// loggedIn stops the test unless a login succeeded.
func loggedIn[Session any](t *testing.T, session Session, err error) Session {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func clientBigCity(t *testing.T, v *visitor) {
	bigcity, err := client.NewBigCity(v.url, "bigcity", "secret123", client.WithHTTPClient(v.http))
	if err != nil {
		t.Fatal(err)
	}
	session, err := bigcity.Login(t.Context(), "CUST12345", v.typist("+919800000045"))
	points, err := bigcity.Resume(loggedIn(t, session, err).Save()).Points(t.Context())
	if err != nil || points.BalancePoints != 3500 || session.Mobile() != "98XXXXXX45" {
		t.Errorf("%s has %+v, %v", session.Mobile(), points, err)
	}
}

func clientGoodCity(t *testing.T, v *visitor) {
	goodcity, err := client.NewGoodCity(v.url, client.WithHTTPClient(v.http))
	if err != nil {
		t.Fatal(err)
	}
	session, err := goodcity.Login(t.Context(), "+85261677528", v.typist("+85261677528"))
	profile, err := loggedIn(t, session, err).Profile(t.Context())
	if err != nil || *profile.UserProfile.Mobile != "61677528" {
		t.Errorf("the profile is %+v, %v", profile, err)
	}
}

func clientArita(t *testing.T, v *visitor) {
	arita, err := client.NewArita(v.url, client.WithHTTPClient(v.http))
	if err != nil {
		t.Fatal(err)
	}
	byPassword, err := arita.LoginWithPassword(t.Context(), "test@aritaone.com", "PasghWgf")
	loggedIn(t, byPassword, err)
	byCode, err := arita.Login(t.Context(), "test@aritaone.com", v.typist("test@aritaone.com"))
	for _, session := range []*client.AritaSession{byPassword, loggedIn(t, byCode, err)} {
		saved := session.Save()
		if err := session.Refresh(t.Context()); err != nil || session.Save().RefreshToken == saved.RefreshToken {
			t.Errorf("refresh: %v, or the refresh token is the old one", err)
		}
		resumed := arita.Resume(session.Save())
		if err := session.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		if err := resumed.Refresh(t.Context()); !errors.Is(err, client.ErrUnauthenticated) {
			t.Errorf("refresh after logout: %v", err)
		}
	}
}

func clientBridgekeeper(t *testing.T, v *visitor) {
	bridgekeeper, err := client.NewBridgekeeper(v.url, client.WithHTTPClient(v.http))
	if err != nil {
		t.Fatal(err)
	}
	session, err := bridgekeeper.Login(t.Context(), "+919888888888", v.typist("+919888888888"))
	me, err := loggedIn(t, session, err).Me(t.Context())
	if err != nil || *me.Name != "John Doe" {
		t.Errorf("me is %+v, %v", me, err)
	}
	if err := session.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := bridgekeeper.Resume(session.Save()).Me(t.Context()); !errors.Is(err, client.ErrUnauthenticated) {
		t.Errorf("me after logout: %v", err)
	}
}
