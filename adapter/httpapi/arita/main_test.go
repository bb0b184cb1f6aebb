package arita_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/arita"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

// TestMain wants every documented reply to have been played.
func TestMain(m *testing.M) {
	httpapitest.Main(m, "arita", map[string]string{})
}

func TestBodiesThatNoOperationTakes(t *testing.T) {
	t.Parallel()
	httpapitest.PlayBodies(t, "arita", with(httpapi.Settings{}))
}

func TestFailuresOfEveryOperation(t *testing.T) {
	t.Parallel()
	httpapitest.PlayFailures(t, "arita", with(httpapi.Settings{}), "GET /web/auth/refresh", "POST /web/auth/forgot-password/verify")
}

// Those two need a token or a cookie that is genuine.
func TestFailuresBehindGenuineTokens(t *testing.T) {
	t.Parallel()
	for status, err := range map[int]error{
		429: domain.LimitedFor(domain.CodeCallsLimited, time.Minute), 500: errors.New("the cause"), 503: domain.UnavailableBecause(errors.New("the cause")),
	} {
		w := &world{httpapitest.New(t, func(w *httpapitest.World) {
			core := *w.Core
			core.LoginByCode = failing[usecase.LoginByCodeIn, usecase.Grant]{err}
			core.RefreshSession = failing[usecase.RefreshSessionIn, usecase.Grant]{err}
			if err := arita.Mount(arita.Options{Server: w.Server, Core: &core}); err != nil {
				t.Fatal(err)
			}
		}), t}
		var sent struct{ Data struct{ OTPToken string } }
		reply := w.must(200, "POST", "/web/auth/forgot-password", body(map[string]any{"email": user}))
		if err := json.Unmarshal([]byte(reply.Body), &sent); err != nil {
			t.Fatal(err)
		}
		w.must(status, "POST", "/web/auth/forgot-password/verify", body(map[string]any{"otp": w.Code(user), "otpToken": sent.Data.OTPToken}))
		w.must(status, "GET", "/web/auth/refresh", "", cookieOf("x"))
	}
}
