set role liaison_owner;

alter policy tenant_view on audit_scope to liaison_tenant;
alter policy partner_view on audit_scope to liaison_program;

reset role;
set role liaison_authz;

-- Asked by the row policy below, which cannot look into audit_event: that table's own policy asks audit_scope.
create function audit.was_act_of(event uuid, written_at timestamptz, partner uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select exists (select from audit_event e where e.id = event and e.occurred_at = written_at and e.plane = 'delegation' and e.partner_id = partner)
$$;

-- While acting, a partner's people read what their organisation did in this tenant; the tenant's own acts and those of other partners stay closed.
create or replace function audit.own_details(events uuid[]) returns table (event_id uuid, ip inet, reason text, counted_repeats integer, counted_rows bigint)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  with reader as materialized (
    select context,
      case context ->> 'plane' when 'program' then 'partner' when 'tenant' then 'tenant' when 'delegation' then 'tenant' end as kind,
      case context ->> 'plane'
        when 'program' then (context ->> 'partner_id')::uuid
        when 'tenant' then (context ->> 'tenant_id')::uuid
        when 'delegation' then (select reached from access.reach('audit_scope', 'select') reached where reached = (context ->> 'tenant_id')::uuid)
      end as scope_id
    from (select access.context() as context) present
  )
  select e.id,
    case when is_own then e.ip end,
    case when is_own then e.reason end,
    w.repeats,
    case when reader.kind is distinct from 'tenant' or w.tenant_rows = '{}' then w.row_count else (w.tenant_rows ->> reader.scope_id::text)::bigint end
  from unnest(events) asked(id)
  cross join reader
  join audit_event e on e.id = asked.id
  left join audit_read_window w on w.event_id = e.id
  cross join lateral (select case context ->> 'plane'
      when 'platform' then true
      when 'program' then e.plane in ('program', 'delegation') and e.partner_id = reader.scope_id
      when 'tenant' then e.plane = 'tenant' and e.tenant_id = reader.scope_id
      when 'delegation' then e.plane = 'delegation' and e.partner_id = (context ->> 'partner_id')::uuid
      else false end as is_own) side
  where context ->> 'plane' = 'platform'
    or (exists (select from audit_scope s where s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = reader.kind and s.scope_id = reader.scope_id)
      and (context ->> 'plane' <> 'delegation' or is_own))
$$;

grant execute on function audit.was_act_of(uuid, timestamptz, uuid), audit.own_details(uuid[]), audit.concerns(uuid, timestamptz, uuid) to liaison_delegate;

reset role;
set role liaison_owner;

-- Only where one tenant is acted in: a read across tenants has no tenant in its context and sees nothing here.
create policy acting_view on audit_scope for select to liaison_delegate using (
  kind = 'tenant'
  and scope_id = (select access.context_id('tenant_id'))
  and scope_id in (select access.reach('audit_scope', 'select'))
  and audit.was_act_of(event_id, occurred_at, (select access.context_id('partner_id')))
);

-- What counts as a change where acts are counted: neither a read, nor coming in, nor looking at what one may do.
-- Plain, without a search path of its own, so that the planner folds it into the query that counts.
create function audit.is_change(method text, action text, row_count bigint) returns boolean
  language sql immutable parallel safe
  return method <> 'GET' and row_count is null and action not in ('tenants.enter', 'tenants.switch_context');
grant execute on function audit.is_change(text, text, bigint) to liaison_authz, liaison_tenant;

reset role;
