package main

import (
	"context"

	"frontline/tickets"
	"frontline/tickets/routing"
)

// seats are what the demo's people can take.
var seats = map[string]tickets.SeatSetup{
	"limin":     {Language: "zh", Skills: []tickets.Skill{{Skill: "en", Level: 2}}},
	"chenhao":   {Language: "zh", Skills: []tickets.Skill{{Skill: "cnc", Level: 1}}},
	"emma":      {Language: "en", Skills: []tickets.Skill{{Skill: "zh", Level: 2}}},
	"wangqiang": {Language: "zh", Skills: []tickets.Skill{{Skill: "cnc", Level: 5}, {Skill: "en", Level: 3}}},
	"zhaojing":  {Language: "zh", Skills: []tickets.Skill{{Skill: "cnc", Level: 3}, {Skill: "en", Level: 3}}},
	"thomas":    {Language: "en"},
}

// codes are what a contact was about, for wrap-up.
var codes = []tickets.WrapUpCode{
	{Code: "solved", Name: "已解决", NameEn: "Solved"},
	{Code: "later", Name: "待跟进", NameEn: "To be followed up"},
	{Code: "wrong", Name: "找错部门", NameEn: "Not for us"},
}

// routes say how the demo's queues route: any agent of customer service, who knows machines in technical support, who
// speaks English well for customers abroad; each wider after a minute.
func (d *demo) routes() map[string]tickets.Rules {
	wrapUp := &tickets.WrapUpRule{ForS: 30, Codes: codes}
	chats := &tickets.ServiceLevel{Percent: 80, WithinS: 20}
	machines := func(level int) *routing.Want { return &routing.Want{Skill: "cnc", Level: level} }
	return map[string]tickets.Rules{
		"service": {
			Steps: []tickets.RuleStep{{AfterS: 60, Teams: []int64{d.teams["技术支持"]}}}, PreferS: 30,
			Heads: &tickets.RuleHeads{Priority: map[string]int{"1": 600, "2": 120}}, ServiceLevel: chats, WrapUp: wrapUp,
		},
		"tech": {
			Want: machines(3), Steps: []tickets.RuleStep{{AfterS: 60, Want: machines(1), Teams: []int64{d.teams["客户服务"]}}}, PreferS: 60,
			Heads: &tickets.RuleHeads{Priority: map[string]int{"1": 900}}, ServiceLevel: chats, WrapUp: wrapUp,
		},
		"world": {
			Want:         &routing.Want{Skill: "en", Level: 4},
			Steps:        []tickets.RuleStep{{AfterS: 60, Want: &routing.Want{Skill: "en", Level: 3}, Teams: []int64{d.teams["技术支持"]}}},
			ServiceLevel: chats, WrapUp: wrapUp,
		},
	}
}

// route gives people their seats and queues their rules.
func (d *demo) route(ctx context.Context) error {
	for login, seat := range seats {
		if err := d.h.work.SaveSetup(ctx, visitor, d.agents[login].ID, seat); err != nil {
			return err
		}
	}
	for key, rules := range d.routes() {
		now, err := d.h.work.Rules(ctx, visitor, d.queues[key])
		if err != nil {
			return err
		}
		if _, err := d.h.work.SaveRules(ctx, visitor, d.queues[key], tickets.QueueRules{Version: now.Version, Rules: rules}); err != nil {
			return err
		}
	}
	return nil
}
