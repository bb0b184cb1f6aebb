package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
)

// The signature algorithms (RFC 7518 3.1, RFC 8037 3.1). HS256 has no key pair: its keys come from Derive.
const (
	HS256 = "HS256"
	ES256 = "ES256"
	EdDSA = "EdDSA"
	RS256 = "RS256"
)

// rsaBits is the size of new RSA keys and the least that is accepted (RFC 7518 3.3).
const rsaBits = 2048

// idLength gives a key id 65 random bits: enough never to repeat, short enough to stand in every token.
const idLength = 13

// NewID draws the id (kid) of a new key: 13 lower-case letters and digits.
func NewID() string { return strings.ToLower(rand.Text()[:idLength]) }

// Generate makes a private key for ES256 (P-256), EdDSA (Ed25519) or RS256 (2048 bits), with kid, alg and "use": "sig".
// It fails for other algorithms.
func Generate(algorithm, id string) (jwk.Key, error) {
	private, err := generate(algorithm)
	if err != nil {
		return nil, fmt.Errorf("generate a key for %q: %w", algorithm, err)
	}
	key, err := jwk.FromRaw(private)
	if err != nil {
		return nil, fmt.Errorf("make a JWK for %q: %w", algorithm, err)
	}
	for name, value := range map[string]any{
		jwk.KeyIDKey:     id,
		jwk.AlgorithmKey: jwa.SignatureAlgorithm(algorithm),
		jwk.KeyUsageKey:  jwk.ForSignature,
	} {
		if err := key.Set(name, value); err != nil {
			return nil, fmt.Errorf("set %s of a JWK: %w", name, err)
		}
	}
	return key, nil
}

func generate(algorithm string) (any, error) {
	switch algorithm {
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	case RS256:
		return rsa.GenerateKey(rand.Reader, rsaBits)
	}
	return nil, errors.New("no key pairs of this algorithm")
}

// Marshal writes a private key as JSON. The result is a secret.
func Marshal(key jwk.Key) ([]byte, error) {
	raw, err := json.Marshal(key)
	if err != nil {
		return nil, fmt.Errorf("write a JWK: %w", err)
	}
	return raw, nil
}

// Parse reads what Marshal wrote. It fails for anything but a private key with a kid, whose type and size fit its alg. Errors
// never repeat the input.
func Parse(raw []byte) (jwk.Key, error) {
	key, err := jwk.ParseKey(raw)
	if err != nil {
		return nil, errors.New("read a JWK: not a JSON Web Key")
	}
	var private any
	if err := key.Raw(&private); err != nil {
		return nil, errors.New("read a JWK: not a usable key")
	}
	if key.KeyID() == "" {
		return nil, errors.New("read a JWK: no kid")
	}
	if !fits(key.Algorithm().String(), private) {
		return nil, fmt.Errorf("read a JWK: not a private key for %q", key.Algorithm())
	}
	return key, nil
}

// fits tells whether a key may be used with an algorithm: one algorithm per key (RFC 8725 3.1).
func fits(algorithm string, private any) bool {
	switch private := private.(type) {
	case *ecdsa.PrivateKey:
		return algorithm == ES256 && private.Curve == elliptic.P256()
	case ed25519.PrivateKey:
		return algorithm == EdDSA
	case *rsa.PrivateKey:
		return algorithm == RS256 && private.N.BitLen() >= rsaBits
	}
	return false
}

// PublicSet writes the public halves of private keys as a JWK set (RFC 7517 5), in their order, {"keys":[]}
// when there are none.
func PublicSet(private []jwk.Key) ([]byte, error) {
	set := jwk.NewSet()
	for _, key := range private {
		public, err := key.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("take the public half of key %s: %w", key.KeyID(), err)
		}
		if err := set.AddKey(public); err != nil {
			return nil, fmt.Errorf("add key %s to the public set: %w", key.KeyID(), err)
		}
	}
	raw, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("write the public set: %w", err)
	}
	return raw, nil
}
