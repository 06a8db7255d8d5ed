set role liaison_authz;

-- What the plan of the signed-in end user says about the API of its realm (C5, C6): none, sandbox or live; null when it says nothing.
create function access.own_api_access() returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select case when access.context_plane() = 'realm' then access.plan_limits(access.context_id('end_user_id')) ->> 'api.access_level' end $$;
grant execute on function access.own_api_access() to liaison_realm;

-- As before, but nothing is proved for a user whose plan gives no API.
create or replace function access.prove_own_session(until bigint) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.session_proof(s.token_hash, until)
  from public.end_user_session s
  where s.id = access.context_id('session_id') and s.end_user_id = access.context_id('end_user_id') and access.context_plane() = 'realm'
    and until <= extract(epoch from statement_timestamp()) + 660 and access.own_api_access() is distinct from 'none'
$$;

-- A token that was made under another plan is nobody's from the moment on in which the plan gives no API.
create or replace function access.proven_session(session uuid, proof text, until bigint) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.id
  from public.end_user_session s
  where s.id = session and access.session_proof(s.token_hash, until) = proof
    and to_timestamp(until) + access.token_leeway() > statement_timestamp()
    and access.plan_limits(s.end_user_id) ->> 'api.access_level' is distinct from 'none'
$$;

reset role;
