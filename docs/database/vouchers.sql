-- A promise of a tenant to somebody, known by its code: issued by an agency's form or server, or by the tenant's own people; good once, until it expires (E9).
create table public.voucher (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  code text not null,
  voucher_type_id uuid not null,
  status text not null,
  agency_id uuid,
  agency_name text,
  form_token_id uuid,
  agency_key_id uuid,
  issuer_mode text not null,
  issued_by uuid,
  issued_by_label text,
  requested_at timestamp with time zone not null default statement_timestamp(),
  issued_at timestamp with time zone,
  expires_at timestamp with time zone,
  redeemed_at timestamp with time zone,
  redeemed_place text,
  receipt_id text,
  gross_minor bigint,
  currency text,
  ended_at timestamp with time zone,
  moved_at timestamp with time zone not null default now(),
  moved_by uuid,
  moved_by_name text,
  move_note text,
  version integer not null default 1,
  constraint voucher_check CHECK ((((issuer_mode = 'form'::text) = (form_token_id IS NOT NULL)) AND ((issuer_mode = 'agency_key'::text) = (agency_key_id IS NOT NULL)))),
  constraint voucher_check1 CHECK ((((issuer_mode = 'staff'::text) = (agency_id IS NULL)) AND ((agency_id IS NULL) = (agency_name IS NULL)))),
  constraint voucher_check2 CHECK ((((status = ANY (ARRAY['pending_review'::text, 'declined'::text])) = (issued_at IS NULL)) AND ((issued_at IS NULL) = (expires_at IS NULL)))),
  constraint voucher_check3 CHECK ((expires_at > issued_at)),
  constraint voucher_check4 CHECK ((((status = 'redeemed'::text) = (redeemed_at IS NOT NULL)) AND ((redeemed_at IS NULL) = (receipt_id IS NULL)))),
  constraint voucher_check5 CHECK (((redeemed_at IS NOT NULL) OR (num_nonnulls(redeemed_place, gross_minor) = 0))),
  constraint voucher_check6 CHECK (((gross_minor IS NULL) = (currency IS NULL))),
  constraint voucher_check7 CHECK (((status = ANY (ARRAY['expired'::text, 'voided'::text, 'declined'::text])) = (ended_at IS NOT NULL))),
  constraint voucher_check8 CHECK (((status <> ALL (ARRAY['voided'::text, 'declined'::text])) OR (move_note IS NOT NULL))),
  constraint voucher_code_check CHECK ((code ~ '^[0-9A-HJKMNP-TV-Z]{12}$'::text)),
  constraint voucher_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint voucher_gross_bounded CHECK ((gross_minor <= '1000000000000'::bigint)),
  constraint voucher_gross_minor_check CHECK (((gross_minor >= 0) AND (gross_minor <= '9007199254740991'::bigint))),
  constraint voucher_issued_by_label_check CHECK (((char_length(issued_by_label) >= 1) AND (char_length(issued_by_label) <= 200))),
  constraint voucher_issuer_mode_check CHECK ((issuer_mode = ANY (ARRAY['form'::text, 'agency_key'::text, 'staff'::text]))),
  constraint voucher_move_note_check CHECK (((char_length(move_note) >= 1) AND (char_length(move_note) <= 500))),
  constraint voucher_pkey PRIMARY KEY (tenant_id, id),
  constraint voucher_receipt_id_check CHECK (((char_length(receipt_id) >= 1) AND (char_length(receipt_id) <= 60))),
  constraint voucher_redeemed_place_check CHECK (((char_length(redeemed_place) >= 1) AND (char_length(redeemed_place) <= 60))),
  constraint voucher_status_check CHECK ((status = ANY (ARRAY['pending_review'::text, 'issued'::text, 'redeemed'::text, 'expired'::text, 'voided'::text, 'declined'::text]))),
  constraint voucher_tenant_id_agency_id_agency_key_id_fkey FOREIGN KEY (tenant_id, agency_id, agency_key_id) REFERENCES public.agency_key(tenant_id, agency_id, id),
  constraint voucher_tenant_id_agency_id_form_token_id_fkey FOREIGN KEY (tenant_id, agency_id, form_token_id) REFERENCES public.form_token(tenant_id, agency_id, id),
  constraint voucher_tenant_id_code_key UNIQUE (tenant_id, code),
  constraint voucher_tenant_id_voucher_type_id_fkey FOREIGN KEY (tenant_id, voucher_type_id) REFERENCES public.voucher_type(tenant_id, id)
);
CREATE INDEX voucher_by_state ON public.voucher USING btree (tenant_id, status, requested_at DESC);
CREATE INDEX voucher_newest ON public.voucher USING btree (tenant_id, requested_at DESC, id DESC);
CREATE INDEX voucher_of_agency ON public.voucher USING btree (tenant_id, agency_id, code);
CREATE INDEX voucher_running ON public.voucher USING btree (expires_at) WHERE (status = 'issued'::text);
CREATE INDEX voucher_tenant_id_voucher_type_id_idx ON public.voucher USING btree (tenant_id, voucher_type_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.voucher REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.voucher REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.voucher REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER guard_voucher BEFORE INSERT OR UPDATE ON public.voucher FOR EACH ROW EXECUTE FUNCTION access.guard_voucher();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.voucher FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER note_voucher AFTER INSERT OR UPDATE ON public.voucher FOR EACH ROW EXECUTE FUNCTION access.note_voucher();
alter table public.voucher enable row level security, force row level security;
create policy deciding on public.voucher for select to liaison_authz
  using (true);
create policy expiring on public.voucher for update to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy insertable on public.voucher for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('voucher'::text, 'insert'::text) AS reach)));
create policy issuing on public.voucher for insert to liaison_authz
  with check (true);
create policy own_work on public.voucher for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy readable on public.voucher for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('voucher'::text, 'select'::text) AS reach)));
create policy updatable on public.voucher for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('voucher'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('voucher'::text, 'update'::text) AS reach)));
grant insert, select on public.voucher to liaison_authz;
grant select on public.voucher to liaison_job;
grant select on public.voucher to liaison_tenant;
grant update (status) on public.voucher to liaison_job;
grant insert (tenant_id, code, voucher_type_id, status, issuer_mode) on public.voucher to liaison_tenant;
grant update (status, redeemed_place, receipt_id, gross_minor, currency, move_note) on public.voucher to liaison_tenant;

-- What happened to a voucher, written by the trigger that enforces its moves: never changed, and without personal data of recipients.
create table public.voucher_event (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  voucher_id uuid not null,
  at timestamp with time zone not null default statement_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  side text not null,
  actor_name text,
  note text,
  receipt_id text,
  place text,
  constraint voucher_event_pkey PRIMARY KEY (tenant_id, id),
  constraint voucher_event_side_check CHECK ((side = ANY (ARRAY['agency'::text, 'tenant'::text, 'clock'::text]))),
  constraint voucher_event_tenant_id_voucher_id_fkey FOREIGN KEY (tenant_id, voucher_id) REFERENCES public.voucher(tenant_id, id)
);
CREATE INDEX voucher_event_tenant_id_voucher_id_at_id_idx ON public.voucher_event USING btree (tenant_id, voucher_id, at, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.voucher_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.voucher_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.voucher_event enable row level security, force row level security;
create policy deciding on public.voucher_event for select to liaison_authz
  using (true);
create policy keeping on public.voucher_event for insert to liaison_authz
  with check (true);
create policy readable on public.voucher_event for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('voucher'::text, 'select'::text) AS reach)));
grant insert, select on public.voucher_event to liaison_authz;
grant select on public.voucher_event to liaison_tenant;

-- For whom a voucher is. The only place with personal data of recipients; a form can write it and never read it (E13).
create table public.voucher_recipient (
  tenant_id uuid not null,
  voucher_id uuid not null,
  first_name text,
  last_name text,
  date_of_birth date,
  household_adults integer,
  household_children integer,
  identity_key bytea not null,
  purge_after timestamp with time zone not null,
  purged_at timestamp with time zone,
  erased_at timestamp with time zone,
  constraint voucher_recipient_check CHECK (
CASE
    WHEN (purged_at IS NULL) THEN (num_nulls(first_name, last_name, date_of_birth, household_adults, household_children) = 0)
    ELSE (num_nonnulls(first_name, last_name, date_of_birth, household_adults, household_children) = 0)
END),
  constraint voucher_recipient_check1 CHECK (((erased_at IS NULL) OR (purged_at IS NOT NULL))),
  constraint voucher_recipient_first_name_check CHECK (((char_length(first_name) >= 1) AND (char_length(first_name) <= 80))),
  constraint voucher_recipient_household_adults_check CHECK (((household_adults >= 0) AND (household_adults <= 20))),
  constraint voucher_recipient_household_children_check CHECK (((household_children >= 0) AND (household_children <= 20))),
  constraint voucher_recipient_identity_key_check CHECK ((octet_length(identity_key) = 32)),
  constraint voucher_recipient_last_name_check CHECK (((char_length(last_name) >= 1) AND (char_length(last_name) <= 80))),
  constraint voucher_recipient_pkey PRIMARY KEY (tenant_id, voucher_id),
  constraint voucher_recipient_tenant_id_voucher_id_fkey FOREIGN KEY (tenant_id, voucher_id) REFERENCES public.voucher(tenant_id, id)
);
CREATE INDEX voucher_recipient_due ON public.voucher_recipient USING btree (purge_after) WHERE (purged_at IS NULL);
CREATE INDEX voucher_recipient_identity ON public.voucher_recipient USING btree (tenant_id, identity_key);
CREATE TRIGGER audited_delete AFTER DELETE ON public.voucher_recipient REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.voucher_recipient REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.voucher_recipient REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER guard_recipient BEFORE UPDATE ON public.voucher_recipient FOR EACH ROW EXECUTE FUNCTION access.guard_recipient();
alter table public.voucher_recipient enable row level security, force row level security;
create policy deciding on public.voucher_recipient for select to liaison_authz
  using (true);
create policy erasing on public.voucher_recipient for update to liaison_authz
  using (true)
  with check (true);
create policy insertable on public.voucher_recipient for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('voucher'::text, 'insert'::text) AS reach)));
create policy issuing on public.voucher_recipient for insert to liaison_authz
  with check (true);
create policy own_work on public.voucher_recipient for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy purging on public.voucher_recipient for update to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy readable on public.voucher_recipient for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('voucher'::text, 'select'::text) AS reach)));
grant insert, select on public.voucher_recipient to liaison_authz;
grant select on public.voucher_recipient to liaison_tenant;
grant update (first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purged_at, erased_at) on public.voucher_recipient to liaison_authz;
grant select (tenant_id, voucher_id, purge_after, purged_at) on public.voucher_recipient to liaison_job;
grant update (first_name, last_name, date_of_birth, household_adults, household_children, purged_at) on public.voucher_recipient to liaison_job;
grant insert (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after) on public.voucher_recipient to liaison_tenant;

-- What a tenant's vouchers are for, how long they are good, and what happens when the same person asks again (E9).
create table public.voucher_type (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  code text not null,
  label text not null,
  valid_days integer not null default 30,
  duplicate_window_days integer not null default 90,
  duplicate_policy text not null default 'refuse'::text,
  yearly_reset text,
  keep_recipient_days integer not null default 180,
  is_active boolean not null default true,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint voucher_type_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'::text)),
  constraint voucher_type_duplicate_policy_check CHECK ((duplicate_policy = ANY (ARRAY['refuse'::text, 'review'::text, 'allow'::text]))),
  constraint voucher_type_duplicate_window_days_check CHECK (((duplicate_window_days >= 0) AND (duplicate_window_days <= 3650))),
  constraint voucher_type_keep_recipient_days_check CHECK (((keep_recipient_days >= 1) AND (keep_recipient_days <= 3650))),
  constraint voucher_type_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 80))),
  constraint voucher_type_pkey PRIMARY KEY (tenant_id, id),
  constraint voucher_type_tenant_id_code_key UNIQUE (tenant_id, code),
  constraint voucher_type_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint voucher_type_valid_days_check CHECK (((valid_days >= 1) AND (valid_days <= 3650))),
  constraint voucher_type_yearly_reset_check CHECK (((yearly_reset IS NULL) OR ((yearly_reset ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'::text) AND (make_date(2023, (substr(yearly_reset, 1, 2))::integer, (substr(yearly_reset, 4, 2))::integer) IS NOT NULL))))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.voucher_type REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.voucher_type REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.voucher_type REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.voucher_type FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.voucher_type enable row level security, force row level security;
create policy deciding on public.voucher_type for select to liaison_authz
  using (true);
create policy insertable on public.voucher_type for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('voucher_type'::text, 'insert'::text) AS reach)));
create policy offered on public.voucher_type for select to liaison_embed
  using ((tenant_id = ( SELECT s.tenant_id
   FROM access.issuing_side() s(plane, tenant_id, agency_id, form_id, credential_id)
  WHERE (s.agency_id IS NOT NULL))));
create policy readable on public.voucher_type for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('voucher_type'::text, 'select'::text) AS reach)));
create policy updatable on public.voucher_type for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('voucher_type'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('voucher_type'::text, 'update'::text) AS reach)));
grant select on public.voucher_type to liaison_authz;
grant select on public.voucher_type to liaison_tenant;
grant select (tenant_id, id, code, label, valid_days, duplicate_window_days, duplicate_policy, yearly_reset, keep_recipient_days, is_active) on public.voucher_type to liaison_embed;
grant insert (tenant_id, code, label, valid_days, duplicate_window_days, duplicate_policy, yearly_reset, keep_recipient_days, is_active) on public.voucher_type to liaison_tenant;
grant update (label, valid_days, duplicate_window_days, duplicate_policy, yearly_reset, keep_recipient_days, is_active, version) on public.voucher_type to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_new_voucher(new_row public.voucher, side text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (side = 'clock' or new_row.status not in ('pending_review', 'issued')) then
    raise exception 'a voucher begins waiting or issued' using errcode = 'check_violation', constraint = 'voucher_transition';
  end if;
  if ((side = 'tenant') <> (new_row.issuer_mode = 'staff')) then
    raise exception 'a voucher says who issued it' using errcode = 'check_violation', constraint = 'voucher_identity';
  end if;
  if (not exists (select from public.voucher_type t where t.tenant_id = new_row.tenant_id and t.id = new_row.voucher_type_id and t.is_active)) then
    raise exception 'vouchers of this type are not issued' using errcode = 'check_violation', constraint = 'voucher_type_inactive';
  end if;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_voucher_move(old_row public.voucher, new_status text, side text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  is_over boolean := old_row.status = 'issued' and old_row.expires_at <= statement_timestamp();
  zone text := (select t.timezone from public.tenant t where t.id = old_row.tenant_id);
  move text := (select t.action from public.state_transition t
    where t.entity = 'voucher' and t.from_state = old_row.status and t.to_state = new_status and t.actor_kind = side);
begin
  if (move is null) then
    raise exception '% may not move a voucher from % to %', side, old_row.status, new_status using errcode = 'check_violation', constraint = 'voucher_transition';
  end if;
  if (is_over <> (move = 'expire')) then
    raise exception 'whether a voucher has expired is a fact' using errcode = 'check_violation', constraint = 'voucher_expired';
  end if;
  if (side = 'tenant' and not access.may_move_voucher(old_row.tenant_id, move)) then
    raise exception 'this move needs another permission' using errcode = 'check_violation', constraint = 'voucher_permission';
  end if;
  if (move = 'reverse' and (old_row.redeemed_at at time zone zone)::date <> (statement_timestamp() at time zone zone)::date) then
    raise exception 'a redemption is taken back on its own day' using errcode = 'check_violation', constraint = 'voucher_reversal_late';
  end if;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.earlier_voucher(of_tenant uuid, of_agency uuid, of_type uuid, identity bytea, OUT id uuid, OUT code text, OUT is_own boolean)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  held text := pg_advisory_xact_lock(hashtextextended('voucher ' || of_tenant::text || encode(identity, 'hex'), 0))::text;
  vouchers uuid[] := array(select r.voucher_id from public.voucher_recipient r where r.tenant_id = of_tenant and r.identity_key = identity);
  since timestamptz;
begin
  if (cardinality(vouchers) = 0) then
    return;
  end if;
  since := access.voucher_window(of_tenant, of_type, statement_timestamp());
  select v.id, v.code, coalesce(v.agency_id = of_agency, false) into id, code, is_own
  from public.voucher v
  where v.tenant_id = of_tenant and v.id = any (vouchers) and (v.voucher_type_id = of_type and v.requested_at > since) is true
    and (v.status in ('pending_review', 'redeemed') or (v.status = 'issued' and v.expires_at > statement_timestamp())) is true
  order by coalesce(v.agency_id = of_agency, false) desc, v.requested_at desc
  limit 1;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.erase_recipient(identities bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  tenant uuid := access.context_id('tenant_id');
  erased integer;
begin
  if (access.context_plane() is distinct from 'tenant' or tenant is null or tenant not in (select access.reach('voucher_void', 'update'))) then
    raise exception 'only an organisation erases its recipients' using errcode = 'insufficient_privilege';
  end if;
  update public.voucher_recipient r
  set first_name = null, last_name = null, date_of_birth = null, household_adults = null, household_children = null,
    purged_at = coalesce(r.purged_at, statement_timestamp()), erased_at = statement_timestamp(),
    identity_key = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  where r.tenant_id = tenant and r.identity_key = any (identities) and r.erased_at is null;
  get diagnostics erased = row_count;
  return erased;
end
$function$;
grant execute on access.erase_recipient(bytea[]) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_agency_voucher(of_code text)
 RETURNS TABLE(id uuid, code text, voucher_type_id uuid, status text, agency_id uuid, requested_at timestamp with time zone, issued_at timestamp with time zone, expires_at timestamp with time zone, redeemed_at timestamp with time zone, type_code text, type_label text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select v.id, v.code, v.voucher_type_id, v.status, v.agency_id, v.requested_at, v.issued_at, v.expires_at, v.redeemed_at, t.code, t.label
  from access.issuing_side() side
  join public.voucher v on v.tenant_id = side.tenant_id and v.agency_id = side.agency_id and v.code = of_code
  join public.voucher_type t on t.tenant_id = v.tenant_id and t.id = v.voucher_type_id
$function$;
grant execute on access.find_agency_voucher(text) to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_recipient()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  is_ours boolean := session_user like 'liaison\_%';
  is_erased boolean := session_user = 'liaison_tenant' and old.erased_at is null and new.erased_at is not null
    and old.tenant_id in (select access.reach('voucher_void', 'update'));
begin
  if (is_ours and (new.tenant_id, new.voucher_id, new.purge_after) is distinct from (old.tenant_id, old.voucher_id, old.purge_after)) then
    raise exception 'a recipient is forgotten, not changed' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  if (is_ours and not is_erased and (new.identity_key, new.erased_at) is distinct from (old.identity_key, old.erased_at)) then
    raise exception 'a recipient is forgotten, not changed' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  if (is_ours and not is_erased and (old.purged_at is not null or new.purged_at is null or old.purge_after > statement_timestamp())) then
    raise exception 'a recipient is forgotten when its time has come' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  return new;
end
$function$;
grant execute on access.guard_recipient() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_voucher()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.voucher_side();
  context jsonb;
begin
  if (tg_op = 'INSERT') then
    if (side is not null) then
      perform access.check_new_voucher(new, side);
    end if;
  elsif ((new.tenant_id, new.id, new.code, new.voucher_type_id, new.agency_id, new.agency_name, new.form_token_id, new.agency_key_id, new.issuer_mode, new.issued_by, new.issued_by_label, new.requested_at)
    is distinct from (old.tenant_id, old.id, old.code, old.voucher_type_id, old.agency_id, old.agency_name, old.form_token_id, old.agency_key_id, old.issuer_mode, old.issued_by, old.issued_by_label, old.requested_at)) then
    raise exception 'a voucher keeps what it is and whose' using errcode = 'restrict_violation', constraint = 'voucher_identity';
  elsif (side is not null) then
    perform access.check_voucher_move(old, new.status, side);
    new.version := old.version + 1;
  end if;
  if (side is null) then
    if (new.status not in ('pending_review', 'declined')) then
      new.issued_at := coalesce(new.issued_at, statement_timestamp());
      new.expires_at := coalesce(new.expires_at, access.voucher_end(new.tenant_id, new.voucher_type_id, new.issued_at));
    end if;
    return new;
  end if;
  context := access.context();
  new.moved_at := statement_timestamp();
  new.moved_by := (context ->> 'actor_id')::uuid;
  new.moved_by_name := case when side = 'agency' then coalesce(new.issued_by_label, new.agency_name) else context ->> 'actor_name' end;
  if (tg_op = 'INSERT' and side = 'tenant') then
    new.issued_by := new.moved_by;
    new.issued_by_label := new.moved_by_name;
  end if;
  if (new.status = 'issued' and (tg_op = 'INSERT' or old.status = 'pending_review')) then
    new.issued_at := statement_timestamp();
    new.expires_at := access.voucher_end(new.tenant_id, new.voucher_type_id, new.issued_at);
  end if;
  if (new.status = 'redeemed') then
    new.redeemed_at := statement_timestamp();
  elsif (tg_op = 'UPDATE') then
    new.redeemed_at := null;
    new.redeemed_place := null;
    new.receipt_id := null;
    new.gross_minor := null;
    new.currency := null;
  end if;
  new.ended_at := case when new.status = 'expired' then new.expires_at when new.status in ('voided', 'declined') then statement_timestamp() end;
  return new;
end
$function$;
grant execute on access.guard_voucher() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.issue_for_agency(of_type uuid, identity bytea, wish jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  context jsonb := access.context();
  tenant uuid := (context ->> 'tenant_id')::uuid;
  agency uuid := (context ->> 'agency_id')::uuid;
  token uuid := (context ->> 'form_token_id')::uuid;
  key uuid := (context ->> 'agency_key_id')::uuid;
  recipient jsonb := wish -> 'recipient';
  earlier record;
  outcome text;
  made record;
begin
  if (session_user <> 'liaison_embed' or agency is null or num_nonnulls(token, key) <> 1) then
    raise exception 'only an agency issues like this' using errcode = 'insufficient_privilege';
  end if;
  earlier := access.earlier_voucher(tenant, agency, of_type, identity);
  outcome := wish -> 'outcomes' ->> (case when earlier.id is null then 'none' when earlier.is_own then 'own' else 'elsewhere' end);
  if (outcome = 'refuse') then
    return jsonb_build_object('refused_for', jsonb_build_object('code', case when earlier.is_own then earlier.code end));
  end if;
  for place in 0 .. jsonb_array_length(wish -> 'codes') - 1 loop
    with issued as (
      insert into public.voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, agency_key_id, issuer_mode, issued_by_label)
      values (tenant, wish -> 'codes' ->> place, of_type, outcome, agency, context ->> 'agency_name', token, key,
        case when token is not null then 'form' else 'agency_key' end, wish ->> 'issued_by_label')
      on conflict (tenant_id, code) do nothing
      returning id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at
    ), received as (
      insert into public.voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
      select tenant, i.id, recipient ->> 'first_name', recipient ->> 'last_name', (recipient ->> 'date_of_birth')::date,
        (recipient ->> 'household_adults')::integer, (recipient ->> 'household_children')::integer, identity, (recipient ->> 'purge_after')::timestamptz
      from issued i
    ), told as (
      insert into public.outbox (topic, payload)
      select wish -> 'topics' ->> outcome, jsonb_build_object('tenant_id', tenant, 'agency_id', agency, 'voucher_id', i.id, 'state', outcome) from issued i
    )
    select i.* into made from issued i;
    exit when found;
  end loop;
  if (made.id is null) then
    raise exception 'no free code was found for a voucher';
  end if;
  return jsonb_build_object('voucher', to_jsonb(made));
end
$function$;
grant execute on access.issue_for_agency(uuid,bytea,jsonb) to liaison_embed;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.issue_voucher(of_type uuid, identity bytea, wish jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  tenant uuid := access.context_id('tenant_id');
  issuer jsonb := wish -> 'issuer';
  recipient jsonb := wish -> 'recipient';
  found_code text;
  found_own boolean;
  outcome text;
  candidate text;
  made record;
begin
  select m.code, m.is_own into found_code, found_own from access.match_voucher(of_type, identity) m;
  outcome := wish -> 'outcomes' ->> (case when not found then 'none' when found_own then 'own' else 'elsewhere' end);
  if (outcome = 'refuse') then
    return jsonb_build_object('refused_for', jsonb_build_object('code', found_code));
  end if;
  for candidate in select c.value from jsonb_array_elements_text(wish -> 'codes') c loop
    if (issuer ->> 'issuer_mode' = 'staff') then
      insert into public.voucher (tenant_id, code, voucher_type_id, status, issuer_mode)
      values (tenant, candidate, of_type, outcome, 'staff')
      on conflict (tenant_id, code) do nothing
      returning id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at into made;
    else
      insert into public.voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, agency_key_id, issuer_mode, issued_by_label)
      values (tenant, candidate, of_type, outcome, (issuer ->> 'agency_id')::uuid, issuer ->> 'agency_name', (issuer ->> 'form_token_id')::uuid,
        (issuer ->> 'agency_key_id')::uuid, issuer ->> 'issuer_mode', issuer ->> 'issued_by_label')
      on conflict (tenant_id, code) do nothing
      returning id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at into made;
    end if;
    exit when made.id is not null;
  end loop;
  if (made.id is null) then
    raise exception 'no free code was found for a voucher';
  end if;
  insert into public.voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
  values (tenant, made.id, recipient ->> 'first_name', recipient ->> 'last_name', (recipient ->> 'date_of_birth')::date,
    (recipient ->> 'household_adults')::integer, (recipient ->> 'household_children')::integer, identity, (recipient ->> 'purge_after')::timestamptz);
  insert into public.outbox (topic, payload)
  values (wish -> 'topics' ->> outcome, (wish -> 'news') || jsonb_build_object('voucher_id', made.id, 'state', outcome));
  return jsonb_build_object('voucher', to_jsonb(made));
end
$function$;
grant execute on access.issue_voucher(uuid,bytea,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.issuing_side(OUT plane text, OUT tenant_id uuid, OUT agency_id uuid, OUT form_id uuid, OUT credential_id uuid)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
begin
  plane := context ->> 'plane';
  tenant_id := (context ->> 'tenant_id')::uuid;
  agency_id := (context ->> 'agency_id')::uuid;
  form_id := (context ->> 'form_id')::uuid;
  credential_id := (context ->> 'delegation_id')::uuid;
end
$function$;
grant execute on access.issuing_side() to liaison_embed;
grant execute on access.issuing_side() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.match_voucher(of_type uuid, identity bytea)
 RETURNS TABLE(voucher_id uuid, code text, is_own boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side record := access.issuing_side();
  is_staff boolean := side.plane = 'tenant';
  earlier record;
begin
  if (side.tenant_id is null or (side.agency_id is null and is_staff is not true)) then
    return;
  end if;
  earlier := access.earlier_voucher(side.tenant_id, side.agency_id, of_type, identity);
  if (earlier.id is null) then
    return;
  end if;
  is_own := is_staff or earlier.is_own;
  if (is_own) then
    voucher_id := earlier.id;
    code := earlier.code;
  end if;
  return next;
end
$function$;
grant execute on access.match_voucher(uuid,bytea) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.may_move_voucher(of_tenant uuid, move text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (of_tenant IN (SELECT access.reach(CASE move WHEN 'redeem'::text THEN 'voucher_redemption'::text WHEN 'approve'::text THEN 'voucher_review'::text WHEN 'decline'::text THEN 'voucher_review'::text ELSE 'voucher_void'::text END, 'update'::text) AS reach));

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_voucher()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  side text := access.voucher_side();
begin
  if (side is null) then
    return null;
  elsif (tg_op = 'INSERT') then
    insert into public.voucher_event (tenant_id, voucher_id, at, action, to_state, side, actor_name, note, place)
    values (new.tenant_id, new.id, new.requested_at, case new.status when 'pending_review' then 'request_review' else 'issue' end, new.status, side,
      new.moved_by_name, new.move_note, new.redeemed_place);
  elsif (new.status <> old.status) then
    insert into public.voucher_event (tenant_id, voucher_id, at, action, from_state, to_state, side, actor_name, note, receipt_id, place)
    values (new.tenant_id, new.id, new.moved_at,
      coalesce((select t.action from public.state_transition t where t.entity = 'voucher' and t.from_state = old.status and t.to_state = new.status limit 1), 'change'),
      old.status, new.status, side, new.moved_by_name, new.move_note, coalesce(new.receipt_id, old.receipt_id), new.redeemed_place);
  end if;
  return null;
end
$function$;
grant execute on access.note_voucher() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.voucher_currency()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select t.currency from public.tenant t where t.id = access.context_id('tenant_id') $function$;
grant execute on access.voucher_currency() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.voucher_end(of_tenant uuid, of_type uuid, issued timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (date_trunc('day', issued at time zone t.timezone) + make_interval(days => v.valid_days + 1)) at time zone t.timezone
  from public.voucher_type v join public.tenant t on t.id = v.tenant_id
  where v.tenant_id = of_tenant and v.id = of_type
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.voucher_side()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_tenant'::name THEN 'tenant'::text WHEN 'liaison_embed'::name THEN 'agency'::text WHEN 'liaison_job'::name THEN 'clock'::text ELSE NULL::text END;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.voucher_window(of_tenant uuid, of_type uuid, at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  kind public.voucher_type;
  zone text := (select t.timezone from public.tenant t where t.id = of_tenant);
  today date := (at at time zone zone)::date;
  reset_day date;
begin
  select * into kind from public.voucher_type v where v.tenant_id = of_tenant and v.id = of_type;
  if (kind.yearly_reset is null) then
    return at - make_interval(days => kind.duplicate_window_days);
  end if;
  reset_day := make_date(extract(year from today)::integer, substr(kind.yearly_reset, 1, 2)::integer, substr(kind.yearly_reset, 4, 2)::integer);
  if (reset_day > today) then
    reset_day := (reset_day - interval '1 year')::date;
  end if;
  return greatest(at - make_interval(days => kind.duplicate_window_days), reset_day::timestamp at time zone zone);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.voucher_zone()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select t.timezone from public.tenant t where t.id = access.context_id('tenant_id') $function$;
grant execute on access.voucher_zone() to liaison_embed;
grant execute on access.voucher_zone() to liaison_tenant;
