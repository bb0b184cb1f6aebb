package goodcity

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json/jsontext"

	"latchkey/domain"
)

func TestReadForm(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, form, want string }{
		{"nothing", "", `{}`},
		{"separators only", "&&", `{}`},
		{"a text", "mobile=%2B85261677528", `{"mobile":"+85261677528"}`},
		{"a + is a space", "mobile=+852", `{"mobile":" 852"}`},
		{"base64 as browsers encode it", "otp_auth_key=%2FJq%2BNEgEjrZefDV3ZIQsNA%3D%3D", `{"otp_auth_key":"/Jq+NEgEjrZefDV3ZIQsNA=="}`},
		{"base64 with / and = left alone", "otp_auth_key=/JqONEgEjrZefDV3ZIQsNA==", `{"otp_auth_key":"/JqONEgEjrZefDV3ZIQsNA=="}`},
		{"empty", "mobile=", `{"mobile":""}`},
		{"null", "mobile", `{"mobile":null}`},
		{"brackets", "user_auth[mobile]=1&user_auth[address_attributes][district_id]=2", `{"user_auth":{"address_attributes":{"district_id":"2"},"mobile":"1"}}`},
		{"encoded brackets", "user_auth%5Baddress_attributes%5D%5Bdistrict_id%5D=2", `{"user_auth":{"address_attributes":{"district_id":"2"}}}`},
		{"a list", "pin[]=1&pin[]=2", `{"pin":[]}`},
		{"a list of objects", "pin[][a]=1&pin[][a]=2", `{"pin":[]}`},
		{"open bracket", "pin[a=1", `{"pin[a":"1"}`},
		{"closed twice", "pin[a]]=1", `{"pin":{"a]":"1"}}`},
		{"no name", "=1&[a]=2", `{"":"1","[a]":"2"}`},
		{"Chinese", "a=%E5%A5%BD", `{"a":"好"}`},
		{"markup", "a=%3Cb%3E%22%5C", `{"a":"<b>\"\\"}`},
		{"a semicolon is no separator", "a=1;b=2", `{"a":"1;b=2"}`},
	} {
		got, err := readForm([]byte(test.form))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if value := jsontext.Value(got); value.Canonicalize() != nil || string(value) != test.want {
			t.Errorf("%s: %s instead of %s", test.name, value, test.want)
		}
	}
}

func TestC8_ReadFormRefuses(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]string{
		"a key twice":            "pin=1&pin=2",
		"a key twice, encoded":   "pin=1&%70in=2",
		"a key twice, with null": "pin&pin=2",
		"twice in brackets":      "user_auth[mobile]=1&user_auth[mobile]=2",
		"text, then object":      "user_auth=1&user_auth[mobile]=2",
		"object, then text":      "user_auth[mobile]=2&user_auth=1",
		"text, then list":        "pin=1&pin[]=2",
		"list, then text":        "pin[]=1&pin=2",
		"list, then object":      "pin[]=1&pin[a]=2",
		"broken percent":         "pin=%zz",
		"cut percent":            "pin=%4",
		"broken percent in name": "p%=1",
		"broken UTF-8":           "pin=%ff",
		"broken UTF-8 in name":   "%c3=1",
		"too deep":               "a" + strings.Repeat("[a]", deepestName) + "=1",
	} {
		if got, err := readForm([]byte(form)); !domain.HasCode(err, domain.CodeMalformed) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	verify, signup := calls["/api/v1/auth/verify"], calls["/api/v1/auth/signup"]
	for _, test := range []struct {
		name    string
		known   []param
		object  string
		want    string
		refusal string
	}{
		{"nothing given", verify, `{}`, `{}`, ""},
		{"all given", verify, `{"pin":"1","otp_auth_key":"k","pin_for":"email"}`, `{"otp_auth_key":"k","pin":"1","pin_for":"email"}`, ""},
		{"unknown ones are left out", verify, `{"pin":"1","Pin":"2","PIN":3,"x":{}}`, `{"pin":"1"}`, ""},
		{"empty", verify, `{"pin":""}`, `{"pin":""}`, ""},
		{"number", verify, `{"pin": 1234}`, "", "Invalid parameter 'pin' value 1234: Must be a String"},
		{"negative", verify, `{"pin":-1.50}`, "", "Invalid parameter 'pin' value -1.50: Must be a String"},
		{"long number", verify, `{"pin":` + strings.Repeat("1", 21) + `}`, "", "Invalid parameter 'pin' value " + strings.Repeat("1", 20) + "...: Must be a String"},
		{"null", verify, `{"otp_auth_key":null}`, "", "Invalid parameter 'otp_auth_key' value nil: Must be a String"},
		{"bool", verify, `{"pin":true}`, "", "Invalid parameter 'pin' value true: Must be a String"},
		{"list", verify, `{"pin":["secret"]}`, "", "Invalid parameter 'pin' value [...]: Must be a String"},
		{"object", verify, `{"pin_for":{"a":"secret"}}`, "", "Invalid parameter 'pin_for' value {...}: Must be a String"},
		{"the first of two", verify, `{"otp_auth_key":2,"pin":1}`, "", "Invalid parameter 'pin' value 1: Must be a String"},
		{"no user", signup, `{}`, "", "Missing parameter user_auth"},
		{"no address", signup, `{"user_auth":{}}`, "", "Missing parameter address_attributes"},
		{"user is null", signup, `{"user_auth":null}`, "", "Invalid parameter 'user_auth' value nil: Must be a Hash"},
		{"user is a text", signup, `{"user_auth":"<secret>"}`, "", "Invalid parameter 'user_auth' value \"...\": Must be a Hash"},
		{"user is empty", signup, `{"user_auth":""}`, "", "Invalid parameter 'user_auth' value \"\": Must be a Hash"},
		{"address is a list", signup, `{"user_auth":{"address_attributes":[]}}`, "", "Invalid parameter 'address_attributes' value [...]: Must be a Hash"},
		{"mobile before address", signup, `{"user_auth":{"mobile":1}}`, "", "Invalid parameter 'mobile' value 1: Must be a String"},
		{"district", signup, `{"user_auth":{"address_attributes":{"district_id":1}}}`, "", "Invalid parameter 'district_id' value 1: Must be a String"},
		{"inner unknown ones", signup, `{"user_auth":{"admin":true,"address_attributes":{"x":1,"district_id":"1"}}}`, `{"user_auth":{"address_attributes":{"district_id":"1"}}}`, ""},
	} {
		members, err := membersOf([]byte(test.object))
		if err != nil {
			t.Fatal(err)
		}
		got, refusal, err := pick(test.known, members)
		if err != nil || string(got) != test.want || refusal != test.refusal {
			t.Errorf("%s: %s, %q, %v", test.name, got, refusal, err)
		}
	}
}

// As in Rails, the query counts where body and query both have a parameter.
func TestQueryIsRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ query, body, want string }{
		{"", `{"pin":"1"}`, `{"pin":"1"}`},
		{"pin=2", `{}`, `{"pin":"2"}`},
		{"pin=2", `{"pin":"1","otp_auth_key":"k"}`, `{"otp_auth_key":"k","pin":"2"}`},
		{"x=1", `{"pin":"1"}`, `{"pin":"1"}`},
	} {
		got, err := readAt("/api/v1/auth/verify", test.query, test.body)
		if err != nil || got != test.want {
			t.Errorf("?%s %s: %s, %v", test.query, test.body, got, err)
		}
	}
	for _, query := range []string{"pin=1&pin=2", "pin=%zz"} {
		if got, err := readAt("/api/v1/auth/verify", query, `{}`); !domain.HasCode(err, domain.CodeMalformed) {
			t.Errorf("?%s: %s, %v", query, got, err)
		}
	}
}

// readAt runs readParams as the router would.
func readAt(path, query, body string) (string, error) {
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	var read []byte
	var err error
	engine.POST(path, func(c *gin.Context) { read, err = readParams(c, []byte(body)) })
	request := httptest.NewRequest("POST", path, nil)
	request.URL.RawQuery = query
	engine.ServeHTTP(httptest.NewRecorder(), request)
	return string(read), err
}

func TestV1_OverLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	long := strings.Repeat("1", 64<<10)
	for _, test := range []struct{ body, contentType string }{
		{`{"mobile":"` + long + `"}`, "Content-Type: application/json"}, {"mobile=" + long, form},
	} {
		reply := w.Do("POST", sendPinPath, test.body, test.contentType)
		if reply.Status != 413 || strings.TrimSpace(reply.Body) != `{"error":"Request body is too large"}` {
			t.Errorf("%s: %d %s", test.contentType, reply.Status, reply.Body)
		}
	}
	just := "mobile=" + strings.Repeat("1", 60<<10)
	if reply := w.Do("POST", sendPinPath, just, form); reply.Status != 422 {
		t.Errorf("a long number: %d %s", reply.Status, reply.Body)
	}
}

// A key that holds every character that forms encode comes through a form.
func TestKeysComeThroughForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	key := send(t, w, donor)
	reply := w.Do("POST", verifyPath, url.Values{"otp_auth_key": {key}, "pin": {w.Code(donor)}}.Encode(), form)
	var answer struct {
		Token string `json:"jwt_token"`
	}
	if err := json.Unmarshal([]byte(reply.Body), &answer); err != nil || reply.Status != 200 || answer.Token == "" {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
}
