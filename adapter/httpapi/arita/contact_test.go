package arita_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"latchkey/domain"
)

// I2: changing a contact needs a fresh login, a code sent to the new contact, and tells the old one.
func TestI2_ChangeContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.send(6, "johndoe@example.com")
	reply := w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code("johndoe@example.com"), token))
	mine := login{w.data(reply, "accessToken"), w.refreshCookie(reply)}
	changes := []struct {
		nature                      int
		path, spelled, stored, from string
	}{
		{4, "/web/auth/email", "New@Example.COM", "new@example.com", "johndoe@example.com"},
		{5, "/web/auth/phone", "6809 8227", "+85268098227", "+919888888888"},
	}
	for _, change := range changes {
		token := w.send(change.nature, change.spelled, bearer(mine.access))
		told := len(w.Messages(change.from))
		w.must(http.StatusUnauthorized, "PUT", change.path, answering(w.wrong(change.stored), token), bearer(mine.access))
		w.must(http.StatusOK, "PUT", change.path, answering(w.Code(change.stored), token), bearer(mine.access))
		notices := w.Messages(change.from)[told:]
		if len(notices) != 1 || notices[0].Purpose != domain.NoticeContactChanged {
			t.Errorf("nature %d: the old contact is told %v", change.nature, notices)
		}
	}
	account := w.account("new@example.com")
	if account.Phone != "+85268098227" || !account.PhoneVerified || !account.EmailVerified {
		t.Errorf("the account is %+v", account)
	}
	if status := w.alive(mine.access); status != http.StatusBadRequest {
		t.Errorf("the session that changed it gives %d", status)
	}
}

// I2: an old login does not do, however new its access token.
func TestI2_StaleLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	w.Clock.Advance(domain.SessionFresh - time.Second)
	w.send(4, "new@example.com", bearer(mine.access))
	w.Clock.Advance(time.Second)
	mine = w.refresh(mine.cookie)
	for nature, loginID := range map[int]string{4: "newer@example.com", 5: "+85268098227"} {
		w.must(http.StatusForbidden, "POST", "/web/auth/otp", sending(nature, loginID), bearer(mine.access))
		if sent := w.Messages(loginID); len(sent) != 0 {
			t.Errorf("nature %d: %v was sent", nature, sent)
		}
	}
	// Logging in again helps.
	w.send(4, "newer@example.com", bearer(w.enter().access))
}

// E1, I2: another account's contact is answered like a free one, gets no message, and no code changes anything.
func TestE1_TakenContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	free := w.Do("POST", "/web/auth/otp", sending(4, "janedoe@example.com"), bearer(mine.access))
	taken := w.Do("POST", "/web/auth/otp", sending(4, "johndoe@example.com"), bearer(mine.access))
	if free.Status != http.StatusOK || free.Status != taken.Status || len(free.Body) != len(taken.Body) || fmt.Sprint(free.Header) != fmt.Sprint(taken.Header) {
		t.Errorf("free %d %v %s, taken %d %v %s", free.Status, free.Header, free.Body, taken.Status, taken.Header, taken.Body)
	}
	if sent := w.Messages("johndoe@example.com"); len(sent) != 0 {
		t.Errorf("the owner of the taken address got %v", sent)
	}
	w.must(http.StatusUnauthorized, "PUT", "/web/auth/email", answering("1234", w.data(taken, "otpToken")), bearer(mine.access))
	w.account(user)
}

// I2: a contact that another account has got meanwhile is not taken from it.
func TestI2_ContactTakenMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	token := w.send(6, "+919888888888")
	reply := w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code("+919888888888"), token))
	other := w.data(reply, "accessToken")
	theirs := w.send(4, "new@example.com", bearer(other))
	w.must(http.StatusOK, "PUT", "/web/auth/email", answering(w.Code("new@example.com"), theirs), bearer(other))
	w.Clock.Advance(31 * time.Second)
	ours := w.send(4, "new@example.com", bearer(mine.access))
	w.must(http.StatusUnauthorized, "PUT", "/web/auth/email", answering(w.Code("new@example.com"), ours), bearer(mine.access))
	w.account(user)
}

// I1: every spelling of a contact is one contact, with one wait and one code.
func TestI1_SpellingsAreOneContact(t *testing.T) {
	t.Parallel()
	for stored, spellings := range map[string][]string{
		"+85261677528":  {"61677528", "6167 7528", "+85261677528", "+852 6167-7528", "+852 (6167) 7528"},
		"+919888888888": {"+919888888888", "+91 98888 88888"},
		user:            {user, "TEST@ARITAONE.COM", " test@AritaOne.com"},
	} {
		for _, spelled := range spellings {
			w := newWorld(t)
			token := w.send(6, spelled)
			w.must(http.StatusTooManyRequests, "POST", "/web/auth/otp", sending(6, spellings[0]))
			w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code(stored), token))
		}
	}
}
