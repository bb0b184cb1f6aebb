package bridgekeeper

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

func TestE1_LinksForKnownUnknownAndDisabledLookAlike(t *testing.T) {
	t.Parallel()
	for _, path := range []string{forgotPath, linkPath} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			for _, step := range []int{http.StatusOK, http.StatusTooManyRequests} {
				known := want(t, w, step, "POST", path, object(t, "email", johnsMail))
				for _, other := range []string{"nobody@example.com", "disabled@aritaone.com"} {
					got := want(t, w, step, "POST", path, object(t, "email", other))
					if diff := cmp.Diff(known, got); diff != "" {
						t.Errorf("%d for %s differs: %s", step, other, diff)
					}
					if w.Token(other) != "" {
						t.Errorf("%s got a link", other)
					}
				}
			}
			if w.Token(johnsMail) == "" {
				t.Error("the known address got none")
			}
		})
	}
}

// E3, for a code that sets a password: whoever the address belongs to.
func TestE3_OneErrorForEveryWrongReset(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	body := func(email, otp string) string {
		return object(t, "email", email, "otp", otp, "new-password", "correct horse")
	}
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", johnsMail))
	first := want(t, w, http.StatusUnauthorized, "POST", resetPath, body(johnsMail, wrong(w.Code(johnsMail))))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", "nobody@example.com", "always-send", true))
	for name, body := range map[string]string{
		"no code":          body("test@aritaone.com", "43210"),
		"unknown":          body("stranger@example.com", "43210"),
		"right, no user":   body("nobody@example.com", w.Code("nobody@example.com")),
		"disabled":         body("disabled@aritaone.com", "43210"),
		"of another shape": body(johnsMail, "4321"),
	} {
		if diff := cmp.Diff(first, w.Do("POST", resetPath, body)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// E4, as far as the web app allows: without the code, a known contact is answered like a free one.
func TestE4_SignUpByCode(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	for _, contact := range []string{john, stranger} {
		want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", contact, "always-send", true))
	}
	known := want(t, w, http.StatusUnauthorized, "POST", signupPath, object(t, "phone-number", john, "otp", wrong(w.Code(john))))
	free := want(t, w, http.StatusUnauthorized, "POST", signupPath, object(t, "phone-number", stranger, "otp", wrong(w.Code(stranger))))
	if diff := cmp.Diff(known, free); diff != "" {
		t.Error(diff)
	}
}

// All calls that take a code draw on the same three tries.
func TestT4_OneBudgetForAllCalls(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	token := logIn(t, w)
	w.Clock.Advance(time.Minute)
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", johnsMail))
	code := w.Code(johnsMail)
	verification := map[string]any{"verification-status": "email"}
	want(t, w, http.StatusUnauthorized, "POST", resetPath, object(t, "email", johnsMail, "otp", wrong(code), "new-password", "correct horse"))
	want(t, w, http.StatusUnauthorized, "POST", signupPath, object(t, "email", johnsMail, "otp", wrong(code)))
	want(t, w, http.StatusUnauthorized, "POST", updatePath, object(t, "otp", wrong(code), "user", verification), "X-Qt-Auth: "+token)
	want(t, w, http.StatusUnauthorized, "POST", loginPath, object(t, "email", johnsMail, "otp", code))
	want(t, w, http.StatusUnauthorized, "POST", resetPath, object(t, "email", johnsMail, "otp", code, "new-password", "correct horse"))
	want(t, w, http.StatusUnauthorized, "POST", updatePath, object(t, "otp", code, "user", verification), "X-Qt-Auth: "+token)
}

// C3: a code is good for one of the calls.
func TestC3_OneCallPerCode(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", johnsMail))
	code := w.Code(johnsMail)
	want(t, w, http.StatusOK, "POST", resetPath, object(t, "email", johnsMail, "otp", code, "new-password", "correct horse"))
	want(t, w, http.StatusUnauthorized, "POST", loginPath, object(t, "email", johnsMail, "otp", code))
	want(t, w, http.StatusUnauthorized, "POST", signupPath, object(t, "email", johnsMail, "otp", code))
}
