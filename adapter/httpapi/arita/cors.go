package arita

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/rs/cors"

	"latchkey/adapter/httpapi"
)

// paths are the room's, each of which a portal on another origin may have to ask leave for.
var paths = []string{
	"/web/auth/login", "/web/auth/login/verify", "/web/auth/refresh", "/web/auth/logout", "/web/auth/otp",
	"/web/auth/forgot-password", "/web/auth/forgot-password/verify", "/web/auth/password", "/web/auth/email", "/web/auth/phone",
}

// preflightAge is how long, in seconds, a browser may remember the leave.
const preflightAge = 600

// allowPortals lets web portals on the listed origins call with credentials (the Fetch standard's CORS protocol). It answers
// preflights and puts the headers on all other replies, refusals included.
func allowPortals(origins *httpapi.Origins) gin.HandlerFunc {
	policy := cors.New(cors.Options{
		AllowOriginFunc:  origins.Allowed,
		AllowCredentials: true,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete},
		AllowedHeaders:   []string{"*"},
		ExposedHeaders:   []string{"Retry-After"},
		MaxAge:           preflightAge,
	})
	return func(c *gin.Context) {
		policy.HandlerFunc(c.Writer, c.Request)
		if c.Request.Method == http.MethodOptions {
			c.AbortWithStatus(http.StatusNoContent)
		}
	}
}

// registerPreflights routes OPTIONS to allowPortals, which ends them.
func registerPreflights(r gin.IRouter) {
	for _, path := range paths {
		r.OPTIONS(path, func(*gin.Context) {})
	}
}
