package webchat

import (
	"net/netip"
	"sync"

	"frontline/internal/fault"
	"frontline/internal/web"
)

// Limits bound what visitors may do. They are wide for people, of whom many may share one address, and narrow for scripts.
// The zero value of each is the standard.
type Limits struct {
	NodeLines    int // open lines; 20,000
	SiteLines    int // of one site; 10,000
	AddressLines int // from one address; 500
	VisitorLines int // of one visitor's token; 10

	AddressDials  Rate // handshakes from one address; 20 a second, 300 at once
	LineFrames    Rate // frames on one line; 10 and 60
	VisitorSays   Rate // messages of one visitor; 2 and 20
	AddressSays   Rate // messages from one address; 20 and 200
	AddressStarts Rate // conversations begun from one address; 0.2 and 20
	SiteStarts    Rate // conversations begun on one site; 20 and 200
	AddressFiles  Rate // files from one address; 1 and 30
}

// Rate is so many a second, and so many at once.
type Rate struct {
	Each  float64
	Burst int
}

// floods count who does what. What is over a limit is refused, and nobody else notices.
type floods struct {
	o      Limits
	dials  *web.Budgets[netip.Prefix]
	says   *web.Budgets[netip.Prefix]
	starts *web.Budgets[netip.Prefix]
	files  *web.Budgets[netip.Prefix]
	sites  *web.Budgets[int64]
	mine   *web.Budgets[string] // messages by visitor's token

	mu        sync.Mutex
	lines     int
	bySite    map[int64]int
	byAddress map[netip.Prefix]int
	byVisitor map[string]int
}

func newFloods(o Limits) *floods {
	for _, n := range []struct {
		at       *int
		standard int
	}{{&o.NodeLines, 20_000}, {&o.SiteLines, 10_000}, {&o.AddressLines, 500}, {&o.VisitorLines, 10}} {
		if *n.at == 0 {
			*n.at = n.standard
		}
	}
	for _, r := range []struct {
		at       *Rate
		standard Rate
	}{
		{&o.AddressDials, Rate{20, 300}},
		{&o.LineFrames, Rate{10, 60}},
		{&o.VisitorSays, Rate{2, 20}},
		{&o.AddressSays, Rate{20, 200}},
		{&o.AddressStarts, Rate{0.2, 20}},
		{&o.SiteStarts, Rate{20, 200}},
		{&o.AddressFiles, Rate{1, 30}},
	} {
		if *r.at == (Rate{}) {
			*r.at = r.standard
		}
	}
	return &floods{
		o:         o,
		dials:     web.NewBudgets[netip.Prefix](o.AddressDials.Each, o.AddressDials.Burst),
		says:      web.NewBudgets[netip.Prefix](o.AddressSays.Each, o.AddressSays.Burst),
		starts:    web.NewBudgets[netip.Prefix](o.AddressStarts.Each, o.AddressStarts.Burst),
		files:     web.NewBudgets[netip.Prefix](o.AddressFiles.Each, o.AddressFiles.Burst),
		sites:     web.NewBudgets[int64](o.SiteStarts.Each, o.SiteStarts.Burst),
		mine:      web.NewBudgets[string](o.VisitorSays.Each, o.VisitorSays.Burst),
		bySite:    map[int64]int{},
		byAddress: map[netip.Prefix]int{},
		byVisitor: map[string]int{},
	}
}

// dial takes one call from an address's budget: a handshake, or a question about a site.
func (f *floods) dial(peer netip.Addr) error { return f.dials.Take(web.Household(peer)) }

// enter counts a line in, unless there are too many.
func (f *floods) enter(site int64, peer netip.Addr) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	from := web.Household(peer)
	if f.lines >= f.o.NodeLines || f.bySite[site] >= f.o.SiteLines || f.byAddress[from] >= f.o.AddressLines {
		return fault.New(fault.TooMany, "too_busy", "retry_after", 10)
	}
	f.lines++
	f.bySite[site]++
	f.byAddress[from]++
	return nil
}

func (f *floods) leave(site int64, peer netip.Addr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines--
	less(f.bySite, site)
	less(f.byAddress, web.Household(peer))
}

// enterVisitor counts one more line of a visitor in; false where there are too many.
func (f *floods) enterVisitor(token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byVisitor[token] >= f.o.VisitorLines {
		return false
	}
	f.byVisitor[token]++
	return true
}

func (f *floods) leaveVisitor(token string) {
	if token == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	less(f.byVisitor, token)
}

func less[K comparable](m map[K]int, k K) {
	if m[k]--; m[k] <= 0 {
		delete(m, k)
	}
}

// say takes one message from the budgets of its visitor and address.
func (f *floods) say(token string, peer netip.Addr) error {
	if err := f.mine.Take(token); err != nil {
		return err
	}
	return f.says.Take(web.Household(peer))
}

// start takes one conversation from the budgets of its address and site.
func (f *floods) start(site int64, peer netip.Addr) error {
	if err := f.starts.Take(web.Household(peer)); err != nil {
		return err
	}
	return f.sites.Take(site)
}
