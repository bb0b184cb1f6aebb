// Package failover is a usecase.Sender over other senders, which it tries in the order given:
//
//	message -> first: taken ............ done
//	              |
//	              +-- refused, failed or silent for 5 seconds
//	              v
//	           second ...
//
// A refusal is one provider's word, not all providers': the next is asked as well. Only when each has refused is the message
// refused; when one of them failed for now, the message is worth another try, and that begins with the first again.
//
// A provider that takes a message and is too slow to say so makes a second copy by way of the next. That is the price of
// arriving at all.
//
// Next door: webhook, smtp and twilio are what stands in the row.
package failover
