// Package twilio is a usecase.Sender that sends text messages by Twilio's Messages API (version 2010-04-01):
//
//	twilio://ACCOUNT_SID:AUTH_TOKEN@HOST?from=+1…
//
// 429, 5xx and silence bring the message again; any other answer is final, and its error tells Twilio's number for the cause
// (https://www.twilio.com/docs/api/errors).
//
// Next door: webhook reaches every other gateway, failover puts several senders in a row.
package twilio
