package domain

import "time"

// RefreshGrace is how long the refresh token just replaced still gives the same successor: two browser tabs that refresh at
// once must both stay logged in (K3).
const RefreshGrace = 10 * time.Second

// SessionFresh is how recent a login must be to change a contact (I2).
const SessionFresh = 15 * time.Minute

// ResetLifetime is how long the token that sets a password once is good (K6).
const ResetLifetime = 10 * time.Minute

// Scope is what a session may do.
type Scope string

// The scopes.
const (
	ScopeFull  Scope = "full"
	ScopeReset Scope = "reset" // set the password once, nothing else (K6)
)

// Session is one login. Every access token, cookie and refresh token belongs to one and is worth nothing once it has ended (K4).
type Session struct {
	ID        string // 128 random bits, base64url
	AccountID int64
	Dialect   string // the only room whose tokens may name it
	Scope     Scope

	CreatedAt time.Time // of the login
	IdleUntil time.Time // moved on by each refresh
	ExpiresAt time.Time // never moved
	RevokedAt time.Time // zero while the session lives
	UserAgent string    // of the login, cut to 200 characters; for the owner's list of sessions
	ClientIP  string    // of the login

	// Refresh tokens are derived, not stored: HMAC-SHA-256 under a server key over ID, Generation and Seed. Neither the
	// database nor the key alone makes one.
	Seed       []byte // 256 random bits; empty when the dialect has no refresh tokens
	Generation uint32 // of the newest refresh token
	RotatedAt  time.Time
}

// Lifetimes are how long a dialect's sessions last.
type Lifetimes struct {
	Access   time.Duration // of one access token
	Idle     time.Duration // without a refresh
	Absolute time.Duration // altogether
}

// NewSession starts at now. A dialect without refresh tokens passes no seed.
func NewSession(id string, account Account, dialect string, scope Scope, l Lifetimes, seed []byte, now time.Time) Session {
	return Session{
		ID: id, AccountID: account.ID, Dialect: dialect, Scope: scope, CreatedAt: now,
		IdleUntil: now.Add(min(l.Idle, l.Absolute)), ExpiresAt: now.Add(l.Absolute), Seed: seed, RotatedAt: now,
	}
}

// Live tells whether the session's tokens are good at now.
func (s Session) Live(now time.Time) bool {
	return s.RevokedAt.IsZero() && now.Before(s.IdleUntil) && now.Before(s.ExpiresAt)
}

// Fresh tells whether the login is recent enough to change a contact (I2).
func (s Session) Fresh(now time.Time) bool { return now.Before(s.CreatedAt.Add(SessionFresh)) }

// Revoke ends the session. Ending it twice changes nothing.
func (s *Session) Revoke(now time.Time) {
	if s.RevokedAt.IsZero() {
		s.RevokedAt = now
	}
}

// Rotate uses the refresh token of this generation, which the caller has authenticated. The newest one moves the session on to
// the next generation; the one before it gives the same successor within RefreshGrace. Anything older was copied: the session
// ends and CodeTokenReused comes back (K3). The row must be saved whatever comes back.
func (s *Session) Rotate(now time.Time, generation uint32, l Lifetimes) error {
	if !s.Live(now) || s.Scope != ScopeFull || len(s.Seed) == 0 {
		return NewFault(Unauthenticated, CodeTokenInvalid)
	}
	switch {
	case generation == s.Generation:
		s.Generation++
		s.RotatedAt = now
		s.IdleUntil = now.Add(l.Idle)
		return nil
	case generation+1 == s.Generation && now.Before(s.RotatedAt.Add(RefreshGrace)):
		return nil
	default:
		s.Revoke(now)
		return NewFault(Unauthenticated, CodeTokenReused)
	}
}
