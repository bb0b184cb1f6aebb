package bridgekeeper

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
)

// Causes that only this room knows.
const (
	codeHost      domain.Code = "host_not_listed" // a host that the settings do not list
	codeSignUpOff domain.Code = "sign_up_off"     // the settings let nobody sign up
	codeRepeat    domain.Code = "repeat_differs"  // the new password was typed in two ways
)

// The calls whose refusals differ from those of all others.
const (
	resetPath      = "/api/auth/v1/users/reset-password"
	resetTokenPath = "/api/auth/v1/users/reset-password-with-token"
)

// notLoggedIn is the documented text for every call without a live session.
const notLoggedIn = "Could not find qt-auth cookie or X-QT-AUTH header, please Login."

// words carry each text twice, since some clients read message and others error.message; a call without a session gets the
// documented body, which has only the latter. One text serves all wrong codes, to the byte (E3).
func words(c *gin.Context, f *domain.Fault) httpapi.Reply {
	path := c.FullPath()
	reply := wordsFor(path, f)
	if failure, ok := reply.Body.(gen.Failure); ok && path == resetPath {
		// One of the web app's screens takes every reply with a top-level message for success.
		reply.Body = gen.ErrorOnlyFailure{Error: failure.Error}
	}
	return reply
}

func wordsFor(path string, f *domain.Fault) httpapi.Reply {
	status, message := httpapi.Status(f), httpapi.Text(f)
	switch f.Code {
	case domain.CodeTokenMissing, domain.CodeTokenInvalid, domain.CodeTokenExpired, domain.CodeTokenScope, domain.CodeAccountDisabled:
		return unauthorized(gen.NotLoggedInFailure{Error: gen.BridgekeeperError{Message: notLoggedIn}})
	case domain.CodeMismatch, domain.CodeUnknown, domain.CodeExpired, domain.CodeExhausted:
		if path == resetTokenPath {
			return unauthorized(failure("Token could not be found, or was already consumed or is expired"))
		}
		return unauthorized(failure("OTP did not match"))
	case domain.CodeAccountUnknown:
		// Only who has proven the contact gets here.
		return unauthorized(failure("User not found."))
	case domain.CodeBadCredentials:
		return unauthorized(failure("Invalid username or password"))
	case httpapi.CodeRequired:
		message = f.Field + " is required"
	case domain.CodeMalformed:
		message = strings.ReplaceAll(f.Field, "_", "-") + " is invalid"
		if f.Field == "body" {
			message = "Request body is not valid JSON"
		}
	case domain.CodeContactInvalid:
		// The room has read the contact already; only a number can still be refused, for its country.
		message = "phone-number is invalid"
	case httpapi.CodeBodyTooLarge:
		message = "Request body is too large"
	case domain.CodePasswordRule:
		message = "Password must have 8 to 128 characters"
	case codeRepeat:
		message = "confirm-password is not the same as new-password"
	case domain.CodeContactTaken:
		message = "User Already exists"
	case domain.CodeSessionStale:
		message = "Please log in again to change your contacts"
	case codeSignUpOff:
		message = "Sign-up is not allowed"
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
