set role liaison_authz;

-- As before, but a gateway shows its credential and a client a token that was issued to it and counts now: an id alone, which others know,
-- lets nobody read what waits for a receiver, take it away or send it elsewhere. What shows neither is told that it counts no more; so a
-- server of the version before answers its receivers 401 until it is replaced, and they come again. Pushes are not asked and go on.
create or replace function access.enter_signal_receiver(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  credential bytea := decode(request ->> 'gateway_credential', 'hex');
  asking public.gateway;
  holder public.api_client;
  owner public.partner;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login receives no signals' using errcode = 'insufficient_privilege';
  end if;
  select * into asking from public.gateway g
  where g.status = 'active' and (g.credential_hash = credential or (g.previous_hash = credential and g.previous_ends_at > statement_timestamp()));
  select * into holder from public.api_client k
  where k.id = (request ->> 'client_id')::uuid and k.status = 'active' and k.partner_id is not null
    and access.token_counts_until(k.id, request ->> 'token_id') is not null;
  select * into owner from public.partner p where p.id = holder.partner_id and p.status = 'active';
  if asking.id is null and owner.id is null then
    return null;
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'auth',
    'signal_gateway_id', asking.id, 'signal_client_id', case when owner.id is not null then holder.id end,
    'actor_type', case when owner.id is not null then 'client' else 'system' end, 'actor_id', case when owner.id is not null then holder.id end,
    'actor_name', case when owner.id is not null then holder.name else asking.name end, 'partner_id', owner.id, 'partner_name', owner.name,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', coalesce(request ->> 'source', 'api'))));
  return jsonb_build_object('now', statement_timestamp());
end
$$;
comment on function access.enter_signal_receiver(jsonb) is 'Null for whoever shows neither the credential of a gateway nor a token of a client that counts.';

reset role;
set role liaison_owner;

-- What is pushed is signed with our key: a receiver puts nothing into its stream but the question whether it works.
create policy own_question on signal_event as restrictive for insert to liaison_auth
  with check (event_type = 'https://schemas.openid.net/secevent/ssf/event-type/verification');

-- The header field that a receiver wants to see with every push is for the address that it was given for. Whoever moves a stream says it again.
create function private.keep_authorization_at_address() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  raise exception 'an authorization is for the address that it was given for' using errcode = 'check_violation', constraint = 'signal_stream_authorization_moved';
end
$$;
create trigger keep_authorization before update of endpoint_url on signal_stream for each row
  when (old.endpoint_url is distinct from new.endpoint_url and old.sealed_authorization is not null and new.sealed_authorization is not distinct from old.sealed_authorization)
  execute function private.keep_authorization_at_address();

reset role;
