package secret

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What Hash makes: the first of OWASP's choices for argon2id (Password Storage Cheat Sheet), with the salt and tag of RFC 9106 4.
var owasp = argon2Cost{memory: 19456, passes: 2, lanes: 1}

const (
	saltSize = 16
	tagSize  = 32
)

// Bounds of imported hashes. The dearest in use that we know of are Django's 100 MiB with two passes and PHP's 64 MiB with four;
// work is memory times passes, and its bound is about half a second of one processor.
const (
	mostMemory = 128 << 10 // KiB
	mostWork   = 512 << 10 // KiB times passes
	mostLanes  = 16
)

// argon2Cost is what argon2id is told to spend.
type argon2Cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// argon2Hash is a PHC string (github.com/P-H-C/phc-string-format) taken apart.
type argon2Hash struct {
	cost      argon2Cost
	salt, tag []byte
}

// decoy is what unknown hashes are checked against, so that they take their time. The result is never looked at.
var decoy = argon2Hash{cost: owasp, salt: make([]byte, saltSize), tag: make([]byte, tagSize)}

func hashArgon2(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	h := argon2Hash{cost: owasp, salt: salt}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.memory, h.cost.passes, h.cost.lanes, b64(salt), b64(h.derive(password, tagSize)))
}

// parseArgon2 reads $argon2id$v=19$m=…,t=…,p=…$SALT$TAG.
func parseArgon2(hash string) (storedHash, bool) {
	field := strings.Split(hash, "$")
	if len(field) != 6 || field[0] != "" || field[1] != "argon2id" || field[2] != "v=19" {
		return nil, false
	}
	var h argon2Hash
	cost := strings.Split(field[3], ",")
	if len(cost) != 3 {
		return nil, false
	}
	memory, okM := parseCount(cost[0], "m=", mostMemory)
	passes, okT := parseCount(cost[1], "t=", mostWork)
	lanes, okP := parseCount(cost[2], "p=", mostLanes)
	if !okM || !okT || !okP || memory < 8*lanes || memory*passes > mostWork {
		return nil, false
	}
	h.cost = argon2Cost{memory: uint32(memory), passes: uint32(passes), lanes: uint8(lanes)}
	var errSalt, errTag error
	h.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(field[4])
	h.tag, errTag = base64.RawStdEncoding.Strict().DecodeString(field[5])
	if errSalt != nil || errTag != nil || len(h.salt) < 8 || len(h.tag) < 16 || len(h.tag) > 64 {
		return nil, false
	}
	return h, true
}

// parseCount reads a decimal number from 1 to most behind a name.
func parseCount(text, name string, most uint64) (uint64, bool) {
	digits, named := strings.CutPrefix(text, name)
	n, err := strconv.ParseUint(digits, 10, 32)
	return n, named && err == nil && n >= 1 && n <= most
}

func (h argon2Hash) matches(password string) bool {
	return equal(h.derive(password, uint32(len(h.tag))), h.tag)
}

func (h argon2Hash) current() bool {
	return h.cost == owasp && len(h.salt) >= saltSize && len(h.tag) >= tagSize
}

func (h argon2Hash) large() bool { return h.cost.memory > owasp.memory }

// derive computes the tag. The library allocates its memory anew each time and cannot be handed a buffer, and the collector
// lets several such blocks pile up: two places at work reached 140 MB resident. Collecting at once, while the place is
// still held, keeps that near 60 MB and costs no measurable time, as the blocks hold no pointers.
func (h argon2Hash) derive(password string, size uint32) []byte {
	defer runtime.GC()
	return argon2.IDKey([]byte(password), h.salt, h.cost.passes, h.cost.memory, h.cost.lanes, size)
}
