package secret

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"
)

// mostIterations is above Django 6.0's 1,200,000 and below a second of one processor.
const mostIterations = 2_000_000

// pbkdf2Hash is Django's ALGORITHM$ITERATIONS$SALT$TAG, where the salt is text and the tag standard base64.
type pbkdf2Hash struct {
	digest     func() hash.Hash
	iterations int
	salt       string
	tag        []byte
}

func parsePBKDF2(scheme, rest string) (storedHash, bool) {
	h := pbkdf2Hash{digest: sha256.New}
	size := sha256.Size
	if scheme == "pbkdf2_sha1" {
		h.digest, size = sha1.New, sha1.Size
	}
	field := strings.Split(rest, "$")
	if len(field) != 3 || field[1] == "" {
		return nil, false
	}
	iterations, ok := parseCount(field[0], "", mostIterations)
	tag, err := base64.StdEncoding.Strict().DecodeString(field[2])
	if !ok || err != nil || len(tag) != size {
		return nil, false
	}
	h.iterations, h.salt, h.tag = int(iterations), field[1], tag
	return h, true
}

func (h pbkdf2Hash) matches(password string) bool {
	tag, err := pbkdf2.Key(h.digest, password, []byte(h.salt), h.iterations, len(h.tag))
	return err == nil && equal(tag, h.tag)
}

func (pbkdf2Hash) current() bool { return false }

func (pbkdf2Hash) large() bool { return false }
