package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

const macSize = sha256.Size

// mac is HMAC-SHA-256 under one key. Setting up a key costs two blocks of hashing and several allocations, so states are reused.
type mac struct {
	states sync.Pool
}

type macState struct {
	hash  hash.Hash
	input []byte
}

func newMAC(key []byte) *mac {
	return &mac{states: sync.Pool{New: func() any { return &macState{hash: hmac.New(sha256.New, key)} }}}
}

// sum is the MAC of the parts under each key, all in one block of memory. Each part goes in behind its length, so no two lists of
// parts have the same input.
func sum(under []*mac, parts ...string) [][]byte {
	all := make([]byte, 0, len(under)*macSize)
	each := make([][]byte, len(under))
	for i, m := range under {
		state := m.states.Get().(*macState)
		state.input = state.input[:0]
		for _, part := range parts {
			state.input = binary.BigEndian.AppendUint64(state.input, uint64(len(part)))
			state.input = append(state.input, part...)
		}
		state.hash.Reset()
		state.hash.Write(state.input)
		all = state.hash.Sum(all)
		clear(state.input)
		m.states.Put(state)
		each[i] = all[i*macSize : (i+1)*macSize : (i+1)*macSize]
	}
	return each
}
