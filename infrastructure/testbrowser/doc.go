// Package testbrowser lends a headless Chromium to tests of pages.
//
// Each Tab is a browser of its own, with no history and no cookies, and remembers whatever its page complained about: script errors,
// files that did not load, and what the Content-Security-Policy stopped. A test that ends with complaints fails.
//
// With LATCHKEY_SCREENSHOTS=DIR, Shoot leaves pictures there for people to look at. Without Chromium tests end as testtool says.
package testbrowser
