package email

import (
	"context"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// Collector gives the channel's numbers: what waits is read from the database when it is asked for,
// each count bounded, so that a scrape costs the same however much there is.
func (e *Email) Collector() prometheus.Collector { return collector{e} }

type collector struct{ e *Email }

var (
	rawMails  = prometheus.NewDesc("frontline_mail_raw", "Raw mails that are not yet messages or became none, by state, counted to 1000.", []string{"state"}, nil)
	unsettled = prometheus.NewDesc("frontline_mail_deliveries", "Outgoing mails that are not settled, by state, counted to 1000.", []string{"state"}, nil)
	outbox    = prometheus.NewDesc("frontline_mail_outbox_age_seconds", "Age of the oldest outgoing mail that is due.", nil, nil)
	intake    = prometheus.NewDesc("frontline_mail_intake_age_seconds", "Age of the oldest mail that is kept and not yet read.", nil, nil)
	wellness  = prometheus.NewDesc("frontline_mailbox_ok", "1 when a side of a mailbox works, else 0.", []string{"mailbox", "side"}, nil)
)

// Describe implements prometheus.Collector.
func (collector) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{rawMails, unsettled, outbox, intake, wellness} {
		c <- d
	}
}

// scrapeTime bounds one reading of the numbers.
const scrapeTime = 3 * time.Second

// Collect implements prometheus.Collector. Without a database there are no numbers.
func (x collector) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	err := x.e.gate.View(ctx, self, func(q authority.Query) error {
		var ages [2]float64
		if err := q.QueryRow(ctx, `select
				coalesce(extract(epoch from now() - (select next_at from deliveries where state = 'queued' and next_at <= now() order by id limit 1)), 0)::float8,
				coalesce(extract(epoch from now() - (select received_at from raw_mails where state = 'new' order by id limit 1)), 0)::float8`).Scan(&ages[0], &ages[1]); err != nil {
			return err
		}
		c <- prometheus.MustNewConstMetric(outbox, prometheus.GaugeValue, ages[0])
		c <- prometheus.MustNewConstMetric(intake, prometheus.GaugeValue, ages[1])
		// Each state is written out: the small indexes of what is not settled are used for a constant only.
		if err := counts(ctx, q, c, rawMails, `select 'new', (select count(*) from (select from raw_mails where state = 'new' limit 1000) n)::float8
			union all select 'quarantined', (select count(*) from (select from raw_mails where state = 'quarantined' limit 1000) n)
			union all select 'set_aside', (select count(*) from (select from raw_mails where state = 'set_aside' limit 1000) n)`); err != nil {
			return err
		}
		if err := counts(ctx, q, c, unsettled, `select 'queued', (select count(*) from (select from deliveries where state = 'queued' limit 1000) n)::float8
			union all select 'sending', (select count(*) from (select from deliveries where state = 'sending' limit 1000) n)
			union all select 'uncertain', (select count(*) from (select from deliveries where state = 'uncertain' limit 1000) n)`); err != nil {
			return err
		}
		return x.wellness(ctx, q, c)
	})
	if err != nil {
		c <- prometheus.NewInvalidMetric(outbox, err)
	}
}

func counts(ctx context.Context, q authority.Query, c chan<- prometheus.Metric, d *prometheus.Desc, sql string) error {
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return err
	}
	var label string
	var n float64
	_, err = pgx.ForEachRow(rows, []any{&label, &n}, func() error {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, label)
		return nil
	})
	return err
}

func (x collector) wellness(ctx context.Context, q authority.Query, c chan<- prometheus.Metric) error {
	rows, err := q.Query(ctx, `select b.address, s.side, s.ok::int::float8 from mailbox_states s join mailboxes b on b.id = s.mailbox_id where b.disabled_at is null limit 1000`)
	if err != nil {
		return err
	}
	var box, side string
	var ok float64
	_, err = pgx.ForEachRow(rows, []any{&box, &side, &ok}, func() error {
		c <- prometheus.MustNewConstMetric(wellness, prometheus.GaugeValue, ok, box, side)
		return nil
	})
	return err
}
