package bridgekeeper

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// verifyPath is the page that a verification link opens.
const verifyPath = "/api/auth/v1/users/verify-email"

// maxRedirect is the longest address to go on to, in bytes.
const maxRedirect = 2000

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what a person sees after a link.
type page struct {
	Title, Text string
	Action      string // where the button posts; no button when empty
	Onward      string // where to go on to; no link when empty
}

// SendVerificationLink mails a link to this server's page. Whether anybody gets it does not show (E1).
func (h *handlers) SendVerificationLink(ctx context.Context, request gen.SendVerificationLinkRequestObject) (gen.SendVerificationLinkResponseObject, error) {
	onward, err := h.onward(request.Body.RedirectURL)
	if err != nil {
		return nil, err
	}
	err = h.mailLink(ctx, domain.PurposeVerifyEmail, request.Body.Email, usecase.Link{
		Lifetime: domain.VerifyLinkLifetime,
		Address:  func(token string) string { return h.server.Address(verifyTarget(token, onward)) },
	})
	if err != nil {
		return nil, err
	}
	return gen.SendVerificationLink200JSONResponse{Message: "Verification link was sent successfully."}, nil
}

// verifyTarget is the page's path and query.
func verifyTarget(token, onward string) string {
	query := url.Values{"token": {token}}
	if onward != "" {
		query.Set("redirect-url", onward)
	}
	return verifyPath + "?" + query.Encode()
}

// onward is the address to go on to: a path of this server, or an address of its own or a listed origin. Nowhere when the request
// names none.
func (h *handlers) onward(raw *string) (string, error) {
	if !given(raw) {
		return "", nil
	}
	bad := domain.Malformed("redirect-url")
	target, err := url.Parse(*raw)
	if err != nil || len(*raw) > maxRedirect || strings.Contains(*raw, `\`) || target.User != nil || target.Opaque != "" {
		return "", bad
	}
	if target.Scheme == "" && target.Host == "" && strings.HasPrefix(*raw, "/") && !strings.HasPrefix(*raw, "//") {
		return h.server.Address(target.String()), nil
	}
	if !h.origins.Allowed(strings.ToLower(target.Scheme + "://" + target.Host)) {
		return "", bad
	}
	return target.String(), nil
}

// ShowVerificationPage asks for a click. It looks nothing up: mail scanners open links too.
func (h *handlers) ShowVerificationPage(ctx context.Context, request gen.ShowVerificationPageRequestObject) (gen.ShowVerificationPageResponseObject, error) {
	onward, err := h.onward(request.Params.RedirectURL)
	if err != nil {
		return nil, err
	}
	written, err := h.write(ctx, page{
		Title: "Confirm your email address", Text: "Confirm only if it was you who signed up.",
		Action: verifyTarget(request.Params.Token, onward),
	})
	return gen.ShowVerificationPage200TextHTMLResponse{Body: written, ContentLength: int64(written.Len())}, err
}

// VerifyEmail does what the button says. The token is all that counts, so that a page of another site, which has none, can make the
// browser do nothing here.
func (h *handlers) VerifyEmail(ctx context.Context, request gen.VerifyEmailRequestObject) (gen.VerifyEmailResponseObject, error) {
	onward, err := h.onward(request.Params.RedirectURL)
	if err != nil {
		return nil, err
	}
	_, err = h.core.VerifyContact.Execute(ctx, usecase.VerifyContactIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Answer: usecase.AnswerLink(domain.PurposeVerifyEmail, request.Params.Token),
	})
	if fault := domain.AsFault(err); fault != nil && fault.Kind == domain.Unauthenticated {
		written, err := h.write(ctx, page{
			Title: "This link is no longer good", Text: "It was used already, or it is too old. Ask for a new one.", Onward: onward,
		})
		return gen.VerifyEmail401TextHTMLResponse{Body: written, ContentLength: int64(written.Len())}, err
	}
	if err != nil {
		return nil, err
	}
	written, err := h.write(ctx, page{Title: "Thank you", Text: "Your email address is confirmed.", Onward: onward})
	return gen.VerifyEmail200TextHTMLResponse{Body: written, ContentLength: int64(written.Len())}, err
}

// write fills the page, and tells the browser to let it do nothing but post its button.
func (h *handlers) write(ctx context.Context, p page) (*bytes.Buffer, error) {
	written := &bytes.Buffer{}
	if err := pageTemplate.Execute(written, p); err != nil {
		return written, fmt.Errorf("write page: %w", err)
	}
	c := httpapi.Gin(ctx)
	c.Header("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	// The token stays out of the Referer that other sites see; our own origin must see where the button was (K5).
	c.Header("Referrer-Policy", "same-origin")
	return written, nil
}
