package jwxtoken

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"latchkey/domain"
	"latchkey/usecase"
)

const (
	// maxToken is the most bytes of a token; ours have a few hundred, with RS256 up to a thousand.
	maxToken = 4096
	// leeway is how far ahead of ours the clock may be that wrote iat or nbf.
	leeway = time.Minute
	// maxTime is the last second of the year 9999; times beyond it break arithmetic and mean nothing.
	maxTime = 253402300799
)

// encoding is base64url without padding (RFC 7515 2) in its only canonical spelling. The decoder skips line breaks all the same.
var encoding = base64.RawURLEncoding.Strict()

// claims is what is judged, and what the core reads. Names are compared exactly and twins are refused, as is every time that is
// not a whole number.
type claims struct {
	ID        string `json:"jti"`
	SessionID string `json:"sid"`
	Issuer    string `json:"iss"`
	ExpiresAt *int64 `json:"exp"`
	IssuedAt  *int64 `json:"iat"`
	NotBefore *int64 `json:"nbf"`
}

// refuse is CodeTokenInvalid, with the reason for the log.
func refuse(reason string) error {
	return fmt.Errorf("%s: %w", reason, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid))
}

// Verify also refuses tokens of more than 4096 bytes. exp holds to the second; iat and nbf may be a minute ahead.
func (s *Signer) Verify(ctx context.Context, kind usecase.TokenKind, token string) (usecase.TokenClaims, error) {
	if len(token) > maxToken {
		return usecase.TokenClaims{}, refuse("token over its length")
	}
	header, _, _ := strings.Cut(token, ".")
	dot := strings.LastIndexByte(token, '.')
	if dot <= len(header) || strings.ContainsAny(token, "\r\n") {
		return usecase.TokenClaims{}, refuse("not a token in three parts")
	}
	now := s.clock.Now()
	key, err := s.keyOf(ctx, kind, header, now)
	if err != nil {
		return usecase.TokenClaims{}, err
	}
	signature, err := encoding.DecodeString(token[dot+1:])
	if err != nil {
		return usecase.TokenClaims{}, refuse("token's signature misspelt")
	}
	if !key.verify([]byte(token[:dot]), signature) {
		return usecase.TokenClaims{}, refuse("token's signature wrong")
	}
	payload, err := encoding.DecodeString(token[len(header)+1 : dot])
	if err != nil {
		return usecase.TokenClaims{}, refuse("token's payload misspelt")
	}
	return judge(kind, payload, now)
}

// keyOf finds the key by the whole header.
func (s *Signer) keyOf(ctx context.Context, kind usecase.TokenKind, header string, now time.Time) (*boundKey, error) {
	set, err := s.keys(ctx, now)
	if err != nil {
		return nil, err
	}
	if key, ours := set.kind(kind.Name).byHeader[header]; ours {
		return key, nil
	}
	if key, ours := s.keysBeyond(ctx, set, now).kind(kind.Name).byHeader[header]; ours {
		return key, nil
	}
	return nil, refuse("token's header not one of ours")
}

// judge reads a payload whose signature is good.
func judge(kind usecase.TokenKind, payload []byte, now time.Time) (usecase.TokenClaims, error) {
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil || payload[0] != '{' {
		return usecase.TokenClaims{}, refuse("token's payload malformed")
	}
	switch {
	case kind.Issuer != "" && c.Issuer != kind.Issuer:
		return usecase.TokenClaims{}, refuse("token of another issuer")
	case c.ExpiresAt == nil && !kind.WithoutExp:
		return usecase.TokenClaims{}, refuse("token without exp")
	case c.ExpiresAt != nil && !now.Before(seconds(*c.ExpiresAt)):
		return usecase.TokenClaims{}, domain.NewFault(domain.Unauthenticated, domain.CodeTokenExpired)
	case c.IssuedAt != nil && seconds(*c.IssuedAt).After(now.Add(leeway)):
		return usecase.TokenClaims{}, refuse("token from the future")
	case c.NotBefore != nil && seconds(*c.NotBefore).After(now.Add(leeway)):
		return usecase.TokenClaims{}, refuse("token not good yet")
	}
	out := usecase.TokenClaims{ID: c.ID, SessionID: c.SessionID, Payload: payload}
	if out.SessionID == "" {
		out.SessionID = c.ID
	}
	if c.ExpiresAt != nil {
		out.ExpiresAt = seconds(*c.ExpiresAt)
	}
	return out, nil
}

// seconds is a NumericDate (RFC 7519 2), held within the years that a time can be reckoned with.
func seconds(n int64) time.Time { return time.Unix(min(max(n, 0), maxTime), 0).UTC() }
