package bigcity

import (
	"net/http"
	"strings"
	"testing"

	"latchkey/domain"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ number, want string }{
		{"+919800000045", "98XXXXXX45"}, // as the document prints it
		{"+85261677528", "61XXXX28"},    // Hong Kong
		{"+12025550123", "20XXXXXX23"},  // United States
		{"+4915123456789", "15XXXXXXX89"},
		{"+390236618300", "02XXXXXX00"}, // a leading zero belongs to the number
		{"+2908123", "XXXX"},            // Saint Helena has four digits for some
		{"+29023456", "23X56"},
		{"", ""},
	} {
		if got := mask(domain.RestoreContact(domain.SMS, c.number)); got != c.want {
			t.Errorf("%s: %s instead of %s", c.number, got, c.want)
		}
	}
}

// A customer who is reached by mail has no number to show.
func TestCustomerWithoutNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	reference := w.generate("CUSTMAIL")
	message := w.Messages("customer@example.com")[0]
	if message.Channel != domain.Email || message.Subject != "Your BigCity login code" || !strings.Contains(message.Body, message.Code) {
		t.Errorf("%+v", message)
	}
	reply := w.Do("POST", verifyPath, answering("CUSTMAIL", message.Code, reference), "Authorization: Basic YmlnY2l0eTpzZWNyZXQxMjM=")
	if reply.Status != http.StatusOK || !strings.Contains(reply.Body, `"customer":{"customer_id":"CUSTMAIL","mobile":""}`) {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
}
