package jwxtoken

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"latchkey/domain"
	"latchkey/infrastructure/keys"
	"latchkey/usecase"
)

var _ usecase.TokenSigner = (*Signer)(nil)

// Sealer encrypts private keys before they are stored; usecase.Keyring is one.
type Sealer interface {
	Seal(plaintext []byte, label string) []byte
	Open(sealed []byte, label string) ([]byte, error)
}

// Options are what a Signer needs. All but Logger are required.
type Options struct {
	// Algorithm is what new tokens are signed with: HS256, ES256, EdDSA or RS256. Tokens of other algorithms stay good as long as
	// their keys are not retired.
	Algorithm string
	// Secrets are what HS256 keys derive from. The first signs, all verify.
	Secrets [][]byte
	Store   usecase.Store
	Sealer  Sealer
	Clock   usecase.Clock
	// Logger hears of keys that cannot be read. slog.Default() when nil.
	Logger *slog.Logger
}

// Signer signs and verifies tokens under the keys in the store, which it reads again every refreshEvery. It is safe for
// concurrent use. Its methods read the store, so they MUST NOT be called inside a transaction.
type Signer struct {
	algorithm string
	secrets   [][]byte
	store     usecase.Store
	sealer    Sealer
	clock     usecase.Clock
	logger    *slog.Logger

	reader sync.Mutex // held by whoever reads the store again
	known  atomic.Pointer[reading]
}

// New makes a Signer. It reads nothing yet; EnsureKey does. It fails for an unknown algorithm and when there is no secret.
func New(o Options) (*Signer, error) {
	if !slices.Contains([]string{keys.HS256, keys.ES256, keys.EdDSA, keys.RS256}, o.Algorithm) {
		return nil, fmt.Errorf("signing algorithm %q: HS256, ES256, EdDSA and RS256 are known", o.Algorithm)
	}
	if len(o.Secrets) == 0 {
		return nil, errors.New("signing tokens: no secret")
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Signer{
		algorithm: o.Algorithm, secrets: o.Secrets, store: o.Store, sealer: o.Sealer, clock: o.Clock, logger: o.Logger,
	}, nil
}

// Sign makes a token in compact form. The payload's members are in the order of their names.
func (s *Signer) Sign(ctx context.Context, kind usecase.TokenKind, claims map[string]any) (string, error) {
	now := s.clock.Now()
	set, err := s.keys(ctx, now)
	if err != nil {
		return "", err
	}
	key := set.kind(kind.Name).signer(now)
	if key == nil {
		return "", domain.UnavailableBecause(fmt.Errorf("no %s key to sign with", s.algorithm))
	}
	payload, err := json.Marshal(withIssuer(claims, kind.Issuer))
	if err != nil {
		return "", fmt.Errorf("write the payload of a token: %w", err)
	}
	token := make([]byte, 0, len(key.header)+encoding.EncodedLen(len(payload))+longestSignature)
	token = append(token, key.header...)
	token = append(token, '.')
	token = encoding.AppendEncode(token, payload)
	signature, err := key.sign(token)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	token = append(token, '.')
	token = encoding.AppendEncode(token, signature)
	if len(token) > maxToken {
		return "", fmt.Errorf("sign a token: it has %d bytes, at most %d are accepted back", len(token), maxToken)
	}
	return string(token), nil
}

// longestSignature is RS256's with its dot and the payload's: 256 bytes in base64url.
const longestSignature = 342 + 2

func withIssuer(claims map[string]any, issuer string) map[string]any {
	if issuer == "" {
		return claims
	}
	all := make(map[string]any, len(claims)+1)
	maps.Copy(all, claims)
	all["iss"] = issuer
	return all
}

// PublicKeys is the JWK set of all key pairs that are not retired, whichever algorithm signs now.
func (s *Signer) PublicKeys(ctx context.Context) ([]byte, error) {
	set, err := s.keys(ctx, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.public), nil
}
