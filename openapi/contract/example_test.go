package contract

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
)

// Every example of the document is an exchange that the contract itself accepts.
func TestExamplesKeepTheContract(t *testing.T) {
	t.Parallel()
	contract := mustLoad(t)
	requests, replies := 0, 0
	for path, item := range contract.document.Paths.Map() {
		for method, operation := range item.Operations() {
			requests += checkRequestExamples(t, contract, method, path, operation)
			replies += checkReplyExamples(t, contract, method, path, operation)
		}
	}
	if requests < 30 || replies < 150 {
		t.Errorf("only %d requests and %d replies have examples", requests, replies)
	}
}

func checkRequestExamples(t *testing.T, contract *Contract, method, path string, operation *openapi3.Operation) int {
	t.Helper()
	if operation.RequestBody == nil {
		expect(t, contract.CheckRequest(exampleRequest(contract, method, path, operation), nil))
		return 1
	}
	checked := 0
	for media, content := range operation.RequestBody.Value.Content {
		for name, example := range content.Examples {
			body := encodeExample(t, media, example.Value.Value)
			req := exampleRequest(contract, method, path, operation)
			req.Header.Set("Content-Type", media)
			if err := contract.CheckRequest(req, body); err != nil {
				t.Errorf("example %s: %v", name, err)
			}
			checked++
		}
	}
	return checked
}

func checkReplyExamples(t *testing.T, contract *Contract, method, path string, operation *openapi3.Operation) int {
	t.Helper()
	checked := 0
	for status, reply := range operation.Responses.Map() {
		code, err := strconv.Atoi(status)
		if err != nil {
			t.Errorf("%s %s: status %q is no number", method, path, status)
			continue
		}
		req := exampleRequest(contract, method, path, operation)
		for media, content := range reply.Value.Content {
			header := exampleHeader(reply.Value)
			header.Set("Content-Type", media)
			for name, example := range content.Examples {
				body := encodeExample(t, media, example.Value.Value)
				if err := contract.CheckReply(req, nil, code, header, body); err != nil {
					t.Errorf("example %s: %v", name, err)
				}
				checked++
			}
		}
		if len(reply.Value.Content) == 0 {
			expect(t, contract.CheckReply(req, nil, code, exampleHeader(reply.Value), nil))
		}
	}
	return checked
}

// exampleRequest answers a request with the parameters' examples and with credentials of the first documented kind.
func exampleRequest(contract *Contract, method, path string, operation *openapi3.Operation) *http.Request {
	req := httptest.NewRequest(method, path, nil)
	query := url.Values{}
	for _, parameter := range operation.Parameters {
		text := fmt.Sprint(parameter.Value.Example)
		if parameter.Value.In == openapi3.ParameterInQuery {
			query.Set(parameter.Value.Name, text)
		} else {
			req.Header.Set(parameter.Value.Name, text)
		}
	}
	req.URL.RawQuery = query.Encode()
	if alternatives := *operation.Security; len(alternatives) > 0 {
		for name := range alternatives[0] {
			present(req, contract.document.Components.SecuritySchemes[name].Value)
		}
	}
	return req
}

func present(req *http.Request, scheme *openapi3.SecurityScheme) {
	switch {
	case scheme.Type == "http":
		req.Header.Set("Authorization", scheme.Scheme+" credentials")
	case scheme.In == "cookie":
		req.AddCookie(&http.Cookie{Name: scheme.Name, Value: "credentials"})
	default:
		req.Header.Set(scheme.Name, "credentials")
	}
}

func exampleHeader(reply *openapi3.Response) http.Header {
	header := http.Header{}
	for name, documented := range reply.Headers {
		header.Set(name, fmt.Sprint(documented.Value.Example))
	}
	return header
}

func encodeExample(t *testing.T, media string, value any) []byte {
	t.Helper()
	switch media {
	case mediaJSON:
		body, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("encode example: %v", err)
		}
		return body
	case mediaForm:
		form := url.Values{}
		addForm(form, "", value)
		return []byte(form.Encode())
	}
	return []byte(fmt.Sprint(value))
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
