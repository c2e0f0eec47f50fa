package obs

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

// used is a Metrics on which everything has happened once. What belongs to a person or a content says so.
func used() *Metrics {
	m := NewMetrics("1.2.3")
	m.Decided(domain.Decision{
		ID: "private-decision", UploadID: "private-upload", ContentID: "private-content", Verdict: domain.Hold, Reason: "private words",
		Policy: domain.PolicyRef{ID: "private-policy", Rule: "private-rule"},
		Checks: []domain.Check{
			{Detector: "pdq", Part: "private-part", Status: domain.Failed, Reason: "private words"},
			{Detector: "sha256", Part: "private-part", Status: domain.Complete},
		},
		Matches: []domain.Match{{Bank: "private-bank", Entry: "private-entry", Part: "private-part", Sources: []string{"private-source"}}},
	})
	m.Committed(3)
	m.Request("POST /api/v1/check", 200, 3*time.Millisecond)
	m.Request("POST /api/v1/check", 422, time.Millisecond)
	m.Gauge("quell_example", "An example.", map[string]string{"type": "pdq"}, func() float64 { return 7 })
	m.Counter("quell_example_total", "An example.", nil, func() float64 { return 8 })
	return m
}

func TestLabelsAreFromSmallSets(t *testing.T) {
	t.Parallel()
	families, err := used().registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "quell_") {
			continue
		}
		got[family.GetName()] = []string{}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, l := range metric.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			if len(labels) > 0 {
				got[family.GetName()] = append(got[family.GetName()], strings.Join(labels, " "))
			}
		}
		slices.Sort(got[family.GetName()])
	}
	want := map[string][]string{
		"quell_build_info":           {"version=1.2.3"},
		"quell_checks_total":         {"detector=pdq status=failed", "detector=sha256 status=complete"},
		"quell_commit_group_size":    {},
		"quell_decisions_total":      {"verdict=allow", "verdict=block", "verdict=hold", "verdict=label", "verdict=limit"}, // all, from the start
		"quell_example":              {"type=pdq"},
		"quell_example_total":        {},
		"quell_http_request_seconds": {"route=POST /api/v1/check status=200", "route=POST /api/v1/check status=422"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestMetricsAreServed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	used().Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	page := w.Body.String()
	for _, line := range []string{
		`quell_decisions_total{verdict="hold"} 1`,
		`quell_decisions_total{verdict="block"} 0`,
		`quell_checks_total{detector="pdq",status="failed"} 1`,
		`quell_commit_group_size_sum 3`,
		`quell_http_request_seconds_bucket{route="POST /api/v1/check",status="200",le="0.0025"} 0`,
		`quell_http_request_seconds_bucket{route="POST /api/v1/check",status="200",le="0.005"} 1`,
		`quell_example{type="pdq"} 7`,
		`quell_example_total 8`,
		`go_goroutines `,
	} {
		if !strings.Contains(page, "\n"+line) {
			t.Errorf("there is no line %q in\n%s", line, page)
		}
	}
	if strings.Contains(page, "private") {
		t.Error("the metrics say something about a person or a content")
	}
}

func TestLogLevelAndFormat(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		level string
		want  []string
	}{
		{"debug", []string{"DEBUG", "INFO", "WARN", "ERROR"}},
		{"info", []string{"INFO", "WARN", "ERROR"}},
		{"warn", []string{"WARN", "ERROR"}},
		{"error", []string{"ERROR"}},
	} {
		for _, format := range []string{"text", "json"} {
			var out bytes.Buffer
			log := NewLog(&out, tc.level, format)
			for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				log.Log(t.Context(), level, "happened", "count", 1)
			}
			var got []string
			for line := range strings.Lines(out.String()) {
				got = append(got, levelOf(t, format, line))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s as %s (want -, got +):\n%s", tc.level, format, diff)
			}
		}
	}
}

// levelOf reads the level from a line of the log.
func levelOf(t *testing.T, format, line string) string {
	t.Helper()
	if format == "text" {
		_, rest, _ := strings.Cut(line, " level=")
		level, _, _ := strings.Cut(rest, " ")
		return level
	}
	var record struct{ Level, Msg string }
	if err := json.Unmarshal([]byte(line), &record); err != nil || record.Msg != "happened" {
		t.Fatalf("%q is not a record: %v", line, err)
	}
	return record.Level
}
