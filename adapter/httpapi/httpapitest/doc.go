// Package httpapitest gives the tests of rooms a World: a server with real tokens, keys and password hashes over an in-memory
// store, a clock to move and the messages that were sent; and it plays transcripts against it. Every exchange is checked against the
// OpenAPI document, and Main wants each reply of the document to be among them.
//
// A transcript is a text file of steps:
//
//	# a comment
//	=== what this step shows
//	> advance 31s
//	POST /api/v1/auth/send_pin
//	Content-Type: application/json
//
//	{"mobile":"+85261677528"}
//	--- 200
//	Retry-After: 30
//	!Set-Cookie
//
//	{"otp_auth_key":"{{key}}"}
//
// Acts before a request: advance DURATION, and disable, enable, revoke, unlock with an account as operators name it. In requests
// {{key}} is a value captured before, {{code:ADDRESS}} the newest code sent there, {{wrong:ADDRESS}} another of its length and
// {{token:ADDRESS}} the token of the newest link. In expectations {{key}} captures, {{=key}} must be what was captured, {{*}} is
// anything; "!Name" says that a header is absent.
// JSON is compared to the byte, key order included, white space aside.
package httpapitest
