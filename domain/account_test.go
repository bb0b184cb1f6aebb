package domain

import (
	"strings"
	"testing"
	"time"
)

func TestAccountValidate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		account Account
		field   string
	}{
		{"customer", Account{CustomerID: "CUST12345"}, ""},
		{"4-byte letters", Account{Phone: "+85261677528", FirstName: "𠮷野家"}, ""},
		{"nobody", Account{FirstName: "A"}, "customer_id, mobile, email or username"},
		{"V5 line break in a name", Account{Phone: "+85261677528", FirstName: "A\r\nBcc: x"}, "first_name"},
		{"V5 reordering letters", Account{Phone: "+85261677528", LastName: "A\u202eB"}, "last_name"},
		{"V5 NUL", Account{Phone: "+85261677528", Name: "A\x00"}, "name"},
		{"broken UTF-8", Account{CustomerID: "\xff"}, "customer_id"},
		{"endless", Account{CustomerID: strings.Repeat("x", 65)}, "customer_id"},
		{"negative points", Account{CustomerID: "C", PointsEarned: -1}, "points_earned"},
		{"negative balance", Account{CustomerID: "C", PointsBalance: -1}, "balance_points"},
	} {
		err := test.account.Validate()
		if test.field == "" && err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if test.field != "" && (!HasCode(err, CodeMalformed) || AsFault(err).Field != test.field) {
			t.Errorf("%s: got %v, want field %q", test.name, err, test.field)
		}
	}
}

func TestAccountContacts(t *testing.T) {
	t.Parallel()
	a := Account{Phone: "+85261677528"}
	if a.MarkVerified(SMS) != true || a.MarkVerified(SMS) != false || !a.PhoneVerified || a.EmailVerified {
		t.Errorf("verified wrongly: %+v", a)
	}
	a.SetContact(RestoreContact(Email, "a@example.com"))
	if a.Email != "a@example.com" || !a.EmailVerified || a.Phone != "+85261677528" {
		t.Errorf("contacts: %+v", a)
	}
	if got := a.Identifiers(); len(got) != 2 || got[0] != ContactIdentifier(a.PhoneContact()) || got[1] != ContactIdentifier(a.EmailContact()) {
		t.Errorf("identifiers: %v", got)
	}
}

func TestPasswordRule(t *testing.T) {
	t.Parallel()
	rule := PasswordRule{Min: 8, Max: 40, Specials: "@$!%?:&-_+=", LetterDigit: true}
	for password, ok := range map[string]bool{
		"gdfhdjo33": true, "a2345678": true, "A@$!%?:&-_+=1": true, strings.Repeat("a", 39) + "1": true,
		"": false, "a234567": false, "abcdefgh": false, "12345678": false, "abc 12345": false, "abc#12345": false,
		"pässwort1": false, strings.Repeat("a", 40) + "1": false, "abcdefg1\n": false,
	} {
		err := rule.Check(password)
		if ok != (err == nil) {
			t.Errorf("%q: %v", password, err)
		}
		if err != nil && (!HasCode(err, CodePasswordRule) || password != "" && strings.Contains(err.Error(), password)) {
			t.Errorf("%q: the fault is %v", password, err)
		}
	}
	any := PasswordRule{Min: 8, Max: 128}
	if any.Check("pässwörter 日本") != nil || any.Check("short") == nil || any.Check("tab\tinside it") == nil {
		t.Error("the rule without specials allows every printable character")
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	templates := Templates{PurposeLogin: {
		"en":    {SMS: "{{code}} for {{minutes}} min", Subject: "Code\r\n {{code}}", Text: "Your code: {{code}}"},
		"zh-tw": {SMS: "碼 {{code}}"},
	}}
	for locale, want := range map[string]string{"en": "en", "": "en", "fr": "en", "en-GB": "en", "zh-TW": "zh-tw", "zh": "en"} {
		if _, got := templates.Pick(PurposeLogin, locale); got != want {
			t.Errorf("%q: got %q, want %q", locale, got, want)
		}
	}
	template, _ := templates.Pick(PurposeLogin, "en")
	if _, body := template.Render(SMS, Fill{Code: "0427", Lifetime: 5 * time.Minute}); body != "0427 for 5 min" {
		t.Errorf("got %q", body)
	}
	if subject, body := template.Render(Email, Fill{Code: "0427"}); subject != "Code 0427" || body != "Your code: 0427" {
		t.Errorf("V5: got %q, %q", subject, body)
	}
	// What goes in is not looked at again.
	if _, body := template.Render(Email, Fill{Code: "{{minutes}}"}); body != "Your code: {{minutes}}" {
		t.Errorf("V5: got %q", body)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	if AsFault(nil) != nil || AsFault(nil).IsRefusal() {
		t.Error("nil is no fault")
	}
	cause := NewFault(Unauthenticated, CodeMismatch)
	if !HasCode(UnavailableBecause(cause), CodeUnavailable) || UnavailableBecause(cause).IsRefusal() || !cause.IsRefusal() {
		t.Error("kinds are mixed up")
	}
	if AsFault(errString("disk on fire")).Kind != Internal {
		t.Error("an unknown error is internal")
	}
	if LimitedFor(CodeSendsLimited, time.Millisecond).RetryAfter != time.Second {
		t.Error("Retry-After is at least a second")
	}
}

type errString string

func (e errString) Error() string { return string(e) }
