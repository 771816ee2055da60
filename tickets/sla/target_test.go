package sla_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"frontline/internal/fault"
	"frontline/tickets/sla"
)

func TestDue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ target, from, want string }{
		{"answer within 20 s of 24*7", "Sun 2026-03-01 03:00", "Sun 2026-03-01 03:00:20"},
		{"24*7 within 30 min, first reply", "Wed 2026-09-30 23:50", "Thu 2026-10-01 00:20"},
		{"8*5 within 4 h, resolution", "Mon 2026-03-02 16:50", "Tue 2026-03-03 11:50"},

		{"next business day of 8*5, on site, by 18:00", "Mon 2026-03-02 16:50", "Tue 2026-03-03 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Mon 2026-03-02 20:00", "Tue 2026-03-03 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Mon 2026-03-02 00:10", "Tue 2026-03-03 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Fri 2026-03-06 09:00", "Mon 2026-03-09 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Sat 2026-03-07 09:00", "Mon 2026-03-09 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Wed 2026-09-30 10:00", "Thu 2026-10-08 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Sat 2026-10-03 10:00", "Thu 2026-10-08 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Fri 2026-02-13 10:00", "Sat 2026-02-14 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Sat 2026-02-14 10:00", "Tue 2026-02-24 18:00"},
		{"next business day of 8*5, on site, by 18:00", "Wed 2025-12-31 10:00", "Sun 2026-01-04 18:00"},
		{"8*5 下一工作日抵达现场", "Mon 2026-03-02 16:50", "Tue 2026-03-03 18:00"},
		{"到场 按six 下一工作日 下班前", "Fri 2026-03-06 10:00", "Sat 2026-03-07 12:00"},
		{"arrival next business day of night by end of day", "Mon 2026-03-02 10:00", "Wed 2026-03-04 06:00"},
		{"arrival on site 3 business days of 8*5", "Mon 2026-03-02 10:00", "Thu 2026-03-05 18:00"},
		{"arrival on site 3 business days of 8*5", "Thu 2026-03-05 10:00", "Tue 2026-03-10 18:00"},

		{"nbd of 8*5 by the same hour, on site", "Mon 2026-03-02 16:50", "Tue 2026-03-03 16:50"},
		{"nbd of 8*5 by the same hour, on site", "Mon 2026-03-02 10:20:30", "Tue 2026-03-03 10:20:30"},
		{"nbd of 8*5 by the same hour, on site", "Mon 2026-03-02 12:30", "Tue 2026-03-03 13:00"}, // in the break
		{"nbd of 8*5 by the same hour, on site", "Mon 2026-03-02 07:00", "Tue 2026-03-03 09:00"}, // before the day
		{"nbd of 8*5 by the same hour, on site", "Mon 2026-03-02 20:00", "Tue 2026-03-03 18:00"}, // after it
		{"nbd of 8*5 by the same hour, on site", "Sat 2026-03-07 10:00", "Mon 2026-03-09 10:00"},
		{"nbd of ny by the same hour, on site", "Fri 2026-03-06 10:00", "Mon 2026-03-09 10:00"}, // clocks went forward between

		{"same day of 8*5 if reported before 14:00, on site", "Mon 2026-03-02 13:59", "Mon 2026-03-02 18:00"},
		{"same day of 8*5 if reported before 14:00, on site", "Mon 2026-03-02 14:00", "Tue 2026-03-03 18:00"},
		{"same day of 8*5 if reported before 14:00, on site", "Fri 2026-03-06 15:00", "Mon 2026-03-09 18:00"},
		{"same day of 8*5 if reported before 14:00, on site", "Sat 2026-03-07 10:00", "Mon 2026-03-09 18:00"},
		{"same day of 8*5 if reported before 14:00, on site", "Sat 2026-03-07 15:00", "Mon 2026-03-09 18:00"},
		{"same day of 8*5 if reported before 14:00, on site", "Sun 2026-09-20 11:00", "Sun 2026-09-20 18:00"},
		{"same day of 8*5, on site", "Mon 2026-03-02 20:00", "Tue 2026-03-03 18:00"}, // the day was over
		{"same day of 8*5 by 12:00, on site", "Mon 2026-03-02 15:00", "Tue 2026-03-03 12:00"},
		{"next business day of 8*5 if reported before 17:00, on site", "Mon 2026-03-02 16:59", "Tue 2026-03-03 18:00"},
		{"next business day of 8*5 if reported before 17:00, on site", "Mon 2026-03-02 17:00", "Wed 2026-03-04 18:00"},
		{"next business day of 8*5 if reported before 17:00, on site", "Fri 2026-03-06 17:30", "Tue 2026-03-10 18:00"},
		{"next business day of 8*5 if reported before 17:00, on site", "Sat 2026-03-07 18:00", "Mon 2026-03-09 18:00"},
	} {
		target, err := sla.ParseTarget(c.target)
		if err != nil {
			t.Errorf("%s: %v", c.target, err)
			continue
		}
		h := hours[target.Calendar]
		from, want := at(t, h.Zone(), c.from), at(t, h.Zone(), c.want)
		if got, ok := target.Due(h, from); !ok || !got.Equal(want) {
			t.Errorf("%s, reported %s, is due %s, %v; want %s", c.target, c.from, got, ok, want)
		}
		if got, _ := target.Due(h, from.In(time.FixedZone("", -7*3600))); !got.Equal(want) {
			t.Errorf("%s, reported %s as seen elsewhere, is due %s; want %s", c.target, c.from, got, want)
		}
	}
}

func TestTargetTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, en, zh string }{
		{"8*5 within 4 h first reply", "first reply within 4 h of 8*5", "首次回复：按8*5 4小时内"},
		{"24x7 within 30min answer warn 50% 80%", "answer within 30 min of 24*7, warn 50% 80%", "接听：按24*7 30分钟内，预警50% 80%"},
		{"解决：按“VIP 电话”1小时30分钟内，等待客户或挂起时暂停", `resolution within 1 h 30 min of "VIP 电话", pause while waiting or on hold`, `解决：按"VIP 电话" 1小时30分钟内，等待客户或挂起时暂停`},
		{"8*5 下一工作日抵达现场", "arrival on site next business day of 8*5 by end of day", "到场：按8*5 下一工作日 下班前"},
		{"Next Business Day of 5*8, on site by 18:00", "arrival on site next business day of 8*5 by 18:00", "到场：按8*5 下一工作日 18:00前"},
		{"14:00前报修当日上门，8*5，同一时刻前", "arrival on site same business day of 8*5 by the same hour, if reported before 14:00", "到场：按8*5 当个工作日 同一时刻前，14:00前报修"},
		{"resolve 5 working days of 8*5, no pause", "resolution 5 business days of 8*5 by end of day, no pause", "解决：按8*5 第5个工作日 下班前，不暂停"},
		{"后续回复 按7*24 90秒内", "next reply within 1 min 30 s of 24*7", "后续回复：按24*7 1分钟30秒内"},
	} {
		got, err := sla.ParseTarget(c.in)
		if err != nil || got.Text("en") != c.en || got.Text("zh") != c.zh {
			t.Errorf("%s = %q, %q, %v\nwant %q, %q", c.in, got.Text("en"), got.Text("zh"), err, c.en, c.zh)
		}
	}
}

func TestTargetsThatAreRefused(t *testing.T) {
	t.Parallel()
	for in, code := range map[string]string{
		"":                              "target_without_kind",
		"within 4 h of 8*5":             "target_without_kind",
		"first reply within 4 h":        "target_without_calendar",
		"first reply of 8*5":            "target_without_time",
		"first reply soon of 8*5":       "bad_target",
		"first reply next reply of 8*5": "bad_target",
		"first reply within 4 h of 8*5, within 2 h":                 "bad_target",
		"first reply within 0 h of 8*5":                             "bad_target",
		"first reply within 99999999 h of 8*5":                      "bad_target",
		"first reply within 9999 h 99999 min of 8*5":                "bad_within",
		"first reply within 4 h of 8*5 by 18:00":                    "within_and_day",
		"on site next business day of 8*5 by 25:00":                 "bad_target",
		"on site next business day of 8*5, warn 80% 50%":            "bad_warn",
		"on site next business day of 8*5, warn 0%":                 "bad_warn",
		"on site 1001 business days of 8*5":                         "too_large",
		"on site next business day of 8*5 if reported before 00:00": "bad_target",
		"first reply within 4 h of \"8 * 5\"\x00":                   "bad_target",
		strings.Repeat("on ", 400):                                  "bad_target",
		"\xff":                                                      "bad_target",
	} {
		got, err := sla.ParseTarget(in)
		if c := fieldCode(err); c != code {
			t.Errorf("%q = %+v, code %q (%v), want %q", in, got, c, err, code)
		}
	}
}

// fieldCode is the code of the first wrong field.
func fieldCode(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) || !errors.Is(err, fault.Invalid) || len(f.Fields) == 0 {
		return ""
	}
	return f.Fields[0].Code
}
