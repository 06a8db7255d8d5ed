set role liaison_authz;

-- How many people of a tenant use its account: a number that partners may see, while the people themselves stay the tenant's.
create function access.count_tenant_members(wanted_tenant uuid) returns integer
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select count(*)::integer from public.tenant_member tm
  where tm.tenant_id = wanted_tenant and tm.status = 'active' and wanted_tenant in (select access.reach('tenant', 'select'))
$$;
grant execute on function access.count_tenant_members(uuid) to liaison_delegate;

-- When anybody of the asking partner last worked in a tenant or read from it.
create function access.last_access_of_partner(wanted_tenant uuid) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.occurred_at from public.audit_scope s
  where s.kind = 'tenant' and s.scope_id = wanted_tenant and wanted_tenant in (select access.reach('tenant', 'select'))
    and exists (
      select from public.audit_event e
      where e.id = s.event_id and e.occurred_at = s.occurred_at and e.partner_id = access.context_id('partner_id') and e.plane = 'delegation' and e.outcome = 'allowed')
  order by s.occurred_at desc
  limit 1
$$;
grant execute on function access.last_access_of_partner(uuid) to liaison_delegate;

reset role;
