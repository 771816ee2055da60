package sla

import (
	"strconv"
	"strings"
	"time"
)

// Reader is who reads an explanation, and when.
type Reader struct {
	Lang     string         // "zh"; everything else is English
	Customer bool           // the customer reads it: the ticket waits for "you"
	Now      time.Time      // days further than six from now are written with their date
	Zone     *time.Location // nil: the calendar's
}

// Explanation is a clock's reckoning as data: each number that the words name. Durations are open time of the calendar.
type Explanation struct {
	Kind     Kind          `json:"kind"`
	Outcome  Outcome       `json:"outcome"`
	Overdue  bool          `json:"overdue,omitempty"`
	Due      time.Time     `json:"due,omitzero"`
	Started  time.Time     `json:"started"`
	Ended    time.Time     `json:"ended,omitzero"`
	Paused   time.Time     `json:"paused,omitzero"`   // since when it stands still
	Waiting  State         `json:"waiting,omitempty"` // why it stands still
	Zone     string        `json:"zone"`
	Target   Target        `json:"target"`
	Pending  time.Duration `json:"pending,omitempty"`  // waited for the customer
	OnHold   time.Duration `json:"on_hold,omitempty"`  // waited for somebody else
	Resolved time.Duration `json:"resolved,omitempty"` // was resolved, before it was reopened
	Left     time.Duration `json:"left,omitempty"`
	Before   []Reign       `json:"before,omitempty"`
	Policy   Ref           `json:"policy"`
	Missing  []int         `json:"missing,omitempty"`
	Never    bool          `json:"never,omitempty"`
}

// Explain gives the reckoning.
func (c Clock) Explain() Explanation {
	e := Explanation{
		Kind: c.Kind, Outcome: c.Outcome, Due: c.Due, Started: c.Started, Ended: c.Ended, Zone: c.Zone, Target: c.Target,
		Left: c.Left, Before: c.Before, Policy: c.Policy, Missing: c.Missing, Never: c.Never,
		Overdue: c.Outcome == Running && !c.Breached.IsZero(),
	}
	for _, p := range c.Pauses {
		if !c.Due.IsZero() && !p.From.Before(c.Due) {
			break // too late to move it
		}
		if p.To.IsZero() {
			e.Paused, e.Waiting = p.From, p.Reason
			continue // it says nothing about the due instant yet
		}
		switch p.Reason {
		case Pending:
			e.Pending += p.Open
		case OnHold:
			e.OnHold += p.Open
		case Resolved:
			e.Resolved += p.Open
		}
	}
	return e
}

// Words are the reckoning in a sentence: "due Tue 10:20: 4 h of 8*5 from Mon 16:50, minus 30 min waiting for you; policy VIP
// phone v3".
func (e Explanation) Words(r Reader) string {
	w := writer{e: e, r: r, loc: r.Zone, zh: r.Lang == "zh"}
	if w.loc == nil {
		w.loc = time.UTC
		if loc, err := zone(e.Zone); err == nil {
			w.loc = loc
		}
	}
	parts := []string{w.head() + w.pick("：", ": ") + w.promise() + w.minus() + w.before(), w.pick("策略 ", "policy ") + w.policy(e.Policy)}
	if len(e.Missing) > 0 {
		years := make([]string, len(e.Missing))
		for i, y := range e.Missing {
			years[i] = strconv.Itoa(y)
		}
		parts = append(parts, w.pick("尚无"+strings.Join(years, "、")+"年放假安排", "holidays of "+strings.Join(years, ", ")+" not known yet"))
	}
	return strings.Join(parts, w.pick("；", "; "))
}

type writer struct {
	e   Explanation
	r   Reader
	loc *time.Location
	zh  bool
}

func (w writer) pick(zh, en string) string {
	if w.zh {
		return zh
	}
	return en
}

func (w writer) lang() string { return w.pick("zh", "en") }

// head says how it stands: "due Tue 10:20".
func (w writer) head() string {
	e := w.e
	due := w.at(e.Due)
	switch e.Outcome {
	case Met:
		return w.pick(w.at(e.Ended)+" 完成", "done "+w.at(e.Ended)) + w.pick("，"+due+" 到期", ", due "+due)
	case Late:
		if e.Due.IsZero() || !e.Due.Before(e.Ended) { // broken under an earlier policy
			return w.pick(w.at(e.Ended)+" 逾期完成", "done late "+w.at(e.Ended))
		}
		return w.pick(w.at(e.Ended)+" 逾期完成，"+due+" 到期", "done late "+w.at(e.Ended)+", due "+due)
	case Dropped:
		return w.pick(w.at(e.Ended)+" 起不再需要", "not needed since "+w.at(e.Ended))
	case Joined:
		return w.pick(w.at(e.Ended)+" 并入到期更早的承诺", "joined "+w.at(e.Ended)+" with a promise due earlier")
	case Paused:
		return w.pick(w.at(e.Paused)+" 起暂停（"+w.why()+"），剩余"+w.spell(e.Left), "paused since "+w.at(e.Paused)+", "+w.why()+", "+w.spell(e.Left)+" left")
	}
	switch {
	case e.Never:
		return w.pick("日历内无法到期", "never due within the calendar")
	case e.Overdue && e.Left >= 0 && e.Due.After(w.r.Now):
		return w.pick("已逾期，现于 "+due+" 到期", "overdue, now due "+due)
	case e.Overdue:
		return w.pick("已逾期，"+due+" 到期", "overdue since "+due)
	}
	return w.pick(due+" 到期", "due "+due)
}

// why is what a clock that stands still waits for.
func (w writer) why() string {
	if w.e.Waiting == OnHold {
		return w.pick("挂起", "on hold")
	}
	return w.pick("等待"+w.customer(), "waiting for "+w.customer())
}

func (w writer) customer() string {
	if w.r.Customer {
		return w.pick("您", "you")
	}
	return w.pick("客户", "the customer")
}

// promise is the target from its begin: "4 h of 8*5 from Mon 16:50".
func (w writer) promise() string {
	t, from := w.e.Target, w.at(w.e.Started)
	switch {
	case t.Within > 0:
		return w.pick("自"+from+" 起，"+t.Calendar+" 工时"+w.spell(t.Within), w.spell(t.Within)+" of "+t.Calendar+" from "+from)
	case t.Cutoff > 0:
		return w.pick(from+" 报修（"+hhmm(t.Cutoff)+" 前按当日计），"+t.Calendar+" "+t.term("zh"),
			t.term("en")+", reported "+from+" (cutoff "+hhmm(t.Cutoff)+")")
	}
	return w.pick(from+" 报修，"+t.Calendar+" "+t.term("zh"), t.term("en")+", reported "+from)
}

// minus names what was not counted.
func (w writer) minus() (out string) {
	for _, p := range []struct {
		d      time.Duration
		zh, en string
	}{
		{w.e.Pending, "等待" + w.customer(), "waiting for " + w.customer()},
		{w.e.OnHold, "挂起", "on hold"},
		{w.e.Resolved, "已解决", "resolved"},
	} {
		if p.d >= time.Second {
			out += w.pick("，扣除"+p.zh+w.spell(p.d), ", minus "+w.spell(p.d)+" "+p.en)
		}
	}
	return out
}

// before names the policies it ran under, and what was used of open time then; a promised day does not depend on that.
func (w writer) before() (out string) {
	for _, b := range w.e.Before {
		policy, until := w.policy(b.Policy), w.at(b.Until)
		switch {
		case w.e.Target.Within == 0:
			out += w.pick("，"+until+" 前依 "+policy, ", until "+until+" under "+policy)
		case b.Used >= time.Second:
			out += w.pick("，含 "+policy+"下已用"+w.spell(b.Used)+"（至 "+until+"）", ", "+w.spell(b.Used)+" of it used under "+policy+" until "+until)
		}
	}
	return out
}

func (w writer) policy(p Ref) string {
	return w.pick(p.Name+" 第"+strconv.Itoa(p.Version)+"版", p.String())
}

func (w writer) spell(d time.Duration) string { return SpellDuration(d, w.lang()) }

// at is an instant on the wall: "Tue 10:20" within six days of now, with the date and the year where they are not at hand.
func (w writer) at(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t, now := t.In(w.loc), w.r.Now.In(w.loc)
	date := ""
	switch days := int(DateIn(t, w.loc)) - int(DateIn(now, w.loc)); {
	case t.Year() != now.Year() && (days < -6 || days > 6):
		date = w.pick(t.Format("2006年1月2日"), t.Format(" 2 Jan 2006"))
	case days < -6 || days > 6:
		date = w.pick(t.Format("1月2日"), t.Format(" 2 Jan"))
	}
	clock := t.Format("15:04")
	if t.Second() != 0 {
		clock = t.Format("15:04:05")
	}
	return w.pick(date+zhDays[t.Weekday()]+" "+clock, dayNames[t.Weekday()]+date+" "+clock)
}

var zhDays = [7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
