package httpclient

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Local is an http.RoundTripper that hands each request to a handler of this very process, whatever host it names. No
// connection is made, so that neither ports nor certificates nor proxies matter. Make one with NewLocal.
type Local struct{ handler http.Handler }

// NewLocal makes a transport to a handler. The handler runs on the caller's goroutine, with the request's context; its reply is
// kept in memory until it is whole, so that it must not be endless.
func NewLocal(handler http.Handler) *Local { return &Local{handler} }

// RoundTrip makes one call. The error means that the context had ended before or when the handler was done, or that the
// handler panicked; then nothing of the reply is returned.
func (l *Local) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer request.Body.Close()
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	received := request.Clone(request.Context())
	received.RequestURI = request.URL.RequestURI()
	received.Proto, received.ProtoMajor, received.ProtoMinor = "HTTP/1.1", 1, 1
	if received.Host == "" {
		received.Host = request.URL.Host
	}
	if received.Body == nil {
		received.Body = http.NoBody
	}
	w := &writer{header: http.Header{}}
	if err := l.serve(w, received); err != nil {
		return nil, err
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	return w.response(request), nil
}

// serve turns a panic into an error: a server would have cut the connection.
func (l *Local) serve(w *writer, r *http.Request) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = errors.New("the handler broke off")
		}
	}()
	l.handler.ServeHTTP(w, r)
	return nil
}

// writer collects a reply.
type writer struct {
	header http.Header
	status int
	sent   http.Header // as it was when the status was written
	body   bytes.Buffer
}

// Header is what will be sent.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader settles status and headers, the first time. Informational statuses are left out.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write adds to the body.
func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush does nothing: the reply comes as a whole.
func (w *writer) Flush() {}

func (w *writer) response(request *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	if w.body.Len() > 0 && w.sent.Get("Content-Type") == "" {
		w.sent.Set("Content-Type", http.DetectContentType(w.body.Bytes()))
	}
	w.sent.Set("Content-Length", strconv.Itoa(w.body.Len()))
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: request,
	}
}
