package ticketpage

import (
	"context"
	"errors"
	"strconv"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/request"

	"github.com/jackc/pgx/v5"
)

// SurveyAsked is what a customer is asked about the service.
type SurveyAsked struct {
	ID        int64                    `json:"id"`
	Questions []request.SurveyQuestion `json:"questions"`
}

// asked is the ticket's survey that waits for its customer; nil where none does.
func (p *Pages) asked(ctx context.Context, q authority.Query, ticket int64) (*SurveyAsked, error) {
	s, err := p.o.Surveys.OpenSurvey(ctx, q, ticket)
	if err != nil || s == nil {
		return nil, err
	}
	return &SurveyAsked{s.ID, s.Questions}, nil
}

// AskSurvey asks the customer of a ticket how content he was: a link to the page with the questions goes to him where he speaks
// to us, in a mail or in the chat.
func (p *Pages) AskSurvey(ctx context.Context, by authority.Actor, ticket, questionnaire int64) (message int64, err error) {
	err = p.o.Gate.Do(ctx, by, func(tx *authority.Tx) error {
		l, err := p.make(ctx, tx, ticket, usualDays)
		if err != nil {
			return err
		}
		if err := tx.Allow(ctx, authority.Act{Name: "survey.ask", Object: object(ticket)}); err != nil {
			return err
		}
		var way, words string
		err = tx.QueryRow(ctx, `select case t.channel when 'chat' then 'chat' else 'link' end,
				case when c.language not in ('', 'zh') and n.intro_en <> '' then n.intro_en else n.intro end
			from tickets t join contacts c on c.id = t.contact_id, questionnaires n where t.id = $1 and n.id = $2`, ticket, questionnaire).Scan(&way, &words)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.BadField("questionnaire_id", "unknown_questionnaire")
		}
		if err != nil {
			return wrap("ask", err)
		}
		if _, err := p.o.Surveys.Pose(ctx, tx, ticket, questionnaire, way); err != nil {
			return err
		}
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(ticket)}); err != nil {
			return err
		}
		message, err = p.o.Tickets.Answer(ctx, tx, tickets.Reply{Ticket: ticket, Text: words + "\n\n" + l.URL, PassesOn: true})
		tx.Return(tickets.Added{ID: message})
		return err
	})
	return message, err
}

// Opinion is what a customer answers by his link.
type Opinion struct {
	Survey  int64          `json:"survey" minimum:"1" doc:"The survey's id"`
	Answers map[string]int `json:"answers" doc:"By the question's key, from 0 to its scale"`
	Words   string         `json:"words,omitempty" maxLength:"5000"`
}

// Evaluate keeps what a customer answers by his link to what he was asked; once.
func (p *Pages) Evaluate(ctx context.Context, token string, a Opinion) error {
	o, err := p.holder(ctx, token)
	if err != nil {
		return err
	}
	if err := p.replies.Take(o.page); err != nil {
		return err
	}
	return p.o.Gate.Do(ctx, authority.ContactActor(o.contact, o.name), func(tx *authority.Tx) error {
		act := authority.Act{Name: "survey.answer", Object: "survey:" + strconv.FormatInt(a.Survey, 10), Reason: "by link " + strconv.FormatInt(o.page, 10), Unveiled: true}
		if err := tx.Allow(ctx, act); err != nil {
			return err
		}
		var theirs bool
		if err := tx.QueryRow(ctx, `select exists (select from surveys where id = $1 and ticket_id = $2 and way in ('link', 'chat'))`, a.Survey, o.ticket).Scan(&theirs); err != nil {
			return wrap("survey of the link", err)
		}
		if !theirs {
			return fault.New(fault.NotFound, "not_found", "what", "survey")
		}
		_, err := p.o.Surveys.Answered(ctx, tx, a.Survey, request.Evaluation{Answers: a.Answers, Words: a.Words, AnsweredBy: o.name})
		return err
	})
}
