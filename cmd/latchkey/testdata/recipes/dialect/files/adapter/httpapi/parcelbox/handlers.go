package parcelbox

import (
	"context"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/parcelbox"
	"latchkey/usecase"
)

// handlers implements the generated interface.
type handlers struct {
	core    *usecase.Core
	dialect *usecase.Dialect
}

var _ gen.StrictServerInterface = (*handlers)(nil)

// RequestParcelboxCode sends a code, and answers the same whether or not the number is known (E1).
func (h *handlers) RequestParcelboxCode(ctx context.Context, request gen.RequestParcelboxCodeRequestObject) (gen.RequestParcelboxCodeResponseObject, error) {
	phone, err := domain.ParsePhone(request.Body.Phone, "")
	if err != nil {
		return nil, err
	}
	out, err := h.core.IssueChallenge.Execute(ctx, usecase.IssueChallengeIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: domain.PurposeLogin, Contact: phone,
	})
	if err != nil {
		return nil, err
	}
	return gen.RequestParcelboxCode200JSONResponse{Ticket: out.Handle}, nil
}

// OpenParcelboxSession trades ticket and code for a token.
func (h *handlers) OpenParcelboxSession(ctx context.Context, request gen.OpenParcelboxSessionRequestObject) (gen.OpenParcelboxSessionResponseObject, error) {
	if !httpapi.IsCode(request.Body.Code, h.dialect.Codes.Length) {
		return nil, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	grant, err := h.core.LoginByCode.Execute(ctx, usecase.LoginByCodeIn{
		Caller: httpapi.CallerOf(ctx, h.dialect),
		Answer: usecase.Answer{Purpose: domain.PurposeLogin, Handle: request.Body.Ticket, Code: request.Body.Code},
	})
	if err != nil {
		return nil, err
	}
	return gen.OpenParcelboxSession200JSONResponse{Token: grant.AccessToken}, nil
}
