package openapi_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"latchkey/openapi"
)

// rule is one rule of the house for the document: it answers the places that break it.
type rule struct {
	name  string
	check func(document *openapi3.T) []string
}

var rules = []rule{
	{"info names contact, license and version", lintInfo},
	{"every tag is described and used", lintTags},
	{"operationId is camelCase and unique", lintOperationIDs},
	{"every operation has a summary, a description, one declared tag and a word on security", lintOperations},
	{"every operation documents a success and a refusal", lintStatuses},
	{"what has a body may be too large, what asks somebody may find nobody", lintCommonStatuses},
	{"429 carries Retry-After, and 401 of Basic carries WWW-Authenticate", lintRequiredHeaders},
	{"every body has examples, each with a summary", lintExamples},
	{"headers and parameters are described and have an example", lintHeadersAndParameters},
	{"every object is a named component", lintNamedObjects},
	{"component names are CamelCase", lintComponentNames},
	{"every schema is described", lintDescriptions},
	{"every value has a limit", lintLimits},
	{"marks of ours are true or absent", lintMarks},
	{"the document is self-contained and uses every component", lintReferences},
}

func TestLint(t *testing.T) {
	t.Parallel()
	document := mustLoad(t)
	for _, rule := range append(rules, nameRules...) {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			for _, place := range rule.check(document) {
				t.Error(place)
			}
		})
	}
}

// eachOperation calls visit for each operation with its method and path.
func eachOperation(document *openapi3.T, visit func(where string, operation *openapi3.Operation)) {
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			visit(method+" "+path, operation)
		}
	}
}

// eachReply calls visit for each reply of each operation.
func eachReply(document *openapi3.T, visit func(where, status string, operation *openapi3.Operation, reply *openapi3.Response)) {
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		for status, reply := range operation.Responses.Map() {
			visit(where+" "+status, status, operation, reply.Value)
		}
	})
}

func lintInfo(document *openapi3.T) (broken []string) {
	info := document.Info
	if info.Title == "" || info.Description == "" || info.Version == "" || info.Contact == nil || info.Contact.Name == "" ||
		info.License == nil || info.License.Name == "" || info.License.URL == "" {
		broken = append(broken, "info lacks a title, description, version, contact or license")
	}
	if len(document.Servers) == 0 {
		broken = append(broken, "no servers")
	}
	return broken
}

func lintTags(document *openapi3.T) (broken []string) {
	used := map[string]bool{}
	eachOperation(document, func(_ string, operation *openapi3.Operation) {
		for _, tag := range operation.Tags {
			used[tag] = true
		}
	})
	for _, tag := range document.Tags {
		if tag.Description == "" || !used[tag.Name] {
			broken = append(broken, "tag "+tag.Name)
		}
	}
	return broken
}

var camelCase = regexp.MustCompile(`^[a-z]+([A-Z][a-z0-9]+)*$`)

func lintOperationIDs(document *openapi3.T) (broken []string) {
	seen := map[string]bool{}
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		if seen[operation.OperationID] || !camelCase.MatchString(operation.OperationID) {
			broken = append(broken, where+" "+operation.OperationID)
		}
		seen[operation.OperationID] = true
	})
	return broken
}

func lintOperations(document *openapi3.T) (broken []string) {
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		switch {
		case operation.Summary == "" || len(operation.Summary) > 60 || strings.HasSuffix(operation.Summary, "."):
			broken = append(broken, where+": summary")
		case len(operation.Description) <= len(operation.Summary):
			broken = append(broken, where+": description")
		case len(operation.Tags) != 1 || document.Tags.Get(operation.Tags[0]) == nil:
			broken = append(broken, where+": tag")
		case operation.Security == nil:
			broken = append(broken, where+": security")
		}
	})
	return broken
}

func lintStatuses(document *openapi3.T) (broken []string) {
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		first := map[byte]bool{}
		for status := range operation.Responses.Map() {
			first[status[0]] = true
		}
		// Pages answer forms with the way to another page.
		if !first['2'] && !first['3'] || !first['4'] {
			broken = append(broken, where)
		}
	})
	return broken
}

func lintCommonStatuses(document *openapi3.T) (broken []string) {
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		var wanted []int
		if operation.RequestBody != nil {
			wanted = append(wanted, 400, 413)
			if operation.RequestBody.Value.Extensions["x-latchkey-any-content-type"] != true {
				wanted = append(wanted, 415)
			}
		}
		if operation.Tags[0] != "system" {
			wanted = append(wanted, 500)
			// Those ask nobody behind them: what they tell is in memory.
			if operation.Tags[0] != "dev" && operation.Tags[0] != "pages" {
				wanted = append(wanted, 503)
			}
		}
		for _, status := range wanted {
			if operation.Responses.Status(status) == nil {
				broken = append(broken, fmt.Sprintf("%s lacks %d", where, status))
			}
		}
	})
	return broken
}

func lintRequiredHeaders(document *openapi3.T) (broken []string) {
	requires := func(reply *openapi3.Response, name string) bool {
		header := reply.Headers[name]
		return header != nil && header.Value.Required
	}
	eachReply(document, func(where, status string, operation *openapi3.Operation, reply *openapi3.Response) {
		basic := slices.ContainsFunc(*operation.Security, func(alternative openapi3.SecurityRequirement) bool {
			_, ok := alternative["bigcityBasic"]
			return ok
		})
		switch {
		case status == "429" && !requires(reply, "Retry-After"),
			status == "503" && reply.Headers["Retry-After"] == nil,
			status == "401" && reply.Headers["WWW-Authenticate"] == nil,
			status == "401" && basic && !requires(reply, "WWW-Authenticate"):
			broken = append(broken, where)
		}
	})
	return broken
}

func lintExamples(document *openapi3.T) (broken []string) {
	judge := func(where string, content openapi3.Content) {
		for media, body := range content {
			if len(body.Examples) == 0 || body.Schema == nil {
				broken = append(broken, where+" "+media)
			}
			for name, example := range body.Examples {
				if example.Value.Summary == "" || example.Value.Value == nil {
					broken = append(broken, where+" "+media+" "+name)
				}
			}
		}
	}
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		if operation.RequestBody != nil {
			judge(where, operation.RequestBody.Value.Content)
		}
	})
	eachReply(document, func(where, status string, _ *openapi3.Operation, reply *openapi3.Response) {
		judge(where, reply.Content)
		if bodiless := []string{"204", "303", "304", "308"}; len(reply.Content) == 0 && !slices.Contains(bodiless, status) {
			broken = append(broken, where+": no content")
		}
	})
	return broken
}

func lintHeadersAndParameters(document *openapi3.T) (broken []string) {
	for name, header := range document.Components.Headers {
		if header.Value.Description == "" || header.Value.Example == nil || header.Value.Schema == nil {
			broken = append(broken, "header "+name)
		}
	}
	for name, parameter := range document.Components.Parameters {
		if parameter.Value.Description == "" || parameter.Value.Example == nil || parameter.Value.Schema == nil {
			broken = append(broken, "parameter "+name)
		}
	}
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		for _, parameter := range operation.Parameters {
			if parameter.Ref == "" {
				broken = append(broken, where+": "+parameter.Value.Name+" is no component")
			}
		}
	})
	eachReply(document, func(where, _ string, _ *openapi3.Operation, reply *openapi3.Response) {
		for name, header := range reply.Headers {
			if header.Ref == "" {
				broken = append(broken, where+": "+name+" is no component")
			}
		}
	})
	return broken
}

// component is the pointer of a schema that is a component itself, no part of one.
var component = regexp.MustCompile(`^/components/schemas/[^/]+$`)

func lintNamedObjects(document *openapi3.T) []string {
	return lintSchemas(document, func(pointer string, schema *openapi3.SchemaRef) bool {
		if schema.Ref != "" || component.MatchString(pointer) {
			return true
		}
		value := schema.Value
		return strings.HasPrefix(pointer, "/components/schemas/") && !value.Type.Is(openapi3.TypeObject) &&
			len(value.Properties)+len(value.Enum)+len(value.OneOf)+len(value.AnyOf)+len(value.AllOf) == 0
	})
}

func lintComponentNames(document *openapi3.T) (broken []string) {
	good := regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)
	for name := range document.Components.Schemas {
		if !good.MatchString(name) {
			broken = append(broken, name)
		}
	}
	return broken
}

func lintDescriptions(document *openapi3.T) []string {
	return lintSchemas(document, func(_ string, schema *openapi3.SchemaRef) bool { return schema.Value.Description != "" })
}

// unlimited names the texts whose length nobody can know.
var unlimited = []string{"#/components/schemas/OpenApiYaml", "#/components/schemas/HtmlPage", "#/components/schemas/AssetText", "#/components/schemas/EventStream"}

func lintLimits(document *openapi3.T) []string {
	return lintSchemas(document, func(pointer string, ref *openapi3.SchemaRef) bool {
		schema := ref.Value
		switch {
		case schema.Type.Is(openapi3.TypeString):
			return schema.MaxLength != nil || len(schema.Enum) > 0 || schema.Format == "date-time" ||
				slices.Contains(unlimited, ref.Ref) || slices.Contains(unlimited, "#"+pointer)
		case schema.Type.Is(openapi3.TypeInteger):
			return schema.Format == "int32" || schema.Format == "int64"
		case schema.Type.Is(openapi3.TypeArray):
			return schema.MaxItems != nil
		}
		return true
	})
}

// lintSchemas answers the pointers of the schemas that are not good.
func lintSchemas(document *openapi3.T, good func(pointer string, schema *openapi3.SchemaRef) bool) (broken []string) {
	err := document.WalkSchemas(func(pointer string, schema *openapi3.SchemaRef) error {
		if !good(pointer, schema) {
			broken = append(broken, pointer)
		}
		return nil
	})
	if err != nil {
		broken = append(broken, err.Error())
	}
	return broken
}

func lintMarks(*openapi3.T) (broken []string) {
	mark := regexp.MustCompile(`"(x-latchkey-[a-z-]+)": (\S+)`)
	known := []string{"x-latchkey-extension", "x-latchkey-any-content-type", "x-latchkey-bare-token"}
	for _, found := range mark.FindAllStringSubmatch(string(openapi.JSON()), -1) {
		if !slices.Contains(known, found[1]) || strings.TrimSuffix(found[2], ",") != "true" {
			broken = append(broken, found[0])
		}
	}
	return broken
}

func lintReferences(document *openapi3.T) []string { return unused(document, openapi.JSON()) }

// unused answers the components of a document that its text, in JSON, does not name, and references to what is no component.
func unused(document *openapi3.T, text []byte) (broken []string) {
	used := map[string]bool{}
	reference := regexp.MustCompile(`"\$ref": "([^"]*)"`)
	for _, found := range reference.FindAllStringSubmatch(string(text), -1) {
		used[found[1]] = true
		if !strings.HasPrefix(found[1], "#/components/") {
			broken = append(broken, found[1])
		}
	}
	declare := func(section, name string) {
		if pointer := "#/components/" + section + "/" + name; !used[pointer] {
			broken = append(broken, pointer+" is not used")
		}
	}
	for name := range document.Components.Schemas {
		declare("schemas", name)
	}
	for name := range document.Components.Responses {
		declare("responses", name)
	}
	for name := range document.Components.Parameters {
		declare("parameters", name)
	}
	for name := range document.Components.Headers {
		declare("headers", name)
	}
	schemes := map[string]bool{}
	eachOperation(document, func(_ string, operation *openapi3.Operation) {
		for _, alternative := range *operation.Security {
			for name := range alternative {
				schemes[name] = true
			}
		}
	})
	for name := range document.Components.SecuritySchemes {
		if !schemes[name] {
			broken = append(broken, "security scheme "+name+" is not used")
		}
	}
	return broken
}
