// Package faulty is a usecase.Sender in front of another one that misbehaves as providers do, on demand: messages come late, get
// lost, come twice, are refused, or are not taken for now. What the server makes of that (the outbox, attempts, back-off, the end
// of a message's life) is the real thing. It belongs behind --dev alone.
//
//	dispatcher -> Sender: fails, refuses, swallows -> late: held here until the clock says so -> next Sender, once or twice
//
// Next door: inbox is what it stands in front of.
package faulty
