// Package smtp is a usecase.Sender that submits mail to the operator's mail server (RFC 5321, RFC 6409):
//
//	smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&tls=starttls|implicit|none
//
// Each message has a connection of its own: connect, TLS, log in, hand over, leave. A connection ends with its context, at any
// step. A reply of 5xx is final; 4xx, a cut connection and silence bring the message again. Once the server has answered 250 to
// the text the message is accepted, whatever happens on the way out: nobody gets it twice for a lost goodbye.
//
// Files: address.go reads the address, compose.go writes the mail, smtp.go carries it.
//
// Next door: webhook and twilio take other ways, failover puts several senders in a row.
package smtp
