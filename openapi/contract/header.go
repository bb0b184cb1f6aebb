package contract

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// generalHeaders are the reply headers that belong to HTTP, to caching or to a page's safety, and may be on any
// reply. Every other header has a meaning of its own and must be in the document, cookies too.
var generalHeaders = []string{
	"Allow", "Alt-Svc", "Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Content-Length",
	"Content-Security-Policy", "Content-Type", "Date", "Etag", "Expires", "Keep-Alive", "Last-Modified",
	"Permissions-Policy", "Pragma", "Referrer-Policy", "Server", "Strict-Transport-Security", "Trailer",
	"Transfer-Encoding", "Vary", "X-Content-Type-Options", "X-Frame-Options",
}

// generalPrefixes begin the names of header families that may be on any reply.
var generalPrefixes = []string{"Access-Control-", "Cross-Origin-"}

// checkHeaders records missing required headers, values that break their schema, and headers that the reply does not
// document.
func checkHeaders(v *violations, documented openapi3.Headers, header http.Header) {
	for _, name := range sortedKeys(documented) {
		checkHeader(v, name, documented[name].Value, header.Values(name))
	}
	for _, name := range sortedKeys(header) {
		if !isGeneral(name) && !isDocumented(name, documented) {
			v.addf("header %s is not documented", name)
		}
	}
}

func checkHeader(v *violations, name string, documented *openapi3.Header, values []string) {
	if len(values) == 0 && documented.Required {
		v.addf("header %s is missing", name)
	}
	for _, value := range values {
		checkParameter(v, "header "+name, documented.Schema, value)
	}
}

// checkParameter holds the text of a header or of a query parameter against its schema.
func checkParameter(v *violations, where string, schema *openapi3.SchemaRef, text string) {
	if schema == nil {
		return
	}
	value, ok := scalar(schema.Value, text)
	if !ok {
		v.addf("%s is no %s", where, strings.Join(schema.Value.Type.Slice(), " or "))
		return
	}
	checkValue(v, where, schema, value, openapi3.VisitAsResponse())
}

// scalar answers the value that a text has under a schema's type, and whether it has one.
func scalar(schema *openapi3.Schema, text string) (any, bool) {
	switch {
	case schema.Type.Is(openapi3.TypeInteger):
		number, err := strconv.ParseInt(text, 10, 64)
		return float64(number), err == nil
	case schema.Type.Is(openapi3.TypeNumber):
		number, err := strconv.ParseFloat(text, 64)
		return number, err == nil
	case schema.Type.Is(openapi3.TypeBoolean):
		truth, err := strconv.ParseBool(text)
		return truth, err == nil
	}
	return text, true
}

func isGeneral(name string) bool {
	return slices.Contains(generalHeaders, name) || slices.ContainsFunc(generalPrefixes, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

func isDocumented(name string, documented openapi3.Headers) bool {
	for known := range documented {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

func sortedKeys[M ~map[string]V, V any](m M) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
