package openapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"latchkey/openapi/gen/arita"
	"latchkey/openapi/gen/bigcity"
	"latchkey/openapi/gen/bridgekeeper"
	"latchkey/openapi/gen/goodcity"
)

const (
	accessToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyZGUwYjg3Ni1jNmM2LTExZWQtYTQ5Yy0wMjQyYWMxMjAwMDIiLCJleHAiOjE2NzkyODc3Mjd9.9c6BUnxi0Rruag2OCJKiHWquRf830Ma9yeI-atSH-TQ"
	otpToken    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHBpcnkiOiIyMDI0LTA0LTIzVDA5OjA0OjQ1WiIsImxvZ2luSUQiOiJ0ZXN0QGFyaXRhb25lLmNvbSIsIm5hdHVyZSI6MX0.iTIbn6BUqsAAxLVrTSHYxkLV39ajcp8H-PL_KYb_3OI"
)

// visitor is what every generated reply can do.
type visitor = func(http.ResponseWriter) error

// What the generated servers write for the documents' examples is what the documents print, byte for byte but for white
// space: the keys are the documents' and come in their order.
func TestGeneratedRepliesAreTheDocumentedBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		reply  visitor
		status int
		want   string
	}{
		{"generateOtp", bigcity.GenerateOTP200JSONResponse{Status: true, Message: "OTP generated successfully", ReferenceID: "REF123456"}.VisitGenerateOTPResponse,
			200, `{"status":true,"message":"OTP generated successfully","reference_id":"REF123456"}`},
		{"verifyOtp", bigcity.VerifyOTP200JSONResponse{Status: true, Token: "jwt-token", Customer: bigcity.Customer{CustomerID: "CUST12345", Mobile: "98XXXXXX45"}, PointsEarned: 5000, BalancePoints: 3500}.VisitVerifyOTPResponse,
			200, `{"status":true,"token":"jwt-token","customer":{"customer_id":"CUST12345","mobile":"98XXXXXX45"},"points_earned":5000,"balance_points":3500}`},
		{"getCustomerPoints", bigcity.GetCustomerPoints200JSONResponse{Status: true, CustomerID: "CUST12345", PointsEarned: 5000, BalancePoints: 3500}.VisitGetCustomerPointsResponse,
			200, `{"status":true,"customer_id":"CUST12345","points_earned":5000,"balance_points":3500}`},
		{"sendPin", goodcity.SendPin200JSONResponse{OTPAuthKey: "/JqONEgEjrZefDV3ZIQsNA=="}.VisitSendPinResponse,
			200, `{"otp_auth_key":"/JqONEgEjrZefDV3ZIQsNA=="}`},
		{"registerDevice", goodcity.RegisterDevice204Response{}.VisitRegisterDeviceResponse, 204, ``},
		{"loginWithPassword", arita.LoginWithPassword200JSONResponse{Success: true, Data: []arita.AuthLoginResDTO{{AccessToken: accessToken}}}.VisitLoginWithPasswordResponse,
			200, `{"success":true,"message":"","data":[{"accessToken":"` + accessToken + `"}]}`},
		{"sendOtp", arita.SendOTP200JSONResponse{Success: true, Data: arita.OTPResDTO{OTPToken: otpToken}}.VisitSendOTPResponse,
			200, `{"success":true,"message":"","data":{"otpToken":"` + otpToken + `"}}`},
		{"verifyLoginOtp", arita.VerifyLoginOTP200JSONResponse{Success: true, Data: arita.UserLoginResDTO{AccessToken: accessToken}}.VisitVerifyLoginOTPResponse,
			200, `{"success":true,"message":"","data":{"accessToken":"` + accessToken + `"}}`},
		{"logoutWebUser", arita.LogoutWebUser200JSONResponse{Success: true}.VisitLogoutWebUserResponse,
			200, `{"success":true,"message":"","data":null}`},
		{"sendUserOtp", bridgekeeper.SendUserOTP200JSONResponse{Message: "OTP was sent successfully only through Email. OTP was not sent through SMS"}.VisitSendUserOTPResponse,
			200, `{"message":"OTP was sent successfully only through Email. OTP was not sent through SMS"}`},
		{"logoutUser", bridgekeeper.LogoutUser204Response{}.VisitLogoutUserResponse, 204, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			written := httptest.NewRecorder()
			if err := test.reply(written); err != nil {
				t.Fatal(err)
			}
			if got := string(bytes.TrimSpace(written.Body.Bytes())); got != test.want || written.Code != test.status {
				t.Errorf("wrote %d\n%s\nwant %d\n%s", written.Code, got, test.status, test.want)
			}
		})
	}
}

// Failures, too, come in the documents' order; the rooms write them from these types.
func TestGeneratedFailuresAreTheDocumentedBytes(t *testing.T) {
	t.Parallel()
	unauthorized, status := "UnauthorizedError", int32(401)
	tests := []struct {
		failure any
		want    string
	}{
		{bigcity.Failure{Message: "Invalid OTP"}, `{"status":false,"message":"Invalid OTP"}`},
		{goodcity.GoodCityErrors{Errors: "Mobile can't be blank"}, `{"errors":"Mobile can't be blank"}`},
		{goodcity.GoodCityPinErrors{Errors: goodcity.GoodCityPinError{Pin: "Invalid SMS code."}}, `{"errors":{"pin":"Invalid SMS code."}}`},
		{goodcity.GoodCityError{Error: "Invalid token"}, `{"error":"Invalid token"}`},
		{goodcity.GoodCityError{Error: "Invalid token", Type: &unauthorized, Status: &status}, `{"error":"Invalid token","type":"UnauthorizedError","status":401}`},
		{arita.Failure{Message: "輸入的用戶名不存在"}, `{"success":false,"message":"輸入的用戶名不存在","data":null}`},
		{bridgekeeper.Failure{Message: "OTP did not match", Error: bridgekeeper.BridgekeeperError{Message: "OTP did not match"}},
			`{"message":"OTP did not match","error":{"message":"OTP did not match"}}`},
		{bridgekeeper.NotLoggedInFailure{Error: bridgekeeper.BridgekeeperError{Message: "Could not find qt-auth cookie or X-QT-AUTH header, please Login."}},
			`{"error":{"message":"Could not find qt-auth cookie or X-QT-AUTH header, please Login."}}`},
	}
	for _, test := range tests {
		got, err := json.Marshal(test.failure)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != test.want {
			t.Errorf("%T is %s, want %s", test.failure, got, test.want)
		}
	}
}

// The two user documents go through the generated types without losing or moving a key.
func TestGeneratedUsersKeepTheirKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply any
		bytes string
	}{
		{"goodcity", new(goodcity.VerifyPin200JSONResponse), `{"jwt_token":"t","user":{"addresses":[{"id":1857,"street":"Schmeler Parks","flat":"Suite 609","building":"58752","district_id":2038,"addressable_id":1831,"addressable_type":"User"}],"permissions":[],"user_profile":{"id":1831,"first_name":"Reynold","last_name":"Lakin","mobile":"98353103","address_id":1857,"permission_id":null,"email":null,"last_connected":null,"last_disconnected":null,"is_email_verified":false,"is_mobile_verified":true,"disabled":false,"max_role_level":0,"preferred_language":"en","title":null,"image_id":null,"user_role_ids":[],"organisations_user_ids":[],"printers_user_ids":[]},"districts":[],"images":[],"user_roles":[],"roles":[],"role_permissions":[],"organisations_users":[],"organisations":[],"users":[],"printers_users":[]}}`},
		{"bridgekeeper", new(bridgekeeper.CurrentUserReply), `{"user":{"id":1086346,"name":"test-user","email":"test-user@gmail.com","created-at":1612346093145,"avatar-url":null,"first-name":null,"last-name":null,"verification-status":"email","metadata":null,"avatar-s3-key":null,"slug":null,"communication-email":null,"phone-number":null,"updated-at":1612346112510,"is-tfa-enabled":false,"username":"test-user@gmail.com","login-phone-number":null},"active-sessions-count":4,"source":"bridgekeeper"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := json.Unmarshal([]byte(test.bytes), test.reply); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(test.reply)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.bytes {
				t.Errorf("came out as\n%s\nwant\n%s", got, test.bytes)
			}
		})
	}
}

// A code of Arita is a number or a string of digits, and never anything that only looks like a number.
func TestGeneratedCodeIsAUnion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		body   string
		number int64
		digits string
	}{
		{`{"otp":37695}`, 37695, ""},
		{`{"otp":"0427"}`, 0, "0427"},
		{`{"otp":1e3}`, 0, ""},
		{`{"otp":1.5}`, 0, ""},
		{`{"otp":[1]}`, 0, ""},
		{`{"otp":null}`, 0, ""},
		{`{}`, 0, ""},
	}
	for _, test := range tests {
		var request arita.OTPVerificationReqDTO
		if err := json.Unmarshal([]byte(test.body), &request); err != nil {
			t.Fatalf("%s: %v", test.body, err)
		}
		number, numberErr := request.OTP.AsOTPNumber()
		digits, digitsErr := request.OTP.AsOTPDigits()
		if numberErr == nil && number != test.number || numberErr != nil && test.number != 0 {
			t.Errorf("%s: number %d, %v", test.body, number, numberErr)
		}
		if digitsErr == nil && digits != test.digits || digitsErr != nil && test.digits != "" {
			t.Errorf("%s: digits %q, %v", test.body, digits, digitsErr)
		}
	}
}

// An absent object of a sign-up is told from an empty one: each has a documented text of its own.
func TestGeneratedSignupKnowsAbsence(t *testing.T) {
	t.Parallel()
	var absent, empty goodcity.SignupRequest
	if err := json.Unmarshal([]byte(`{}`), &absent); err != nil || absent.UserAuth != nil {
		t.Errorf("absent user_auth: %v, %v", absent.UserAuth, err)
	}
	if err := json.Unmarshal([]byte(`{"user_auth":{}}`), &empty); err != nil || empty.UserAuth == nil || empty.UserAuth.AddressAttributes != nil {
		t.Errorf("empty user_auth: %v, %v", empty.UserAuth, err)
	}
}
