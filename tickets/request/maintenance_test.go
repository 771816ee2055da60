package request_test

import (
	"fmt"
	"net/http"
	"testing"

	"frontline/crm/assets"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/request"
)

// machine is the sample's balancing machine, of Wanli's.
func (w *world) machine() int64 {
	w.t.Helper()
	ctx := w.t.Context()
	var account int64
	w.do(w.Gate.Do(ctx, w.dm, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "asset.edit", Object: "account"}); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `insert into accounts (name) values ('上海万力机械有限公司') returning id`).Scan(&account)
	}))
	id, err := assets.New(w.Gate).Save(ctx, w.dm, 0, 0, assets.Fields{AccountID: account, Name: "SY3240平衡机", Number: "WL006", Serial: "20040201-5326-A33"})
	w.do(err)
	return id
}

// TestTheSampleMaintenanceIsInTheMachinesLog, and on the ticket: replaced and upgraded by lxb, replaced by elitor the day before.
func TestTheSampleMaintenanceIsInTheMachinesLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := w.machine()
	id := w.request(func(o *tickets.Opening) { o.Asset = machine }).Ticket
	for _, did := range []map[string]any{
		{"done_on": "2005-02-23", "kinds": []string{"upgrade", "replace"}, "text": "更换电机电刷,同时升级平衡机控制软件V3.01", "agent_id": w.lxb.ID, "part": "电刷", "old_serial": "A1", "new_serial": "A2"},
		{"done_on": "2005-02-22", "kinds": []string{"replace"}, "text": "更换主轴夹具螺栓,重新校正了偏距", "agent_id": w.elitor.ID, "quantity": 4},
	} {
		w.Must(http.StatusCreated, "dm", "POST", path("/tickets/%d/maintenance", id), did)
	}
	for _, list := range []string{path("/tickets/%d/maintenance", id), path("/assets/%d/maintenance", machine)} {
		got := w.Must(http.StatusOK, "lxb", "GET", list, nil)
		for field, want := range map[string]string{
			"items.0.done_on": "2005-02-23", "items.0.kinds": "[replace upgrade]", "items.0.text": "更换电机电刷,同时升级平衡机控制软件V3.01", "items.0.asset.name": "SY3240平衡机",
			"items.0.asset.serial": "20040201-5326-A33", "items.0.quantity": "1", "items.0.by.name": "lxb", "items.0.new_serial": "A2", "items.1.by.name": "elitor", "items.1.quantity": "4",
		} {
			if have := fmt.Sprint(got.Get(field)); have != want {
				t.Errorf("%s: %s = %s, want %s", list, field, have, want)
			}
		}
	}
}

// TestWhatWasWrittenByMistakeStaysAsSuch; sent twice it is one entry.
func TestWhatWasWrittenByMistakeStaysAsSuch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := w.machine()
	id := w.request(func(o *tickets.Opening) { o.Asset = machine }).Ticket
	did := request.Upkeep{ClientID: "m-1", DoneOn: "2026-01-05", Kinds: []string{"repair"}, Text: "x", Quantity: 1}
	first, err := w.Maintain(t.Context(), w.lxb, id, did)
	w.do(err)
	again, err := w.Maintain(t.Context(), w.lxb, id, did)
	if err != nil || again.ID != first.ID {
		t.Errorf("sent twice is %d and %d, %v", first.ID, again.ID, err)
	}
	for range 2 {
		w.do(w.WithdrawMaintenance(t.Context(), w.lxb, first.ID))
	}
	log, err := w.MaintenanceLog(t.Context(), w.lxb, machine)
	if err != nil || len(log) != 1 || !log[0].Withdrawn {
		t.Errorf("the log is %+v, %v", log, err)
	}
}

// TestANewPieceIsInThePartsPlace: the log and the tree of parts say the same.
func TestANewPieceIsInThePartsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine, all := w.machine(), assets.New(w.Gate)
	part, err := all.AddPart(t.Context(), w.dm, machine, assets.NewPart{Kind: "hardware", Name: "驱动电机", Fitting: assets.Fitting{Serial: "M1"}})
	w.do(err)
	id := w.request(func(o *tickets.Opening) { o.Asset = machine }).Ticket
	did := request.Upkeep{PartID: part, DoneOn: "2999-01-01", Kinds: []string{"replace"}, Text: "更换电机", OldSerial: "M1", NewSerial: "M2", Quantity: 1}
	_, err = w.Maintain(t.Context(), w.lxb, id, did)
	w.refused("what is yet to be done", err, fault.Invalid, "not_past")
	w.do(w.DB.Read.QueryRow(t.Context(), `select now()::date::text`).Scan(&did.DoneOn))
	_, err = w.Maintain(t.Context(), w.lxb, id, did)
	w.do(err)
	_, parts, err := all.Asset(t.Context(), w.lxb, machine)
	w.do(err)
	has := false
	for _, f := range parts[0].Fittings {
		has = has || f.Serial == "M2"
	}
	if !has {
		t.Errorf("the part has had %+v, want M2 too", parts[0].Fittings)
	}
}

func TestBadMaintenanceIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := w.machine()
	bare := w.request().Ticket
	good := request.Upkeep{Asset: machine, DoneOn: "2026-01-05", Kinds: []string{"repair"}, Text: "x", Quantity: 1}
	for code, spoil := range map[string]func(*request.Upkeep){
		"too_small":     func(u *request.Upkeep) { u.Quantity = -1 },
		"not_allowed":   func(u *request.Upkeep) { u.Kinds = []string{"paint"} },
		"required":      func(u *request.Upkeep) { u.Kinds = nil },
		"bad_date":      func(u *request.Upkeep) { u.DoneOn = "2026-02-30" },
		"unknown_asset": func(u *request.Upkeep) { u.Asset = 0 }, // the ticket has none
		"unknown_agent": func(u *request.Upkeep) { u.Agent = 999 },
	} {
		u := good
		spoil(&u)
		_, err := w.Maintain(t.Context(), w.lxb, bare, u)
		w.refused(fmt.Sprintf("%+v", u), err, fault.Invalid, code)
	}
	_, err := w.Maintain(t.Context(), w.lxb, 999, good)
	w.refused("a ticket that there is not", err, fault.NotFound, "not_found")
}
