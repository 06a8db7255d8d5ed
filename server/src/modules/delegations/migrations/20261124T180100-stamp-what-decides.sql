set role liaison_owner;

create unlogged table access.stamp (
  key uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  noted_at timestamptz not null default clock_timestamp(),
  primary key (key, xid)
);
comment on table access.stamp is 'Which transactions changed something that decides about a person, a partner or a tenant (key), or about everybody (the key of zeros). A decision that is kept holds while no row of its keys has come since.';
comment on column access.stamp.xid is 'A row for each transaction, so that no two wait for each other, and whether it is new is asked of the snapshot, not of a clock.';
call private.protect('access.stamp');
create policy noting on access.stamp to liaison_authz using (true) with check (true);
grant select, insert, delete on access.stamp to liaison_authz;

create unlogged table access.stamp_era (
  id uuid primary key default gen_random_uuid()
);
comment on table access.stamp_era is 'A decision is kept within one era alone. A crash empties this table as it empties the stamps, and with it ends all that was kept: numbers of transactions that the crash swallowed are given out again.';
call private.protect('access.stamp_era');
create policy beginning on access.stamp_era for insert to liaison_authz with check (true);
grant insert on access.stamp_era to liaison_authz;

reset role;
set role liaison_authz;

create function access.note_change(keys uuid[]) returns void
  language sql volatile
  as $$ insert into access.stamp (key) select distinct key from unnest(keys) key where key is not null on conflict do nothing $$;

-- What changes about a tenant changes what its partners see of it.
create function access.keys_of_tenants(tenants uuid[]) returns uuid[]
  language sql stable
  as $$ select tenants || array(select distinct d.partner_id from public.delegation d where d.tenant_id = any (tenants)) $$;

-- Notes a change under the keys of the rows that changed. Which columns hold them, the trigger says: `tenants` is a column of tenants whose
-- partners see the change as well, `everybody` a table that decides about all.
create function access.stamp_change() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  keys uuid[];
  column_name text;
  found_keys uuid[];
begin
  foreach column_name in array tg_argv loop
    if column_name = 'everybody' then
      found_keys := array['00000000-0000-0000-0000-000000000000'::uuid] from changed limit 1;
    else
      execute format('select array_agg(distinct c.%I) from changed c', ltrim(column_name, '*')) into found_keys;
    end if;
    keys := keys || case when column_name like '*%' then access.keys_of_tenants(found_keys) else found_keys end;
  end loop;
  perform access.note_change(keys);
  return null;
end
$$;

-- A session that is merely used lives longer, which a kept decision may learn late; all else about it must be felt at once.
create function access.stamp_session() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  if tg_op = 'UPDATE' and new.seen_at >= old.seen_at and to_jsonb(new) - 'seen_at' = to_jsonb(old) - 'seen_at' then
    return null;
  end if;
  -- A new one counts against the older ones, where their number is bounded.
  perform access.note_change(array[old.person_id, new.person_id]);
  return null;
end
$$;

create function access.forget_stamps() returns integer
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with gone as (delete from access.stamp s where s.noted_at < clock_timestamp() - interval '1 day' returning 1)
  select count(*)::integer from gone
$$;
comment on function access.forget_stamps() is 'Decisions are kept for a minute, and no transaction of ours lives for a day.';
grant execute on function access.forget_stamps() to liaison_job;
grant execute on function access.stamp_change(), access.stamp_session() to liaison_owner;

reset role;
set role liaison_owner;

create procedure private.stamp_changes(relation regclass, variadic columns text[])
  language plpgsql
  as $$
declare
  operation text;
  arguments text := (select string_agg(quote_literal(c), ', ') from unnest(columns) c);
begin
  foreach operation in array array['insert', 'update', 'delete'] loop
    execute format('create trigger stamped_%1$s after %1$s on %2$s referencing %3$s table as changed for each statement execute function access.stamp_change(%4$s)',
      operation, relation, case operation when 'delete' then 'old' else 'new' end, arguments);
  end loop;
  -- A row that goes over to another key concerns the old one, too.
  execute format('create trigger stamped_before after update on %1$s referencing old table as changed for each statement execute function access.stamp_change(%2$s)', relation, arguments);
end
$$;
comment on procedure private.stamp_changes(regclass, text[]) is 'Notes each change of the table under the keys in these columns. A column of tenants whose partners see the change is written *column; everybody stands for all keys.';

call private.stamp_changes('person', 'id');
call private.stamp_changes('partner', 'id');
call private.stamp_changes('partner_member', 'person_id', 'partner_id');
call private.stamp_changes('partner_network_rule', 'partner_id');
call private.stamp_changes('platform_staff', 'person_id');
call private.stamp_changes('tenant', '*id');
call private.stamp_changes('tenant_member', 'person_id', 'tenant_id');
call private.stamp_changes('tenant_partner_policy', '*tenant_id');
call private.stamp_changes('delegation', 'partner_id', 'tenant_id');
call private.stamp_changes('link', 'partner_id');
call private.stamp_changes('link_member', 'partner_id', 'person_id');
call private.stamp_changes('link_override', 'partner_id');
call private.stamp_changes('access_freeze', 'everybody');
call private.stamp_changes('configuration_in_force', 'everybody');
call private.stamp_changes('permission', 'everybody');
call private.stamp_changes('relation_permission', 'everybody');
call private.stamp_changes('role_permission', 'everybody');
create trigger stamped after insert or update or delete on session for each row execute function access.stamp_session();

reset role;
