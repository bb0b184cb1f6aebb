// Package microsite is the room of BigCity's microsite, as its document tells it: a customer types a customer ID, then the code that
// was sent to the registered mobile number, and sees a dashboard with points.
//
//	/microsite/           customer ID  --generate-otp-->  Client API sends a code
//	/microsite/code       code         --verify-otp---->  token, kept on the server; the browser gets a session cookie
//	/microsite/dashboard  points       <-points---------  read anew at every visit
//
// It is a relying party: it knows the Client API by the Go client alone, whether that API is a room of this server or
// somebody else's. Every form is answered by 303 and says on the next page what has become of it, so that going back, reloading and
// a second click do no harm.
//
// Sessions live in this process and end with it. Behind a proxy, several nodes need sticky sessions: the same browser has to reach
// the same node as long as it has the cookie.
//
// Files: microsite.go mounts the room; pages.go shows, forms.go acts, view.go is what templates get; session.go is one visitor,
// store.go keeps them, once.go makes a repeated first form harmless; code.go reads what people type; texts*.go are the languages.
//
// Next door: package web has what pages share, openapi/client the client, openapi/gen/microsite the generated interface.
package microsite
