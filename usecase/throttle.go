package usecase

import (
	"context"
	"net/netip"

	"latchkey/domain"
)

// Limits are the limits by address and client (S2). A rule with no burst limits nothing.
type Limits struct {
	Sends   LimitRule // asking for codes, per address
	Answers LimitRule // codes, passwords and refresh tokens, per address
	Client  LimitRule // all calls of a server that authenticated itself, instead of the other two
}

// throttled refuses calls beyond a rule before the story looks at anything.
type throttled[In request, Out any] struct {
	limiter Limiter
	rule    LimitRule
	client  LimitRule
	next    Story[In, Out]
}

func (t throttled[In, Out]) Execute(ctx context.Context, in In) (Out, error) {
	caller, rule := in.caller(), t.rule
	key := AddressKey(caller.IP)
	if caller.Client != "" {
		rule, key = t.client, caller.Client
	}
	if rule.Burst > 0 && key != "" {
		if wait := t.limiter.Take(ctx, rule, key); wait > 0 {
			var none Out
			return none, domain.LimitedFor(domain.CodeCallsLimited, wait)
		}
	}
	return t.next.Execute(ctx, in)
}

// AddressKey is what one subscriber line counts as: an IPv4 address, or an IPv6 network of 64 bits. Empty when unknown.
func AddressKey(ip netip.Addr) string {
	ip = ip.Unmap()
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	prefix, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}
