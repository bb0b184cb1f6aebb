// Logs in through all four APIs with the client that ogen makes. Usage: ogen ORIGIN
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"foreign/ogen/gen"
)

// tokens are the credentials that the generated client asks for.
type tokens struct{ goodcity, arita, refresh, bigcity, session string }

func (s *tokens) BigcityBasic(context.Context, gen.OperationName) (gen.BigcityBasic, error) {
	return gen.BigcityBasic{Username: "bigcity", Password: "secret123"}, nil
}

func (s *tokens) BigcityBearer(context.Context, gen.OperationName) (gen.BigcityBearer, error) {
	return gen.BigcityBearer{Token: s.bigcity}, nil
}

func (s *tokens) GoodcityBearer(context.Context, gen.OperationName) (gen.GoodcityBearer, error) {
	return gen.GoodcityBearer{Token: s.goodcity}, nil
}

func (s *tokens) AritaBearer(context.Context, gen.OperationName) (gen.AritaBearer, error) {
	return gen.AritaBearer{Token: s.arita}, nil
}

func (s *tokens) AritaRefreshToken(context.Context, gen.OperationName) (gen.AritaRefreshToken, error) {
	return gen.AritaRefreshToken{APIKey: s.refresh}, nil
}

func (s *tokens) BridgekeeperCookie(context.Context, gen.OperationName) (gen.BridgekeeperCookie, error) {
	return gen.BridgekeeperCookie{APIKey: s.session}, nil
}

func (s *tokens) BridgekeeperHeader(context.Context, gen.OperationName) (gen.BridgekeeperHeader, error) {
	return gen.BridgekeeperHeader{APIKey: s.session}, nil
}

// visitor is somebody who logs in.
type visitor struct {
	context.Context
	*gen.Client
	tokens *tokens
}

func main() {
	log.SetFlags(0)
	kept := &tokens{}
	client, err := gen.NewClient(os.Args[1], kept, gen.WithClient(&http.Client{Transport: asks{}}))
	if err != nil {
		log.Fatal(err)
	}
	v := visitor{context.Background(), client, kept}
	v.bigCity()
	v.goodCity()
	v.arita()
	v.bridgekeeper()
}

// asks asks for JSON where the document has a page for people as well.
type asks struct{}

func (asks) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/dev/") {
		r.Header.Set("Accept", "application/json")
	}
	return http.DefaultTransport.RoundTrip(r)
}

// want stops the program unless a reply is of the documented type.
func want[T any](reply any, err error) T {
	got, ok := reply.(T)
	if err != nil || !ok {
		log.Fatalf("got %T, want %T: %v", reply, got, err)
	}
	return got
}

// code is the newest code for somebody. A message may be on its way still.
func (v visitor) code(to string) string {
	for range 100 {
		reply, err := v.ListInboxMessages(v, gen.ListInboxMessagesParams{To: gen.NewOptContactAddress(gen.ContactAddress(to))})
		for _, message := range *want[*gen.InboxMessageList](reply, err) {
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
	sent, err := v.GenerateOtp(v, &gen.GenerateOtpRequest{CustomerID: "CUST12345"})
	answer := gen.VerifyOtpRequest{CustomerID: "CUST12345", ReferenceID: want[*gen.GenerateOtpReply](sent, err).ReferenceID}
	code := v.code("+919800000045")
	answer.Otp = wrong(code)
	want[*gen.VerifyOtpUnprocessableEntity](v.VerifyOtp(v, &answer))
	answer.Otp = code
	entered, err := v.VerifyOtp(v, &answer)
	v.tokens.bigcity = want[*gen.VerifyOtpReplyHeaders](entered, err).Response.Token
	points, err := v.GetCustomerPoints(v, gen.GetCustomerPointsParams{CustomerID: "CUST12345"})
	fmt.Println("ok bigcity", want[*gen.CustomerPointsReply](points, err).BalancePoints)
}

func (v visitor) goodCity() {
	sent, err := v.SendPin(v, &gen.SendPinApplicationXWwwFormUrlencoded{Mobile: "+85261677528"}, gen.SendPinParams{})
	answer := gen.VerifyPinApplicationJSON{OtpAuthKey: string(want[*gen.OtpAuthKeyReply](sent, err).OtpAuthKey)}
	code := v.code("+85261677528")
	answer.Pin = wrong(code)
	want[*gen.VerifyPinFailureHeaders](v.VerifyPin(v, &answer, gen.VerifyPinParams{}))
	answer.Pin = code
	entered, err := v.VerifyPin(v, &answer, gen.VerifyPinParams{})
	v.tokens.goodcity = want[*gen.VerifyPinReplyHeaders](entered, err).Response.JwtToken
	profile, err := v.GetCurrentUserProfile(v, gen.GetCurrentUserProfileParams{})
	fmt.Println("ok goodcity", want[*gen.GoodCityUser](profile, err).UserProfile.Mobile.Value)
}

func (v visitor) arita() {
	sent, err := v.SendOtp(v, &gen.OtpReqDTO{Nature: 6, LoginID: "test@aritaone.com"}, gen.SendOtpParams{})
	answer := gen.OtpVerificationReqDTO{OtpToken: want[*gen.OtpReply](sent, err).Data.OtpToken}
	code := v.code("test@aritaone.com")
	answer.Otp = gen.NewOtpDigitsOtpCode(gen.OtpDigits(wrong(code)))
	want[*gen.AritaWrongCodeHeaders](v.VerifyLoginOtp(v, &answer, gen.VerifyLoginOtpParams{}))
	answer.Otp = gen.NewOtpDigitsOtpCode(gen.OtpDigits(code))
	entered, err := v.VerifyLoginOtp(v, &answer, gen.VerifyLoginOtpParams{})
	v.tokens.refresh = cookie(string(want[*gen.UserLoginReplyHeaders](entered, err).SetCookie))
	refreshed, err := v.RefreshAccessToken(v, gen.RefreshAccessTokenParams{})
	again := want[*gen.AuthLoginReplyHeaders](refreshed, err)
	v.tokens.refresh, v.tokens.arita = cookie(string(again.SetCookie)), string(again.Response.Data[0].AccessToken)
	want[*gen.AritaDoneHeaders](v.LogoutWebUser(v, gen.LogoutWebUserParams{}))
	want[*gen.AritaNotAuthenticatedHeaders](v.RefreshAccessToken(v, gen.RefreshAccessTokenParams{}))
	fmt.Println("ok arita")
}

// cookie is the value in a Set-Cookie header.
func cookie(header string) string {
	pair, _, _ := strings.Cut(header, ";")
	_, value, _ := strings.Cut(pair, "=")
	return value
}

func (v visitor) bridgekeeper() {
	const phone = "+919888888888"
	want[*gen.SendUserOtpReply](v.SendUserOtp(v, gen.NewOptSendUserOtpRequest(gen.SendUserOtpRequest{PhoneMinusNumber: gen.NewOptPhoneNumber(phone)})))
	code := v.code(phone)
	answer := gen.LoginRequest{PhoneMinusNumber: gen.NewOptPhoneNumber(phone), Otp: gen.NewOptString(wrong(code))}
	want[*gen.BridgekeeperFailureHeaders](v.LoginUser(v, &answer))
	answer.Otp.SetTo(code)
	entered, err := v.LoginUser(v, &answer)
	v.tokens.session = string(want[*gen.LoginReplyHeaders](entered, err).XQtAuth)
	me, err := v.GetCurrentUser(v)
	name := want[*gen.CurrentUserReply](me, err).User.Name.Value
	want[*gen.LogoutUserNoContent](v.LogoutUser(v))
	want[*gen.BridgekeeperNotLoggedInHeaders](v.GetCurrentUser(v))
	fmt.Println("ok bridgekeeper", name)
}
