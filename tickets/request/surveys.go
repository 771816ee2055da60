package request

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Survey is a customer asked about the service of a ticket, and what he answered.
type Survey struct {
	ID            int64            `json:"id"`
	Ticket        int64            `json:"ticket_id"`
	Questionnaire tickets.Named    `json:"questionnaire"`
	Questions     []SurveyQuestion `json:"questions" doc:"As they were when it was asked"`
	Way           string           `json:"way" enum:"link,chat,phone,hand"`
	AskedAt       time.Time        `json:"asked_at"`
	AnsweredAt    *time.Time       `json:"answered_at"`
	Answers       map[string]int   `json:"answers" doc:"By the question's key"`
	Score         *int             `json:"score"`
	Full          *int             `json:"full"`
	Percent       *float64         `json:"percent" doc:"Of the full score, to two places"`
	Words         string           `json:"words"`
	AnsweredBy    string           `json:"answered_by" doc:"Who answered, of the customer's people"`
	Evaluator     *tickets.Named   `json:"evaluator" doc:"Who wrote the answers down; null: the customer himself"`
	FollowUp      *int64           `json:"follow_up_id" doc:"The ticket that a low score has opened"`
	Task          *int64           `json:"task_id" doc:"The call of a revisit"`
}

const surveyColumns = `s.id, s.ticket_id, n.id, n.name, s.questions, s.way, s.asked_at, s.answered_at, s.answers, s.score::int, s.full_score::int, s.percent::float8, s.words, s.answered_by,
	coalesce(e.id, 0), coalesce(e.name, ''), s.follow_up_id, s.task_id
	from surveys s join questionnaires n on n.id = s.questionnaire_id left join agents e on e.id = s.evaluator_id`

func scanSurvey(r pgx.CollectableRow) (s Survey, err error) {
	var e tickets.Named
	err = r.Scan(&s.ID, &s.Ticket, &s.Questionnaire.ID, &s.Questionnaire.Name, &s.Questions, &s.Way, &s.AskedAt, &s.AnsweredAt, &s.Answers, &s.Score, &s.Full, &s.Percent, &s.Words, &s.AnsweredBy,
		&e.ID, &e.Name, &s.FollowUp, &s.Task)
	if e.ID != 0 {
		s.Evaluator = &e
	}
	return s, err
}

// Surveys lists those of a ticket, the oldest first.
func (r *Requests) Surveys(ctx context.Context, by authority.Actor, ticket int64) (out []Survey, err error) {
	if err := r.tickets.Visible(ctx, by, ticket); err != nil {
		return nil, err
	}
	return out, r.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+surveyColumns+` where s.ticket_id = $1 order by s.id limit 200`, ticket)
		if err != nil {
			return wrap("surveys", err)
		}
		out, err = pgx.CollectRows(rows, scanSurvey)
		return wrap("surveys", err)
	})
}

// OpenSurvey is what a customer is asked and has not answered, the latest; nil where there is none. A part.
func (r *Requests) OpenSurvey(ctx context.Context, q authority.Query, ticket int64) (*Survey, error) {
	rows, err := q.Query(ctx, `select `+surveyColumns+` where s.ticket_id = $1 and s.way in ('link', 'chat') and s.answered_at is null order by s.id desc limit 1`, ticket)
	if err != nil {
		return nil, wrap("survey", err)
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSurvey)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &s, wrap("survey", err)
}

// Pose puts a questionnaire to the customer of a ticket: an open survey, to be answered by way. A part: the caller has allowed
// "survey.ask", and sees to it that the customer learns of it.
func (r *Requests) Pose(ctx context.Context, tx *authority.Tx, ticket, questionnaire int64, way string) (id int64, err error) {
	if err := r.tickets.Tell(ctx, tx, ticket, tickets.Changed{Name: "survey_asked", To: way}); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into surveys (ticket_id, questionnaire_id, questions, way, asked_by)
		select $1, id, questions, $3, nullif($4::bigint, 0) from questionnaires where id = $2 and not retired returning id`, ticket, questionnaire, way, tx.By.ID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.BadField("questionnaire_id", "unknown_questionnaire")
	}
	return id, wrap("ask", err)
}

// Evaluation is what a customer answered.
type Evaluation struct {
	Answers    map[string]int
	Words      string
	AnsweredBy string    // of the customer's people; empty: the ticket's contact
	At         time.Time // when; zero: now
	Evaluator  int64     // who wrote it down; 0: whoever acts, where it is an agent
}

// Evaluate writes down what a customer answered, on paper or face to face: a survey that is asked and answered at once.
func (r *Requests) Evaluate(ctx context.Context, by authority.Actor, ticket, questionnaire int64, e Evaluation) (s Survey, err error) {
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "survey.ask", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		id, err := r.Pose(ctx, tx, ticket, questionnaire, "hand")
		if err != nil {
			return err
		}
		if err := tx.Allow(ctx, authority.Act{Name: "survey.answer", Object: fmt.Sprint("survey:", id)}); err != nil {
			return err
		}
		s, err = r.Answered(ctx, tx, id, e)
		tx.Return(s)
		return err
	})
	return s, err
}

// AnswerSurvey writes down what a customer answered to a survey that was asked before, such as by phone.
func (r *Requests) AnswerSurvey(ctx context.Context, by authority.Actor, id int64, e Evaluation) (s Survey, err error) {
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "survey.answer", Object: fmt.Sprint("survey:", id)}); err != nil {
			return err
		}
		s, err = r.Answered(ctx, tx, id, e)
		tx.Return(s)
		return err
	})
	return s, err
}

// Answered keeps the answers to a survey; one that has answers is fault.Conflict "survey_answered". A low score opens a
// follow-up. A part: the caller has allowed "survey.answer".
func (r *Requests) Answered(ctx context.Context, tx *authority.Tx, id int64, e Evaluation) (Survey, error) {
	was, err := lockSurvey(ctx, tx, id)
	if err != nil {
		return was, err
	}
	got, err := score(was.Questions, e.Answers)
	if err != nil {
		return was, err
	}
	if e.At.IsZero() {
		e.At = tx.Now()
	}
	if e.At.Year() < 1970 || e.At.After(tx.Now().Add(time.Hour)) {
		return was, fault.BadField("at", "not_past")
	}
	if e.Evaluator == 0 && tx.By.Kind == authority.Agent {
		e.Evaluator = tx.By.ID
	}
	if err := checkEvaluator(ctx, tx, e.Evaluator); err != nil {
		return was, err
	}
	e.Words, e.AnsweredBy = strings.TrimSpace(plain.Text(e.Words, 5000)), plain.Line(e.AnsweredBy, 200)
	_, err = tx.Exec(ctx, `update surveys s set answered_at = $2, answers = $3, score = $4, full_score = $5, percent = $6::text::numeric, words = $7, evaluator_id = nullif($9::bigint, 0),
			answered_by = coalesce(nullif($8, ''), (select c.name from tickets t join contacts c on c.id = t.contact_id where t.id = s.ticket_id), '') where id = $1`,
		id, e.At, e.Answers, got.Points, got.Full, got.Percent.String(), e.Words, e.AnsweredBy, e.Evaluator)
	if err != nil {
		return was, wrap("keep the answers", err)
	}
	if err := r.tickets.Tell(ctx, tx, was.Ticket, tickets.Changed{Name: "survey_answered", To: fmt.Sprintf("%d/%d", got.Points, got.Full)}); err != nil {
		return was, err
	}
	tx.Emit("survey.answered", fmt.Sprint("survey:", id), fmt.Sprint("ticket:", was.Ticket))
	if was.Task != nil {
		if err := r.called(ctx, tx, *was.Task); err != nil {
			return was, err
		}
	}
	if err := r.followUp(ctx, tx, was, got, e.Words); err != nil {
		return was, err
	}
	return readSurvey(ctx, tx, id)
}

// lockSurvey reads a survey that waits for its answers.
func lockSurvey(ctx context.Context, tx *authority.Tx, id int64) (s Survey, err error) {
	var done bool
	if err := tx.QueryRow(ctx, `select answered_at is not null from surveys where id = $1 for update`, id).Scan(&done); err != nil {
		return s, missing(err, "survey")
	}
	if done {
		return s, fault.New(fault.Conflict, "survey_answered")
	}
	return readSurvey(ctx, tx, id)
}

func readSurvey(ctx context.Context, q authority.Query, id int64) (Survey, error) {
	rows, err := q.Query(ctx, `select `+surveyColumns+` where s.id = $1`, id)
	if err != nil {
		return Survey{}, wrap("survey", err)
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSurvey)
	return s, missing(err, "survey")
}

func checkEvaluator(ctx context.Context, q authority.Query, agent int64) error {
	var known bool
	if err := q.QueryRow(ctx, `select $1 = 0 or exists (select from agents where id = $1)`, agent).Scan(&known); err != nil {
		return wrap("evaluator", err)
	}
	if !known {
		return fault.BadField("evaluator_id", "unknown_agent")
	}
	return nil
}
