package contract

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
)

// ExampleRequest answers a request that the document gives as an example for the operation behind a method and a path, which may be
// the document's template: its parameters, credentials of the first documented kind, and the first body by media type and name. The error is that of a path and
// method that the document does not name.
func (c *Contract) ExampleRequest(method, path string) (*http.Request, []byte, error) {
	operation, err := c.operation(httptest.NewRequest(method, path, nil))
	if err != nil {
		return nil, nil, err
	}
	req := c.exampleRequest(method, path, operation)
	if operation.RequestBody == nil {
		return req, nil, nil
	}
	for _, media := range sortedKeys(operation.RequestBody.Value.Content) {
		examples := operation.RequestBody.Value.Content[media].Examples
		for _, name := range sortedKeys(examples) {
			body, err := encodeExample(media, examples[name].Value.Value)
			req.Header.Set("Content-Type", media)
			return req, body, err
		}
	}
	return req, nil, nil
}

// ExampleNames answers the names of the examples that the document gives for a reply, in the order of the alphabet; none for a
// reply that it does not name.
func (c *Contract) ExampleNames(method, path string, status int, media string) []string {
	operation, err := c.operation(httptest.NewRequest(method, path, nil))
	if err != nil {
		return nil
	}
	reply := operation.Responses.Status(status)
	if reply == nil || reply.Value.Content[media] == nil {
		return nil
	}
	return sortedKeys(reply.Value.Content[media].Examples)
}

// exampleRequest answers a request with the parameters' examples and with credentials of the first documented kind.
func (c *Contract) exampleRequest(method, path string, operation *openapi3.Operation) *http.Request {
	req := httptest.NewRequest(method, path, nil)
	query := url.Values{}
	for _, parameter := range operation.Parameters {
		text := fmt.Sprint(parameter.Value.Example)
		switch parameter.Value.In {
		case openapi3.ParameterInQuery:
			query.Set(parameter.Value.Name, text)
		case openapi3.ParameterInPath:
			req.URL.Path = strings.ReplaceAll(req.URL.Path, "{"+parameter.Value.Name+"}", text)
		default:
			req.Header.Set(parameter.Value.Name, text)
		}
	}
	req.URL.RawQuery = query.Encode()
	if alternatives := *operation.Security; len(alternatives) > 0 {
		for name := range alternatives[0] {
			present(req, c.document.Components.SecuritySchemes[name].Value)
		}
	}
	return req
}

func present(req *http.Request, scheme *openapi3.SecurityScheme) {
	switch {
	case scheme.Scheme == "basic":
		req.SetBasicAuth("user", "password")
	case scheme.Type == "http":
		req.Header.Set("Authorization", "Bearer credentials")
	case scheme.In == "cookie":
		req.AddCookie(&http.Cookie{Name: scheme.Name, Value: "credentials"})
	default:
		req.Header.Set(scheme.Name, "credentials")
	}
}

// encodeExample answers an example as it is sent under a media type.
func encodeExample(media string, value any) ([]byte, error) {
	switch media {
	case mediaJSON:
		return json.Marshal(value)
	case mediaForm:
		form := url.Values{}
		addForm(form, "", value)
		return []byte(form.Encode()), nil
	}
	return []byte(fmt.Sprint(value)), nil
}

// addForm adds a value to a form in the spelling of Rails: a member of an object is its name in brackets.
func addForm(form url.Values, name string, value any) {
	object, nested := value.(map[string]any)
	if !nested {
		form.Set(name, fmt.Sprint(value))
		return
	}
	for key, member := range object {
		if name != "" {
			key = name + "[" + key + "]"
		}
		addForm(form, key, member)
	}
}
