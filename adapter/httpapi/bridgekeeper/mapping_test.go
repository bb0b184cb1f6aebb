package bridgekeeper

import (
	"encoding/json"
	"testing"
	"time"

	"latchkey/domain"
)

func TestUserOf(t *testing.T) {
	t.Parallel()
	made := time.Date(2021, 2, 3, 5, 1, 33, 145_999_000, time.UTC)
	// The npm client's fixture, with the field that the web app reads beside it.
	account := domain.Account{
		ID: 1086346, Name: "test-user", Email: "test-user@gmail.com", Username: "test-user@gmail.com", EmailVerified: true,
		CreatedAt: made, UpdatedAt: made.Add(19367 * time.Millisecond),
	}
	text, err := json.Marshal(userOf(account))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":1086346,"name":"test-user","email":"test-user@gmail.com","created-at":1612328493145,"avatar-url":null,"first-name":null,` +
		`"last-name":null,"verification-status":"email","metadata":null,"avatar-s3-key":null,"slug":null,"communication-email":null,` +
		`"phone-number":null,"updated-at":1612328512512,"is-tfa-enabled":false,"username":"test-user@gmail.com","login-phone-number":null}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestVerificationStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone, email bool
		want         string
	}{{false, false, "null"}, {true, false, `"phone"`}, {false, true, `"email"`}, {true, true, `"email"`}} {
		got, err := json.Marshal(userOf(domain.Account{PhoneVerified: c.phone, EmailVerified: c.email}).VerificationStatus)
		if err != nil || string(got) != c.want {
			t.Errorf("phone %v, email %v: %s %v", c.phone, c.email, got, err)
		}
	}
}
