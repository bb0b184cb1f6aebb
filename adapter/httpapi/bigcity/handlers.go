package bigcity

import (
	"context"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bigcity"
	"latchkey/usecase"
)

// handlers implements the generated interface.
type handlers struct {
	core    *usecase.Core
	dialect *usecase.Dialect
}

var _ gen.StrictServerInterface = (*handlers)(nil)

// GenerateOTP sends a code to the customer's registered number.
func (h *handlers) GenerateOTP(ctx context.Context, request gen.GenerateOTPRequestObject) (gen.GenerateOTPResponseObject, error) {
	if err := checkCustomerID(request.Body.CustomerID); err != nil {
		return nil, err
	}
	out, err := h.core.IssueChallenge.Execute(ctx, usecase.IssueChallengeIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: domain.PurposeLogin, CustomerID: request.Body.CustomerID,
	})
	if err != nil {
		return nil, err
	}
	return gen.GenerateOTP200JSONResponse{Status: true, Message: "OTP generated successfully", ReferenceID: out.Handle}, nil
}

// VerifyOTP trades a code for a token.
func (h *handlers) VerifyOTP(ctx context.Context, request gen.VerifyOTPRequestObject) (gen.VerifyOTPResponseObject, error) {
	in, err := loginIn(httpapi.CallerOf(ctx, h.dialect), *request.Body)
	if err != nil {
		return nil, err
	}
	grant, err := h.core.LoginByCode.Execute(ctx, in)
	if err != nil {
		return nil, err
	}
	return gen.VerifyOTP200JSONResponse{
		Status: true, Token: grant.AccessToken,
		Customer:     gen.Customer{CustomerID: grant.Account.CustomerID, Mobile: mask(grant.Account.PhoneContact())},
		PointsEarned: grant.Account.PointsEarned, BalancePoints: grant.Account.PointsBalance,
	}, nil
}

// GetCustomerPoints tells a customer's points to the holder of that customer's token.
func (h *handlers) GetCustomerPoints(ctx context.Context, request gen.GetCustomerPointsRequestObject) (gen.GetCustomerPointsResponseObject, error) {
	identity, err := h.core.Authenticate.Execute(ctx, usecase.AuthenticateIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Token: httpapi.Bearer(httpapi.Gin(ctx)),
	})
	if err != nil {
		return nil, err
	}
	if err := checkCustomerID(request.Params.CustomerID); err != nil {
		return nil, err
	}
	if identity.Account.CustomerID != request.Params.CustomerID {
		return nil, domain.NewFault(domain.Forbidden, domain.CodeForbidden)
	}
	return gen.GetCustomerPoints200JSONResponse{
		Status: true, CustomerID: identity.Account.CustomerID,
		PointsEarned: identity.Account.PointsEarned, BalancePoints: identity.Account.PointsBalance,
	}, nil
}
