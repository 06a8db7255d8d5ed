set role liaison_owner;

create table partner_application (
  id uuid primary key default uuidv7(),
  reference text not null unique check (reference ~ '^PA-[0-9A-HJKMNP-TV-Z]{8}$'),
  organisation text not null check (char_length(organisation) between 1 and 200),
  kind text not null check (kind in ('referral', 'reseller', 'wholesaler', 'msp', 'enterprise_hq', 'auditor', 'white_label')),
  website text check (char_length(website) <= 200),
  contact_name text not null check (char_length(contact_name) between 1 and 200),
  contact_email text not null check (contact_email = lower(contact_email) and char_length(contact_email) <= 254),
  purpose text not null check (char_length(purpose) between 1 and 2000),
  status text not null default 'unconfirmed' check (status in ('unconfirmed', 'submitted', 'approved', 'declined')),
  token_hash bytea not null unique,
  token_ends_at timestamptz not null default now() + interval '1 day',
  created_at timestamptz not null default now(),
  confirmed_at timestamptz,
  decided_at timestamptz,
  decided_by uuid,
  decided_by_name text,
  decision_reason text check (char_length(decision_reason) <= 500),
  partner_id uuid references partner (id),
  check ((status = 'unconfirmed') = (confirmed_at is null)),
  check ((status in ('approved', 'declined')) = (decided_at is not null and decided_by is not null)),
  check ((status = 'approved') = (partner_id is not null)),
  check (status <> 'declined' or decision_reason is not null)
);
comment on table partner_application is 'An organisation that asks to become a partner. Nobody looks at it before the address it names was confirmed.';
comment on column partner_application.token_hash is 'The digest of the token in the mail by which the address is confirmed.';
create index on partner_application (status, confirmed_at);
create index on partner_application (contact_email, created_at);
create index on partner_application (partner_id);
call private.protect('partner_application');
call private.audit_changes('partner_application', false);

create policy applying on partner_application for insert to liaison_auth with check ((select access.context_plane()) = 'auth' and status = 'unconfirmed');
create policy applying_read on partner_application for select to liaison_auth using ((select access.context_plane()) = 'auth');
create policy confirming on partner_application for update to liaison_auth
  using ((select access.context_plane()) = 'auth' and status = 'unconfirmed' and token_ends_at > statement_timestamp()) with check (status = 'submitted');
grant select (id, reference, organisation, contact_email, status, token_hash, token_ends_at, created_at), insert (reference, organisation, kind, website, contact_name, contact_email, purpose, token_hash),
  update (status, confirmed_at) on partner_application to liaison_auth;

create policy provider_read on partner_application for select to liaison_platform using ((select access.context_plane()) = 'platform' and status <> 'unconfirmed');
create policy deciding_application on partner_application for update to liaison_platform
  using ((select access.context_plane()) = 'platform' and status = 'submitted') with check (status in ('approved', 'declined') and decided_by = (select access.context_id('actor_id')));
grant select, update (status, decided_at, decided_by, decided_by_name, decision_reason, partner_id) on partner_application to liaison_platform;

create policy tidying on partner_application for delete to liaison_job using ((select access.context_plane()) = 'system' and status = 'unconfirmed' and token_ends_at < statement_timestamp());
create policy tidying_read on partner_application for select to liaison_job using ((select access.context_plane()) = 'system' and status = 'unconfirmed');
grant select (id, status, token_ends_at), delete on partner_application to liaison_job;

create policy own_application on partner_application for select to liaison_program using (partner_id = (select access.own_partner()));
grant select (id, partner_id, confirmed_at, decided_at) on partner_application to liaison_program;

reset role;
