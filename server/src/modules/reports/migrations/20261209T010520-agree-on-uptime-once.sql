set role liaison_authz;

-- What holds for the uptime of a tenant under one link, or for the tenant itself where no link is named: by the link's newest agreement, else the
-- link, else the tenant's newest default, else 99.9 of the sample contract; and the floor of a headquarters lifts it. Written out by the planner
-- where it is used, since reports ask for hundreds of tenants. Reports and alerts ask here and nowhere else.
create function access.uptime_rule(of_tenant uuid, of_link uuid)
  returns table (link_target numeric, agreed_target numeric, default_target numeric, floor_target numeric, target numeric, target_source text, excludes_planned boolean)
  language sql stable rows 1
  as $$
  select k.link_target, k.agreed_target, k.default_target, k.floor_target, greatest(k.floor_target, k.chosen_target),
    case when k.floor_target > k.chosen_target then 'floor' else k.chosen_source end, k.excludes_planned
  from (
    select agreed.link_target, (agreed.terms ->> 'uptime_target')::numeric as agreed_target, (usual.terms ->> 'uptime_target')::numeric as default_target, floored.target as floor_target,
      coalesce((agreed.terms ->> 'uptime_target')::numeric, agreed.link_target, (usual.terms ->> 'uptime_target')::numeric, 99.9) as chosen_target,
      case when agreed.terms ->> 'uptime_target' is not null then 'agreement' when agreed.link_target is not null then 'link' when usual.terms ->> 'uptime_target' is not null then 'tenant' else 'default' end as chosen_source,
      coalesce((agreed.terms ->> 'maintenance_excluded')::boolean, (usual.terms ->> 'maintenance_excluded')::boolean, true) as excludes_planned
    from (values (of_tenant)) asked (tenant_id)
    left join lateral (
      select l.sla_uptime_target as link_target,
        (select p.terms from public.sla_policy_version p where p.tenant_id = asked.tenant_id and p.kind = 'link' and p.delegation_id = l.id order by p.version desc limit 1) as terms
      from public.link l where l.id = of_link) agreed on true
    left join lateral (
      select p.terms from public.sla_policy_version p where p.tenant_id = asked.tenant_id and p.kind = 'default' order by p.version desc limit 1) usual on true
    left join lateral (
      select max((newest.terms ->> 'uptime_target')::numeric) as target
      from (
        select distinct on (p.delegation_id) p.terms, p.delegation_id
        from public.sla_policy_version p where p.tenant_id = asked.tenant_id and p.kind = 'floor' order by p.delegation_id, p.version desc) newest
      join access.delegation_in_force d on d.id = newest.delegation_id) floored on true) k
$$;
revoke execute on function access.uptime_rule(uuid, uuid) from public;
comment on function access.uptime_rule(uuid, uuid) is 'What holds for the uptime of a tenant under a link, or for the tenant itself: the one rule of reports and alerts.';

create function access.uptime_rules(wanted uuid[])
  returns table (tenant_id uuid, time_zone text, target numeric, target_source text, floor_target numeric, excludes_planned boolean)
  language plpgsql stable security definer rows 50
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(select access.reach('outage', 'select'));
  own_partner uuid := case access.context_plane() when 'delegation' then access.context_id('partner_id') end;
begin
  return query
    select t.id, t.timezone, u.target, u.target_source, u.floor_target, u.excludes_planned
    from tenant t
    left join lateral (
      select d.id from access.delegation_in_force d where d.tenant_id = t.id and d.partner_id = own_partner and d.kind = 'link' limit 1) own on true
    cross join lateral access.uptime_rule(t.id, own.id) u
    where t.id = any (wanted) and t.id = any (reached);
end
$$;
revoke execute on function access.uptime_rules(uuid[]) from public;
comment on function access.uptime_rules(uuid[]) is 'The time zones, and what holds for uptime, of those of the tenants whose reports this transaction may read.';
grant execute on function access.uptime_rules(uuid[]) to liaison_tenant, liaison_delegate;

-- Servers of the version before ask for what was agreed and choose themselves, by the same rule.
create or replace function access.uptime_terms(wanted uuid[])
  returns table (tenant_id uuid, time_zone text, link_target numeric, agreed_target numeric, default_target numeric, floor_target numeric, excludes_planned boolean)
  language plpgsql stable security definer rows 50
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(select access.reach('outage', 'select'));
  own_partner uuid := case access.context_plane() when 'delegation' then access.context_id('partner_id') end;
begin
  return query
    select t.id, t.timezone, u.link_target, u.agreed_target, u.default_target, u.floor_target, u.excludes_planned
    from tenant t
    left join lateral (
      select d.id from access.delegation_in_force d where d.tenant_id = t.id and d.partner_id = own_partner and d.kind = 'link' limit 1) own on true
    cross join lateral access.uptime_rule(t.id, own.id) u
    where t.id = any (wanted) and t.id = any (reached);
end
$$;

reset role;
