-- A password that somebody else chose is for the first sign-in only: it is replaced there, or opens nothing.
alter table credentials add column password_once boolean not null default false;
