set role liaison_owner;

-- Names of temporary tables, types and functions come before all others unless a path names them last, and every login may make such
-- names where nobody takes that from it. Then a function that works with the owner's rights reads what its caller put in place of a table, and
-- runs the caller's own function with those rights. So no login makes temporary names, and to no function of ours do they come first.
-- The migrate command calls this each time, so that a function that was made since is no exception.
create procedure private.close_temporary_names()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  f record;
begin
  for f in
    select p.oid::regprocedure as name, coalesce(substr(path.setting, length('search_path=') + 1), 'pg_catalog, public') as path
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname in ('public', 'access', 'audit', 'private')
    left join lateral (select setting from unnest(p.proconfig) setting where setting like 'search\_path=%') path on true
    where not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      and (path.setting is not null or p.prorettype = 'trigger'::regtype)
      and path.setting is distinct from 'search_path=' and coalesce(path.setting not like '%pg\_temp', true)
  loop
    execute format('alter routine %s set search_path = %s, pg_temp', f.name, f.path);
  end loop;
  if has_database_privilege('public', current_database(), 'TEMPORARY') then
    execute format('revoke temporary on database %I from public', current_database());
  end if;
end
$$;
comment on procedure private.close_temporary_names() is 'Lets no temporary name stand before ours: in no function, and for no login.';

reset role;
