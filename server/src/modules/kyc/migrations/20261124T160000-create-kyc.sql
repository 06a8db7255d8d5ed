set role liaison_owner;

create table kyc_case (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  end_user_id uuid not null,
  target_role text not null check (target_role in ('basic', 'advanced', 'company')),
  provider text not null check (provider in ('manual', 'simulated')),
  provider_ref text check (char_length(provider_ref) between 1 and 200),
  state text not null default 'draft' check (state in ('draft', 'submitted', 'in_review', 'verified', 'resubmit', 'rejected', 'expired', 'revoked', 'cancelled')),
  attempt integer not null default 1 check (attempt between 1 and 5),
  legal_name text check (char_length(legal_name) between 1 and 200),
  birth_date date,
  country text check (country ~ '^[A-Z]{2}$'),
  document_kind text check (document_kind in ('passport', 'identity_card', 'residence_permit', 'driving_licence')),
  document_number text check (char_length(document_number) between 1 and 60),
  reason_codes text[] not null default '{}' check (cardinality(reason_codes) <= 9),
  message text check (char_length(message) <= 500),
  taken_by uuid,
  taken_by_name text,
  last_event_id uuid,
  last_event_at timestamptz,
  created_at timestamptz not null default now(),
  submitted_at timestamptz,
  decided_at timestamptz,
  verified_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  redacted_at timestamptz,
  redacted_by_name text,
  version integer not null default 1,
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  unique (partner_id, id),
  check ((state in ('verified', 'expired', 'revoked')) = (verified_at is not null)),
  check ((verified_at is null) = (expires_at is null)),
  check ((state in ('rejected', 'expired', 'revoked', 'cancelled')) = (ended_at is not null)),
  check (redacted_at is null or num_nonnulls(legal_name, birth_date, country, document_kind, document_number, provider_ref, message) = 0),
  check (redacted_at is null or state not in ('draft', 'submitted', 'in_review', 'resubmit'))
);
comment on table kyc_case is 'One check of the identity of an end user: what was stated, how it was decided, until when that counts. No picture of a document is ever kept (C8).';
comment on column kyc_case.provider_ref is 'What the vendor calls it; null while nobody outside knows it, and once it was redacted.';
comment on column kyc_case.document_number is 'As the end user stated it; gone once the check was redacted.';
comment on column kyc_case.last_event_at is 'The vendor''s own time of the last event that moved this check: older ones never move it back.';
create unique index kyc_case_one_open on kyc_case (end_user_id) where state in ('draft', 'submitted', 'in_review', 'resubmit');
create unique index kyc_case_reference on kyc_case (provider, provider_ref) where provider_ref is not null;
create index on kyc_case (partner_id, state, submitted_at);
create index on kyc_case (end_user_id, created_at desc);
create index kyc_case_due on kyc_case (expires_at) where state = 'verified';
call private.protect('kyc_case');
call private.audit_changes('kyc_case', false);

create table kyc_review (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  case_id uuid not null,
  attempt integer not null,
  decision text not null check (decision in ('approve', 'resubmit', 'reject', 'revoke')),
  reviewer_id uuid not null,
  reviewer_name text not null,
  reason_codes text[] not null default '{}' check (cardinality(reason_codes) <= 9),
  decided_at timestamptz not null default now(),
  foreign key (partner_id, case_id) references kyc_case (partner_id, id) on delete cascade,
  constraint kyc_review_once unique (case_id, attempt, decision, reviewer_id),
  check (decision = 'approve' or cardinality(reason_codes) > 0)
);
comment on table kyc_review is 'What each reviewer decided about an identity check, for good. Names nobody but the reviewer.';
create index on kyc_review (partner_id, case_id);
call private.protect('kyc_review');
call private.audit_changes('kyc_review', false);
create trigger append_only before update on kyc_review for each row execute function private.refuse_change();

create table kyc_event (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  provider text not null check (provider in ('simulated')),
  event_id text not null check (char_length(event_id) between 1 and 200),
  digest bytea not null check (octet_length(digest) = 32),
  case_id uuid,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  outcome text not null check (outcome in ('applied', 'stale', 'no_change', 'unknown_reference')),
  unique (partner_id, provider, event_id),
  foreign key (partner_id, case_id) references kyc_case (partner_id, id) on delete cascade,
  check ((case_id is null) = (outcome = 'unknown_reference'))
);
comment on table kyc_event is 'Every signed event of a vendor once, with a digest of its bytes, so that a repetition has no effect and another content under the same id is noticed. The content is not kept.';
create index on kyc_event (partner_id, case_id);
call private.protect('kyc_event');
call private.audit_changes('kyc_event', false);
create trigger append_only before update on kyc_event for each row execute function private.refuse_change();

create table kyc_secret (
  id uuid primary key,
  partner_id uuid not null references partner (id),
  provider text not null check (provider in ('simulated')),
  sealed_secret bytea not null,
  created_at timestamptz not null default now(),
  created_by_name text not null,
  ends_at timestamptz
);
comment on table kyc_secret is 'The keys with which a vendor signs its events for one partner: the newest, and until its end the one before, so that a rotation interrupts nothing.';
comment on column kyc_secret.sealed_secret is 'Encrypted with the data key of the installation and bound to this row; read by the login that takes events, by nobody else.';
create unique index kyc_secret_one_lasting on kyc_secret (partner_id, provider) where ends_at is null;
call private.protect('kyc_secret');
call private.audit_changes('kyc_secret', false);

-- Who sees and changes what: end users their own checks, people of a partner and admins of its realm those of its user base, our own work
-- what the clock and vendors move.
create policy own_checks on kyc_case to liaison_realm
  using (partner_id = (select access.realm_inside()) and (end_user_id = (select access.context_id('end_user_id')) or (select access.is_realm_admin())))
  with check (partner_id = (select access.realm_inside()) and (end_user_id = (select access.context_id('end_user_id')) or (select access.is_realm_admin())));
create policy partner_side on kyc_case to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy own_work on kyc_case to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy checking on kyc_case for select to liaison_owner using (true);
grant select (id, partner_id, end_user_id, target_role, provider, state, attempt, legal_name, birth_date, country, document_kind, document_number, reason_codes, message, taken_by, created_at, submitted_at, decided_at, verified_at, expires_at, ended_at, redacted_at, version) on kyc_case to liaison_realm;
grant insert (partner_id, end_user_id, target_role, provider) on kyc_case to liaison_realm;
grant update (state, legal_name, birth_date, country, document_kind, document_number) on kyc_case to liaison_realm;
grant select on kyc_case to liaison_program, liaison_job;
grant update (state, reason_codes, message, taken_by, taken_by_name, legal_name, birth_date, country, document_kind, document_number, provider_ref, redacted_at, redacted_by_name) on kyc_case to liaison_program;
grant update (state, reason_codes, provider_ref, last_event_id, last_event_at) on kyc_case to liaison_job;

create policy partner_side on kyc_review to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy own_work on kyc_review for select to liaison_job using ((select access.context_plane()) = 'system');
create policy checking on kyc_review for select to liaison_owner using (true);
grant select, insert (partner_id, case_id, attempt, decision, reviewer_id, reviewer_name, reason_codes) on kyc_review to liaison_program;
grant select on kyc_review to liaison_job;

create policy partner_side on kyc_event for select to liaison_program using (partner_id = (select access.own_partner()));
create policy own_work on kyc_event to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy checking on kyc_event for select to liaison_owner using (true);
grant select on kyc_event to liaison_program;
grant select, insert (partner_id, provider, event_id, digest, case_id, occurred_at, outcome) on kyc_event to liaison_job;

create policy partner_side on kyc_secret to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy own_work on kyc_secret to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select (id, partner_id, provider, created_at, created_by_name, ends_at), insert (id, partner_id, provider, sealed_secret, created_by_name), update (ends_at), delete on kyc_secret to liaison_program;
grant select, insert (id, partner_id, provider, sealed_secret, created_by_name) on kyc_secret to liaison_job;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('identity_check', 'draft', 'submitted', 'submit', 'end_user'),
  ('identity_check', 'resubmit', 'submitted', 'submit', 'end_user'),
  ('identity_check', 'submitted', 'in_review', 'take', 'partner'),
  ('identity_check', 'submitted', 'in_review', 'take', 'vendor'),
  ('identity_check', 'in_review', 'verified', 'approve', 'partner'),
  ('identity_check', 'in_review', 'verified', 'approve', 'vendor'),
  ('identity_check', 'in_review', 'resubmit', 'ask_again', 'partner'),
  ('identity_check', 'in_review', 'resubmit', 'ask_again', 'vendor'),
  ('identity_check', 'in_review', 'rejected', 'reject', 'partner'),
  ('identity_check', 'in_review', 'rejected', 'reject', 'vendor'),
  ('identity_check', 'verified', 'expired', 'expire', 'clock'),
  ('identity_check', 'verified', 'revoked', 'revoke', 'partner'),
  ('identity_check', 'draft', 'cancelled', 'cancel', 'end_user'),
  ('identity_check', 'submitted', 'cancelled', 'cancel', 'end_user'),
  ('identity_check', 'in_review', 'cancelled', 'cancel', 'end_user'),
  ('identity_check', 'resubmit', 'cancelled', 'cancel', 'end_user'),
  ('identity_check', 'submitted', 'cancelled', 'cancel', 'vendor'),
  ('identity_check', 'in_review', 'cancelled', 'cancel', 'vendor'),
  ('identity_check', 'resubmit', 'cancelled', 'cancel', 'vendor'),
  ('identity_check', 'draft', 'cancelled', 'lapse', 'clock'),
  ('identity_check', 'resubmit', 'cancelled', 'lapse', 'clock');
alter table state_transition force row level security;

reset role;
