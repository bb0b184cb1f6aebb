package main

import (
	"strings"
	"testing"
)

// What Arita's document prints.
const (
	aritaLogin = `POST /web/auth/login
{
"email": "test@aritaone.com",
"password": "PasghWgf"
}`
	aritaLoggedIn = `{
"success": true,
"message": "",
"data": [
{
"accessToken": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyZGUwYjg3Ni1jNmM2LTExZWQtYTQ5Yy0wMjQyYWMxMjAwMDIiLCJleHAiOjE2NzkyODc3Mjd9.9c6BUnxi0Rruag2OCJKiHWquRf830Ma9yeI-atSH-TQ"
}
]
}`
	aritaRefresh = `GET /web/auth/refresh`
	aritaLogout  = `DELETE /web/auth/logout`
	aritaDone    = `{
"success": true,
"message": "",
"data": null
}`
	aritaSend = `POST /web/auth/otp
{
"nature": 6,
"loginID": "test@aritaone.com"
}`
	aritaSent = `{
"success": true,
"message": "",
"data": {
"otpToken": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHBpcnkiOiIyMDI0LTA0LTIzVDA5OjA0OjQ1WiIsImxvZ2luSUQiOiJ0ZXN0QGFyaXRhb25lLmNvbSIsIm5hdHVyZSI6MX0.iTIbn6BUqsAAxLVrTSHYxkLV39ajcp8H-PL_KYb_3OI"
}
}`
	aritaOTPToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHBpcnkiOiIyMDI0LTA0LTIzVDA5OjA0OjQ1WiIsImxvZ2luSUQiOiJ0ZXN0QGFyaXRhb25lLmNvbSIsIm5hdHVyZSI6MX0.iTIbn6BUqsAAxLVrTSHYxkLV39ajcp8H-PL_KYb_3OI"
	aritaVerify   = `POST /web/auth/login/verify
{
"otp": 37695,
"otpToken": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHBpcnkiOiIyMDI0LTA0LTIzVDA5OjA0OjQ1WiIsImxvZ2luSUQiOiJ0ZXN0QGFyaXRhb25lLmNvbSIsIm5hdHVyZSI6MX0.iTIbn6BUqsAAxLVrTSHYxkLV39ajcp8H-PL_KYb_3OI"
}`
	aritaVerified = `{
"success": true,
"message": "",
"data": {
"accessToken": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyZGUwYjg3Ni1jNmM2LTExZWQtYTQ5Yy0wMjQyYWMxMjAwMDIiLCJleHAiOjE2NzkyODc3Mjd9.9c6BUnxi0Rruag2OCJKiHWquRf830Ma9yeI-atSH-TQ"
}
}`
	aritaForgotVerify = `POST /web/auth/forgot-password/verify
{
"otp": 37695,
"otpToken": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHBpcnkiOiIyMDI0LTA0LTIzVDA5OjA0OjQ1WiIsImxvZ2luSUQiOiJ0ZXN0QGFyaXRhb25lLmNvbSIsIm5hdHVyZSI6MX0.iTIbn6BUqsAAxLVrTSHYxkLV39ajcp8H-PL_KYb_3OI"
}`
	aritaPassword = `PUT /web/auth/password
{
"password": "gdfhdjo33"
}`
	aritaRefused = `{"success":false,"message":"輸入的用戶名不存在","data":null}`
)

func pasteArita(t *testing.T, v *visitor) {
	const mail = "test@aritaone.com"
	entered := v.paste(printed(t, aritaLogin))
	wantPrinted(t, entered, 200, aritaLoggedIn)
	wantPrinted(t, v.paste(printed(t, aritaRefresh)), 401, aritaRefused)
	refreshed := v.paste(printed(t, aritaRefresh).with("Cookie: refreshToken=" + entered.cookie("refreshToken").Value))
	wantPrinted(t, refreshed, 200, aritaLoggedIn)
	wantExactly(t, v.paste(printed(t, aritaLogout)), 200, aritaDone)
	wantExactly(t, v.paste(printed(t, aritaLogout).with("Authorization: Bearer "+refreshed.text("data", "accessToken"))), 200, aritaDone)

	sent := v.paste(printed(t, aritaSend))
	wantPrinted(t, sent, 200, aritaSent)
	wantPrinted(t, v.paste(printed(t, aritaVerify)), 400, aritaRefused) // five digits where the text says four
	wantPrinted(t, v.paste(printed(t, aritaVerify, "37695", "3769")), 401, aritaRefused)
	wantPrinted(t, v.paste(printed(t, aritaVerify, aritaOTPToken, sent.text("data", "otpToken"),
		"37695", asNumber(inboxCode(t, v.api(), mail)))), 200, aritaVerified)

	// The document asks for the code to forget a password with the request that it prints for logging in, nature 3.
	forgot := v.paste(printed(t, aritaSend, `"nature": 6`, `"nature": 3`))
	wantPrinted(t, forgot, 200, aritaSent)
	wantPrinted(t, v.paste(printed(t, aritaForgotVerify)), 400, aritaRefused)
	reset := v.paste(printed(t, aritaForgotVerify, aritaOTPToken, forgot.text("data", "otpToken"),
		"37695", asNumber(inboxCodeFor(t, v.api(), mail, "reset_password"))))
	wantPrinted(t, reset, 200, aritaVerified)
	wantPrinted(t, v.paste(printed(t, aritaPassword)), 401, aritaRefused)
	wantExactly(t, v.paste(printed(t, aritaPassword).with("Authorization: Bearer "+reset.text("data", "accessToken"))), 200, aritaDone)
	wantPrinted(t, v.paste(printed(t, aritaLogin)), 401, aritaRefused)
	wantPrinted(t, v.paste(printed(t, aritaLogin, "PasghWgf", "gdfhdjo33")), 200, aritaLoggedIn)
}

// asNumber spells a code as the document does: a number, which loses its leading zeros.
func asNumber(code string) string {
	number := strings.TrimLeft(code, "0")
	if number == "" {
		return "0"
	}
	return number
}

// What Bridgekeeper's document prints, backslash at the end included.
const (
	bridgekeeperSendPhone = `curl --request POST 'https://<client-domain>/api/auth/v1/users/send-otp' \
-H 'Content-Type: application/json' \
-H 'Origin: https://<client-domain>' \
--data-raw '{"phone-number":"+919888888888"}' \`
	bridgekeeperSendMail = `curl --request POST 'https://<client-domain>/api/auth/v1/users/send-otp' \
-H 'Content-Type: application/json' \
-H 'Origin: https://<client-domain>' \
--data-raw '{"email":"johndoe@example.com"}' \`
	bridgekeeperLoginPhone = `curl --request POST 'https://<client-domain>/api/auth/v1/login' \
-H 'Content-Type: application/json' \
-H 'Origin: https://<client-domain>' \
--data-raw '{"phone-number":"+919888888888","otp":"43210"}' \`
	bridgekeeperLoginMail = `curl --request POST 'https://<client-domain>/api/auth/v1/login' \
-H 'Content-Type: application/json' \
-H 'Origin: https://<client-domain>' \
--data-raw '{"email":"johndoe@example.com","otp":"43210"}' \`

	// The document says that a user object comes back; its client's tests have this one.
	bridgekeeperUser = `{"user":{"id":1086346,"name":"test-user","email":"test-user@gmail.com","created-at":1612346093145,"avatar-url":null,
"first-name":null,"last-name":null,"verification-status":"email","metadata":null,"avatar-s3-key":null,"slug":null,"communication-email":null,
"phone-number":null,"updated-at":1612346112510,"is-tfa-enabled":false,"username":"test-user@gmail.com"},"active-sessions-count":4,"source":"bridgekeeper"}`
)

func pasteBridgekeeper(t *testing.T, v *visitor) {
	const client = "news.example.com"
	for _, way := range []struct{ send, login, to, medium, other string }{
		{bridgekeeperSendPhone, bridgekeeperLoginPhone, "+919888888888", "SMS", "Email"},
		{bridgekeeperSendMail, bridgekeeperLoginMail, "johndoe@example.com", "Email", "SMS"},
	} {
		sent := v.paste(curled(t, way.send, client))
		wantExactly(t, sent, 200, `{"message":"OTP was sent successfully only through `+way.medium+`. OTP was not sent through `+way.other+`"}`)
		code := inboxCode(t, v.api(), way.to)
		stale := v.paste(curled(t, way.login, client))
		wantExactly(t, stale, 401, `{"message":"OTP did not match","error":{"message":"OTP did not match"}}`)
		entered := v.paste(curled(t, way.login, client, "43210", code))
		wantPrinted(t, entered, 200, bridgekeeperUser)
		cookie := entered.cookie("qt-auth")
		if cookie == nil {
			t.Fatal("login sets no qt-auth cookie")
		}
		me := v.paste(request{"GET", "/api/auth/v1/users/me", "", []string{"Cookie: qt-auth=" + cookie.Value}})
		wantPrinted(t, me, 200, bridgekeeperUser)
	}
}
