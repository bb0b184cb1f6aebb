package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"latchkey/domain"
	"latchkey/infrastructure/keys"
	"latchkey/usecase"
)

var _ usecase.Keyring = (*Keyring)(nil)

// MinSecret is the shortest secret in bytes that a Keyring takes.
const MinSecret = 32

// ErrSealed says that a sealed value was not made by Seal under any key in use and this label, or was changed since.
var ErrSealed = errors.New("sealed value does not open")

// Keyring holds the keys that derive from the server's secrets. It is safe for concurrent use.
type Keyring struct {
	contact *mac   // of the oldest secret
	code    []*mac // the current secret's first
	refresh []*mac
	sealers []sealer
}

// NewKeyring takes the secrets in use, the current one first, the oldest last. It fails when there is none, when one is shorter than
// MinSecret and when one comes twice. Errors name a secret by its place only.
func NewKeyring(secrets [][]byte) (*Keyring, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no secret")
	}
	ring := &Keyring{}
	for i, secret := range secrets {
		if len(secret) < MinSecret {
			return nil, fmt.Errorf("secret %d has %d bytes, at least %d are needed", i+1, len(secret), MinSecret)
		}
		for j := range i {
			if bytes.Equal(secret, secrets[j]) {
				return nil, fmt.Errorf("secrets %d and %d are the same", j+1, i+1)
			}
		}
		ring.code = append(ring.code, newMAC(keys.Derive(secret, "code mac", macSize)))
		ring.refresh = append(ring.refresh, newMAC(keys.Derive(secret, "refresh mac", macSize)))
		ring.sealers = append(ring.sealers, newSealer(secret))
	}
	ring.contact = newMAC(keys.Derive(secrets[len(secrets)-1], "contact", macSize))
	return ring, nil
}

// ContactKey is 43 characters of unpadded base64url.
func (r *Keyring) ContactKey(subject string) string {
	return base64.RawURLEncoding.EncodeToString(sum([]*mac{r.contact}, subject)[0])
}

// CodeMAC is 32 bytes.
func (r *Keyring) CodeMAC(handle string, purpose domain.Purpose, dialect, code string) []byte {
	return sum(r.code[:1], handle, string(purpose), dialect, code)[0]
}

// CodeMACs is CodeMAC under every secret, the current one's first.
func (r *Keyring) CodeMACs(handle string, purpose domain.Purpose, dialect, code string) [][]byte {
	return sum(r.code, handle, string(purpose), dialect, code)
}

// RefreshMACs are 32 bytes each.
func (r *Keyring) RefreshMACs(sessionID string, generation uint32, seed []byte) [][]byte {
	var number [4]byte
	binary.BigEndian.PutUint32(number[:], generation)
	return sum(r.refresh, sessionID, string(number[:]), string(seed))
}

// A sealed value is the version, the id of the key, and what AES-256-GCM makes: nonce, ciphertext, tag. The bytes in front are
// authenticated together with the label.
const (
	sealVersion = 1
	sealIDSize  = 4
	sealHeader  = 1 + sealIDSize
)

// sealer is one secret's encryption. NIST SP 800-38D 8.3 allows 2^32 values under one key with random nonces.
type sealer struct {
	header [sealHeader]byte
	aead   cipher.AEAD
}

func newSealer(secret []byte) sealer {
	s := sealer{header: [sealHeader]byte{sealVersion}}
	copy(s.header[1:], keys.Derive(secret, "seal id", sealIDSize))
	block, err := aes.NewCipher(keys.Derive(secret, "seal", 32))
	if err != nil {
		panic(fmt.Sprintf("AES-256: %v", err))
	}
	if s.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		panic(fmt.Sprintf("AES-256-GCM: %v", err))
	}
	return s
}

// bound is what is authenticated beside the plaintext. The header has a fixed length, so the border is unambiguous.
func (s *sealer) bound(label string) []byte {
	return append(s.header[:], label...)
}

// Seal adds 33 bytes to the plaintext.
func (r *Keyring) Seal(plaintext []byte, label string) []byte {
	s := &r.sealers[0]
	sealed := make([]byte, sealHeader, sealHeader+len(plaintext)+s.aead.Overhead())
	copy(sealed, s.header[:])
	return s.aead.Seal(sealed, nil, plaintext, s.bound(label))
}

// Open returns ErrSealed for whatever Seal did not make under this label and a secret still in use.
func (r *Keyring) Open(sealed []byte, label string) ([]byte, error) {
	for i := range r.sealers {
		s := &r.sealers[i]
		body, ours := bytes.CutPrefix(sealed, s.header[:])
		if !ours {
			continue
		}
		if plaintext, err := s.aead.Open(nil, nil, body, s.bound(label)); err == nil {
			return plaintext, nil
		}
	}
	return nil, ErrSealed
}
