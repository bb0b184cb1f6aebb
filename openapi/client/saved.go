package client

import "log/slog"

// Saved is a session to keep outside of memory, by encoding/json for example. It is as secret as a password: whoever has it is
// logged in.
type Saved struct {
	CustomerID   string `json:"customer_id,omitempty"`   // BigCity's
	Mobile       string `json:"mobile,omitempty"`        // BigCity's, masked
	Token        string `json:"token,omitempty"`         // the bearer or access token, or Bridgekeeper's qt-auth
	RefreshToken string `json:"refresh_token,omitempty"` // Arita's
}

// String hides the tokens from %v and %s.
func (s Saved) String() string { return "a saved session" }

// GoString hides the tokens from %#v.
func (s Saved) GoString() string { return s.String() }

// LogValue hides the tokens from log/slog.
func (s Saved) LogValue() slog.Value { return slog.StringValue(s.String()) }
