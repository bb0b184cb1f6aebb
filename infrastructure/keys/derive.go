package keys

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// context keeps our keys apart from those of any other program that was given the same secret.
const context = "latchkey/1 "

// Derive makes n bytes of key from a secret with HKDF-SHA-256 (RFC 5869). Keys of different labels tell nothing about each other
// nor about the secret, so each use has its own label. n is at most 8160 bytes, else it panics.
func Derive(secret []byte, label string, n int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, context+label, n)
	if err != nil {
		panic(fmt.Sprintf("derive %d bytes: %v", n, err))
	}
	return key
}
