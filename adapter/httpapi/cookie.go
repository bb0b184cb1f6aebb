package httpapi

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
)

// Cookie is how a dialect keeps a token in the browser (K5): HttpOnly, SameSite=Lax, Secure when users come by https.
type Cookie struct {
	Name string
	Path string
}

// Set gives the browser the value for this long.
func (k Cookie) Set(s *Server, c *gin.Context, value string, lifetime time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: k.Name, Value: value, Path: k.Path, MaxAge: int(lifetime / time.Second),
		HttpOnly: true, Secure: s.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// Clear takes the value away.
func (k Cookie) Clear(s *Server, c *gin.Context) { k.Set(s, c, "", -time.Second) }

// Get is the value, empty when there is none.
func (k Cookie) Get(c *gin.Context) string {
	cookie, err := c.Request.Cookie(k.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Origins are the sites that may use a dialect from the browser, besides this server's own.
type Origins struct {
	server *Server
	listed map[string]bool
}

// NewOrigins takes origins as browsers spell them: scheme, host and port.
func NewOrigins(s *Server, listed []string) *Origins {
	o := &Origins{server: s, listed: map[string]bool{}}
	for _, origin := range listed {
		o.listed[origin] = true
	}
	return o
}

// Listed tells whether any site is listed; when none is, logging in is open to all.
func (o *Origins) Listed() bool { return len(o.listed) > 0 }

// Allowed tells whether an Origin header is ours or listed.
func (o *Origins) Allowed(origin string) bool { return o.server.SameOrigin(origin) || o.listed[origin] }

// CheckForeign refuses with CodeForbidden a request whose cookie a foreign site made the browser send. It is for whatever
// changes state on the strength of a cookie; requests from outside browsers have neither header and pass.
func (o *Origins) CheckForeign(c *gin.Context) error {
	if origin := c.GetHeader("Origin"); origin != "" {
		if o.Allowed(origin) {
			return nil
		}
		return domain.NewFault(domain.Forbidden, domain.CodeForbidden)
	}
	if c.GetHeader("Sec-Fetch-Site") == "cross-site" {
		return domain.NewFault(domain.Forbidden, domain.CodeForbidden)
	}
	return nil
}
