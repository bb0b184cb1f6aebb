package main

import (
	"context"
	"net/http"
	"testing"

	"latchkey/infrastructure/testdb"
	client "latchkey/openapi/client/api"
)

// TestBoot_LogIn logs in through all four APIs with the generated client, the codes taken from the inbox of --dev.
func TestBoot_LogIn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		n := newSite(t, database).serve("--dev")
		t.Run("bigcity", func(t *testing.T) { logInBigCity(t, n) })
		t.Run("goodcity", func(t *testing.T) { logInGoodCity(t, n) })
		t.Run("arita", func(t *testing.T) { logInArita(t, n) })
		t.Run("bridgekeeper", func(t *testing.T) { logInBridgekeeper(t, n) })
	})
}

// header puts a header on a request of the generated client.
func header(name, value string) client.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, value)
		return nil
	}
}

// inboxCode is the newest code that was sent to an address to log in. Messages are handed over right after the reply, so
// that the first look may be too early.
func inboxCode(t testing.TB, api *client.ClientWithResponses, to string) string {
	t.Helper()
	return inboxCodeFor(t, api, to, "login")
}

func inboxCodeFor(t testing.TB, api *client.ClientWithResponses, to, purpose string) (code string) {
	t.Helper()
	eventually(t, "a code in the inbox of "+to, letterLimit, func() bool {
		got, err := api.ListInboxMessagesWithResponse(t.Context(), &client.ListInboxMessagesParams{To: &to}, header("Accept", "application/json"))
		if err != nil || got.JSON200 == nil {
			t.Fatalf("read the inbox: %v, %+v", err, got)
		}
		for _, message := range *got.JSON200 { // the newest is the first
			if message.Purpose == purpose && code == "" {
				code = message.Code
			}
		}
		return code != ""
	})
	return code
}

// answered stops the test unless a reply of the generated client has the documented body of a success.
func answered[Reply any](t *testing.T, documented *Reply, err error, status int, body []byte) Reply {
	t.Helper()
	if err != nil || documented == nil {
		t.Fatalf("status %d: %v: %s", status, err, body)
	}
	return *documented
}

func logInBigCity(t *testing.T, n *node) {
	api, basic := n.visit(t).api(), header("Authorization", "Basic YmlnY2l0eTpzZWNyZXQxMjM=")
	sent, err := api.GenerateOTPWithResponse(t.Context(), client.GenerateOTPRequest{CustomerID: "CUST12345"}, basic)
	reference := answered(t, sent.JSON200, err, sent.StatusCode(), sent.Body).ReferenceID
	entered, err := api.VerifyOTPWithResponse(t.Context(), client.VerifyOTPRequest{
		CustomerID: "CUST12345", ReferenceID: reference, OTP: inboxCode(t, api, "+919800000045"),
	}, basic)
	login := answered(t, entered.JSON200, err, entered.StatusCode(), entered.Body)
	if login.Customer.Mobile != "98XXXXXX45" || login.PointsEarned != 5000 || login.BalancePoints != 3500 {
		t.Errorf("login is %+v", login)
	}
	points, err := api.GetCustomerPointsWithResponse(t.Context(), &client.GetCustomerPointsParams{CustomerID: "CUST12345"},
		header("Authorization", "Bearer "+login.Token))
	if got := answered(t, points.JSON200, err, points.StatusCode(), points.Body); got.BalancePoints != 3500 {
		t.Errorf("points are %+v", got)
	}
}

func logInGoodCity(t *testing.T, n *node) {
	api := n.visit(t).api()
	sent, err := api.SendPinWithResponse(t.Context(), nil, client.SendPinRequest{Mobile: "+85261677528"})
	key := answered(t, sent.JSON200, err, sent.StatusCode(), sent.Body).OTPAuthKey
	entered, err := api.VerifyPinWithResponse(t.Context(), nil, client.VerifyPinRequest{OTPAuthKey: key, Pin: inboxCode(t, api, "+85261677528")})
	login := answered(t, entered.JSON200, err, entered.StatusCode(), entered.Body)
	bearer := header("Authorization", "Bearer "+login.JWTToken)
	profile, err := api.GetCurrentUserProfileWithResponse(t.Context(), nil, bearer)
	got := answered(t, profile.JSON200, err, profile.StatusCode(), profile.Body)
	if got.UserProfile.Mobile == nil || *got.UserProfile.Mobile != "61677528" || got.UserProfile.ID != login.User.UserProfile.ID {
		t.Errorf("the profile is %s", profile.Body)
	}
	device, err := api.RegisterDeviceWithResponse(t.Context(), nil, client.RegisterDeviceRequest{Handle: "a-handle", Platform: "fcm"}, bearer)
	if err != nil || device.StatusCode() != http.StatusNoContent {
		t.Errorf("register a device: %v, %s", err, device.Body)
	}
}

func logInArita(t *testing.T, n *node) {
	api := n.visit(t).api()
	byPassword, err := api.LoginWithPasswordWithResponse(t.Context(), nil, client.EmailLoginDTO{Email: "test@aritaone.com", Password: "PasghWgf"})
	answered(t, byPassword.JSON200, err, byPassword.StatusCode(), byPassword.Body)

	sent, err := api.SendOTPWithResponse(t.Context(), nil, client.OTPReqDTO{Nature: client.OTPNatureWebLogin, LoginID: "test@aritaone.com"})
	token := answered(t, sent.JSON200, err, sent.StatusCode(), sent.Body).Data.OTPToken
	answer := client.OTPVerificationReqDTO{OTPToken: token}
	if err := answer.OTP.FromOTPDigits(inboxCode(t, api, "test@aritaone.com")); err != nil {
		t.Fatal(err)
	}
	entered, err := api.VerifyLoginOTPWithResponse(t.Context(), nil, answer)
	answered(t, entered.JSON200, err, entered.StatusCode(), entered.Body)
	cookie := reply{header: entered.HTTPResponse.Header}.cookie("refreshToken")
	if cookie == nil {
		t.Fatal("no refresh cookie")
	}
	refreshed, err := api.RefreshAccessTokenWithResponse(t.Context(), nil, header("Cookie", "refreshToken="+cookie.Value))
	access := answered(t, refreshed.JSON200, err, refreshed.StatusCode(), refreshed.Body).Data[0].AccessToken
	done, err := api.LogoutWebUserWithResponse(t.Context(), nil, header("Authorization", "Bearer "+access))
	answered(t, done.JSON200, err, done.StatusCode(), done.Body)
	next := reply{header: refreshed.HTTPResponse.Header}.cookie("refreshToken")
	over, err := api.RefreshAccessTokenWithResponse(t.Context(), nil, header("Cookie", "refreshToken="+next.Value))
	if err != nil || over.JSON401 == nil {
		t.Errorf("refresh after logout: %v, %s", err, over.Body)
	}
}

func logInBridgekeeper(t *testing.T, n *node) {
	api, phone := n.visit(t).api(), "+919888888888"
	sent, err := api.SendUserOTPWithResponse(t.Context(), client.SendUserOTPRequest{PhoneNumber: &phone})
	answered(t, sent.JSON200, err, sent.StatusCode(), sent.Body)
	code := inboxCode(t, api, phone)
	entered, err := api.LoginUserWithResponse(t.Context(), client.LoginRequest{PhoneNumber: &phone, OTP: &code}, header("x-qt-auth", "dummy"))
	login := answered(t, entered.JSON200, err, entered.StatusCode(), entered.Body)
	cookie := reply{header: entered.HTTPResponse.Header}.cookie("qt-auth")
	if cookie == nil || cookie.Value != entered.HTTPResponse.Header.Get("x-qt-auth") {
		t.Fatalf("cookie %v and header %q differ", cookie, entered.HTTPResponse.Header.Get("x-qt-auth"))
	}
	session := header("Cookie", "qt-auth="+cookie.Value)
	me, err := api.GetCurrentUserWithResponse(t.Context(), session)
	if got := answered(t, me.JSON200, err, me.StatusCode(), me.Body); got.User.ID != login.User.ID || got.ActiveSessionsCount != 1 {
		t.Errorf("me is %s", me.Body)
	}
	left, err := api.LogoutUserWithResponse(t.Context(), session)
	if err != nil || left.StatusCode() != http.StatusNoContent {
		t.Fatalf("logout: %v, %s", err, left.Body)
	}
	gone, err := api.GetCurrentUserWithResponse(t.Context(), session)
	if err != nil || gone.JSON401 == nil {
		t.Errorf("me after logout: %v, %s", err, gone.Body)
	}
}
