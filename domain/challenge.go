package domain

import (
	"crypto/subtle"
	"time"
)

// Purpose is what a code is good for (C7).
type Purpose string

// The purposes. PurposePassword has no codes: its row only remembers wrong passwords.
const (
	PurposeLogin         Purpose = "login"
	PurposeResetPassword Purpose = "reset_password"
	PurposeChangeEmail   Purpose = "change_email"
	PurposeChangePhone   Purpose = "change_phone"
	PurposeVerifyEmail   Purpose = "verify_email"
	PurposePassword      Purpose = "password"
)

// The purposes of notices: messages without a code that tell an owner what was done to the account.
const (
	NoticeContactChanged    Purpose = "contact_changed"
	NoticePasswordChanged   Purpose = "password_changed"
	NoticePasswordGenerated Purpose = "password_generated"
)

// maxSends bounds the memory of sends in one row.
const maxSends = 100

// ChallengeKey names the one row of a contact and purpose.
type ChallengeKey struct {
	Contact string // keyed hash of channel and address, base64url: the table tells nobody's number
	Purpose Purpose
}

// Challenge is everything that we know of one contact and purpose: the live code, if any, and the memory that outlives it.
// As there is one row per contact and purpose, a new code ends the older one (C6), failures survive a resend (T1) and the waits
// between sends hold (S1) by construction, on any number of nodes.
type Challenge struct {
	Key ChallengeKey

	// The live code. Handle is empty before the first.
	Handle      string    // 128 random bits or more (C9)
	Dialect     string    // where the code was asked for, and the only place where it answers
	Channel     Channel   // the way the message took
	AccountID   int64     // whose code it is; 0 when there was no account
	MAC         []byte    // of handle, purpose, dialect and code; random bytes when nothing was sent
	CodeLength  int       // digits
	IssuedAt    time.Time // in rows that only remember passwords: of the last guess
	ExpiresAt   time.Time
	GuessesLeft int
	Used        bool // answered rightly

	// The memory.
	GuessMemory
	Sends []time.Time // of the last 24 hours, oldest first
}

// Issue is a code about to be sent.
type Issue struct {
	Handle    string
	Dialect   string
	Channel   Channel
	AccountID int64
	MAC       []byte
	Policy    CodePolicy
}

// SendWait is how long until another code may be sent to this contact; zero when at once (S1).
func (c *Challenge) SendWait(now time.Time, p CodePolicy) time.Duration {
	if len(c.Sends) == 0 {
		return 0
	}
	until := c.Sends[len(c.Sends)-1].Add(p.ResendWait)
	for _, window := range []struct {
		length time.Duration
		most   int
	}{{time.Hour, p.SendsPerHour}, {24 * time.Hour, p.SendsPerDay}} {
		if first := len(c.Sends) - window.most; first >= 0 && window.most > 0 {
			if free := c.Sends[first].Add(window.length); free.After(until) {
				until = free
			}
		}
	}
	return max(0, until.Sub(now))
}

// Issue replaces the live code. It refuses with CodeSendsLimited while SendWait lasts, and then changes nothing: the code
// that is under way stays good.
func (c *Challenge) Issue(now time.Time, in Issue) error {
	if wait := c.SendWait(now, in.Policy); wait > 0 {
		return LimitedFor(CodeSendsLimited, wait)
	}
	c.Handle, c.Dialect, c.Channel, c.AccountID = in.Handle, in.Dialect, in.Channel, in.AccountID
	c.MAC, c.CodeLength = in.MAC, in.Policy.Length
	c.IssuedAt, c.ExpiresAt = now, now.Add(in.Policy.Lifetime)
	c.GuessesLeft, c.Used = in.Policy.Attempts, false
	c.rememberSend(now)
	return nil
}

func (c *Challenge) rememberSend(now time.Time) {
	recent := make([]time.Time, 0, len(c.Sends)+1)
	for _, at := range c.Sends {
		if at.After(now.Add(-24 * time.Hour)) {
			recent = append(recent, at)
		}
	}
	recent = append(recent, now)
	c.Sends = recent[max(0, len(recent)-maxSends):]
}

// Answer is one guess at a code.
type Answer struct {
	Handle  string   // empty in dialects whose answers name only the contact
	Dialect string   // where the answer came in
	MACs    [][]byte // of the given code under each key in use (C4)
	Policy  CodePolicy
}

// Guess judges an answer and counts it. It returns nil for the right one, which is then used up (C3), and otherwise
// CodeUnknown, CodeExpired, CodeExhausted (with the wait for a new code) or CodeMismatch, or CodeGuessesLimited with the wait. Only CodeMismatch compared
// anything and is counted. The row must be saved whatever comes back.
func (c *Challenge) Guess(now time.Time, a Answer) error {
	if c.Handle == "" || c.Used || c.Dialect != a.Dialect || (a.Handle != "" && a.Handle != c.Handle) {
		return NewFault(Unauthenticated, CodeUnknown)
	}
	if wait := c.Wait(now); wait > 0 {
		return LimitedFor(CodeGuessesLimited, wait)
	}
	if !now.Before(c.ExpiresAt) {
		return NewFault(Unauthenticated, CodeExpired)
	}
	if c.GuessesLeft <= 0 {
		return &Fault{Kind: Unauthenticated, Code: CodeExhausted, RetryAfter: max(c.SendWait(now, a.Policy), time.Second)}
	}
	right := 0
	for _, mac := range a.MACs {
		right |= subtle.ConstantTimeCompare(mac, c.MAC)
	}
	if right != 1 {
		c.GuessesLeft--
		c.Fail(now, GuessLimit(c.CodeLength))
		return NewFault(Unauthenticated, CodeMismatch)
	}
	c.Used, c.GuessesLeft = true, 0
	c.Succeed()
	return nil
}

// Forget drops failures, waits and the memory of sends, as an operator's unlock does. The live code stays as it is.
func (c *Challenge) Forget() {
	c.Succeed()
	c.Sends = nil
}

// How long a row is remembered after the last thing that happened to it: while its sends count, or, when there are failures in
// a row, much longer. 9 guesses a month are no attack.
const (
	quietMemory   = 24 * time.Hour
	failureMemory = 30 * 24 * time.Hour
)

// IdleFrom is when the row begins to say nothing any more that an absent row would not say.
func (c *Challenge) IdleFrom() time.Time {
	last := c.IssuedAt
	for _, at := range []time.Time{c.ExpiresAt, c.WaitUntil} {
		if at.After(last) {
			last = at
		}
	}
	if c.Failures > 0 {
		return last.Add(failureMemory)
	}
	return last.Add(quietMemory)
}

// Idle tells whether the row can be swept.
func (c *Challenge) Idle(now time.Time) bool { return !now.Before(c.IdleFrom()) }
