package microsite

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
	"latchkey/openapi/client"
)

// callTimeout bounds a call of the Client API. The call is not given up with the request: a browser that sends a form twice drops the
// first one, and the code is on its way already.
const callTimeout = 15 * time.Second

// mostTyped is how many characters of what somebody typed are kept, and the longest customer ID there is.
const mostTyped = 64

// RequestMicrositeCode has a code sent for a customer ID.
func (h *handlers) RequestMicrositeCode(c *gin.Context) {
	current, typed := h.current(c), strings.TrimSpace(c.PostForm("customer_id"))
	ask := func() *Session { return h.ask(c, current, typed) }
	var session *Session
	if nonce := c.PostForm("form"); nonce != "" && len(nonce) <= mostTyped {
		session = h.once.do(c, digest(nonce+" "+typed), ask)
	} else {
		session = ask()
	}
	if session == nil {
		h.busy(c)
		return
	}
	h.proceed(c, session)
}

// ask has a code sent in the session that the browser has, or in a new one. It answers nil when somebody else is at work with
// the session and does not come to an end.
func (h *handlers) ask(c *gin.Context, s *Session, typed string) *Session {
	if s == nil {
		s = h.newSession(pendingIdle, pendingLife)
		h.send(c, s, typed)
		h.Sessions.Keep(s)
		return s
	}
	if s.take(c) != nil {
		return nil
	}
	defer s.release()
	switch form := home + typed; s.accept(c.PostForm("proof"), form, h.Clock.Now()) {
	case fresh:
		first := s.sent == nil
		if h.send(c, s, typed); first && s.sent != nil {
			h.Sessions.Keep(s)
		}
		s.renew(h.secret(), form, h.Clock.Now())
	case stale:
		s.typed, s.notice = shorten(typed), notice{kind: staleForm, page: home}
	}
	return s
}

// send has a code sent for what was typed, unless one is on its way.
func (h *handlers) send(c *gin.Context, s *Session, typed string) {
	s.typed = shorten(typed)
	switch {
	case s.member != nil:
	case typed == "":
		s.notice = notice{kind: blankID, page: home}
	case !domain.IsLine(typed, mostTyped):
		s.notice = notice{kind: wrongID, page: home}
	case s.sent != nil && s.sent.CustomerID == typed && h.Clock.Now().Before(s.sent.resend):
		s.notice = notice{}
	default:
		s.notice = h.sendCode(c, s, typed, home)
	}
}

// sendCode calls the Client API for a code, and answers what to say on the page from where it was asked for.
func (h *handlers) sendCode(c *gin.Context, s *Session, customerID, page string) notice {
	if wait := h.limit(c, Send); wait > 0 {
		return notice{kind: sendWait, page: page, until: h.Clock.Now().Add(wait)}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c), callTimeout)
	defer cancel()
	code, err := h.Client.SendCode(ctx, customerID)
	now := h.Clock.Now()
	switch {
	case err == nil:
		s.sent = &sentCode{BigCityCode: code, expires: now.Add(h.Codes.Lifetime), resend: now.Add(h.Codes.ResendWait), tries: h.Codes.Tries}
		s.typedCode = ""
		return notice{}
	case errors.Is(err, client.ErrUnknownCustomer):
		return notice{kind: unknownID, page: home}
	case errors.Is(err, client.ErrInvalid):
		return notice{kind: wrongID, page: home}
	case errors.Is(err, client.ErrTooMany):
		until := after(now, err)
		if s.sent != nil && s.sent.CustomerID == customerID {
			s.sent.resend, page = until, codePath
		}
		return notice{kind: sendWait, page: page, until: until}
	}
	h.Logger.WarnContext(c, "the microsite gets no code from the Client API", "error", err)
	return notice{kind: apiDown, page: page}
}

// AnswerMicrositeCode logs in by a code.
func (h *handlers) AnswerMicrositeCode(c *gin.Context) {
	s := h.find(c)
	if !h.turn(c, s) {
		return
	}
	defer s.release()
	typed := c.PostForm("code")
	code, isCode := readCode(typed, h.Codes.Length)
	form := codePath + typed
	switch verdict := s.accept(c.PostForm("proof"), form, h.Clock.Now()); {
	case s.next != nil:
		if verdict != repeated || h.Sessions.Find(s.next.id) == nil {
			h.away(c)
			return
		}
		s = s.next
	case verdict == stale:
		s.notice = notice{kind: staleForm, page: codePath}
	case verdict == repeated, s.sent == nil, s.sent.dead:
	case !isCode:
		s.typedCode, s.notice = shorten(typed), notice{kind: noCode, page: codePath}
		s.renew(h.secret(), form, h.Clock.Now())
	default:
		next := h.answer(c, s, code)
		s.renew(h.secret(), form, h.Clock.Now())
		if next != nil {
			s = next
		}
	}
	h.goOn(c, s)
}

// answer has the Client API verify a code, and answers the session of whoever is logged in by it; nil leaves a notice.
func (h *handlers) answer(c *gin.Context, s *Session, code string) *Session {
	s.typedCode = ""
	if wait := h.limit(c, Answer); wait > 0 {
		s.typedCode, s.notice = code, notice{kind: answerWait, page: codePath, until: h.Clock.Now().Add(wait)}
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c), callTimeout)
	defer cancel()
	login, err := h.Client.Verify(ctx, s.sent.BigCityCode, code)
	if err != nil {
		s.notice = h.refused(c, s, code, err)
		return nil
	}
	// A new id: whoever knew the old one before the login gets nothing by it.
	next := h.newSession(memberIdle, memberLife)
	saved := login.Save()
	next.member = &saved
	h.Sessions.Keep(next)
	s.becomes(next)
	return next
}

// refused is what to say when the Client API does not take a code.
func (h *handlers) refused(c *gin.Context, s *Session, code string, err error) notice {
	said := notice{page: codePath}
	switch {
	case errors.Is(err, client.ErrWrongCode):
		said.kind = wrongCode
		if s.sent.tries != unknown {
			s.sent.tries--
		}
		if s.sent.tries == 0 {
			said.kind, s.sent.dead = lastTry, true
		}
	case errors.Is(err, client.ErrExpiredCode):
		said.kind, s.sent.dead = expiredCode, true
	case errors.Is(err, client.ErrTooMany):
		said.kind, said.until = tooManyTries, after(h.Clock.Now(), err)
		s.sent.dead, s.sent.resend = true, said.until
	case errors.Is(err, client.ErrUnknownCustomer):
		said, s.sent = notice{kind: unknownID, page: home}, nil
	default:
		h.Logger.WarnContext(c, "the microsite has no code verified by the Client API", "error", err)
		// The answer may have been counted before it was lost.
		said.kind, s.typedCode, s.sent.tries = apiDown, code, unknown
	}
	return said
}

// ResendMicrositeCode has a new code sent for the same customer.
func (h *handlers) ResendMicrositeCode(c *gin.Context) {
	s := h.current(c)
	if !h.turn(c, s) {
		return
	}
	defer s.release()
	now := h.Clock.Now()
	switch verdict := s.accept(c.PostForm("proof"), resendPath, now); {
	case verdict == stale:
		s.notice = notice{kind: staleForm, page: codePath}
	case verdict == repeated, s.sent == nil:
	case now.Before(s.sent.resend):
		s.notice = notice{kind: sendWait, page: codePath, until: s.sent.resend}
		s.renew(h.secret(), resendPath, now)
	default:
		s.notice = h.sendCode(c, s, s.sent.CustomerID, codePath)
		if s.notice.kind == noNotice {
			s.notice = notice{kind: codeSent, page: codePath}
		}
		s.renew(h.secret(), resendPath, h.Clock.Now())
	}
	h.goOn(c, s)
}

// LeaveMicrosite ends the session.
func (h *handlers) LeaveMicrosite(c *gin.Context) {
	s := h.current(c)
	if s != nil {
		if s.take(c) != nil {
			h.busy(c)
			return
		}
		defer s.release()
		if s.accept(c.PostForm("proof"), "", h.Clock.Now()) == stale {
			s.notice = notice{}
			s.notice = notice{kind: staleForm, page: s.page()} // by now it may be the start of another login
			h.goOn(c, s)
			return
		}
		h.Sessions.Drop(s.id)
	}
	h.forget(c)
	redirect(c, http.StatusSeeOther, home+"?note="+noteLeft)
}

// limit takes one of the calls of the visitor's address.
func (h *handlers) limit(c *gin.Context, call Call) time.Duration {
	if h.Limit == nil {
		return 0
	}
	return h.Limit(c, call, c.ClientIP())
}

// after is when a refused call can succeed; zero when nobody said.
func after(now time.Time, err error) time.Time {
	refusal, ok := errors.AsType[*client.Error](err)
	if !ok || refusal.RetryAfter == 0 {
		return time.Time{}
	}
	return now.Add(refusal.RetryAfter)
}

// shorten keeps of what somebody typed what fits a field.
func shorten(typed string) string {
	runes := []rune(strings.ToValidUTF8(typed, ""))
	return string(runes[:min(len(runes), mostTyped)])
}
