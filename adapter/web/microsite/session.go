package microsite

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"time"

	"latchkey/openapi/client"
)

// How long a session lives: unused, and altogether. One that only has a code under way needs less.
const (
	pendingIdle, pendingLife = 15 * time.Minute, time.Hour
	memberIdle, memberLife   = 30 * time.Minute, 12 * time.Hour
)

// repeatWindow is how long after a form the same form is taken for a second click.
const repeatWindow = 10 * time.Second

// secretBytes is how many random bytes an id has.
const secretBytes = 32

// Session is one browser on its way in, or logged in. It is made by the room and kept by a Sessions.
type Session struct {
	id      string
	created time.Time
	life    time.Duration
	idle    time.Duration
	turn    chan struct{} // holds one element while somebody works with what is below

	proof  string // of the forms shown now; see accept
	prior  string // of the form dealt with last
	form   string // what it was, by digest
	turned time.Time

	typed     string        // the customer ID as it was typed
	typedCode string        // a code that could not be passed on
	sent      *sentCode     // nil until a code is under way
	member    *client.Saved // nil until logged in
	notice    notice
	next      *Session // what a login made of it, or nil
}

// sentCode is a code under way.
type sentCode struct {
	client.BigCityCode
	expires time.Time
	resend  time.Time // when a new one may be asked for, as far as is known
	tries   int       // left; unknown when nobody can tell
	dead    bool      // no answer can be right any more
}

// unknown tries: an answer was lost on the way.
const unknown = -1

// newSession is one that nobody keeps yet.
func (h *handlers) newSession(idle, life time.Duration) *Session {
	return &Session{id: h.secret(), proof: h.secret(), created: h.Clock.Now(), idle: idle, life: life, turn: make(chan struct{}, 1)}
}

func (h *handlers) secret() string {
	return base64.RawURLEncoding.EncodeToString(h.Random.Bytes(secretBytes))
}

// isMember tells whether a session is of somebody logged in; that never changes.
func (s *Session) isMember() bool { return s.life == memberLife }

// take waits for the turn to work with the session, unless ctx ends before.
func (s *Session) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Session) release() { <-s.turn }

// verdict is what a form's proof is worth.
type verdict int

const (
	stale    verdict = iota // of an older page or another session: do nothing
	repeated                // of the form just dealt with: a second click
	fresh
)

// accept judges the proof of a form, which ties it to the session and is good for one form only. form is what it asks for.
func (s *Session) accept(proof, form string, now time.Time) verdict {
	switch {
	case same(proof, s.proof):
		return fresh
	case s.prior != "" && same(proof, s.prior) && same(digest(form), s.form) && now.Sub(s.turned) < repeatWindow:
		return repeated
	default:
		return stale
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// renew ends the forms shown so far: this one has been dealt with.
func (s *Session) renew(proof, form string, now time.Time) {
	s.prior, s.proof, s.form, s.turned = s.proof, proof, digest(form), now
}

// digest stands for what is only to be known again.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return string(sum[:])
}

// becomes makes a session the past of the one that a login opened. The only way from here to there is the login's form itself,
// sent again in a moment: whoever planted the id in a browser does not know the code that is in that form.
func (s *Session) becomes(next *Session) {
	s.next = next
	s.sent, s.typed, s.typedCode, s.notice = nil, "", "", notice{}
}

// notice is what the next page says. It stays until the next form, so that reloading does not lose it.
type notice struct {
	kind  noticeKind
	page  string    // the path of the page that says it
	until time.Time // when waiting is over, zero when unknown
}

type noticeKind int

const (
	noNotice noticeKind = iota
	blankID
	wrongID
	unknownID
	sendWait // no code for now
	apiDown
	staleForm
	noCode // what was typed can be no code
	wrongCode
	lastTry
	expiredCode
	tooManyTries
	answerWait // no answers for now, by our own limit
	codeSent
	leftNotice
	endedNotice
)

// page is where a session is.
func (s *Session) page() string {
	switch {
	case s.next != nil, s.member != nil:
		return dashboard
	case s.notice.kind != noNotice:
		return s.notice.page
	case s.sent != nil:
		return codePath
	default:
		return home
	}
}
