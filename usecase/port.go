package usecase

import (
	"context"
	"errors"
	"time"

	"latchkey/domain"
)

// Errors that adapters return through ports. Adapters translate their library's errors into these and into domain faults;
// an error that is neither is a mistake of ours and is answered as such.
var (
	// ErrNotFound says that what was asked for does not exist.
	ErrNotFound = errors.New("not found")
	// ErrTaken says that an identifier belongs to another account already.
	ErrTaken = errors.New("taken")
	// ErrRefused says that a provider will never accept this message. Any other error of a Sender is worth another try.
	ErrRefused = errors.New("refused by the provider")
)

// Store keeps everything that must survive.
//
// Implementations MUST return a domain fault of kind Unavailable when the database cannot be reached or does not answer in time,
// and MUST return to work by themselves when it is back.
type Store interface {
	// Atomic runs fn in one transaction: all of it is kept, or, when fn or the commit fails, nothing. Implementations MUST
	// retry fn on deadlock, so fn must have no effect but through tx, and MUST NOT let a cancelled ctx end a transaction that has
	// begun: a caller who hangs up must not refund a guess. fn MUST NOT use the Store, only tx: a second connection asked for
	// while holding one is how pools hang for good.
	Atomic(ctx context.Context, fn func(tx Repositories) error) error
	// Reader gives the repositories for single reads outside any transaction. Methods that lock or write MUST NOT be called on them.
	Reader() Repositories
	// Ping tells whether the database answers.
	Ping(ctx context.Context) error
}

// Repositories are the collections as one transaction sees them. Times are UTC with microseconds.
type Repositories struct {
	Accounts   AccountRepository
	Challenges ChallengeRepository
	Sessions   SessionRepository
	Outbox     OutboxRepository
	Devices    DeviceRepository
	Keys       KeyRepository
	Audit      AuditRepository
}

// AccountRepository keeps accounts.
type AccountRepository interface {
	// Find returns ErrNotFound when no account has the identifier.
	Find(ctx context.Context, id domain.Identifier) (domain.Account, error)
	// FindAll returns the accounts that have any of the identifiers, each once, in order of ID. Hundreds of identifiers
	// MUST cost a handful of queries.
	FindAll(ctx context.Context, ids []domain.Identifier) ([]domain.Account, error)
	// List returns at most limit accounts with an ID above after, in order of ID.
	List(ctx context.Context, after int64, limit int) ([]domain.Account, error)
	// Create inserts accounts and sets their IDs. ErrTaken when an identifier is in use; the transaction can go on then, and
	// none of the accounts was inserted.
	Create(ctx context.Context, accounts ...*domain.Account) error
	// Update saves all fields of accounts that exist. ErrTaken as for Create; ErrNotFound when one does not exist.
	Update(ctx context.Context, accounts ...*domain.Account) error
}

// ChallengeRepository keeps the one row of each contact and purpose. Between Lock or LockOrCreate and the end of the
// transaction nobody else, on any node, can lock the same row.
type ChallengeRepository interface {
	// LockOrCreate returns the row under lock, an empty one when there was none. It MUST NOT deadlock with others creating rows.
	LockOrCreate(ctx context.Context, key domain.ChallengeKey) (*domain.Challenge, error)
	// Lock returns ErrNotFound when there is no row, and then inserts none.
	Lock(ctx context.Context, key domain.ChallengeKey) (*domain.Challenge, error)
	// LockByHandle finds the row whose live code has this handle; ErrNotFound for replaced, unknown and empty handles.
	LockByHandle(ctx context.Context, handle string) (*domain.Challenge, error)
	// Save writes a row that this transaction has locked.
	Save(ctx context.Context, c *domain.Challenge) error
	// Sweep deletes at most limit rows for which domain.Challenge.Idle holds, and returns how many.
	Sweep(ctx context.Context, now time.Time, limit int) (int, error)
}

// SessionRepository keeps sessions.
type SessionRepository interface {
	Create(ctx context.Context, s *domain.Session) error
	// Load returns a session, ended or not, and its account in one indexed read, without lock; ErrNotFound when there is none.
	// It is the hot path: every authenticated request makes this one read.
	Load(ctx context.Context, id string) (domain.Session, domain.Account, error)
	// Lock returns a session under lock until the end of the transaction.
	Lock(ctx context.Context, id string) (*domain.Session, error)
	Save(ctx context.Context, s *domain.Session) error
	// ListByAccount returns an account's sessions that are not revoked and not expired at now, newest first.
	ListByAccount(ctx context.Context, accountID int64, now time.Time) ([]domain.Session, error)
	// Sweep deletes at most limit sessions that expired before the time given, and returns how many.
	Sweep(ctx context.Context, before time.Time, limit int) (int, error)
	// RevokeAll revokes at now all of an account's sessions that still live, but the one with the id except (none when empty), and
	// returns how many.
	RevokeAll(ctx context.Context, accountID int64, except string, now time.Time) (int, error)
}

// OutboxMessage is a message waiting to be handed over. Sealed is the encrypted domain.Message (C4).
type OutboxMessage struct {
	ID         string
	Sealed     []byte
	Channel    domain.Channel
	ExpiresAt  time.Time // never handed over after that
	Attempts   int       // made so far
	NotBefore  time.Time // of the next attempt; a lease while one is under way
	LastFailed string    // the reason of the last failure, without secrets; at most 200 characters
}

// OutboxRepository keeps messages from the transaction that issued them until a provider has them.
type OutboxRepository interface {
	Add(ctx context.Context, m *OutboxMessage) error
	// Claim returns at most limit messages whose NotBefore has come and moves that to until, so that no other node claims
	// them before. Two nodes claiming at once MUST NOT get the same message.
	Claim(ctx context.Context, now, until time.Time, limit int) ([]OutboxMessage, error)
	// Postpone saves Attempts, NotBefore and LastFailed.
	Postpone(ctx context.Context, m *OutboxMessage) error
	// Remove deletes messages; those already gone are no error.
	Remove(ctx context.Context, ids ...string) error
	// Stats returns how many messages wait and the ID-less oldest NotBefore, zero when none waits.
	Stats(ctx context.Context) (waiting int, oldest time.Time, err error)
}

// DeviceRepository keeps the addresses for push messages.
type DeviceRepository interface {
	// Put stores a device; the same account, platform and handle once only. A handle that was another account's moves over: a
	// phone that changed hands must not get the former owner's messages.
	Put(ctx context.Context, d domain.Device) error
	List(ctx context.Context, accountID int64) ([]domain.Device, error)
}

// SigningKey is one generation of the keys that sign tokens.
type SigningKey struct {
	ID        string // kid
	Algorithm string // RFC 7518 name: HS256, ES256, EdDSA, RS256
	Sealed    []byte // the private JWK, encrypted; empty for HS256, whose keys derive from the secret and ID
	CreatedAt time.Time
	RetiredAt time.Time // from then on its tokens are refused; zero while they are good
}

// KeyRepository keeps signing keys. The newest one that is not retired, of the algorithm in use, signs; all that are not
// retired verify.
type KeyRepository interface {
	List(ctx context.Context) ([]SigningKey, error) // oldest first
	Add(ctx context.Context, k *SigningKey) error
	// Retire returns ErrNotFound when there is no such key.
	Retire(ctx context.Context, id string, at time.Time) error
}

// AuditRepository keeps the audit trail.
type AuditRepository interface {
	Append(ctx context.Context, events ...domain.Event) error
	// ListByAccount returns an account's newest events, newest first.
	ListByAccount(ctx context.Context, accountID int64, limit int) ([]domain.Event, error)
}

// Clock tells the time in UTC, cut to microseconds, which is what the databases keep.
type Clock interface {
	Now() time.Time
}

// Random draws from a cryptographic source. It never fails: a machine without randomness must stop.
type Random interface {
	Bytes(n int) []byte
	// Code is uniform over all strings of this many digits, leading zeros included (C1).
	Code(digits int) string
}

// Keyring holds what derives from the server's secret. While a secret is being rotated it verifies under the previous ones too.
type Keyring interface {
	// ContactKey is the keyed hash under which a contact's rows are kept; see domain.ChallengeKey. It derives from the oldest
	// secret in use, so that adding a new one forgets no wait and no live code; dropping the oldest does.
	ContactKey(subject string) string
	// CodeMAC is HMAC-SHA-256 over handle, purpose, dialect and code, with unambiguous borders, under the current key (C4).
	CodeMAC(handle string, purpose domain.Purpose, dialect, code string) []byte
	// CodeMACs is CodeMAC under every key in use, the current one first.
	CodeMACs(handle string, purpose domain.Purpose, dialect, code string) [][]byte
	// RefreshMACs is HMAC-SHA-256 over a session's id, generation and seed under every key in use, the current one first.
	RefreshMACs(sessionID string, generation uint32, seed []byte) [][]byte
	// Seal encrypts and authenticates (AES-256-GCM, random nonce); Open undoes it, under any key in use.
	Seal(plaintext []byte, label string) []byte
	Open(sealed []byte, label string) ([]byte, error)
}

// PasswordHasher bounds how many passwords are hashed at once: a login storm must starve neither memory nor the rest (K7).
type PasswordHasher interface {
	// Acquire waits for one of the places, as long as ctx lets it; a fault with CodeBusy when too many wait already.
	Acquire(ctx context.Context) (HashingPlace, error)
	// Recognizes tells whether Verify understands the spelling of a hash; imports refuse others.
	Recognizes(hash string) bool
}

// HashingPlace is the right to hash, until Release.
type HashingPlace interface {
	// Hash makes a PHC string (argon2id, OWASP's parameters).
	Hash(password string) string
	// Verify compares; outdated tells that the hash is right but should be made anew with Hash. An empty or unknown hash takes
	// as long as a real one and never matches.
	Verify(hash, password string) (match, outdated bool)
	// Release may be called twice.
	Release()
}

// TokenKind is one sort of token. A token of one kind is never good as another (K2).
type TokenKind struct {
	Name   string // also the label of its key: "bigcity-access"
	Issuer string // the iss claim, checked; empty for kinds whose document has none
	// WithoutExp marks the kinds whose document has no exp claim. Whoever takes them checks their age elsewhere.
	WithoutExp bool
}

// TokenClaims is what the core reads from a token. Payload is the whole JSON object, for claims that only one dialect has.
type TokenClaims struct {
	ID        string // jti
	SessionID string // sid; the jti where a token has no sid
	ExpiresAt time.Time
	Payload   []byte
}

// TokenSigner makes and reads signed tokens (RFC 7519, RFC 8725).
type TokenSigner interface {
	// Sign adds iss when the kind has one. claims hold JSON values; times are Unix seconds.
	Sign(ctx context.Context, kind TokenKind, claims map[string]any) (string, error)
	// Verify returns CodeTokenExpired for a genuine token of exactly this kind that is too old, CodeTokenInvalid for whatever else
	// is not a live one, and Unavailable when keys cannot be read.
	Verify(ctx context.Context, kind TokenKind, token string) (TokenClaims, error)
	// PublicKeys is the JWK set (RFC 7517) of the keys that verify; an empty set with HS256.
	PublicKeys(ctx context.Context) ([]byte, error)
}

// Sender hands messages of one channel to a provider. ErrRefused (wrapped) is final; other errors are worth another try.
// Implementations MUST respect ctx's deadline, and MUST NOT put code, body or address into errors.
type Sender interface {
	Send(ctx context.Context, m domain.Message) error
}

// Limiter counts calls, per process or over all nodes.
type Limiter interface {
	// Take uses one of the calls that rule allows to key. It returns zero when there was one, else how long until there is.
	// Implementations MUST NOT fail: one that cannot reach its counter falls back to a local one (S3).
	Take(ctx context.Context, rule LimitRule, key string) (wait time.Duration)
}

// LimitRule allows Burst calls at once, growing back evenly at Burst per Period.
type LimitRule struct {
	Name   string
	Burst  int
	Period time.Duration
}
