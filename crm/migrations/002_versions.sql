-- Counts the edits of a contact, so that one who edits what somebody else has changed meanwhile is told.
alter table contacts add column version int not null default 1;
