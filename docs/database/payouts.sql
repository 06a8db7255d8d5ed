-- What a partner earned, lost and was paid in one month and currency, with the balance before and after. It never changes: what comes later is on a later one.
create table public.earning_statement (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  currency text not null,
  month date not null,
  opening_minor bigint not null,
  earned_minor bigint not null,
  voided_minor bigint not null,
  paid_minor bigint not null,
  closing_minor bigint not null,
  line_count integer not null,
  totals jsonb not null,
  closed_at timestamp with time zone not null default now(),
  constraint earning_statement_check CHECK ((closing_minor = (((opening_minor + earned_minor) - voided_minor) - paid_minor))),
  constraint earning_statement_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint earning_statement_line_count_check CHECK ((line_count >= 0)),
  constraint earning_statement_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint earning_statement_paid_minor_check CHECK ((paid_minor >= 0)),
  constraint earning_statement_partner_id_currency_month_key UNIQUE (partner_id, currency, month),
  constraint earning_statement_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint earning_statement_partner_id_id_key UNIQUE (partner_id, id),
  constraint earning_statement_pkey PRIMARY KEY (id),
  constraint earning_statement_totals_check CHECK ((jsonb_typeof(totals) = 'array'::text)),
  constraint sums TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX earning_statement_partner_id_month_idx ON public.earning_statement USING btree (partner_id, month DESC);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.earning_statement FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning_statement REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning_statement REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning_statement REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_statement BEFORE INSERT ON public.earning_statement FOR EACH ROW EXECUTE FUNCTION access.enforce_statement();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.earning_statement FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE CONSTRAINT TRIGGER sums AFTER INSERT ON public.earning_statement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access.check_statement_sums();
alter table public.earning_statement enable row level security, force row level security;
create policy deciding on public.earning_statement for select to liaison_authz
  using (true);
create policy own_work on public.earning_statement for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owner_side on public.earning_statement for select to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy platform_side on public.earning_statement for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.earning_statement to liaison_authz;
grant select on public.earning_statement to liaison_job;
grant select on public.earning_statement to liaison_platform;
grant select on public.earning_statement to liaison_program;
grant insert (id, partner_id, currency, month, opening_minor, earned_minor, voided_minor, paid_minor, closing_minor, line_count, totals) on public.earning_statement to liaison_job;
grant insert (id, partner_id, currency, month, opening_minor, earned_minor, voided_minor, paid_minor, closing_minor, line_count, totals) on public.earning_statement to liaison_platform;

-- The files of a statement with their digests, as they were made when it was closed.
create table public.earning_statement_file (
  statement_id uuid not null,
  partner_id uuid not null,
  format text not null,
  sha256 bytea not null,
  is_sealed boolean not null,
  bytes bytea not null,
  constraint earning_statement_file_check CHECK ((sha256 = sha256(bytes))),
  constraint earning_statement_file_format_check CHECK ((format = ANY (ARRAY['pdf'::text, 'csv'::text, 'xlsx'::text]))),
  constraint earning_statement_file_partner_id_statement_id_fkey FOREIGN KEY (partner_id, statement_id) REFERENCES public.earning_statement(partner_id, id),
  constraint earning_statement_file_pkey PRIMARY KEY (statement_id, format),
  constraint earning_statement_file_sha256_check CHECK ((octet_length(sha256) = 32))
);
CREATE INDEX earning_statement_file_partner_id_statement_id_idx ON public.earning_statement_file USING btree (partner_id, statement_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.earning_statement_file FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning_statement_file REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning_statement_file REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning_statement_file REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.earning_statement_file FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.earning_statement_file enable row level security, force row level security;
create policy deciding on public.earning_statement_file for select to liaison_authz
  using (true);
create policy own_work on public.earning_statement_file for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owner_side on public.earning_statement_file for select to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy platform_side on public.earning_statement_file for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.earning_statement_file to liaison_authz;
grant insert, select on public.earning_statement_file to liaison_job;
grant insert, select on public.earning_statement_file to liaison_platform;
grant select on public.earning_statement_file to liaison_program;

-- One line of a statement as it was when it was closed. An earning is stated once, and taken back once; a payout is stated once.
create table public.earning_statement_line (
  statement_id uuid not null,
  partner_id uuid not null,
  place integer not null,
  what text not null,
  earning_id uuid,
  payout_item_id uuid,
  day date not null,
  kind text not null,
  state text not null,
  about text not null,
  base_minor bigint,
  amount_minor bigint not null,
  constraint earning_statement_line_check CHECK ((((what = 'paid'::text) = (payout_item_id IS NOT NULL)) AND ((what = 'paid'::text) = (earning_id IS NULL)))),
  constraint earning_statement_line_earning_id_fkey FOREIGN KEY (earning_id) REFERENCES public.earning(id),
  constraint earning_statement_line_partner_id_statement_id_fkey FOREIGN KEY (partner_id, statement_id) REFERENCES public.earning_statement(partner_id, id),
  constraint earning_statement_line_payout_item_id_fkey FOREIGN KEY (payout_item_id) REFERENCES public.payout_item(id),
  constraint earning_statement_line_pkey PRIMARY KEY (statement_id, place),
  constraint earning_statement_line_place_check CHECK ((place > 0)),
  constraint earning_statement_line_what_check CHECK ((what = ANY (ARRAY['earned'::text, 'voided'::text, 'paid'::text])))
);
CREATE INDEX earning_statement_line_partner_id_statement_id_idx ON public.earning_statement_line USING btree (partner_id, statement_id);
CREATE UNIQUE INDEX earning_statement_line_once ON public.earning_statement_line USING btree (earning_id, what) WHERE (earning_id IS NOT NULL);
CREATE UNIQUE INDEX earning_statement_line_paid_once ON public.earning_statement_line USING btree (payout_item_id) WHERE (payout_item_id IS NOT NULL);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.earning_statement_line FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning_statement_line REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning_statement_line REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning_statement_line REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.earning_statement_line FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.earning_statement_line enable row level security, force row level security;
create policy deciding on public.earning_statement_line for select to liaison_authz
  using (true);
create policy own_work on public.earning_statement_line for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owner_side on public.earning_statement_line for select to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy platform_side on public.earning_statement_line for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.earning_statement_line to liaison_authz;
grant insert, select on public.earning_statement_line to liaison_job;
grant insert, select on public.earning_statement_line to liaison_platform;
grant select on public.earning_statement_line to liaison_program;

-- Where a partner is paid. A change is a new row: what was paid where stays on record. Payouts wait 72 hours for a new one (D7).
create table public.payout_account (
  id uuid not null,
  partner_id uuid not null,
  method text not null,
  holder_name text not null,
  label text not null,
  country text,
  sealed_details bytea not null,
  fingerprint bytea not null,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  usable_from timestamp with time zone not null default (now() + '72:00:00'::interval),
  verified_at timestamp with time zone,
  verified_by uuid,
  verified_by_name text,
  held_at timestamp with time zone,
  held_by_name text,
  hold_reason text,
  ended_at timestamp with time zone,
  version integer not null default 1,
  constraint payout_account_check CHECK ((num_nulls(verified_at, verified_by, verified_by_name) = ANY (ARRAY[0, 3]))),
  constraint payout_account_check1 CHECK ((num_nulls(held_at, held_by_name, hold_reason) = ANY (ARRAY[0, 3]))),
  constraint payout_account_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint payout_account_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
  constraint payout_account_hold_reason_check CHECK (((char_length(hold_reason) >= 1) AND (char_length(hold_reason) <= 500))),
  constraint payout_account_holder_name_check CHECK (((char_length(holder_name) >= 1) AND (char_length(holder_name) <= 200))),
  constraint payout_account_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 100))),
  constraint payout_account_method_check CHECK ((method = ANY (ARRAY['bank_transfer'::text, 'external'::text, 'credit'::text]))),
  constraint payout_account_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint payout_account_partner_id_id_key UNIQUE (partner_id, id),
  constraint payout_account_pkey PRIMARY KEY (id),
  constraint payout_account_two_people CHECK ((verified_by IS DISTINCT FROM created_by))
);
CREATE INDEX payout_account_fingerprint_idx ON public.payout_account USING btree (fingerprint);
CREATE UNIQUE INDEX payout_account_current ON public.payout_account USING btree (partner_id) WHERE (ended_at IS NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.payout_account FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.payout_account FOR EACH ROW WHEN (((new.verified_by_name IS DISTINCT FROM old.verified_by_name) OR (new.held_by_name IS DISTINCT FROM old.held_by_name))) EXECUTE FUNCTION private.act_in_own_name('verified_by_name', 'held_by_name');
CREATE TRIGGER assess_payout_account AFTER INSERT ON public.payout_account FOR EACH ROW EXECUTE FUNCTION private.assess_payout_account();
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_payout_account BEFORE INSERT OR UPDATE ON public.payout_account FOR EACH ROW EXECUTE FUNCTION access.enforce_payout_account();
CREATE TRIGGER no_delete BEFORE DELETE ON public.payout_account FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_account FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.payout_account FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.payout_account FOR EACH ROW WHEN ((new.verified_by IS DISTINCT FROM old.verified_by)) EXECUTE FUNCTION private.act_as_oneself('verified_by');
alter table public.payout_account enable row level security, force row level security;
create policy deciding on public.payout_account for select to liaison_authz
  using (true);
create policy owner_side on public.payout_account for all to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)))
  with check ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy platform_change on public.payout_account for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_side on public.payout_account for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_account to liaison_authz;
grant select on public.payout_account to liaison_platform;
grant update (verified_at, verified_by, verified_by_name, held_at, held_by_name, hold_reason) on public.payout_account to liaison_platform;
grant insert (id, partner_id, method, holder_name, label, country, sealed_details, fingerprint, created_by, created_by_name, version) on public.payout_account to liaison_program;
grant select (id, partner_id, method, holder_name, label, country, created_by_name, created_at, usable_from, verified_at, held_at, hold_reason, ended_at, version) on public.payout_account to liaison_program;
grant update (ended_at) on public.payout_account to liaison_program;

-- Earnings of one currency that are paid out together: built by one person, approved by another, never the same (D7).
create table public.payout_batch (
  id uuid not null default uuidv7(),
  number integer not null generated always as identity,
  currency text not null,
  cutoff_at timestamp with time zone not null,
  rail text not null,
  state text not null default 'draft'::text,
  note text,
  total_minor bigint not null,
  item_count integer not null,
  row_count integer not null,
  skipped jsonb not null default '[]'::jsonb,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  submitted_by uuid,
  submitted_by_name text,
  submitted_at timestamp with time zone,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  cancel_reason text,
  version integer not null default 1,
  constraint payout_batch_cancel_reason_check CHECK (((char_length(cancel_reason) >= 1) AND (char_length(cancel_reason) <= 500))),
  constraint payout_batch_check CHECK ((row_count >= item_count)),
  constraint payout_batch_check1 CHECK ((num_nulls(submitted_by, submitted_by_name, submitted_at) = ANY (ARRAY[0, 3]))),
  constraint payout_batch_check2 CHECK ((num_nulls(approved_by, approved_by_name, approved_at) = ANY (ARRAY[0, 3]))),
  constraint payout_batch_check3 CHECK (((state <> ALL (ARRAY['approved'::text, 'processing'::text, 'completed'::text, 'partially_failed'::text])) OR ((approved_at IS NOT NULL) AND (submitted_at IS NOT NULL)))),
  constraint payout_batch_check4 CHECK (((state <> 'submitted'::text) OR (submitted_at IS NOT NULL))),
  constraint payout_batch_check5 CHECK (((state = ANY (ARRAY['completed'::text, 'partially_failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL))),
  constraint payout_batch_check6 CHECK (((state = 'cancelled'::text) = (cancel_reason IS NOT NULL))),
  constraint payout_batch_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payout_batch_item_count_check CHECK ((item_count > 0)),
  constraint payout_batch_note_check CHECK ((char_length(note) <= 500)),
  constraint payout_batch_number_key UNIQUE (number),
  constraint payout_batch_pkey PRIMARY KEY (id),
  constraint payout_batch_rail_check CHECK ((rail = ANY (ARRAY['manual'::text, 'external'::text, 'simulated'::text]))),
  constraint payout_batch_skipped_check CHECK ((jsonb_typeof(skipped) = 'array'::text)),
  constraint payout_batch_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'approved'::text, 'processing'::text, 'completed'::text, 'partially_failed'::text, 'cancelled'::text]))),
  constraint payout_batch_total_minor_check CHECK (((total_minor >= 1) AND (total_minor <= '9007199254740991'::bigint))),
  constraint payout_batch_two_people CHECK (((approved_by IS NULL) OR ((approved_by <> created_by) AND (submitted_by IS NOT NULL) AND (approved_by <> submitted_by)))),
  constraint sums TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX payout_batch_state_id_idx ON public.payout_batch USING btree (state, id DESC);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.payout_batch FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.payout_batch FOR EACH ROW WHEN (((new.submitted_by_name IS DISTINCT FROM old.submitted_by_name) OR (new.approved_by_name IS DISTINCT FROM old.approved_by_name))) EXECUTE FUNCTION private.act_in_own_name('submitted_by_name', 'approved_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_batch REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_batch REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_batch REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_payout_batch BEFORE INSERT OR UPDATE ON public.payout_batch FOR EACH ROW EXECUTE FUNCTION access.enforce_payout_batch();
CREATE TRIGGER no_delete BEFORE DELETE ON public.payout_batch FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_batch FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER require_first BEFORE UPDATE OF state ON public.payout_batch FOR EACH ROW WHEN (((old.state = 'submitted'::text) AND (new.state = 'approved'::text))) EXECUTE FUNCTION private.require_submitter();
CREATE CONSTRAINT TRIGGER sums AFTER INSERT ON public.payout_batch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access.check_payout_sums();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.payout_batch FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.payout_batch FOR EACH ROW WHEN (((new.submitted_by IS DISTINCT FROM old.submitted_by) OR (new.approved_by IS DISTINCT FROM old.approved_by))) EXECUTE FUNCTION private.act_as_oneself('submitted_by', 'approved_by');
alter table public.payout_batch enable row level security, force row level security;
create policy deciding on public.payout_batch for select to liaison_authz
  using (true);
create policy finance_side on public.payout_batch for all to liaison_ingest
  using (((rail = 'external'::text) AND (state = ANY (ARRAY['processing'::text, 'completed'::text, 'partially_failed'::text])) AND ( SELECT access.is_finance_key() AS is_finance_key)));
create policy own_work on public.payout_batch for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy platform_side on public.payout_batch for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_batch to liaison_authz;
grant select on public.payout_batch to liaison_ingest;
grant select on public.payout_batch to liaison_job;
grant select on public.payout_batch to liaison_platform;
grant update (state) on public.payout_batch to liaison_ingest;
grant insert (id, currency, cutoff_at, rail, note, total_minor, item_count, row_count, skipped, created_by, created_by_name) on public.payout_batch to liaison_platform;
grant update (state, submitted_by, submitted_by_name, submitted_at, approved_by, approved_by_name, approved_at, started_at, finished_at, cancel_reason) on public.payout_batch to liaison_platform;

-- One message that hands a part of a batch to the finance system, and how its delivery went: written with the move that hands the batch over, so that neither is without the other (D7).
create table public.payout_hand_over (
  id uuid not null default uuidv7(),
  batch_id uuid not null,
  part integer not null,
  parts integer not null,
  status text not null default 'waiting'::text,
  attempt integer not null default 0,
  next_attempt_at timestamp with time zone not null default now(),
  claimed_until timestamp with time zone,
  response_code integer,
  outcome text,
  duration_ms integer,
  response_excerpt text,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  constraint payout_hand_over_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.payout_batch(id),
  constraint payout_hand_over_batch_id_part_key UNIQUE (batch_id, part),
  constraint payout_hand_over_check CHECK (((part >= 1) AND (part <= parts))),
  constraint payout_hand_over_check1 CHECK (((status = 'waiting'::text) = (finished_at IS NULL))),
  constraint payout_hand_over_pkey PRIMARY KEY (id),
  constraint payout_hand_over_response_excerpt_check CHECK ((octet_length(response_excerpt) <= 2048)),
  constraint payout_hand_over_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX payout_hand_over_due ON public.payout_hand_over USING btree (next_attempt_at) WHERE (status = 'waiting'::text);
CREATE TRIGGER enforce BEFORE INSERT OR UPDATE ON public.payout_hand_over FOR EACH ROW EXECUTE FUNCTION access.enforce_payout_hand_over();
CREATE TRIGGER no_delete BEFORE DELETE ON public.payout_hand_over FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_hand_over FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.payout_hand_over enable row level security, force row level security;
create policy deciding on public.payout_hand_over for select to liaison_authz
  using (true);
create policy delivering on public.payout_hand_over for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy platform_side on public.payout_hand_over for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_hand_over to liaison_authz;
grant select on public.payout_hand_over to liaison_job;
grant select on public.payout_hand_over to liaison_platform;
grant update (status, attempt, next_attempt_at, claimed_until, response_code, outcome, duration_ms, response_excerpt, finished_at) on public.payout_hand_over to liaison_job;
grant insert (batch_id, part, parts) on public.payout_hand_over to liaison_platform;
grant update (status, attempt, next_attempt_at, claimed_until, response_code, outcome, duration_ms, response_excerpt, finished_at) on public.payout_hand_over to liaison_platform;

-- What one partner gets in one batch, to the account as it was then. A failed one stays as it is; trying again is a new one.
create table public.payout_item (
  id uuid not null default uuidv7(),
  batch_id uuid not null,
  partner_id uuid not null,
  currency text not null,
  amount_minor bigint not null,
  row_count integer not null,
  payout_account_id uuid not null,
  account_method text not null,
  account_label text not null,
  state text not null default 'queued'::text,
  approved_at timestamp with time zone,
  sent_at timestamp with time zone,
  finished_at timestamp with time zone,
  rail_ref text,
  failure_reason text,
  settled_by uuid,
  settled_by_name text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint payout_item_account_method_check CHECK ((account_method = ANY (ARRAY['bank_transfer'::text, 'external'::text, 'credit'::text]))),
  constraint payout_item_amount_minor_check CHECK (((amount_minor >= 1) AND (amount_minor <= '9007199254740991'::bigint))),
  constraint payout_item_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.payout_batch(id),
  constraint payout_item_batch_id_partner_id_currency_key UNIQUE (batch_id, partner_id, currency),
  constraint payout_item_check CHECK (((state = ANY (ARRAY['paid'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL))),
  constraint payout_item_check1 CHECK (((state <> 'paid'::text) OR ((rail_ref IS NOT NULL) AND (sent_at IS NOT NULL)))),
  constraint payout_item_check2 CHECK (((state = 'failed'::text) = (failure_reason IS NOT NULL))),
  constraint payout_item_check3 CHECK (((state = ANY (ARRAY['queued'::text, 'cancelled'::text])) OR (approved_at IS NOT NULL))),
  constraint payout_item_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payout_item_failure_reason_check CHECK (((char_length(failure_reason) >= 1) AND (char_length(failure_reason) <= 500))),
  constraint payout_item_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint payout_item_partner_id_id_key UNIQUE (partner_id, id),
  constraint payout_item_partner_id_payout_account_id_fkey FOREIGN KEY (partner_id, payout_account_id) REFERENCES public.payout_account(partner_id, id),
  constraint payout_item_pkey PRIMARY KEY (id),
  constraint payout_item_rail_ref_check CHECK (((char_length(rail_ref) >= 1) AND (char_length(rail_ref) <= 200))),
  constraint payout_item_row_count_check CHECK ((row_count > 0)),
  constraint payout_item_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'paid'::text, 'failed'::text, 'cancelled'::text]))),
  constraint sums TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX payout_item_batch_id_state_idx ON public.payout_item USING btree (batch_id, state);
CREATE INDEX payout_item_partner_id_id_idx ON public.payout_item USING btree (partner_id, id DESC);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.payout_item FOR EACH ROW WHEN ((new.settled_by_name IS DISTINCT FROM old.settled_by_name)) EXECUTE FUNCTION private.act_in_own_name('settled_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_item REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_payout_item BEFORE INSERT OR UPDATE ON public.payout_item FOR EACH ROW EXECUTE FUNCTION access.enforce_payout_item();
CREATE TRIGGER no_delete BEFORE DELETE ON public.payout_item FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_item FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE CONSTRAINT TRIGGER sums AFTER INSERT OR UPDATE ON public.payout_item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access.check_payout_sums();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.payout_item FOR EACH ROW WHEN ((new.settled_by IS DISTINCT FROM old.settled_by)) EXECUTE FUNCTION private.act_as_oneself('settled_by');
alter table public.payout_item enable row level security, force row level security;
create policy deciding on public.payout_item for select to liaison_authz
  using (true);
create policy finance_side on public.payout_item for all to liaison_ingest
  using ((( SELECT access.is_finance_key() AS is_finance_key) AND (EXISTS ( SELECT
   FROM public.payout_batch b
  WHERE (b.id = payout_item.batch_id)))));
create policy own_work on public.payout_item for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owner_side on public.payout_item for select to liaison_program
  using (((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)) AND (approved_at IS NOT NULL)));
create policy platform_side on public.payout_item for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_item to liaison_authz;
grant select on public.payout_item to liaison_ingest;
grant select on public.payout_item to liaison_job;
grant select on public.payout_item to liaison_platform;
grant select on public.payout_item to liaison_program;
grant update (state, rail_ref, failure_reason, settled_by, settled_by_name) on public.payout_item to liaison_ingest;
grant insert (id, batch_id, partner_id, currency, amount_minor, row_count, payout_account_id, account_method, account_label) on public.payout_item to liaison_platform;
grant update (state, approved_at, sent_at, finished_at, rail_ref, failure_reason, settled_by, settled_by_name) on public.payout_item to liaison_platform;

-- Which earnings an item was made of, for good: also of those that failed or were cancelled and whose earnings went back.
create table public.payout_line (
  item_id uuid not null,
  earning_id uuid not null,
  partner_id uuid not null,
  amount_minor bigint not null,
  constraint payout_line_earning_id_fkey FOREIGN KEY (earning_id) REFERENCES public.earning(id),
  constraint payout_line_partner_id_item_id_fkey FOREIGN KEY (partner_id, item_id) REFERENCES public.payout_item(partner_id, id),
  constraint payout_line_pkey PRIMARY KEY (item_id, earning_id)
);
CREATE INDEX payout_line_earning_id_idx ON public.payout_line USING btree (earning_id);
CREATE INDEX payout_line_partner_id_item_id_idx ON public.payout_line USING btree (partner_id, item_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.payout_line FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_line REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_line REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_line REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_line FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.payout_line enable row level security, force row level security;
create policy deciding on public.payout_line for select to liaison_authz
  using (true);
create policy owner_side on public.payout_line for select to liaison_program
  using (((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)) AND (EXISTS ( SELECT
   FROM public.payout_item i
  WHERE (i.id = payout_line.item_id)))));
create policy platform_side on public.payout_line for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_line to liaison_authz;
grant select on public.payout_line to liaison_platform;
grant select on public.payout_line to liaison_program;
grant insert (item_id, earning_id, partner_id, amount_minor) on public.payout_line to liaison_platform;

-- How payouts are made, every version: the newest counts (D7).
create table public.payout_policy (
  version integer not null,
  tax_document text not null,
  payout_day integer,
  set_by_name text not null,
  created_at timestamp with time zone not null default now(),
  finance_source text,
  constraint payout_policy_finance_source_check CHECK ((finance_source ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text)),
  constraint payout_policy_payout_day_check CHECK (((payout_day >= 1) AND (payout_day <= 28))),
  constraint payout_policy_pkey PRIMARY KEY (version),
  constraint payout_policy_set_by_name_check CHECK (((char_length(set_by_name) >= 1) AND (char_length(set_by_name) <= 200))),
  constraint payout_policy_tax_document_check CHECK ((tax_document = ANY (ARRAY['block'::text, 'warn'::text]))),
  constraint payout_policy_version_check CHECK ((version >= 1))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.payout_policy FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.payout_policy FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_policy REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_policy FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.payout_policy enable row level security, force row level security;
create policy deciding on public.payout_policy for select to liaison_authz
  using (true);
create policy partner_side on public.payout_policy for select to liaison_program
  using ((( SELECT access.own_partner() AS own_partner) IS NOT NULL));
create policy platform_side on public.payout_policy for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_policy to liaison_authz;
grant select on public.payout_policy to liaison_platform;
grant select on public.payout_policy to liaison_program;
grant insert (version, tax_document, payout_day, set_by_name, finance_source) on public.payout_policy to liaison_platform;

-- Where batches of the rail external are handed over by signed messages, every version: the newest counts (D7).
create table public.payout_receiver (
  version integer not null,
  url text,
  set_by uuid,
  set_by_name text not null,
  created_at timestamp with time zone not null default now(),
  constraint payout_receiver_pkey PRIMARY KEY (version),
  constraint payout_receiver_set_by_name_check CHECK (((char_length(set_by_name) >= 1) AND (char_length(set_by_name) <= 200))),
  constraint payout_receiver_url_check CHECK (((url ~ '^https?://'::text) AND (char_length(url) <= 2000))),
  constraint payout_receiver_version_check CHECK ((version >= 1))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.payout_receiver FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.payout_receiver FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_receiver REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_receiver REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_receiver REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payout_receiver FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.payout_receiver FOR EACH ROW WHEN ((new.set_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('set_by');
alter table public.payout_receiver enable row level security, force row level security;
create policy deciding on public.payout_receiver for select to liaison_authz
  using (true);
create policy delivering on public.payout_receiver for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy platform_side on public.payout_receiver for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (set_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
grant select on public.payout_receiver to liaison_authz;
grant select on public.payout_receiver to liaison_platform;
grant select (version, url) on public.payout_receiver to liaison_job;
grant insert (version, url, set_by, set_by_name) on public.payout_receiver to liaison_platform;

-- The keys that sign what is handed over: the newest, and until its end the one before, so that a rotation interrupts nothing.
create table public.payout_receiver_secret (
  id uuid not null,
  sealed_secret bytea not null,
  sealed_signing_key bytea not null,
  public_key bytea not null,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone,
  constraint payout_receiver_secret_pkey PRIMARY KEY (id),
  constraint payout_receiver_secret_public_key_check CHECK ((octet_length(public_key) = 32))
);
CREATE UNIQUE INDEX payout_receiver_secret_one_lasting ON public.payout_receiver_secret USING btree (((ends_at IS NULL))) WHERE (ends_at IS NULL);
CREATE TRIGGER audited_delete AFTER DELETE ON public.payout_receiver_secret REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payout_receiver_secret REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payout_receiver_secret REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.payout_receiver_secret enable row level security, force row level security;
create policy deciding on public.payout_receiver_secret for select to liaison_authz
  using (true);
create policy delivering on public.payout_receiver_secret for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy platform_side on public.payout_receiver_secret for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.payout_receiver_secret to liaison_authz;
grant select on public.payout_receiver_secret to liaison_job;
grant delete on public.payout_receiver_secret to liaison_platform;
grant insert (id, sealed_secret, sealed_signing_key, public_key) on public.payout_receiver_secret to liaison_platform;
grant select (id, public_key, created_at, ends_at) on public.payout_receiver_secret to liaison_platform;
grant update (ends_at) on public.payout_receiver_secret to liaison_platform;

-- A tax document that a partner handed in and what the provider found. A new one is a new row.
create table public.tax_document (
  id uuid not null,
  partner_id uuid not null,
  kind text not null,
  file_name text not null,
  media_type text not null,
  size_bytes integer not null,
  sha256 bytea not null,
  sealed_file bytea not null,
  state text not null default 'submitted'::text,
  valid_until date,
  uploaded_by uuid not null,
  uploaded_by_name text not null,
  created_at timestamp with time zone not null default now(),
  reviewed_at timestamp with time zone,
  reviewed_by uuid,
  reviewed_by_name text,
  reason text,
  version integer not null default 1,
  constraint tax_document_check CHECK (((state = 'submitted'::text) = (reviewed_at IS NULL))),
  constraint tax_document_check1 CHECK ((num_nulls(reviewed_at, reviewed_by, reviewed_by_name) = ANY (ARRAY[0, 3]))),
  constraint tax_document_check2 CHECK (((state <> 'rejected'::text) OR (reason IS NOT NULL))),
  constraint tax_document_file_name_check CHECK (((char_length(file_name) >= 1) AND (char_length(file_name) <= 200))),
  constraint tax_document_kind_check CHECK ((kind = ANY (ARRAY['w9'::text, 'w8'::text, 'vat_certificate'::text, 'tax_residency'::text, 'other'::text]))),
  constraint tax_document_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/png'::text, 'image/jpeg'::text]))),
  constraint tax_document_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint tax_document_pkey PRIMARY KEY (id),
  constraint tax_document_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint tax_document_sha256_check CHECK ((octet_length(sha256) = 32)),
  constraint tax_document_size_bytes_check CHECK (((size_bytes >= 1) AND (size_bytes <= 2097152))),
  constraint tax_document_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'verified'::text, 'rejected'::text, 'expired'::text]))),
  constraint tax_document_two_people CHECK ((reviewed_by IS DISTINCT FROM uploaded_by))
);
CREATE INDEX tax_document_partner_id_id_idx ON public.tax_document USING btree (partner_id, id DESC);
CREATE INDEX tax_document_waiting ON public.tax_document USING btree (created_at) WHERE (state = 'submitted'::text);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.tax_document FOR EACH ROW WHEN ((new.uploaded_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('uploaded_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.tax_document FOR EACH ROW WHEN ((new.reviewed_by_name IS DISTINCT FROM old.reviewed_by_name)) EXECUTE FUNCTION private.act_in_own_name('reviewed_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.tax_document REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tax_document REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tax_document REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_tax_document BEFORE INSERT OR UPDATE ON public.tax_document FOR EACH ROW EXECUTE FUNCTION access.enforce_tax_document();
CREATE TRIGGER no_delete BEFORE DELETE ON public.tax_document FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.tax_document FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.tax_document FOR EACH ROW WHEN ((new.uploaded_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('uploaded_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.tax_document FOR EACH ROW WHEN ((new.reviewed_by IS DISTINCT FROM old.reviewed_by)) EXECUTE FUNCTION private.act_as_oneself('reviewed_by');
alter table public.tax_document enable row level security, force row level security;
create policy deciding on public.tax_document for select to liaison_authz
  using (true);
create policy own_work on public.tax_document for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy owner_side on public.tax_document for all to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)))
  with check ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy platform_change on public.tax_document for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_side on public.tax_document for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.tax_document to liaison_authz;
grant select on public.tax_document to liaison_platform;
grant select (id, partner_id, kind, state, valid_until) on public.tax_document to liaison_job;
grant update (state) on public.tax_document to liaison_job;
grant update (state, valid_until, reviewed_at, reviewed_by, reviewed_by_name, reason) on public.tax_document to liaison_platform;
grant insert (id, partner_id, kind, file_name, media_type, size_bytes, sha256, sealed_file, valid_until, uploaded_by, uploaded_by_name) on public.tax_document to liaison_program;
grant select (id, partner_id, kind, file_name, media_type, size_bytes, sha256, sealed_file, state, valid_until, uploaded_by_name, created_at, reviewed_at, reason, version) on public.tax_document to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_paid_earning()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  e public.earning;
begin
  select * into e from public.earning x where x.id = new.id;
  if e.state in ('in_payout', 'paid') and not exists (
    select from public.payout_line l join public.payout_item i on i.id = l.item_id
    where l.earning_id = e.id and l.item_id = e.payout_item_id and l.amount_minor = e.amount_minor
      and (i.state = 'paid') = (e.state = 'paid') and i.state in ('queued', 'sent', 'paid')) then
    raise exception 'an earning is paid through a payout alone' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  if tg_op = 'UPDATE' and old.payout_item_id is not null and e.payout_item_id is distinct from old.payout_item_id and exists (
    select from public.payout_item i where i.id = old.payout_item_id and i.state in ('queued', 'sent', 'paid')) then
    raise exception 'a live payout keeps its earnings' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  if e.state not in ('in_payout', 'paid') and e.payout_item_id is not null then
    raise exception 'an earning outside of a payout names none' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  return null;
end
$function$;
grant execute on access.check_paid_earning() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_payout_move(of_entity text, from_state text, to_state text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.payout_side();
begin
  if not exists (select from public.state_transition t where t.entity = of_entity and t.from_state = check_payout_move.from_state and t.to_state = check_payout_move.to_state and t.actor_kind = side) then
    raise exception '% may not move a % from % to %', side, of_entity, from_state, to_state using errcode = 'check_violation', constraint = of_entity || '_transition';
  end if;
end
$function$;
grant execute on access.check_payout_move(text,text,text) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_payout_sums()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  wrong boolean;
  i public.payout_item;
begin
  if tg_table_name = 'payout_batch' then
    select (sum(x.amount_minor), count(*), sum(x.row_count)) is distinct from (new.total_minor::numeric, new.item_count::bigint, new.row_count::bigint) into wrong
    from public.payout_item x where x.batch_id = new.id;
  else
    -- The row as it is at the end, not as it was when this was noted.
    select * into i from public.payout_item x where x.id = new.id;
    select (sum(l.amount_minor), count(*)) is distinct from (i.amount_minor::numeric, i.row_count::bigint)
      or bool_or(e.partner_id <> i.partner_id or e.currency <> i.currency or e.amount_minor <> l.amount_minor
        or case when i.state in ('queued', 'sent') then e.payout_item_id is distinct from i.id or e.state <> 'in_payout'
             when i.state = 'paid' then e.payout_item_id is distinct from i.id or e.state <> 'paid'
             else e.payout_item_id is not distinct from i.id end) into wrong
    from public.payout_line l join public.earning e on e.id = l.earning_id where l.item_id = i.id;
  end if;
  if wrong then
    raise exception 'the sums of a payout do not agree' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  return null;
end
$function$;
grant execute on access.check_payout_sums() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_statement_sums()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  wrong boolean;
begin
  select (coalesce(sum(l.amount_minor) filter (where l.what = 'earned'), 0), -coalesce(sum(l.amount_minor) filter (where l.what = 'voided'), 0),
      -coalesce(sum(l.amount_minor) filter (where l.what = 'paid'), 0), count(*))
    is distinct from (new.earned_minor::numeric, new.voided_minor::numeric, new.paid_minor::numeric, new.line_count::bigint) into wrong
  from public.earning_statement_line l where l.statement_id = new.id;
  if wrong then
    raise exception 'a statement is the sum of its lines' using errcode = 'check_violation', constraint = 'earning_statement_sums';
  end if;
  return null;
end
$function$;
grant execute on access.check_statement_sums() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.end_of_program_day(day date)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select ((day + 1)::timestamp at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC')) - interval '1 millisecond'
  $function$;
grant execute on access.end_of_program_day(date) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_payout_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.payout_side();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.created_by is distinct from access.context_id('actor_id') or new.partner_id is distinct from access.partner_as_owner() then
      raise exception 'an owner gives the account in the own name' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    new.created_at := statement_timestamp();
    new.usable_from := statement_timestamp() + interval '72 hours';
    -- The provider stopped payouts to the partner, not to the account: whoever replaces it goes on waiting.
    select x.held_at, x.held_by_name, x.hold_reason into new.held_at, new.held_by_name, new.hold_reason
    from public.payout_account x where x.partner_id = new.partner_id order by x.created_at desc, x.id desc limit 1;
    return new;
  end if;
  if (new.id, new.partner_id, new.method, new.holder_name, new.label, new.country, new.sealed_details, new.fingerprint, new.created_by, new.created_by_name, new.created_at, new.usable_from)
    is distinct from (old.id, old.partner_id, old.method, old.holder_name, old.label, old.country, old.sealed_details, old.fingerprint, old.created_by, old.created_by_name, old.created_at, old.usable_from) then
    raise exception 'an account never changes' using errcode = 'check_violation', constraint = 'payout_account_identity';
  end if;
  if old.ended_at is not null then
    raise exception 'the account was replaced' using errcode = 'check_violation', constraint = 'payout_account_ended';
  end if;
  if side = 'partner' then
    if (new.verified_at, new.verified_by, new.verified_by_name, new.held_at, new.held_by_name, new.hold_reason) is distinct from (old.verified_at, old.verified_by, old.verified_by_name, old.held_at, old.held_by_name, old.hold_reason) then
      raise exception 'the provider verifies and holds accounts' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    if new.ended_at is not null then
      new.ended_at := statement_timestamp();
    end if;
  elsif side = 'provider' then
    if new.ended_at is not null then
      raise exception 'only an owner replaces the account' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    if new.verified_at is distinct from old.verified_at and (old.verified_at is not null or new.verified_by is distinct from access.context_id('actor_id')
      or exists (select from public.partner_member m where m.partner_id = new.partner_id and m.person_id = access.context_id('actor_id') and m.status = 'active')) then
      raise exception 'an account is verified once, by somebody who is no member of the partner' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
  end if;
  new.version := old.version + 1;
  return new;
end
$function$;
grant execute on access.enforce_payout_account() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_payout_batch()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.payout_side();
  actor uuid := access.context_id('actor_id');
  -- What somebody submitted who is no admin any more is submitted anew, by whoever answers for it from then on.
  takes_over boolean := false;
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.number, new.currency, new.cutoff_at, new.rail, new.note, new.total_minor, new.item_count, new.row_count, new.skipped, new.created_by, new.created_by_name, new.created_at)
      is distinct from (old.id, old.number, old.currency, old.cutoff_at, old.rail, old.note, old.total_minor, old.item_count, old.row_count, old.skipped, old.created_by, old.created_by_name, old.created_at) then
      raise exception 'a batch keeps what it was built of' using errcode = 'check_violation', constraint = 'payout_batch_identity';
    end if;
    new.version := old.version + 1;
  end if;
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'provider' or new.state <> 'draft' or new.created_by is distinct from actor then
      raise exception 'a batch is built in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    return new;
  end if;
  takes_over := old.state = 'submitted' and new.state = 'submitted' and new.submitted_by is distinct from old.submitted_by and not access.is_in_charge('provider', null, old.submitted_by);
  if new.state = old.state and not takes_over then
    raise exception 'a batch is only moved' using errcode = 'check_violation', constraint = 'payout_batch_transition';
  end if;
  if not takes_over then
    perform access.check_payout_move('payout_batch', old.state, new.state);
  end if;
  if new.state = 'submitted' then
    if new.submitted_by is distinct from actor then
      raise exception 'a batch is submitted in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    new.submitted_at := statement_timestamp();
    new.submitted_by_name := access.context() ->> 'actor_name';
  elsif (new.submitted_by, new.submitted_by_name, new.submitted_at) is distinct from (old.submitted_by, old.submitted_by_name, old.submitted_at) then
    raise exception 'who submitted a batch stays' using errcode = 'check_violation', constraint = 'payout_batch_actor';
  end if;
  if new.state = 'approved' then
    if new.approved_by is distinct from actor then
      raise exception 'a batch is approved in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    if exists (select from public.payout_item i join public.partner_member m on m.partner_id = i.partner_id and m.status = 'active' where i.batch_id = new.id and m.person_id in (actor, old.created_by, old.submitted_by)) then
      raise exception 'nobody pays the own partner' using errcode = 'check_violation', constraint = 'payout_batch_own_partner';
    end if;
    new.approved_at := statement_timestamp();
  elsif (new.approved_by, new.approved_by_name, new.approved_at) is distinct from (old.approved_by, old.approved_by_name, old.approved_at) then
    raise exception 'who approved a batch stays' using errcode = 'check_violation', constraint = 'payout_batch_actor';
  end if;
  if new.state = 'processing' then
    new.started_at := statement_timestamp();
  end if;
  if new.state in ('completed', 'partially_failed', 'cancelled') then
    if exists (select from public.payout_item i where i.batch_id = new.id and i.state in ('queued', 'sent')) then
      raise exception 'the batch still has open items' using errcode = 'check_violation', constraint = 'payout_batch_open';
    end if;
    if new.state <> 'cancelled' and (new.state = 'partially_failed') <> exists (select from public.payout_item i where i.batch_id = new.id and i.state = 'failed') then
      raise exception 'the end of a batch is that of its items' using errcode = 'check_violation', constraint = 'payout_batch_transition';
    end if;
    new.finished_at := statement_timestamp();
  end if;
  return new;
end
$function$;
grant execute on access.enforce_payout_batch() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_payout_hand_over()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.payout_side();
begin
  if tg_op = 'UPDATE' and (new.id, new.batch_id, new.part, new.parts, new.created_at) is distinct from (old.id, old.batch_id, old.part, old.parts, old.created_at) then
    raise exception 'a message stays about its part' using errcode = 'check_violation', constraint = 'payout_hand_over_identity';
  end if;
  if side is null then
    return new;
  end if;
  if side = 'provider' then
    if new.status <> 'waiting' or new.attempt <> 0 or (tg_op = 'UPDATE' and old.status = 'waiting') then
      raise exception 'people only have a message sent' using errcode = 'check_violation', constraint = 'payout_hand_over_actor';
    end if;
    if not exists (select from public.payout_batch b where b.id = new.batch_id and b.rail = 'external' and b.state = 'processing') then
      raise exception 'only what the finance system pays now is handed to it' using errcode = 'check_violation', constraint = 'payout_hand_over_batch';
    end if;
  elsif side <> 'clock' or tg_op = 'INSERT' or old.status <> 'waiting' then
    raise exception 'a message that has ended stays so' using errcode = 'check_violation', constraint = 'payout_hand_over_actor';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_payout_hand_over() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_payout_item()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.payout_side();
  b public.payout_batch;
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.batch_id, new.partner_id, new.currency, new.amount_minor, new.row_count, new.payout_account_id, new.account_method, new.account_label, new.created_at)
      is distinct from (old.id, old.batch_id, old.partner_id, old.currency, old.amount_minor, old.row_count, old.payout_account_id, old.account_method, old.account_label, old.created_at)
      or old.state in ('paid', 'failed', 'cancelled') then
      raise exception 'an item keeps what it was built of, and its end' using errcode = 'check_violation', constraint = 'payout_item_identity';
    end if;
    new.version := old.version + 1;
  end if;
  if side is null then
    return new;
  end if;
  select * into b from public.payout_batch x where x.id = new.batch_id;
  if tg_op = 'INSERT' then
    if b.state is distinct from 'draft' or b.currency <> new.currency or new.state <> 'queued' or b.created_by is distinct from access.context_id('actor_id') then
      raise exception 'items are made with their batch' using errcode = 'check_violation', constraint = 'payout_item_batch';
    end if;
    return new;
  end if;
  if new.state = old.state then
    -- The one thing that changes without a move: the approval of the batch shows the item to its partner.
    if new.approved_at is null or old.approved_at is not null or b.state <> 'approved' or new.rail_ref is not null then
      raise exception 'an item is only moved' using errcode = 'check_violation', constraint = 'payout_item_transition';
    end if;
    new.approved_at := b.approved_at;
    return new;
  end if;
  perform access.check_payout_move('payout_item', old.state, new.state);
  if (new.state = 'cancelled' and b.state not in ('draft', 'submitted')) or (new.state <> 'cancelled' and b.state <> 'processing') then
    raise exception 'the batch is not where items do this' using errcode = 'check_violation', constraint = 'payout_item_batch';
  end if;
  if new.state = 'sent' then
    new.sent_at := statement_timestamp();
  else
    new.finished_at := statement_timestamp();
    if new.settled_by is distinct from access.context_id('actor_id') then
      raise exception 'an item is settled in the own name' using errcode = 'check_violation', constraint = 'payout_item_actor';
    end if;
  end if;
  return new;
end
$function$;
grant execute on access.enforce_payout_item() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_statement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  before bigint;
begin
  perform pg_advisory_xact_lock(access.lock_key('statement ' || new.currency, new.partner_id));
  if new.month > access.last_closed_month() then
    raise exception 'the month is not over' using errcode = 'check_violation', constraint = 'earning_statement_open';
  end if;
  if exists (select from public.earning_statement s where s.partner_id = new.partner_id and s.currency = new.currency and s.month > new.month) then
    raise exception 'a later month is closed' using errcode = 'check_violation', constraint = 'earning_statement_order';
  end if;
  select s.closing_minor into before from public.earning_statement s where s.partner_id = new.partner_id and s.currency = new.currency and s.month < new.month order by s.month desc limit 1;
  if new.opening_minor <> coalesce(before, 0) then
    raise exception 'a statement begins where the one before ended' using errcode = 'check_violation', constraint = 'earning_statement_opening';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_statement() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_tax_document()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.payout_side();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'partner' or new.state <> 'submitted' or new.uploaded_by is distinct from access.context_id('actor_id') then
      raise exception 'a document is handed in by an owner in the own name' using errcode = 'check_violation', constraint = 'tax_document_actor';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.kind, new.file_name, new.media_type, new.size_bytes, new.sha256, new.sealed_file, new.uploaded_by, new.created_at)
    is distinct from (old.id, old.partner_id, old.kind, old.file_name, old.media_type, old.size_bytes, old.sha256, old.sealed_file, old.uploaded_by, old.created_at) then
    raise exception 'a document never changes' using errcode = 'check_violation', constraint = 'tax_document_identity';
  end if;
  if new.state = old.state then
    raise exception 'a document is decided once' using errcode = 'check_violation', constraint = 'tax_document_transition';
  end if;
  perform access.check_payout_move('tax_document', old.state, new.state);
  if side = 'provider' and (new.reviewed_by is distinct from access.context_id('actor_id')
    or exists (select from public.partner_member m where m.partner_id = new.partner_id and m.person_id = access.context_id('actor_id') and m.status = 'active')) then
    raise exception 'a document is decided in the own name, by somebody who is no member of the partner' using errcode = 'check_violation', constraint = 'tax_document_actor';
  end if;
  if new.state = 'expired' and (old.valid_until is null or old.valid_until >= access.program_day(statement_timestamp())) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'tax_document_transition';
  end if;
  new.version := old.version + 1;
  return new;
end
$function$;
grant execute on access.enforce_tax_document() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.follow_payout_item(item uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  ended text := (select i.state from public.payout_item i where i.id = item);
begin
  if not access.is_finance_key() then
    raise exception 'only the finance system of the provider settles payouts here' using errcode = 'insufficient_privilege';
  end if;
  if ended = 'paid' then
    update public.earning e set state = 'paid' where e.payout_item_id = item and e.state = 'in_payout';
  elsif ended = 'failed' then
    update public.earning e set state = 'approved', payout_item_id = null where e.payout_item_id = item and e.state = 'in_payout';
  end if;
end
$function$;
grant execute on access.follow_payout_item(uuid) to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_finance_key()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(access.context_plane() = 'ingest' and exists (
    select from public.ingest_key k
    where k.id = access.context_id('actor_id') and k.source = (select p.finance_source from public.payout_policy p order by p.version desc limit 1)), false)
$function$;
grant execute on access.is_finance_key() to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_free_to_pay(state text, payout_item_id uuid, available_on date, cutoff timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN ((state = 'approved'::text) AND (payout_item_id IS NULL) AND (available_on <= ((cutoff AT TIME ZONE 'UTC'::text))::date));
grant execute on access.is_free_to_pay(text,uuid,date,timestamp with time zone) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_free_to_pay(state text, payout_item_id uuid, available_on date, until date)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN ((state = 'approved'::text) AND (payout_item_id IS NULL) AND (available_on <= until));
grant execute on access.is_free_to_pay(text,uuid,date,date) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.last_closed_month()
 RETURNS date
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (date_trunc('month', statement_timestamp() at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC')) - interval '1 month')::date
  $function$;
grant execute on access.last_closed_month() to liaison_job;
grant execute on access.last_closed_month() to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_batch_approvers(of_batch uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  mailed integer;
begin
  if not coalesce(session_user = 'liaison_platform' and access.context_plane() = 'platform', false) then
    raise exception 'this login mails no admins' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_batch_approvers.subject, 'text', mail_batch_approvers.body)
  from public.payout_batch b
  join public.platform_staff s on s.role = 'SUPER_ADMIN' and s.status = 'active' and s.person_id not in (b.created_by, b.submitted_by)
  join public.person h on h.id = s.person_id and h.status = 'active'
  where b.id = of_batch and b.state = 'submitted' and b.submitted_by = access.context_id('actor_id')
    and not exists (
      select from public.payout_item i join public.partner_member m on m.partner_id = i.partner_id and m.status = 'active'
      where i.batch_id = b.id and m.person_id = h.id);
  get diagnostics mailed = row_count;
  return mailed;
end
$function$;
grant execute on access.mail_batch_approvers(uuid,text,text) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_partner_owners(of_partner uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  mailed integer;
begin
  if not coalesce((session_user = 'liaison_program' and of_partner = access.partner_as_owner()) or (session_user = 'liaison_platform' and access.context_plane() = 'platform')
    or (session_user = 'liaison_job' and access.context_plane() = 'system') or (session_user = 'liaison_ingest' and access.is_finance_key()), false) then
    raise exception 'this login mails no owners' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_partner_owners.subject, 'text', mail_partner_owners.body)
  from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
  where m.partner_id = of_partner and m.role = 'PARTNER_OWNER' and m.status = 'active';
  get diagnostics mailed = row_count;
  return mailed;
end
$function$;
grant execute on access.mail_partner_owners(uuid,text,text) to liaison_ingest;
grant execute on access.mail_partner_owners(uuid,text,text) to liaison_job;
grant execute on access.mail_partner_owners(uuid,text,text) to liaison_platform;
grant execute on access.mail_partner_owners(uuid,text,text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_payout_admins(hand_over uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  mailed integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about a batch' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_payout_admins.subject, 'text', mail_payout_admins.body)
  from public.payout_hand_over h
  join public.platform_staff s on s.role = 'SUPER_ADMIN' and s.status = 'active'
  join public.person p on p.id = s.person_id and p.status = 'active'
  where h.id = hand_over and h.status = 'failed';
  get diagnostics mailed = row_count;
  return mailed;
end
$function$;
grant execute on access.mail_payout_admins(uuid,text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payout_account_sharers(of_account uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select count(distinct o.partner_id)::integer
  from public.payout_account a join public.payout_account o on o.fingerprint = a.fingerprint and o.partner_id <> a.partner_id and o.ended_at is null
  where a.id = of_account and access.context_plane() = 'platform'
  $function$;
grant execute on access.payout_account_sharers(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payout_candidates(of_currency text, cutoff timestamp with time zone)
 RETURNS TABLE(partner_id uuid, partner_name text, currency text, amount_minor bigint, row_count bigint, obstacles jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.partner_id, p.name, s.currency::text, s.amount_minor, s.row_count, access.payout_obstacles(s.partner_id, s.currency, s.amount_minor)
  from (
    select e.partner_id, e.currency, sum(e.amount_minor)::bigint as amount_minor, count(*) as row_count
    from public.earning e
    where access.is_free_to_pay(e.state, e.payout_item_id, e.available_on, (select access.program_day(cutoff))) and (of_currency is null or e.currency = of_currency)
      and ((select access.context_plane()) = 'platform' or e.partner_id = (select access.partner_as_owner()))
    group by 1, 2
  ) s join public.partner p on p.id = s.partner_id
  order by p.name, s.partner_id, s.currency
  $function$;
grant execute on access.payout_candidates(text,timestamp with time zone) to liaison_platform;
grant execute on access.payout_candidates(text,timestamp with time zone) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payout_hand_over_items(hand_over uuid)
 RETURNS TABLE(batch_number integer, item_id uuid, partner_id uuid, currency text, amount_minor bigint, method text, label text, account_id uuid, sealed_details bytea)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work hands payouts over' using errcode = 'insufficient_privilege';
  end if;
  return query
    with numbered as (
      select i.*, row_number() over (order by i.id) as place
      from public.payout_hand_over h join public.payout_item i on i.batch_id = h.batch_id
      where h.id = hand_over and h.status = 'waiting')
    select b.number, n.id, n.partner_id, n.currency, n.amount_minor, n.account_method, n.account_label, a.id,
      case when n.account_method = 'external' then a.sealed_details end
    from numbered n
    join public.payout_hand_over h on h.id = hand_over
    join public.payout_batch b on b.id = n.batch_id and b.rail = 'external' and b.state = 'processing'
    join public.payout_account a on a.id = n.payout_account_id
    where n.state = 'sent' and n.place > 500 * (h.part - 1) and n.place <= 500 * h.part
    order by n.place;
end
$function$;
grant execute on access.payout_hand_over_items(uuid) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payout_minimum(of_partner uuid, of_currency text)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  terms jsonb := access.agreement_terms(access.agreement_at(of_partner, statement_timestamp()));
begin
  return greatest(1, coalesce((terms #>> array['min_payout', of_currency])::bigint,
    (select (p.defaults #>> array['min_payout', of_currency])::bigint from public.program p where p.code = 'standard'), 1));
end
$function$;
grant execute on access.payout_minimum(uuid,text) to liaison_platform;
grant execute on access.payout_minimum(uuid,text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payout_obstacles(of_partner uuid, of_currency text, amount_minor bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  a public.payout_account;
  found_obstacles jsonb := '[]';
  tax_blocks boolean := (select p.tax_document from public.payout_policy p order by p.version desc limit 1) = 'block';
  today date := access.program_day(statement_timestamp());
  partner_status text := (select p.status from public.partner p where p.id = of_partner);
begin
  if not coalesce(access.context_plane() in ('platform', 'system') or of_partner = access.partner_as_owner(), false) then
    return null;
  end if;
  if partner_status is distinct from 'active' then
    found_obstacles := found_obstacles || case when partner_status = 'terminated' then '[{"code": "partner_terminated", "blocks": false}]'
      else '[{"code": "partner_not_active", "blocks": true}]' end::jsonb;
  end if;
  select * into a from public.payout_account x where x.partner_id = of_partner and x.ended_at is null;
  if a.id is null then
    found_obstacles := found_obstacles || '[{"code": "no_account", "blocks": true}]';
  else
    if a.verified_at is null then
      found_obstacles := found_obstacles || '[{"code": "account_not_verified", "blocks": true}]';
    end if;
    if a.usable_from > statement_timestamp() then
      found_obstacles := found_obstacles || jsonb_build_object('code', 'account_cooling_off', 'blocks', true, 'until', a.usable_from);
    end if;
    if a.held_at is not null then
      found_obstacles := found_obstacles || '[{"code": "payouts_held", "blocks": true}]';
    end if;
  end if;
  if amount_minor is not null and amount_minor < access.payout_minimum(of_partner, of_currency) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'below_minimum', 'blocks', partner_status is distinct from 'terminated' or amount_minor < 1, 'minimum_minor', access.payout_minimum(of_partner, of_currency));
  end if;
  if not exists (select from public.tax_document d where d.partner_id = of_partner and d.state = 'verified' and (d.valid_until is null or d.valid_until >= today)) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'tax_document_missing', 'blocks', tax_blocks);
  end if;
  if access.agreement_at(of_partner, statement_timestamp()) is null then
    found_obstacles := found_obstacles || '[{"code": "no_active_agreement", "blocks": false}]';
  end if;
  return found_obstacles;
end
$function$;
grant execute on access.payout_obstacles(uuid,text,bigint) to liaison_platform;
grant execute on access.payout_obstacles(uuid,text,bigint) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payout_side()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_program'::name THEN 'partner'::text WHEN 'liaison_platform'::name THEN 'provider'::text WHEN 'liaison_job'::name THEN 'clock'::text WHEN 'liaison_ingest'::name THEN 'finance'::text ELSE NULL::text END;
grant execute on access.payout_side() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.statement_lines(of_partner uuid, of_currency text, of_month date)
 RETURNS TABLE(what text, earning_id uuid, payout_item_id uuid, day date, kind text, state text, about text, base_minor bigint, amount_minor bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  next_month date := (of_month + interval '1 month')::date;
  zone text := coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC');
begin
  if access.context_plane() is null or access.context_plane() not in ('platform', 'system') then
    return;
  end if;
  return query
  select 'earned'::text, e.id, null::uuid, (e.created_at at time zone zone)::date, e.kind, e.state, coalesce(e.reason, t.name, ''), e.base_minor, e.amount_minor
  from public.earning e left join public.referral r on r.id = e.referral_id left join public.tenant t on t.id = r.tenant_id
  where e.partner_id = of_partner and e.currency = of_currency and e.period_month < next_month and e.state <> 'void'
    and not exists (select from public.earning_statement_line l where l.earning_id = e.id and l.what = 'earned')
  union all
  select 'voided'::text, e.id, null::uuid, l.day, e.kind, e.state, l.about, l.base_minor, -l.amount_minor
  from public.earning_statement_line l join public.earning e on e.id = l.earning_id
  where l.what = 'earned' and e.partner_id = of_partner and e.currency = of_currency and e.state = 'void'
    and not exists (select from public.earning_statement_line v where v.earning_id = e.id and v.what = 'voided')
  union all
  select 'paid'::text, null::uuid, i.id, (i.finished_at at time zone zone)::date, 'payout'::text, i.state, i.account_label, null::bigint, -i.amount_minor
  from public.payout_item i
  where i.partner_id = of_partner and i.currency = of_currency and i.state = 'paid' and (i.finished_at at time zone zone)::date < next_month
    and not exists (select from public.earning_statement_line p where p.payout_item_id = i.id)
  order by 4, 1, 2, 3;
end
$function$;
grant execute on access.statement_lines(uuid,text,date) to liaison_job;
grant execute on access.statement_lines(uuid,text,date) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.statements_due(of_month date)
 RETURNS TABLE(partner_id uuid, partner_name text, currency text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select distinct due.partner_id, p.name, due.currency::text
  from (
    select e.partner_id, e.currency::text from public.earning e
    where e.period_month <= of_month and (e.state <> 'void') <> exists (select from public.earning_statement_line l where l.earning_id = e.id and l.what = 'earned')
      and not exists (select from public.earning_statement_line v where v.earning_id = e.id and v.what = 'voided')
    union select i.partner_id, i.currency from public.payout_item i
    where i.state = 'paid' and access.program_day(i.finished_at) < (of_month + interval '1 month')::date and not exists (select from public.earning_statement_line l where l.payout_item_id = i.id)
  ) due join public.partner p on p.id = due.partner_id
  where access.context_plane() in ('platform', 'system')
    and not exists (select from public.earning_statement s where s.partner_id = due.partner_id and s.currency = due.currency and s.month >= of_month)
  order by 2, 1, 3
  $function$;
grant execute on access.statements_due(date) to liaison_job;
grant execute on access.statements_due(date) to liaison_platform;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_submitter()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not distinct from 'provider' and not access.hold_in_charge('provider', null, old.submitted_by) then
    raise exception 'whoever submitted the batch decides no more' using errcode = 'check_violation', constraint = 'payout_batch_submitter_gone';
  end if;
  return new;
end
$function$;
