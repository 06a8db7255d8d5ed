set role liaison_authz;

-- In which tenant each event stands that the filters let through, no further than was asked; counting is done on it, and the tenants of few events are
-- found with it in one go: asked tenant by tenant, what may be read was computed anew for each.
create function audit.find_activity(tenants uuid[], since timestamptz, until timestamptz, filters jsonb, most integer) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
    select s.scope_id from audit_scope s join audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id = any (array(select unnest(tenants) intersect select access.reach('audit_scope', 'select')))
      and s.occurred_at >= since and s.occurred_at < until and e.occurred_at >= since and e.occurred_at < until
      and case (select access.context_plane())
        when 'tenant' then true
        when 'delegation' then e.plane = 'delegation' and e.partner_id = (select access.context_id('partner_id'))
        else false end
      and (not filters ? 'person_id' or e.actor_id = (filters ->> 'person_id')::uuid)
      and (not filters ? 'partner_id' or e.partner_id = (filters ->> 'partner_id')::uuid)
      and (not filters ? 'delegation_id' or e.delegation_id = (filters ->> 'delegation_id')::uuid)
      and (not filters ? 'request_id' or e.request_id = filters ->> 'request_id')
      and (not filters ? 'planes' or (filters -> 'planes' ? e.plane and (e.partner_id is not null or filters ->> 'by' <> 'partner'))
        or (filters ->> 'by' = 'tenant' and e.plane = 'delegation' and e.partner_id is null and e.actor_type <> 'stranger'))
      and (not filters ? 'outcome' or filters -> 'outcome' ? e.outcome)
      and (not filters ? 'action' or e.action = filters ->> 'action' or starts_with(e.action, (filters ->> 'action') || '.'))
      and (not filters ? 'pattern' or e.actor_name ilike filters ->> 'pattern' or e.partner_name ilike filters ->> 'pattern'
        or e.tenant_name ilike filters ->> 'pattern' or e.resource_label ilike filters ->> 'pattern' or e.action ilike filters ->> 'pattern'
        or e.code ilike filters ->> 'pattern' or e.request_id ilike filters ->> 'pattern')
    limit most
$$;

revoke execute on function audit.find_activity(uuid[], timestamptz, timestamptz, jsonb, integer) from public;
grant execute on function audit.find_activity(uuid[], timestamptz, timestamptz, jsonb, integer) to liaison_delegate, liaison_tenant;

create or replace function audit.count_activity(tenants uuid[], since timestamptz, until timestamptz, filters jsonb, most integer) returns bigint
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select count(*) from audit.find_activity(tenants, since, until, filters, most)
$$;

reset role;
