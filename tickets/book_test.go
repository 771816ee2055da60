package tickets_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/routing"
)

// hours reads a calendar by name.
func (w *world) hours(name string) routing.Hours {
	w.t.Helper()
	var h routing.Hours
	w.look(func(ctx context.Context, q query) (err error) {
		h, err = w.tickets.Hours(ctx, q, name)
		return err
	})
	return h
}

var china = time.FixedZone("", 8*3600)

func on(day, clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, china)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAQueueAsksACalendarByItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if h := w.hours(""); h != nil {
		t.Errorf("hours of no calendar = %v, want none: always open", h)
	}
	office := w.hours("8*5")
	if open, change := office.At(on("2026-10-10", "12:30")); open || !change.Equal(on("2026-10-10", "13:00")) {
		t.Errorf("at lunch on a make-up Saturday: open %v until %v, want closed until 13:00", open, change)
	}
	err := w.Gate.View(t.Context(), eye, func(q query) error {
		_, err := w.tickets.Hours(t.Context(), q, "9*9")
		return err
	})
	w.wants("hours of a calendar that is not there", err, fault.Invalid, "unknown_calendar")
}

func TestACalendarIsMadeTriedAndChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	shop := tickets.Calendar{Name: "shop", Zone: "Asia/Shanghai", Week: "Mon-Sat 10:00-20:00", Days: []tickets.CalendarDay{{Date: "2026-12-25", Name: "stocktaking"}}}
	tried, err := w.tickets.TryCalendar(t.Context(), boss, tickets.Trial{Calendar: shop, Month: "2026-12", From: on("2026-12-24", "19:00"), Target: "resolution within 4 h"}, "zh")
	if err != nil {
		t.Fatal(err)
	}
	if tried.Due == nil || !tried.Due.Equal(on("2026-12-26", "13:00")) || !tried.Open {
		t.Errorf("4 h from Thursday 19:00 over a closed Friday are due %v, want Saturday 13:00", tried.Due)
	}
	if d := tried.Days[24]; d.Kind != "holiday" || d.Name != "stocktaking" || len(d.Open) != 0 {
		t.Errorf("the closed day is drawn as %+v", d)
	}
	if len(tried.Days) != 31 || tried.Days[0].Hours != 10 {
		t.Errorf("December has %d days, and its first %v h; want 31 and 10", len(tried.Days), tried.Days[0].Hours)
	}
	id, err := w.tickets.SaveCalendar(t.Context(), boss, 0, shop)
	if err != nil {
		t.Fatal(err)
	}
	if open, _ := w.hours("shop").At(on("2026-12-25", "12:00")); open {
		t.Error("the shop is open while it takes stock")
	}
	shop.Days = nil
	if _, err := w.tickets.SaveCalendar(t.Context(), boss, id, shop); err != nil {
		t.Fatal(err)
	}
	if open, _ := w.hours("shop").At(on("2026-12-25", "12:00")); !open {
		t.Error("the shop is closed after its closed day was taken out")
	}
	_, err = w.tickets.SaveCalendar(t.Context(), boss, 0, shop)
	w.wants("a second calendar of the name", err, fault.Conflict, "name_taken")
}

func TestACalendarThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	usual := func(change func(*tickets.Calendar)) tickets.Calendar {
		c := tickets.Calendar{Name: "x", Zone: "UTC", Week: "Mon 09:00-10:00"}
		change(&c)
		return c
	}
	for _, c := range []struct {
		name, field, code string
		is                tickets.Calendar
	}{
		{"never open", "week", "never_opens", usual(func(c *tickets.Calendar) { c.Week = "" })},
		{"no zone", "zone", "", usual(func(c *tickets.Calendar) { c.Zone = "Mars/Base" })},
		{"a day that is none", "days.0.date", "", usual(func(c *tickets.Calendar) { c.Days = []tickets.CalendarDay{{Date: "2026-02-30"}} })},
		{"hours that are none", "makeup.1", "bad_span", usual(func(c *tickets.Calendar) { c.Makeup = []string{"09:00-10:00", "25:00"} })},
		{"an official country that nobody knows", "official", "not_allowed", usual(func(c *tickets.Calendar) { c.Official = "XX" })},
	} {
		_, err := w.tickets.SaveCalendar(t.Context(), boss, 0, c.is)
		w.refuses(c.name, err, c.field, c.code)
	}
}

func TestTheNextOfficialYearIsAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	if open, _ := w.hours("8*5").At(on("2027-01-01", "10:00")); !open {
		t.Error("new year 2027 is free before anybody announced it")
	}
	known, err := w.tickets.AddYear(t.Context(), boss, []byte(`{"country":"CN","year":2027,"papers":["a notice"],"days":[
		{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if known.Free != 1 || known.Worked != 1 || !known.Added {
		t.Errorf("the year is told as %+v", known)
	}
	if open, _ := w.hours("8*5").At(on("2027-01-01", "10:00")); open {
		t.Error("new year 2027 is worked after it was announced")
	}
	if open, _ := w.hours("8*5").At(on("2027-01-03", "10:00")); !open {
		t.Error("the make-up Sunday is free")
	}
	all, err := w.tickets.Calendars(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(all.Years, func(y tickets.YearKnown) bool { return y.Year == 2027 && y.Added }) {
		t.Errorf("the years are %+v, want 2027 among them", all.Years)
	}
	_, err = w.tickets.AddYear(t.Context(), boss, []byte(`{"country":"CN","year":2027,"papers":["x"],"days":[{"date":"2027-01-04","isOffDay":false}]}`))
	w.refuses("a make-up day that is a Monday", err, "days.0.date", "no_weekend")
}

func TestAChangedPolicyIsANewVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	list, err := w.tickets.Policies(t.Context(), boss, "en")
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("policies = %+v, %v; want the usual one", list, err)
	}
	vip := tickets.Policy{Name: "VIP", Match: tickets.PolicyMatch{Class: []string{"vip"}}, Targets: []string{"8*5 within 1 h first reply"}, Steps: []tickets.Step{{At: "after", AfterS: 60, Acts: []string{"supervisor"}}}}
	next := tickets.PolicyList{Version: list.Version, Items: []tickets.Policy{vip, list.Items[0]}}
	if _, _, err := w.tickets.SavePolicies(t.Context(), boss, next); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.tickets.SavePolicies(t.Context(), boss, next)
	w.wants("a list that somebody saved meanwhile", err, fault.Conflict, "stale_policies")
	list = w.policies()
	if v := list.Items[1].Version; v != 1 {
		t.Errorf("a policy that only moved down is version %d", v)
	}
	list.Items[0].Targets = []string{"first reply within 30 min of 8*5"}
	slices.Reverse(list.Items)
	_, warnings, err := w.tickets.SavePolicies(t.Context(), boss, list)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || warnings[0].Code != "nobody_matches" || warnings[0].Field != "items.1" {
		t.Errorf("a policy behind one for all warns %+v", warnings)
	}
	if list = w.policies(); list.Items[1].Version != 2 || list.Items[0].Version != 1 {
		t.Errorf("after a change of one the versions are %d and %d, want 1 and 2", list.Items[0].Version, list.Items[1].Version)
	}
	if n := w.count(`select count(*) from policies where name = 'VIP'`); n != 2 {
		t.Errorf("%d versions are kept, want 2", n)
	}
}

func TestAPolicyThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	for _, c := range []struct {
		name, field, code string
		is                tickets.Policy
	}{
		{"words that nobody understands", "items.0.targets.0", "bad_target", tickets.Policy{Name: "x", Targets: []string{"resolution soon"}}},
		{"a calendar that is not there", "items.0.targets.0.calendar", "unknown_calendar", tickets.Policy{Name: "x", Targets: []string{"resolution within 1 h of 9*9"}}},
		{"two promises of a kind", "items.0.targets.1.kind", "duplicate", tickets.Policy{Name: "x", Targets: []string{"resolution within 1 h of 8*5", "resolution within 2 h of 8*5"}}},
		{"an escalation without a time", "items.0.steps.0.after_s", "required", tickets.Policy{Name: "x", Targets: []string{"resolution within 1 h of 8*5"}, Steps: []tickets.Step{{At: "after"}}}},
	} {
		_, err := w.tickets.CheckPolicies(t.Context(), boss, []tickets.Policy{c.is})
		w.refuses(c.name, err, c.field, c.code)
	}
	warnings, err := w.tickets.CheckPolicies(t.Context(), boss, []tickets.Policy{{Name: "x", Match: tickets.PolicyMatch{Channel: []string{"chat"}}, Targets: []string{"answer within 30 s of 24*7"}}})
	if err != nil || len(warnings) != 1 || warnings[0].Code != tickets.NotForAll {
		t.Errorf("a list that is not for all warns %+v, %v", warnings, err)
	}
}
