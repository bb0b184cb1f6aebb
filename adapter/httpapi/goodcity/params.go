package goodcity

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json/jsontext"

	"latchkey/domain"
)

// The paths that have rules of their own.
const (
	sendPinPath          = "/api/v1/auth/send_pin"
	signupAndSendPinPath = "/api/v1/auth/signup_and_send_pin"
)

// param is one parameter of a call.
type param struct {
	name     string
	required bool
	fields   []param // of a parameter that holds others; nil for a text
}

// calls are the parameters that each path reads, in the order in which the original looks at them.
var calls = map[string][]param{
	sendPinPath:                         {{name: "mobile"}},
	signupAndSendPinPath:                {{name: "mobile"}},
	"/api/v1/auth/signup":               {{name: "user_auth", required: true, fields: userAuth}},
	"/api/v1/auth/verify":               {{name: "pin"}, {name: "otp_auth_key"}, {name: "pin_for"}},
	"/api/v1/auth/current_user_profile": nil,
	"/api/v1/auth/register_device":      {{name: "handle"}, {name: "platform"}},
}

var userAuth = []param{
	{name: "mobile"}, {name: "first_name"}, {name: "last_name"}, {name: "email"},
	{name: "address_attributes", required: true, fields: []param{{name: "district_id"}, {name: "address_type"}}},
}

// readParams adds the parameters of the query to those of the body and checks that each is there and of the right type. As in
// Rails, one that comes in both counts as the query has it. What no call reads is left out, so that the binding, which looks at
// names without regard to case, sees only what was checked.
func readParams(c *gin.Context, object []byte) ([]byte, error) {
	query, err := readForm([]byte(c.Request.URL.RawQuery))
	if err != nil {
		return nil, err
	}
	given := map[string]json.RawMessage{}
	for _, source := range [][]byte{object, query} {
		members, err := membersOf(source)
		if err != nil {
			return nil, err
		}
		maps.Copy(given, members)
	}
	checked, refusal, err := pick(calls[c.FullPath()], given)
	if err != nil {
		return nil, err
	}
	if refusal != "" {
		return nil, withText(c, codeParameter, refusal)
	}
	return checked, nil
}

// pick makes an object of the known parameters. refusal is the original's text for the first that is missing or of another type.
func pick(known []param, given map[string]json.RawMessage) (object []byte, refusal string, err error) {
	picked := map[string]json.RawMessage{}
	for _, p := range known {
		value, ok := given[p.name]
		switch {
		case !ok && p.required:
			return nil, "Missing parameter " + p.name, nil
		case !ok:
			continue
		}
		kind, article := jsontext.Kind('"'), "String"
		if p.fields != nil {
			kind, article = '{', "Hash"
		}
		if jsontext.Value(value).Kind() != kind {
			return nil, fmt.Sprintf("Invalid parameter '%s' value %s: Must be a %s", p.name, inspect(jsontext.Value(value)), article), nil
		}
		if p.fields != nil {
			members, err := membersOf(value)
			if err != nil {
				return nil, "", err
			}
			if value, refusal, err = pick(p.fields, members); err != nil || refusal != "" {
				return nil, refusal, err
			}
		}
		picked[p.name] = value
	}
	object, err = json.Marshal(picked)
	return object, "", err
}

func membersOf(object []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, domain.Malformed("body")
	}
	return members, nil
}

// longestNumber is how many characters of a number a refusal repeats.
const longestNumber = 20

// inspect spells a value as Ruby's inspect does, but repeats no text.
func inspect(value jsontext.Value) string {
	switch value.Kind() {
	case 'n':
		return "nil"
	case '"':
		if len(value) == len(`""`) {
			return `""`
		}
		return `"..."`
	case '[':
		return "[...]"
	case '{':
		return "{...}"
	case '0':
		if len(value) > longestNumber {
			return string(value[:longestNumber]) + "..."
		}
	}
	return string(value)
}

// deepestName is how many brackets a name may have.
const deepestName = 8

// readForm makes JSON of a form, or of a query, with Rails brackets: user_auth[mobile]=1 is {"user_auth":{"mobile":"1"}}, a[]=1 a
// list, and a name without = is null. A name that comes twice is refused, as it is in JSON.
func readForm(form []byte) ([]byte, error) {
	root := map[string]any{}
	for pair := range strings.SplitSeq(string(form), "&") {
		if pair == "" {
			continue
		}
		left, right, hasValue := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(left)
		value, valueErr := url.QueryUnescape(right)
		if nameErr != nil || valueErr != nil || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, domain.Malformed("body")
		}
		path, leaf := splitName(name), any(value)
		if !hasValue {
			leaf = nil
		}
		if list := slices.Index(path, ""); list > 0 {
			path, leaf = path[:list], []any{}
		}
		if len(path) > deepestName || !put(root, path, leaf) {
			return nil, domain.Malformed("body")
		}
	}
	return json.Marshal(root)
}

// splitName takes the brackets off: a[b][c] is a, b, c. A name whose brackets do not match is taken as it is.
func splitName(name string) []string {
	first, rest, ok := strings.Cut(name, "[")
	inside, closed := strings.CutSuffix(rest, "]")
	if !ok || !closed || first == "" {
		return []string{name}
	}
	return append([]string{first}, strings.Split(inside, "][")...)
}

// put sets the value at a path. It tells false when something else is there already; no call reads lists, so that their contents
// do not matter.
func put(object map[string]any, path []string, leaf any) bool {
	last := len(path) - 1
	for _, key := range path[:last] {
		if _, ok := object[key]; !ok {
			object[key] = map[string]any{}
		}
		child, ok := object[key].(map[string]any)
		if !ok {
			return false
		}
		object = child
	}
	if there, taken := object[path[last]]; taken {
		_, isList := there.([]any)
		_, adds := leaf.([]any)
		return isList && adds
	}
	object[path[last]] = leaf
	return true
}
