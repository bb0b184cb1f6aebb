package random

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
)

// idBytes is 128 bits, the least that NIST SP 800-63B-4 and OWASP ASVS 5.0 ask
// of an identifier that must not be guessed.
const idBytes = 16

// System draws from the operating system's generator (crypto/rand). It never
// returns short or weak values: when the generator is out of order the process
// ends.
type System struct{}

// Bytes returns n random bytes.
func (System) Bytes(n int) []byte {
	b := make([]byte, n)
	read(rand.Reader, b)
	return b
}

// Code returns length decimal digits, each of the 10^length values equally
// likely, leading zeros included (NIST SP 800-63B-4 3.1.3.2).
func (System) Code(length int) string {
	return digits(rand.Reader, length)
}

// ID returns 128 random bits as 22 characters of unpadded base64url.
func (System) ID() string {
	var b [idBytes]byte
	read(rand.Reader, b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// fair is the number of byte values that split evenly into ten digits: 250
// values are kept, 25 for each digit, the other six are drawn again.
const fair = 250

// digits reads bytes from source until n digits came out by rejection sampling.
func digits(source io.Reader, n int) string {
	code := make([]byte, 0, n)
	var pool [16]byte
	for len(code) < n {
		read(source, pool[:])
		for _, b := range pool {
			if b < fair && len(code) < n {
				code = append(code, '0'+b%10)
			}
		}
	}
	return string(code)
}

// read fills b. crypto/rand never fails since Go 1.24; a source that does
// leaves nothing safe to return.
func read(source io.Reader, b []byte) {
	if _, err := io.ReadFull(source, b); err != nil {
		panic(fmt.Sprintf("read random bytes: %v", err))
	}
}
