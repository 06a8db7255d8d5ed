set role liaison_owner;

-- A subscription as each side may read it, everything as it is at this statement.
create view subscription_overview with (security_invoker = true) as
select s.id, s.partner_id, s.end_user_id, u.role as user_role, u.status as user_status, s.status, access.subscription_state(s) as state,
  s.asked_at, s.signing_until, s.signed_at, s.confirmed_by_name, s.cancel_cause, s.cancel_at, access.paid_until(s) as paid_until,
  case when access.subscription_state(s) = 'unsigned' then coalesce(s.ended_at, s.cancel_at, s.signing_until) end as ended_at,
  case when access.subscription_state(s) = 'unsigned' then coalesce(s.end_reason, case when s.cancel_at <= statement_timestamp() then 'period_over' else 'timed_out' end) end as end_reason,
  s.end_note, t.plan_id, p.name as plan_name, p.requires_flag, t.plan_version_id, t.price_minor, t.currency, t.period, t.limits,
  n.id as next_term_id, n.plan_id as next_plan_id, np.name as next_plan_name, n.price_minor as next_price_minor, n.currency as next_currency, n.period as next_period, n.starts_at as next_at,
  array(select distinct h.kind from subscription_hold h where h.end_user_id = s.end_user_id and h.released_at is null and h.blocks_entitlement and (h.subscription_id is null or h.subscription_id = s.id) order by h.kind) as holds
from subscription s
join lateral (select x.* from subscription_term x where x.subscription_id = s.id and x.withdrawn_at is null and x.starts_at <= statement_timestamp() order by x.starts_at desc, x.id desc limit 1) t on true
left join plan p on p.id = t.plan_id
left join lateral (select x.* from subscription_term x where x.subscription_id = s.id and x.withdrawn_at is null and x.starts_at > statement_timestamp() order by x.starts_at limit 1) n on access.subscription_state(s) <> 'unsigned'
left join plan np on np.id = n.plan_id
left join end_user u on u.id = s.end_user_id;
comment on view subscription_overview is 'Reads under the rights and row policies of whoever asks; state, end and plan are as time has made them.';
grant select on subscription_overview to liaison_realm, liaison_program, liaison_platform;

-- A plan with the terms on sale, for whoever may see it; at a partner with its own price and tighter limits for what the catalogue lends.
create view plan_overview with (security_invoker = true) as
select p.id, p.partner_id, p.code, p.name, p.description, p.requires_flag, p.state, p.running, p.version, p.current_number, p.created_at, p.discontinued_at,
  v.id as plan_version_id, v.price_minor as list_price_minor, coalesce(pp.price_minor, v.price_minor) as price_minor, v.currency, v.period,
  v.limits as list_limits, access.tighten_limits(v.limits, coalesce(pp.limits, '{}')) as limits, v.benefits, v.used_at is not null as is_fixed,
  array(select r.role from plan_role r where r.plan_id = p.id order by array_position(array['basic', 'advanced', 'company'], r.role)) as roles,
  pp.is_allowed, pp.is_offered, pp.price_minor as own_price_minor, pp.limits as own_limits, pp.version as own_version
from plan p
join plan_version v on v.plan_id = p.id and v.number = p.current_number
left join partner_plan pp on p.partner_id is null and pp.plan_id = p.id and pp.partner_id = (select access.context_id('partner_id'));
comment on view plan_overview is 'Reads under the rights and row policies of whoever asks.';
grant select on plan_overview to liaison_realm, liaison_program, liaison_platform;

reset role;
set role liaison_authz;

-- How many end users of the reader's side have each plan now.
create function access.count_plan_users(plans uuid[]) returns table (plan_id uuid, partner_id uuid, live integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select (access.term_now(s.id)).plan_id, s.partner_id, count(*)::integer
  from public.subscription s
  where s.id in (select t.subscription_id from public.subscription_term t where t.plan_id = any (plans)) and s.status <> 'unsigned' and access.subscription_state(s) <> 'unsigned'
    and (access.context_plane() = 'platform' or (access.context_plane() = 'program' and s.partner_id = access.own_partner()))
  group by 1, 2
  $$;
grant execute on function access.count_plan_users(uuid[]) to liaison_platform, liaison_program;

reset role;
