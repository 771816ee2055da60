package sla_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"frontline/tickets/sla"
)

// FuzzTarget reads any text as a target. What is understood is written in both languages and understood as the same.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{
		"first reply within 4 h of 8*5, warn 50% 80%", "8*5 下一工作日抵达现场", "首次回复：按“VIP 电话” 1小时30分钟内，不暂停",
		"on site same day of 8*5 if reported before 14:00 by the same hour", "到场：按8*5 第3个工作日 18:00前，14:00前报修", "24x7 within 30 min answer",
		`of "a b" within 1 s resolution, pause while waiting or on hold`, "of 8*5x within 1 h resolve", "\xff", "of 99*99 nbd on-site",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target, err := sla.ParseTarget(s)
		if err != nil {
			if fieldCode(err) == "" {
				t.Fatalf("%q: %v has no code", s, err)
			}
			return
		}
		for _, lang := range []string{"en", "zh"} {
			text := target.Text(lang)
			if again, err := sla.ParseTarget(text); err != nil || !reflect.DeepEqual(again, target) {
				t.Fatalf("%q = %+v, written %q, read %+v, %v", s, target, text, again, err)
			}
		}
		for _, h := range hours {
			from := time.Date(2026, 10, 31, 23, 59, 59, 1, time.UTC)
			if due, ok := target.Due(h, from); ok && due.Before(from) {
				t.Fatalf("%q from %s is due %s", s, from, due)
			}
		}
	})
}

// FuzzWeek reads any text as a week, and as a calendar that opens or is refused.
func FuzzWeek(f *testing.F) {
	for _, s := range []string{"8*5", "24*7", "周一至周五 9:00-12:00，13:00-18:00；周六 22:00-06:00", "Fri-Mon 00:00-00:00", "Mon 23:59-23:59", "Sun,Tue 01:00-02:00,02:00-03:00", "Mon \xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := sla.ParseWeek(s)
		if err != nil {
			if fieldCode(err) == "" {
				t.Fatalf("%q: %v has no code", s, err)
			}
			return
		}
		if again, err := sla.ParseWeek(w.String()); err != nil || again.String() != w.String() {
			t.Fatalf("%q is written %q, read %q, %v", s, w, again, err)
		}
		h, err := sla.Calendar{Name: "any", Zone: "America/New_York", Week: w}.Hours()
		if err != nil {
			return
		}
		from := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
		if to, ok := h.Add(from, time.Hour); !ok || h.Between(from, to) != time.Hour {
			t.Fatalf("%q: an hour from %s is %s, %v", s, from, to, ok)
		}
	})
}

// FuzzYear reads any bytes as an official year, which a calendar follows or refuses.
func FuzzYear(f *testing.F) {
	f.Add([]byte(`{"country":"CN","year":2027,"papers":["x"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`))
	f.Add([]byte(`{"country":"CN","year":2027,"papers":[""],"days":[{"date":"","isOffDay":true}]}`))
	f.Add([]byte(`{"country":"XX","year":2199,"papers":["x"],"days":[{"date":"2199-12-31","isOffDay":true}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		y, err := sla.ParseYear(b)
		if err != nil {
			return
		}
		h, err := sla.Calendar{Name: "any", Zone: "Asia/Shanghai", Week: week("8*5"), Official: y.Country}.Hours(y)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		for _, d := range y.Days {
			if d.Date.Year() == y.Year && h.Workday(d.Date) == d.Off {
				t.Fatalf("%s: %s is a workday = %v", b, d.Date, d.Off)
			}
		}
	})
}

// FuzzClocks reads any events as a history: whatever they are, they give clocks, and the same ones again.
func FuzzClocks(f *testing.F) {
	for _, c := range clockCases[:12] {
		b, err := json.Marshal(history(f, hours["8*5"].Zone(), c.history))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, int64(1772500000))
	}
	f.Add([]byte(`[{"seq":1,"at":"0001-01-01T00:00:00Z","what":"opened","author":"contact","ticket":1},{"seq":2,"at":"0001-01-01T00:00:01Z","what":"policy","ticket":1,"policy":{"name":"VIP phone","version":3}}]`), int64(1772500000))
	f.Add([]byte(`[{"seq":1,"at":"9999-12-31T23:59:59Z","what":"opened","author":"contact","ticket":1},{"seq":2,"at":"9999-12-31T23:59:59Z","what":"policy","ticket":1,"policy":{"name":"site","version":1}},{"seq":3,"at":"2026-03-02T01:00:00Z","what":"state","state":"pending","ticket":1}]`), int64(-1772500000))
	f.Fuzz(func(t *testing.T, b []byte, now int64) {
		var events []sla.Event
		if json.Unmarshal(b, &events) != nil {
			return
		}
		clocks, err := sla.Clocks(events, book, time.Unix(now%(1<<36), 0))
		if err != nil {
			return // a policy that is not in the book
		}
		again, err := sla.Clocks(sla.History(events), book, time.Unix(now%(1<<36), 0))
		if err != nil || !reflect.DeepEqual(clocks, again) {
			t.Fatalf("%s: %+v, then %+v, %v", b, clocks, again, err)
		}
		for _, c := range clocks {
			for _, lang := range []string{"en", "zh"} {
				if c.Explain().Words(sla.Reader{Lang: lang, Now: time.Unix(now, 0)}) == "" {
					t.Fatalf("%+v says nothing", c)
				}
			}
		}
		sla.NextAlarm(clocks, time.Unix(now, 0))
	})
}
