// Package secret keeps what must stay secret: Keyring hashes codes and refresh tokens and encrypts what lies in the database, all
// under keys that derive from the server's secret; PasswordHasher turns passwords into hashes and checks them.
//
//	LATCHKEY_SECRET --HKDF, one label each--> contact key, code MAC, refresh MAC, encryption
//	password --argon2id, a few at a time----> PHC string
//	imported hash (bcrypt, Django's) -------> checked once, then made anew as argon2id
//
// Next door: infrastructure/keys derives the keys, adapter/token/jwxtoken signs tokens.
package secret
