set role liaison_authz;

-- As before; whose partner asks is read once, and no longer for each event.
create or replace function audit.own_acts_in(events uuid[], tenant uuid) returns table (event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select e.id, e.ip, e.reason, w.repeats,
    case when w.tenant_rows is null or w.tenant_rows = '{}' then w.row_count else (w.tenant_rows ->> tenant::text)::bigint end
  from unnest(events) asked(id)
  join audit_event e on e.id = asked.id
  left join audit_read_window w on w.event_id = e.id
  where access.context_plane() = 'delegation' and tenant in (select access.reach('audit_scope', 'select'))
    and e.plane = 'delegation' and e.partner_id = (select access.context_id('partner_id'))
    and exists (select from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = 'tenant' and s.scope_id = tenant)
$$;

create or replace function audit.count_own_acts(tenants uuid[], since timestamptz, until timestamptz) returns bigint
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select count(*) from audit_scope s join audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where s.kind = 'tenant' and s.scope_id = any (tenants) and s.scope_id in (select access.reach('audit_scope', 'select'))
    and s.occurred_at >= since and s.occurred_at < until
    and access.context_plane() = 'delegation' and e.plane = 'delegation' and e.partner_id = (select access.context_id('partner_id'))
$$;

reset role;
