package bigcity

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	"latchkey/usecase"
)

// C9: references are REF and 128 random bits in base32, which RFC 4648 writes with 26 letters and digits.
func TestC9_References(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	seen := map[string]bool{}
	for range 5 {
		reference := w.generate(customer)
		if !regexp.MustCompile(`^REF[A-Z2-7]{26}$`).MatchString(reference) || seen[reference] || strings.Contains(reference, w.Code(mobile)) {
			t.Errorf("reference %q, after %v", reference, seen)
		}
		seen[reference] = true
		w.advance(31 * time.Second)
	}
}

// C5: the code is in the message and nowhere else.
func TestC5_CodeStaysOutOfReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	reply := w.must(http.StatusOK, "POST", generatePath, asking(customer))
	var out struct {
		Reference string `json:"reference_id"`
	}
	if err := json.Unmarshal([]byte(reply.Body), &out); err != nil {
		t.Fatal(err)
	}
	code := w.Code(mobile)
	for _, reply := range []string{
		reply.Body,
		w.must(http.StatusUnprocessableEntity, "POST", verifyPath, answering(customer, code, "REF"+code)).Body,
		w.must(http.StatusUnprocessableEntity, "POST", verifyPath, answering(customer, wrong(code), out.Reference)).Body,
		w.must(http.StatusOK, "POST", verifyPath, answering(customer, code, out.Reference)).Body,
	} {
		for _, secret := range []string{code, wrong(code), mobile, mobile[3:]} {
			if strings.Contains(reply, secret) {
				t.Errorf("%s tells %s", reply, secret)
			}
		}
	}
}

// counted counts calls of a story.
type counted[In, Out any] struct {
	calls *int
	next  usecase.Story[In, Out]
}

func (c counted[In, Out]) Execute(ctx context.Context, in In) (Out, error) {
	*c.calls++
	return c.next.Execute(ctx, in)
}

// C8: what cannot be an answer is refused before anything is looked up, and is no guess.
func TestC8_NoGuess(t *testing.T) {
	t.Parallel()
	asked, answered := 0, 0
	w := newWorld(t, func(o *Options) {
		core := *o.Core
		core.IssueChallenge = counted[usecase.IssueChallengeIn, usecase.IssueChallengeOut]{&asked, core.IssueChallenge}
		core.LoginByCode = counted[usecase.LoginByCodeIn, usecase.Grant]{&answered, core.LoginByCode}
		o.Core = &core
	})
	reference := w.generate(customer)
	code := w.Code(mobile)
	asked = 0
	for _, value := range []string{
		`null`, `true`, `false`, `0`, code, code + `.0`, `1e5`, `-1`, `[]`, `["` + code + `"]`, `{}`, `{"otp":"` + code + `"}`,
		`""`, `" "`, `"12345"`, `"1234567"`, `" ` + code + `"`, `"` + code + ` "`, `"` + code + `\n"`, `"` + code + `\u0000"`, `"+12345"`, `"-12345"`,
		`"1234.5"`, `"12345e"`, `"0x1234"`, `"１２３４５６"`, `"१२३४५६"`, `"١٢٣٤٥٦"`, `"12345６"`, `"` + strings.Repeat("1", 10_000) + `"`, strings.Repeat("1", 10_000),
	} {
		body := `{"customer_id":"` + customer + `","otp":` + value + `,"reference_id":"` + reference + `"}`
		reply := w.Do("POST", verifyPath, body, documented)
		if reply.Status != 400 && reply.Status != 422 || reply.Header.Get("Retry-After") != "" {
			t.Errorf("otp %.40s: %d %s", value, reply.Status, reply.Body)
		}
	}
	for _, value := range []string{
		`null`, `true`, `12345`, `1.5`, `[]`, `["CUST12345"]`, `{}`, `""`, `" "`, `"\t"`, `"CUST12345\r\nX: y"`, `"CUST\u0000"`, `"\u202e"`, `"` + strings.Repeat("C", 65) + `"`,
		`"` + strings.Repeat("ष", 10_000) + `"`,
	} {
		for path, body := range map[string]string{
			generatePath: `{"customer_id":` + value + `}`,
			verifyPath:   `{"customer_id":` + value + `,"otp":"` + code + `","reference_id":"` + reference + `"}`,
		} {
			if reply := w.Do("POST", path, body, documented); reply.Status != 400 {
				t.Errorf("%s, customer_id %.40s: %d %s", path, value, reply.Status, reply.Body)
			}
		}
	}
	for _, body := range []string{
		`{"customer_id":"` + customer + `","otp":"` + wrong(code) + `","otp":"` + code + `","reference_id":"` + reference + `"}`,
		`{"customer_id":"` + customer + `","otp":"` + wrong(code) + `","\u006ftp":"` + code + `","reference_id":"` + reference + `"}`,
		`{"customer_id":"` + customer + `","otp":"` + code + `","reference_id":"` + reference + `"}{}`,
		`[{"customer_id":"` + customer + `","otp":"` + code + `","reference_id":"` + reference + `"}]`,
		`{"customer_id":"` + customer + `","otp":"` + code + `","reference_id":"` + reference + "\xff\"}",
	} {
		w.refused(400, "body is invalid", verifyPath, body)
	}
	if asked != 0 || answered != 0 {
		t.Errorf("%d codes were asked for, and %d answers looked at", asked, answered)
	}
	for range 2 {
		w.refused(422, "Invalid OTP", verifyPath, answering(customer, wrong(code), reference))
	}
	w.must(http.StatusOK, "POST", verifyPath, answering(customer, code, reference))
}

// other is another dialect's room, as far as the core sees it.
var other = &usecase.Dialect{
	Name: "other", Codes: domain.DefaultCodePolicy(CodeLength),
	Templates: domain.Templates{
		domain.PurposeLogin: {"en": {SMS: "{{code}}"}}, domain.PurposeResetPassword: {"en": {SMS: "{{code}}"}},
	},
}

// issue asks the core for a code of another sort for the customer's number.
func issue(t *testing.T, w *world, dialect *usecase.Dialect, purpose domain.Purpose) (handle, code string) {
	t.Helper()
	contact, err := domain.ParsePhone(mobile, "")
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.Core.IssueChallenge.Execute(context.Background(), usecase.IssueChallengeIn{
		Caller: usecase.Caller{Dialect: dialect}, Purpose: purpose, Contact: contact,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Handle, w.Code(mobile)
}

// C7: a code answers only for the purpose, dialect, customer and reference that it was made for.
func TestC7_OtherCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	handle, code := issue(t, w, other, domain.PurposeLogin)
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, code, handle))

	ours := *other
	ours.Name = Name
	handle, code = issue(t, w, &ours, domain.PurposeResetPassword)
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, code, handle))

	w.advance(31 * time.Second)
	reference := w.generate(customer)
	code = w.Code(mobile)
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, code, handle))
	w.refused(422, "Invalid OTP", verifyPath, answering("CUST67890", code, reference))
	w.must(http.StatusOK, "POST", verifyPath, answering(customer, code, reference))
}

// C6: a code of another dialect for the same number ends this one's.
func TestC6_OtherDialectReplaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	reference := w.generate(customer)
	code := w.Code(mobile)
	w.advance(31 * time.Second)
	issue(t, w, other, domain.PurposeLogin)
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, code, reference))
}

// C3: one code, one token, however many answer at once.
func TestC3_OneSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	reference := w.generate(customer)
	body := answering(customer, w.Code(mobile), reference)
	var group sync.WaitGroup
	statuses := make([]int, 50)
	for i := range statuses {
		group.Go(func() { statuses[i] = w.Do("POST", verifyPath, body, documented).Status })
	}
	group.Wait()
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	if count[200] != 1 || count[422] != len(statuses)-1 {
		t.Errorf("%v", count)
	}
}

// T2, S2: from the fourth wrong answer on it is 429, and who waits as told gets a new code, not a second sooner.
func TestS2_RetryAfterIsTrue(t *testing.T) {
	t.Parallel()
	const many = "Too many attempts. Please try again later."
	for name, c := range map[string]struct {
		sends int
		later time.Duration // after the last send
		want  int
	}{
		"at once":                   {1, 0, 30},
		"a while later":             {1, 20 * time.Second, 10},
		"in the middle of a second": {1, 20*time.Second + 300*time.Millisecond, 10},
		"after the wait":            {1, time.Minute, 1},
		"no more sends this hour":   {5, 0, 3600 - 4*30},
		"and a minute later":        {5, time.Minute, 3600 - 4*30 - 60},
	} {
		w := newWorld(t, nil)
		var reference string
		for i := range c.sends {
			if i > 0 {
				w.advance(30 * time.Second)
			}
			reference = w.generate(customer)
		}
		w.advance(c.later)
		for range 3 {
			if reply := w.refused(422, "Invalid OTP", verifyPath, answering(customer, wrong(w.Code(mobile)), reference)); reply.Header.Get("Retry-After") != "" {
				t.Errorf("%s: a wrong answer has Retry-After", name)
			}
		}
		var told string
		for _, code := range []string{wrong(w.Code(mobile)), w.Code(mobile)} {
			told = w.refused(429, many, verifyPath, answering(customer, code, reference)).Header.Get("Retry-After")
			if told != strconv.Itoa(c.want) {
				t.Errorf("%s: Retry-After %q instead of %d", name, told, c.want)
			}
		}
		if c.want > 1 {
			w.advance(time.Duration(c.want-1) * time.Second)
			if c.later%time.Second == 0 {
				w.refused(429, many, generatePath, asking(customer))
			}
			w.advance(time.Second)
		}
		reference = w.generate(customer)
		w.must(http.StatusOK, "POST", verifyPath, answering(customer, w.Code(mobile), reference))
	}
}

// G1, T1: the hundredth failure in a row starts a wait in which the right code is not compared either; new codes do not end it.
func TestG1_GrowingWait(t *testing.T) {
	t.Parallel()
	const many = "Too many attempts. Please try again later."
	w := newWorld(t, settings(httpapi.Settings{Attempts: 10, ResendWait: time.Second, SendsPerHour: 100, SendsPerDay: 100}))
	var reference string
	for range 10 {
		w.advance(time.Second)
		reference = w.generate(customer)
		for range 10 {
			w.refused(422, "Invalid OTP", verifyPath, answering(customer, wrong(w.Code(mobile)), reference))
		}
	}
	w.advance(time.Second)
	reference = w.generate(customer)
	code := w.Code(mobile)
	for _, advance := range []time.Duration{0, 28 * time.Second} {
		w.advance(advance)
		reply := w.refused(429, many, verifyPath, answering(customer, code, reference))
		if want := strconv.Itoa(int((29*time.Second - advance) / time.Second)); reply.Header.Get("Retry-After") != want {
			t.Errorf("Retry-After %q instead of %s", reply.Header.Get("Retry-After"), want)
		}
	}
	w.advance(time.Second)
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, wrong(code), reference))
	if wait := w.refused(429, many, verifyPath, answering(customer, code, reference)).Header.Get("Retry-After"); wait != "60" {
		t.Errorf("the second wait is %q", wait)
	}
	w.advance(time.Minute)
	w.must(http.StatusOK, "POST", verifyPath, answering(customer, code, reference))
}

// V3: who asked and who answered is written down, without number and code.
func TestV3_Audit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.logIn(customer, mobile)
	var got []string
	for _, event := range w.Store.(interface{ Events() []domain.Event }).Events() {
		if event.Dialect == Name {
			got = append(got, strings.Join([]string{event.Action, event.Outcome, event.Actor, event.Contact, event.ClientIP}, " "))
		}
	}
	for _, want := range []string{"send ok client:bigcity ***45 192.0.2.1", "verify ok client:bigcity"} {
		found := false
		for _, event := range got {
			found = found || strings.HasPrefix(event, want)
		}
		if !found {
			t.Errorf("no %q in %q", want, got)
		}
	}
}
