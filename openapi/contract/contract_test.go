package contract

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func mustLoad(t *testing.T) *Contract {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func mustParse(t *testing.T, document string) *Contract {
	t.Helper()
	c, err := parse([]byte(document))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return c
}

// expect fails the test unless the error names each wanted fault, and only so many; none wanted means no error.
func expect(t *testing.T, err error, wanted ...string) {
	t.Helper()
	if err == nil {
		if len(wanted) > 0 {
			t.Fatalf("accepted; want %q", wanted)
		}
		return
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(wanted) {
		t.Fatalf("%d faults, want %d:\n%v", len(lines), len(wanted), err)
	}
	for i, want := range wanted {
		if !strings.Contains(lines[i], want) {
			t.Errorf("fault %d is %q, want %q", i, lines[i], want)
		}
	}
}

func TestLoadAnswersOneContract(t *testing.T) {
	t.Parallel()
	if first, second := mustLoad(t), mustLoad(t); first != second {
		t.Error("Load read the document twice")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const allOf = `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{},"components":{"schemas":{
		"A":{"type":"object"},"B":{"allOf":[{"$ref":"#/components/schemas/A"}]}}}}`
	for name, document := range map[string]string{"allOf": allOf, "no document": "["} {
		if _, err := parse([]byte(document)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

const jsonType = "application/json; charset=utf-8"

// headers makes a header of names and values by turns.
func headers(pairs ...string) http.Header {
	header := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		header.Add(pairs[i], pairs[i+1])
	}
	return header
}

func TestCheckReply(t *testing.T) {
	t.Parallel()
	const (
		generated = `{"status":true,"message":"OTP generated successfully","reference_id":"REF123456"}`
		refused   = `{"status":false,"message":"Too many attempts. Please try again later."}`
		generate  = "/api/v1/auth/generate-otp"
	)
	asJSON := headers("Content-Type", jsonType)
	contract := mustLoad(t)
	for _, test := range []struct {
		name, method, path string
		reqBody            string
		status             int
		header             http.Header
		body               string
		want               []string
	}{
		{"documented", "POST", generate, "{}", 200, asJSON, generated, nil},
		{"general headers", "POST", generate, "", 200, headers("Content-Type", jsonType, "Date", "d", "Cache-Control", "no-store",
			"Vary", "Origin", "Access-Control-Allow-Origin", "*", "X-Content-Type-Options", "nosniff"), generated, nil},
		{"undocumented cookie", "POST", generate, "", 200, headers("Content-Type", jsonType, "Set-Cookie", "a=b"), generated,
			[]string{"header Set-Cookie is not documented"}},
		{"unknown path", "POST", "/nowhere", "", 200, asJSON, generated, []string{"does not name this path and method"}},
		{"unknown path, not found", "POST", "/nowhere", "", 404, headers("Content-Type", "text/plain"), "404 page not found", nil},
		{"unknown method", "PATCH", generate, "", 200, asJSON, generated, []string{"does not name this path and method"}},
		{"unknown method, not allowed", "PATCH", generate, "", 405, headers("Allow", "POST"), "", nil},
		{"head of a page", "HEAD", "/", "", 200, headers("Content-Type", "text/html; charset=utf-8"), "", nil},
		{"head of a page with a body", "HEAD", "/", "", 200, headers("Content-Type", "text/html; charset=utf-8"), "x", []string{"a body of 1 bytes is not documented"}},
		{"head of a page, undocumented status", "HEAD", "/", "", 418, headers(), "", []string{"status is not documented"}},
		{"head of no page", "HEAD", "/healthz", "", 200, asJSON, "", []string{"does not name this path and method"}},
		{"head of no page, not allowed", "HEAD", "/healthz", "", 405, headers("Allow", "GET"), "", nil},
		{"known path, not found", "POST", "/api/v1/auth/send_pin", "", 404, asJSON, `{"error":"Not Found"}`, []string{"status is not documented"}},
		{"undocumented status", "POST", generate, "", 202, asJSON, generated, []string{"reply 202: status is not documented"}},
		{"undocumented content type", "POST", generate, "", 200, headers("Content-Type", "text/html"), generated, []string{`content type "text/html" is not documented`}},
		{"no content type", "POST", generate, "", 200, headers(), generated, []string{`content type "" is not documented`}},
		{"broken content type", "POST", generate, "", 200, headers("Content-Type", ";"), generated, []string{"cannot be parsed"}},
		{"foreign charset", "POST", generate, "", 200, headers("Content-Type", "application/json; charset=latin1"), generated, []string{"is not UTF-8"}},
		{"missing field", "POST", generate, "", 200, asJSON, `{"status":true,"message":""}`, []string{`body/reference_id: property "reference_id" is missing`}},
		{"wrong type", "POST", generate, "", 200, asJSON, `{"status":"true","message":"","reference_id":"R"}`, []string{"body/status: value must be a boolean"}},
		{"two faults", "POST", generate, "", 200, asJSON, `{"status":1,"message":2,"reference_id":"R"}`, []string{"body/message", "body/status"}},
		{"over-long field", "POST", generate, "", 200, asJSON, `{"status":true,"message":"","reference_id":"` + strings.Repeat("R", 65) + `"}`, []string{"body/reference_id: maximum string length is 64"}},
		{"undocumented field", "POST", generate, "", 200, asJSON, `{"status":true,"message":"","reference_id":"R","code":"123456"}`, []string{`property "code" is unsupported`}},
		{"undocumented nested field", "GET", "/api/auth/v1/users/me", "", 401, asJSON, `{"error":{"message":"m","detail":"d"}}`, []string{`body/error: property "detail" is unsupported`}},
		{"undocumented field in a choice", "POST", "/api/v1/auth/verify", "", 422, asJSON, `{"errors":{"pin":"Invalid SMS code.","left":2}}`, []string{"body: "}},
		{"open object", "GET", "/openapi.json", "", 200, asJSON, `{"openapi":"3.0.3","paths":{}}`, nil},
		{"null where null is", "DELETE", "/web/auth/logout", "", 200, headers("Content-Type", jsonType, "Set-Cookie", "refreshToken="), `{"success":true,"message":"","data":null}`, nil},
		{"null where none is", "POST", generate, "", 200, asJSON, `{"status":true,"message":null,"reference_id":"R"}`, []string{"body/message: Value is not nullable"}},
		{"not JSON", "POST", generate, "", 200, asJSON, `{`, []string{"not one well-formed JSON value"}},
		{"two values", "POST", generate, "", 200, asJSON, generated + generated, []string{"not one well-formed JSON value"}},
		{"duplicate name", "POST", generate, "", 200, asJSON, `{"status":true,"status":true,"message":"","reference_id":"R"}`, []string{"not one well-formed JSON value"}},
		{"missing body", "POST", generate, "", 200, asJSON, ``, []string{"the body is missing"}},
		{"body without need", "GET", "/api/auth/v1/logout", "", 204, headers("Set-Cookie", "qt-auth="), "{}", []string{"a body of 2 bytes is not documented"}},
		{"text", "GET", "/healthz", "", 431, headers("Content-Type", "text/plain; charset=utf-8"), "431 Request Header Fields Too Large", nil},
		{"undocumented header", "POST", generate, "", 200, headers("Content-Type", jsonType, "X-Debug", "1"), generated, []string{"header X-Debug is not documented"}},
		{"header of another status", "POST", generate, "", 200, headers("Content-Type", jsonType, "Retry-After", "1"), generated, []string{"header Retry-After is not documented"}},
		{"missing header", "POST", generate, "", 429, asJSON, refused, []string{"header Retry-After is missing"}},
		{"documented header", "POST", generate, "", 429, headers("Content-Type", jsonType, "Retry-After", "30"), refused, nil},
		{"header of the wrong type", "POST", generate, "", 429, headers("Content-Type", jsonType, "Retry-After", "soon"), refused, []string{"header Retry-After is no integer"}},
		{"header out of range", "POST", generate, "", 429, headers("Content-Type", jsonType, "Retry-After", "-1"), refused, []string{"header Retry-After: number must be at least 0"}},
		{"missing cookie", "DELETE", "/web/auth/logout", "", 200, asJSON, `{"success":true,"message":"","data":null}`, []string{"header Set-Cookie is missing"}},
		{"too large, truly", "POST", generate, strings.Repeat(" ", maxBodyBytes+1), 413, asJSON, `{"status":false,"message":"m"}`, nil},
		{"too large, untruly", "POST", generate, "{}", 413, asJSON, `{"status":false,"message":"m"}`, []string{"the request body has only 2 of 65536 bytes"}},
		{"success of too large a body", "POST", generate, strings.Repeat(" ", maxBodyBytes+1), 200, asJSON, generated, []string{"the request body has 65537 of 65536 bytes"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(test.method, test.path, nil)
			expect(t, contract.CheckReply(req, []byte(test.reqBody), test.status, test.header, []byte(test.body)), test.want...)
		})
	}
}

func TestCheckReplyLeavesAnUnknownRequestBodyAlone(t *testing.T) {
	t.Parallel()
	req := httptest.NewRequest("POST", "/api/v1/auth/generate-otp", nil)
	header := http.Header{"Content-Type": {jsonType}}
	expect(t, mustLoad(t).CheckReply(req, nil, 413, header, []byte(`{"status":false,"message":"m"}`)))
}

func TestCheckReplyTakesTheDefaultReply(t *testing.T) {
	t.Parallel()
	contract := mustParse(t, `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/users/{id}":{"get":{
		"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
		"responses":{"default":{"description":"d","content":{"application/json":{"schema":{"type":"object","additionalProperties":{"type":"integer"}}}}}}}}}}`)
	req := httptest.NewRequest("GET", "/users/7", nil)
	header := http.Header{"Content-Type": {jsonType}}
	expect(t, contract.CheckReply(req, nil, 200, header, []byte(`{"any":1}`)))
	expect(t, contract.CheckReply(req, nil, 418, header, []byte(`{"any":"1"}`)), "body/any: value must be an integer")
}

func TestFaultsAreShort(t *testing.T) {
	t.Parallel()
	req := httptest.NewRequest("POST", "/api/v1/auth/verify", nil)
	secret := strings.Repeat("s3cret", 500)
	err := mustLoad(t).CheckReply(req, nil, 422, http.Header{"Content-Type": {jsonType}}, []byte(`{"errors":{"pin":"`+secret+`"}}`))
	if err == nil {
		t.Fatal("an over-long text was accepted")
	}
	if text := err.Error(); len(text) > 1000 || strings.Contains(text, "s3cret") || strings.Contains(text, "Schema:") {
		t.Errorf("the fault quotes the body or the schema: %.300s", text)
	}
}
