package request

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/web"
	"frontline/tickets"
)

type questionnaireBody struct {
	Name        string           `json:"name" minLength:"1" maxLength:"100"`
	NameEn      string           `json:"name_en,omitempty" maxLength:"100"`
	Intro       string           `json:"intro" minLength:"1" maxLength:"2000" doc:"What comes before the link or the first question"`
	IntroEn     string           `json:"intro_en,omitempty" maxLength:"2000"`
	Questions   []SurveyQuestion `json:"questions" minItems:"1" maxItems:"50"`
	LowPercent  *float64         `json:"low_percent,omitempty" minimum:"0" maximum:"100" doc:"An answer below it opens a follow-up; absent: none does"`
	FollowQueue *int64           `json:"follow_queue_id,omitempty" minimum:"1" doc:"Where the follow-up goes; absent: the ticket's own queue"`
	Retired     bool             `json:"retired,omitempty"`
}

func (b questionnaireBody) questionnaire(id int64) Questionnaire {
	return Questionnaire{id, b.Name, b.NameEn, b.Intro, b.IntroEn, b.Questions, b.LowPercent, b.FollowQueue, b.Retired}
}

// SurveyAnswers are what a customer answered, as it is sent.
type SurveyAnswers struct {
	Answers    map[string]int `json:"answers" doc:"By the question's key, from 0 to its scale; a question that is left out counts on neither side"`
	Words      string         `json:"words,omitempty" maxLength:"5000"`
	AnsweredBy string         `json:"answered_by,omitempty" maxLength:"200" doc:"Of the customer's people; absent: the ticket's contact"`
	At         time.Time      `json:"at,omitzero" doc:"When; absent: now"`
	Evaluator  int64          `json:"evaluator_id,omitempty" minimum:"1" doc:"Who wrote it down; absent: the caller"`
}

func (a SurveyAnswers) evaluation() Evaluation {
	return Evaluation{a.Answers, a.Words, a.AnsweredBy, a.At, a.Evaluator}
}

func (r *Requests) surveyRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/questionnaires", ID: "list-questionnaires", Tag: tag, Summary: "What customers are asked about the service"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Questionnaire], error) {
			found, err := r.Questionnaires(ctx, by)
			return web.Page[Questionnaire]{Items: found}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/questionnaires", ID: "add-questionnaire", Tag: tag, Summary: "Make a questionnaire", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body questionnaireBody }) (tickets.Added, error) {
			id, err := r.SaveQuestionnaire(ctx, by, in.Body.questionnaire(0))
			return tickets.Added{ID: id}, err
		})
	web.Command(w, web.Op{Method: "PUT", Path: "/questionnaires/{id}", ID: "edit-questionnaire", Tag: tag, Summary: "Change a questionnaire; what was asked stays as it was"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body questionnaireBody
		},
		) (tickets.Added, error) {
			id, err := r.SaveQuestionnaire(ctx, by, in.Body.questionnaire(in.ID))
			return tickets.Added{ID: id}, err
		})
	web.Query(w, web.Op{Method: "GET", Path: "/tickets/{id}/surveys", ID: "ticket-surveys", Tag: tag, Summary: "What the customer of a ticket was asked about the service, and answered"},
		func(ctx context.Context, by authority.Actor, in *one) (web.Page[Survey], error) {
			found, err := r.Surveys(ctx, by, in.ID)
			return web.Page[Survey]{Items: found}, err
		})
	web.Command(w, web.Op{
		Method: "POST", Path: "/tickets/{id}/surveys", ID: "evaluate-ticket", Tag: tag, Summary: "Write down what a customer answered on paper or face to face", Status: 201,
		Doc: "A score below the questionnaire's low_percent opens a follow-up.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Questionnaire int64 `json:"questionnaire_id" minimum:"1"`
			SurveyAnswers
		}
	},
	) (Survey, error) {
		return r.Evaluate(ctx, by, in.ID, in.Body.Questionnaire, in.Body.evaluation())
	})
	web.Command(w, web.Op{Method: "POST", Path: "/surveys/{id}/answers", ID: "answer-survey", Tag: tag, Summary: "Write down what a customer answered to what he was asked, such as by phone"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body SurveyAnswers
		},
		) (Survey, error) {
			return r.AnswerSurvey(ctx, by, in.ID, in.Body.evaluation())
		})
}

func (r *Requests) revisitRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/revisits", ID: "list-revisits", Tag: tag, Summary: "Samples of closed tickets that were drawn, and what their customers answered"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Revisit], error) {
			found, err := r.Revisits(ctx, by)
			return web.Page[Revisit]{Items: found}, err
		})
	web.Command(w, web.Op{
		Method: "POST", Path: "/revisits", ID: "draw-revisit", Tag: tag, Summary: "Draw a sample of closed tickets by a rule, and give out the calls as tasks", Status: 201,
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Body struct {
			Name          string     `json:"name" minLength:"1" maxLength:"100" doc:"Also the subject of the calls"`
			Questionnaire int64      `json:"questionnaire_id" minimum:"1"`
			Rule          SampleRule `json:"rule"`
			Callers       []int64    `json:"callers,omitempty" maxItems:"100" doc:"Who calls, in turn; absent: nobody yet"`
			WantedAt      time.Time  `json:"wanted_at,omitzero" doc:"When the calls are to be made"`
		}
	},
	) (Revisit, error) {
		b := in.Body
		return r.Revisit(ctx, by, Draw{b.Name, b.Questionnaire, b.Rule, b.Callers, b.WantedAt})
	})
}
