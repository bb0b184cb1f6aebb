package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// StoryMetrics counts and times what the server does, whatever the way in. It is safe for concurrent use.
type StoryMetrics struct {
	finished *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewStoryMetrics registers latchkey_stories_total, by story, dialect and outcome, and latchkey_story_duration_seconds, by story.
// It panics when they are registered already.
func NewStoryMetrics(to prometheus.Registerer) *StoryMetrics {
	m := &StoryMetrics{
		finished: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: Namespace, Name: "stories_total",
			Help: "What was done: sends, answers, refreshes, deliveries; outcome is ok or the cause of the refusal.",
		}, []string{"story", "dialect", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: Namespace, Name: "story_duration_seconds",
			Help:    "How long it took.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 15},
		}, []string{"story"}),
	}
	to.MustRegister(m.finished, m.duration)
	return m
}

// Observe notes one finished story.
func (m *StoryMetrics) Observe(story, dialect, outcome string, took time.Duration) {
	m.finished.WithLabelValues(story, dialect, outcome).Inc()
	m.duration.WithLabelValues(story).Observe(took.Seconds())
}

// NoStories notes nothing; it is for servers that nobody asks for metrics.
type NoStories struct{}

// Observe does nothing.
func (NoStories) Observe(string, string, string, time.Duration) {}
