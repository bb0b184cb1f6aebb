// Package contract holds the exchanges of tests against the OpenAPI document, strictly: what the document does not name
// is wrong. Only tests use it.
//
//	test client ──▶ Transport ──▶ server
//	                   │ CheckReply: path, method, status, headers, content type, body, each field
//	                   │ CheckExchange: that, and the request as well when it succeeded
//	                   ▼
//	               t.Errorf
//
// Files: contract.go loads the document and finds operations, reply.go and request.go judge the two halves of an
// exchange, exchange.go both together, header.go and body.go their parts, transport.go watches a client, example.go reads the
// document's own examples.
//
// Next door: package openapi embeds the document; its tests lint it.
package contract
