package openapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The operations, as callers know them: renaming, moving or dropping one breaks them. A star marks an operation that no
// document names.
var operations = []string{
	"bigcity POST /api/v1/auth/generate-otp generateOtp 200 400 401 404 413 415 429 500 503",
	"bigcity POST /api/v1/auth/verify-otp verifyOtp 200 400 401 404 413 415 422 429 500 503",
	"bigcity GET /api/v1/customer/points getCustomerPoints 200 400 401 403 404 500 503",
	"goodcity POST /api/v1/auth/send_pin sendPin 200 400 401 403 413 415 422 429 500 503",
	"goodcity POST /api/v1/auth/signup_and_send_pin signupAndSendPin 200 400 401 403 413 415 422 429 500 503",
	"goodcity POST /api/v1/auth/signup signup 200 400 413 415 422 429 500 503",
	"goodcity POST /api/v1/auth/verify verifyPin 200 400 413 415 422 500 503",
	"goodcity GET /api/v1/auth/current_user_profile getCurrentUserProfile 200 401 403 500 503",
	"goodcity POST /api/v1/auth/register_device registerDevice 204 400 401 403 413 415 422 500 503",
	"arita POST /web/auth/login loginWithPassword 200 400 401 403 413 415 429 500 503",
	"arita GET /web/auth/refresh refreshAccessToken 200 401 403 429 500 503",
	"arita DELETE /web/auth/logout logoutWebUser 200 403 500 503",
	"arita POST /web/auth/otp sendOtp 200 400 401 403 413 415 429 500 503",
	"arita POST /web/auth/login/verify verifyLoginOtp 200 400 401 403 413 415 429 500 503",
	"arita POST /web/auth/forgot-password forgotPassword 200 400 413 415 429 500 503",
	"arita POST /web/auth/forgot-password/verify verifyForgotPasswordOtp 200 400 401 413 415 429 500 503",
	"arita PUT /web/auth/password setPassword 200 400 401 413 415 429 500 503",
	"arita PUT /web/auth/email updateEmail* 200 400 401 403 413 415 429 500 503",
	"arita PUT /web/auth/phone updatePhone* 200 400 401 403 413 415 429 500 503",
	"bridgekeeper POST /api/auth/v1/users/send-otp sendUserOtp 200 400 401 403 413 429 500 503",
	"bridgekeeper POST /api/auth/v1/login loginUser 200 400 401 403 413 429 500 503",
	"bridgekeeper GET /api/auth/v1/users/me getCurrentUser 200 401 403 500 503",
	"bridgekeeper GET /api/auth/v1/logout logoutUser 204 401 403 500 503",
	"bridgekeeper POST /api/auth/v1/signup signUpUser 200 400 401 403 409 413 429 500 503",
	"bridgekeeper POST /api/auth/v1/users/update-with-otp updateUserWithOtp 200 400 401 403 413 429 500 503",
	"bridgekeeper POST /api/auth/v1/users/profile updateUserProfile 200 400 401 403 413 500 503",
	"bridgekeeper POST /api/auth/v1/users/forgot-password forgotUserPassword 200 400 403 413 429 500 503",
	"bridgekeeper POST /api/auth/v1/users/reset-password resetUserPassword 200 400 401 403 413 429 500 503",
	"bridgekeeper POST /api/auth/v1/users/reset-password-with-token resetUserPasswordWithToken 200 400 401 403 413 429 500 503",
	"bridgekeeper POST /api/auth/v1/users/send-verification-link sendVerificationLink 200 400 403 413 429 500 503",
	"bridgekeeper GET /api/auth/v1/users/verify-email showVerificationPage* 200 400 403 500 503",
	"bridgekeeper POST /api/auth/v1/users/verify-email verifyEmail* 200 400 401 403 413 429 500 503",
	"bridgekeeper GET /api/auth/v1/sessions listUserSessions 200 401 403 500 503",
	"bridgekeeper GET /api/auth/v1/sessions/validate validateUserSession 200 401 403 500 503",
	"system GET /healthz getHealth* 200 431",
	"system GET /readyz getReadiness* 200 431 503",
	"system GET /openapi.json getOpenApiJson* 200 431",
	"system GET /openapi.yaml getOpenApiYaml* 200 431",
	"system GET /.well-known/jwks.json getJsonWebKeySet* 200 431 500 503",
	"dev GET /dev/inbox listInboxMessages* 200 400 403 404 500",
	"dev GET /dev/inbox/events streamInboxEvents* 200 400 403 404 500",
	"dev GET /dev/inbox/{id}/mail showInboxMail* 200 403 404 500",
	"dev GET /dev/faults getDevFaults* 200 403 404 500",
	"dev PUT /dev/faults setDevFaults* 200 400 403 404 413 415 500",
	"dev POST /dev/faults postDevFaults* 200 303 400 403 404 413 415 500",
	"dev GET /dev/clock getDevClock* 200 403 404 500",
	"dev POST /dev/clock forwardDevClock* 200 303 400 403 404 413 415 500",
	"pages GET / showFrontDoor* 200 431 500",
	"pages GET /docs showReference* 200 431 500",
	"pages GET /docs/try showTryIt* 200 431 500",
	"pages GET /assets/{name} getAsset* 200 304 400 404 431 500",
	"microsite GET /microsite findMicrosite* 308 404 500 503",
	"microsite GET /microsite/ showMicrosite* 200 303 400 404 500 503",
	"microsite POST /microsite/ requestMicrositeCode* 303 400 403 404 413 415 500 503",
	"microsite GET /microsite/code showMicrositeCode* 200 303 404 500 503",
	"microsite POST /microsite/code answerMicrositeCode* 303 400 403 404 413 415 500 503",
	"microsite POST /microsite/resend resendMicrositeCode* 303 400 403 404 413 415 500 503",
	"microsite GET /microsite/dashboard showMicrositeDashboard* 200 303 404 500 503",
	"microsite POST /microsite/logout leaveMicrosite* 303 400 403 404 413 415 500 503",
}

func TestOperations(t *testing.T) {
	t.Parallel()
	pinned := map[string]bool{} // the tags of the list: a new API need not be in it
	for _, operation := range operations {
		tag, _, _ := strings.Cut(operation, " ")
		pinned[tag] = true
	}
	var found []string
	for path, item := range mustLoad(t).Paths.Map() {
		for method, operation := range item.Operations() {
			var statuses []string
			for status := range operation.Responses.Map() {
				statuses = append(statuses, status)
			}
			slices.Sort(statuses)
			id := operation.OperationID
			if operation.Extensions["x-latchkey-extension"] == true {
				id += "*"
			}
			if !pinned[strings.Join(operation.Tags, ",")] {
				continue
			}
			found = append(found, fmt.Sprintf("%s %s %s %s %s", strings.Join(operation.Tags, ","), method, path, id, strings.Join(statuses, " ")))
		}
	}
	wanted := slices.Clone(operations)
	slices.Sort(wanted)
	slices.Sort(found)
	if difference := cmp.Diff(wanted, found); difference != "" {
		t.Errorf("operations (-wanted +found):\n%s", difference)
	}
}
