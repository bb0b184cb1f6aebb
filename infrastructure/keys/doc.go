// Package keys makes key material: many keys out of one secret (HKDF, RFC 5869), and the private keys that sign tokens, as JSON
// Web Keys (RFC 7517).
//
//	secret --Derive(label)--> one key for each use
//	Generate -> Marshal -> (stored encrypted) -> Parse -> PublicSet
//
// It knows nothing of what the keys are for: adapter/secret hashes and encrypts with them, adapter/token/jwxtoken signs.
package keys
