package bigcity

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/usecase"
)

const (
	generatePath = "/api/v1/auth/generate-otp"
	verifyPath   = "/api/v1/auth/verify-otp"
	pointsPath   = "/api/v1/customer/points"

	customer = "CUST12345" // of httpapitest's accounts
	mobile   = "+919800000045"

	// documented are the credentials that the document prints: bigcity, secret123.
	documented = "Authorization: Basic YmlnY2l0eTpzZWNyZXQxMjM="
)

// more are customers besides those of httpapitest.
var more = []usecase.AccountChange{
	{CustomerID: new("CUST67890"), Mobile: new("+85261234567"), PointsEarned: new(int64(12)), BalancePoints: new(int64(0))},
	{CustomerID: new("CUSTHINDI"), Mobile: new("+919800000046"), Locale: new("hi-IN")},
	{CustomerID: new("CUSTMAIL"), Email: new("customer@example.com")},
	{CustomerID: new("CUSTNOWHERE")},
	{CustomerID: new("कस्टमर 1"), Mobile: new("+919800000047")},
}

// with puts the room and its customers on a World; change, when not nil, changes its options.
func with(t testing.TB, change func(*Options)) func(w *httpapitest.World) {
	return func(w *httpapitest.World) {
		for _, account := range more {
			if _, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Change: account}); err != nil {
				t.Fatal(err)
			}
		}
		options := Options{
			Server: w.Server, Core: w.Core, Issuer: httpapitest.PublicURL, WebOTPHost: "login.example.com",
			Clients: httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}}),
		}
		if change != nil {
			change(&options)
		}
		if err := Mount(options); err != nil {
			t.Fatal(err)
		}
	}
}

// world adds what callers of this dialect do.
type world struct {
	*httpapitest.World
	t testing.TB
}

func newWorld(t testing.TB, change func(*Options)) *world {
	t.Helper()
	return &world{httpapitest.New(t, with(t, change)), t}
}

// settings changes the settings only.
func settings(s httpapi.Settings) func(*Options) {
	return func(o *Options) { o.Settings = s }
}

// must makes a request of a known client that has to end with this status.
func (w *world) must(status int, method, path, body string, headers ...string) *httpapitest.Reply {
	w.t.Helper()
	reply := w.Do(method, path, body, append(headers, documented)...)
	if reply.Status != status {
		w.t.Fatalf("%s %s %s: status %d instead of %d: %s", method, path, body, reply.Status, status, reply.Body)
	}
	return reply
}

// refused makes a request that has to end with this status and message.
func (w *world) refused(status int, message, path, body string) *httpapitest.Reply {
	w.t.Helper()
	reply := w.must(status, "POST", path, body)
	if want := `{"status":false,"message":"` + message + `"}`; reply.Body != want {
		w.t.Errorf("%s %.100s: %s instead of %s", path, body, reply.Body, want)
	}
	return reply
}

// object is a JSON object of alternating keys and values.
func object(pairs ...string) string {
	o := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func asking(id string) string { return object("customer_id", id) }

func answering(id, code, reference string) string {
	return object("customer_id", id, "otp", code, "reference_id", reference)
}

// generate asks for a code and answers its reference.
func (w *world) generate(id string) string {
	w.t.Helper()
	var out struct {
		Reference string `json:"reference_id"`
	}
	if err := json.Unmarshal([]byte(w.must(http.StatusOK, "POST", generatePath, asking(id)).Body), &out); err != nil {
		w.t.Fatal(err)
	}
	return out.Reference
}

// logIn answers a token of the customer, whose mobile is where.
func (w *world) logIn(id, where string) string {
	w.t.Helper()
	reference := w.generate(id)
	var out struct{ Token string }
	reply := w.must(http.StatusOK, "POST", verifyPath, answering(id, w.Code(where), reference))
	if err := json.Unmarshal([]byte(reply.Body), &out); err != nil || out.Token == "" {
		w.t.Fatalf("no token in %s: %v", reply.Body, err)
	}
	return out.Token
}

// points asks for a customer's points with a token.
func (w *world) points(id, token string) *httpapitest.Reply {
	w.t.Helper()
	return w.Do("GET", pointsPath+"?customer_id="+id, "", "Authorization: Bearer "+token)
}

// advance moves the clock when everything has been sent: a lease that runs out sends a message again.
func (w *world) advance(by time.Duration) {
	w.t.Helper()
	w.Settle()
	w.Clock.Advance(by)
}

// wrong is a code of the same length that is not this one.
func wrong(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

func TestTranscripts(t *testing.T) {
	t.Parallel()
	httpapitest.Play(t, "testdata/*.http", with(t, nil))
}
