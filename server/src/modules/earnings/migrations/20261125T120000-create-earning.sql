set role liaison_owner;

create table billing_event (
  id uuid primary key default uuidv7(),
  source text not null check (char_length(source) between 1 and 100),
  external_id text not null check (char_length(external_id) between 1 and 200),
  kind text not null check (kind in ('invoice_paid', 'refund', 'chargeback', 'credit_note', 'void')),
  tenant_id uuid not null references tenant (id),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  net_minor bigint not null check (net_minor between 0 and 9007199254740991),
  tax_minor bigint not null check (tax_minor between 0 and 9007199254740991),
  lines jsonb not null default '[]' check (jsonb_typeof(lines) = 'array'),
  occurred_at timestamptz not null,
  refers_to text check (char_length(refers_to) between 1 and 200),
  received_at timestamptz not null default statement_timestamp(),
  unique (source, external_id),
  check (kind <> 'invoice_paid' or refers_to is null)
);
comment on table billing_event is 'What the provider''s billing system said about payments of tenants, each event once and for good. Events of tenants that nobody referred are kept too (D11).';
comment on column billing_event.net_minor is 'Without tax, after discounts; what went back for the kinds that take money back.';
comment on column billing_event.refers_to is 'The event of the same source that this one takes back, whole or in part; it may arrive later than this one.';
create index on billing_event (tenant_id, occurred_at);
create index billing_event_taking_back on billing_event (source, refers_to) where refers_to is not null;
call private.protect('billing_event');
call private.audit_changes('billing_event', false);
create trigger append_only before update or delete on billing_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on billing_event for each statement execute function private.refuse_change();
create policy handing_in on billing_event to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
create policy provider_side on billing_event for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy own_work on billing_event for select to liaison_job using ((select access.context_plane()) = 'system');
create policy keeping on billing_event for select to liaison_owner using (true);
grant select, insert (id, source, external_id, kind, tenant_id, currency, net_minor, tax_minor, lines, occurred_at, refers_to) on billing_event to liaison_ingest;
grant select on billing_event to liaison_platform, liaison_job;

create table earning (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  program_id uuid not null,
  referral_id uuid,
  agreement_id uuid not null,
  billing_event_id uuid references billing_event (id),
  kind text not null check (kind in ('commission', 'clawback', 'adjustment')),
  component text not null check (char_length(component) between 1 and 60),
  reverses_id uuid,
  occurred_at timestamptz not null,
  service_month date not null check (extract(day from service_month) = 1),
  period_month date not null check (extract(day from period_month) = 1),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  base_minor bigint not null check (abs(base_minor) <= 9007199254740991),
  amount_minor bigint not null check (abs(amount_minor) <= 9007199254740991),
  calc jsonb not null check (jsonb_typeof(calc) = 'object'),
  reason text check (char_length(reason) between 3 and 500),
  state text not null default 'pending' check (state in ('pending', 'approved', 'held', 'in_payout', 'paid', 'void')),
  state_changed_at timestamptz not null default statement_timestamp(),
  hold_kind text check (hold_kind in ('risk', 'provider', 'partner_suspended')),
  hold_reason text check (char_length(hold_reason) between 1 and 500),
  void_reason text check (char_length(void_reason) between 1 and 500),
  available_on date not null,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamptz,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamptz,
  policy_version integer,
  payout_item_id uuid,
  created_at timestamptz not null default statement_timestamp(),
  constraint earning_once unique (billing_event_id, partner_id, component, kind),
  -- That it is the same partner's follows from its referral, which check_clawback compares.
  foreign key (reverses_id) references earning (id),
  foreign key (referral_id, partner_id) references referral (id, partner_id),
  -- Partner and program are those of the agreement: one check for all three, since rows come by the thousand.
  foreign key (partner_id, program_id, agreement_id) references agreement (partner_id, program_id, id),
  check (period_month >= service_month),
  check (case kind
    when 'commission' then amount_minor >= 0 and base_minor >= 0 and reverses_id is null
    when 'clawback' then amount_minor <= 0 and base_minor <= 0 and reverses_id is not null
    else amount_minor <> 0 and base_minor = 0 and reverses_id is null end),
  check (case kind when 'adjustment' then billing_event_id is null and reason is not null else billing_event_id is not null and referral_id is not null and reason is null end),
  check ((state = 'held') = (hold_kind is not null) and (hold_kind is not null) = (hold_reason is not null)),
  check ((state = 'void') = (void_reason is not null)),
  check ((payout_item_id is not null) = (state in ('in_payout', 'paid'))),
  check (state not in ('approved', 'in_payout', 'paid') or approved_at is not null),
  check ((first_approved_by is null) = (first_approved_at is null))
);
comment on table earning is 'The ledger of what partners earned: a row says for good what was earned or taken back by which event under which agreement; only its state, hold, approval and payout move (D6).';
comment on column earning.service_month is 'The month, in the program''s time zone, in which the event happened.';
comment on column earning.period_month is 'The month that the row counts in: that of its service, or a later one when that was closed already.';
comment on column earning.reason is 'What an adjustment is for; the partner reads it. Adjustments belong to no event, and always take two people.';
comment on column earning.calc is 'Every step of the calculation, in words and figures.';
comment on column earning.policy_version is 'Which version of the approval policy approved it; null when a person did.';
create index earning_newest on earning (partner_id, occurred_at desc, id desc);
create index earning_by_month on earning (partner_id, period_month, currency, state) include (kind, amount_minor);
create index earning_of_referral on earning (referral_id, state);
create index earning_taken_back on earning (reverses_id) where reverses_id is not null;
create index earning_paid_by on earning (payout_item_id) where payout_item_id is not null;
create index earning_waiting on earning (state, available_on) where state in ('pending', 'approved', 'held');
create index earning_of_all on earning (occurred_at desc, id desc);
call private.protect('earning');
call private.audit_changes('earning', false);
create trigger no_delete before delete on earning for each row execute function private.refuse_change();
create trigger no_truncate before truncate on earning for each statement execute function private.refuse_change();

create table earning_skip (
  billing_event_id uuid not null references billing_event (id),
  partner_id uuid not null references partner (id),
  referral_id uuid not null references referral (id),
  component text not null default '' check (char_length(component) <= 60),
  reason text not null check (char_length(reason) between 1 and 60),
  created_at timestamptz not null default statement_timestamp(),
  primary key (billing_event_id, component)
);
comment on table earning_skip is 'Why an event of a referred tenant earned nothing, for the component named or, when none is, at all (D6).';
create index on earning_skip (partner_id, created_at desc);
call private.protect('earning_skip');
call private.audit_changes('earning_skip', false);
create trigger append_only before update or delete on earning_skip for each row execute function private.refuse_change();
create trigger no_truncate before truncate on earning_skip for each statement execute function private.refuse_change();

create table earning_volume (
  partner_id uuid not null references partner (id),
  program_id uuid not null references program (id),
  component text not null,
  currency char(3) not null,
  span text not null check (span in ('lifetime', 'month', 'referral')),
  span_key text not null,
  base_minor bigint not null default 0,
  amount_minor bigint not null default 0,
  primary key (partner_id, program_id, component, currency, span, span_key)
);
comment on table earning_volume is 'How much commission was earned so far, on how much, in all, in each month and from each referral: kept by the ledger itself. Brackets and caps go on from here.';
call private.protect('earning_volume');
call private.audit_changes('earning_volume', false);

create table earning_policy (
  version integer primary key check (version >= 1),
  approves_by_itself boolean not null,
  two_people_above jsonb not null check (jsonb_typeof(two_people_above) = 'object' and octet_length(two_people_above::text) <= 4096),
  reason text check (char_length(reason) between 1 and 500),
  set_by_name text not null,
  created_at timestamptz not null default statement_timestamp()
);
comment on table earning_policy is 'How earnings are approved, every version: the newest counts. An amount above the limit of its currency needs two people; a currency without a limit always does (D6).';
comment on column earning_policy.approves_by_itself is 'Whether earnings up to the limit are approved without a person once their waiting time is over.';
call private.protect('earning_policy');
alter table earning_policy no force row level security;
insert into earning_policy (version, approves_by_itself, two_people_above, set_by_name)
values (1, false, '{"USD": 100000, "EUR": 100000, "GBP": 100000, "CHF": 100000, "JPY": 150000}', 'Liaison');
alter table earning_policy force row level security;
call private.audit_changes('earning_policy', false);
create trigger append_only before update or delete on earning_policy for each row execute function private.refuse_change();
create trigger no_truncate before truncate on earning_policy for each statement execute function private.refuse_change();

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('earning', 'pending', 'approved', 'approve', 'provider'),
  ('earning', 'pending', 'approved', 'approve', 'clock'),
  ('earning', 'pending', 'held', 'hold', 'provider'),
  ('earning', 'pending', 'held', 'hold', 'clock'),
  ('earning', 'approved', 'held', 'hold', 'provider'),
  ('earning', 'approved', 'held', 'hold', 'clock'),
  ('earning', 'held', 'pending', 'release', 'provider'),
  ('earning', 'held', 'pending', 'release', 'clock'),
  ('earning', 'pending', 'void', 'void', 'provider'),
  ('earning', 'held', 'void', 'void', 'provider'),
  ('earning', 'approved', 'in_payout', 'claim', 'provider'),
  ('earning', 'in_payout', 'paid', 'pay', 'provider'),
  ('earning', 'in_payout', 'paid', 'pay', 'clock'),
  ('earning', 'in_payout', 'approved', 'return', 'provider'),
  ('earning', 'in_payout', 'approved', 'return', 'clock');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- The partner whose owner asks, in the program plane alone: staff, and people acting in a tenant, have none.
create function access.partner_as_owner() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select access.partner_of_owner() $$;
grant execute on function access.partner_as_owner() to liaison_program;

create function access.earning_policy_now() returns public.earning_policy
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select p from public.earning_policy p order by p.version desc limit 1 $$;
grant execute on function access.earning_policy_now() to liaison_owner, liaison_job, liaison_platform;

-- Whether an amount takes two people: above the limit of its currency, or in a currency that has none.
create function access.takes_two_people(currency text, amount_minor bigint) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select coalesce(abs(amount_minor) > ((access.earning_policy_now()).two_people_above ->> currency)::bigint, true) $$;
grant execute on function access.takes_two_people(text, bigint) to liaison_owner, liaison_platform, liaison_job;

-- Totals of the reader's own partner: amounts and counts, no line, no base, no tenant. The one thing that staff see of earnings (D8).
create function access.own_earning_totals() returns table (period_month date, currency text, state text, kind text, earnings bigint, amount_minor bigint)
  language sql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
  select e.period_month, e.currency::text, e.state, e.kind, count(*), sum(e.amount_minor)::bigint
  from public.earning e
  where e.partner_id = (select access.own_partner()) and access.context_plane() = 'program'
  group by e.period_month, e.currency, e.state, e.kind
  $$;
grant execute on function access.own_earning_totals() to liaison_program;

-- What a partner has earned and not been paid, by currency: earned - paid = balance, and how the balance is made up.
-- `due` is approved and past its waiting time; all amounts are nets of what was taken back.
create function access.earning_balance(partner uuid)
  returns table (currency text, balance_minor bigint, pending_minor bigint, held_minor bigint, approved_minor bigint, due_minor bigint, in_payout_minor bigint, paid_minor bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if session_user = 'liaison_program' and partner is distinct from access.own_partner() then
    return;
  end if;
  return query
    select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'pending'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'held'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved' and e.available_on <= (statement_timestamp() at time zone 'UTC')::date), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'in_payout'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0)::bigint
    from public.earning e where e.partner_id = partner group by e.currency order by e.currency;
end
$$;
grant execute on function access.earning_balance(uuid) to liaison_owner, liaison_program, liaison_platform, liaison_job;

create type audit.partner_event as (action text, partner_id uuid, partner_name text, resource_type text, resource_id uuid, resource_label text, changes jsonb, reason text);
comment on type audit.partner_event is 'One event about a partner, as audit.record_many takes many of them.';

-- As audit.record for each of many events about partners, in one statement for all of them: a thousand rows of a ledger are a thousand
-- events, and one call each would cost more than the rows. Takes no tenants, delegations or explanations.
create function audit.record_many(events audit.partner_event[]) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
grant execute on function audit.record_many(audit.partner_event[]) to liaison_owner;

-- Whether an endpoint of the partner hears of this now. A ledger moves by thousands of rows: what nobody hears of is not told.
create function access.is_heard(partner uuid, event_type text) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.webhook_endpoint w where w.partner_id = partner and w.status = 'active' and event_type = any (w.event_types)) $$;
grant execute on function access.is_heard(uuid, text) to liaison_owner;

-- Serialises everything that adds to one partner's ledger, and what closes a period of it, until the transaction ends.
create function access.lock_ledger(partners uuid[]) returns void
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  partner uuid;
begin
  for partner in select distinct p from unnest(partners) p order by 1 loop
    perform pg_advisory_xact_lock(access.lock_key('earnings', partner));
  end loop;
end
$$;
grant execute on function access.lock_ledger(uuid[]) to liaison_ingest, liaison_platform, liaison_job, liaison_owner;

reset role;
