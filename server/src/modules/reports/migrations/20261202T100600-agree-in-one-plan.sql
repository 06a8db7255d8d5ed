set role liaison_authz;

-- As before; which links are in force is asked in the same plan, and no longer by a statement of its own for each link.
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
    select t.id, t.timezone, agreed.link_target, (agreed.terms ->> 'uptime_target')::numeric, (usual.terms ->> 'uptime_target')::numeric, floored.target,
      coalesce((agreed.terms ->> 'maintenance_excluded')::boolean, (usual.terms ->> 'maintenance_excluded')::boolean, true)
    from tenant t
    left join lateral (
      select l.sla_uptime_target as link_target,
        (select p.terms from sla_policy_version p where p.tenant_id = t.id and p.kind = 'link' and p.delegation_id = d.id order by p.version desc limit 1) as terms
      from access.delegation_in_force d join link l on l.id = d.id
      where d.tenant_id = t.id and d.partner_id = own_partner and d.kind = 'link'
      limit 1) agreed on true
    left join lateral (
      select p.terms from sla_policy_version p where p.tenant_id = t.id and p.kind = 'default' order by p.version desc limit 1) usual on true
    left join lateral (
      select max((newest.terms ->> 'uptime_target')::numeric) as target
      from (
        select distinct on (p.delegation_id) p.terms, p.delegation_id
        from sla_policy_version p where p.tenant_id = t.id and p.kind = 'floor' order by p.delegation_id, p.version desc) newest
      join access.delegation_in_force d on d.id = newest.delegation_id) floored on true
    where t.id = any (wanted) and t.id = any (reached);
end
$$;

reset role;
