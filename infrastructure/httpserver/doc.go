// Package httpserver runs the public HTTP server and, on a second address, the
// one for metrics.
//
//	listen on both -> serve -> ctx ends -> stop listening -> requests end -> metrics end
//
// What is served comes from outside: the routes from adapter/httpapi and
// adapter/web, metrics and profiles from infrastructure/telemetry.
package httpserver
