package contract

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"latchkey/openapi"
)

// maxBodyBytes is the longest request body that the document's introduction allows.
const maxBodyBytes = 64 << 10

// Contract judges exchanges by the OpenAPI document. It is safe for use by several goroutines.
type Contract struct {
	document *openapi3.T
	router   routers.Router
}

// Load answers the contract of the embedded document. The document is read once; later calls answer the same Contract.
func Load() (*Contract, error) { return load() }

var load = sync.OnceValues(func() (*Contract, error) { return parse(openapi.JSON()) })

// parse answers the contract of an OpenAPI 3.0 document in JSON or YAML.
func parse(document []byte) (*Contract, error) {
	loaded, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("load document: %w", err)
	}
	// Tests reach the server at any address.
	loaded.Servers = nil
	if err := closeObjects(loaded); err != nil {
		return nil, fmt.Errorf("close objects: %w", err)
	}
	router, err := gorillamux.NewRouter(loaded)
	if err != nil {
		return nil, fmt.Errorf("route document: %w", err)
	}
	return &Contract{document: loaded, router: router}, nil
}

// closeObjects makes every object refuse properties that it does not name, unless it says itself what it does with them.
// A member of an allOf cannot be closed without refusing its siblings' properties, so a document with allOf is refused.
func closeObjects(document *openapi3.T) error {
	return document.WalkSchemas(func(pointer string, schema *openapi3.SchemaRef) error {
		value := schema.Value
		if len(value.AllOf) > 0 {
			return fmt.Errorf("%s: allOf cannot be checked strictly", pointer)
		}
		extra := value.AdditionalProperties
		if value.Type.Is(openapi3.TypeObject) && extra.Has == nil && extra.Schema == nil {
			closed := false
			value.AdditionalProperties.Has = &closed
		}
		return nil
	})
}

// operation answers the documented operation that serves the request, or routers.ErrPathNotFound or
// routers.ErrMethodNotAllowed.
func (c *Contract) operation(req *http.Request) (*openapi3.Operation, error) {
	route, _, err := c.router.FindRoute(req)
	if err != nil {
		return nil, err
	}
	return route.Operation, nil
}

// violations collects what is wrong with an exchange.
type violations struct {
	subject string
	found   []error
}

func (v *violations) addf(format string, args ...any) {
	v.found = append(v.found, fmt.Errorf("%s: "+format, append([]any{v.subject}, args...)...))
}

// err answers one error for everything found, nil when nothing was.
func (v *violations) err() error { return errors.Join(v.found...) }
