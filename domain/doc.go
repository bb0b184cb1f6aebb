// Package domain holds the rules of logging in with one-time codes: what a contact is, when a code may be sent, what a guess
// does to it, how long a session lives, what a password must look like. It does no I/O, reads no clock and draws no random
// number: all of that arrives as arguments, so that every rule is a table test.
//
// The words are the field's:
//
//	account        NIST SP 800-63-4 "subscriber account"
//	contact        a phone number or mail address; NIST SP 800-63B-4 3.1.3 "out-of-band address"
//	challenge      what stands between asking for a code and answering it; RFC 8555 and NIST use the word alike
//	handle         the opaque name of one issued code; GoodCity's otp_auth_key, BigCity's reference_id, the jti of Arita's otpToken
//	code           the digits that a person types; NIST "authentication secret"
//	purpose        what the code is good for
//	guess          one answer to a challenge, right or wrong
//	session        NIST SP 800-63B-4 5
//	access token   RFC 6749 1.4
//	refresh token  RFC 6749 1.5; rotation and reuse as in RFC 9700 4.14
//	fault          a refusal with a kind and a stable code; the rooms under adapter/httpapi give it words
//
// Next door: usecase tells the stories that these rules govern and owns the ports.
package domain
