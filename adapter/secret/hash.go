package secret

import (
	"crypto/subtle"
	"strings"
)

// storedHash is a password hash that was read and found within bounds.
type storedHash interface {
	matches(password string) bool
	// current tells whether Hash would make one like it today.
	current() bool
	// large tells whether checking it takes more memory than one of ours, so that only one may be checked at a time.
	large() bool
}

// longest is the most bytes in any hash that is read: Django's column has 128 characters, PHC strings stay below 256.
const longest = 256

func parse(hash string) (storedHash, bool) {
	// The base64 decoders skip line breaks.
	if len(hash) > longest || strings.ContainsAny(hash, "\r\n") {
		return nil, false
	}
	scheme, rest, _ := strings.Cut(hash, "$")
	switch scheme {
	case "":
		if strings.HasPrefix(rest, "argon2id$") {
			return parseArgon2(hash)
		}
		return parseBcrypt(hash, false)
	case "argon2":
		return parseArgon2("$" + rest)
	case "bcrypt":
		return parseBcrypt(rest, false)
	case "bcrypt_sha256":
		return parseBcrypt(rest, true)
	case "pbkdf2_sha256", "pbkdf2_sha1":
		return parsePBKDF2(scheme, rest)
	}
	return nil, false
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
