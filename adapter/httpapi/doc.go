// Package httpapi is what every dialect's room shares: the engine, the reading of bodies, who calls, cookies, the guard against
// foreign sites and the one place where a fault becomes a reply.
//
//	request -> Server -> recover, no-store, deadline -> body read strictly, made JSON -> generated binding
//	        -> room's handler: mapping -> usecase story -> mapping -> generated reply
//	                           any error -> Server.refuse -> room's Words -> reply
//
// A room is a package below this one: dialect.go says what it is, policy.go its numbers and texts, handlers.go implements the
// generated interface, mapping.go turns its words into the core's, faults.go the core's faults into its replies.
package httpapi
