package domain

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal a Fault is. The HTTP rooms turn a kind into a status, unless a document demands another.
type Kind uint8

// The kinds of faults. The zero Kind is Internal: what nobody classified is our own mistake and is answered without detail.
const (
	Internal        Kind = iota // our mistake; the caller learns nothing but that
	Invalid                     // the request breaks a rule that the caller can read up
	Unauthenticated             // no proof of identity, or a wrong one
	Forbidden                   // identity proven, act not allowed
	NotFound                    // the thing named does not exist
	Conflict                    // the thing exists already
	Limited                     // too often; RetryAfter tells when again
	Unavailable                 // a part that we need is away; nothing was changed
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not found", "conflict", "limited", "unavailable"}

// String returns the kind in lower-case words.
func (k Kind) String() string { return kindNames[k] }

// Code is the stable name of one cause. Rooms choose their words by it; audit rows and metrics carry it.
type Code string

// The causes that the core knows.
const (
	CodeMalformed       Code = "malformed"        // Invalid: Field is missing, of the wrong type or breaks its rule
	CodeContactInvalid  Code = "contact_invalid"  // Invalid: no phone number or mail address that we send to
	CodePasswordRule    Code = "password_rule"    // Invalid: a new password breaks the rule
	CodeWrongPurpose    Code = "wrong_purpose"    // Invalid: a code or token made for something else
	CodeAccountUnknown  Code = "account_unknown"  // NotFound
	CodeAccountDisabled Code = "account_disabled" // Forbidden
	CodeSessionUnknown  Code = "session_unknown"  // NotFound
	CodeContactTaken    Code = "contact_taken"    // Conflict: another account has this contact or name
	CodeMismatch        Code = "code_mismatch"    // Unauthenticated: compared, and wrong
	CodeExpired         Code = "code_expired"     // Unauthenticated: not compared, too old
	CodeExhausted       Code = "code_exhausted"   // Unauthenticated: not compared, no guesses left on this code
	CodeUnknown         Code = "code_unknown"     // Unauthenticated: not compared; no such code, used, replaced or foreign
	CodeGuessesLimited  Code = "guesses_limited"  // Limited: the growing wait after many failures (G1)
	CodeSendsLimited    Code = "sends_limited"    // Limited: the contact's own wait or cap (S1)
	CodeCallsLimited    Code = "calls_limited"    // Limited: per address or client (S2)
	CodeBadCredentials  Code = "bad_credentials"  // Unauthenticated: password or client secret
	CodeTokenMissing    Code = "token_missing"    // Unauthenticated
	CodeTokenInvalid    Code = "token_invalid"    // Unauthenticated: forged, expired, foreign, or its session ended
	CodeTokenExpired    Code = "token_expired"    // Unauthenticated: genuine, but too old
	CodeTokenReused     Code = "token_reused"     // Unauthenticated: an old refresh token came again; the session is over (K3)
	CodeTokenScope      Code = "token_scope"      // Forbidden: a token that is good for something else only
	CodeSessionStale    Code = "session_stale"    // Forbidden: logged in too long ago for this act (I2)
	CodeForbidden       Code = "forbidden"        // Forbidden: not yours, or a foreign site or host
	CodeUnavailable     Code = "unavailable"      // Unavailable: database or another part away
	CodeBusy            Code = "busy"             // Unavailable: the queue for password hashing is full
)

// Fault is the one error type that crosses the core's border. It never contains a secret or a whole identifier.
type Fault struct {
	Kind       Kind
	Code       Code
	Field      string        // the request field, in the core's words, when one is to blame
	RetryAfter time.Duration // how long until the same call can succeed; zero when waiting does not help
	cause      error
}

// NewFault makes a fault without a cause.
func NewFault(kind Kind, code Code) *Fault { return &Fault{Kind: kind, Code: code} }

// Malformed is the fault of one request field.
func Malformed(field string) *Fault { return &Fault{Kind: Invalid, Code: CodeMalformed, Field: field} }

// LimitedFor is a Limited fault that ends after wait; anything below a second counts as one, so that Retry-After,
// which has whole seconds, is never a lie.
func LimitedFor(code Code, wait time.Duration) *Fault {
	return &Fault{Kind: Limited, Code: code, RetryAfter: max(wait, time.Second)}
}

// UnavailableBecause says that a part is away. The cause goes to the log, not to the caller.
func UnavailableBecause(cause error) *Fault {
	return &Fault{Kind: Unavailable, Code: CodeUnavailable, RetryAfter: time.Second, cause: cause}
}

// Error tells kind and code, and the cause if there is one. It is for logs; callers never see it.
func (f *Fault) Error() string {
	text := fmt.Sprintf("%s: %s", f.Kind, f.Code)
	if f.Field != "" {
		text += " (" + f.Field + ")"
	}
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	return text
}

// Unwrap gives the cause to errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.cause }

// AsFault finds the fault in err. An error that holds none is Internal, with err as its cause. It returns nil for nil.
func AsFault(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: Internal, Code: "internal", cause: err}
}

// IsRefusal tells whether the fault is an answer to the caller rather than something that went wrong on our side: what was
// counted and written on the way to it must be kept. It is false for nil.
func (f *Fault) IsRefusal() bool {
	return f != nil && f.Kind != Internal && f.Kind != Unavailable
}

// HasCode tells whether err holds a fault with this code.
func HasCode(err error, code Code) bool {
	var f *Fault
	return errors.As(err, &f) && f.Code == code
}
