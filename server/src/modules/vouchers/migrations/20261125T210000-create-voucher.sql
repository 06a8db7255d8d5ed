set role liaison_owner;

create table voucher_type (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  code text not null check (code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
  label text not null check (char_length(label) between 1 and 80),
  valid_days integer not null default 30 check (valid_days between 1 and 3650),
  duplicate_window_days integer not null default 90 check (duplicate_window_days between 0 and 3650),
  duplicate_policy text not null default 'refuse' check (duplicate_policy in ('refuse', 'review', 'allow')),
  yearly_reset text check (yearly_reset is null or (yearly_reset ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' and make_date(2023, substr(yearly_reset, 1, 2)::integer, substr(yearly_reset, 4, 2)::integer) is not null)),
  keep_recipient_days integer not null default 180 check (keep_recipient_days between 1 and 3650),
  is_active boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);
comment on table voucher_type is 'What a tenant''s vouchers are for, how long they are good, and what happens when the same person asks again (E9).';
comment on column voucher_type.duplicate_policy is 'refuse: a second voucher for one person is refused to the agency that issued the first, and waits for review elsewhere. review: every voucher waits for review. allow: nothing is compared.';
comment on column voucher_type.yearly_reset is 'Month and day, MM-DD, on which everybody may have another voucher whatever the window says.';
comment on column voucher_type.keep_recipient_days is 'How long names and dates of birth of recipients are kept after the voucher was asked for (E13).';
call private.protect('voucher_type');
call private.audit_changes('voucher_type', true);
create trigger set_updated_at before update on voucher_type for each row execute function private.set_updated_at();
create policy readable on voucher_type for select to liaison_tenant using (tenant_id in (select access.reach('voucher_type', 'select')));
create policy insertable on voucher_type for insert to liaison_tenant with check (tenant_id in (select access.reach('voucher_type', 'insert')));
create policy updatable on voucher_type for update to liaison_tenant
  using (tenant_id in (select access.reach('voucher_type', 'update'))) with check (tenant_id in (select access.reach('voucher_type', 'update')));
grant select on voucher_type to liaison_tenant;
grant insert (tenant_id, code, label, valid_days, duplicate_window_days, duplicate_policy, yearly_reset, keep_recipient_days, is_active) on voucher_type to liaison_tenant;
grant update (label, valid_days, duplicate_window_days, duplicate_policy, yearly_reset, keep_recipient_days, is_active, version) on voucher_type to liaison_tenant;

create table voucher (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  code text not null check (code ~ '^[0-9A-HJKMNP-TV-Z]{12}$'),
  voucher_type_id uuid not null,
  status text not null check (status in ('pending_review', 'issued', 'redeemed', 'expired', 'voided', 'declined')),
  agency_id uuid,
  agency_name text,
  form_token_id uuid,
  agency_key_id uuid,
  issuer_mode text not null check (issuer_mode in ('form', 'agency_key', 'staff')),
  issued_by uuid,
  issued_by_label text check (char_length(issued_by_label) between 1 and 200),
  requested_at timestamptz not null default statement_timestamp(),
  issued_at timestamptz,
  expires_at timestamptz,
  redeemed_at timestamptz,
  redeemed_place text check (char_length(redeemed_place) between 1 and 60),
  receipt_id text check (char_length(receipt_id) between 1 and 60),
  gross_minor bigint check (gross_minor between 0 and 9007199254740991),
  currency text check (currency ~ '^[A-Z]{3}$'),
  ended_at timestamptz,
  moved_at timestamptz not null default now(),
  moved_by uuid,
  moved_by_name text,
  move_note text check (char_length(move_note) between 1 and 500),
  version integer not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  foreign key (tenant_id, voucher_type_id) references voucher_type (tenant_id, id),
  foreign key (tenant_id, agency_id) references agency (tenant_id, id),
  foreign key (tenant_id, agency_id, form_token_id) references form_token (tenant_id, agency_id, id),
  foreign key (tenant_id, agency_id, agency_key_id) references agency_key (tenant_id, agency_id, id),
  check ((issuer_mode = 'form') = (form_token_id is not null) and (issuer_mode = 'agency_key') = (agency_key_id is not null)),
  check ((issuer_mode = 'staff') = (agency_id is null) and (agency_id is null) = (agency_name is null)),
  check ((status in ('pending_review', 'declined')) = (issued_at is null) and (issued_at is null) = (expires_at is null)),
  check (expires_at > issued_at),
  check ((status = 'redeemed') = (redeemed_at is not null) and (redeemed_at is null) = (receipt_id is null)),
  check (redeemed_at is not null or num_nonnulls(redeemed_place, gross_minor) = 0),
  check ((gross_minor is null) = (currency is null)),
  check ((status in ('expired', 'voided', 'declined')) = (ended_at is not null)),
  check (status not in ('voided', 'declined') or move_note is not null)
);
comment on table voucher is 'A promise of a tenant to somebody, known by its code: issued by an agency''s form or server, or by the tenant''s own people; good once, until it expires (E9).';
comment on column voucher.code is '11 characters of chance (55 bits) and a check character, in Crockford''s base32.';
comment on column voucher.agency_id is 'Whose doing it is: never changed, and never taken from what a caller says (E2, E10).';
comment on column voucher.agency_name is 'The name as it was when the voucher was asked for.';
comment on column voucher.expires_at is 'The first instant at which it is no longer good, whatever a job has noted: the end of the last day in the tenant''s time zone.';
comment on column voucher.moved_by is 'Who made the newest move; every move is in voucher_event.';
create index voucher_of_agency on voucher (tenant_id, agency_id, code);
create index voucher_newest on voucher (tenant_id, requested_at desc, id desc);
create index voucher_by_state on voucher (tenant_id, status, requested_at desc);
create index voucher_running on voucher (expires_at) where status = 'issued';
create index on voucher (tenant_id, voucher_type_id);
call private.protect('voucher');
call private.audit_changes('voucher', true);
create policy readable on voucher for select to liaison_tenant using (tenant_id in (select access.reach('voucher', 'select')));
create policy insertable on voucher for insert to liaison_tenant with check (tenant_id in (select access.reach('voucher', 'insert')));
create policy updatable on voucher for update to liaison_tenant
  using (tenant_id in (select access.reach('voucher', 'update'))) with check (tenant_id in (select access.reach('voucher', 'update')));
create policy own_work on voucher for select to liaison_job using ((select access.context_plane()) = 'system');
create policy expiring on voucher for update to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on voucher to liaison_tenant, liaison_job;
grant insert (tenant_id, code, voucher_type_id, status, issuer_mode) on voucher to liaison_tenant;
grant update (status, redeemed_place, receipt_id, gross_minor, currency, move_note) on voucher to liaison_tenant;
grant update (status) on voucher to liaison_job;

create table voucher_recipient (
  tenant_id uuid not null,
  voucher_id uuid not null,
  first_name text check (char_length(first_name) between 1 and 80),
  last_name text check (char_length(last_name) between 1 and 80),
  date_of_birth date,
  household_adults integer check (household_adults between 0 and 20),
  household_children integer check (household_children between 0 and 20),
  identity_key bytea not null check (octet_length(identity_key) = 32),
  purge_after timestamptz not null,
  purged_at timestamptz,
  primary key (tenant_id, voucher_id),
  foreign key (tenant_id, voucher_id) references voucher (tenant_id, id),
  check (case when purged_at is null then num_nulls(first_name, last_name, date_of_birth, household_adults, household_children) = 0
    else num_nonnulls(first_name, last_name, date_of_birth, household_adults, household_children) = 0 end)
);
comment on table voucher_recipient is 'For whom a voucher is. The only place with personal data of recipients; a form can write it and never read it (E13).';
comment on column voucher_recipient.identity_key is 'A keyed digest of tenant, type, normalised names and date of birth: finds a second voucher for the same person also after the names are gone.';
create index voucher_recipient_identity on voucher_recipient (tenant_id, identity_key);
create index voucher_recipient_names on voucher_recipient (tenant_id, lower(last_name), lower(first_name));
create index voucher_recipient_due on voucher_recipient (purge_after) where purged_at is null;
call private.protect('voucher_recipient');
call private.audit_changes('voucher_recipient', true);
create policy readable on voucher_recipient for select to liaison_tenant using (tenant_id in (select access.reach('voucher', 'select')));
create policy insertable on voucher_recipient for insert to liaison_tenant with check (tenant_id in (select access.reach('voucher', 'insert')));
create policy own_work on voucher_recipient for select to liaison_job using ((select access.context_plane()) = 'system');
create policy purging on voucher_recipient for update to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on voucher_recipient to liaison_tenant;
grant insert (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after) on voucher_recipient to liaison_tenant;
grant select (tenant_id, voucher_id, purge_after, purged_at), update (first_name, last_name, date_of_birth, household_adults, household_children, purged_at) on voucher_recipient to liaison_job;

create table voucher_event (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  voucher_id uuid not null,
  at timestamptz not null default statement_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  side text not null check (side in ('agency', 'tenant', 'clock')),
  actor_name text,
  note text,
  receipt_id text,
  place text,
  primary key (tenant_id, id),
  foreign key (tenant_id, voucher_id) references voucher (tenant_id, id)
);
comment on table voucher_event is 'What happened to a voucher, written by the trigger that enforces its moves: never changed, and without personal data of recipients.';
create index on voucher_event (tenant_id, voucher_id, at, id);
call private.protect('voucher_event');
create policy readable on voucher_event for select to liaison_tenant using (tenant_id in (select access.reach('voucher', 'select')));
create policy keeping on voucher_event for insert to liaison_authz with check (true);
grant insert on voucher_event to liaison_authz;
grant select on voucher_event to liaison_tenant;
create trigger append_only before update or delete on voucher_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on voucher_event for each statement execute function private.refuse_change();
create trigger no_truncate before truncate on voucher for each statement execute function private.refuse_change();

-- An agency's form or server: the types of its tenant, its own vouchers without what the till noted, and no recipient once written. A second,
-- restrictive policy bounds it to its agency whatever policies come later.
create policy offered on voucher_type for select to liaison_embed using (tenant_id = (select access.context_id('tenant_id')) and (select access.context_id('agency_id')) is not null);
grant select (tenant_id, id, code, label, valid_days, duplicate_window_days, duplicate_policy, yearly_reset, keep_recipient_days, is_active) on voucher_type to liaison_embed;
create policy own_agency on voucher for select to liaison_embed using (tenant_id = (select access.context_id('tenant_id')) and agency_id = (select access.context_id('agency_id')));
create policy own_agency_insert on voucher for insert to liaison_embed
  with check (tenant_id = (select access.context_id('tenant_id')) and agency_id = (select access.context_id('agency_id'))
    and coalesce(form_token_id, agency_key_id) = (select access.context_id('delegation_id')));
create policy never_foreign on voucher as restrictive to liaison_embed
  using (tenant_id = (select access.context_id('tenant_id')) and agency_id = (select access.context_id('agency_id')))
  with check (tenant_id = (select access.context_id('tenant_id')) and agency_id = (select access.context_id('agency_id')));
grant select (tenant_id, id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at) on voucher to liaison_embed;
grant insert (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, agency_key_id, issuer_mode, issued_by_label) on voucher to liaison_embed;
create policy own_agency_insert on voucher_recipient for insert to liaison_embed
  with check (tenant_id = (select access.context_id('tenant_id')) and exists (
    select from voucher v where v.tenant_id = voucher_recipient.tenant_id and v.id = voucher_recipient.voucher_id and v.agency_id = (select access.context_id('agency_id'))));
grant insert (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after) on voucher_recipient to liaison_embed;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('voucher', 'pending_review', 'issued', 'approve', 'tenant'),
  ('voucher', 'pending_review', 'declined', 'decline', 'tenant'),
  ('voucher', 'issued', 'redeemed', 'redeem', 'tenant'),
  ('voucher', 'issued', 'voided', 'void', 'tenant'),
  ('voucher', 'issued', 'expired', 'expire', 'clock'),
  ('voucher', 'redeemed', 'issued', 'reverse', 'tenant');
alter table state_transition force row level security;

reset role;
