set role liaison_authz;

-- I1: a change that no event of the same transaction covers does not commit. A statement notes once for each tenant that it changed rows
-- of a table; each note is checked at the commit, so that a statement of a thousand rows costs one check and not a thousand.
create function audit.expect_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into audit.due (relation, operation, by_tenant)
  select tg_relid, tg_op, false where exists (select from changed)
  on conflict do nothing;
  return null;
end
$$;

create function audit.expect_tenant_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into audit.due (relation, operation, by_tenant, tenant_id)
  select distinct tg_relid, tg_op, true, changed.tenant_id from changed
  on conflict do nothing;
  return null;
end
$$;

-- Runs at the commit, for each note. The note goes with the check, so that a change after an early check is noted again.
create function audit.check_due() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  set enable_seqscan = off
  as $$
begin
  if new.by_tenant then
    if not exists (select from audit_scope where xid = new.xid and kind = 'tenant' and scope_id = new.tenant_id) then
      raise exception '% on % of tenant % has no audit event that the tenant can read', new.operation, new.relation::regclass, new.tenant_id
        using errcode = 'integrity_constraint_violation';
    end if;
  -- A restored database counts transactions anew, so an old event can carry the number of a new transaction; but old events are sealed.
  elsif not exists (select from audit_event e where e.xid = new.xid and not exists (select from audit_leaf l where l.event_id = e.id)) then
    raise exception '% on % has no audit event', new.operation, new.relation::regclass using errcode = 'integrity_constraint_violation';
  end if;
  delete from audit.due d where d.xid = new.xid and d.relation = new.relation and d.tenant_id is not distinct from new.tenant_id;
  return null;
end
$$;

-- As above for one row, for tables of which only some columns count: PostgreSQL has no transition tables for a list of columns.
create function audit.require_event() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if not exists (select from audit_event e where e.xid = pg_current_xact_id() and not exists (select from audit_leaf l where l.event_id = e.id)) then
    raise exception '% on % has no audit event', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;

grant execute on function audit.expect_event(), audit.expect_tenant_event(), audit.check_due(), audit.require_event() to liaison_owner;

reset role;
set role liaison_owner;

create constraint trigger covered after insert on audit.due deferrable initially deferred for each row execute function audit.check_due();

create procedure private.audit_changes(relation regclass, by_tenant boolean)
  language plpgsql
  as $$
declare
  operation text;
begin
  foreach operation in array array['insert', 'update', 'delete'] loop
    execute format('create trigger audited_%1$s after %1$s on %2$s referencing %3$s table as changed for each statement execute function audit.%4$I()',
      operation, relation, case operation when 'delete' then 'old' else 'new' end, case when by_tenant then 'expect_tenant_event' else 'expect_event' end);
  end loop;
end
$$;
comment on procedure private.audit_changes(regclass, boolean) is 'Refuses, at commit, any change of the table that has no audit event in the same transaction.';

reset role;
