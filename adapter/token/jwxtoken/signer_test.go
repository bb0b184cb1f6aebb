package jwxtoken_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/adapter/token/jwxtoken"
	"latchkey/domain"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

var (
	start      = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	newSecret  = bytes.Repeat([]byte("new!"), 8)
	oldSecret  = bytes.Repeat([]byte("old!"), 8)
	algorithms = []string{"HS256", "ES256", "EdDSA", "RS256"}
	access     = usecase.TokenKind{Name: "test-access"}
)

// node is one process: a signer of its own over a store that it may share.
type node struct {
	*jwxtoken.Signer
	store *countingStore
	clock *porttest.Clock
	log   *bytes.Buffer
}

// cluster is what nodes share.
type cluster struct {
	store *porttest.MemStore
	clock *porttest.Clock
}

func newCluster() cluster {
	return cluster{porttest.NewMemStore(), porttest.NewClock(start)}
}

func (c cluster) open(t testing.TB, algorithm string, secrets ...[]byte) node {
	t.Helper()
	if len(secrets) == 0 {
		secrets = [][]byte{newSecret}
	}
	n := node{store: &countingStore{Store: c.store}, clock: c.clock, log: &bytes.Buffer{}}
	signer, err := jwxtoken.New(jwxtoken.Options{
		Algorithm: algorithm, Secrets: secrets, Store: n.store, Sealer: sealer(secrets), Clock: c.clock,
		Logger: slog.New(slog.NewTextHandler(n.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Signer = signer
	if err := n.EnsureKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n node) sign(t testing.TB) string {
	t.Helper()
	token, err := n.Sign(t.Context(), access, map[string]any{"jti": "j", "sid": "s", "exp": n.clock.Now().Add(24 * time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (n node) accepts(t testing.TB, what, token string) {
	t.Helper()
	if _, err := n.Verify(t.Context(), access, token); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func (n node) refuses(t testing.TB, what, token string) {
	t.Helper()
	if _, err := n.Verify(t.Context(), access, token); !domain.HasCode(err, domain.CodeTokenInvalid) {
		t.Errorf("%s: %v, want %s", what, err, domain.CodeTokenInvalid)
	}
}

func (n node) rotate(t testing.TB) string {
	t.Helper()
	id, err := n.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// infos are the keys, oldest first.
func (n node) infos(t testing.TB) []jwxtoken.KeyInfo {
	t.Helper()
	infos, err := n.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return infos
}

// sealer hides nothing, but opens only what it sealed, under one of the secrets and the same label.
type sealer [][]byte

func (s sealer) Seal(plaintext []byte, label string) []byte {
	return bytes.Join([][]byte{s[0], []byte(label), plaintext}, []byte("|"))
}

func (s sealer) Open(sealed []byte, label string) ([]byte, error) {
	for _, secret := range s {
		front := bytes.Join([][]byte{secret, []byte(label), nil}, []byte("|"))
		if plaintext, ok := bytes.CutPrefix(sealed, front); ok {
			return plaintext, nil
		}
	}
	return nil, errors.New("does not open")
}

// countingStore counts the reads of keys, and is away when told so.
type countingStore struct {
	usecase.Store
	mu    sync.Mutex
	reads int
	away  bool
}

func (s *countingStore) Reader() usecase.Repositories {
	tx := s.Store.Reader()
	tx.Keys = countingKeys{tx.Keys, s}
	return tx
}

func (s *countingStore) setAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

// count is how many reads there were since the last call.
func (s *countingStore) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.reads
	s.reads = 0
	return n
}

type countingKeys struct {
	usecase.KeyRepository
	store *countingStore
}

func (k countingKeys) List(ctx context.Context) ([]usecase.SigningKey, error) {
	k.store.mu.Lock()
	k.store.reads++
	away := k.store.away
	k.store.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if away {
		return nil, domain.UnavailableBecause(errors.New("connection refused"))
	}
	return k.KeyRepository.List(ctx)
}

func TestTokenSigner(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			porttest.TokenSigner(t, func(t *testing.T) porttest.SignerUnderTest {
				n := newCluster().open(t, algorithm)
				return porttest.SignerUnderTest{Signer: n, Clock: n.clock, ReplaceKeys: func(t *testing.T) {
					old := n.infos(t)
					n.rotate(t)
					for _, key := range old {
						if err := n.Retire(t.Context(), key.ID); err != nil {
							t.Fatal(err)
						}
					}
				}}
			})
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"", "none", "hs256", "HS384", "PS256", "ES256K"} {
		if _, err := jwxtoken.New(jwxtoken.Options{Algorithm: algorithm, Secrets: [][]byte{newSecret}}); err == nil {
			t.Errorf("algorithm %q was taken", algorithm)
		}
	}
	if _, err := jwxtoken.New(jwxtoken.Options{Algorithm: "HS256"}); err == nil {
		t.Error("no secret was taken")
	}
}

func TestSignRefusesWhatVerifyWould(t *testing.T) {
	t.Parallel()
	n := newCluster().open(t, "HS256")
	if _, err := n.Sign(t.Context(), access, map[string]any{"name": strings.Repeat("x", 4000)}); err == nil {
		t.Error("a token over the length that is read was signed")
	}
	long, err := n.Sign(t.Context(), access, map[string]any{"name": strings.Repeat("x", 2800), "exp": start.Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	n.accepts(t, "a long token", long)
}
