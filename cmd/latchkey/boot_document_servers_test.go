package main

import "testing"

// What BigCity's document prints. Its first request carries credentials by description, its text those of an example.
const (
	bigcityCredentials = "<base64(username:password)>"
	bigcityExample     = "YmlnY2l0eTpzZWNyZXQxMjM="

	bigcityGenerate = `POST /api/v1/auth/generate-otp
Authorization: Basic <base64(username:password)>
Content-Type: application/json

{
  "customer_id": "CUST12345"
}`
	bigcityVerify = `POST /api/v1/auth/verify-otp
Authorization: Basic <base64(username:password)>
Content-Type: application/json

{
  "customer_id": "CUST12345",
  "otp": "123456",
  "reference_id": "REF123456"
}`
)

func pasteBigCity(t *testing.T, v *visitor) {
	sent := v.paste(printed(t, bigcityGenerate, bigcityCredentials, bigcityExample))
	wantPrinted(t, sent, 200, `{"status":true,"message":"OTP generated successfully","reference_id":"REF123456"}`)

	stale := v.paste(printed(t, bigcityVerify, bigcityCredentials, bigcityExample))
	wantExactly(t, stale, 422, `{"status":false,"message":"Invalid OTP"}`)

	entered := v.paste(printed(t, bigcityVerify, bigcityCredentials, bigcityExample,
		"REF123456", sent.text("reference_id"), "123456", inboxCode(t, v.api(), "+919800000045")))
	wantPrinted(t, entered, 200,
		`{"status":true,"token":"jwt-token","customer":{"customer_id":"CUST12345","mobile":"98XXXXXX45"},"points_earned":5000,"balance_points":3500}`)

	points := v.paste(request{"GET", "/api/v1/customer/points?customer_id=CUST12345", "", []string{"Authorization: Bearer " + entered.text("token")}})
	wantExactly(t, points, 200, `{"status":true,"customer_id":"CUST12345","points_earned":5000,"balance_points":3500}`)

	undescribed := v.paste(printed(t, bigcityGenerate))
	wantPrinted(t, undescribed, 401, `{"status":false,"message":""}`)
	unknown := v.paste(printed(t, bigcityGenerate, bigcityCredentials, bigcityExample, "CUST12345", "CUST99999"))
	wantExactly(t, unknown, 404, `{"status":false,"message":"Invalid Customer ID"}`)
}

// What GoodCity's document prints, request and reply on one line.
const (
	goodcityKey = `{ "otp_auth_key": "/JqONEgEjrZefDV3ZIQsNA==" }`

	goodcitySend         = `POST /api/v1/auth/send_pin { "mobile": "+85261677528" } 200 { "otp_auth_key": "/JqONEgEjrZefDV3ZIQsNA==" }`
	goodcityUnregistered = `POST /api/v1/auth/send_pin { "mobile": "+85251641822" } 200 { "otp_auth_key": "/JqONEgEjrZefDV3ZIQsNA==" }`
	goodcityInvalidHost  = `POST /api/v1/auth/send_pin { "mobile": "+85260274677" } 403 { "errors": "Invalid host" }`
	goodcityEmpty        = `POST /api/v1/auth/send_pin { "mobile": "" } 422 { "errors": "Mobile can't be blank" }`
	goodcityBadNumber    = `POST /api/v1/auth/send_pin { "mobile": "+9101234567" } 422 { "errors": "Mobile must begin with +852" }`
	goodcitySignup       = `POST /api/v1/auth/signup { "user_auth": { "mobile": "+85251224538", "first_name": "Jake", "last_name": "Deamon", "address_attributes": { "district_id": "1", "address_type": "Profile" } } } 200 { "otp_auth_key": "/JqONEgEjrZefDV3ZIQsNA==" }`
	goodcityVerify       = `POST /api/v1/auth/verify { "otp_auth_key": "/JqONEgEjrZefDV3ZIQsNA==", "pin": "1234" } 200`
	goodcityVerified     = `{ "jwt_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE0MTc1NzkwMTQsImlzcyI6Ikdvb2RDaXR5VGVzdCIsImV4cCI6MTQxNzU4MDgxNH0.x-N_aUb3S5wcNy5i2w2WUZjEA2ud_81u8yQV0JfsT6A", "user": { "addresses": [ { "id": 1857, "street": "Schmeler Parks", "flat": "Suite 609", "building": "58752", "district_id": 2038, "addressable_id": 1831, "addressable_type": "User" } ], "permissions": [], "user_profile": { "id": 1831, "first_name": "Reynold", "last_name": "Lakin", "mobile": "98353103", "address_id": 1857, "permission_id": null } } }`
	goodcityProfile      = `GET /api/v1/auth/current_user_profile 200`
	goodcityProfiled     = `{ "addresses": [ { "id": 1861, "street": "Sydnie Trail", "flat": "Suite 258", "building": "8903", "district_id": 2042, "addressable_id": 1835, "addressable_type": "User" } ], "permissions": [], "user_profile": { "id": 1835, "first_name": "Brendon", "last_name": "Kerluke", "mobile": "60521718", "address_id": 1861, "permission_id": null } }`
	goodcityToken        = "Authorization: Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE0MTc1NzkwMTQsImlzcyI6Ikdvb2RDaXR5VGVzdCIsImV4cCI6MTQxNzU4MDgxNH0.x-N_aUb3S5wcNy5i2w2WUZjEA2ud_81u8yQV0JfsT6A"
)

func pasteGoodCity(t *testing.T, v *visitor) {
	api := v.api()
	sent := v.paste(printed(t, goodcitySend))
	wantPrinted(t, sent, 200, goodcityKey)
	wantPrinted(t, v.paste(printed(t, goodcityUnregistered)), 200, goodcityKey)
	wantExactly(t, v.paste(printed(t, goodcityInvalidHost).with("X-GOODCITY-APP-NAME: elsewhere")), 403, `{ "errors": "Invalid host" }`)
	wantExactly(t, v.paste(printed(t, goodcityEmpty)), 422, `{ "errors": "Mobile can't be blank" }`)
	wantExactly(t, v.paste(printed(t, goodcityBadNumber)), 422, `{ "errors": "Mobile must begin with +852" }`)

	wantExactly(t, v.paste(printed(t, goodcityVerify)), 422, `{"errors":{"pin":"Invalid SMS code."}}`)
	wantPrinted(t, v.paste(printed(t, goodcityVerify, "/JqONEgEjrZefDV3ZIQsNA==", sent.text("otp_auth_key"),
		"1234", inboxCode(t, api, "+85261677528"))), 200, goodcityVerified)

	signedUp := v.paste(printed(t, goodcitySignup))
	wantPrinted(t, signedUp, 200, goodcityKey)
	entered := v.paste(printed(t, goodcityVerify, "/JqONEgEjrZefDV3ZIQsNA==", signedUp.text("otp_auth_key"),
		"1234", inboxCode(t, api, "+85251224538")))
	wantPrinted(t, entered, 200, goodcityVerified)
	if entered.text("user", "addresses", "addressable_type") != "User" || entered.text("user", "user_profile", "first_name") != "Jake" {
		t.Errorf("Jake's address or name is missing: %s", entered.body)
	}

	wantPrinted(t, v.paste(printed(t, goodcityProfile).with(goodcityToken)), 401, `{"error":"Invalid token"}`)
	wantPrinted(t, v.paste(printed(t, goodcityProfile).with("Authorization: Bearer "+entered.text("jwt_token"))), 200, goodcityProfiled)

	for _, good := range []string{"+85251234567", "+85261234567", "+85291234567"} {
		wantPrinted(t, v.paste(printed(t, goodcitySignup, "+85251224538", good)), 200, goodcityKey)
	}
	for _, bad := range []string{"+11112345678", "+85212345678", "+8525234567", "+852523456789"} {
		wantExactly(t, v.paste(printed(t, goodcitySignup, "+85251224538", bad)), 422, `{ "errors": "Mobile must begin with +852" }`)
	}
}
