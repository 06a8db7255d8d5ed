set role liaison_authz;

-- Different from before: the role of now counts, which is that of a guest from the moment in which the verification ends, whether or not a job has noted it (C8).
create or replace function access.is_eligible(of_end_user uuid, of_plan uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$ select exists (select from public.end_user u join public.plan_role r on r.plan_id = of_plan and r.role = access.role_in_force(u.role, u.verified_until) where u.id = of_end_user) $$;

-- Different from before: the role of now counts.
create or replace function access.may_take(of_end_user uuid, of_plan uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
  select exists (
    select from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
    where u.id = of_end_user and u.status in ('active', 'signing') and of_plan in (select access.open_plans(u.partner_id, access.role_in_force(u.role, u.verified_until))))
  $$;

-- Different from before: the role of now counts.
create or replace function access.visible_plans()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
  select access.open_plans(u.partner_id, access.role_in_force(u.role, u.verified_until))
  from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
  where access.context_plane() = 'realm' and u.id = access.context_id('end_user_id') and u.partner_id = access.context_id('partner_id')
  union
  select t.plan_id from public.subscription_term t
  where access.context_plane() = 'realm' and t.end_user_id = access.context_id('end_user_id') and t.partner_id = access.context_id('partner_id')
  union
  select p.id from public.plan p
  where access.is_realm_admin() and p.state <> 'draft'
    and (p.partner_id = access.realm_inside() or p.id in (select pp.plan_id from public.partner_plan pp where pp.partner_id = access.realm_inside()))
  $$;

-- Different from before: who has become a guest because the verification ended keeps nothing to the end of a period, as no guest does (C6, C7, C8).
create or replace function access.effective_subscription(of_end_user uuid, features_off text[] DEFAULT '{}'::text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  u record;
  s public.subscription;
  t public.subscription_term;
  needed text;
  holds text[] := '{}';
  plane text := access.context_plane();
  code text;
begin
  if not access.is_in_own_plane() then
    return null;
  end if;
  select e.id, e.partner_id, e.status, o.status as partner_status, access.role_in_force(e.role, e.verified_until) <> e.role as has_lapsed into u from public.end_user e join public.partner o on o.id = e.partner_id where e.id = of_end_user;
  if u.id is null or (plane in ('program', 'realm') and u.partner_id is distinct from access.context_id('partner_id')) or (plane = 'program' and access.partner_of_owner() is null) or (plane = 'realm' and u.id is distinct from access.context_id('end_user_id')) then
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
    when not access.is_eligible(of_end_user, t.plan_id) and (u.has_lapsed or (s.cancel_cause is null and not access.has_next_term(s.id))) then 'PLAN_NOT_FOR_ROLE'
    when needed = any (features_off) then 'FEATURE_DISABLED'
    else 'ALLOWED' end;
  return jsonb_build_object('allowed', code = 'ALLOWED', 'code', code, 'status', case when u.status = 'active' and s.status = 'signing' then 'signing' else u.status end,
    'sub_status', access.sub_status(of_end_user), 'subscription_id', s.id, 'plan_id', t.plan_id, 'holds', to_jsonb(holds));
end
$$;

-- Different from before: a plan gives no limits to whom it gives nothing any more, because the verification ended.
create or replace function access.plan_limits(of_end_user uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  s public.subscription := access.live_subscription(of_end_user);
  t public.subscription_term;
begin
  if (s.id is null or s.status = 'signing'
    or exists (select from public.end_user u where u.id = of_end_user and access.role_in_force(u.role, u.verified_until) <> u.role)) then
    return '{}';
  end if;
  t := access.term_now(s.id);
  return coalesce(t.limits, '{}');
end
$$;

reset role;
