package secret

import (
	"context"
	"sync/atomic"

	"latchkey/domain"
	"latchkey/usecase"
)

var _ usecase.PasswordHasher = (*PasswordHasher)(nil)

// PasswordHasher hashes passwords with argon2id, a few at a time (K7). It is safe for concurrent use.
type PasswordHasher struct {
	places  chan struct{}
	waiting atomic.Int64
	queue   int64
	large   chan struct{} // held while an imported hash takes more memory than ours
}

// NewPasswordHasher lets parallel passwords be hashed at once, at least one, while queue more may wait for a place. As hashing
// is all computing, more places than processors only cost memory: about 19 MiB each.
func NewPasswordHasher(parallel, queue int) *PasswordHasher {
	return &PasswordHasher{
		places: make(chan struct{}, max(1, parallel)),
		queue:  int64(max(0, queue)),
		large:  make(chan struct{}, 1),
	}
}

// Acquire gives places in the order of asking. It returns CodeBusy when the queue is full or ctx ends while waiting.
func (h *PasswordHasher) Acquire(ctx context.Context) (usecase.HashingPlace, error) {
	select {
	case h.places <- struct{}{}:
		return &place{hasher: h}, nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > h.queue {
		return nil, domain.NewFault(domain.Unavailable, domain.CodeBusy)
	}
	select {
	case h.places <- struct{}{}:
		return &place{hasher: h}, nil
	case <-ctx.Done():
		return nil, domain.NewFault(domain.Unavailable, domain.CodeBusy)
	}
}

// Recognizes knows argon2id as PHC string (version 19), bcrypt ($2a$, $2b$, $2y$), and Django's argon2, bcrypt, bcrypt_sha256,
// pbkdf2_sha256 and pbkdf2_sha1. Hashes that would cost absurd time or memory are not recognized, whatever their form: whoever
// imports accounts must not be able to stop the server with one of them.
func (*PasswordHasher) Recognizes(hash string) bool {
	_, known := parse(hash)
	return known
}

type place struct {
	hasher   *PasswordHasher
	released atomic.Bool
}

// Hash makes an argon2id PHC string of OWASP's parameters: 19456 KiB, two passes, one lane.
func (p *place) Hash(password string) string {
	p.mustHold()
	return hashArgon2(password)
}

// Verify takes what Recognizes knows. All but argon2id of our own parameters is outdated. The empty and the unknown cost one
// argon2id and never match.
func (p *place) Verify(hash, password string) (match, outdated bool) {
	p.mustHold()
	stored, known := parse(hash)
	if !known {
		decoy.matches(password)
		return false, false
	}
	if stored.large() {
		p.hasher.large <- struct{}{}
		defer func() { <-p.hasher.large }()
	}
	match = stored.matches(password)
	return match, match && !stored.current()
}

// Release frees the place; a second call does nothing.
func (p *place) Release() {
	if !p.released.Swap(true) {
		<-p.hasher.places
	}
}

// mustHold panics after Release: hashing without a place would undo the bound on memory.
func (p *place) mustHold() {
	if p.released.Load() {
		panic("secret: hashing without a place")
	}
}
