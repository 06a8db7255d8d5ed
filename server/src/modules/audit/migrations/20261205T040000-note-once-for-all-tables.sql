set role liaison_authz;

-- One note for all tables of a transaction, and of each tenant: the check asks for an event of the transaction, whichever table it is about.
create or replace function audit.expect_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  insert into audit.due (relation, operation, by_tenant)
  select tg_relid, tg_op, false
  where exists (select from changed) and not exists (select from audit.due d where d.xid = pg_current_xact_id_if_assigned() and not d.by_tenant)
  on conflict do nothing;
  return null;
end
$$;

-- A change that comes after an event of the same transaction that its tenant can read is covered: whatever takes that event back takes the
-- change back with it, so nothing is left to be checked.
create or replace function audit.expect_tenant_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  insert into audit.due (relation, operation, by_tenant, tenant_id)
  select distinct tg_relid, tg_op, true, changed.tenant_id from changed
  where not exists (select from audit.due d where d.xid = pg_current_xact_id_if_assigned() and d.by_tenant and d.tenant_id is not distinct from changed.tenant_id)
    and not exists (select from audit_scope s where s.xid = pg_current_xact_id_if_assigned() and s.kind = 'tenant' and s.scope_id = changed.tenant_id
      and s.occurred_at >= now() and s.occurred_at < now() + interval '1 hour')
  on conflict do nothing;
  return null;
end
$$;

-- As before; always by the key, however small its tables were when it was planned.
alter function audit.check_due() set plan_cache_mode = force_generic_plan;

reset role;
