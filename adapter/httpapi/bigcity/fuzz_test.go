package bigcity

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
)

// check holds what is true of every reply, beside what World checks: no server error, and the envelope.
func check(t *testing.T, reply *httpapitest.Reply) {
	t.Helper()
	var envelope struct {
		Status  *bool
		Message string
	}
	if err := json.Unmarshal([]byte(reply.Body), &envelope); err != nil || envelope.Status == nil {
		t.Fatalf("%d %s: %v", reply.Status, reply.Body, err)
	}
	if reply.Status >= http.StatusInternalServerError || *envelope.Status != (reply.Status == http.StatusOK) || !*envelope.Status && envelope.Message == "" {
		t.Fatalf("%d %s", reply.Status, reply.Body)
	}
}

func FuzzGenerateOTP(f *testing.F) {
	for _, seed := range []string{
		`{"customer_id":"CUST12345"}`, `{"customer_id":"CUSTDISABLED"}`, `{"customer_id":""}`, `{"customer_id":null}`, `{"customer_id":1}`,
		`{"customer_id":"CUST12345","customer_id":"CUST67890"}`, `{"CUSTOMER_ID":"CUST12345"}`, "{\"customer_id\":\"\xff\"}", ``, `[]`, `{} {}`,
	} {
		f.Add(seed, "application/json")
		f.Add(seed, "application/x-www-form-urlencoded")
	}
	f.Fuzz(func(t *testing.T, body, contentType string) {
		check(t, newWorld(t, nil).Do("POST", generatePath, body, documented, "Content-Type: "+contentType))
	})
}

func FuzzVerifyOTP(f *testing.F) {
	for _, seed := range []string{
		`{"customer_id":"CUST12345","otp":"123456","reference_id":"REF123456"}`, `{"customer_id":"CUST12345","otp":123456,"reference_id":"REF123456"}`,
		`{"customer_id":"CUST12345","otp":"１２３４５６","reference_id":"\u0000"}`, `{"otp":"1","otp":"2"}`, `{}`, `null`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, nil)
		reference := w.generate(customer)
		if reply := w.Do("POST", verifyPath, body); reply.Status != http.StatusUnauthorized {
			t.Fatalf("a stranger: %d %s", reply.Status, reply.Body)
		}
		reply := w.Do("POST", verifyPath, body, documented)
		check(t, reply)
		if reply.Status == http.StatusOK {
			t.Fatalf("%s let somebody in without %s", body, reference)
		}
		w.must(http.StatusOK, "POST", verifyPath, answering(customer, w.Code(mobile), reference)) // it was one guess at most
	})
}

func FuzzCustomerPoints(f *testing.F) {
	for _, seed := range []string{customer, "", " ", "\n", "CUST67890", "कस्टमर", "\xff"} {
		f.Add(seed, "Bearer rubbish")
	}
	f.Add(customer, "Bearer eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, id, authorization string) {
		w := newWorld(t, nil)
		reply := w.Do("GET", pointsPath+"?customer_id="+url.QueryEscape(id), "", "Authorization: "+authorization)
		if check(t, reply); reply.Status != http.StatusUnauthorized {
			t.Fatalf("%d %s", reply.Status, reply.Body)
		}
		reply = w.points(url.QueryEscape(id), w.logIn(customer, mobile))
		if check(t, reply); (reply.Status == http.StatusOK) != (id == customer) {
			t.Fatalf("%q: %d %s", id, reply.Status, reply.Body)
		}
	})
}
