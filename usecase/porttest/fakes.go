package porttest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"latchkey/usecase"
)

var (
	_ usecase.Clock  = (*Clock)(nil)
	_ usecase.Random = (*Random)(nil)
)

// Clock stands still until a test moves it. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that stands at a time, in UTC and cut to microseconds as the port demands.
func NewClock(at time.Time) *Clock { return &Clock{now: at.UTC().Truncate(time.Microsecond)} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on and returns where it stands then.
func (c *Clock) Advance(by time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by).Truncate(time.Microsecond)
	return c.now
}

// Set puts the clock to a time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at.UTC().Truncate(time.Microsecond)
}

// Random draws the same in every run, and never the same twice. It is safe for concurrent use.
type Random struct {
	mu    sync.Mutex
	drawn uint64
	codes []string
}

// NewRandom makes a Random whose first codes are the given ones.
func NewRandom(codes ...string) *Random { return &Random{codes: codes} }

// Script sets the codes that come next.
func (r *Random) Script(codes ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.codes = codes
}

// Bytes draws n bytes.
func (r *Random) Bytes(n int) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes(n)
}

func (r *Random) bytes(n int) []byte {
	drawn := make([]byte, 0, n+sha256.Size)
	for len(drawn) < n {
		r.drawn++
		block := sha256.Sum256(binary.BigEndian.AppendUint64(nil, r.drawn))
		drawn = append(drawn, block[:]...)
	}
	return drawn[:n:n]
}

// Code draws the next scripted code, or any when there is none. It panics when the scripted one has another length: the test
// has misunderstood who asks.
func (r *Random) Code(digits int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.codes) > 0 {
		code := r.codes[0]
		r.codes = r.codes[1:]
		if len(code) != digits {
			panic(fmt.Sprintf("porttest: a code of %d digits was asked for, and %q is next in the script", digits, code))
		}
		return code
	}
	code := r.bytes(digits)
	for i := range code {
		code[i] = '0' + code[i]%10
	}
	return string(code)
}
