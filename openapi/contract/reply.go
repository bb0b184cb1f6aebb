package contract

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// CheckReply answers what the document does not allow about a reply, nil when there is nothing: a path and method that it
// does not name (unless the reply says so too, by 404 or 405), and of a named one the status, the content type, the body
// with every field, the headers besides the general ones of HTTP, and required headers that are missing. It also refuses
// a 413 for a request body that is short enough and a success for one that is too long; a nil reqBody is not judged. HEAD of a page is
// judged like its GET, but has no body.
//
// The error joins one error for each fault. None of them quotes a schema or the body.
func (c *Contract) CheckReply(req *http.Request, reqBody []byte, status int, header http.Header, body []byte) error {
	return c.check(req, reqBody, status, header, func(v *violations, documented openapi3.Content) {
		checkReplyBody(v, documented, header, body)
	})
}

// CheckStream is CheckReply for a reply whose body has only begun: of that, the content type alone is judged.
func (c *Contract) CheckStream(req *http.Request, reqBody []byte, status int, header http.Header) error {
	return c.check(req, reqBody, status, header, func(v *violations, documented openapi3.Content) {
		checkMediaType(v, documented, header)
	})
}

// check judges a reply, its body by a function of the documented content.
func (c *Contract) check(req *http.Request, reqBody []byte, status int, header http.Header, body func(*violations, openapi3.Content)) error {
	v := &violations{subject: fmt.Sprintf("%s %s: reply %d", req.Method, req.URL.Path, status)}
	operation, err := c.operation(req)
	head := req.Method == http.MethodHead && errors.Is(err, routers.ErrMethodNotAllowed)
	if head {
		operation, err = c.page(req)
	}
	switch {
	case errors.Is(err, routers.ErrPathNotFound) && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed),
		errors.Is(err, routers.ErrMethodNotAllowed) && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed):
		return nil
	case err != nil:
		v.addf("the document does not name this path and method")
		return v.err()
	}
	checkBodyLimit(v, reqBody, status)

	documented := operation.Responses.Status(status)
	if documented == nil {
		documented = operation.Responses.Default()
	}
	if documented == nil {
		v.addf("status is not documented")
		return v.err()
	}
	checkHeaders(v, documented.Value.Headers, header)
	if head {
		body(v, nil)
		return v.err()
	}
	body(v, documented.Value.Content)
	return v.err()
}

// page answers the operation that serves HEAD as the document's introduction says: the GET of a page.
func (c *Contract) page(req *http.Request) (*openapi3.Operation, error) {
	get := req.Clone(req.Context())
	get.Method = http.MethodGet
	operation, err := c.operation(get)
	if err == nil && !slices.Contains(operation.Tags, "pages") && !slices.Contains(operation.Tags, "microsite") {
		return nil, routers.ErrMethodNotAllowed
	}
	return operation, err
}

func checkBodyLimit(v *violations, reqBody []byte, status int) {
	tooLong := len(reqBody) > maxBodyBytes
	switch {
	case reqBody == nil:
	case status == http.StatusRequestEntityTooLarge && !tooLong:
		v.addf("the request body has only %d of %d bytes", len(reqBody), maxBodyBytes)
	case status < 300 && tooLong:
		v.addf("the request body has %d of %d bytes", len(reqBody), maxBodyBytes)
	}
}

func checkReplyBody(v *violations, documented openapi3.Content, header http.Header, body []byte) {
	if len(documented) == 0 {
		if len(body) > 0 {
			v.addf("a body of %d bytes is not documented", len(body))
		}
		return
	}
	if len(body) == 0 {
		v.addf("the body is missing")
		return
	}
	media, content := checkMediaType(v, documented, header)
	if content == nil {
		return
	}
	value, err := decodeBody(media, body)
	if err != nil {
		v.addf("body: %v", err)
		return
	}
	checkValue(v, "body", content.Schema, value, openapi3.VisitAsResponse())
}

// checkMediaType answers the reply's media type and what is documented for it, nil and a violation when nothing is.
func checkMediaType(v *violations, documented openapi3.Content, header http.Header) (string, *openapi3.MediaType) {
	media, err := mediaTypeOf(header)
	if err != nil {
		v.addf("%v", err)
		return "", nil
	}
	content := documented[media]
	if content == nil {
		v.addf("content type %q is not documented", media)
	}
	return media, content
}
