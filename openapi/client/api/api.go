// Package api is the generated half of the Go client: a type for every schema of the OpenAPI document and two functions for
// every operation, with the document's own words as their comments. VerifyOTP sends a request and answers the bare
// *http.Response; VerifyOTPWithResponse also reads the reply into a type of its own, with a field for each documented status.
//
// Next door: package client logs people in, keeps their tokens and reads refusals; it hands out a Client of this package that
// is set up already.
package api
