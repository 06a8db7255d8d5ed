set role liaison_owner;

create table subscription (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  first_plan_id uuid not null references plan (id),
  status text not null default 'signing' check (status in ('signing', 'signed', 'suspended', 'unsigned')),
  asked_at timestamptz not null default now(),
  signing_until timestamptz not null default now() + interval '24 hours',
  signed_at timestamptz,
  confirmed_by_name text,
  cancel_cause text check (cancel_cause in ('end_user', 'partner', 'role', 'discontinued')),
  cancel_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('cancelled', 'declined', 'ended', 'failed', 'timed_out', 'period_over', 'role', 'discontinued')),
  end_note text check (char_length(end_note) <= 500),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  unique (partner_id, end_user_id, id),
  check (signing_until > asked_at),
  check ((status = 'unsigned') = (ended_at is not null and end_reason is not null)),
  check (status not in ('signed', 'suspended') or signed_at is not null),
  check ((cancel_at is null) = (cancel_cause is null))
);
comment on table subscription is 'That an end user takes a plan of its partner: begun, signed, suspended while something holds it, over (C7). status is as the last change left it; the state now also knows the time (access.subscription_state).';
comment on column subscription.signing_until is 'The first instant at which a subscription that nobody confirmed is over: 24 hours after it was asked for.';
comment on column subscription.cancel_at is 'The first instant at which it is over, for the cause beside it; null while it goes on.';
comment on column subscription.first_plan_id is 'The plan it was begun with; its terms in time are in subscription_term.';
create unique index subscription_one_live on subscription (end_user_id) where status in ('signing', 'signed', 'suspended');
create index on subscription (partner_id, status);
create index on subscription (partner_id, end_user_id, asked_at desc);
create index on subscription (end_user_id);
create index on subscription (first_plan_id);
create index subscription_due on subscription (least(cancel_at, case when status = 'signing' then signing_until end)) where status in ('signing', 'signed', 'suspended');
call private.protect('subscription');
call private.audit_changes('subscription', false);

create table subscription_term (
  id uuid primary key default uuidv7(),
  subscription_id uuid not null,
  partner_id uuid not null,
  end_user_id uuid not null,
  plan_id uuid not null references plan (id),
  plan_version_id uuid not null references plan_version (id),
  price_minor bigint not null,
  currency char(3) not null,
  period text not null,
  limits jsonb not null,
  starts_at timestamptz not null,
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (partner_id, end_user_id, subscription_id) references subscription (partner_id, end_user_id, id) on delete cascade
);
comment on table subscription_term is 'The plan and terms of a subscription from an instant on, copied when they were taken. The last one that has begun and was not taken back holds; a later plan or price of the partner changes none of it.';
create index on subscription_term (subscription_id, starts_at desc);
create index on subscription_term (partner_id, end_user_id);
create index on subscription_term (plan_id);
create index on subscription_term (plan_version_id);
call private.protect('subscription_term');
call private.audit_changes('subscription_term', false);

create table subscription_hold (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  subscription_id uuid,
  kind text not null check (kind in ('payment', 'policy', 'manual', 'quota', 'partner')),
  blocks_entitlement boolean not null default true,
  reason text not null check (char_length(reason) between 1 and 500),
  placed_by_side text not null default 'clock' check (placed_by_side in ('provider', 'partner', 'clock')),
  placed_by_name text not null default '',
  placed_at timestamptz not null default now(),
  released_at timestamptz,
  released_by_side text check (released_by_side in ('provider', 'partner', 'clock')),
  released_by_name text,
  release_reason text check (char_length(release_reason) <= 500),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  foreign key (partner_id, end_user_id, subscription_id) references subscription (partner_id, end_user_id, id) on delete cascade,
  check ((released_at is null) = (released_by_side is null))
);
comment on table subscription_hold is 'What holds an end user''s subscription, or its whole account when no subscription is named. A subscription is suspended while one of them blocks it, and works again when none does (C7).';
create unique index subscription_hold_once on subscription_hold (end_user_id, subscription_id, kind) nulls not distinct where released_at is null;
create index on subscription_hold (partner_id, end_user_id);
create index on subscription_hold (subscription_id);
call private.protect('subscription_hold');
call private.audit_changes('subscription_hold', false);

create table subscription_event (
  id uuid primary key default uuidv7(),
  subscription_id uuid not null,
  partner_id uuid not null,
  end_user_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  actor_kind text not null,
  actor_name text,
  details jsonb not null default '{}',
  foreign key (partner_id, end_user_id, subscription_id) references subscription (partner_id, end_user_id, id) on delete cascade
);
comment on table subscription_event is 'What became of each subscription, written by the database at every change; append-only.';
create index on subscription_event (subscription_id, occurred_at);
create index on subscription_event (partner_id, end_user_id);
call private.protect('subscription_event');
create trigger append_only before update on subscription_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on subscription_event for each statement execute function private.refuse_change();

create table payment_event (
  source text not null check (char_length(source) between 1 and 100),
  event_id text not null check (char_length(event_id) between 1 and 200),
  subscription_id uuid not null,
  partner_id uuid not null references partner (id),
  kind text not null check (kind in ('paid', 'failed')),
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  outcome text not null check (outcome in ('signed', 'held', 'released', 'ended', 'no_change')),
  primary key (source, event_id)
);
comment on table payment_event is 'What the payment service told of a subscription, once per event of its own; append-only.';
create index on payment_event (partner_id, subscription_id);
call private.protect('payment_event');
call private.audit_changes('payment_event', false);
create trigger append_only before update or delete on payment_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payment_event for each statement execute function private.refuse_change();

create policy keeping on subscription to liaison_owner using (true) with check (true);
create policy keeping on subscription_term to liaison_owner using (true) with check (true);
create policy keeping on subscription_hold to liaison_owner using (true) with check (true);
create policy keeping on subscription_event to liaison_owner using (true) with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('subscription', 'signing', 'signed', 'confirm', 'end_user'),
  ('subscription', 'signing', 'signed', 'confirm', 'partner'),
  ('subscription', 'signing', 'unsigned', 'cancel', 'end_user'),
  ('subscription', 'signing', 'unsigned', 'decline', 'partner'),
  ('subscription', 'signing', 'unsigned', 'fail', 'clock'),
  ('subscription', 'signing', 'unsigned', 'end', 'clock'),
  ('subscription', 'signed', 'suspended', 'hold', 'partner'),
  ('subscription', 'signed', 'suspended', 'hold', 'provider'),
  ('subscription', 'signed', 'suspended', 'hold', 'clock'),
  ('subscription', 'suspended', 'signed', 'release', 'partner'),
  ('subscription', 'suspended', 'signed', 'release', 'provider'),
  ('subscription', 'suspended', 'signed', 'release', 'clock'),
  ('subscription', 'signed', 'unsigned', 'cancel', 'end_user'),
  ('subscription', 'signed', 'unsigned', 'end', 'partner'),
  ('subscription', 'signed', 'unsigned', 'end', 'clock'),
  ('subscription', 'suspended', 'unsigned', 'cancel', 'end_user'),
  ('subscription', 'suspended', 'unsigned', 'end', 'partner'),
  ('subscription', 'suspended', 'unsigned', 'end', 'clock');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- The terms that hold at this statement.
create function access.term_now(of_subscription uuid) returns public.subscription_term
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select t from public.subscription_term t
  where t.subscription_id = of_subscription and t.withdrawn_at is null and t.starts_at <= statement_timestamp()
  order by t.starts_at desc, t.id desc limit 1
  $$;

-- The kinds of open holds that block a subscription, its own and those of its whole account.
create function access.blocking_holds(of_end_user uuid, of_subscription uuid) returns text[]
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  -- A hold that a limit of operations placed ends with the limit's window (C5).
  return (
    select coalesce(array_agg(distinct h.kind order by h.kind), '{}') from public.subscription_hold h
    where h.end_user_id = of_end_user and h.released_at is null and h.blocks_entitlement and (h.subscription_id is null or h.subscription_id = of_subscription)
      and (h.kind <> 'quota' or not access.is_quota_hold_over(h.id)));
end
$$;

-- The state of a subscription at this statement, whatever a job has noted: time ends it, holds suspend it.
create function access.subscription_state(s public.subscription) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case
    when s.status = 'unsigned' or (s.status = 'signing' and s.signing_until <= statement_timestamp()) or s.cancel_at <= statement_timestamp() then 'unsigned'
    when s.status = 'signing' then 'signing'
    when cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0 then 'suspended'
    else 'signed' end
  $$;

-- The end of the paid period in which an instant lies: whole periods counted from where the terms began to be paid.
create function access.period_end(anchor timestamptz, period text, at timestamptz) returns timestamptz
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
declare
  step interval := case period when 'day' then interval '1 day' when 'week' then interval '7 days' when 'month' then interval '1 month' else interval '1 year' end;
  days integer := case period when 'day' then 1 when 'week' then 7 when 'month' then 31 else 366 end;
  from_then timestamp := anchor at time zone 'UTC';
  until_then timestamp := greatest(at, anchor) at time zone 'UTC';
  number integer := floor(extract(epoch from until_then - from_then) / 86400 / days)::integer;
begin
  while from_then + number * step <= until_then loop
    number := number + 1;
  end loop;
  return (from_then + number * step) at time zone 'UTC';
end
$$;

-- When the paid period of a subscription ends; null before it is signed.
create function access.paid_until(s public.subscription) returns timestamptz
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  t public.subscription_term := access.term_now(s.id);
begin
  if s.signed_at is null or t.id is null then
    return null;
  end if;
  return access.period_end(greatest(s.signed_at, t.starts_at), t.period, statement_timestamp());
end
$$;

-- Whether an end user may have this plan now: its role is one of the plan's, whether or not the plan is still on offer.
create function access.is_eligible(of_end_user uuid, of_plan uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.end_user u join public.plan_role r on r.plan_id = of_plan and r.role = u.role where u.id = of_end_user) $$;

-- Whether an end user may take this plan now: active, of an active partner, in a role of the plan, the plan on offer at its partner.
create function access.may_take(of_end_user uuid, of_plan uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
    where u.id = of_end_user and u.status in ('active', 'signing') and of_plan in (select access.open_plans(u.partner_id, u.role)))
  $$;

-- The plans that the end user of this transaction may see: those for its role, and those it has or had.
create function access.visible_plans() returns setof uuid
  language sql stable security definer rows 20
  set search_path = pg_catalog
  as $$
  select access.open_plans(u.partner_id, u.role)
  from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
  where access.context_plane() = 'realm' and u.id = access.context_id('end_user_id') and u.partner_id = access.context_id('partner_id')
  union
  select t.plan_id from public.subscription_term t
  where access.context_plane() = 'realm' and t.end_user_id = access.context_id('end_user_id') and t.partner_id = access.context_id('partner_id')
  $$;

-- The live subscription of an end user at this statement, if any.
create function access.live_subscription(of_end_user uuid) returns public.subscription
  language sql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
  select s from public.subscription s
  where s.end_user_id = of_end_user and s.status in ('signing', 'signed', 'suspended') and access.subscription_state(s) <> 'unsigned'
  $$;

-- Whether an end user has a subscription that is being signed, signed or suspended, as of now. Whether it may be used is another question.
create function access.has_live_subscription(of_end_user uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  s public.subscription := access.live_subscription(of_end_user);
begin
  return s.id is not null;
end
$$;

-- The limits of the plan that an end user has, signed or suspended; nothing without one.
create function access.plan_limits(of_end_user uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  s public.subscription := access.live_subscription(of_end_user);
  t public.subscription_term;
begin
  if s.id is null or s.status = 'signing' then
    return '{}';
  end if;
  t := access.term_now(s.id);
  return coalesce(t.limits, '{}');
end
$$;

-- Whether something holds an end user: its whole account, or the subscription that it has.
create function access.is_on_hold(of_end_user uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  s public.subscription := access.live_subscription(of_end_user);
begin
  return cardinality(access.blocking_holds(of_end_user, s.id)) > 0;
end
$$;

-- What the status of the subscription is towards others: absent, signed, suspended or unsigned. While one is being signed, what was before counts.
create function access.sub_status(of_end_user uuid) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(
    (select access.subscription_state(s) from public.subscription s where s.end_user_id = of_end_user and access.subscription_state(s) in ('signed', 'suspended') limit 1),
    (select 'unsigned' from public.subscription s where s.end_user_id = of_end_user and access.subscription_state(s) = 'unsigned' limit 1),
    'absent')
  $$;

-- Whether the end user may use what it pays for, and the first thing that stands against it (C7): the partner active, the user active, a
-- subscription signed for a plan that its role may have, nothing that holds it, the plan's feature on. Computed from rows as they are now.
create function access.effective_subscription(of_end_user uuid, features_off text[] default '{}') returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  u record;
  s public.subscription;
  t public.subscription_term;
  needed text;
  holds text[] := '{}';
  plane text := access.context_plane();
  code text;
begin
  select e.id, e.partner_id, e.status, o.status as partner_status into u from public.end_user e join public.partner o on o.id = e.partner_id where e.id = of_end_user;
  if u.id is null or (plane in ('program', 'realm') and u.partner_id is distinct from access.context_id('partner_id')) or (plane = 'realm' and u.id is distinct from access.context_id('end_user_id')) then
    return null;
  end if;
  s := access.live_subscription(of_end_user);
  if s.id is not null then
    t := access.term_now(s.id);
    select p.requires_flag into needed from public.plan p where p.id = t.plan_id;
    holds := access.blocking_holds(of_end_user, s.id);
  end if;
  code := case
    when u.partner_status <> 'active' then 'PARTNER_INACTIVE'
    when u.status not in ('active', 'signing') then 'END_USER_INACTIVE'
    when s.id is null then 'NOT_SUBSCRIBED'
    when s.status = 'signing' then 'SUBSCRIPTION_NOT_SIGNED'
    when cardinality(holds) > 0 then 'SUBSCRIPTION_HELD'
    when not access.is_eligible(of_end_user, t.plan_id) and s.cancel_cause is distinct from 'role' then 'PLAN_NOT_FOR_ROLE'
    when needed = any (features_off) then 'FEATURE_DISABLED'
    else 'ALLOWED' end;
  return jsonb_build_object('allowed', code = 'ALLOWED', 'code', code, 'status', case when u.status = 'active' and s.status = 'signing' then 'signing' else u.status end,
    'sub_status', access.sub_status(of_end_user), 'subscription_id', s.id, 'plan_id', t.plan_id, 'holds', to_jsonb(holds));
end
$$;
comment on function access.effective_subscription(uuid, text[]) is 'C7: effective access of an end user, computed and never stored. features_off: the features that are off for the partner.';

grant execute on function access.term_now(uuid), access.blocking_holds(uuid, uuid), access.period_end(timestamptz, text, timestamptz), access.is_eligible(uuid, uuid), access.may_take(uuid, uuid),
  access.live_subscription(uuid), access.has_live_subscription(uuid), access.plan_limits(uuid), access.sub_status(uuid), access.is_on_hold(uuid) to liaison_owner;
grant execute on function access.subscription_state(public.subscription), access.paid_until(public.subscription), access.effective_subscription(uuid, text[])
  to liaison_owner, liaison_platform, liaison_program, liaison_realm, liaison_job, liaison_ingest;
grant execute on function access.visible_plans() to liaison_realm;

reset role;
set role liaison_owner;

-- Who sees what: end users their own, people of a partner those of its user base, the provider states and holds, our own work everything.
create policy for_my_role on plan for select to liaison_realm using (id in (select access.visible_plans()));
create policy for_my_role on plan_version for select to liaison_realm using (plan_id in (select access.visible_plans()));
create policy for_my_role on plan_role for select to liaison_realm using (plan_id in (select access.visible_plans()));
create policy for_my_role on partner_plan for select to liaison_realm using (partner_id = (select access.context_id('partner_id')) and plan_id in (select access.visible_plans()));
grant select on plan, plan_version, plan_role, partner_plan to liaison_realm;

create procedure private.share_subscriptions(relation regclass)
  language plpgsql
  as $$
begin
  execute format('create policy own on %s to liaison_realm using ((select access.context_plane()) = ''realm'' and partner_id = (select access.context_id(''partner_id'')) and end_user_id = (select access.context_id(''end_user_id''))) with check ((select access.context_plane()) = ''realm'' and partner_id = (select access.context_id(''partner_id'')) and end_user_id = (select access.context_id(''end_user_id'')))', relation);
  execute format('create policy partner_side on %s to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()))', relation);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy own_work on %s to liaison_job, liaison_ingest using ((select access.context_plane()) is not null) with check ((select access.context_plane()) is not null)', relation);
  execute format('grant select on %s to liaison_realm, liaison_program, liaison_platform, liaison_job, liaison_ingest', relation);
end
$$;
call private.share_subscriptions('subscription');
call private.share_subscriptions('subscription_term');
call private.share_subscriptions('subscription_hold');
call private.share_subscriptions('subscription_event');
grant insert (partner_id, end_user_id, first_plan_id) on subscription to liaison_realm;
grant update (status, cancel_cause, end_reason, end_note) on subscription to liaison_realm, liaison_program, liaison_job, liaison_ingest;
grant update (confirmed_by_name) on subscription to liaison_program;
grant insert (subscription_id, plan_id, starts_at), update (withdrawn_at) on subscription_term to liaison_realm;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name), update (released_at, released_by_name, release_reason) on subscription_hold to liaison_program, liaison_platform, liaison_job, liaison_ingest;

create policy arriving on payment_event to liaison_ingest using ((select access.context_plane()) is not null) with check ((select access.context_plane()) is not null);
create policy partner_side on payment_event for select to liaison_program using (partner_id = (select access.own_partner()));
grant select, insert (source, event_id, subscription_id, partner_id, kind, occurred_at, outcome) on payment_event to liaison_ingest;
grant select on payment_event to liaison_program;

reset role;
