// Package usecase tells the stories of the login server, one a file, each an Execute(ctx, In) (Out, error) over the rules of
// package domain and the ports in port.go. core.go is the table of contents.
//
//	        asks for a code                    types it in
//	              |                                 |
//	       IssueChallenge                      LoginByCode          AuthenticatePassword
//	lock row, Issue, outbox, commit     lock row, Guess, session          |
//	              |                                 |                     |
//	       (after the commit)                       +---- Grant ----------+
//	          Dispatcher                            |  access token, refresh token
//	provider <- message, back-off            Authenticate   one read per request
//	                                                |
//	                                RefreshSession, RevokeSession, SetPassword, ChangeContact
//
// Every transaction that judges a guess commits before the answer leaves, whatever the guess was worth. What protects all stories
// alike (limits by address, audit, metrics) is put on in core.go and written once, in throttle.go and observe.go.
//
// Next door: domain has the rules, usecase/porttest the suites that every adapter of a port passes, adapter the translators.
package usecase
