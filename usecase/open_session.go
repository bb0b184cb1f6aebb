package usecase

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"time"

	"latchkey/domain"
)

// Grant is what a successful login gives.
type Grant struct {
	Account      domain.Account
	Session      domain.Session
	AccessToken  string
	ExpiresAt    time.Time // of the access token
	RefreshToken string    // empty when the dialect has none
}

// opener opens sessions and makes their tokens.
type opener struct {
	random  Random
	keyring Keyring
	tokens  TokenSigner
}

// opened is a session that the transaction has written and whose tokens are yet to be made.
type opened struct {
	account domain.Account
	session domain.Session
	now     time.Time
}

// open writes a new session in the caller's transaction.
func (o *opener) open(ctx context.Context, tx Repositories, caller Caller, account domain.Account, scope domain.Scope, now time.Time) (opened, error) {
	if scope == "" {
		scope = domain.ScopeFull
	}
	lifetimes := caller.Dialect.Lifetimes
	var seed []byte
	if scope == domain.ScopeReset {
		lifetimes = domain.Lifetimes{Access: domain.ResetLifetime, Idle: domain.ResetLifetime, Absolute: domain.ResetLifetime}
	} else if caller.Dialect.Refreshes {
		seed = o.random.Bytes(32)
	}
	id := base64.RawURLEncoding.EncodeToString(o.random.Bytes(16))
	session := domain.NewSession(id, account, caller.Dialect.Name, scope, lifetimes, seed, now)
	if domain.IsLine(caller.UserAgent, 200) {
		session.UserAgent = caller.UserAgent
	}
	if caller.IP.IsValid() {
		session.ClientIP = caller.IP.Unmap().String()
	}
	return opened{account, session, now}, tx.Sessions.Create(ctx, &session)
}

// grant makes the tokens of a session, after its transaction: signing needs no lock.
func (o *opener) grant(ctx context.Context, caller Caller, in opened) (Grant, error) {
	kind, lifetime := caller.Dialect.Access, caller.Dialect.Lifetimes.Access
	if in.session.Scope == domain.ScopeReset {
		kind, lifetime = caller.Dialect.Reset, domain.ResetLifetime
	}
	expires := in.now.Add(lifetime)
	if in.session.ExpiresAt.Before(expires) {
		expires = in.session.ExpiresAt
	}
	token, err := o.tokens.Sign(ctx, kind, caller.Dialect.Claims(in.account, in.session, in.now, expires))
	if err != nil {
		return Grant{}, err
	}
	grant := Grant{Account: in.account, Session: in.session, AccessToken: token, ExpiresAt: expires}
	if len(in.session.Seed) > 0 {
		mac := o.keyring.RefreshMACs(in.session.ID, in.session.Generation, in.session.Seed)[0]
		grant.RefreshToken = spellRefreshToken(in.session.ID, in.session.Generation, mac)
	}
	return grant, nil
}

// A refresh token is the session's id, the generation in four bytes and a MAC of 256 bits, all in base64url.
const refreshTail = 4 + 32

func spellRefreshToken(sessionID string, generation uint32, mac []byte) string {
	tail := binary.BigEndian.AppendUint32(make([]byte, 0, refreshTail), generation)
	return sessionID + "." + base64.RawURLEncoding.EncodeToString(append(tail, mac...))
}

// readRefreshToken takes a token apart, without judging it.
func readRefreshToken(token string) (sessionID string, generation uint32, mac []byte, ok bool) {
	const idLength = 22
	if len(token) != idLength+1+(refreshTail*8+5)/6 || token[idLength] != '.' {
		return "", 0, nil, false
	}
	tail, err := base64.RawURLEncoding.Strict().DecodeString(token[idLength+1:])
	if err != nil {
		return "", 0, nil, false
	}
	return token[:idLength], binary.BigEndian.Uint32(tail), tail[4:], true
}

// owns tells whether the MAC of a refresh token is one that this server made for the session.
func (o *opener) owns(s *domain.Session, generation uint32, mac []byte) bool {
	if len(s.Seed) == 0 {
		return false
	}
	right := false
	for _, want := range o.keyring.RefreshMACs(s.ID, generation, s.Seed) {
		right = hmac.Equal(mac, want) || right
	}
	return right
}
