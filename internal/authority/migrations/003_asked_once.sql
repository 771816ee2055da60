-- A request that was answered with an approval is not asked again under its key.
alter table idempotency add column approval_id bigint references approvals;
