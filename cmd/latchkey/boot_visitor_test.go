package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	client "latchkey/openapi/client/api"
	"latchkey/openapi/contract"
)

// visitor talks to a server. Every exchange is held against the OpenAPI document.
type visitor struct {
	t    testing.TB
	url  string
	http *http.Client
}

// visit is a visitor with connections of its own. It keeps no cookies and follows no redirects.
func (n *node) visit(t testing.TB) *visitor {
	t.Helper()
	connections := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(connections.CloseIdleConnections)
	return &visitor{t: t, url: n.url, http: &http.Client{
		Transport:     contract.Transport(t, connections),
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// api is the generated client.
func (v *visitor) api() *client.ClientWithResponses {
	v.t.Helper()
	api, err := client.NewClientWithResponses(v.url, client.WithHTTPClient(v.http))
	if err != nil {
		v.t.Fatal(err)
	}
	return api
}

// request is one to make. Headers are "Name: value"; a body without a Content-Type among them is JSON.
type request struct {
	method, path, body string
	headers            []string
}

// with adds headers.
func (r request) with(headers ...string) request {
	r.headers = append(append([]string{}, r.headers...), headers...)
	return r
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// do makes a request.
func (v *visitor) do(r request) reply {
	v.t.Helper()
	got, err := v.try(r)
	if err != nil {
		v.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return got
}

// try is do for goroutines other than the test's own.
func (v *visitor) try(r request) (reply, error) {
	made, err := http.NewRequest(r.method, v.url+r.path, strings.NewReader(r.body))
	if err != nil {
		return reply{}, err
	}
	if r.body != "" {
		made.Header.Set("Content-Type", "application/json")
	}
	for _, header := range r.headers {
		name, value, _ := strings.Cut(header, ": ")
		switch {
		case strings.EqualFold(name, "Host"):
			made.Host = value
		case value == "":
			made.Header.Del(strings.TrimSuffix(name, ":"))
		default:
			made.Header.Set(name, value)
		}
	}
	response, err := v.http.Do(made)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body)}, err
}

// want makes a request that has to be answered with this status.
func (v *visitor) want(status int, r request) reply {
	v.t.Helper()
	got := v.do(r)
	if got.status != status {
		v.t.Fatalf("%s %s: status %d, want %d: %s", r.method, r.path, got.status, status, got.body)
	}
	return got
}

// text is a text inside of the JSON body, by the keys that lead to it; empty when it is not there. A list stands for its only
// element.
func (r reply) text(path ...string) string {
	var at any
	if json.Unmarshal([]byte(r.body), &at) != nil {
		return ""
	}
	for _, key := range path {
		if list, ok := at.([]any); ok && len(list) == 1 {
			at = list[0]
		}
		object, _ := at.(map[string]any)
		at = object[key]
	}
	text, _ := at.(string)
	return text
}

// cookie is the cookie of this name that a reply sets, nil when it sets none.
func (r reply) cookie(name string) *http.Cookie {
	for _, cookie := range (&http.Response{Header: r.header}).Cookies() {
		if cookie.Name == name {
			return cookie
		}
	}
	return nil
}

// wantRetryAfter checks that a refusal tells a wait in whole seconds between these two.
func wantRetryAfter(t testing.TB, refused reply, least, most int) {
	t.Helper()
	text := refused.header.Get("Retry-After")
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < least || seconds > most {
		t.Errorf("Retry-After %q, want %d to %d: %s", text, least, most, refused.body)
	}
}
