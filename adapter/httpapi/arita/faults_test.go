package arita_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/arita"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

// failing is a story that cannot be told.
type failing[In, Out any] struct{ err error }

func (f failing[In, Out]) Execute(context.Context, In) (Out, error) {
	var none Out
	if f.err == nil {
		panic("a mistake of ours")
	}
	return none, f.err
}

// broken mounts the room on a core whose every story fails with err, or panics when there is none.
func broken(t *testing.T, err error) *world {
	t.Helper()
	mount := func(w *httpapitest.World) {
		core := *w.Core
		core.IssueChallenge = failing[usecase.IssueChallengeIn, usecase.IssueChallengeOut]{err}
		core.LoginByCode = failing[usecase.LoginByCodeIn, usecase.Grant]{err}
		core.AuthenticatePassword = failing[usecase.AuthenticatePasswordIn, usecase.Grant]{err}
		core.Authenticate = failing[usecase.AuthenticateIn, usecase.Identity]{err}
		core.RefreshSession = failing[usecase.RefreshSessionIn, usecase.Grant]{err}
		core.RevokeSession = failing[usecase.RevokeSessionIn, usecase.Done]{err}
		if err := arita.Mount(arita.Options{Server: w.Server, Core: &core}); err != nil {
			panic(err)
		}
	}
	return &world{httpapitest.New(t, mount), t}
}

// What goes wrong on our side is told in the envelope, in both languages, without its cause, and changes no cookie.
func TestV1_OurFailures(t *testing.T) {
	t.Parallel()
	const secret = "the cause"
	rows := []struct {
		err              error
		status           int
		retry            string
		english, chinese string
	}{
		{domain.UnavailableBecause(errors.New(secret)), http.StatusServiceUnavailable, "1", "The service is temporarily unavailable", "服務暫時無法使用"},
		{domain.NewFault(domain.Unavailable, domain.CodeBusy), http.StatusServiceUnavailable, "", "The service is temporarily unavailable", "服務暫時無法使用"},
		{errors.New(secret), http.StatusInternalServerError, "", "Internal server error", "伺服器內部錯誤"},
		{nil, http.StatusInternalServerError, "", "Internal server error", "伺服器內部錯誤"},
	}
	for _, row := range rows {
		w := broken(t, row.err)
		requests := [][3]string{
			{"POST", "/web/auth/login", body(map[string]any{"email": user, "password": password})},
			{"GET", "/web/auth/refresh", ""},
			{"DELETE", "/web/auth/logout", ""},
			{"POST", "/web/auth/otp", sending(6, user)},
			{"POST", "/web/auth/otp", sending(4, user)},
			{"POST", "/web/auth/forgot-password", body(map[string]any{"email": user})},
			{"PUT", "/web/auth/password", "{}"},
			{"PUT", "/web/auth/email", "{}"},
			{"PUT", "/web/auth/phone", "{}"},
		}
		for _, request := range requests {
			for tag, text := range map[string]string{"en": row.english, "zh": row.chinese} {
				for _, credential := range []string{bearer("x"), cookieOf("x")} {
					reply := w.must(row.status, request[0], request[1], request[2], "Accept-Language: "+tag, credential)
					if want := `{"success":false,"message":"` + text + `","data":null}`; reply.Body != want {
						t.Errorf("%s %s: %s", request[0], request[1], reply.Body)
					}
					if reply.Header.Get("Retry-After") != row.retry || reply.Header.Get("Set-Cookie") != "" {
						t.Errorf("%s %s: %v", request[0], request[1], reply.Header)
					}
				}
			}
		}
	}
}

// A wrong setting stops the start.
func TestMountRefusesWrongSettings(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]httpapi.Settings{
		"code length": {CodeLength: 9}, "code lifetime": {CodeLifetime: 11 * 60 * 1e9}, "message without code": {Messages: map[string]domain.Template{"en": {SMS: "hello"}}},
	} {
		httpapitest.New(t, func(w *httpapitest.World) {
			if err := arita.Mount(arita.Options{Server: w.Server, Core: w.Core, Settings: settings}); err == nil {
				t.Errorf("%s: mounted", name)
			}
		})
	}
}
