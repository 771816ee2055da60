package web_test

import (
	"errors"
	"strings"
	"testing"

	"frontline/internal/web"

	"github.com/prometheus/client_golang/prometheus"
)

// lost is a collector whose source cannot be reached.
type lost struct{ *prometheus.Desc }

func (a lost) Describe(c chan<- *prometheus.Desc) { c <- a.Desc }

func (a lost) Collect(c chan<- prometheus.Metric) {
	c <- prometheus.NewInvalidMetric(a.Desc, errors.New("database away"))
}

func TestNumbersThatCannotBeHadHideNoOthers(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	r.MustRegister(lost{prometheus.NewDesc("outbox_age_seconds", "Age.", nil, nil)})
	w := open(t, web.Options{Metrics: r, Gather: r}, orders)
	w.ask("POST", "/api/v1/orders/1", `{"subject":"a"}`)
	a := w.ask("GET", "/metrics", "")
	if a.StatusCode != 200 || !strings.Contains(a.text, `frontline_http_requests_total{`) {
		t.Errorf("numbers while a source is away = %d %.200s", a.StatusCode, a.text)
	}
	// That some are missing is a number too.
	if a := w.ask("GET", "/metrics", ""); !strings.Contains(a.text, `promhttp_metric_handler_errors_total{cause="gathering"} 1`) {
		t.Errorf("nothing tells that numbers are missing: %.2000s", a.text)
	}
}
