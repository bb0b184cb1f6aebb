package bridgekeeper

import (
	"net"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/rs/cors"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// admitHosts refuses with codeHost whatever was sent to a host that is not listed; an empty list admits all. A listed host
// without a port stands for all its ports.
func admitHosts(s *httpapi.Server, listed []string) gin.HandlerFunc {
	known := map[string]bool{}
	for _, host := range listed {
		known[strings.ToLower(host)] = true
	}
	return func(c *gin.Context) {
		host := strings.ToLower(c.Request.Host)
		if len(known) == 0 || known[host] {
			return
		}
		if name, _, err := net.SplitHostPort(host); err == nil && known[name] {
			return
		}
		s.Refuse(c, domain.NewFault(domain.Forbidden, codeHost))
	}
}

// admitOrigins refuses with CodeForbidden whatever a page of a site that is not listed sends.
func admitOrigins(s *httpapi.Server, origins *httpapi.Origins) gin.HandlerFunc {
	return func(c *gin.Context) {
		if origin := c.GetHeader("Origin"); origin != "" && !origins.Allowed(origin) {
			s.Refuse(c, domain.NewFault(domain.Forbidden, domain.CodeForbidden))
		}
	}
}

// share lets pages of the listed sites read replies and send the session along (Fetch standard, CORS protocol).
func share(origins *httpapi.Origins) gin.HandlerFunc {
	rules := cors.New(cors.Options{
		AllowOriginFunc:  origins.Allowed,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost},
		AllowedHeaders:   []string{"Content-Type", headerName},
		ExposedHeaders:   []string{headerName, "Retry-After"},
		AllowCredentials: true,
		MaxAge:           600,
	})
	return func(c *gin.Context) { rules.HandlerFunc(c.Writer, c.Request) }
}

// preflights gives every route that is registered through it an OPTIONS route too, for browsers that ask share first.
type preflights struct {
	gin.IRouter
	answered map[string]bool // paths that have the route already
}

// GET registers a route for GET and OPTIONS.
func (p preflights) GET(path string, handlers ...gin.HandlerFunc) gin.IRoutes {
	p.answer(path)
	return p.IRouter.GET(path, handlers...)
}

// POST registers a route for POST and OPTIONS.
func (p preflights) POST(path string, handlers ...gin.HandlerFunc) gin.IRoutes {
	p.answer(path)
	return p.IRouter.POST(path, handlers...)
}

func (p preflights) answer(path string) {
	if !p.answered[path] {
		p.answered[path] = true
		p.OPTIONS(path, answerPreflight)
	}
}

func answerPreflight(c *gin.Context) { c.Status(http.StatusNoContent) }
