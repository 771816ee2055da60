-- Tasks: what somebody does for a service request, on site, at the bench, from afar or by phone.

create domain task_mode as text check (value in ('on_site', 'bench', 'remote', 'phone'));
create domain task_state as text check (value in ('planned', 'accepted', 'started', 'done', 'failed', 'cancelled'));

create table tasks (
	id            bigint generated always as identity primary key,
	ticket_id     bigint not null references tickets,
	created_by    bigint references agents,             -- null: the program
	client_id     varchar(64) check (client_id <> ''),  -- the planner's own name for it: the same again is the same task
	subject       varchar(500) not null check (subject <> ''),
	mode          task_mode not null,
	state         task_state not null default 'planned',
	doer_id       bigint references agents,             -- null: nobody yet
	wanted_at     timestamptz,                          -- when the customer wants it
	planned_at    timestamptz,
	planned_until timestamptz,
	started_at    timestamptz,
	ended_at      timestamptz,
	parts         jsonb not null default '[]',          -- to carry: [{"name", "number", "quantity"}]
	remark        varchar(5000) not null default '',
	remind_at     timestamptz,
	reminded_at   timestamptz,
	version       int not null default 1,
	created_at    timestamptz not null default now(),
	updated_at    timestamptz not null default now(),
	place_at      timestamptz generated always as (coalesce(planned_at, wanted_at, created_at)) stored, -- its place in a doer's day
	check (planned_until >= planned_at),
	check (ended_at >= started_at),
	unique (created_by, client_id)
);
create index on tasks (ticket_id, id);
create index tasks_of_doer on tasks (doer_id, place_at, id);
create index tasks_nobodys on tasks (place_at, id) where doer_id is null;
create index tasks_to_remind on tasks (remind_at) where remind_at is not null and reminded_at is null;

-- task_steps: what was sent for a task by a program that sends again when it heard no answer.
create table task_steps (
	task_id   bigint not null references tasks,
	client_id varchar(64) not null check (client_id <> ''),
	at        timestamptz not null default now(),
	primary key (task_id, client_id)
);

-- task_files: photos and signatures. They hang on a note of the ticket as all files do.
create table task_files (
	attachment_id bigint primary key references attachments,
	task_id       bigint not null references tasks,
	kind          text not null check (kind in ('photo', 'signature', 'other')),
	signer        varchar(200) not null default ''      -- of a signature: who signed
);
create index on task_files (task_id);

-- Whoever does a task sees its ticket, also where that is in a queue of another team; a week longer than the task, to report.
-- It runs as its owner: the policies of tasks look at tickets, and would look at themselves.
create function my_task_tickets() returns bigint[] language sql stable security definer set search_path from current as $$
	select array(select ticket_id from tasks where doer_id = my_agent() and my_agent() > 0
		and (state in ('planned', 'accepted', 'started') or ended_at > now() - interval '7 days'))
$$;
alter policy seen on tickets using (
	(select sees_all()) or queue_id = any ((select my_queues())::bigint[]) or assignee_id = (select my_agent()) or id = any ((select my_task_tickets())::bigint[]));
alter policy kept on tickets using (
	(select sees_all()) or queue_id = any ((select my_queues())::bigint[]) or assignee_id = (select my_agent()) or id = any ((select my_task_tickets())::bigint[]));

alter table tasks enable row level security;
create policy seen on tasks using (
	(select sees_all()) or doer_id = (select my_agent()) or exists (select from tickets t where t.id = ticket_id)) with check (true);
alter table task_steps enable row level security;
create policy seen on task_steps using (exists (select from tasks t where t.id = task_id)) with check (true);
alter table task_files enable row level security;
create policy seen on task_files using (exists (select from tasks t where t.id = task_id)) with check (true);

select guard('tasks'), guard('task_steps'), guard('task_files');
grant select, insert, update on tasks, task_steps, task_files to frontline_app;

select permit('task.plan', '{system:jobs,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('task.change', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('task.remind', '{system:jobs}');
