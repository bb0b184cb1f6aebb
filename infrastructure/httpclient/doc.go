// Package httpclient makes short calls to the HTTP interface of one provider, with care: the request holds a one-time code, and
// what comes back is a stranger's.
//
// Local reaches a handler of this process by the same means.
//
// Next door: httpserver is the other side; adapter/delivery/webhook and twilio call providers.
package httpclient
