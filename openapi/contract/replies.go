package contract

import (
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Replies answers what the document says that the operations of a tag may reply, each as "METHOD PATH STATUS MEDIA", in order; a
// reply without a body has no media type.
func (c *Contract) Replies(tag string) []string {
	var replies []string
	for path, item := range c.document.Paths.Map() {
		for method, operation := range item.Operations() {
			if !slices.Contains(operation.Tags, tag) {
				continue
			}
			for status, reply := range operation.Responses.Map() {
				replies = append(replies, named(method, path, status, reply.Value)...)
			}
		}
	}
	slices.Sort(replies)
	return replies
}

func named(method, path, status string, reply *openapi3.Response) []string {
	name := method + " " + path + " " + status
	if len(reply.Content) == 0 {
		return []string{name}
	}
	var names []string
	for _, media := range sortedKeys(reply.Content) {
		names = append(names, name+" "+media)
	}
	return names
}

// ReplyName answers which of Replies a reply is, and none for one of an operation that the document does not name.
func (c *Contract) ReplyName(req *http.Request, status string, header http.Header) string {
	route, _, err := c.router.FindRoute(req)
	if err != nil {
		return ""
	}
	media, _ := mediaTypeOf(header)
	return strings.TrimSpace(strings.Join([]string{req.Method, route.Path, status, media}, " "))
}
