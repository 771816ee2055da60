package webchat

import (
	"errors"

	"frontline/internal/fault"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are the chat's numbers. The codes are those of our own code, so that labels are few.
type counts struct {
	lines    prometheus.Gauge
	said     *prometheus.CounterVec
	refused  *prometheus.CounterVec
	mailed   prometheus.Counter
	abandons prometheus.Counter
}

func newCounts() *counts {
	return &counts{
		lines:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "frontline_chat_lines", Help: "Open lines of visitors."}),
		said:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "frontline_chat_messages_total", Help: "Messages that were kept or given to a browser, by who wrote them."}, []string{"from"}),
		refused:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "frontline_chat_refused_total", Help: "Frames, files and handshakes that were refused, by code."}, []string{"code"}),
		mailed:   prometheus.NewCounter(prometheus.CounterOpts{Name: "frontline_chat_mailed_total", Help: "Answers that went by mail to visitors who were gone."}),
		abandons: prometheus.NewCounter(prometheus.CounterOpts{Name: "frontline_chat_abandoned_total", Help: "Conversations whose visitors left before anybody answered."}),
	}
}

// Collectors give the chat's numbers.
func (c *Chat) Collectors() []prometheus.Collector {
	return []prometheus.Collector{c.counts.lines, c.counts.said, c.counts.refused, c.counts.mailed, c.counts.abandons}
}

// refuse counts a refusal by its code.
func (n *counts) refuse(err error) {
	code := "internal"
	var f *fault.Fault
	if errors.As(err, &f) {
		code = f.Code
		if len(f.Fields) == 1 {
			code = f.Fields[0].Code
		}
	}
	n.refused.WithLabelValues(code).Inc()
}
