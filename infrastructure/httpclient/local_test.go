package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"latchkey/infrastructure/httpclient"
)

// ask makes a call to a handler by an http.Client.
func ask(t *testing.T, handler http.HandlerFunc, request *http.Request) (*http.Response, string, error) {
	t.Helper()
	client := http.Client{Transport: httpclient.NewLocal(handler)}
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body), nil
}

func TestLocal(t *testing.T) {
	t.Parallel()
	request := post(t.Context(), t, "https://login.example.com:8443/path?q=1")
	request.SetBasicAuth("bigcity", "secret123")
	response, body, err := ask(t, func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		if err != nil || string(sent) != "code 048213" || r.RequestURI != "/path?q=1" || r.Host != "login.example.com:8443" ||
			r.ContentLength != 11 || user != "bigcity" || password != "secret123" || r.Method != http.MethodPost {
			t.Errorf("the handler got %+v with %q, %v", r, sent, err)
		}
		r.Header.Set("X-Changed", "here only")
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		w.Header().Set("Retry-After", "too late")
		_, _ = io.WriteString(w, "tha")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "nks")
	}, request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusTeapot || response.Status != "418 I'm a teapot" || response.Header.Get("Retry-After") != "17" ||
		response.ContentLength != 6 || body != "thanks" || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%+v %q", response, body)
	}
	if request.Header.Get("X-Changed") != "" {
		t.Error("the caller's request was changed")
	}
}

func TestLocalWithoutBodies(t *testing.T) {
	t.Parallel()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://anything", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, body, err := ask(t, func(_ http.ResponseWriter, r *http.Request) {
		if sent, err := io.ReadAll(r.Body); err != nil || len(sent) > 0 || r.RequestURI != "/" {
			t.Errorf("%q %v %s", sent, err, r.RequestURI)
		}
	}, request)
	if err != nil || response.StatusCode != http.StatusOK || body != "" || response.ContentLength != 0 {
		t.Errorf("%+v %q %v", response, body, err)
	}
}

// closing tells whether it was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestLocalFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler func(cancel func()) http.HandlerFunc
		gone    bool
		is      error
	}{
		"the caller had gone": {func(func()) http.HandlerFunc {
			return func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") }
		}, true, context.Canceled},
		"the caller goes":    {func(cancel func()) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) { cancel() } }, false, context.Canceled},
		"the handler breaks": {func(func()) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) { panic("secret") } }, false, nil},
		"the handler breaks it": {func(func()) http.HandlerFunc {
			return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		}, false, nil},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		body := &closing{Reader: strings.NewReader("sent")}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://anything/", body)
		if err != nil {
			t.Fatal(err)
		}
		if c.gone {
			cancel()
		}
		_, err = httpclient.NewLocal(c.handler(cancel)).RoundTrip(request)
		cancel()
		if err == nil || c.is != nil && !errors.Is(err, c.is) || strings.Contains(err.Error(), "secret") || !body.closed {
			t.Errorf("%s: %v, body closed: %v", name, err, body.closed)
		}
	}
}
