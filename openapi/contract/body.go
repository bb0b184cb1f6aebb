package contract

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
)

// maxReasonBytes bounds the text of one violation, so that a schema never floods a test's output.
const maxReasonBytes = 200

// mediaTypeOf answers the media type of a Content-Type header without its parameters, "" when there is none. A charset
// other than UTF-8 is an error.
func mediaTypeOf(header http.Header) (string, error) {
	value := header.Get("Content-Type")
	if value == "" {
		return "", nil
	}
	media, params, err := mime.ParseMediaType(value)
	if err != nil {
		return "", fmt.Errorf("content type %q cannot be parsed", shorten(value))
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", fmt.Errorf("charset %q is not UTF-8", shorten(charset))
	}
	return media, nil
}

// decodeBody answers a body as the value that its schema describes: JSON decoded, anything else as text. Invalid UTF-8,
// a name that comes twice and bytes after the value are errors.
func decodeBody(media string, body []byte) (any, error) {
	if media != mediaJSON {
		return string(body), nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, errors.New("not one well-formed JSON value without duplicate names")
	}
	return value, nil
}

// encode is the JSON of a decoded value; what cannot be encoded stays the body that it was.
func encode(value any, body []byte) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return encoded
}

// checkValue holds a decoded value against a schema and records what is wrong with it, each fault at its own place.
func checkValue(v *violations, where string, schema *openapi3.SchemaRef, value any, direction openapi3.SchemaValidationOption) {
	if schema == nil {
		return
	}
	err := schema.Value.VisitJSON(value, direction,
		openapi3.MultiErrors(), openapi3.EnableFormatValidation(), openapi3.DisableSchemaErrorDetails())
	for _, fault := range flatten(err) {
		v.addf("%s%s", where, fault)
	}
}

// flatten answers a text for each fault of a schema check.
func flatten(err error) []string {
	switch fault := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var texts []string
		for _, one := range fault {
			texts = append(texts, flatten(one)...)
		}
		return texts
	case *openapi3.SchemaError:
		place := ""
		if pointer := fault.JSONPointer(); len(pointer) > 0 {
			place = "/" + strings.Join(pointer, "/")
		}
		return []string{place + ": " + shorten(fault.Reason)}
	}
	return []string{": " + shorten(err.Error())}
}

// shorten answers the first line of a text, cut to maxReasonBytes.
func shorten(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > maxReasonBytes {
		return strings.ToValidUTF8(line[:maxReasonBytes], "") + "…"
	}
	return line
}
