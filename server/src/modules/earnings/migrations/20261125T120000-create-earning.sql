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
  partner_id uuid not null references partner (id),
  program_id uuid not null references program (id),
  referral_id uuid not null,
  agreement_id uuid not null,
  billing_event_id uuid not null references billing_event (id),
  kind text not null check (kind in ('commission', 'clawback')),
  component text not null check (char_length(component) between 1 and 60),
  reverses_id uuid,
  occurred_at timestamptz not null,
  service_month date not null check (extract(day from service_month) = 1),
  period_month date not null check (extract(day from period_month) = 1),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  base_minor bigint not null check (abs(base_minor) <= 9007199254740991),
  amount_minor bigint not null check (abs(amount_minor) <= 9007199254740991),
  calc jsonb not null check (jsonb_typeof(calc) = 'object'),
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
  unique (id, partner_id),
  constraint earning_once unique (partner_id, billing_event_id, component, kind),
  foreign key (reverses_id, partner_id) references earning (id, partner_id),
  foreign key (referral_id, partner_id) references referral (id, partner_id),
  foreign key (agreement_id, partner_id) references agreement (id, partner_id),
  check (period_month >= service_month),
  check (case kind when 'commission' then amount_minor >= 0 and base_minor >= 0 and reverses_id is null else amount_minor <= 0 and base_minor <= 0 and reverses_id is not null end),
  check ((state = 'held') = (hold_kind is not null) and (hold_kind is not null) = (hold_reason is not null)),
  check ((state = 'void') = (void_reason is not null)),
  check ((payout_item_id is not null) = (state in ('in_payout', 'paid'))),
  check (state not in ('approved', 'in_payout', 'paid') or approved_at is not null),
  check ((first_approved_by is null) = (first_approved_at is null))
);
comment on table earning is 'The ledger of what partners earned: a row says for good what was earned or taken back by which event under which agreement; only its state, hold, approval and payout move (D6).';
comment on column earning.service_month is 'The month, in the program''s time zone, in which the event happened.';
comment on column earning.period_month is 'The month that the row counts in: that of its service, or a later one when that was closed already.';
comment on column earning.calc is 'Every step of the calculation, in words and figures.';
comment on column earning.policy_version is 'Which version of the approval policy approved it; null when a person did.';
create index earning_newest on earning (partner_id, occurred_at desc, id desc);
create index earning_by_month on earning (partner_id, period_month, currency, state) include (kind, amount_minor);
create index earning_of_referral on earning (referral_id, state);
create index earning_of_event on earning (billing_event_id);
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

-- As audit.record for each of many events about partners, in one statement for all of them: a thousand rows of a ledger are a thousand
-- events, and one call each would cost more than the rows. Takes no tenants, delegations or explanations.
create function audit.record_many(events jsonb) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  context jsonb := access.context();
  in_force integer;
begin
  if context is null then
    raise exception 'an audit event needs an access context' using errcode = 'insufficient_privilege';
  end if;
  select c.active_version into in_force from partner_configuration c where c.partner_id = (context ->> 'partner_id')::uuid;
  with written as (
    insert into audit_event (id, occurred_at, plane, action, outcome, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, role, permission,
      resource_type, resource_id, resource_label, changes, reason, request_id, trace_id, method, route, ip, user_agent, source, config_version)
    select uuidv7(), clock_timestamp(), context ->> 'plane', e.action, 'allowed', context ->> 'actor_type', (context ->> 'actor_id')::uuid, context ->> 'actor_name', (context ->> 'member_id')::uuid,
      e.partner_id, e.partner_name, context ->> 'role', context ->> 'permission', e.resource_type, e.resource_id, e.resource_label, e.changes, e.reason,
      context ->> 'request_id', context ->> 'trace_id', context ->> 'method', context ->> 'route', (context ->> 'ip')::inet, context ->> 'user_agent', coalesce(context ->> 'source', 'api'), in_force
    from jsonb_to_recordset(events) as e (action text, partner_id uuid, partner_name text, resource_type text, resource_id uuid, resource_label text, changes jsonb, reason text)
    returning id, occurred_at, partner_id)
  insert into audit_scope (kind, scope_id, occurred_at, event_id)
  select 'partner', w.partner_id, w.occurred_at, w.id from written w where w.partner_id is not null;
end
$$;
grant execute on function audit.record_many(jsonb) to liaison_owner;

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
set role liaison_owner;

create policy handing_in on earning to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
create policy own_rows on earning for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy provider_side on earning to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on earning to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy keeping on earning to liaison_owner using (true) with check (true);
grant select, insert (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, hold_kind, hold_reason, available_on) on earning to liaison_ingest;
grant select on earning to liaison_program, liaison_platform, liaison_job;
grant update (state, hold_kind, hold_reason, void_reason, first_approved_by, payout_item_id) on earning to liaison_platform;
grant update (state, hold_kind, hold_reason, payout_item_id) on earning to liaison_job;

create policy handing_in on earning_skip to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
create policy own_rows on earning_skip for select to liaison_program using (partner_id = (select access.partner_as_owner()));
create policy provider_side on earning_skip for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select, insert (billing_event_id, partner_id, referral_id, component, reason) on earning_skip to liaison_ingest;
grant select on earning_skip to liaison_program, liaison_platform;

create policy handing_in on earning_volume for select to liaison_ingest using ((select access.context_plane()) = 'ingest');
create policy keeping on earning_volume to liaison_owner using (true) with check (true);
grant select on earning_volume to liaison_ingest;

create policy provider_side on earning_policy to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert (version, approves_by_itself, two_people_above, reason, set_by_name) on earning_policy to liaison_platform;

grant usage on schema private to liaison_platform, liaison_ingest;
grant execute on function access.context(), access.context_plane() to liaison_owner;

create function private.earning_side() returns text
  language sql stable
  return case session_user when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' end;

-- What is taken back belongs to what was earned, and is never more; it waits as long as that does (D6).
create function private.check_clawback(c earning) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
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
$$;

create function private.check_approval(e earning, side text) returns earning
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  policy earning_policy := access.earning_policy_now();
  person uuid := access.context_id('actor_id');
begin
  e.approved_at := statement_timestamp();
  if side = 'clock' then
    if not policy.approves_by_itself or e.available_on > (statement_timestamp() at time zone 'UTC')::date or access.takes_two_people(e.currency, e.amount_minor) then
      raise exception 'the policy does not approve this by itself' using errcode = 'check_violation', constraint = 'earning_approval';
    end if;
    e.policy_version := policy.version;
    return e;
  end if;
  if access.is_partner_member(e.partner_id, person) then
    raise exception 'nobody approves what the own organisation earned' using errcode = 'check_violation', constraint = 'earning_own_approval';
  end if;
  if access.takes_two_people(e.currency, e.amount_minor) and (e.first_approved_by is null or e.first_approved_by = person) then
    raise exception 'an amount above the limit takes two people' using errcode = 'check_violation', constraint = 'earning_second_person';
  end if;
  e.approved_by := person;
  e.approved_by_name := access.context() ->> 'actor_name';
  return e;
end
$$;

-- The rules of an earning that no handler can step around (D6): what it says never changes, and it moves along the listed arrows by the side
-- that they name. Who approved and when is taken from the mandate, never from whoever writes.
create function private.enforce_earning() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.earning_side();
begin
  if tg_op = 'INSERT' then
    if new.kind = 'clawback' then
      perform private.check_clawback(new);
      if new.state = 'approved' then
        new.approved_at := statement_timestamp();
      end if;
    elsif side is not null and new.state not in ('pending', 'held') then
      raise exception 'an earning begins by waiting' using errcode = 'check_violation', constraint = 'earning_transition';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.program_id, new.referral_id, new.agreement_id, new.billing_event_id, new.kind, new.component, new.reverses_id, new.occurred_at, new.service_month, new.period_month, new.currency, new.base_minor, new.amount_minor, new.available_on, new.created_at)
    is distinct from (old.id, old.partner_id, old.program_id, old.referral_id, old.agreement_id, old.billing_event_id, old.kind, old.component, old.reverses_id, old.occurred_at, old.service_month, old.period_month, old.currency, old.base_minor, old.amount_minor, old.available_on, old.created_at)
    or new.calc <> old.calc then
    raise exception 'what an earning says never changes' using errcode = 'restrict_violation', constraint = 'earning_immutable';
  end if;
  if side is null then
    return new;
  end if;
  if new.state = old.state then
    if new.state = 'pending' and old.first_approved_by is null and new.first_approved_by is not null then
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
$$;
create trigger enforce_earning before insert or update on earning for each row execute function private.enforce_earning();

-- One audit event for each row that comes and each change of state, whoever made it, and the sums that brackets and caps go on from.
create function private.note_new_earnings() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into earning_volume as v (partner_id, program_id, component, currency, span, span_key, base_minor, amount_minor)
  select a.partner_id, a.program_id, a.component, a.currency, s.span, s.span_key, sum(a.base_minor), sum(a.amount_minor)
  from added a cross join lateral (values ('lifetime', ''), ('month', to_char(a.period_month, 'YYYY-MM')), ('referral', a.referral_id::text)) s (span, span_key)
  where a.kind = 'commission' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (partner_id, program_id, component, currency, span, span_key)
  do update set base_minor = v.base_minor + excluded.base_minor, amount_minor = v.amount_minor + excluded.amount_minor;
  if access.context() is null then
    return null;
  end if;
  perform audit.record_many(coalesce(jsonb_agg(jsonb_build_object('action', case a.kind when 'commission' then 'program.earning.created' else 'program.earning.clawed_back' end,
    'partner_id', a.partner_id, 'partner_name', p.name, 'resource_type', 'earning', 'resource_id', a.id, 'resource_label', a.component,
    'changes', jsonb_strip_nulls(jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'state', jsonb_build_object('after', a.state), 'hold', a.hold_kind)))), '[]'))
  from added a join partner p on p.id = a.partner_id;
  insert into outbox (topic, payload)
  select h.topic, jsonb_build_object('earning_id', a.id, 'partner_id', a.partner_id, 'referral_id', a.referral_id, 'state', a.state)
  from (select partner_id, kind, 'earning.' || case kind when 'commission' then 'created' else 'clawed_back' end as topic from added group by 1, 2) h
  join added a on a.partner_id = h.partner_id and a.kind = h.kind
  where access.is_heard(h.partner_id, h.topic);
  return null;
end
$$;
create trigger note_new_earnings after insert on earning referencing new table as added for each statement execute function private.note_new_earnings();

create function private.note_earnings() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if exists (
    select from after a join before b on b.id = a.id join earning c on c.reverses_id = a.id
    where a.state = 'void' and b.state <> 'void' and a.kind = 'commission' and c.state <> 'void') then
    raise exception 'what was taken back of it goes with it' using errcode = 'check_violation', constraint = 'earning_has_clawbacks';
  end if;
  if access.context() is null then
    return null;
  end if;
  perform audit.record_many(coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('action', 'program.earning.' || case
      when a.state = b.state then 'approved_first'
      when a.state = 'approved' and b.state = 'pending' then 'approved'
      when a.state = 'approved' then 'returned'
      when a.state = 'held' then 'held'
      when a.state = 'pending' then 'released'
      when a.state = 'void' then 'voided'
      when a.state = 'in_payout' then 'claimed'
      else 'paid' end,
    'partner_id', a.partner_id, 'partner_name', p.name, 'resource_type', 'earning', 'resource_id', a.id, 'resource_label', a.component, 'reason', coalesce(a.void_reason, a.hold_reason),
    'changes', jsonb_strip_nulls(jsonb_build_object('amount_minor', a.amount_minor, 'currency', a.currency, 'policy_version', a.policy_version,
      'state', case when a.state <> b.state then jsonb_build_object('before', b.state, 'after', a.state) end))))), '[]'))
  from after a join before b on b.id = a.id join partner p on p.id = a.partner_id
  where a.state <> b.state or a.first_approved_by is distinct from b.first_approved_by;
  insert into outbox (topic, payload)
  select 'earning.' || t.told, jsonb_build_object('earning_id', a.id, 'partner_id', a.partner_id, 'referral_id', a.referral_id, 'state', a.state)
  from after a join before b on b.id = a.id
  cross join lateral (select case when a.state = 'approved' and b.state = 'pending' then 'approved' when a.state = 'void' then 'voided' when a.state in ('held', 'paid') then a.state end as told) t
  where a.state <> b.state and t.told is not null and access.is_heard(a.partner_id, 'earning.' || t.told);
  return null;
end
$$;
create trigger note_earnings after update on earning referencing old table as before new table as after for each statement execute function private.note_earnings();

-- What others do with all earnings of one referral: a warning holds them, its decision releases or voids them. Each answers how many moved.
create function private.hold_earnings(referral uuid, reason text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  moved integer;
begin
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = hold_earnings.reason
  where e.referral_id = hold_earnings.referral and e.state in ('pending', 'approved');
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function private.hold_earnings(uuid, text) is 'Holds what a referral earned and nobody has been paid yet (D6).';

create function private.release_earnings(referral uuid) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  moved integer;
begin
  update earning e set state = 'pending', hold_kind = null, hold_reason = null
  where e.referral_id = release_earnings.referral and e.state = 'held' and e.hold_kind = 'risk';
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function private.release_earnings(uuid) is 'Lets wait again what hold_earnings held; holds of other kinds stay (D6).';

create function private.void_earnings(referral uuid, reason text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  chosen uuid[];
  moved integer;
begin
  select coalesce(array_agg(e.id), '{}') into chosen from earning e
  where e.referral_id = void_earnings.referral and e.kind = 'commission' and e.state in ('pending', 'held', 'approved')
    and not exists (select from earning c where c.reverses_id = e.id and c.state in ('in_payout', 'paid'));
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state = 'approved';
  update earning e set state = 'void', hold_kind = null, hold_reason = null, void_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state in ('pending', 'held');
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function private.void_earnings(uuid, text) is 'Voids what a referral earned and nobody has been paid or is being paid, with what was taken back of it (D6).';
grant execute on function private.hold_earnings(uuid, text), private.release_earnings(uuid), private.void_earnings(uuid, text) to liaison_authz, liaison_platform, liaison_ingest, liaison_job;

reset role;
