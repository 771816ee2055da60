package email

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
)

func TestTheNumbersSayWhatWaits(t *testing.T) {
	w := newWorld(t)
	w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳") // and its acknowledgement
	w.arrives("From: zhang@customer.test\nSubject: away\nAuto-Submitted: auto-replied", "away")
	if got := testutil.ToFloat64(only{w.Collector(), `state="queued"`}); got != 1 {
		t.Errorf("queued deliveries: %v, want 1", got)
	}
	if got := testutil.ToFloat64(only{w.Collector(), `state="set_aside"`}); got != 1 {
		t.Errorf("mails aside: %v, want 1", got)
	}
}

// only is one of a collector's numbers.
type only struct {
	prometheus.Collector
	with string
}

// Collect implements prometheus.Collector.
func (o only) Collect(c chan<- prometheus.Metric) {
	all := make(chan prometheus.Metric)
	go func() { o.Collector.Collect(all); close(all) }()
	for m := range all {
		var d dto.Metric
		if err := m.Write(&d); err == nil && strings.Contains(labels(&d), o.with) {
			c <- m
		}
	}
}

func labels(d *dto.Metric) string {
	var b strings.Builder
	for _, l := range d.GetLabel() {
		b.WriteString(l.GetName() + `="` + l.GetValue() + `" `)
	}
	return b.String()
}
