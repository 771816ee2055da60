package request

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Questionnaire is what customers are asked about the service. What was asked stays as it was when it is changed.
type Questionnaire struct {
	ID          int64            `json:"id"`
	Name        string           `json:"name"`
	NameEn      string           `json:"name_en"`
	Intro       string           `json:"intro" doc:"What comes before the link or the first question"`
	IntroEn     string           `json:"intro_en"`
	Questions   []SurveyQuestion `json:"questions"`
	LowPercent  *float64         `json:"low_percent" doc:"An answer below it opens a follow-up; null: none does"`
	FollowQueue *int64           `json:"follow_queue_id" doc:"Where the follow-up goes; null: the ticket's own queue"`
	Retired     bool             `json:"retired"`
}

// Questionnaires lists them, retired ones last.
func (r *Requests) Questionnaires(ctx context.Context, by authority.Actor) (out []Questionnaire, err error) {
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select id, name, name_en, intro, intro_en, questions, low_percent::float8, follow_queue, retired from questionnaires order by retired, id limit 500`)
		if err != nil {
			return wrap("questionnaires", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Questionnaire])
		return wrap("questionnaires", err)
	})
	return out, err
}

// SaveQuestionnaire makes a questionnaire (id 0) or changes one.
func (r *Requests) SaveQuestionnaire(ctx context.Context, by authority.Actor, n Questionnaire) (id int64, err error) {
	n.Name, n.NameEn = plain.Line(n.Name, 100), plain.Line(n.NameEn, 100)
	n.Intro, n.IntroEn = strings.TrimSpace(plain.Text(n.Intro, 2000)), strings.TrimSpace(plain.Text(n.IntroEn, 2000))
	switch {
	case n.Name == "":
		return 0, fault.BadField("name", "required")
	case n.Intro == "":
		return 0, fault.BadField("intro", "required")
	case n.LowPercent != nil && (*n.LowPercent < 0 || *n.LowPercent > 100):
		return 0, fault.BadField("low_percent", "out_of_range")
	}
	if err := checkQuestions(n.Questions); err != nil {
		return 0, err
	}
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "questionnaire.edit", Object: fmt.Sprint("questionnaire:", n.ID)}); err != nil {
			return err
		}
		var known bool
		if err := tx.QueryRow(ctx, `select $1::bigint is null or exists (select from queues where id = $1)`, n.FollowQueue).Scan(&known); err != nil {
			return wrap("questionnaire", err)
		}
		if !known {
			return fault.BadField("follow_queue_id", "unknown_queue")
		}
		args := []any{n.Name, n.NameEn, n.Intro, n.IntroEn, n.Questions, n.LowPercent, n.FollowQueue, n.Retired}
		if n.ID == 0 {
			err = tx.QueryRow(ctx, `insert into questionnaires (name, name_en, intro, intro_en, questions, low_percent, follow_queue, retired)
				values ($1, $2, $3, $4, $5, $6::float8, $7, $8) returning id`, args...).Scan(&id)
		} else {
			err = tx.QueryRow(ctx, `update questionnaires set name = $1, name_en = $2, intro = $3, intro_en = $4, questions = $5, low_percent = $6::float8, follow_queue = $7, retired = $8
				where id = $9 returning id`, append(args, n.ID)...).Scan(&id)
		}
		var p *pgconn.PgError
		if errors.As(err, &p) && p.Code == "23505" {
			return fault.New(fault.Conflict, "name_taken", "name", n.Name)
		}
		if err != nil {
			return missing(err, "questionnaire")
		}
		tx.Emit("questionnaire.changed", fmt.Sprint("questionnaire:", id), "staff")
		tx.Return(id)
		return nil
	})
	return id, err
}
