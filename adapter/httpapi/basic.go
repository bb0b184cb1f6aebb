package httpapi

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
)

// clientKey is where the name of an authenticated client is left.
const clientKey = "latchkey.client"

// Credential is the name and secret of a server that calls us.
type Credential struct{ Name, Secret string }

// Clients are the servers that may call with Basic credentials (RFC 7617). A name may stand there twice, with the old and the new
// secret, while it is being rotated (V4).
type Clients struct {
	salt    []byte
	hashed  [][sha256.Size]byte
	nameFor []string
}

// NewClients keeps salted hashes of the credentials, and not the credentials.
func NewClients(credentials []Credential) *Clients {
	c := &Clients{salt: make([]byte, 16)}
	_, _ = rand.Read(c.salt) // never fails, says its documentation
	for _, credential := range credentials {
		c.hashed = append(c.hashed, c.hash(credential.Name, credential.Secret))
		c.nameFor = append(c.nameFor, credential.Name)
	}
	return c
}

// hash binds name and secret; a name never holds a colon.
func (c *Clients) hash(name, secret string) [sha256.Size]byte {
	return sha256.Sum256(append(append([]byte{}, c.salt...), name+":"+secret...))
}

// Authenticate is the gate of a route that only clients may call. It compares with every credential, whatever matches, in
// constant time; refusals are CodeBadCredentials.
func (c *Clients) Authenticate(s *Server) gin.HandlerFunc {
	return func(ctx *gin.Context) {
		name, secret, sent := ctx.Request.BasicAuth()
		given := c.hash(name, secret)
		match := -1
		for i := range c.hashed {
			if subtle.ConstantTimeCompare(given[:], c.hashed[i][:]) == 1 {
				match = i
			}
		}
		if !sent || match < 0 {
			s.Refuse(ctx, domain.NewFault(domain.Unauthenticated, domain.CodeBadCredentials))
			return
		}
		ctx.Set(clientKey, c.nameFor[match])
	}
}
