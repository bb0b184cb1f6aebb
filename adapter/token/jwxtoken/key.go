package jwxtoken

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"latchkey/infrastructure/keys"
	"latchkey/usecase"
)

// key is one row, ready for use.
type key struct {
	id        string
	algorithm string
	createdAt time.Time
	pair      jwk.Key // nil with HS256
	private   any
	public    any
	signer    jws.Signer
	verifier  jws.Verifier
}

// sealLabel names what is encrypted, so that one key cannot be put in another's place.
func sealLabel(id string) string { return "signing key " + id }

// open makes a row's key usable. It fails when the row was encrypted under a secret no longer in use, or does not hold what it says.
func (s *Signer) open(row usecase.SigningKey) (*key, error) {
	k := &key{id: row.ID, algorithm: row.Algorithm, createdAt: row.CreatedAt}
	algorithm := jwa.SignatureAlgorithm(row.Algorithm)
	var errSigner, errVerifier error
	k.signer, errSigner = jws.NewSigner(algorithm)
	k.verifier, errVerifier = jws.NewVerifier(algorithm)
	if err := errors.Join(errSigner, errVerifier); err != nil {
		return nil, err
	}
	if row.Algorithm == keys.HS256 {
		return k, nil
	}
	plain, err := s.sealer.Open(row.Sealed, sealLabel(row.ID))
	if err != nil {
		return nil, err
	}
	if k.pair, err = keys.Parse(plain); err != nil {
		return nil, err
	}
	if k.pair.KeyID() != row.ID || k.pair.Algorithm() != algorithm {
		return nil, fmt.Errorf("it holds a key %s for %s", k.pair.KeyID(), k.pair.Algorithm())
	}
	public, err := k.pair.PublicKey()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(k.pair.Raw(&k.private), public.Raw(&k.public)); err != nil {
		return nil, err
	}
	if private, ok := k.private.(*rsa.PrivateKey); ok {
		private.Precompute() // the library leaves half of it to each signature
	}
	return k, nil
}

// boundKey is a key as one kind of token uses it.
type boundKey struct {
	*key
	header  string // the first part of every such token
	private any
	public  []any // with HS256 one for each secret
}

// header has the members in the order of the documents' samples.
type header struct {
	Type      string `json:"typ"`
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
}

// bind gives a key to a kind. A kid has no spaces, so the label has one reading.
func (s *Signer) bind(k *key, kind string) *boundKey {
	h := header{Type: "JWT", Algorithm: k.algorithm, KeyID: k.id}
	b := &boundKey{key: k, private: k.private, public: []any{k.public}}
	if k.algorithm == keys.HS256 {
		b.public = make([]any, len(s.secrets))
		for i, secret := range s.secrets {
			b.public[i] = keys.Derive(secret, "token "+kind+" "+k.id, 32)
		}
		b.private = b.public[0]
	} else {
		h.Type = kind + "+jwt"
	}
	text, _ := json.Marshal(h) // three strings: nothing can go wrong
	b.header = base64.RawURLEncoding.EncodeToString(text)
	return b
}

func (b *boundKey) sign(input []byte) ([]byte, error) { return b.signer.Sign(input, b.private) }

func (b *boundKey) verify(input, signature []byte) bool {
	for _, public := range b.public {
		if b.verifier.Verify(input, signature, public) == nil {
			return true
		}
	}
	return false
}
