// Package client logs people in by a Latchkey server, from Go. It adds to the generated operations what a generator cannot
// know: which calls belong together, who keeps the tokens, what a refusal means, and what may be sent twice.
//
//	bigcity, err := client.NewBigCity("https://login.example.com", "bigcity", "secret123")
//	…
//	session, err := bigcity.Login(ctx, "CUST12345", func(ctx context.Context, p client.Prompt) (string, error) {
//		return askTheCustomer(p.Attempt, p.LastErr)
//	})
//	…
//	points, err := session.Points(ctx)
//
// Login sends a code, asks your CodeFunc for what the person typed, verifies it, and asks again after a wrong one as long as
// the code has tries left. A web server, where sending and verifying are two requests, calls SendCode and Verify instead.
//
// BigCity, GoodCity, Arita and Bridgekeeper each stand for a server, and serve any number of people from any number of
// goroutines; a BigCitySession and its like is one person who is logged in. Save makes a session a small value to keep, Resume
// brings it back. API of both hands out the generated client of package api, set up with the same address, credentials, limits
// and retries, for every operation that has no method here.
//
// # Errors
//
// Whatever the server refuses and whatever fails on the way is an *Error, which tells the operation, the HTTP status, the
// server's words and how long to wait; errors.Is with ErrWrongCode, ErrTooMany and their neighbours tells the kinds apart. An
// error never contains a code, a token or a password. What a CodeFunc answers as an error comes back as it is.
//
// # Retries
//
// A request refused with 429 has not been carried out and is sent again after Retry-After; a GET is also sent again after 502,
// 503, 504 or a broken connection. Requests that carry a code or a password are sent once, whatever happens, since each may
// count as a guess. A wait that is longer than Retry.MaxWait is not slept through: it is in the *Error.
//
// # Import
//
// The module's path is plain `latchkey`, which no download can find. Point go.mod at a checkout (`require latchkey v0.0.0` and
// `replace latchkey => ../latchkey`), or copy this folder with api in it and change the one import path: the two packages need
// nothing but the standard library and github.com/oapi-codegen/runtime, which brings two small libraries along.
//
// Files: bigcity.go, goodcity.go, arita.go with arita_session.go, and bridgekeeper.go have the four APIs, code.go the asking for
// codes, reply.go and error.go the reading of replies, retry.go what is sent again, option.go the options, saved.go sessions
// outside of memory.
//
// Next door: package api is generated from the OpenAPI document.
package client
