package arita

import (
	"context"
	"encoding/json"
	"time"

	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
	"latchkey/usecase"
)

// otpTokens are the tokens that go back with a code. They have no exp: the stored challenge knows the age.
var otpTokens = usecase.TokenKind{Name: "arita-otp", WithoutExp: true}

// otpClaims are the documented claims: whoever decodes the token sees what was asked for. jti, the challenge's handle, is ours.
type otpClaims struct {
	Expiry  string        `json:"expiry"` // RFC 3339, UTC, whole seconds
	LoginID string        `json:"loginID"`
	Nature  gen.OTPNature `json:"nature"`
}

// signOTPToken makes the token of an issued challenge. Its length depends on nothing but loginID (E1).
func (h *handlers) signOTPToken(ctx context.Context, issued usecase.IssueChallengeOut, nature gen.OTPNature, loginID string) (string, error) {
	return h.core.Tokens.Sign(ctx, otpTokens, map[string]any{
		"expiry": issued.ExpiresAt.UTC().Format(time.RFC3339), "loginID": loginID, "nature": int32(nature), "jti": issued.Handle,
	})
}

// readOTPToken tells which challenge a token answers. What is no token of ours is CodeUnknown, like a wrong code (E3); one of
// another nature is CodeWrongPurpose (C7).
func (h *handlers) readOTPToken(ctx context.Context, token string, nature gen.OTPNature) (usecase.Answer, error) {
	unknown := domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	verified, err := h.core.Tokens.Verify(ctx, otpTokens, token)
	if domain.HasCode(err, domain.CodeTokenInvalid) {
		return usecase.Answer{}, unknown
	}
	if err != nil {
		return usecase.Answer{}, err
	}
	var claims otpClaims
	if err := json.Unmarshal(verified.Payload, &claims); err != nil || verified.ID == "" {
		return usecase.Answer{}, unknown
	}
	if claims.Nature != nature {
		return usecase.Answer{}, domain.NewFault(domain.Invalid, domain.CodeWrongPurpose)
	}
	contact, err := contactFor(nature, claims.LoginID)
	if err != nil {
		return usecase.Answer{}, unknown
	}
	return usecase.Answer{Purpose: purposes[nature], Handle: verified.ID, Contact: contact}, nil
}
