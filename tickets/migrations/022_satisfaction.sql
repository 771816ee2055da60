-- Satisfaction: what customers are asked about the service, what they answered, and what follows from it.

create table questionnaires (
	id           bigint generated always as identity primary key,
	name         varchar(100) not null unique check (name <> ''),
	name_en      varchar(100) not null default '',
	intro        varchar(2000) not null check (intro <> ''),      -- what comes before the link or the first question
	intro_en     varchar(2000) not null default '',
	questions    jsonb not null,                                  -- [{"key", "text", "text_en", "scale", "weight"}]
	low_percent  numeric(5,2) check (low_percent between 0 and 100), -- an answer below opens a follow-up; null: none does
	follow_queue bigint,                                          -- where that goes; null: the ticket's own queue
	retired      boolean not null default false
);

-- revisits: samples of closed tickets whose customers are called.
create table revisits (
	id               bigint generated always as identity primary key,
	name             varchar(100) not null check (name <> ''),
	questionnaire_id bigint not null references questionnaires,
	rule             jsonb not null,
	drawn_from       int not null default 0,                      -- how many tickets the rule fitted
	created_by       bigint references agents,
	created_at       timestamptz not null default now()
);

create domain survey_way as text check (value in ('link', 'chat', 'phone', 'hand'));
create table surveys (
	id               bigint generated always as identity primary key,
	ticket_id        bigint not null references tickets,
	questionnaire_id bigint not null references questionnaires,
	questions        jsonb not null,                              -- as they were when it was asked
	way              survey_way not null,
	asked_by         bigint references agents,
	asked_at         timestamptz not null default now(),
	answered_at      timestamptz,
	answers          jsonb not null default '{}',                 -- by question: a number from 0 to its scale
	score            numeric,
	full_score       numeric,
	percent          numeric(5,2),
	words            varchar(5000) not null default '',
	answered_by      varchar(200) not null default '',            -- of the customer's people
	evaluator_id     bigint references agents,                    -- who wrote the answers down; null: the customer himself
	follow_up_id     bigint references tickets,
	revisit_id       bigint references revisits,
	task_id          bigint references tasks,                     -- the call
	check ((answered_at is null) = (percent is null) and score between 0 and full_score)
);
create index on surveys (ticket_id, id);
create index on surveys (revisit_id) where revisit_id is not null;

-- A queue's tickets are closed only when their customer was asked and has answered.
alter table queues add column survey_required boolean not null default false;

alter table surveys enable row level security;
create policy seen on surveys using (exists (select from tickets t where t.id = ticket_id)) with check (true);

select guard('questionnaires'), guard('revisits'), guard('surveys');
grant select, insert, update on questionnaires, revisits, surveys to frontline_app;

select permit('questionnaire.edit', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('survey.ask', '{system:jobs,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('survey.answer', '{contact,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('revisit.draw', '{supervisor,manager,admin}');
