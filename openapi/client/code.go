package client

import (
	"context"
	"errors"
	"strings"
)

// Prompt is what a CodeFunc may want to show to the person who types the code.
type Prompt struct {
	Attempt int    // 1 for the first answer to a code, 2 after a wrong one, and so on
	Tries   int    // how many answers are asked for at most
	To      string // where the code went, as far as the API tells the caller; empty in BigCity, whose server alone knows the number
	LastErr error  // why the last answer was refused; nil at the first
}

// CodeFunc gets a code from the person to whom it was sent. It is called once for each attempt. An error of its own, such as
// that of somebody who gave up, ends the login and is its error.
type CodeFunc func(ctx context.Context, prompt Prompt) (string, error)

// maxTries is how many wrong answers a code survives by all four documents.
const maxTries = 3

// askFor asks for a code until verify takes it, the tries are used up, or verify ends with anything but ErrWrongCode.
func askFor[S any](ctx context.Context, c connection, to string, ask CodeFunc, verify func(code string) (S, error)) (S, error) {
	var none S
	var last error
	for attempt := 1; attempt <= c.settings.tries; attempt++ {
		typed, err := ask(ctx, Prompt{Attempt: attempt, Tries: c.settings.tries, To: to, LastErr: last})
		if err != nil {
			return none, err
		}
		code := strings.Join(strings.Fields(typed), "")
		if !plausible(code) {
			last = &Error{Operation: "verify code", Message: "a code has 4 to 8 digits", kind: ErrWrongCode}
			continue
		}
		session, err := verify(code)
		if err == nil || !errors.Is(err, ErrWrongCode) {
			return session, err
		}
		last = err
	}
	return none, last
}

// plausible tells what may be a code from what the server need not see.
func plausible(code string) bool {
	return len(code) >= 4 && len(code) <= 8 && strings.Trim(code, "0123456789") == ""
}
