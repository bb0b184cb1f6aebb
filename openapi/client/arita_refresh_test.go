package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// portal is a server that takes no access token and answers refreshes with this status.
func portal(t *testing.T, refresh int, body string) *Arita {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/web/auth/refresh" {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(refresh)
			fmt.Fprint(w, body)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"success":false,"message":"Please log in","data":null}`)
	}))
	t.Cleanup(server.Close)
	arita, err := NewArita(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return arita
}

// A refresh that fails for another reason than the end of the session is not taken for that end.
func TestAritaSession_RefreshFails(t *testing.T) {
	t.Parallel()
	const no = `{"success":false,"message":"no","data":null}`
	for _, test := range []struct {
		status    int
		body      string
		kind      error
		operation string
		after     time.Duration
	}{
		{429, no, ErrTooMany, "refresh", time.Minute},
		{503, no, ErrUnavailable, "refresh", time.Minute},
		{200, `{"success":true,"message":"","data":[]}`, ErrBadReply, "refresh", 0},
		{200, `{"success":true,"message":"","data":[{"accessToken":"also refused"}]}`, ErrUnauthenticated, "set password", 0},
		{401, no, ErrUnauthenticated, "set password", 0},
	} {
		session := portal(t, test.status, test.body).Resume(Saved{Token: "old", RefreshToken: "r"})
		err := session.ChangePassword(t.Context(), "old", "new")
		failure, ok := errors.AsType[*Error](err)
		if !ok || !errors.Is(err, test.kind) || failure.Operation != test.operation || failure.RetryAfter != test.after {
			t.Errorf("%d %s: %v (%+v)", test.status, test.body, err, failure)
		}
		if ended := session.ended != nil; ended != (test.status == 401) {
			t.Errorf("%d: the session has ended: %v", test.status, ended)
		}
	}
}

// Who waits for somebody else's refresh may stop waiting.
func TestAritaSession_RefreshIsAwaitedByContext(t *testing.T) {
	t.Parallel()
	session := portal(t, 401, "").Resume(Saved{Token: "old"})
	session.refresh <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := session.Refresh(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A caller who leaves in the middle of a refresh does not take along the refresh token that the server has just made.
func TestAritaSession_RefreshOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave()
		<-left
		http.SetCookie(w, &http.Cookie{Name: refreshCookie, Value: "new", Path: "/web/auth"})
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"success":true,"message":"","data":[{"accessToken":"fresh"}]}`)
	}))
	t.Cleanup(server.Close)
	arita, err := NewArita(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	session := arita.Resume(Saved{Token: "old", RefreshToken: "old"})
	if err := session.Refresh(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(left)
	session.refresh <- struct{}{} // once the refresh is over
	if saved := session.Save(); saved != (Saved{Token: "fresh", RefreshToken: "new"}) {
		t.Errorf("the session has %#v", map[string]string{"token": saved.Token, "refresh": saved.RefreshToken})
	}
}

// Behind a proxy that puts the APIs below a path, a session that was saved goes on.
func TestAritaSession_ResumedBelowAPath(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(refreshCookie)
		if err != nil || r.URL.Path != "/below/web/auth/refresh" {
			http.Error(w, "no cookie", http.StatusTeapot)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: refreshCookie, Value: cookie.Value + "+", Path: "/below/web/auth"})
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"success":true,"message":"","data":[{"accessToken":"fresh"}]}`)
	}))
	t.Cleanup(server.Close)
	arita, err := NewArita(server.URL + "/below")
	if err != nil {
		t.Fatal(err)
	}
	session := arita.Resume(Saved{Token: "old", RefreshToken: "r"})
	for _, want := range []string{"r+", "r++"} {
		if err := session.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := session.Save().RefreshToken; got != want {
			t.Errorf("the refresh token is %q, want %q", got, want)
		}
	}
}
