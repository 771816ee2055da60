-- From River (https://riverqueue.com), Mozilla Public License 2.0. Made by go generate.

-- No-op. Postgres sequences already prevent automatically generated job IDs
-- from being reused.
SELECT 1;
