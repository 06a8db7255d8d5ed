create type audit.partner_event as (
  action text,
  partner_id uuid,
  partner_name text,
  resource_type text,
  resource_id uuid,
  resource_label text,
  changes jsonb,
  reason text
);

-- What the provider's billing system said about payments of tenants, each event once and for good. Events of tenants that nobody referred are kept too (D11).
create table public.billing_event (
  id uuid not null default uuidv7(),
  source text not null,
  external_id text not null,
  kind text not null,
  tenant_id uuid not null,
  currency character(3) not null,
  net_minor bigint not null,
  tax_minor bigint not null,
  lines jsonb not null default '[]'::jsonb,
  occurred_at timestamp with time zone not null,
  refers_to text,
  received_at timestamp with time zone not null default statement_timestamp(),
  constraint billing_event_amounts_bounded CHECK (((net_minor <= '1000000000000'::bigint) AND (tax_minor <= '1000000000000'::bigint))),
  constraint billing_event_check CHECK (((kind <> 'invoice_paid'::text) OR (refers_to IS NULL))),
  constraint billing_event_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint billing_event_external_id_check CHECK (((char_length(external_id) >= 1) AND (char_length(external_id) <= 200))),
  constraint billing_event_kind_check CHECK ((kind = ANY (ARRAY['invoice_paid'::text, 'refund'::text, 'chargeback'::text, 'credit_note'::text, 'void'::text]))),
  constraint billing_event_lines_check CHECK ((jsonb_typeof(lines) = 'array'::text)),
  constraint billing_event_net_minor_check CHECK (((net_minor >= 0) AND (net_minor <= '9007199254740991'::bigint))),
  constraint billing_event_pkey PRIMARY KEY (id),
  constraint billing_event_refers_to_check CHECK (((char_length(refers_to) >= 1) AND (char_length(refers_to) <= 200))),
  constraint billing_event_source_check CHECK (((char_length(source) >= 1) AND (char_length(source) <= 100))),
  constraint billing_event_source_external_id_key UNIQUE (source, external_id),
  constraint billing_event_tax_minor_check CHECK (((tax_minor >= 0) AND (tax_minor <= '9007199254740991'::bigint))),
  constraint billing_event_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX billing_event_taking_back ON public.billing_event USING btree (source, refers_to) WHERE (refers_to IS NOT NULL);
CREATE INDEX billing_event_tenant_id_occurred_at_idx ON public.billing_event USING btree (tenant_id, occurred_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.billing_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.billing_event REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.billing_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.billing_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.billing_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.billing_event enable row level security, force row level security;
create policy deciding on public.billing_event for select to liaison_authz
  using (true);
create policy handing_in on public.billing_event for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy keeping on public.billing_event for select to liaison_owner
  using (true);
create policy own_work on public.billing_event for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy provider_side on public.billing_event for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.billing_event to liaison_authz;
grant select on public.billing_event to liaison_ingest;
grant select on public.billing_event to liaison_job;
grant select on public.billing_event to liaison_platform;
grant insert (id, source, external_id, kind, tenant_id, currency, net_minor, tax_minor, lines, occurred_at, refers_to) on public.billing_event to liaison_ingest;

-- The ledger of what partners earned: a row says for good what was earned or taken back by which event under which agreement; only its state, hold, approval and payout move (D6).
create table public.earning (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  program_id uuid not null,
  referral_id uuid,
  agreement_id uuid not null,
  billing_event_id uuid,
  kind text not null,
  component text not null,
  reverses_id uuid,
  occurred_at timestamp with time zone not null,
  service_month date not null,
  period_month date not null,
  currency character(3) not null,
  base_minor bigint not null,
  amount_minor bigint not null,
  calc jsonb not null,
  reason text,
  state text not null default 'pending'::text,
  state_changed_at timestamp with time zone not null default statement_timestamp(),
  hold_kind text,
  hold_reason text,
  void_reason text,
  available_on date not null,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamp with time zone,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamp with time zone,
  policy_version integer,
  payout_item_id uuid,
  created_at timestamp with time zone not null default statement_timestamp(),
  constraint earning_amount_minor_check CHECK ((abs(amount_minor) <= '9007199254740991'::bigint)),
  constraint earning_base_minor_check CHECK ((abs(base_minor) <= '9007199254740991'::bigint)),
  constraint earning_billing_event_id_fkey FOREIGN KEY (billing_event_id) REFERENCES public.billing_event(id),
  constraint earning_calc_check CHECK ((jsonb_typeof(calc) = 'object'::text)),
  constraint earning_check CHECK ((period_month >= service_month)),
  constraint earning_check1 CHECK (
CASE kind
    WHEN 'commission'::text THEN ((amount_minor >= 0) AND (base_minor >= 0) AND (reverses_id IS NULL))
    WHEN 'clawback'::text THEN ((amount_minor <= 0) AND (base_minor <= 0) AND (reverses_id IS NOT NULL))
    ELSE ((amount_minor <> 0) AND (base_minor = 0) AND (reverses_id IS NULL))
END),
  constraint earning_check2 CHECK (
CASE kind
    WHEN 'adjustment'::text THEN ((billing_event_id IS NULL) AND (reason IS NOT NULL))
    ELSE ((billing_event_id IS NOT NULL) AND (referral_id IS NOT NULL) AND (reason IS NULL))
END),
  constraint earning_check3 CHECK ((((state = 'held'::text) = (hold_kind IS NOT NULL)) AND ((hold_kind IS NOT NULL) = (hold_reason IS NOT NULL)))),
  constraint earning_check4 CHECK (((state = 'void'::text) = (void_reason IS NOT NULL))),
  constraint earning_check5 CHECK (((payout_item_id IS NOT NULL) = (state = ANY (ARRAY['in_payout'::text, 'paid'::text])))),
  constraint earning_check6 CHECK (((state <> ALL (ARRAY['approved'::text, 'in_payout'::text, 'paid'::text])) OR (approved_at IS NOT NULL))),
  constraint earning_check7 CHECK (((first_approved_by IS NULL) = (first_approved_at IS NULL))),
  constraint earning_component_check CHECK (((char_length(component) >= 1) AND (char_length(component) <= 60))),
  constraint earning_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint earning_hold_kind_check CHECK ((hold_kind = ANY (ARRAY['risk'::text, 'provider'::text, 'partner_suspended'::text]))),
  constraint earning_hold_reason_check CHECK (((char_length(hold_reason) >= 1) AND (char_length(hold_reason) <= 500))),
  constraint earning_kind_check CHECK ((kind = ANY (ARRAY['commission'::text, 'clawback'::text, 'adjustment'::text]))),
  constraint earning_once UNIQUE (billing_event_id, partner_id, component, kind),
  constraint earning_partner_id_program_id_agreement_id_fkey FOREIGN KEY (partner_id, program_id, agreement_id) REFERENCES public.agreement(partner_id, program_id, id),
  constraint earning_payout_item FOREIGN KEY (payout_item_id) REFERENCES public.payout_item(id) DEFERRABLE INITIALLY DEFERRED,
  constraint earning_period_month_check CHECK ((EXTRACT(day FROM period_month) = (1)::numeric)),
  constraint earning_pkey PRIMARY KEY (id),
  constraint earning_reason_check CHECK (((char_length(reason) >= 3) AND (char_length(reason) <= 500))),
  constraint earning_referral_id_partner_id_fkey FOREIGN KEY (referral_id, partner_id) REFERENCES public.referral(id, partner_id),
  constraint earning_reverses_id_fkey FOREIGN KEY (reverses_id) REFERENCES public.earning(id),
  constraint earning_service_month_check CHECK ((EXTRACT(day FROM service_month) = (1)::numeric)),
  constraint earning_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'held'::text, 'in_payout'::text, 'paid'::text, 'void'::text]))),
  constraint earning_void_reason_check CHECK (((char_length(void_reason) >= 1) AND (char_length(void_reason) <= 500))),
  constraint moved_through_payout TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint paid_through_payout TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX earning_by_month ON public.earning USING btree (partner_id, period_month, currency, state) INCLUDE (kind, amount_minor);
CREATE INDEX earning_newest ON public.earning USING btree (partner_id, occurred_at DESC, id DESC);
CREATE INDEX earning_of_all ON public.earning USING btree (occurred_at DESC, id DESC);
CREATE INDEX earning_of_referral ON public.earning USING btree (referral_id, state);
CREATE INDEX earning_paid_by ON public.earning USING btree (payout_item_id) WHERE (payout_item_id IS NOT NULL);
CREATE INDEX earning_taken_back ON public.earning USING btree (reverses_id) WHERE (reverses_id IS NOT NULL);
CREATE INDEX earning_waiting ON public.earning USING btree (state, available_on) WHERE (state = ANY (ARRAY['pending'::text, 'approved'::text, 'held'::text]));
CREATE TRIGGER a_refuse_paid_elsewhere BEFORE INSERT ON public.earning FOR EACH ROW WHEN ((new.kind = 'commission'::text)) EXECUTE FUNCTION private.refuse_paid_elsewhere();
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_earning BEFORE UPDATE ON public.earning FOR EACH ROW EXECUTE FUNCTION private.enforce_earning();
CREATE TRIGGER enforce_new_earning BEFORE INSERT ON public.earning FOR EACH ROW WHEN (((new.kind <> 'commission'::text) OR (SESSION_USER <> 'liaison_ingest'::name))) EXECUTE FUNCTION private.enforce_earning();
CREATE CONSTRAINT TRIGGER moved_through_payout AFTER UPDATE OF state, payout_item_id ON public.earning DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.state = ANY (ARRAY['in_payout'::text, 'paid'::text])) OR (new.payout_item_id IS NOT NULL) OR (old.payout_item_id IS NOT NULL))) EXECUTE FUNCTION access.check_paid_earning();
CREATE TRIGGER no_delete BEFORE DELETE ON public.earning FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.earning FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER note_earnings AFTER UPDATE ON public.earning REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION private.note_earnings();
CREATE TRIGGER note_new_earnings AFTER INSERT ON public.earning REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.note_new_earnings();
CREATE CONSTRAINT TRIGGER paid_through_payout AFTER INSERT ON public.earning DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.state = ANY (ARRAY['in_payout'::text, 'paid'::text])) OR (new.payout_item_id IS NOT NULL))) EXECUTE FUNCTION access.check_paid_earning();
CREATE TRIGGER settle_returned AFTER UPDATE ON public.earning REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION private.check_returned_earnings();
CREATE TRIGGER take_along AFTER UPDATE ON public.earning REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION private.approve_taken_back();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.earning FOR EACH ROW WHEN ((new.first_approved_by IS DISTINCT FROM old.first_approved_by)) EXECUTE FUNCTION private.act_as_oneself('first_approved_by');
alter table public.earning enable row level security, force row level security;
create policy deciding on public.earning for select to liaison_authz
  using (true);
create policy following on public.earning for update to liaison_authz
  using ((payout_item_id IS NOT NULL))
  with check (true);
create policy handing_in on public.earning for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy keeping on public.earning for all to liaison_owner
  using (true)
  with check (true);
create policy own_rows on public.earning for select to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy own_work on public.earning for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy provider_side on public.earning for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.earning to liaison_authz;
grant select on public.earning to liaison_ingest;
grant select on public.earning to liaison_job;
grant select on public.earning to liaison_platform;
grant select on public.earning to liaison_program;
grant update (state, payout_item_id) on public.earning to liaison_authz;
grant insert (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, hold_kind, hold_reason, available_on) on public.earning to liaison_ingest;
grant update (state, hold_kind, hold_reason, payout_item_id) on public.earning to liaison_job;
grant insert (id, partner_id, program_id, referral_id, agreement_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, reason, available_on) on public.earning to liaison_platform;
grant update (state, hold_kind, hold_reason, void_reason, first_approved_by, payout_item_id) on public.earning to liaison_platform;

-- How earnings are approved, every version: the newest counts. An amount above the limit of its currency needs two people; a currency without a limit always does (D6).
create table public.earning_policy (
  version integer not null,
  approves_by_itself boolean not null,
  two_people_above jsonb not null,
  reason text,
  set_by_name text not null,
  created_at timestamp with time zone not null default statement_timestamp(),
  constraint earning_policy_pkey PRIMARY KEY (version),
  constraint earning_policy_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint earning_policy_two_people_above_check CHECK (((jsonb_typeof(two_people_above) = 'object'::text) AND (octet_length((two_people_above)::text) <= 4096))),
  constraint earning_policy_version_check CHECK ((version >= 1))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.earning_policy FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.earning_policy FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning_policy REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER follow_earning_policy BEFORE INSERT ON public.earning_policy FOR EACH ROW EXECUTE FUNCTION private.follow_earning_policy();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.earning_policy FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.earning_policy enable row level security, force row level security;
create policy deciding on public.earning_policy for select to liaison_authz
  using (true);
create policy provider_side on public.earning_policy for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.earning_policy to liaison_authz;
grant select on public.earning_policy to liaison_platform;
grant insert (version, approves_by_itself, two_people_above, reason, set_by_name) on public.earning_policy to liaison_platform;

-- Why an event of a referred tenant earned nothing, for the component named or, when none is, at all (D6).
create table public.earning_skip (
  billing_event_id uuid not null,
  partner_id uuid not null,
  referral_id uuid not null,
  component text not null default ''::text,
  reason text not null,
  created_at timestamp with time zone not null default statement_timestamp(),
  constraint earning_skip_billing_event_id_fkey FOREIGN KEY (billing_event_id) REFERENCES public.billing_event(id),
  constraint earning_skip_component_check CHECK ((char_length(component) <= 60)),
  constraint earning_skip_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint earning_skip_pkey PRIMARY KEY (billing_event_id, component),
  constraint earning_skip_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 60))),
  constraint earning_skip_referral_id_fkey FOREIGN KEY (referral_id) REFERENCES public.referral(id)
);
CREATE INDEX earning_skip_newest ON public.earning_skip USING btree (created_at DESC, billing_event_id, component);
CREATE INDEX earning_skip_partner_id_created_at_idx ON public.earning_skip USING btree (partner_id, created_at DESC);
CREATE TRIGGER append_only BEFORE DELETE ON public.earning_skip FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning_skip REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning_skip REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning_skip REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER keep_skip BEFORE UPDATE ON public.earning_skip FOR EACH ROW EXECUTE FUNCTION private.keep_skip();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.earning_skip FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.earning_skip enable row level security, force row level security;
create policy deciding on public.earning_skip for select to liaison_authz
  using (true);
create policy handing_in on public.earning_skip for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy own_rows on public.earning_skip for select to liaison_program
  using ((partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)));
create policy provider_side on public.earning_skip for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.earning_skip to liaison_authz;
grant select on public.earning_skip to liaison_ingest;
grant select on public.earning_skip to liaison_platform;
grant select on public.earning_skip to liaison_program;
grant insert (billing_event_id, partner_id, referral_id, component, reason) on public.earning_skip to liaison_ingest;
grant update (reason) on public.earning_skip to liaison_ingest;

-- How much commission was earned so far, on how much, in all, in each month and from each referral: kept by the ledger itself. Brackets and caps go on from here.
create table public.earning_volume (
  partner_id uuid not null,
  program_id uuid not null,
  component text not null,
  currency character(3) not null,
  span text not null,
  span_key text not null,
  base_minor bigint not null default 0,
  amount_minor bigint not null default 0,
  constraint earning_volume_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint earning_volume_pkey PRIMARY KEY (partner_id, program_id, component, currency, span, span_key),
  constraint earning_volume_program_id_fkey FOREIGN KEY (program_id) REFERENCES public.program(id),
  constraint earning_volume_span_check CHECK ((span = ANY (ARRAY['lifetime'::text, 'month'::text, 'referral'::text])))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.earning_volume REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.earning_volume REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.earning_volume REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.earning_volume enable row level security, force row level security;
create policy deciding on public.earning_volume for select to liaison_authz
  using (true);
create policy handing_in on public.earning_volume for select to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy keeping on public.earning_volume for all to liaison_owner
  using (true)
  with check (true);
grant select on public.earning_volume to liaison_authz;
grant select on public.earning_volume to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.accrual_agreements(partners uuid[])
 RETURNS TABLE(agreement_id uuid, partner_id uuid, is_terminated boolean, starts_at timestamp with time zone, ends_at timestamp with time zone, terms jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
    select g.id, g.partner_id, g.state = 'terminated' or exists (
      select from public.agreement n where n.partner_id = g.partner_id and n.program_id = g.program_id and n.state = 'terminated' and isempty(n.effective) and n.terminates_at = upper(g.effective)), lower(g.effective), upper(g.effective), g.terms
    from public.agreement g
    join public.program m on m.id = g.program_id and m.code = 'standard'
    where g.partner_id = any (partners) and not isempty(g.effective);
end
$function$;
grant execute on access.accrual_agreements(uuid[]) to liaison_ingest;
grant execute on access.accrual_agreements(uuid[]) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.accrual_referrals(tenants uuid[])
 RETURNS TABLE(tenant_id uuid, referral_id uuid, partner_id uuid, program_id uuid, time_zone text, partner_status text, partner_status_at timestamp with time zone, referred_at timestamp with time zone, locked_by_event uuid, first_paid_at timestamp with time zone, blocked_from timestamp with time zone, is_on_hold boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  live uuid[] := array(select r.id from public.referral r where r.tenant_id = any (tenants) and r.voided_at is null);
  held uuid[] := array(select h from access.held_referrals(live) h);
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
    select r.tenant_id, r.id, r.partner_id, r.program_id, m.timezone, p.status, p.status_changed_at, r.referred_at, r.locked_by_event,
      coalesce(r.first_paid_on::timestamp at time zone m.timezone, b.occurred_at),
      case when exists (select from public.risk_case c where c.referral_id = r.id and c.tenant_id is not null and c.state = 'confirmed') then r.referred_at else k.from_at end, r.id = any (held)
    from public.referral r
    join public.partner p on p.id = r.partner_id
    join public.program m on m.id = r.program_id
    left join public.billing_event b on b.id = r.locked_by_event
    left join public.referral_block k on k.referral_id = r.id
    where r.id = any (live);
end
$function$;
grant execute on access.accrual_referrals(uuid[]) to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.closed_through(partners uuid[])
 RETURNS TABLE(partner_id uuid, currency text, month date)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query select s.partner_id, s.currency::text, max(s.month) from public.earning_statement s where s.partner_id = any (partners) group by 1, 2;
end
$function$;
grant execute on access.closed_through(uuid[]) to liaison_ingest;
grant execute on access.closed_through(uuid[]) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.earning_balance(partner uuid)
 RETURNS TABLE(currency text, balance_minor bigint, pending_minor bigint, held_minor bigint, approved_minor bigint, due_minor bigint, in_payout_minor bigint, paid_minor bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  today date := access.program_day(statement_timestamp());
begin
  if not access.is_in_own_plane() or (session_user = 'liaison_program' and partner is distinct from access.own_partner()) then
    return;
  end if;
  return query
    select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'pending'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'held'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved' and e.available_on <= today), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'in_payout'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0)::bigint
    from public.earning e where e.partner_id = partner group by e.currency order by e.currency;
end
$function$;
grant execute on access.earning_balance(uuid) to liaison_job;
grant execute on access.earning_balance(uuid) to liaison_owner;
grant execute on access.earning_balance(uuid) to liaison_platform;
grant execute on access.earning_balance(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.earning_policy_now()
 RETURNS public.earning_policy
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select p from public.earning_policy p order by p.version desc limit 1 $function$;
grant execute on access.earning_policy_now() to liaison_job;
grant execute on access.earning_policy_now() to liaison_owner;
grant execute on access.earning_policy_now() to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_heard(partner uuid, event_type text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.webhook_endpoint w where w.partner_id = partner and w.status = 'active' and event_type = any (w.event_types)) $function$;
grant execute on access.is_heard(uuid,text) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lock_ledger(partners uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  partner uuid;
begin
  for partner in select distinct p from unnest(partners) p order by 1 loop
    perform pg_advisory_xact_lock(access.lock_key('earnings', partner));
  end loop;
end
$function$;
grant execute on access.lock_ledger(uuid[]) to liaison_ingest;
grant execute on access.lock_ledger(uuid[]) to liaison_job;
grant execute on access.lock_ledger(uuid[]) to liaison_owner;
grant execute on access.lock_ledger(uuid[]) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_earning_totals()
 RETURNS TABLE(period_month date, currency text, state text, kind text, earnings bigint, amount_minor bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
  select e.period_month, e.currency::text, e.state, e.kind, count(*), sum(e.amount_minor)::bigint
  from public.earning e
  where e.partner_id = (select access.own_partner()) and access.context_plane() = 'program'
  group by e.period_month, e.currency, e.state, e.kind
  $function$;
grant execute on access.own_earning_totals() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_owner_names()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select h.name from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
  where m.partner_id = (select access.own_partner()) and m.role = 'PARTNER_OWNER' and m.status = 'active' order by h.name limit 5
  $function$;
grant execute on access.own_owner_names() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_as_owner()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.partner_of_owner() $function$;
grant execute on access.partner_as_owner() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.takes_two_people(currency text, amount_minor bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select coalesce(abs(amount_minor) > ((access.earning_policy_now()).two_people_above ->> currency)::bigint, true) $function$;
grant execute on access.takes_two_people(text,bigint) to liaison_job;
grant execute on access.takes_two_people(text,bigint) to liaison_owner;
grant execute on access.takes_two_people(text,bigint) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_many(events audit.partner_event[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  in_force integer;
  started timestamptz := clock_timestamp();
begin
  if context is null then
    raise exception 'an audit event needs an access context' using errcode = 'insufficient_privilege';
  end if;
  select c.active_version into in_force from partner_configuration c where c.partner_id = (context ->> 'partner_id')::uuid;
  with told as (
    select context ->> 'plane' as plane, context ->> 'actor_type' as actor_type, (context ->> 'actor_id')::uuid as actor_id, context ->> 'actor_name' as actor_name, (context ->> 'member_id')::uuid as member_id,
      context ->> 'role' as role, context ->> 'permission' as permission, context ->> 'request_id' as request_id, context ->> 'trace_id' as trace_id, context ->> 'method' as method, context ->> 'route' as route,
      (context ->> 'ip')::inet as ip, context ->> 'user_agent' as user_agent, coalesce(context ->> 'source', 'api') as source),
  placed as materialized (
    -- Each at its own instant, so that their order is kept.
    select uuidv7() as id, started + n * interval '1 microsecond' as occurred_at, e.* from unnest(events) with ordinality as e (action, partner_id, partner_name, resource_type, resource_id, resource_label, changes, reason, n)),
  written as (
    insert into audit_event (id, occurred_at, plane, action, outcome, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, role, permission,
      resource_type, resource_id, resource_label, changes, reason, request_id, trace_id, method, route, ip, user_agent, source, config_version)
    select e.id, e.occurred_at, t.plane, e.action, 'allowed', t.actor_type, t.actor_id, t.actor_name, t.member_id,
      e.partner_id, e.partner_name, t.role, t.permission, e.resource_type, e.resource_id, e.resource_label, e.changes, e.reason,
      t.request_id, t.trace_id, t.method, t.route, t.ip, t.user_agent, t.source, in_force
    from placed e cross join told t)
  insert into audit_scope (kind, scope_id, occurred_at, event_id)
  select 'partner', p.partner_id, p.occurred_at, p.id from placed p where p.partner_id is not null order by p.partner_id;
end
$function$;
grant execute on audit.record_many(audit.partner_event[]) to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.approve_taken_back()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  earned uuid[] := array(select a.id from after a join before b on b.id = a.id where a.kind = 'commission' and a.state = 'approved' and b.state = 'pending');
begin
  if cardinality(earned) > 0 and private.earning_side() is not null then
    update earning c set state = 'approved' where c.reverses_id = any (earned) and c.state = 'pending';
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_adjustment(e public.earning, side text)
 RETURNS public.earning
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  person uuid := access.context_id('actor_id');
begin
  if side is null then
    return e;
  end if;
  if side <> 'provider' or e.state <> 'pending' then
    raise exception 'only the provider adjusts, and an adjustment begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if access.is_partner_member(e.partner_id, person) then
    raise exception 'nobody adjusts what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
  end if;
  e.occurred_at := statement_timestamp();
  e.first_approved_by := person;
  e.first_approved_by_name := access.context() ->> 'actor_name';
  e.first_approved_at := statement_timestamp();
  return e;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_approval(e public.earning, side text)
 RETURNS public.earning
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  policy earning_policy := access.earning_policy_now();
  person uuid := access.context_id('actor_id');
begin
  e.approved_at := statement_timestamp();
  -- What is taken back is approved with what it was earned as, by whoever approves that, and never before it.
  if e.kind = 'clawback' then
    if (select o.state from earning o where o.id = e.reverses_id) in ('pending', 'held') then
      raise exception 'what is taken back waits as long as what was earned' using errcode = 'check_violation', constraint = 'earning_waits_with_original';
    end if;
    if side = 'clock' then
      e.policy_version := policy.version;
      return e;
    end if;
  end if;
  if side = 'clock' then
    if e.kind = 'adjustment' or not policy.approves_by_itself or e.available_on > access.program_day(statement_timestamp()) or access.takes_two_people(e.currency, e.amount_minor) then
      raise exception 'the policy does not approve this by itself' using errcode = 'check_violation', constraint = 'earning_approval';
    end if;
    e.policy_version := policy.version;
    return e;
  end if;
  if access.is_partner_member(e.partner_id, person) then
    raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
  end if;
  if (e.kind = 'adjustment' or (e.kind = 'commission' and access.takes_two_people(e.currency, e.amount_minor))) and (e.first_approved_by is null or e.first_approved_by = person
      or not access.hold_in_charge('provider', null, e.first_approved_by)) then
    raise exception 'an amount above the limit takes two people' using errcode = 'check_violation', constraint = 'earning_second_person';
  end if;
  e.approved_by := person;
  e.approved_by_name := access.context() ->> 'actor_name';
  return e;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_clawback(c public.earning)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  original earning;
  taken bigint;
begin
  select * into original from earning e where e.id = c.reverses_id for no key update;
  if original.kind is distinct from 'commission' or (original.referral_id, original.agreement_id, original.component, original.currency) is distinct from (c.referral_id, c.agreement_id, c.component, c.currency) then
    raise exception 'what is taken back is a commission of the same referral' using errcode = 'check_violation', constraint = 'earning_original';
  end if;
  if original.state = 'void' then
    raise exception 'a void earning is not taken back' using errcode = 'check_violation', constraint = 'earning_original';
  end if;
  select coalesce(sum(e.amount_minor), 0) into taken from earning e where e.reverses_id = c.reverses_id;
  if original.amount_minor + taken + c.amount_minor < 0 then
    raise exception 'more is taken back than was earned' using errcode = 'check_violation', constraint = 'earning_taken_back';
  end if;
  if private.earning_side() is not null and c.state <> (case when original.state in ('pending', 'held') then 'pending' else 'approved' end) and c.state <> 'held' then
    raise exception 'what is taken back waits as long as what was earned' using errcode = 'check_violation', constraint = 'earning_original';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.earning_side()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_platform'::name THEN 'provider'::text WHEN 'liaison_job'::name THEN 'clock'::text WHEN 'liaison_ingest'::name THEN 'clock'::text ELSE NULL::text END;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_earning()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.earning_side();
begin
  if tg_op = 'INSERT' then
    if new.kind = 'adjustment' then
      return private.check_adjustment(new, side);
    elsif side = 'provider' then
      raise exception 'what is earned on payments is calculated' using errcode = 'check_violation', constraint = 'earning_transition';
    elsif new.kind = 'clawback' then
      perform private.check_clawback(new);
      if new.state = 'approved' then
        new.approved_at := statement_timestamp();
      end if;
    elsif side is not null and new.state not in ('pending', 'held') then
      raise exception 'an earning begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.program_id, new.referral_id, new.agreement_id, new.billing_event_id, new.kind, new.component, new.reverses_id, new.occurred_at, new.service_month, new.period_month, new.currency, new.base_minor, new.amount_minor, new.available_on, new.reason, new.created_at)
    is distinct from (old.id, old.partner_id, old.program_id, old.referral_id, old.agreement_id, old.billing_event_id, old.kind, old.component, old.reverses_id, old.occurred_at, old.service_month, old.period_month, old.currency, old.base_minor, old.amount_minor, old.available_on, old.reason, old.created_at)
    or new.calc <> old.calc then
    raise exception 'what an earning says never changes' using errcode = 'restrict_violation', constraint = 'earning_immutable';
  end if;
  if side is null then
    return new;
  end if;
  if new.state = old.state then
    if new.state = 'pending' and new.first_approved_by is not null and new.first_approved_by is distinct from old.first_approved_by
      and (old.first_approved_by is null or not access.is_in_charge('provider', null, old.first_approved_by)) then
      if access.is_partner_member(new.partner_id, access.context_id('actor_id')) then
        raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
      end if;
      new.first_approved_by := access.context_id('actor_id');
      new.first_approved_by_name := access.context() ->> 'actor_name';
      new.first_approved_at := statement_timestamp();
      return new;
    end if;
    raise exception 'nothing of an earning changes but its state' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if not exists (select from state_transition t where t.entity = 'earning' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move an earning from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  new.state_changed_at := statement_timestamp();
  if new.first_approved_by is distinct from old.first_approved_by then
    raise exception 'a first approval is a step of its own' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  if old.state = 'pending' and new.state = 'approved' then
    return private.check_approval(new, side);
  end if;
  if new.state in ('held', 'pending') then
    new.first_approved_by := null;
    new.first_approved_by_name := null;
    new.first_approved_at := null;
    new.approved_by := null;
    new.approved_by_name := null;
    new.approved_at := null;
    new.policy_version := null;
  end if;
  return new;
end
$function$;

-- Holds what a referral earned and nobody has been paid yet (D6).
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.hold_earnings(referral uuid, reason text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  moved integer;
begin
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = hold_earnings.reason
  where e.referral_id = hold_earnings.referral and e.state in ('pending', 'approved');
  get diagnostics moved = row_count;
  return moved;
end
$function$;
grant execute on private.hold_earnings(uuid,text) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_skip()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if old.reason <> 'ORIGINAL_UNKNOWN' or new.reason = old.reason
    or (new.billing_event_id, new.partner_id, new.referral_id, new.component, new.created_at) is distinct from (old.billing_event_id, old.partner_id, old.referral_id, old.component, old.created_at) then
    raise exception 'what was skipped is history' using errcode = 'check_violation', constraint = 'append_only';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_earnings()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if exists (
    select from after a join before b on b.id = a.id join earning c on c.reverses_id = a.id
    where a.state = 'void' and b.state <> 'void' and a.kind = 'commission' and c.state <> 'void') then
    raise exception 'what was taken back of it goes with it' using errcode = 'check_violation', constraint = 'earning_has_clawbacks';
  end if;
  if access.context() is null then
    return null;
  end if;
  perform audit.record_many(array_agg(row('program.earning.' || case
      when a.state = b.state then 'approved_first'
      when a.state = 'approved' and b.state = 'pending' then 'approved'
      when a.state = 'approved' then 'returned'
      when a.state = 'held' then 'held'
      when a.state = 'pending' then 'released'
      when a.state = 'void' then 'voided'
      when a.state = 'in_payout' then 'claimed'
      else 'paid' end,
    a.partner_id, p.name, 'earning', a.id, a.component,
    jsonb_strip_nulls(jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'policy_version', a.policy_version,
      'state', case when a.state <> b.state then jsonb_build_object('before', b.state, 'after', a.state) end)),
    coalesce(a.void_reason, a.hold_reason))::audit.partner_event))
  from after a join before b on b.id = a.id join partner p on p.id = a.partner_id
  where a.state <> b.state or a.first_approved_by is distinct from b.first_approved_by;
  insert into outbox (topic, payload)
  with told as materialized (
    select a.*, 'earning.' || t.told as topic from after a join before b on b.id = a.id
    cross join lateral (select case when a.state = 'approved' and b.state = 'pending' then 'approved' when a.state = 'void' then 'voided' when a.state in ('held', 'paid') then a.state end as told) t
    where a.state <> b.state and t.told is not null),
  h as materialized (select distinct partner_id, topic from told)
  select a.topic, jsonb_strip_nulls(jsonb_build_object('earning_id', a.id, 'partner_id', a.partner_id, 'referral_id', a.referral_id, 'state', a.state))
  from h join told a on a.partner_id = h.partner_id and a.topic = h.topic
  where access.is_heard(h.partner_id, h.topic);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_new_earnings()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if (session_user = 'liaison_ingest' and exists (select from added a where a.kind = 'commission' and a.state not in ('pending', 'held'))) then
    raise exception 'an earning begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
  end if;
  insert into earning_volume as v (partner_id, program_id, component, currency, span, span_key, base_minor, amount_minor)
  select a.partner_id, a.program_id, a.component, a.currency, s.span, s.span_key, sum(a.base_minor), sum(a.amount_minor)
  from added a cross join lateral (values ('lifetime', ''), ('month', to_char(a.period_month, 'YYYY-MM')), ('referral', a.referral_id::text)) s (span, span_key)
  where a.kind = 'commission' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (partner_id, program_id, component, currency, span, span_key)
  do update set base_minor = v.base_minor + excluded.base_minor, amount_minor = v.amount_minor + excluded.amount_minor;
  if access.context() is null then
    return null;
  end if;
  perform audit.record_many(array_agg(row('program.earning.' || case a.kind when 'commission' then 'created' when 'clawback' then 'clawed_back' else 'adjusted' end,
    a.partner_id, p.name, 'earning', a.id, a.component,
    case when a.hold_kind is null then jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'state', jsonb_build_object('after', a.state))
      else jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'state', jsonb_build_object('after', a.state), 'hold', a.hold_kind) end, a.reason)::audit.partner_event))
  from added a join partner p on p.id = a.partner_id;
  -- Asked once for each partner and topic, not for each row.
  insert into outbox (topic, payload)
  with h as materialized (
    select distinct partner_id, kind, 'earning.' || case kind when 'clawback' then 'clawed_back' else 'created' end as topic from added)
  select h.topic, jsonb_strip_nulls(jsonb_build_object('earning_id', a.id, 'partner_id', a.partner_id, 'referral_id', a.referral_id, 'state', a.state))
  from h join added a on a.partner_id = h.partner_id and a.kind = h.kind
  where access.is_heard(h.partner_id, h.topic);
  return null;
end
$function$;

-- Lets wait again what hold_earnings held; holds of other kinds stay (D6).
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.release_earnings(referral uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  moved integer;
begin
  update earning e set state = 'pending', hold_kind = null, hold_reason = null
  where e.referral_id = release_earnings.referral and e.state = 'held' and e.hold_kind = 'risk';
  get diagnostics moved = row_count;
  return moved;
end
$function$;
grant execute on private.release_earnings(uuid) to liaison_authz;

-- Voids what a referral earned and nobody has been paid or is being paid, with what was taken back of it (D6).
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.void_earnings(referral uuid, reason text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  chosen uuid[];
  moved integer;
begin
  select coalesce(array_agg(e.id), '{}') into chosen from earning e
  where e.referral_id = void_earnings.referral and e.kind = 'commission' and e.state in ('pending', 'held', 'approved')
    and not exists (select from earning c where c.reverses_id = e.id and c.state in ('in_payout', 'paid'));
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state in ('pending', 'approved');
  update earning e set state = 'void', hold_kind = null, hold_reason = null, void_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state = 'held';
  get diagnostics moved = row_count;
  return moved;
end
$function$;
grant execute on private.void_earnings(uuid,text) to liaison_authz;
