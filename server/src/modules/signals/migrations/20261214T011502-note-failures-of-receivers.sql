set role liaison_owner;

-- When a push failed last: a failure that nothing followed for hours says nothing about one now.
alter table signal_health add column last_failure_at timestamptz;

reset role;
