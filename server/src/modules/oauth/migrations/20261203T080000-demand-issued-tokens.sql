set role liaison_owner;

-- Nothing changes what was noted of a token, and nothing but the sweep takes it away.
revoke update, delete on issued_token from liaison_auth;
comment on table issued_token is 'The access tokens that still run: a token counts while its row is here and not among the revoked, whatever key signed it. The end of a grant reaches those that were issued under it.';

reset role;
set role liaison_authz;

-- How long after its end a token is still looked up as one that runs: the ten seconds that its verifier grants (CLOCK_TOLERANCE_SECONDS), and
-- twenty by which the clock of a process that signs and verifies may be behind the database's. The end itself is the verifier's matter.
create function access.token_leeway() returns interval
  language sql immutable
  as $$ select interval '30 seconds' $$;

-- Until when a token counts that was issued to this client; null for one that was never issued to it, was revoked or is over.
create function access.token_counts_until(client uuid, token_id text) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select t.ends_at + access.token_leeway()
  from public.issued_token t
  where t.jti_hash = sha256(convert_to(token_id, 'UTF8')) and t.client_id = client
    and t.ends_at + access.token_leeway() > statement_timestamp()
    and not exists (select from public.revoked_token r where r.jti_hash = t.jti_hash)
$$;

-- Whether a credential, by its digest, is that of a gateway that may ask about clients without their tokens.
create function access.is_trusted_gateway(credential bytea) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.gateway g
    where g.status = 'active' and g.is_trusted
      and (g.credential_hash = credential or (g.previous_hash = credential and g.previous_ends_at > statement_timestamp())))
$$;

grant execute on function access.token_leeway() to liaison_job, liaison_owner;
grant execute on function access.token_counts_until(uuid, text) to liaison_auth;

-- The door of a verified access token into a transaction. The token says who it claims to be; that it was issued to this client, and everything it
-- names, is looked up now. One that does not count is told of, and puts no context in force. A gateway that is trusted to ask without a token
-- brings its own credential instead: then the context says in whose name the decision is recorded, and reaches no row.
-- The login decides the plane: a token for the client's own organisation comes through the tenant's login, a delegated one through the delegate's.
create or replace function access.enter_client(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  plane text := case session_user when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' end;
  client uuid := (request ->> 'client_id')::uuid;
  wanted_tenant uuid := (request ->> 'tenant_id')::uuid;
  -- Before anything is read: what commits from here on is no part of it.
  seen pg_snapshot := pg_current_snapshot();
  owner uuid;
  facts jsonb;
  member jsonb;
  counts_until timestamptz;
  is_asked boolean := false;
  context jsonb;
  kept jsonb;
  ticket text;
begin
  if plane is null then
    raise exception 'this login opens no plane of API clients' using errcode = 'insufficient_privilege';
  end if;
  if (request ->> 'writes')::boolean then
    select k.partner_id into owner from public.api_client k where k.id = client;
    -- Taken before the facts are read: a revocation that is under way is waited for and then seen.
    perform access.hold('client', client), access.hold('platform', null), access.hold('partner', owner), access.hold('tenant', wanted_tenant),
      access.hold('pair', md5(owner::text || wanted_tenant::text)::uuid);
    perform access.hold('person', m.person_id) from public.partner_member m where m.id = (request ->> 'member_id')::uuid;
  end if;
  facts := access.client_facts(client, wanted_tenant, request ->> 'ban', case when plane = 'delegation' then (request ->> 'delegation_id')::uuid end);
  if request ->> 'member_id' is not null then
    member := access.acting_member(client, (request ->> 'member_id')::uuid, wanted_tenant);
  end if;
  counts_until := access.token_counts_until(client, request ->> 'token_id');
  if counts_until is null and request ->> 'gateway_credential' is not null then
    is_asked := access.is_trusted_gateway(decode(request ->> 'gateway_credential', 'hex'));
  end if;
  facts := facts || jsonb_build_object('now', statement_timestamp(), 'plane', plane, 'member', member, 'token_revoked', counts_until is null and not is_asked);
  if counts_until is null and not is_asked then
    return facts;
  end if;
  context := jsonb_strip_nulls(jsonb_build_object('plane', plane, 'actor_type', 'client', 'actor_id', client, 'actor_name', concat_ws(', through ', member ->> 'name', facts -> 'client' ->> 'name'), 'member_id', member ->> 'id',
    'client_id', case when is_asked then '00000000-0000-0000-0000-000000000000' else client end,
    'partner_id', facts -> 'partner' ->> 'id', 'partner_name', facts -> 'partner' ->> 'name',
    'tenant_id', wanted_tenant, 'tenant_name', facts -> 'tenant' ->> 'name',
    -- An account that does not exist must not turn into "no account named".
    'account_id', coalesce(facts -> 'account' ->> 'id', '00000000-0000-0000-0000-000000000000'),
    'delegation_id', facts -> 'delegation' ->> 'id', 'delegation_epoch', (request ->> 'delegation_ver')::integer, 'role', case plane when 'tenant' then 'own' else facts -> 'delegation' ->> 'kind' end,
    'permission', request ->> 'permission', 'permission_bit', (select p.bit from public.permission p where p.name = request ->> 'permission')));
  -- A transaction that has written could not tell its own later changes from what it saw.
  if counts_until is not null and (request ->> 'keeps')::boolean and (request ->> 'writes')::boolean is false and pg_current_xact_id_if_assigned() is null then
    kept := access.keep_call(facts, seen);
    -- Nothing is noted when a token ends by itself, so what is kept of it must end of itself, too.
    kept := kept || jsonb_build_object('until', least((kept ->> 'until')::timestamptz, counts_until));
  end if;
  if kept is not null then
    ticket := (context || jsonb_build_object('kept', kept, 'question', request - access.request_fields() - '{keeps,writes}'::text[] || jsonb_build_object('login', session_user)))::text;
    facts := facts || jsonb_build_object('ticket', access.sign('call ' || ticket) || ticket);
  end if;
  perform access.set_context(context || jsonb_strip_nulls(jsonb_build_object('request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route',
    'ip', request -> 'ip', 'user_agent', request -> 'user_agent', 'source', request -> 'source')));
  return facts;
end
$$;

reset role;
set role liaison_owner;

-- As before, for tokens within the leeway of their end as well.
create or replace function private.end_oauth_grant() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into revoked_token (jti_hash, client_id, ends_at)
  select t.jti_hash, t.client_id, t.ends_at from issued_token t where t.grant_hash = new.grant_hash and t.ends_at + access.token_leeway() > statement_timestamp()
  on conflict do nothing;
  delete from oauth_artifact a where a.grant_hash = new.grant_hash or (a.model = 'Grant' and a.id_hash = new.grant_hash);
  return null;
end
$$;

reset role;
