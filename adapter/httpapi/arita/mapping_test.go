package arita

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
)

// An integer has lost its leading zeros; they come back, and nothing else becomes a code.
func TestReadCode(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`1234`: "1234", `427`: "0427", `27`: "0027", `7`: "0007", `0`: "0000",
		`"1234"`: "1234", `"0427"`: "0427", `"427"`: "0427", `"0"`: "0000", `"\u0031234"`: "1234",
	} {
		var otp gen.OTPCode
		if err := otp.UnmarshalJSON([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		if got, err := readCode(otp, 4); err != nil || got != want {
			t.Errorf("%s is read as %q, %v", raw, got, err)
		}
	}
	if _, err := readCode(gen.OTPCode{}, 4); domain.AsFault(err).Field != "otp" {
		t.Errorf("no otp: %v", err)
	}
}

// Every message is there in both languages and for both channels, with the code where it belongs and nowhere else.
func TestTemplates(t *testing.T) {
	t.Parallel()
	withCode := map[domain.Purpose]bool{
		domain.PurposeLogin: true, domain.PurposeResetPassword: true, domain.PurposeChangeEmail: true, domain.PurposeChangePhone: true,
		domain.NoticePasswordGenerated: true, domain.NoticePasswordChanged: false, domain.NoticeContactChanged: false,
	}
	all := templates()
	if len(all) != len(withCode) {
		t.Errorf("%d purposes instead of %d", len(all), len(withCode))
	}
	for purpose, want := range withCode {
		for _, tag := range []string{"en", chinese} {
			template := all[purpose][tag]
			for name, text := range map[string]string{"SMS": template.SMS, "Text": template.Text} {
				if text == "" || strings.Contains(text, "{{code}}") != want {
					t.Errorf("%s, %s, %s: %q", purpose, tag, name, text)
				}
			}
			if template.Subject == "" || strings.Contains(template.Subject, "{{") {
				t.Errorf("%s, %s: the subject is %q", purpose, tag, template.Subject)
			}
			if tag == "en" && len(template.SMS) > 153 || len([]rune(template.SMS)) > 153 {
				t.Errorf("%s, %s: a text message of %d characters", purpose, tag, len([]rune(template.SMS)))
			}
		}
	}
}

// Every refusal has words in both languages, which say nothing of the request but the name of a field.
func TestTexts(t *testing.T) {
	t.Parallel()
	for kind := domain.Internal; kind <= domain.Unavailable; kind++ {
		if got := textOf(domain.NewFault(kind, "unheard of")); got.english == "" || got.chinese == "" {
			t.Errorf("%s: %+v", kind, got)
		}
	}
	for code, got := range texts {
		if got.english == "" || got.chinese == "" || strings.HasSuffix(got.english, ".") {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

// A disabled account is not authenticated, and an account that is gone has no code: neither tells that there is or was one.
func TestE3_AccountsNotTold(t *testing.T) {
	t.Parallel()
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest("POST", "/web/auth/otp", nil)
	for fault, like := range map[*domain.Fault]*domain.Fault{
		domain.NewFault(domain.Forbidden, domain.CodeAccountDisabled): domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid),
		domain.NewFault(domain.NotFound, domain.CodeAccountUnknown):   domain.NewFault(domain.Unauthenticated, domain.CodeMismatch),
	} {
		got, want := words(c, fault), words(c, like)
		if got.Status != http.StatusUnauthorized || got.Status != want.Status || got.Body != want.Body || got.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %+v unlike %+v", fault.Code, got, want)
		}
	}
}

// K2: each sort of token has a key of its own, apart from every other dialect's.
func TestK2_KindsDiffer(t *testing.T) {
	t.Parallel()
	d, err := newDialect(Options{})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, kind := range []string{d.Access.Name, d.Reset.Name, otpTokens.Name} {
		if !strings.HasPrefix(kind, Name+"-") {
			t.Errorf("kind %q is not this dialect's", kind)
		}
		names[kind] = true
	}
	if len(names) != 3 {
		t.Errorf("kinds are %v", names)
	}
}
