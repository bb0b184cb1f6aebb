package bigcity

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bigcity"
)

// tooMany is the document's text for whatever is refused for its frequency.
const tooMany = "Too many attempts. Please try again later."

// words are the document's "Business Error Codes", and plain ones in the same envelope where it has none. Its caller is a
// server with credentials, so that it may be told an expired code from a wrong one (E3).
func words(c *gin.Context, f *domain.Fault) httpapi.Reply {
	reply := httpapi.Reply{Status: httpapi.Status(f), Header: http.Header{}}
	message := httpapi.Text(f)
	switch f.Code {
	case httpapi.CodeRequired:
		message = f.Field + " is required"
	case domain.CodeMalformed:
		message = f.Field + " is invalid"
	case domain.CodeAccountUnknown:
		message = "Invalid Customer ID"
	case domain.CodeMismatch, domain.CodeUnknown:
		reply.Status, message = http.StatusUnprocessableEntity, "Invalid OTP"
	case domain.CodeExpired:
		reply.Status, message = http.StatusUnprocessableEntity, "OTP has expired. Please request a new one."
	case domain.CodeExhausted, domain.CodeGuessesLimited, domain.CodeSendsLimited, domain.CodeCallsLimited:
		reply.Status, message = http.StatusTooManyRequests, tooMany
	case domain.CodeBadCredentials:
		reply.Header.Set("WWW-Authenticate", `Basic realm="latchkey"`)
	case domain.CodeTokenMissing, domain.CodeTokenInvalid, domain.CodeTokenExpired:
		reply.Header.Set("WWW-Authenticate", "Bearer")
	case domain.CodeAccountDisabled:
		reply.Status = http.StatusUnauthorized
		reply.Header.Set("WWW-Authenticate", "Bearer")
		message = "Authentication failed"
	}
	reply.Body = gen.Failure{Status: false, Message: message}
	return reply
}
