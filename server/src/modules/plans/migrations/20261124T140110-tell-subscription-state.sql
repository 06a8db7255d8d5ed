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
