// Package web is what all pages for people share: how a page is put together, what it may load and do, and what a refusal looks
// like. Pages come from html/template, carry no inline script or style, load nothing from elsewhere and work without JavaScript.
//
//	request -> httpapi.Server -> Kit.Guard: a form of a foreign site is refused -> the room's handler
//	        -> Page.Write: layout.html around the page, Content-Security-Policy, language
//	           any error -> Server.Refuse -> Kit.Words -> the refusal as a page
//
// Rooms live below: docs is the front door and the reference, microsite a relying party of the BigCity API, inbox shows what
// --dev sent. Next door: adapter/httpapi is the server that they stand on, openapi/gen their generated interfaces.
package web
