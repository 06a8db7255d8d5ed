set role liaison_authz;

-- Whether another plan is to come after the one that a subscription has now.
create function access.has_next_term(of_subscription uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.subscription_term t where t.subscription_id = of_subscription and t.withdrawn_at is null and t.starts_at > statement_timestamp()) $$;
grant execute on function access.has_next_term(uuid) to liaison_owner;

-- A user whose role lost the plan has it until the end that is set, whoever set it, or until the plan that is to come.
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
    when not access.is_eligible(of_end_user, t.plan_id) and s.cancel_cause is null and not access.has_next_term(s.id) then 'PLAN_NOT_FOR_ROLE'
    when needed = any (features_off) then 'FEATURE_DISABLED'
    else 'ALLOWED' end;
  return jsonb_build_object('allowed', code = 'ALLOWED', 'code', code, 'status', case when u.status = 'active' and s.status = 'signing' then 'signing' else u.status end,
    'sub_status', access.sub_status(of_end_user), 'subscription_id', s.id, 'plan_id', t.plan_id, 'holds', to_jsonb(holds));
end
$$;

reset role;
set role liaison_owner;

-- Whether a plan goes no further than what is paid, for a user: discontinued so, or not for its role any more.
create function private.ends_with_plan(of_end_user uuid, of_plan uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$ select not access.is_eligible(of_end_user, of_plan) or exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and p.running <> 'keep') $$;

-- A plan that ends takes nobody with it who changes to another when it does.
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
  if side is not null and new_row.cancel_cause is null and not access.has_next_term(old_row.id) and private.ends_with_plan(old_row.end_user_id, of_plan) then
    raise exception 'the plan is not for this user any more' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if not coalesce(may_say, false) or old_row.status not in ('signed', 'suspended') then
    raise exception 'this end is somebody else''s' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
end
$$;

create or replace function private.recheck_subscription() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  s subscription;
  of_plan uuid;
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.id));
  s := access.live_subscription(new.id);
  if s.id is null then
    return null;
  end if;
  of_plan := (access.term_now(s.id)).plan_id;
  update subscription_term t set withdrawn_at = statement_timestamp()
  where t.subscription_id = s.id and t.withdrawn_at is null and t.starts_at > statement_timestamp() and not access.is_eligible(new.id, t.plan_id);
  if access.is_eligible(new.id, of_plan) then
    update subscription x set cancel_cause = null where x.id = s.id and x.cancel_cause = 'role';
  elsif new.role in ('guest', 'realm_admin') or s.status = 'signing' or (access.configuration(new.partner_id) #>> '{policies,on_downgrade}') is distinct from 'period_end' then
    update subscription x set status = 'unsigned', end_reason = 'role' where x.id = s.id;
  else
    update subscription x set cancel_cause = 'role' where x.id = s.id and x.cancel_cause is null and not access.has_next_term(s.id);
  end if;
  return null;
end
$$;

create or replace function private.wind_plan_down() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  left_alone uuid[];
begin
  with taken_back as (
    update subscription_term t set withdrawn_at = statement_timestamp() where t.plan_id = new.id and t.withdrawn_at is null and t.starts_at > statement_timestamp() returning t.subscription_id)
  select coalesce(array_agg(b.subscription_id), '{}') into left_alone from taken_back b;
  -- Whoever was to leave a plan that ends before this one, and now is not, goes with the one that it has.
  update subscription s set cancel_cause = case when access.is_eligible(s.end_user_id, (access.term_now(s.id)).plan_id) then 'discontinued' else 'role' end
  where s.id = any (left_alone) and access.subscription_state(s) in ('signed', 'suspended') and s.cancel_cause is null and private.ends_with_plan(s.end_user_id, (access.term_now(s.id)).plan_id);
  update subscription s set status = 'unsigned', end_reason = 'discontinued'
  where s.id in (select t.subscription_id from subscription_term t where t.plan_id = new.id) and (access.term_now(s.id)).plan_id = new.id
    and access.subscription_state(s) <> 'unsigned' and (s.status = 'signing' or new.running = 'end_now');
  if new.running = 'end_at_period_end' then
    update subscription s set cancel_cause = 'discontinued'
    where s.id in (select t.subscription_id from subscription_term t where t.plan_id = new.id) and (access.term_now(s.id)).plan_id = new.id
      and access.subscription_state(s) in ('signed', 'suspended') and s.cancel_cause is null and not access.has_next_term(s.id);
  end if;
  return null;
end
$$;

create or replace function private.enforce_term() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.subscription_side();
  s subscription;
  offer record;
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - 'withdrawn_at') is distinct from (to_jsonb(old) - 'withdrawn_at') or (side is not null and (old.withdrawn_at is not null or old.starts_at <= statement_timestamp())) then
      raise exception 'terms that began never change' using errcode = 'check_violation', constraint = 'subscription_term_begun';
    end if;
    -- Another change in its stead takes it back inside of the insert below, and is none of this.
    if side = 'end_user' and pg_trigger_depth() = 1 and private.ends_with_plan(old.end_user_id, (access.term_now(old.subscription_id)).plan_id) then
      raise exception 'the plan before it ends' using errcode = 'check_violation', constraint = 'subscription_transition';
    end if;
    new.withdrawn_at := case when new.withdrawn_at is not null then statement_timestamp() end;
    return new;
  end if;
  select * into s from subscription x where x.id = new.subscription_id;
  new.partner_id := s.partner_id;
  new.end_user_id := s.end_user_id;
  select * into offer from access.plan_terms(new.plan_id, s.partner_id);
  new.plan_version_id := offer.plan_version_id;
  new.price_minor := offer.price_minor;
  new.currency := offer.currency;
  new.period := offer.period;
  new.limits := offer.limits;
  if side is null or not exists (select from subscription_term t where t.subscription_id = new.subscription_id) then
    return new;
  end if;
  perform private.check_term_change(s, new.plan_id, side);
  new.starts_at := case when new.starts_at <= statement_timestamp() then statement_timestamp() else access.paid_until(s) end;
  update subscription_term t set withdrawn_at = statement_timestamp() where t.subscription_id = s.id and t.withdrawn_at is null and t.starts_at > statement_timestamp();
  insert into subscription_event (subscription_id, partner_id, end_user_id, action, from_state, to_state, actor_kind, actor_name, details)
  values (s.id, s.partner_id, s.end_user_id, 'change_plan', s.status, s.status, 'end_user', access.context() ->> 'actor_name', jsonb_build_object('plan_id', new.plan_id, 'starts_at', new.starts_at));
  return new;
end
$$;

reset role;
