package httpapi

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/render"
	"github.com/oapi-codegen/runtime"

	"latchkey/domain"
)

// Causes that only HTTP knows.
const (
	CodeBodyTooLarge domain.Code = "body_too_large" // over 64 KiB
	CodeMediaType    domain.Code = "media_type"     // neither JSON nor what else the room reads
	CodeNoSuchPath   domain.Code = "no_such_path"
	CodeNoSuchMethod domain.Code = "no_such_method"
)

// Reply is a refusal in a room's words.
type Reply struct {
	Status int
	Body   any // written as JSON, or as it says itself when it is a render.Render; nil for an empty body
	Header http.Header
}

// Words turns a fault into a room's documented reply. It never repeats what the request said.
type Words func(c *gin.Context, f *domain.Fault) Reply

// Status is the HTTP status of a fault where a room's document does not demand another.
func Status(f *domain.Fault) int {
	switch f.Code {
	case CodeBodyTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeMediaType:
		return http.StatusUnsupportedMediaType
	case CodeNoSuchMethod:
		return http.StatusMethodNotAllowed
	}
	switch f.Kind {
	case domain.Invalid:
		return http.StatusBadRequest
	case domain.Unauthenticated:
		return http.StatusUnauthorized
	case domain.Forbidden:
		return http.StatusForbidden
	case domain.NotFound:
		return http.StatusNotFound
	case domain.Conflict:
		return http.StatusConflict
	case domain.Limited:
		return http.StatusTooManyRequests
	case domain.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Text is a fault's plain English where a room's document has no words for it.
func Text(f *domain.Fault) string {
	switch f.Code {
	case CodeBodyTooLarge:
		return "The request body is too large"
	case CodeMediaType:
		return "The content type is not supported"
	case CodeNoSuchPath:
		return "Not found"
	case CodeNoSuchMethod:
		return "Method not allowed"
	}
	switch f.Kind {
	case domain.Invalid:
		return "The request is invalid"
	case domain.Unauthenticated:
		return "Authentication failed"
	case domain.Forbidden:
		return "Forbidden"
	case domain.NotFound:
		return "Not found"
	case domain.Conflict:
		return "Already exists"
	case domain.Limited:
		return "Too many attempts. Please try again later."
	case domain.Unavailable:
		return "The service is unavailable. Please try again later."
	default:
		return "Internal server error"
	}
}

// plainWords answer where no room is in charge.
func plainWords(_ *gin.Context, f *domain.Fault) Reply {
	return Reply{Status: Status(f), Body: map[string]string{"error": Text(f)}}
}

// Refuse ends a request with a fault. It is the only place where a failure becomes a reply, and the only one that writes
// Retry-After: whole seconds, rounded up, so that who waits that long is not refused again for the same reason (S2).
func (s *Server) Refuse(c *gin.Context, err error) {
	fault := domain.AsFault(err)
	words := Words(plainWords)
	if set, ok := c.Get(wordsKey); ok {
		words = set.(Words)
	}
	reply := words(c, fault)
	header := c.Writer.Header()
	// What was said of the reply that broke off does not hold for the refusal.
	for _, name := range []string{"Content-Type", "Content-Encoding", "Etag"} {
		header.Del(name)
	}
	header["Cache-Control"] = noStore
	for name, values := range reply.Header {
		header[name] = values
	}
	limited := fault.Kind == domain.Limited || fault.Kind == domain.Unavailable || reply.Status == http.StatusTooManyRequests
	if limited && fault.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int(math.Ceil(fault.RetryAfter.Seconds()))))
	}
	c.Abort()
	if reply.Body == nil {
		c.Status(reply.Status)
		c.Writer.WriteHeaderNow()
		return
	}
	if page, ok := reply.Body.(render.Render); ok {
		c.Render(reply.Status, page)
		return
	}
	c.JSON(reply.Status, reply.Body)
}

// RequestError is the handler for bodies that the generated binding cannot take.
func (s *Server) RequestError(c *gin.Context, err error) {
	field := "body"
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		field = wrongType.Field
	}
	s.Refuse(c, domain.Malformed(field))
}

// ParameterError is the handler for query parameters that the generated binding does not find, or cannot take.
func (s *Server) ParameterError(c *gin.Context, err error, _ int) {
	var missing *runtime.RequiredParameterError
	if errors.As(err, &missing) {
		s.Refuse(c, Required(missing.ParamName))
		return
	}
	s.Refuse(c, domain.Malformed("query"))
}

// ReplyError is the handler for replies that cannot be written: the caller hung up, or we made a mistake.
func (s *Server) ReplyError(c *gin.Context, err error) {
	s.options.Logger.WarnContext(c, "reply not written", "route", c.FullPath(), "error", err)
	if !c.Writer.Written() {
		s.Refuse(c, err)
	}
}

// CodeRequired is the cause of a field that is missing or blank, where a room has other words for that than for a wrong one.
const CodeRequired domain.Code = "required"

// Required is the fault of a missing or blank request field.
func Required(field string) *domain.Fault {
	return &domain.Fault{Kind: domain.Invalid, Code: CodeRequired, Field: field}
}

// IsCode tells whether s can be a code of this many digits at all. What cannot is refused before any lookup and is no guess (C8).
func IsCode(s string, digits int) bool {
	if len(s) != digits {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
