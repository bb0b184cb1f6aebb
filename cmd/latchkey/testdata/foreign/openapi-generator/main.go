// Logs in through all four APIs with the client that openapi-generator makes. Usage: openapi-generator ORIGIN
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/cookiejar"
	"os"
	"reflect"
	"time"

	"github.com/antihax/optional"

	"foreign/openapi-generator/openapi"
)

var plain = context.Background()

func bearer(token string) context.Context {
	return context.WithValue(plain, openapi.ContextAccessToken, token)
}

func main() {
	log.SetFlags(0)
	jar, err := cookiejar.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	configuration := openapi.NewConfiguration()
	configuration.BasePath, configuration.HTTPClient = os.Args[1], &http.Client{Jar: jar}
	v := visitor{openapi.NewAPIClient(configuration)}
	v.bigCity()
	v.goodCity()
	v.arita()
	v.bridgekeeper()
}

// visitor is somebody who logs in.
type visitor struct{ *openapi.APIClient }

// must stops the program when a call is refused.
func must[Reply any](reply Reply, response *http.Response, err error) Reply {
	if err != nil {
		log.Fatalf("%T: %v: %+v", reply, err, response)
	}
	return reply
}

// refused stops the program unless a call is refused with this status and a documented body.
func refused[Failure any](status int, response *http.Response, err error) {
	var refusal openapi.GenericOpenAPIError
	if !errors.As(err, &refusal) || response.StatusCode != status {
		log.Fatalf("want status %d, got %v: %+v", status, err, response)
	}
	if got, want := reflect.TypeOf(refusal.Model()), reflect.TypeFor[Failure](); got != want {
		log.Fatalf("status %d was read as %v, want %v: %s", status, got, want, refusal.Body())
	}
}

// code is the newest code for somebody. A message may be on its way still.
func (v visitor) code(to string) string {
	for range 100 {
		for _, message := range must(v.SystemApi.ListInboxMessages(plain, &openapi.ListInboxMessagesOpts{To: optional.NewString(to)})) {
			if message.Code != "" {
				return message.Code
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	log.Fatal("no code for " + to)
	return ""
}

func wrong(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

func (v visitor) bigCity() {
	basic := context.WithValue(plain, openapi.ContextBasicAuth, openapi.BasicAuth{UserName: "bigcity", Password: "secret123"})
	sent := must(v.BigcityApi.GenerateOtp(basic, openapi.GenerateOtpRequest{CustomerId: "CUST12345"}))
	code := v.code("+919800000045")
	answer := openapi.VerifyOtpRequest{CustomerId: "CUST12345", ReferenceId: sent.ReferenceId, Otp: wrong(code)}
	_, response, err := v.BigcityApi.VerifyOtp(basic, answer)
	refused[openapi.BigCityFailure](http.StatusUnprocessableEntity, response, err)
	answer.Otp = code
	token := must(v.BigcityApi.VerifyOtp(basic, answer)).Token
	fmt.Println("ok bigcity", must(v.BigcityApi.GetCustomerPoints(bearer(token), "CUST12345")).BalancePoints)
}

func (v visitor) goodCity() {
	sent := must(v.GoodcityApi.SendPin(plain, openapi.SendPinRequest{Mobile: "+85261677528"}, nil))
	code := v.code("+85261677528")
	answer := openapi.VerifyPinRequest{OtpAuthKey: sent.OtpAuthKey, Pin: wrong(code)}
	_, response, err := v.GoodcityApi.VerifyPin(plain, answer, nil)
	refused[openapi.VerifyPinFailure](http.StatusUnprocessableEntity, response, err)
	answer.Pin = code
	token := must(v.GoodcityApi.VerifyPin(plain, answer, nil)).JwtToken
	fmt.Println("ok goodcity", *must(v.GoodcityApi.GetCurrentUserProfile(bearer(token), nil)).UserProfile.Mobile)
}

func (v visitor) arita() {
	sent := must(v.AritaApi.SendOtp(plain, openapi.OtpReqDto{Nature: 6, LoginID: "test@aritaone.com"}, nil))
	code := v.code("test@aritaone.com")
	answer := openapi.OtpVerificationReqDto{OtpToken: sent.Data.OtpToken, Otp: openapi.OtpCode(wrong(code))}
	_, response, err := v.AritaApi.VerifyLoginOtp(plain, answer, nil)
	refused[openapi.AritaFailure](http.StatusUnauthorized, response, err)
	answer.Otp = openapi.OtpCode(code)
	must(v.AritaApi.VerifyLoginOtp(plain, answer, nil))
	token := must(v.AritaApi.RefreshAccessToken(plain, nil)).Data[0].AccessToken
	must(v.AritaApi.LogoutWebUser(bearer(token), nil))
	_, response, err = v.AritaApi.RefreshAccessToken(plain, nil)
	refused[openapi.AritaFailure](http.StatusUnauthorized, response, err)
	fmt.Println("ok arita")
}

func (v visitor) bridgekeeper() {
	const phone = "+919888888888"
	wanted := openapi.SendUserOtpOpts{SendUserOtpRequest: optional.NewInterface(openapi.SendUserOtpRequest{PhoneNumber: phone})}
	must(v.BridgekeeperApi.SendUserOtp(plain, &wanted))
	code := v.code(phone)
	answer := openapi.LoginRequest{PhoneNumber: phone, Otp: wrong(code)}
	_, response, err := v.BridgekeeperApi.LoginUser(plain, answer)
	refused[openapi.BridgekeeperFailure](http.StatusUnauthorized, response, err)
	answer.Otp = code
	_, response, err = v.BridgekeeperApi.LoginUser(plain, answer)
	if err != nil {
		log.Fatal(err)
	}
	session := context.WithValue(plain, openapi.ContextAPIKey, openapi.APIKey{Key: response.Header.Get("x-qt-auth")})
	name := *must(v.BridgekeeperApi.GetCurrentUser(session)).User.Name
	if response, err = v.BridgekeeperApi.LogoutUser(session); err != nil {
		log.Fatalf("logout: %v: %+v", err, response)
	}
	_, response, err = v.BridgekeeperApi.GetCurrentUser(session)
	refused[openapi.NotLoggedInFailure](http.StatusUnauthorized, response, err)
	fmt.Println("ok bridgekeeper", name)
}
