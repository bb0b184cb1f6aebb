package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// anyContentType marks a request body that is parsed as JSON whatever its Content-Type says.
const anyContentType = "x-latchkey-any-content-type"

// CheckRequest answers what the document does not allow about a request that is meant to be a good one, nil when there is
// nothing: path and method, credentials of none of the documented kinds, query parameters, documented headers, the
// content type, and the body with every field. Headers that the document does not name are left alone.
//
// The error joins one error for each fault. None of them quotes a schema or the body.
func (c *Contract) CheckRequest(req *http.Request, body []byte) error {
	v := &violations{subject: fmt.Sprintf("%s %s: request", req.Method, req.URL.Path)}
	operation, err := c.operation(req)
	if err != nil {
		v.addf("the document does not name this path and method")
		return v.err()
	}
	c.checkCredentials(v, operation, req)
	checkParameters(v, operation, req)
	if content, value, ok := readRequestBody(v, operation.RequestBody, req.Header, body); ok {
		checkValue(v, "body", content.Schema, value, openapi3.VisitAsRequest())
	}
	return v.err()
}

// checkCredentials records a request that carries the credentials of none of the operation's alternatives.
func (c *Contract) checkCredentials(v *violations, operation *openapi3.Operation, req *http.Request) {
	if operation.Security == nil || len(*operation.Security) == 0 {
		return
	}
	for _, alternative := range *operation.Security {
		if c.carriesAll(alternative, req) {
			return
		}
	}
	v.addf("credentials of none of the documented kinds")
}

func (c *Contract) carriesAll(alternative openapi3.SecurityRequirement, req *http.Request) bool {
	for name := range alternative {
		scheme := c.document.Components.SecuritySchemes[name]
		if scheme == nil || !carries(scheme.Value, req) {
			return false
		}
	}
	return true
}

func carries(scheme *openapi3.SecurityScheme, req *http.Request) bool {
	switch {
	case scheme.Type == "http":
		word, credentials, _ := strings.Cut(req.Header.Get("Authorization"), " ")
		return strings.EqualFold(word, scheme.Scheme) && credentials != ""
	case scheme.In == "cookie":
		cookie, err := req.Cookie(scheme.Name)
		return err == nil && cookie.Value != ""
	case scheme.In == "header":
		return req.Header.Get(scheme.Name) != ""
	}
	return false
}

func checkParameters(v *violations, operation *openapi3.Operation, req *http.Request) {
	query := req.URL.Query()
	documented := map[string]bool{}
	for _, parameter := range operation.Parameters {
		var values []string
		switch parameter.Value.In {
		case openapi3.ParameterInQuery:
			documented[parameter.Value.Name] = true
			values = query[parameter.Value.Name]
		case openapi3.ParameterInHeader:
			values = req.Header.Values(parameter.Value.Name)
		default:
			continue
		}
		where := parameter.Value.In + " parameter " + parameter.Value.Name
		switch {
		case len(values) == 0 && parameter.Value.Required:
			v.addf("%s is missing", where)
		case len(values) > 1:
			v.addf("%s comes %d times", where, len(values))
		case len(values) == 1:
			checkParameter(v, where, parameter.Value.Schema, values[0])
		}
	}
	for _, name := range sortedKeys(query) {
		if !documented[name] {
			v.addf("query parameter %s is not documented", shorten(name))
		}
	}
}

// readRequestBody answers what a body says and the content that describes it; ok is false when there is nothing to check.
func readRequestBody(
	v *violations, documented *openapi3.RequestBodyRef, header http.Header, body []byte,
) (content *openapi3.MediaType, value any, ok bool) {
	switch {
	case documented == nil && len(body) > 0:
		v.addf("a body is not documented")
		return nil, nil, false
	case documented == nil:
		return nil, nil, false
	case len(body) == 0 && documented.Value.Required:
		v.addf("the body is missing")
		return nil, nil, false
	case len(body) == 0:
		return nil, nil, false
	}
	if len(body) > maxBodyBytes {
		v.addf("the body has %d of %d bytes", len(body), maxBodyBytes)
	}
	media, err := mediaTypeOf(header)
	switch {
	case documented.Value.Extensions[anyContentType] == true:
		media = mediaJSON
	case err != nil:
		v.addf("%v", err)
		return nil, nil, false
	case media == "":
		media = mediaJSON
	}
	if content = documented.Value.Content[media]; content == nil {
		v.addf("content type %q is not documented", media)
		return nil, nil, false
	}
	if value, err = decodeRequestBody(media, body); err != nil {
		v.addf("body: %v", err)
		return nil, nil, false
	}
	return content, value, true
}

func decodeRequestBody(media string, body []byte) (any, error) {
	if media == mediaForm {
		return decodeForm(string(body))
	}
	return decodeBody(media, body)
}

// decodeForm answers a form with Rails brackets as nested objects: user_auth[mobile]=1 is {"user_auth": {"mobile": "1"}}.
// A name that is both a text and an object, or that comes twice, is an error.
func decodeForm(body string) (map[string]any, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, fmt.Errorf("not a well-formed form")
	}
	root := map[string]any{}
	for _, name := range sortedKeys(form) {
		if len(form[name]) > 1 {
			return nil, fmt.Errorf("%s comes %d times", shorten(name), len(form[name]))
		}
		if err := put(root, strings.Split(strings.ReplaceAll(name, "]", ""), "["), form[name][0]); err != nil {
			return nil, err
		}
	}
	return root, nil
}

func put(object map[string]any, path []string, value string) error {
	last := len(path) - 1
	for _, key := range path[:last] {
		if object[key] == nil {
			object[key] = map[string]any{}
		}
		child, ok := object[key].(map[string]any)
		if !ok {
			return fmt.Errorf("%s is both a text and an object", shorten(key))
		}
		object = child
	}
	if object[path[last]] != nil {
		return fmt.Errorf("%s is both a text and an object", shorten(path[last]))
	}
	object[path[last]] = value
	return nil
}
