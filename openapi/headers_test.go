package openapi_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// Generators that make a type of a reply's body and headers, as ogen does, name it after the body. Replies of several operations
// that have one body and different headers would share a type and lose headers. Such a refusal needs a name, under
// components.responses; a success needs a schema of its own, since swagger-typescript-api does not read a success that has a name.
func TestRepliesOfOneBodyHaveTheSameHeaders(t *testing.T) {
	t.Parallel()
	headersOf := map[string]string{} // by status and schema
	for path, item := range mustLoad(t).Paths.Map() {
		for method, operation := range item.Operations() {
			for status, reply := range operation.Responses.Map() {
				if reply.Ref != "" && status[0] == '2' {
					t.Errorf("%s %s: %s is not written in its place", method, path, reply.Ref)
				}
				content := reply.Value.Content.Get("application/json")
				if reply.Ref != "" || content == nil || len(reply.Value.Headers) == 0 {
					continue
				}
				var headers []string
				for _, name := range slices.Sorted(maps.Keys(reply.Value.Headers)) {
					headers = append(headers, fmt.Sprint(name, " required ", reply.Value.Headers[name].Value.Required))
				}
				body, found := status+" "+content.Schema.Ref, fmt.Sprint(headers)
				if other, seen := headersOf[body]; seen && other != found {
					t.Errorf("%s %s: %s has the headers %s and elsewhere %s", method, path, body, found, other)
				}
				headersOf[body] = found
			}
		}
	}
	if len(headersOf) < 8 {
		t.Errorf("only %d replies were looked at", len(headersOf))
	}
}
