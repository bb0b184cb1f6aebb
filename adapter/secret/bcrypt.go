package secret

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

const (
	bcryptSize     = 60
	bcryptMost     = 72 // bytes of a password that bcrypt looks at
	mostBcryptCost = 14 // over a second of one processor
	bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// bcryptHash is $2a$, $2b$ or $2y$: three names of one function for the passwords that a form lets through.
type bcryptHash struct {
	hash string
	// digested is Django's bcrypt_sha256: the password is SHA-256 in hex before bcrypt sees it.
	digested bool
}

func parseBcrypt(hash string, digested bool) (storedHash, bool) {
	if len(hash) != bcryptSize || hash[6] != '$' {
		return nil, false
	}
	switch hash[:4] {
	case "$2a$", "$2b$", "$2y$":
	default:
		return nil, false
	}
	foreign := func(r rune) bool { return !strings.ContainsRune(bcryptAlphabet, r) }
	if strings.ContainsFunc(hash[7:], foreign) {
		return nil, false
	}
	cost, err := bcrypt.Cost([]byte(hash))
	if err != nil || cost > mostBcryptCost {
		return nil, false
	}
	return bcryptHash{hash, digested}, true
}

// matches cuts a long password where bcrypt stops reading, as the programs that made these hashes did: their owners must get in.
// The hash that replaces it covers the whole password.
func (h bcryptHash) matches(password string) bool {
	if h.digested {
		digest := sha256.Sum256([]byte(password))
		password = hex.EncodeToString(digest[:])
	}
	read := []byte(password)
	if len(read) > bcryptMost {
		read = read[:bcryptMost]
	}
	return bcrypt.CompareHashAndPassword([]byte(h.hash), read) == nil
}

func (bcryptHash) current() bool { return false }

func (bcryptHash) large() bool { return false }
