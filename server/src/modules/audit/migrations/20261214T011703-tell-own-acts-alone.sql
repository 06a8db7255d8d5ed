-- Which tenants an event is about is answered to the provider, and of its own acts to the partner that did them: whoever knew an event could ask for others.
set role liaison_authz;

create or replace function audit.concerns(event uuid, written_at timestamptz, tenant uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from audit_event e join audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at
    where e.id = event and e.occurred_at = written_at and s.kind = 'tenant' and s.scope_id = tenant and s.row_count > 0
      and case access.context_plane()
        when 'platform' then true
        when 'program' then e.plane in ('program', 'delegation') and e.partner_id = access.partner_of_owner()
        when 'delegation' then e.plane = 'delegation' and e.partner_id = access.context_id('partner_id')
        else false end)
$$;
revoke execute on function audit.concerns(uuid, timestamptz, uuid) from liaison_tenant;

reset role;
