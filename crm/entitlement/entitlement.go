// Package entitlement says what a customer is entitled to for a machine at an instant, and why: by a contract, else by the
// warranty, else by what holds without either. It has no clock and no database.
package entitlement

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// What may be free.
const (
	Visit  = "visit"
	Labour = "labour"
	Parts  = "parts"
	Remote = "remote"
)

// Services are all that may be free, in the order in which they are shown.
var Services = []string{Visit, Labour, Parts, Remote}

// Promise is how soon somebody answers, comes or is done: within so many minutes of open time of the terms' calendar, or,
// where they are 0, by the end of the workday so many after that of the report.
type Promise struct {
	Kind    string `json:"kind" enum:"first_reply,arrival,resolution"`
	Minutes int    `json:"minutes,omitempty" minimum:"0" maximum:"600000"`
	Days    int    `json:"days,omitempty" minimum:"0" maximum:"1000" doc:"Where minutes is 0. 0: the same workday, 1: the next"`
}

// Terms are what is promised, free and cheaper.
type Terms struct {
	Class     string // of the customers they are for; empty: all
	Calendar  string // hours of service by name, "8*5"; empty: whatever is usual
	Promises  []Promise
	Free      []string
	PartsOff  decimal.Decimal // percent
	LabourOff decimal.Decimal
}

// Included is how much a contract includes of something and how much of that is used up.
type Included struct{ Total, Used int }

// Left is what is not used up, never less than nothing.
func (i Included) Left() int { return max(i.Total-i.Used, 0) }

// States of a contract.
const (
	Draft     = "draft"
	Signed    = "signed"
	Suspended = "suspended"
	Ended     = "ended"
)

// Contract is one of the account's. It holds from From until just before To.
type Contract struct {
	ID                 int64
	Number, Name, Kind string
	State              string
	From, To           time.Time
	Everything         bool    // covers all of the account's that is not of a third party
	Assets, Products   []int64 // which it names
	Visits, Minutes    *Included
	Terms
}

// Warranty of an asset; the zero one is none. It holds from From until just before To.
type Warranty struct {
	Kind     string // hardware, software, hardware_and_software
	From, To time.Time
}

// Asset is what the customer asks about.
type Asset struct {
	ID, Product int64
	ThirdParty  bool // not made by the house: the maker's own warranty holds, and only contracts that name it
	Retired     bool
	Warranty    Warranty
}

// Case is what is asked. Without an asset it is about the account as a whole: contracts for everything then hold.
type Case struct {
	Asset     *Asset
	Concerns  string // hardware or software; empty: not known
	Contracts []Contract
	// Under and Out hold under warranty and without: those of the customer's class, else those for all.
	Under, Out Terms
}

// Grounds of an entitlement.
const (
	ByContract = "contract"
	ByWarranty = "warranty"
	ByDefault  = "none"
)

// Entitlement is the answer.
type Entitlement struct {
	Basis    string
	Contract *Contract // of ByContract
	Until    time.Time // when the basis ends; zero: never
	Terms
	VisitsLeft  *int // nil: not counted
	MinutesLeft *int
	Also        []Contract // that would do too
	Reasons     []Reason
}

// Of answers a case at an instant.
func Of(c Case, at time.Time) Entitlement {
	var e Entitlement
	warranty, why := c.warranty(at)
	fit := c.fitting(at, &e)
	if len(fit) > 0 {
		e.by(fit[0], c.closeness(fit[0]))
		e.Also = fit[1:]
		for _, other := range e.Also {
			e.because(OverlapsToo, "number", other.Number)
			e.lend(other.free(), FreeBy, "number", other.Number)
		}
		if warranty {
			e.lend(c.Under.Free, WarrantyToo)
		}
		return e
	}
	e.Reasons = append(e.Reasons, why...)
	if warranty {
		e.Basis, e.Terms, e.Until = ByWarranty, c.Under.clone(), c.Asset.Warranty.To
	} else {
		e.Basis, e.Terms = ByDefault, c.Out.clone()
		e.because(NothingHolds)
	}
	if e.Class != "" {
		e.because(ClassDefault, "class", e.Class)
	}
	return e
}

// by takes a contract's terms, less what is used up.
func (e *Entitlement) by(c Contract, how closeness) {
	e.Basis, e.Contract, e.Until, e.Terms = ByContract, &c, c.To, c.Terms.clone()
	e.because(map[closeness]string{byName: ContractNamesAsset, byProduct: ContractNamesProduct, byAccount: ContractForAll}[how],
		"number", c.Number, "name", c.Name, "until", c.To)
	e.Free = c.free()
	if c.Visits != nil {
		e.VisitsLeft = left(c.Visits)
		if *e.VisitsLeft == 0 {
			e.because(VisitsUsedUp, "total", c.Visits.Total)
		} else {
			e.because(VisitsLeft, "left", *e.VisitsLeft, "total", c.Visits.Total)
		}
	}
	if c.Minutes != nil {
		e.MinutesLeft = left(c.Minutes)
		if *e.MinutesLeft == 0 {
			e.because(HoursUsedUp, "total", hours(c.Minutes.Total))
		} else {
			e.because(HoursLeft, "left", hours(*e.MinutesLeft), "total", hours(c.Minutes.Total))
		}
	}
}

func left(i *Included) *int {
	n := i.Left()
	return &n
}

// free is what a contract makes free and has not used up.
func (c Contract) free() []string {
	return slices.DeleteFunc(slices.Clone(c.Free), func(s string) bool {
		return s == Visit && c.Visits != nil && c.Visits.Left() == 0 || s == Labour && c.Minutes != nil && c.Minutes.Left() == 0
	})
}

// lend adds what another contract or the warranty makes free: the one that holds takes nothing of it away.
func (e *Entitlement) lend(free []string, code string, kv ...any) {
	lent := false
	for _, s := range free {
		if !slices.Contains(e.Free, s) {
			e.Free = append(e.Free, s)
			lent = true
		}
	}
	if lent {
		slices.SortFunc(e.Free, func(a, b string) int { return slices.Index(Services, a) - slices.Index(Services, b) })
		e.because(code, kv...)
	}
}

// clone keeps what is changed here apart from what was given.
func (t Terms) clone() Terms {
	t.Promises, t.Free = slices.Clone(t.Promises), slices.Clone(t.Free)
	return t
}
