package obs

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus" // the format every operator's tools read; the reference library
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/quell-project/quell/internal/domain"
)

// Metrics are all metrics of one running program.
type Metrics struct {
	registry *prometheus.Registry
	verdicts *prometheus.CounterVec
	checks   *prometheus.CounterVec
	requests *prometheus.HistogramVec
	groups   prometheus.Histogram
}

// NewMetrics makes the metrics. version is the program's.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "quell_decisions_total", Help: "Decisions recorded, by verdict."}, []string{"verdict"}),
		checks:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "quell_checks_total", Help: "Checks of parts in recorded decisions, by detector and how far they got."}, []string{"detector", "status"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "quell_http_request_seconds", Help: "Requests, by route and status, in seconds.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route", "status"}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "quell_commit_group_size", Help: "Decisions that shared a transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9)}),
	}
	m.registry.MustRegister(m.verdicts, m.checks, m.requests, m.groups, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "quell_build_info", Help: "1, with the version as a label.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(build)
	for _, v := range domain.Verdicts() {
		m.verdicts.WithLabelValues(string(v))
	}
	return m
}

// Handler serves the metrics to Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Decided counts a recorded decision.
func (m *Metrics) Decided(d domain.Decision) {
	m.verdicts.WithLabelValues(string(d.Verdict)).Inc()
	for _, c := range d.Checks {
		m.checks.WithLabelValues(c.Detector, string(c.Status)).Inc()
	}
}

// Committed notes how many decisions shared a transaction.
func (m *Metrics) Committed(group int) { m.groups.Observe(float64(group)) }

// Request notes a served request. route must come from a fixed set.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Gauge adds a metric that goes up and down and is read when somebody asks. labels must be a fixed set; a name and labels may be added once.
func (m *Metrics) Gauge(name, help string, labels map[string]string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// Counter adds a metric that only grows and is read when somebody asks. labels must be a fixed set; a name and labels may be added once.
func (m *Metrics) Counter(name, help string, labels map[string]string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read))
}
