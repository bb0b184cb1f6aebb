package contract

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// bareToken marks credentials that may come without the word before them.
const bareToken = "x-latchkey-bare-token"

// CheckExchange is CheckReply, and besides answers what is undocumented about a request that succeeded: a server that takes what
// its document does not tell has drifted from it as much as one that answers so. The document allows a good request more than
// CheckRequest does, and this much is forgiven: names that it does not know or that differ in case, an Accept-Language that is too
// long to be read, a token without Bearer where the mark says so, fields in the query string where forms are read, and, where the body
// is JSON whatever its type, an empty text or null for none.
func (c *Contract) CheckExchange(req *http.Request, reqBody []byte, status int, header http.Header, body []byte) error {
	failed := c.CheckReply(req, reqBody, status, header, body)
	if status < 200 || status > 299 {
		return failed
	}
	operation, err := c.operation(req)
	if err != nil {
		return failed // CheckReply has said so
	}
	taken, takenBody := c.forgive(operation, req, reqBody)
	return errors.Join(failed, c.CheckRequest(taken, takenBody))
}

// forgive answers the request as it would be without the liberties that the document gives it.
func (c *Contract) forgive(operation *openapi3.Operation, req *http.Request, body []byte) (*http.Request, []byte) {
	plain := req.Clone(req.Context())
	if text := plain.Header.Get("Accept-Language"); len(text) > maxLanguageBytes {
		plain.Header.Del("Accept-Language")
	}
	if text := plain.Header.Get("Authorization"); text != "" && !strings.Contains(text, " ") && c.takesBareToken(operation) {
		plain.Header.Set("Authorization", "Bearer "+text)
	}
	query, more := url.Values{}, url.Values{}
	for name, values := range plain.URL.Query() {
		if isQueryParameter(operation, name) {
			query[name] = values
		} else {
			more[name] = values
		}
	}
	plain.URL.RawQuery = query.Encode()
	if operation.RequestBody == nil {
		return plain, body
	}
	return plain, forgiveBody(operation.RequestBody.Value, plain, more, body)
}

// maxLanguageBytes is the longest Accept-Language that is read; a longer one counts as none.
const maxLanguageBytes = 200

func (c *Contract) takesBareToken(operation *openapi3.Operation) bool {
	return operation.Security != nil && slices.ContainsFunc(*operation.Security, func(alternative openapi3.SecurityRequirement) bool {
		for name := range alternative {
			if scheme := c.document.Components.SecuritySchemes[name]; scheme != nil && scheme.Value.Extensions[bareToken] == true {
				return true
			}
		}
		return false
	})
}

func isQueryParameter(operation *openapi3.Operation, name string) bool {
	return operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) != nil
}

// forgiveBody answers the body without names that the schema does not know, and with the fields of the query where forms are
// read. A body that cannot be read stays as it is, for CheckRequest to refuse.
func forgiveBody(documented *openapi3.RequestBody, req *http.Request, query url.Values, body []byte) []byte {
	if documented.Content[mediaJSON] == nil {
		return body // the form of a page, which is what it says
	}
	quiet := &violations{}
	_, value, ok := readRequestBody(quiet, &openapi3.RequestBodyRef{Value: documented}, req.Header, body)
	if !ok && len(body) > 0 {
		return body
	}
	object, isObject := value.(map[string]any)
	if documented.Content[mediaForm] != nil && len(query) > 0 && (isObject || value == nil) {
		fields, err := decodeForm(query.Encode())
		if err != nil {
			return body
		}
		for name, field := range fields {
			if object == nil {
				object = map[string]any{}
			}
			if object[name] == nil {
				object[name] = field
			}
		}
		value = object
	}
	if value == nil {
		return body
	}
	prune(documented.Content[mediaJSON].Schema, value, documented.Extensions[anyContentType] == true)
	req.Header.Set("Content-Type", mediaJSON)
	return encode(value, body)
}

// prune removes the members of closed objects that their schema does not name and, when asked, empty texts and null. A name in other
// letters of the same word is the documented one, as long as that is not there itself.
func prune(schema *openapi3.SchemaRef, value any, empty bool) {
	object, ok := value.(map[string]any)
	if !ok || schema == nil || schema.Value.AdditionalProperties.Has == nil || *schema.Value.AdditionalProperties.Has {
		return
	}
	for _, name := range sortedKeys(object) {
		documented := spelled(schema.Value.Properties, name)
		if _, twice := object[documented]; documented != name && !twice {
			object[documented] = object[name]
			delete(object, name)
			name = documented
		}
		known, member := schema.Value.Properties[name], object[name]
		if known == nil || empty && (member == "" || member == nil) {
			delete(object, name)
			continue
		}
		prune(known, member, empty)
	}
}

// spelled answers the documented spelling of a name, itself when there is none.
func spelled(properties openapi3.Schemas, name string) string {
	if properties[name] != nil {
		return name
	}
	for _, documented := range sortedKeys(properties) {
		if strings.EqualFold(documented, name) {
			return documented
		}
	}
	return name
}
