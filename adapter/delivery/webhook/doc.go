// Package webhook is a usecase.Sender that posts messages as JSON to an address of the operator, who passes them on by whatever
// gateway there is:
//
//	POST /PATH
//	Idempotency-Key: 4nM0…                      the message's id: a second copy can be dropped
//	Latchkey-Signature: t=1772352000,v1=5257…   HMAC-SHA-256 over "1772352000." and the body, in hexadecimal
//
//	{"id":"4nM0…","to":"+85261677528","body":"…","channel":"sms","purpose":"login","dialect":"arita","locale":"en",
//	 "expires_at":"2026-03-01T08:05:00Z"}
//
// The receiver recomputes the signature over the bytes as they came and refuses old times. Any 2xx takes the message; 429, 5xx
// and silence bring it again; any other answer is final.
//
// Next door: twilio and smtp speak to providers directly, failover puts several senders in a row.
package webhook
