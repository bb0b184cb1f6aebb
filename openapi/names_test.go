package openapi_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Generators make names of types, functions and constants from the document. The rules here keep those names whole in Go, TypeScript,
// Python, Java, Kotlin and Swift: a name that means something in one of these languages, or one that a generator has made for something
// else already, comes out mangled (`class_`, `User1`) or does not compile.
var nameRules = []rule{
	{"operations and properties are no words of a language", lintWords},
	{"schemas are no types of a language", lintTypes},
	{"names differ by more than case and punctuation", lintFoldedNames},
	{"schemas are not called like what generators make of operations", lintMadeNames},
	{"values of enumerations are clean", lintEnums},
}

// words are the reserved words that a name in lower case could meet, and the names that every class or struct has already.
var words = strings.Fields(`
	abstract and any as assert async await boolean break byte case catch chan char class companion const constructor continue copy debugger
	def default defer deinit del delete do double elif else enum except export extends extension fallthrough false final finally float for
	from fun func function global go goto guard if implements import in init inout instanceof int interface internal is lambda let long map
	native new nil none nonlocal not null object open operator or override package pass print private protected protocol public raise range
	repeat rethrows return self short static strictfp struct subscript super switch synchronized this throw throws trait transient true try
	type typealias typeof undefined val var void volatile when where while with yield hash hashcode tostring equals getclass notify wait`)

// types are the names of types that most programs in one of the languages use without saying so.
var types = strings.Fields(`
	Any Array Bool Boolean Byte Bytes Callable Character Class Data Date Decimal Dict Dictionary Double Enum Error Event Exception File Float
	Function Int Integer Iterable Iterator List Locale Long Map Module None Nothing Null Number Object Optional Pair Path Process Promise
	Protocol Record Request Response Result Self Set Short String Symbol System Thread Throwable Tuple Type Unit URL UUID Void`)

func lintWords(document *openapi3.T) (broken []string) {
	reserved := func(name string) bool {
		// `type` is a fact of GoodCity's wire; every generator knows how to write a field of that name.
		return slices.Contains(words, folded(name)) && name != "type"
	}
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		if reserved(operation.OperationID) {
			broken = append(broken, where+" "+operation.OperationID)
		}
	})
	for name, schema := range document.Components.Schemas {
		for property := range schema.Value.Properties {
			if reserved(property) {
				broken = append(broken, name+"."+property)
			}
		}
	}
	return broken
}

func lintTypes(document *openapi3.T) (broken []string) {
	for name := range document.Components.Schemas {
		if slices.Contains(types, name) {
			broken = append(broken, name)
		}
	}
	return broken
}

func lintFoldedNames(document *openapi3.T) []string {
	var names, operations []string
	for name := range document.Components.Schemas {
		names = append(names, name)
	}
	eachOperation(document, func(_ string, operation *openapi3.Operation) { operations = append(operations, operation.OperationID) })
	broken := append(alike(names), alike(operations)...)
	for name, schema := range document.Components.Schemas {
		var properties []string
		for property := range schema.Value.Properties {
			properties = append(properties, property)
		}
		for _, two := range alike(properties) {
			broken = append(broken, name+": "+two)
		}
	}
	return broken
}

// alike answers the names that are another one but for case and punctuation: on a disk that does not tell case apart, the file of one
// type overwrites that of the other.
func alike(names []string) (found []string) {
	seen := map[string]string{}
	slices.Sort(names)
	for _, name := range names {
		if other, ok := seen[folded(name)]; ok {
			found = append(found, name+" and "+other)
		}
		seen[folded(name)] = name
	}
	return found
}

func folded(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// lintMadeNames: many generators put an operation's arguments into a type `<operation>Request` and its reply into
// `<operation>Response`, so that a schema of that name has to be that very body.
func lintMadeNames(document *openapi3.T) (broken []string) {
	eachOperation(document, func(where string, operation *openapi3.Operation) {
		for name := range document.Components.Schemas {
			rest, ok := strings.CutPrefix(folded(name), folded(operation.OperationID))
			if !ok || !slices.Contains([]string{"", "request", "requestbody", "response", "result", "params", "operation", "error"}, rest) {
				continue
			}
			if rest != "request" || !sends(operation, "#/components/schemas/"+name) {
				broken = append(broken, where+": "+name)
			}
		}
	})
	return broken
}

// sends tells whether a schema is the request body of an operation.
func sends(operation *openapi3.Operation, schema string) bool {
	if operation.RequestBody == nil {
		return false
	}
	for _, content := range operation.RequestBody.Value.Content {
		if content.Schema != nil && content.Schema.Ref == schema {
			return true
		}
	}
	return false
}

func lintEnums(document *openapi3.T) (broken []string) {
	clean := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	for name, schema := range document.Components.Schemas {
		enum := schema.Value.Enum
		named, _ := schema.Value.Extensions["x-enum-varnames"].([]any)
		for _, value := range enum {
			text, isText := value.(string)
			switch {
			case value == nil && schema.Value.Nullable: // OpenAPI 3.0.3 wants null listed
			case isText && !clean.MatchString(text), !isText && len(named) != len(enum):
				broken = append(broken, name)
			}
		}
	}
	return broken
}

// Each rule about names says no to what it is about.
func TestNameRulesRefuse(t *testing.T) {
	t.Parallel()
	schema := func(change func(schemas openapi3.Schemas)) func(*openapi3.T) {
		return func(document *openapi3.T) { change(document.Components.Schemas) }
	}
	for _, test := range []struct {
		check func(*openapi3.T) []string
		spoil func(*openapi3.T)
		names string
	}{
		{lintWords, schema(func(s openapi3.Schemas) { s["User"].Value.Properties["class"] = s["Mobile"] }), "User.class"},
		{lintWords, func(document *openapi3.T) { document.Paths.Find("/healthz").Get.OperationID = "import" }, "GET /healthz import"},
		{lintTypes, schema(func(s openapi3.Schemas) { s["Error"] = s["User"] }), "Error"},
		{lintFoldedNames, schema(func(s openapi3.Schemas) { s["USER"] = s["User"] }), "User and USER"},
		{lintFoldedNames, schema(func(s openapi3.Schemas) { s["User"].Value.Properties["created_at"] = s["Mobile"] }), "User: created_at and created-at"},
		{lintFoldedNames, func(document *openapi3.T) { document.Paths.Find("/healthz").Get.OperationID = "sendPIN" }, "sendPin and sendPIN"},
		{lintMadeNames, schema(func(s openapi3.Schemas) { s["SendOtpRequest"] = s["User"] }), "POST /web/auth/otp: SendOtpRequest"},
		{lintMadeNames, schema(func(s openapi3.Schemas) { s["SendPinResponse"] = s["User"] }), "POST /api/v1/auth/send_pin: SendPinResponse"},
		{lintEnums, schema(func(s openapi3.Schemas) { s["PinFor"].Value.Enum = []any{"mobile", "e mail"} }), "PinFor"},
		{lintEnums, schema(func(s openapi3.Schemas) { s["OtpNature"].Value.Extensions = nil }), "OtpNature"},
	} {
		document := mustLoad(t)
		test.spoil(document)
		if broken := test.check(document); !slices.Contains(broken, test.names) {
			t.Errorf("%q is not among %q", test.names, broken)
		}
	}
}
