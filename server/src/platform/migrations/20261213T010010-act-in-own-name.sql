set role liaison_authz;

-- Who acts in this transaction, as it is written beside what was done.
create function access.acting() returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('id', context -> 'actor_id', 'name', context -> 'actor_name', 'partner_name', context -> 'partner_name')
  from (select access.context() as context) present
$$;
grant execute on function access.acting() to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm;

reset role;
set role liaison_owner;

-- Columns say by name who did something, for whoever reads it later, and the logins that people work with write them: in SQL anybody put any
-- name beside the own act. The arguments are those columns; what stands in one is the name of whoever writes it. What functions with more
-- rights and triggers write is their matter, and what nobody in particular wrote is kept.
create function private.act_in_own_name() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  acting jsonb;
  written jsonb;
  before jsonb;
  own jsonb := '{}';
  named text;
begin
  if pg_trigger_depth() > 1 or current_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm') then
    return new;
  end if;
  acting := access.acting();
  if acting ->> 'name' is null then
    return new;
  end if;
  written := to_jsonb(new);
  before := case when tg_op = 'UPDATE' then to_jsonb(old) end;
  foreach named in array tg_argv loop
    if written ->> named is not null and written ->> named is distinct from before ->> named then
      own := own || jsonb_build_object(named, acting -> case when named ~ 'partner_name$' then 'partner_name' else 'name' end);
    end if;
  end loop;
  return jsonb_populate_record(new, own);
end
$$;

do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass as of_table, work.done, string_agg(quote_literal(a.attname), ', ' order by a.attnum) as named,
      string_agg(format(work.condition, a.attname), ' or ' order by a.attnum) as condition
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join (values ('insert', 'new.%I is not null'), ('update', 'new.%1$I is distinct from old.%1$I')) work (done, condition)
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname ~ '(_by_name|_by_partner_name|^person_name|^author_name|^author_partner_name|^reviewer_name)$'
      -- What is asked of a change, and who allows a delegation later, is refused by triggers of their own where the name is not the own.
      and (c.oid::regclass, work.done) not in (('public.link_change_request'::regclass, 'insert'), ('public.delegation'::regclass, 'update'))
      and exists (select from unnest(array['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm']) login
        where has_column_privilege(login, c.oid, a.attnum, work.done))
    group by c.oid, work.done
  loop
    execute format('create trigger act_in_own_name_%1$s before %1$s on %2$s for each row when (%3$s) execute function private.act_in_own_name(%4$s)', one.done, one.of_table, one.condition, one.named);
  end loop;
end
$$;

reset role;
