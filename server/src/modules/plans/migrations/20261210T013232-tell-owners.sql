set role liaison_authz;

-- How a user's subscription stands is read by owners of the partner over the API; this told it whomever the context of the partner names.
create or replace function access.effective_subscription(of_end_user uuid, features_off text[] DEFAULT '{}'::text[]) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
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
    when not access.is_eligible(of_end_user, t.plan_id) and s.cancel_cause is null and not access.has_next_term(s.id) then 'PLAN_NOT_FOR_ROLE'
    when needed = any (features_off) then 'FEATURE_DISABLED'
    else 'ALLOWED' end;
  return jsonb_build_object('allowed', code = 'ALLOWED', 'code', code, 'status', case when u.status = 'active' and s.status = 'signing' then 'signing' else u.status end,
    'sub_status', access.sub_status(of_end_user), 'subscription_id', s.id, 'plan_id', t.plan_id, 'holds', to_jsonb(holds));
end
$$;

reset role;
