package contract

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
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
		expect(t, contract.CheckRequest(contract.exampleRequest(method, path, operation), nil))
		return 1
	}
	checked := 0
	for media, content := range operation.RequestBody.Value.Content {
		for name, example := range content.Examples {
			body := mustEncode(t, media, example.Value.Value)
			req := contract.exampleRequest(method, path, operation)
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
		req := contract.exampleRequest(method, path, operation)
		for media, content := range reply.Value.Content {
			header := exampleHeader(reply.Value)
			header.Set("Content-Type", media)
			for name, example := range content.Examples {
				body := mustEncode(t, media, example.Value.Value)
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

func exampleHeader(reply *openapi3.Response) http.Header {
	header := http.Header{}
	for name, documented := range reply.Headers {
		header.Set(name, fmt.Sprint(documented.Value.Example))
	}
	return header
}

func mustEncode(t *testing.T, media string, value any) []byte {
	t.Helper()
	body, err := encodeExample(media, value)
	if err != nil {
		t.Fatalf("encode example: %v", err)
	}
	return body
}

func TestExampleRequest(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	req, body, err := c.ExampleRequest("POST", "/api/v1/auth/generate-otp")
	if err != nil || string(body) != `{"customer_id":"CUST12345"}` {
		t.Fatalf("%s, %v", body, err)
	}
	expect(t, c.CheckRequest(req, body))
	if req, _, err := c.ExampleRequest("GET", "/assets/{name}"); err != nil || req.URL.Path != "/assets/site.css" || len(req.Header) != 0 {
		t.Errorf("%v, %v", req, err)
	}
	if req, _, err := c.ExampleRequest("GET", "/assets/icon.svg"); err != nil || req.URL.Path != "/assets/icon.svg" {
		t.Errorf("%v, %v", req, err)
	}
	if _, _, err := c.ExampleRequest("POST", "/nowhere"); err == nil {
		t.Error("an example of nothing")
	}
	if got := c.ExampleNames("POST", "/api/v1/auth/verify-otp", 422, "application/json"); len(got) != 2 || got[0] != "expired" || got[1] != "wrong" {
		t.Errorf("examples %q", got)
	}
	if c.ExampleNames("POST", "/api/v1/auth/verify-otp", 418, "application/json") != nil || c.ExampleNames("POST", "/x", 200, "") != nil {
		t.Error("examples of nothing")
	}
}
