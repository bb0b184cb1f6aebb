package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// What an *Error is about, for errors.Is.
var (
	// ErrWrongCode: the code opens nothing: it is wrong, used, replaced by a newer one, or its tries are used up. Most APIs do
	// not tell an expired code from these.
	ErrWrongCode = errors.New("wrong code")
	// ErrExpiredCode: the code was too old. Ask for a new one.
	ErrExpiredCode = errors.New("expired code")
	// ErrTooMany: asked too often; RetryAfter tells when again. At a code it means that no answer to it counts any more.
	ErrTooMany = errors.New("too many requests")
	// ErrWrongPassword: the password is wrong, or the account is unknown or disabled, which the APIs do not tell apart.
	ErrWrongPassword = errors.New("wrong password")
	// ErrUnauthenticated: the token or the server's credentials are refused. Log in (again).
	ErrUnauthenticated = errors.New("not authenticated")
	// ErrForbidden: the caller is known and may not do this.
	ErrForbidden = errors.New("forbidden")
	// ErrUnknownCustomer: BigCity's customer ID is nobody's.
	ErrUnknownCustomer = errors.New("unknown customer")
	// ErrInvalid: a value breaks a rule of the API; Message says which.
	ErrInvalid = errors.New("invalid request")
	// ErrUnavailable: the server, or the way to it, is out of order. Later may be better.
	ErrUnavailable = errors.New("unavailable")
	// ErrBadReply: what came back is not what the OpenAPI document promises, such as a proxy's page of HTML.
	ErrBadReply = errors.New("unexpected reply")
)

// Error is a call that did not succeed.
type Error struct {
	Operation  string        // what was attempted, such as "verify code"
	Status     int           // the HTTP status; 0 when no reply came
	Message    string        // the server's words, or ours when it had none; for people
	RetryAfter time.Duration // how long until the call can succeed; 0 when waiting does not help or nobody said

	kind  error // one of the errors above; nil when the caller gave up
	cause error // what broke, when no reply came
}

// Error says what was attempted and what became of it.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Operation)
	text.WriteString(": ")
	switch {
	case e.cause != nil:
		text.WriteString(e.cause.Error())
	case e.Message != "":
		text.WriteString(e.Message)
	default:
		text.WriteString(e.kind.Error())
	}
	if e.Status != 0 {
		fmt.Fprintf(&text, " (status %d", e.Status)
		if e.RetryAfter > 0 {
			fmt.Fprintf(&text, ", try again in %s", e.RetryAfter)
		}
		text.WriteString(")")
	}
	return text.String()
}

// Unwrap answers the kind, and the cause of a call that got no reply.
func (e *Error) Unwrap() []error {
	var inner []error
	for _, err := range []error{e.kind, e.cause} {
		if err != nil {
			inner = append(inner, err)
		}
	}
	return inner
}

// noReply is the error of a call that got no reply. The address, which may hold a customer's ID or a token, is left out.
func noReply(operation string, err error) *Error {
	if inner, ok := errors.AsType[*Error](err); ok {
		return inner // of the refresh that the call needed
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	failure := &Error{Operation: operation, kind: ErrUnavailable, cause: err}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		failure.kind = nil
	case errors.Is(err, ErrBadReply):
		failure.kind = nil // the cause tells
	}
	return failure
}

// kindOf is what a status means where an operation has no meaning of its own for it.
func kindOf(status int) error {
	switch {
	case status == http.StatusUnauthorized:
		return ErrUnauthenticated
	case status == http.StatusForbidden:
		return ErrForbidden
	case status == http.StatusTooManyRequests:
		return ErrTooMany
	case status >= 500:
		return ErrUnavailable
	case status == http.StatusBadRequest, status == http.StatusConflict, status == http.StatusRequestEntityTooLarge,
		status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		return ErrInvalid
	default:
		return ErrBadReply
	}
}
