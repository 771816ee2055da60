package tickets_test

import (
	"testing"
	"time"

	"frontline/crm"
	"frontline/crm/assets"
	"frontline/crm/contracts"
	"frontline/internal/authority"
	"frontline/tickets"
)

// machine is an asset of the account of whoever wrote a ticket, under no warranty, and the account.
func (w *world) machine(by authority.Actor, ticket int64) (asset, account int64) {
	w.t.Helper()
	v := w.view(ticket)
	name := "万力机械"
	if err := w.crm.EditContact(w.t.Context(), by, v.Contact.ID, crm.Change{Account: &name}); err != nil {
		w.t.Fatal(err)
	}
	account = w.view(ticket).Customer.Contact.Account.ID
	asset, err := assets.New(w.Gate).Save(w.t.Context(), by, 0, 0, assets.Fields{AccountID: account, Name: "SY3240平衡机", Serial: "20040201-5326-A33"})
	if err != nil {
		w.t.Fatal(err)
	}
	return asset, account
}

// cover signs a contract of a kind for a machine, that holds now.
func (w *world) cover(by authority.Actor, account, asset int64, kind string) int64 {
	w.t.Helper()
	deals := contracts.New(w.Gate)
	out, err := deals.Save(w.t.Context(), by, 0, 0, contracts.Fields{
		Number: "FWHY-" + kind, AccountID: account, Kind: kind, Assets: []int64{asset}, Offer: contracts.Offer{Free: []string{"visit"}},
		Begins: time.Now().AddDate(0, -1, 0), Ends: time.Now().AddDate(1, 0, 0),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := deals.Move(w.t.Context(), by, out.ID, "signed", ""); err != nil {
		w.t.Fatal(err)
	}
	return out.ID
}

// The machine says what the customer is entitled to, and with that which policy holds and when an engineer is due.
func TestTheClocksFollowWhatTheMachineIsCoveredBy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	onSite := tickets.Policy{Name: "On site", Match: tickets.PolicyMatch{Contract: []string{"on_site"}}, Targets: []string{"arrival within 8 h of 24*7", "first reply within 1 h of 24*7"}}
	uncovered := tickets.Policy{Name: "Uncovered", Match: tickets.PolicyMatch{Contract: []string{"none"}}, Targets: []string{"first reply within 20 h of 24*7"}}
	w.promise(onSite, uncovered, tickets.Policy{Name: "All", Targets: []string{"first reply within 4 h of 24*7"}})
	if m := w.policies().Items[0].Match.Contract; len(m) != 1 || m[0] != "on_site" {
		t.Errorf("the policy is kept for %v", m)
	}
	id := w.mail("zhang@example.cn", "主轴转速不稳").Ticket
	asset, account := w.machine(boss, id)
	w.reckon()
	w.stands(id, "first_reply", "running", "4h")

	w.edit(boss, id, tickets.Edit{Asset: &asset})
	w.reckon()
	w.stands(id, "first_reply", "running", "20h")
	if v := w.view(id); v.Asset == nil || v.Asset.Serial != "20040201-5326-A33" || v.Entitlement == nil || v.Entitlement.Basis != "none" || v.Account == nil || v.Account.ID != account {
		t.Errorf("with the machine the ticket shows %+v, %+v, %+v", v.Asset, v.Entitlement, v.Account)
	}

	// A contract that is signed now is shown at once. The clocks stay until the machine is chosen anew.
	w.cover(boss, account, asset, "on_site")
	w.reckon()
	w.stands(id, "first_reply", "running", "20h")
	if v := w.view(id); v.Entitlement.Basis != "contract" || v.Entitlement.Contract.Number != "FWHY-on_site" {
		t.Errorf("after the contract was signed the ticket shows %+v", v.Entitlement)
	}
	nothing := int64(0)
	w.edit(boss, id, tickets.Edit{Asset: &nothing})
	w.edit(boss, id, tickets.Edit{Asset: &asset})
	w.reckon()
	w.stands(id, "arrival", "running", "8h")
	w.stands(id, "first_reply", "running", "1h")
	if n := w.count(`select count(*) from messages where ticket_id = $1 and change->>'name' = 'asset'`, id); n != 3 {
		t.Errorf("the timeline tells %d choices of a machine, want 3", n)
	}
}

func TestATicketIsEnteredForAMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	asset, account := w.machine(boss, w.mail("zhang@example.cn", "first").Ticket)
	contract := w.cover(boss, account, asset, "bench")
	open := tickets.Opening{Subject: "主轴转速不稳", Channel: "phone", Text: "x", Contact: tickets.Given{Name: "李娜", Phone: "13900139000"}, Asset: asset}
	got, err := w.tickets.Create(t.Context(), boss, open)
	if err != nil {
		t.Fatal(err)
	}
	v := w.view(got.Ticket)
	if v.Asset == nil || v.Asset.ID != asset || v.Entitlement == nil || v.Entitlement.Contract == nil || v.Entitlement.Contract.ID != contract || v.Account == nil || v.Account.ID != account {
		t.Errorf("the ticket shows %+v, %+v, %+v", v.Asset, v.Entitlement, v.Account)
	}
	if n := w.count(`select count(*) from tickets where id = $1 and covered = 'bench' and contract_id = $2`, got.Ticket, contract); n != 1 {
		t.Error("the ticket does not keep by what it is covered")
	}
	before := w.count(`select count(*) from tickets`)
	open.Asset = 999
	_, err = w.tickets.Create(t.Context(), boss, open)
	w.refuses("a machine that there is not", err, "asset_id", "unknown_asset")
	w.refuses("an edit to it", w.tickets.Edit(t.Context(), boss, got.Ticket, tickets.Edit{Asset: &open.Asset}), "asset_id", "unknown_asset")
	if n := w.count(`select count(*) from tickets`); n != before {
		t.Errorf("%d tickets were left by what was refused", n-before)
	}
	if v := w.view(w.mail("eve@example.com", "no account").Ticket); v.Asset != nil || v.Entitlement != nil {
		t.Errorf("a ticket of nobody known shows %+v, %+v", v.Asset, v.Entitlement)
	}
}
