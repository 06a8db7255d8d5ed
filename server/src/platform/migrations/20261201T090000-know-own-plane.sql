set role liaison_authz;

-- Whether a login speaks in a context of its own plane. Definer functions that take ids ask it first: a statement without a context, or in
-- that of somebody whom the plane does not know, learns nothing from them, not even by what a comparison with null leaves open. Logins of
-- no plane, and the operator at the machine, are bound by what they were granted.
create function access.is_in_own_plane() returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case session_user
    when 'liaison_platform' then access.context_plane() is not distinct from 'platform'
    when 'liaison_program' then access.context_plane() is not distinct from 'program'
    when 'liaison_delegate' then access.context_plane() is not distinct from 'delegation'
    when 'liaison_tenant' then access.context_plane() is not distinct from 'tenant'
    when 'liaison_realm' then access.context_plane() is not distinct from 'realm'
    when 'liaison_ingest' then access.context_plane() is not distinct from 'ingest'
    else true end
$$;
comment on function access.is_in_own_plane() is 'Whether the login speaks in a context of its own plane.';
grant execute on function access.is_in_own_plane() to liaison_owner;

reset role;
