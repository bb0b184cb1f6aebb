package main

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/web"
	"latchkey/adapter/web/microsite"
	"latchkey/domain"
	"latchkey/infrastructure/config"
	"latchkey/infrastructure/httpclient"
	"latchkey/infrastructure/random"
	"latchkey/openapi/client"
	"latchkey/usecase"
)

// How many visitors the microsite remembers: on their way, without a code and as many with one, and logged in. A thousand take about a MiB.
const (
	micrositePending = 20_000
	micrositeMembers = 50_000
)

// foreignTimeout bounds one call to a Client API elsewhere.
const foreignTimeout = 8 * time.Second

// newMicrositeClient are credentials by which the microsite calls this server's own Client API, and which nobody else can have. Its
// visitors are strangers: the calls that they cause must not count as those of an operator's server, nor be audited as its.
func newMicrositeClient() httpapi.Credential {
	return httpapi.Credential{Name: "microsite", Secret: hex.EncodeToString(random.System{}.Bytes(32))}
}

// microsite is what the microsite needs; own are its credentials at this server. Its client is nil when there is nothing to call, or
// when the operator lets nobody call it.
func (a *app) microsite(kit *web.Kit, public *url.URL, own httpapi.Credential) (microsite.Options, error) {
	c := a.config
	o := microsite.Options{
		Kit: kit, Codes: microsite.Documented, Sessions: microsite.NewMemory(a.clock, micrositePending, micrositeMembers), Limit: a.limitMicrosite,
		Random: random.System{}, Clock: a.clock, Logger: a.logger,
	}
	var user, password string
	if len(c.BigCityClients) > 0 {
		user, password = c.BigCityClients[0].User, c.BigCityClients[0].Password
	}
	if c.MicrositeClient != nil && c.MicrositeClient.User != nil {
		user = c.MicrositeClient.User.Username()
		password, _ = c.MicrositeClient.User.Password()
	}
	if user == "" || c.MicrositeClient == nil && !c.Has(config.BigCity) {
		return o, nil
	}
	address, way := *public, http.Client{Transport: httpclient.NewLocal(kit.Server())}
	if c.MicrositeClient != nil {
		address, way = *c.MicrositeClient, http.Client{Transport: httpclient.NewTransport(nil), Timeout: foreignTimeout}
	} else {
		codes, err := policyOf(config.BigCity, c)
		if err != nil {
			return o, err
		}
		o.Codes = codesOf(codes)
		user, password = own.Name, own.Secret
	}
	address.User = nil
	var err error
	// The visitor tries again: a call that is repeated behind the scenes only makes a slow page slower.
	o.Client, err = client.NewBigCity(address.String(), user, password, client.WithHTTPClient(&way), client.WithRetry(client.Retry{Attempts: 1}))
	return o, err
}

func codesOf(p domain.CodePolicy) microsite.Codes {
	return microsite.Codes{Length: p.Length, Lifetime: p.Lifetime, Tries: p.Attempts, ResendWait: p.ResendWait}
}

// limitMicrosite holds visitors of the microsite to the limits by address, since to the Client API they are all one client.
func (a *app) limitMicrosite(ctx context.Context, call microsite.Call, address string) time.Duration {
	rule := limits(a.config).Sends
	if call == microsite.Answer {
		rule = limits(a.config).Answers
	}
	ip, _ := netip.ParseAddr(address) // what is no address is nobody's
	key := usecase.AddressKey(ip)
	if rule.Burst == 0 || key == "" {
		return 0
	}
	return a.limits.Take(ctx, rule, key)
}
