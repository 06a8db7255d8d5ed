set role liaison_authz;

-- What a token of an end user says to show that it was made for a session until a moment (seconds since 1970): nobody makes it who has not
-- the digest of the session's secret, and no login that works inside realms reads that.
create function access.session_proof(secret_hash bytea, until bigint) returns text
  language sql immutable
  as $$ select encode(sha256(secret_hash || sha256(secret_hash || convert_to('token until ' || until, 'UTF8'))), 'hex') $$;

-- The proof for the session whose user the context names, for no longer than a token runs (REALM_TOKEN_SECONDS, and a minute by which clocks may differ).
create function access.prove_own_session(until bigint) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.session_proof(s.token_hash, until)
  from public.end_user_session s
  where s.id = access.context_id('session_id') and s.end_user_id = access.context_id('end_user_id') and access.context_plane() = 'realm'
    and until <= extract(epoch from statement_timestamp()) + 660
$$;
grant execute on function access.prove_own_session(bigint) to liaison_realm;

-- The session that a token names, if the token shows that it was made for it and has not run out (access.token_leeway says what clocks may differ by).
create function access.proven_session(session uuid, proof text, until bigint) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.id
  from public.end_user_session s
  where s.id = session and access.session_proof(s.token_hash, until) = proof
    and to_timestamp(until) + access.token_leeway() > statement_timestamp()
$$;

-- The door of end users: the facts that the kernel decides on, and the context of exactly one realm and one user. Who comes is said by the digest
-- of a session's secret, or by a token's proof of it; the id of a session alone makes nobody anybody.
create or replace function access.enter_end_user(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found_realm jsonb;
  partner uuid;
  configuration jsonb;
  session public.end_user_session;
  found_user public.end_user;
  on_hold boolean := false;
begin
  if session_user <> 'liaison_realm' then
    raise exception 'this login opens no realm' using errcode = 'insufficient_privilege';
  end if;
  found_realm := access.find_realm(request ->> 'slug');
  partner := (found_realm -> 'partner' ->> 'id')::uuid;
  if partner is not null then
    configuration := access.configuration(partner);
    session := access.live_end_user_session(partner, decode(request ->> 'session_hash', 'hex'),
      access.proven_session((request ->> 'session_id')::uuid, request ->> 'session_proof', (request ->> 'proof_until')::bigint), configuration);
    select u.* into found_user from public.end_user u where u.id = session.end_user_id and u.partner_id = partner;
    -- A verification that has ended gives nothing at this very request, whether or not a job has noted it (C8).
    found_user.role := access.role_in_force(found_user.role, found_user.verified_until);
  end if;
  if found_user.id is null then
    return jsonb_build_object('now', statement_timestamp(), 'partner', found_realm -> 'partner', 'realm', found_realm -> 'realm', 'freezes', coalesce(found_realm -> 'freezes', '[]'), 'user', null, 'session_id', null);
  end if;
  perform access.set_context(jsonb_strip_nulls(access.trace_of(request) || jsonb_build_object('plane', 'realm', 'actor_type', 'end_user', 'actor_id', found_user.id,
    'actor_name', access.end_user_label(found_user.id), 'end_user_id', found_user.id, 'session_id', session.id, 'partner_id', partner,
    'partner_name', found_realm -> 'partner' -> 'name', 'role', found_user.role, 'permission', request -> 'permission')));
  perform access.note_end_user_seen(session.id);
  -- Operations are counted by the service meter, once all else allows.
  if request ->> 'permission' = 'realm.service.use' then
    on_hold := access.is_on_hold(found_user.id);
  end if;
  return jsonb_build_object('now', statement_timestamp(), 'partner', found_realm -> 'partner', 'realm', found_realm -> 'realm', 'freezes', found_realm -> 'freezes',
    'user', access.end_user_fact(found_user), 'session_id', session.id, 'role_choice', configuration -> 'roles' -> found_user.role,
    'is_on_hold', coalesce(on_hold, false));
end
$$;

reset role;
