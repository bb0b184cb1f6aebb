// Package jwxtoken makes and reads signed tokens (JWT, RFC 7519, in the compact form of RFC 7515) with lestrrat-go/jwx, and keeps
// the keys that sign them.
//
//	rows of signing keys --open.go--> keys --keyset.go--> for each kind: its headers and their keys
//	                                                         |
//	                              token --verify.go--> header found? signature? payload? times? issuer?
//
// A header is never interpreted. The server emits one header for each key and kind, so a token whose first part is not, to the
// letter, one of these was not made here: that refuses every algorithm switch, every foreign kid, jku, x5u, jwk and crit, and
// every second spelling at once (RFC 8725 3.1, 3.10, 3.11).
//
// Kinds are kept apart by their keys with HS256, each derived for one kind and kid, and by the header's typ with the others.
//
// Next door: infrastructure/keys makes the keys, adapter/secret encrypts the private ones, the store keeps the rows.
package jwxtoken
