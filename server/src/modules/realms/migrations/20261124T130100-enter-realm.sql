set role liaison_authz;

-- A realm by its name: its partner, whether it is open, and what freezes it.
create function access.find_realm(realm_slug text) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('partner', jsonb_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'is_white_label', 'white_label' = any (p.kinds)),
    'realm', jsonb_build_object('status', r.status, 'key_number', r.key_number),
    'freezes', coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
      where f.lifted_at is null and (f.scope = 'platform' or (f.scope = 'partner' and f.partner_id = p.id and f.tenant_id is null))), '[]'))
  from public.partner p
  join public.realm r on r.partner_id = p.id
  where p.slug = realm_slug
  $$;

-- The live session of a realm, by the digest of its cookie or by its id from a token; as strict as the configuration is now.
create function access.live_end_user_session(of_partner uuid, hash bytea, session uuid, configuration jsonb) returns public.end_user_session
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  found_session public.end_user_session;
begin
  if hash is not null then
    select s.* into found_session from public.end_user_session s where s.partner_id = of_partner and s.token_hash = hash;
  else
    select s.* into found_session from public.end_user_session s where s.id = session and s.partner_id = of_partner;
  end if;
  -- The limits of a user, which the module of usage knows, come from platform, plan, partner and user.
  if found_session.id is null or found_session.ended_at is not null or found_session.ends_at <= statement_timestamp() or not access.is_within_limits(found_session) then
    return null;
  end if;
  return found_session;
end
$$;

create function access.note_end_user_seen(session uuid) returns void
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  update public.end_user_session set seen_at = statement_timestamp() where id = (
    select s.id from public.end_user_session s where s.id = session and s.seen_at < statement_timestamp() - interval '1 minute' for update skip locked)
  $$;

-- The figure that the audit log knows an end user by: no name and no address, since the log outlives the account.
create function access.end_user_label(of_user uuid) returns text
  language sql immutable
  set search_path = pg_catalog
  as $$ select 'End user ' || right(of_user::text, 6) $$;

create function access.end_user_fact(u public.end_user) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$ select jsonb_build_object('id', u.id, 'partner_id', u.partner_id, 'email', u.email, 'name', u.name, 'role', u.role, 'status', u.status) $$;

create function access.trace_of(request jsonb) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route',
    'ip', request -> 'ip', 'user_agent', request -> 'user_agent', 'source', request -> 'source')
  $$;

-- The door of end users: the facts that the kernel decides on, and the context of exactly one realm and one user.
create function access.enter_end_user(request jsonb) returns jsonb
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
    session := access.live_end_user_session(partner, decode(request ->> 'session_hash', 'hex'), (request ->> 'session_id')::uuid, configuration);
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

-- The door of sign-up, sign-in and passwords of one realm. A realm that does not exist gets no context.
create function access.enter_realm_door(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found_realm jsonb;
  partner uuid;
  session public.end_user_session;
  found_user public.end_user;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login has no door to a realm' using errcode = 'insufficient_privilege';
  end if;
  found_realm := access.find_realm(request ->> 'slug');
  if found_realm is null then
    return jsonb_build_object('now', statement_timestamp(), 'partner', null, 'realm', null, 'freezes', '[]'::jsonb, 'user', null, 'session_id', null);
  end if;
  partner := (found_realm -> 'partner' ->> 'id')::uuid;
  session := access.live_end_user_session(partner, decode(request ->> 'session_hash', 'hex'), null, access.configuration(partner));
  select u.* into found_user from public.end_user u where u.id = session.end_user_id and u.partner_id = partner and u.status <> 'inactive';
  perform access.set_context(jsonb_strip_nulls(access.trace_of(request) || jsonb_build_object('plane', 'realm_door', 'actor_type', case when found_user.id is null then 'stranger' else 'end_user' end,
    'actor_id', found_user.id, 'actor_name', access.end_user_label(found_user.id), 'end_user_id', found_user.id,
    'session_id', case when found_user.id is not null then session.id end, 'partner_id', partner, 'partner_name', found_realm -> 'partner' -> 'name')));
  return jsonb_build_object('now', statement_timestamp(), 'partner', found_realm -> 'partner', 'realm', found_realm -> 'realm', 'freezes', found_realm -> 'freezes',
    'user', case when found_user.id is not null then access.end_user_fact(found_user) end, 'session_id', case when found_user.id is not null then session.id end);
end
$$;

-- After a sign-in the rest of the request is done by the end user who just proved who they are, of this realm alone.
create function access.become_end_user(of_user uuid) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
begin
  if session_user <> 'liaison_auth' or context ->> 'plane' is distinct from 'realm_door'
    or not exists (select from public.end_user u where u.id = of_user and u.partner_id = (context ->> 'partner_id')::uuid) then
    raise exception 'this login has no door to a realm' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(context || jsonb_build_object('actor_type', 'end_user', 'actor_id', of_user, 'end_user_id', of_user, 'actor_name', access.end_user_label(of_user)));
end
$$;

-- What the pages of the realm of this transaction need of its configuration: how they look, who may sign up, how long sessions last.
create function access.realm_look() returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
  configuration jsonb;
begin
  if context ->> 'plane' is distinct from 'realm' and context ->> 'plane' is distinct from 'realm_door' then
    return null;
  end if;
  configuration := access.configuration((context ->> 'partner_id')::uuid);
  return jsonb_build_object('branding', coalesce(configuration -> 'branding', '{}'), 'policies', coalesce(configuration -> 'policies', '{}'),
    'sessions', coalesce(configuration -> 'sessions' -> 'end_users', '{}'));
end
$$;

-- The logo that the configuration in force names, for the pages of the realm of this transaction.
create function access.realm_logo(digest text) returns table (media_type text, bytes bytea)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  partner uuid := coalesce(access.realm_at_door(), access.realm_inside());
begin
  if partner is not null and access.configuration(partner) -> 'branding' ->> 'logo' = digest then
    return query select l.media_type, l.bytes from public.partner_logo l where l.partner_id = partner and l.sha256 = digest;
  end if;
end
$$;

grant execute on function access.realm_logo(text) to liaison_auth;
grant execute on function access.enter_end_user(jsonb) to liaison_realm;
grant execute on function access.enter_realm_door(jsonb), access.become_end_user(uuid) to liaison_auth;
grant execute on function access.realm_look() to liaison_realm, liaison_auth;

reset role;
