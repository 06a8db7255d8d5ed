set role liaison_authz;

-- As before; whose partner asks is read once, and no longer for each event of the tenant.
create or replace function access.activity_of_partner(wanted_tenant uuid, days integer) returns table (reads integer, writes integer, people integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(sum(e.repeats) filter (where s.row_count is not null or e.method = 'GET'), 0)::integer,
    count(*) filter (where audit.is_change(e.method, e.action, s.row_count))::integer,
    count(distinct e.actor_id)::integer
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where s.kind = 'tenant' and s.scope_id = wanted_tenant and s.occurred_at > statement_timestamp() - make_interval(days => days)
    and wanted_tenant in (select access.reach('audit_scope', 'select'))
    and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id = (select access.context_id('partner_id'))
$$;

create or replace function access.last_access_of_partner(wanted_tenant uuid) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.occurred_at from public.audit_scope s
  where s.kind = 'tenant' and s.scope_id = wanted_tenant and wanted_tenant in (select access.reach('tenant', 'select'))
    and exists (
      select from public.audit_event e
      where e.id = s.event_id and e.occurred_at = s.occurred_at and e.partner_id = (select access.context_id('partner_id')) and e.plane = 'delegation' and e.outcome = 'allowed')
  order by s.occurred_at desc
  limit 1
$$;

reset role;
