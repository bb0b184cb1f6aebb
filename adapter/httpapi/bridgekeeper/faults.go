package bridgekeeper

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
)

// codeHost is the cause of a request to a host that the settings do not list.
const codeHost domain.Code = "host_not_listed"

// notLoggedIn is the documented text for every call without a live session.
const notLoggedIn = "Could not find qt-auth cookie or X-QT-AUTH header, please Login."

// words carry each text twice, since some clients read message and others error.message; a call without a session gets the
// documented body, which has only the latter. One text serves all wrong codes, to the byte (E3).
func words(_ *gin.Context, f *domain.Fault) httpapi.Reply {
	status, message := httpapi.Status(f), httpapi.Text(f)
	switch f.Code {
	case domain.CodeTokenMissing, domain.CodeTokenInvalid, domain.CodeTokenExpired, domain.CodeTokenScope, domain.CodeAccountDisabled:
		return unauthorized(gen.NotLoggedInFailure{Error: gen.BridgekeeperError{Message: notLoggedIn}})
	case domain.CodeMismatch, domain.CodeUnknown, domain.CodeExpired, domain.CodeExhausted:
		return unauthorized(failure("OTP did not match"))
	case domain.CodeAccountUnknown:
		// Only who has proven the contact gets here.
		return unauthorized(failure("User not found."))
	case domain.CodeBadCredentials:
		return unauthorized(failure("Invalid username or password"))
	case httpapi.CodeRequired:
		message = f.Field + " is required"
	case domain.CodeMalformed:
		message = f.Field + " is invalid"
		if f.Field == "body" {
			message = "Request body is not valid JSON"
		}
	case domain.CodeContactInvalid:
		// The room has read the contact already; only a number can still be refused, for its country.
		message = "phone-number is invalid"
	case httpapi.CodeBodyTooLarge:
		message = "Request body is too large"
	case codeHost:
		message = "Host is not allowed"
	case domain.CodeForbidden:
		message = "Requests from other sites are not allowed"
	case domain.CodeGuessesLimited, domain.CodeSendsLimited, domain.CodeCallsLimited:
		message = "Too many requests. Please try again later."
	case domain.CodeUnavailable, domain.CodeBusy:
		message = "Service unavailable. Please try again later."
	}
	return httpapi.Reply{Status: status, Body: failure(message)}
}

func failure(message string) gen.Failure {
	return gen.Failure{Message: message, Error: gen.BridgekeeperError{Message: message}}
}

// unauthorized names the header that would help, as a 401 must (RFC 9110 11.6.1). Browsers ask for a password only when they
// know the scheme, which they do not.
func unauthorized(body any) httpapi.Reply {
	return httpapi.Reply{
		Status: http.StatusUnauthorized, Body: body,
		Header: http.Header{"Www-Authenticate": {headerName + ` realm="latchkey"`}},
	}
}
