package httpapi

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json/jsontext"

	"latchkey/domain"
)

// maxBody is the longest request body, in bytes (V1).
const maxBody = 64 << 10

// BodyRules say what a room reads.
type BodyRules struct {
	// AnyType reads every body as JSON, whatever its Content-Type says.
	AnyType bool
	// Form turns an application/x-www-form-urlencoded body into JSON; nil refuses forms.
	Form func(body []byte) ([]byte, error)
	// Params, when set, sees the JSON object before the binding does: rooms whose documents name parameters in their refusals
	// check them here. It may also add to the object, such as query parameters.
	Params func(c *gin.Context, object []byte) ([]byte, error)
	// AsForm is for pages: the room reads application/x-www-form-urlencoded with Gin's PostForm, and nothing else.
	AsForm bool
	// Optional lets a request without a body through as {}.
	Optional bool
}

// readBody reads the whole body, refuses what is not strictly one JSON object (duplicate keys, broken UTF-8 and trailing data
// included: jsontext checks them by default, RFC 8259 and RFC 7493), and hands JSON to the generated binding. Nothing is looked
// up before that (C8).
func (s *Server) readBody(rules BodyRules) gin.HandlerFunc {
	return func(c *gin.Context) {
		switch c.Request.Method {
		case http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions:
			return
		}
		if rules.AsForm {
			s.readForm(c)
			return
		}
		object, err := rules.read(c)
		if err == nil && rules.Params != nil {
			object, err = rules.Params(c, object)
		}
		if err != nil {
			s.Refuse(c, err)
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(object))
		c.Request.ContentLength = int64(len(object))
		c.Request.Header.Set("Content-Type", "application/json")
	}
}

// readForm reads a form whole, so that handlers find its values without an error. A form without a body is an empty one.
func (s *Server) readForm(c *gin.Context) {
	mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if c.Request.ContentLength != 0 && (err != nil || mediaType != "application/x-www-form-urlencoded") {
		s.Refuse(c, domain.NewFault(domain.Invalid, CodeMediaType))
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	var tooLarge *http.MaxBytesError
	switch err := c.Request.ParseForm(); {
	case errors.As(err, &tooLarge):
		s.Refuse(c, domain.NewFault(domain.Invalid, CodeBodyTooLarge))
	case err != nil:
		s.Refuse(c, domain.Malformed("body"))
	}
}

func (r BodyRules) read(c *gin.Context) ([]byte, error) {
	form, err := r.isForm(c.GetHeader("Content-Type"))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, domain.NewFault(domain.Invalid, CodeBodyTooLarge)
	case err != nil:
		return nil, domain.Malformed("body") // cut off on the way
	case form:
		return r.Form(body)
	case len(bytes.TrimSpace(body)) == 0 && r.Optional:
		return []byte("{}"), nil
	}
	value := jsontext.Value(body)
	if value.Kind() != '{' || !value.IsValid() {
		return nil, domain.Malformed("body")
	}
	return body, nil
}

// isForm tells whether the body is a form; a type that the room does not read is CodeMediaType. No Content-Type means JSON.
func (r BodyRules) isForm(contentType string) (bool, error) {
	if contentType == "" {
		return false, nil
	}
	mediaType, params, err := mime.ParseMediaType(contentType)
	unsupported := domain.NewFault(domain.Invalid, CodeMediaType)
	switch {
	case err != nil && !r.AnyType:
		return false, unsupported
	case mediaType == "application/x-www-form-urlencoded" && r.Form != nil:
		return true, nil
	case mediaType == "application/json" && isUTF8(params["charset"]), r.AnyType:
		return false, nil
	default:
		return false, unsupported
	}
}

func isUTF8(charset string) bool {
	return charset == "" || bytes.EqualFold([]byte(charset), []byte("utf-8"))
}
