set role liaison_owner;

create table payout_account (
  id uuid primary key,
  partner_id uuid not null references partner (id),
  method text not null check (method in ('bank_transfer', 'external', 'credit')),
  holder_name text not null check (char_length(holder_name) between 1 and 200),
  label text not null check (char_length(label) between 1 and 100),
  country text check (country ~ '^[A-Z]{2}$'),
  sealed_details bytea not null,
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  usable_from timestamptz not null default now() + interval '72 hours',
  verified_at timestamptz,
  verified_by uuid,
  verified_by_name text,
  held_at timestamptz,
  held_by_name text,
  hold_reason text check (char_length(hold_reason) between 1 and 500),
  ended_at timestamptz,
  version integer not null default 1,
  unique (partner_id, id),
  check (num_nulls(verified_at, verified_by, verified_by_name) in (0, 3)),
  check (num_nulls(held_at, held_by_name, hold_reason) in (0, 3)),
  constraint payout_account_two_people check (verified_by is distinct from created_by)
);
comment on table payout_account is 'Where a partner is paid. A change is a new row: what was paid where stays on record. Payouts wait 72 hours for a new one (D7).';
comment on column payout_account.label is 'What people see of it: the last characters, never the whole.';
comment on column payout_account.sealed_details is 'Encrypted with the data key of the installation and bound to this row; read when a payout is exported, by nobody of the partner.';
comment on column payout_account.fingerprint is 'A keyed digest of the details: the same account at two partners shows without being readable.';
create unique index payout_account_current on payout_account (partner_id) where ended_at is null;
create index on payout_account (fingerprint);
call private.protect('payout_account');
call private.audit_changes('payout_account', false);
create trigger no_delete before delete on payout_account for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_account for each statement execute function private.refuse_change();

create table tax_document (
  id uuid primary key,
  partner_id uuid not null references partner (id),
  kind text not null check (kind in ('w9', 'w8', 'vat_certificate', 'tax_residency', 'other')),
  file_name text not null check (char_length(file_name) between 1 and 200),
  media_type text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
  size_bytes integer not null check (size_bytes between 1 and 2097152),
  sha256 bytea not null check (octet_length(sha256) = 32),
  sealed_file bytea not null,
  state text not null default 'submitted' check (state in ('submitted', 'verified', 'rejected', 'expired')),
  valid_until date,
  uploaded_by uuid not null,
  uploaded_by_name text not null,
  created_at timestamptz not null default now(),
  reviewed_at timestamptz,
  reviewed_by uuid,
  reviewed_by_name text,
  reason text check (char_length(reason) between 1 and 500),
  version integer not null default 1,
  check ((state = 'submitted') = (reviewed_at is null)),
  check (num_nulls(reviewed_at, reviewed_by, reviewed_by_name) in (0, 3)),
  check (state <> 'rejected' or reason is not null),
  constraint tax_document_two_people check (reviewed_by is distinct from uploaded_by)
);
comment on table tax_document is 'A tax document that a partner handed in and what the provider found. A new one is a new row.';
comment on column tax_document.sealed_file is 'Encrypted with the data key of the installation and bound to this row.';
comment on column tax_document.valid_until is 'The last day on which it counts; null while it has no end. Whether it counts is computed on it, whatever the state says.';
create index on tax_document (partner_id, id desc);
create index tax_document_waiting on tax_document (created_at) where state = 'submitted';
call private.protect('tax_document');
call private.audit_changes('tax_document', false);
create trigger no_delete before delete on tax_document for each row execute function private.refuse_change();
create trigger no_truncate before truncate on tax_document for each statement execute function private.refuse_change();

create table payout_batch (
  id uuid primary key default uuidv7(),
  number integer generated always as identity unique,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  cutoff_at timestamptz not null,
  rail text not null check (rail in ('manual', 'external', 'simulated')),
  state text not null default 'draft' check (state in ('draft', 'submitted', 'approved', 'processing', 'completed', 'partially_failed', 'cancelled')),
  note text check (char_length(note) <= 500),
  total_minor bigint not null check (total_minor between 1 and 9007199254740991),
  item_count integer not null check (item_count > 0),
  row_count integer not null check (row_count >= item_count),
  skipped jsonb not null default '[]' check (jsonb_typeof(skipped) = 'array'),
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  submitted_by uuid,
  submitted_by_name text,
  submitted_at timestamptz,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  cancel_reason text check (char_length(cancel_reason) between 1 and 500),
  version integer not null default 1,
  constraint payout_batch_two_people check (approved_by is null or (approved_by <> created_by and submitted_by is not null and approved_by <> submitted_by)),
  check (num_nulls(submitted_by, submitted_by_name, submitted_at) in (0, 3)),
  check (num_nulls(approved_by, approved_by_name, approved_at) in (0, 3)),
  check (state not in ('approved', 'processing', 'completed', 'partially_failed') or (approved_at is not null and submitted_at is not null)),
  check (state <> 'submitted' or submitted_at is not null),
  check ((state in ('completed', 'partially_failed', 'cancelled')) = (finished_at is not null)),
  check ((state = 'cancelled') = (cancel_reason is not null))
);
comment on table payout_batch is 'Earnings of one currency that are paid out together: built by one person, approved by another, never the same (D7).';
comment on column payout_batch.skipped is 'Who was left out when it was built, and why: [{partner_id, partner_name, amount_minor, reasons}].';
comment on constraint payout_batch_two_people on payout_batch is 'Nobody approves what they built or submitted, whichever way they come.';
create index on payout_batch (state, id desc);
call private.protect('payout_batch');
call private.audit_changes('payout_batch', false);
create trigger no_delete before delete on payout_batch for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_batch for each statement execute function private.refuse_change();

create table payout_item (
  id uuid primary key default uuidv7(),
  batch_id uuid not null references payout_batch (id),
  partner_id uuid not null references partner (id),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor between 1 and 9007199254740991),
  row_count integer not null check (row_count > 0),
  payout_account_id uuid not null,
  account_method text not null check (account_method in ('bank_transfer', 'external', 'credit')),
  account_label text not null,
  state text not null default 'queued' check (state in ('queued', 'sent', 'paid', 'failed', 'cancelled')),
  approved_at timestamptz,
  sent_at timestamptz,
  finished_at timestamptz,
  rail_ref text check (char_length(rail_ref) between 1 and 200),
  failure_reason text check (char_length(failure_reason) between 1 and 500),
  settled_by uuid,
  settled_by_name text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  foreign key (partner_id, payout_account_id) references payout_account (partner_id, id),
  unique (batch_id, partner_id, currency),
  unique (partner_id, id),
  check ((state in ('paid', 'failed', 'cancelled')) = (finished_at is not null)),
  check (state <> 'paid' or (rail_ref is not null and sent_at is not null)),
  check ((state = 'failed') = (failure_reason is not null)),
  check (state in ('queued', 'cancelled') or approved_at is not null)
);
comment on table payout_item is 'What one partner gets in one batch, to the account as it was then. A failed one stays as it is; trying again is a new one.';
comment on column payout_item.approved_at is 'When the batch was approved; the partner sees it from then on.';
comment on column payout_item.rail_ref is 'What the bank or the finance system calls the payment.';
create index on payout_item (partner_id, id desc);
create index on payout_item (batch_id, state);
call private.protect('payout_item');
call private.audit_changes('payout_item', false);
create trigger no_delete before delete on payout_item for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_item for each statement execute function private.refuse_change();

create table payout_line (
  item_id uuid not null,
  earning_id uuid not null references earning (id),
  partner_id uuid not null,
  amount_minor bigint not null,
  primary key (item_id, earning_id),
  foreign key (partner_id, item_id) references payout_item (partner_id, id)
);
comment on table payout_line is 'Which earnings an item was made of, for good: also of those that failed or were cancelled and whose earnings went back.';
create index on payout_line (earning_id);
create index on payout_line (partner_id, item_id);
call private.protect('payout_line');
call private.audit_changes('payout_line', false);
create trigger append_only before update or delete on payout_line for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_line for each statement execute function private.refuse_change();

create table payout_policy (
  version integer primary key check (version >= 1),
  tax_document text not null check (tax_document in ('block', 'warn')),
  payout_day integer check (payout_day between 1 and 28),
  set_by_name text not null check (char_length(set_by_name) between 1 and 200),
  created_at timestamptz not null default now()
);
comment on table payout_policy is 'How payouts are made, every version: the newest counts (D7).';
comment on column payout_policy.tax_document is 'Whether nobody is paid without a verified tax document, or it is only pointed out.';
comment on column payout_policy.payout_day is 'The day of the month on which the provider means to pay; null when it names none.';
call private.protect('payout_policy');
alter table payout_policy no force row level security;
insert into payout_policy (version, tax_document, payout_day, set_by_name) values (1, 'warn', 15, 'Liaison');
alter table payout_policy force row level security;
call private.audit_changes('payout_policy', false);
create trigger append_only before update or delete on payout_policy for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_policy for each statement execute function private.refuse_change();
create policy platform_side on payout_policy to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy partner_side on payout_policy for select to liaison_program using ((select access.own_partner()) is not null);
grant select on payout_policy to liaison_program;
grant select, insert (version, tax_document, payout_day, set_by_name) on payout_policy to liaison_platform;

-- Claiming comes first and the item with what came back after it, so the bond is checked at the end of the transaction.
alter table earning add constraint earning_payout_item foreign key (payout_item_id) references payout_item (id) deferrable initially deferred;

create table earning_statement (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  month date not null check (extract(day from month) = 1),
  opening_minor bigint not null,
  earned_minor bigint not null,
  voided_minor bigint not null,
  paid_minor bigint not null check (paid_minor >= 0),
  closing_minor bigint not null,
  line_count integer not null check (line_count >= 0),
  totals jsonb not null check (jsonb_typeof(totals) = 'array'),
  closed_at timestamptz not null default now(),
  unique (partner_id, currency, month),
  unique (partner_id, id),
  check (closing_minor = opening_minor + earned_minor - voided_minor - paid_minor)
);
comment on table earning_statement is 'What a partner earned, lost and was paid in one month and currency, with the balance before and after. It never changes: what comes later is on a later one.';
comment on column earning_statement.totals is 'Sums by kind and state as they were when it was closed: [{kind, state, amount_minor, count}].';
create index on earning_statement (partner_id, month desc);
call private.protect('earning_statement');
call private.audit_changes('earning_statement', false);
create trigger append_only before update or delete on earning_statement for each row execute function private.refuse_change();
create trigger no_truncate before truncate on earning_statement for each statement execute function private.refuse_change();

create table earning_statement_line (
  statement_id uuid not null,
  partner_id uuid not null,
  place integer not null check (place > 0),
  what text not null check (what in ('earned', 'voided', 'paid')),
  earning_id uuid references earning (id),
  payout_item_id uuid references payout_item (id),
  day date not null,
  kind text not null,
  state text not null,
  about text not null,
  base_minor bigint,
  amount_minor bigint not null,
  primary key (statement_id, place),
  foreign key (partner_id, statement_id) references earning_statement (partner_id, id),
  check ((what = 'paid') = (payout_item_id is not null) and (what = 'paid') = (earning_id is null))
);
comment on table earning_statement_line is 'One line of a statement as it was when it was closed. An earning is stated once, and taken back once; a payout is stated once.';
comment on column earning_statement_line.amount_minor is 'With the sign with which it counts: earned as it is, voided and paid against it.';
create unique index earning_statement_line_once on earning_statement_line (earning_id, what) where earning_id is not null;
create unique index earning_statement_line_paid_once on earning_statement_line (payout_item_id) where payout_item_id is not null;
create index on earning_statement_line (partner_id, statement_id);
call private.protect('earning_statement_line');
call private.audit_changes('earning_statement_line', false);
create trigger append_only before update or delete on earning_statement_line for each row execute function private.refuse_change();
create trigger no_truncate before truncate on earning_statement_line for each statement execute function private.refuse_change();

create table earning_statement_file (
  statement_id uuid not null,
  partner_id uuid not null,
  format text not null check (format in ('pdf', 'csv', 'xlsx')),
  sha256 bytea not null check (octet_length(sha256) = 32),
  is_sealed boolean not null,
  bytes bytea not null,
  primary key (statement_id, format),
  foreign key (partner_id, statement_id) references earning_statement (partner_id, id),
  check (sha256 = pg_catalog.sha256(bytes))
);
comment on table earning_statement_file is 'The files of a statement with their digests, as they were made when it was closed.';
create index on earning_statement_file (partner_id, statement_id);
call private.protect('earning_statement_file');
call private.audit_changes('earning_statement_file', false);
create trigger append_only before update or delete on earning_statement_file for each row execute function private.refuse_change();
create trigger no_truncate before truncate on earning_statement_file for each statement execute function private.refuse_change();

-- Who sees and changes what: owners their own partner's money, the provider everything but the account's change, staff of a partner nothing.
create policy owner_side on payout_account to liaison_program using (partner_id = (select access.partner_as_owner())) with check (partner_id = (select access.partner_as_owner()));
create policy platform_side on payout_account for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_change on payout_account for update to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select (id, partner_id, method, holder_name, label, country, created_by_name, created_at, usable_from, verified_at, held_at, hold_reason, ended_at, version),
  insert (id, partner_id, method, holder_name, label, country, sealed_details, fingerprint, created_by, created_by_name, version), update (ended_at) on payout_account to liaison_program;
grant select, update (verified_at, verified_by, verified_by_name, held_at, held_by_name, hold_reason) on payout_account to liaison_platform;

create policy owner_side on tax_document to liaison_program using (partner_id = (select access.partner_as_owner())) with check (partner_id = (select access.partner_as_owner()));
create policy platform_side on tax_document for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_change on tax_document for update to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on tax_document to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select (id, partner_id, kind, file_name, media_type, size_bytes, sha256, sealed_file, state, valid_until, uploaded_by_name, created_at, reviewed_at, reason, version),
  insert (id, partner_id, kind, file_name, media_type, size_bytes, sha256, sealed_file, valid_until, uploaded_by, uploaded_by_name) on tax_document to liaison_program;
grant select, update (state, reviewed_at, reviewed_by, reviewed_by_name, reason, valid_until) on tax_document to liaison_platform;
grant select (id, partner_id, kind, state, valid_until), update (state) on tax_document to liaison_job;

create policy platform_side on payout_batch to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert (id, currency, cutoff_at, rail, note, total_minor, item_count, row_count, skipped, created_by, created_by_name),
  update (state, submitted_by, submitted_by_name, submitted_at, approved_by, approved_by_name, approved_at, started_at, finished_at, cancel_reason) on payout_batch to liaison_platform;
create policy own_work on payout_batch for select to liaison_job using ((select access.context_plane()) = 'system');
grant select on payout_batch to liaison_job;

create policy owner_side on payout_item for select to liaison_program using (partner_id = (select access.partner_as_owner()) and approved_at is not null);
create policy platform_side on payout_item to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on payout_item for select to liaison_job using ((select access.context_plane()) = 'system');
grant select on payout_item to liaison_program, liaison_job;
grant select, insert (id, batch_id, partner_id, currency, amount_minor, row_count, payout_account_id, account_method, account_label),
  update (state, approved_at, sent_at, finished_at, rail_ref, failure_reason, settled_by, settled_by_name) on payout_item to liaison_platform;

create policy owner_side on payout_line for select to liaison_program using (partner_id = (select access.partner_as_owner()) and exists (select from payout_item i where i.id = item_id));
create policy platform_side on payout_line to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select on payout_line to liaison_program;
grant select, insert (item_id, earning_id, partner_id, amount_minor) on payout_line to liaison_platform;

create policy owner_side on earning_statement for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy platform_side on earning_statement to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on earning_statement to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on earning_statement to liaison_program;
grant select, insert (id, partner_id, currency, month, opening_minor, earned_minor, voided_minor, paid_minor, closing_minor, line_count, totals) on earning_statement to liaison_platform, liaison_job;

create policy owner_side on earning_statement_line for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy platform_side on earning_statement_line to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on earning_statement_line to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on earning_statement_line to liaison_program;
grant select, insert on earning_statement_line to liaison_platform, liaison_job;

create policy owner_side on earning_statement_file for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy platform_side on earning_statement_file to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on earning_statement_file to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on earning_statement_file to liaison_program;
grant select, insert on earning_statement_file to liaison_platform, liaison_job;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('payout_batch', 'draft', 'submitted', 'submit', 'provider'),
  ('payout_batch', 'submitted', 'approved', 'approve', 'provider'),
  ('payout_batch', 'approved', 'processing', 'start', 'provider'),
  ('payout_batch', 'processing', 'completed', 'finish', 'provider'),
  ('payout_batch', 'processing', 'partially_failed', 'finish', 'provider'),
  ('payout_batch', 'draft', 'cancelled', 'cancel', 'provider'),
  ('payout_batch', 'submitted', 'cancelled', 'cancel', 'provider'),
  ('payout_item', 'queued', 'sent', 'send', 'provider'),
  ('payout_item', 'sent', 'paid', 'mark_paid', 'provider'),
  ('payout_item', 'sent', 'failed', 'fail', 'provider'),
  ('payout_item', 'queued', 'failed', 'stop', 'provider'),
  ('payout_item', 'queued', 'cancelled', 'cancel', 'provider'),
  ('tax_document', 'submitted', 'verified', 'verify', 'provider'),
  ('tax_document', 'submitted', 'rejected', 'reject', 'provider'),
  ('tax_document', 'verified', 'expired', 'expire', 'clock');
alter table state_transition force row level security;

reset role;
