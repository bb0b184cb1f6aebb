// Package telemetry makes the log, the metrics and the profiles that operators
// watch.
//
//	NewLogger   -> slog, text or JSON, secrets masked by name as a last net
//	NewRegistry -> Prometheus registry with the process's own metrics
//	Handler     -> /metrics and /debug/pprof/, for the second address only
//
// What is worth logging or counting is decided where it happens; the server that
// Handler is put on lives next door, in infrastructure/httpserver.
package telemetry
