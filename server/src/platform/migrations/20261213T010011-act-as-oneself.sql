set role liaison_owner;

-- Beside the names stand the ids of people, for whatever asks who it was: who may approve what one asked for, who is told, what an erasure takes
-- out. In SQL anybody wrote anybody's. This comes last, after the checks and fillings of each table.
create function private.act_as_oneself() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  actor uuid;
  written jsonb;
  before jsonb;
  beside text;
begin
  if pg_trigger_depth() > 1 or current_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm') then
    return new;
  end if;
  actor := access.context_id('actor_id');
  written := to_jsonb(new);
  before := case when tg_op = 'UPDATE' then to_jsonb(old) end;
  foreach beside in array tg_argv loop
    if written ->> beside is not null and written ->> beside is distinct from before ->> beside and (written ->> beside)::uuid is distinct from actor then
      raise exception '% of %: everybody acts in the own name', beside, tg_table_name using errcode = 'check_violation', constraint = tg_table_name || '_' || beside || '_self';
    end if;
  end loop;
  return new;
end
$$;

do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass as of_table, work.done, string_agg(quote_literal(a.attname), ', ' order by a.attnum) as beside,
      string_agg(format(work.condition, a.attname), ' or ' order by a.attnum) as condition
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join (values ('insert', 'new.%I is not null'), ('update', 'new.%1$I is distinct from old.%1$I')) work (done, condition)
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname ~ '_by$' and a.attname <> 'replaced_by' and a.atttypid = 'uuid'::regtype
      -- Who suspended a link stands again once it is extended; triggers of its own hold a delegation to that.
      and (c.oid::regclass, work.done) <> ('public.delegation'::regclass, 'update')
      and exists (select from unnest(array['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm']) login
        where has_column_privilege(login, c.oid, a.attnum, work.done))
    group by c.oid, work.done
  loop
    execute format('create trigger zz_act_as_oneself_%1$s before %1$s on %2$s for each row when (%3$s) execute function private.act_as_oneself(%4$s)', one.done, one.of_table, one.condition, one.beside);
  end loop;
end
$$;

reset role;
