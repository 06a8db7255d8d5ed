set role liaison_authz;

-- Writes one event of a context that was verified. Who acts comes from it alone; the event names the action and its object.
create function audit.record_as(context jsonb, event jsonb) returns uuid
  language plpgsql
  as $$
declare
  event_id uuid := uuidv7();
  written_at timestamptz := clock_timestamp();
  tenant uuid := coalesce((event ->> 'tenant_id')::uuid, (context ->> 'tenant_id')::uuid);
  partner uuid := coalesce((event ->> 'partner_id')::uuid, (context ->> 'partner_id')::uuid);
begin
  if context is null then
    raise exception 'an audit event needs an access context' using errcode = 'insufficient_privilege';
  end if;
  insert into audit_event (id, occurred_at, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name,
    tenant_id, tenant_name, delegation_id, delegation_epoch, role, permission, resource_type, resource_id, resource_label, changes, row_count,
    billing_party, reason, request_id, trace_id, method, route, ip, user_agent, source, explain_id, config_version)
  values (event_id, written_at, context ->> 'plane', event ->> 'action', coalesce(event ->> 'outcome', 'allowed'), event ->> 'code',
    context ->> 'actor_type', (context ->> 'actor_id')::uuid, context ->> 'actor_name', (context ->> 'member_id')::uuid, partner,
    coalesce(event ->> 'partner_name', case when partner = (context ->> 'partner_id')::uuid then context ->> 'partner_name' end),
    tenant, coalesce(event ->> 'tenant_name', case when tenant = (context ->> 'tenant_id')::uuid then context ->> 'tenant_name' end),
    coalesce((event ->> 'delegation_id')::uuid, (context ->> 'delegation_id')::uuid), coalesce((event ->> 'delegation_epoch')::integer, (context ->> 'delegation_epoch')::integer),
    coalesce(event ->> 'role', context ->> 'role'), coalesce(event ->> 'permission', context ->> 'permission'), event ->> 'resource_type',
    (event ->> 'resource_id')::uuid, event ->> 'resource_label', event -> 'changes', (event ->> 'row_count')::bigint, event ->> 'billing_party', event ->> 'reason',
    context ->> 'request_id', context ->> 'trace_id', context ->> 'method', context ->> 'route', (context ->> 'ip')::inet, context ->> 'user_agent',
    coalesce(context ->> 'source', 'api'), (event ->> 'explain_id')::uuid, (select c.active_version from partner_configuration c where c.partner_id = (context ->> 'partner_id')::uuid));
  if partner is not null then
    insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) values ('partner', partner, written_at, event_id, (event ->> 'row_count')::bigint);
  end if;
  insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
  select 'tenant', touched.tenant_id, written_at, event_id, touched.row_count
  from (
    select tenant as tenant_id, (event ->> 'row_count')::bigint as row_count where tenant is not null
    union all
    select (item ->> 'tenant_id')::uuid, (item ->> 'row_count')::bigint from jsonb_array_elements(coalesce(event -> 'tenants', '[]')) item
    where (item ->> 'tenant_id')::uuid is distinct from tenant
  ) touched;
  return event_id;
end
$$;
create function audit.record(event jsonb) returns uuid
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  return audit.record_as(access.context(), event);
end
$$;
comment on function audit.record(jsonb) is 'access.md section 6. A tenant or partner that the event names becomes one of its readers; several tenants are passed as tenants[{tenant_id, row_count}].';

-- How many rows of each tenant an event's read touched, as {tenant: rows}.
create function audit.rows_by_tenant(event jsonb) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_object_agg(item ->> 'tenant_id', coalesce((item ->> 'row_count')::bigint, 0)), '{}')
  from jsonb_array_elements(coalesce(event -> 'tenants', '[]')) item
$$;

create function audit.add_rows(counted jsonb, more jsonb) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select coalesce(jsonb_object_agg(tenant, total), '{}')
  from (
    select key as tenant, sum(value::bigint) as total
    from (select * from jsonb_each_text(counted) union all select * from jsonb_each_text(more)) both_sides group by key
  ) sums
$$;

-- A refusal is recorded on a connection of its own, so that the rollback of the refused request does not erase it. It carries the id that was
-- asked for: guesses at organisations that were never linked can be told apart, and nobody is named.
create function audit.record_refusal(event jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  event_id uuid := uuidv7();
  written_at timestamptz := clock_timestamp();
begin
  insert into audit_event (id, occurred_at, plane, action, outcome, code, actor_type, actor_id, actor_name, member_id, partner_id, partner_name, tenant_id, tenant_name,
    delegation_id, role, permission, resource_type, resource_id, repeats, reason, request_id, trace_id, method, route, ip, user_agent, source, explain_id, config_version)
  values (event_id, written_at, event ->> 'plane', event ->> 'action', 'denied', event ->> 'code', event ->> 'actor_type', (event ->> 'actor_id')::uuid, event ->> 'actor_name',
    (event ->> 'member_id')::uuid, (event ->> 'partner_id')::uuid, event ->> 'partner_name', (event ->> 'tenant_id')::uuid, event ->> 'tenant_name',
    (event ->> 'delegation_id')::uuid, event ->> 'role', event ->> 'permission', event ->> 'resource_type', (event ->> 'resource_id')::uuid,
    coalesce((event ->> 'repeats')::integer, 1), event ->> 'reason', event ->> 'request_id',
    event ->> 'trace_id', event ->> 'method', event ->> 'route', (event ->> 'ip')::inet, event ->> 'user_agent', coalesce(event ->> 'source', 'api'), (event ->> 'explain_id')::uuid,
    case when event ->> 'plane' in ('program', 'delegation', 'realm') then (select c.active_version from partner_configuration c where c.partner_id = (event ->> 'partner_id')::uuid) end);
  if event ->> 'partner_id' is not null then
    insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('partner', (event ->> 'partner_id')::uuid, written_at, event_id);
  end if;
  -- A tenant reads refusals only of those whom it once let in: a stranger's guess must not write into its log.
  if event ->> 'tenant_id' is not null and (event ->> 'delegation_id' is not null or event ->> 'plane' = 'tenant') then
    insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('tenant', (event ->> 'tenant_id')::uuid, written_at, event_id);
  end if;
end
$$;

grant execute on function audit.record(jsonb) to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_ingest, liaison_job;
grant execute on function audit.record_refusal(jsonb) to liaison_guard;

reset role;
