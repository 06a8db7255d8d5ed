set role liaison_owner;

create table idempotency_record (
  principal uuid not null,
  key text not null,
  operation text not null,
  request_hash bytea not null,
  status integer,
  headers jsonb,
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (principal, key)
);
comment on table idempotency_record is 'The final answer of a POST, kept 24 hours under the caller''s Idempotency-Key, written in the transaction of the work.';
create index on idempotency_record (created_at);
call private.protect('idempotency_record');
create policy own on idempotency_record to liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest
  using (principal = (select access.context_id('actor_id'))) with check (principal = (select access.context_id('actor_id')));
grant select, insert, update on idempotency_record to liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest;
create policy sweeping on idempotency_record to liaison_job using (true);
grant select, delete on idempotency_record to liaison_job;

create table outbox (
  id uuid primary key default uuidv7(),
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  payload jsonb not null,
  created_at timestamptz not null default now()
);
comment on table outbox is 'Work that a transaction asks for: mails, webhooks, jobs. Read by xid below the oldest running transaction, never by id.';
create index on outbox (xid, id);
call private.protect('outbox');
create policy asking on outbox for insert to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest with check ((select access.context_plane()) is not null);
grant insert (topic, payload) on outbox to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest;
create policy dispatching on outbox to liaison_job using (true) with check (true);
grant select, insert, update, delete on outbox to liaison_job;

create table mail_message (
  id uuid primary key default uuidv7(),
  recipient text not null,
  subject text not null,
  body_text text not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  outcome text
);
comment on table mail_message is 'Mails as they were handed to the transport; in development this table is the mailbox.';
call private.protect('mail_message');
create policy sending on mail_message to liaison_job using (true) with check (true);
grant select, insert, update, delete on mail_message to liaison_job;
create policy development_reads on mail_message for select to liaison_auth using (true);
grant select on mail_message to liaison_auth;

create unlogged table rate_limit_log (
  key text primary key,
  hits bigint[] not null
) with (fillfactor = 50, toast_tuple_target = 8160);
-- A log of several hundred admissions stays in its row, uncompressed: it is read and written at every call of its key.
alter table rate_limit_log alter column hits set storage external;
comment on table rate_limit_log is 'The admission times of each limited key, in microseconds. Unlogged: after a crash every window starts empty.';
alter table rate_limit_log enable row level security;
alter table rate_limit_log force row level security;
create policy deciding on rate_limit_log to liaison_authz using (true) with check (true);
grant select, insert, update, delete on rate_limit_log to liaison_authz;

reset role;
