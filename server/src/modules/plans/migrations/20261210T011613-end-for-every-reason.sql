set role liaison_authz;

-- A user whose role lost the plan has it until the end that is set, whoever set it.
create or replace function access.effective_subscription(of_end_user uuid, features_off text[] default '{}') returns jsonb
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
  if not access.is_in_own_plane() then
    return null;
  end if;
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
    when not access.is_eligible(of_end_user, t.plan_id) and s.cancel_cause is null then 'PLAN_NOT_FOR_ROLE'
    when needed = any (features_off) then 'FEATURE_DISABLED'
    else 'ALLOWED' end;
  return jsonb_build_object('allowed', code = 'ALLOWED', 'code', code, 'status', case when u.status = 'active' and s.status = 'signing' then 'signing' else u.status end,
    'sub_status', access.sub_status(of_end_user), 'subscription_id', s.id, 'plan_id', t.plan_id, 'holds', to_jsonb(holds));
end
$$;

reset role;
set role liaison_owner;

-- An end is taken back by whoever set it, unless the plan ends for another reason, too.
create or replace function private.check_subscription_cancel(old_row subscription, new_row subscription, side text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  of_plan uuid := (access.term_now(old_row.id)).plan_id;
  cause text := coalesce(new_row.cancel_cause, old_row.cancel_cause);
  may_say boolean;
begin
  if old_row.cancel_cause is not null and new_row.cancel_cause is not null then
    raise exception 'the subscription ends already' using errcode = 'check_violation', constraint = 'subscription_ending';
  end if;
  may_say := cause = side or case cause
    when 'role' then access.is_eligible(old_row.end_user_id, of_plan) = (new_row.cancel_cause is null)
    when 'discontinued' then new_row.cancel_cause is not null and exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and p.running <> 'keep')
    else false end;
  -- It would end for this besides: who set the end first is no reason to go on.
  if side is not null and new_row.cancel_cause is null and (not access.is_eligible(old_row.end_user_id, of_plan) or exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and p.running <> 'keep')) then
    raise exception 'the plan is not for this user any more' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if not coalesce(may_say, false) or old_row.status not in ('signed', 'suspended') then
    raise exception 'this end is somebody else''s' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
end
$$;

reset role;
