package crm

import (
	"context"
	"fmt"
	"slices"

	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Class is a word for how important a customer is, and what makes one so.
type Class struct {
	Key        string      `json:"key" minLength:"1" maxLength:"50" doc:"for programs; policies go by it"`
	Name       string      `json:"name" minLength:"1" maxLength:"100"`
	NameEn     string      `json:"name_en" required:"false" maxLength:"100"`
	Rank       int         `json:"rank" minimum:"1" maximum:"1000" doc:"1 is the most important; of those reached the first is taken"`
	Thresholds []Threshold `json:"thresholds" required:"false" maxItems:"20" doc:"reached in any of the currencies; none: given by hand alone"`
}

// Threshold is what an account must have bought in a currency.
type Threshold struct {
	Currency string `json:"currency" minLength:"3" maxLength:"3"`
	Amount   string `json:"amount" doc:"decimal; 0: any purchase"`
}

// ClassWindow says which purchases make a class.
type ClassWindow struct {
	Days  int      `json:"days" minimum:"1" maximum:"36500" doc:"how far back"`
	Kinds []string `json:"kinds" minItems:"1" maxItems:"3" enum:"machine,part,service"`
}

// Classing is how customers are classed.
type Classing struct {
	Window ClassWindow `json:"window"`
	Items  []Class     `json:"items" doc:"the most important first"`
}

// Classes reads how customers are classed.
func (c *CRM) Classes(ctx context.Context, by authority.Actor) (out Classing, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		if err := q.QueryRow(ctx, `select window_days, kinds from class_settings`).Scan(&out.Window.Days, &out.Window.Kinds); err != nil {
			return wrap("window of the classes", err)
		}
		rows, err := q.Query(ctx, `select key, name, name_en, rank, coalesce((select json_agg(json_build_object('currency', currency, 'amount', amount::text) order by currency)
			from class_thresholds where class_key = key), '[]') from classes order by rank, key`)
		if err != nil {
			return wrap("classes", err)
		}
		out.Items, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Class])
		return wrap("classes", err)
	})
	return out, err
}

// SaveClass makes a class or changes it. Accounts get it with their next purchase, and in the night.
func (c *CRM) SaveClass(ctx context.Context, by authority.Actor, class Class) error {
	class.Key, class.Name, class.NameEn = plain.Line(class.Key, 50), plain.Line(class.Name, 100), plain.Line(class.NameEn, 100)
	if class.Key == "" {
		return fault.BadField("key", "required")
	}
	if class.Name == "" {
		return fault.BadField("name", "required")
	}
	currencies, amounts := []string{}, []string{}
	for i, t := range class.Thresholds {
		at := fmt.Sprintf("thresholds.%d", i)
		m, err := money.Price(t.Amount, t.Currency)
		if err != nil {
			return err
		}
		if slices.Contains(currencies, t.Currency) {
			return fault.BadField(at, "duplicate")
		}
		currencies, amounts = append(currencies, m.Currency), append(amounts, m.Amount.String())
	}
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "class.edit", Object: "class:" + class.Key}); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`insert into classes (key, name, name_en, rank) values ($1, $2, $3, $4) on conflict (key) do update set name = $2, name_en = $3, rank = $4`,
			class.Key, class.Name, class.NameEn, class.Rank)
		b.Queue(`delete from class_thresholds where class_key = $1`, class.Key)
		b.Queue(`insert into class_thresholds (class_key, currency, amount) select $1, currency, amount::numeric from unnest($2::text[], $3::text[]) given(currency, amount)`,
			class.Key, currencies, amounts)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return wrap("keep the class", err)
		}
		tx.Emit("class.changed", "class:"+class.Key, "staff")
		return nil
	})
}

// SetClassWindow says which purchases make a class, from the next purchase of an account and the next night on.
func (c *CRM) SetClassWindow(ctx context.Context, by authority.Actor, w ClassWindow) error {
	if w.Days < 1 || w.Days > 36500 {
		return fault.BadField("days", "out_of_range")
	}
	if len(w.Kinds) == 0 {
		return fault.BadField("kinds", "required")
	}
	for _, k := range w.Kinds {
		if !slices.Contains(purchaseKinds, k) {
			return fault.BadField("kinds", "unknown_kind")
		}
	}
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "class.edit", Object: "class:window"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update class_settings set window_days = $1, kinds = $2`, w.Days, w.Kinds); err != nil {
			return wrap("keep the window", err)
		}
		tx.Emit("class.changed", "class:window", "staff")
		return nil
	})
}
