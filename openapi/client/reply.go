package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// maxReplyBytes is the longest reply that is read. The longest documented ones have a few KiB.
const maxReplyBytes = 1 << 20

// maxMessageRunes is how much of a server's words goes into an Error.
const maxMessageRunes = 300

// call is an operation on its way.
type call struct {
	operation string
	// kind says what a refusal means, or nil to leave it to kindOf.
	kind func(refusal *Error) error
	// secrets must not come back in an error's text.
	secrets []string
	now     func() time.Time
}

// answer reads a successful reply into a T, and everything else into an *Error.
func answer[T any](c call, response *http.Response, err error) (*T, error) {
	if err != nil {
		return nil, noReply(c.operation, err)
	}
	body, err := readBody(response)
	if err != nil {
		return nil, noReply(c.operation, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, c.refusal(response, body)
	}
	if !isJSON(response.Header) {
		return nil, c.badReply(response, body)
	}
	reply := new(T)
	if err := json.Unmarshal(body, reply); err != nil {
		return nil, c.badReply(response, body)
	}
	return reply, nil
}

// finish is answer for a reply whose body tells nothing.
func finish(c call, response *http.Response, err error) error {
	if err != nil {
		return noReply(c.operation, err)
	}
	body, err := readBody(response)
	if err != nil {
		return noReply(c.operation, err)
	}
	if response.StatusCode == http.StatusNoContent || response.StatusCode == http.StatusOK && isJSON(response.Header) {
		return nil
	}
	return c.refusal(response, body)
}

// readBody reads a reply whole and closes it.
func readBody(response *http.Response) ([]byte, error) {
	body, err := io.ReadAll(response.Body)
	return body, errors.Join(err, response.Body.Close())
}

// refusal reads a reply that is no success.
func (c call) refusal(response *http.Response, body []byte) *Error {
	status := response.StatusCode
	message, ok := "", false
	if isJSON(response.Header) {
		message, ok = words(body)
	}
	failure := &Error{Operation: c.operation, Status: status, Message: message, RetryAfter: retryAfter(response.Header, c.now())}
	if c.kind != nil && ok {
		failure.kind = c.kind(failure)
	}
	failure.Message = c.clean(message) // a secret may be a word of the text by which the kind is known
	if failure.kind == nil {
		failure.kind = kindOf(status)
	}
	if !ok && failure.kind != ErrUnavailable && failure.kind != ErrTooMany {
		return c.badReply(response, body)
	}
	return failure
}

// badReply says what came in place of a documented reply, and quotes none of it.
func (c call) badReply(response *http.Response, body []byte) *Error {
	var what string
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		what = "the reply is empty"
	case media == "":
		what = "the reply does not say that it is JSON"
	case !isJSON(response.Header):
		what = fmt.Sprintf("the reply is %s, not JSON; is this the server's address?", media)
	default:
		what = "the reply is not the JSON that this call is documented to answer"
	}
	return &Error{Operation: c.operation, Status: response.StatusCode, Message: what, kind: ErrBadReply}
}

// clean makes a server's words fit for one line of a log.
func (c call) clean(message string) string {
	for _, secret := range c.secrets {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "…")
		}
	}
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, message)
	if runes := []rune(message); len(runes) > maxMessageRunes {
		message = string(runes[:maxMessageRunes]) + "…"
	}
	return message
}

func isJSON(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && media == "application/json"
}

// words finds the text of a refusal in the error shapes of all four APIs: {"message"}, {"error": text}, {"errors": text},
// {"error": {"message"}} and {"errors": {"pin"}}.
func words(body []byte) (text string, ok bool) {
	var shape struct{ Message, Error, Errors json.RawMessage }
	if err := json.Unmarshal(body, &shape); err != nil {
		return "", false
	}
	for _, place := range []json.RawMessage{shape.Message, shape.Error, shape.Errors} {
		var inner struct{ Message, Pin string }
		if json.Unmarshal(place, &text) == nil && text != "" {
			return text, true
		}
		if json.Unmarshal(place, &inner) == nil && inner.Message+inner.Pin != "" {
			return inner.Message + inner.Pin, true
		}
	}
	return "", false
}

// limited is a body that ends with an error when it is longer than a reply may be.
type limited struct {
	io.ReadCloser
	left int64
}

var errTooLong = fmt.Errorf("%w: longer than %d bytes", ErrBadReply, maxReplyBytes)

// Read reads up to the limit, and one byte further to see whether there is more.
func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errTooLong
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, errTooLong
	}
	return n, err
}

// incomplete is the error of a reply in which something documented is missing.
func incomplete(operation string) *Error {
	const what = "the reply lacks what this call is documented to answer"
	return &Error{Operation: operation, Status: http.StatusOK, Message: what, kind: ErrBadReply}
}
