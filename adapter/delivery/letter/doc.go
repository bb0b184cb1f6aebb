// Package letter writes the HTML of a mail: the same words as its text, with the code large and links to click on. It is the only
// place that does, so that what the inbox of --dev shows is what smtp sends.
//
//	domain.Message -> HTML -> smtp: the second part of multipart/alternative
//	                       -> adapter/web/inbox: a frame without any rights
//
// Next door: domain fills the templates that the text comes from.
package letter
