set role liaison_owner;

create table signal_stream (
  id uuid primary key,
  gateway_id uuid unique references gateway (id),
  client_id uuid unique references api_client (id),
  delivery text not null check (delivery in ('push', 'poll')),
  endpoint_url text check (endpoint_url ~ '^https?://' and char_length(endpoint_url) <= 2000),
  sealed_authorization bytea,
  events_requested text[] not null check (cardinality(events_requested) <= 20),
  description text check (char_length(description) <= 500),
  status text not null default 'enabled' check (status in ('enabled', 'paused', 'disabled')),
  status_reason text check (char_length(status_reason) <= 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(gateway_id, client_id) = 1),
  check ((delivery = 'push') = (endpoint_url is not null)),
  check (sealed_authorization is null or delivery = 'push')
);
comment on table signal_stream is 'A stream of security events to one receiver: a registered gateway, or an API client of a partner. It tells that access ended and opens nothing.';
comment on column signal_stream.sealed_authorization is 'Encrypted with the data key of the installation and bound to this row: the header field that the receiver wants to see with every push; read by the job that delivers, by nobody else.';
comment on column signal_stream.status is 'enabled: events are sent. paused: they are kept. disabled: they are neither sent nor kept.';
call private.protect('signal_stream');
create trigger set_updated_at before update on signal_stream for each row execute function private.set_updated_at();
call private.audit_changes('signal_stream', false);

create table signal_health (
  stream_id uuid primary key references signal_stream (id) on delete cascade,
  failing_since timestamptz,
  last_success_at timestamptz,
  verified_at timestamptz
);
comment on table signal_health is 'How pushes of a stream went lately, and when it was last asked for a verification: no part of its settings, so that a delivery writes no event.';
comment on column signal_health.failing_since is 'The first failure since the last success, or since the stream was enabled again or was given another address or authorization.';
call private.protect('signal_health');

create table signal_event (
  id uuid primary key default uuidv7(),
  stream_id uuid not null references signal_stream (id) on delete cascade,
  message_id uuid not null,
  event_type text not null,
  subject jsonb not null,
  claims jsonb not null,
  occurred_at timestamptz not null,
  status text not null default 'waiting' check (status in ('waiting', 'acknowledged', 'refused', 'dropped')),
  refusal text check (char_length(refusal) <= 500),
  attempt integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  claimed_until timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (stream_id, message_id),
  check ((status = 'waiting') = (finished_at is null))
);
comment on table signal_event is 'A security event for one stream until its receiver has acknowledged it; forgotten after seven days. Who may know of it was decided when it was written.';
comment on column signal_event.id is 'The jti, the same in every transmission: receivers tell repetitions by it.';
comment on column signal_event.message_id is 'The message of the outbox that it came from (txn), the same for every stream.';
create index signal_event_waiting on signal_event (stream_id, id) where status = 'waiting';
create index signal_event_due on signal_event (next_attempt_at) where status = 'waiting';
create index on signal_event (created_at);
call private.protect('signal_event');

-- A receiver sees its own stream and what waits in it; the job that delivers sees all.
create policy own_stream on signal_stream to liaison_auth
  using ((select access.context_plane()) = 'auth' and (client_id = (select access.context_id('signal_client_id')) or gateway_id = (select access.context_id('signal_gateway_id'))))
  with check ((select access.context_plane()) = 'auth' and (client_id = (select access.context_id('signal_client_id')) or gateway_id = (select access.context_id('signal_gateway_id'))));
create policy delivering on signal_stream to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select (id, gateway_id, client_id, delivery, endpoint_url, events_requested, description, status, status_reason, created_at), delete on signal_stream to liaison_auth;
grant insert (id, gateway_id, client_id, delivery, endpoint_url, sealed_authorization, events_requested, description) on signal_stream to liaison_auth;
grant update (delivery, endpoint_url, sealed_authorization, events_requested, description, status, status_reason) on signal_stream to liaison_auth;
grant select, update (status, status_reason) on signal_stream to liaison_job;

-- What belongs to a stream is seen by whoever sees the stream: the query below is under its policies.
create policy of_stream on signal_health to liaison_auth using (exists (select from signal_stream s where s.id = stream_id)) with check (exists (select from signal_stream s where s.id = stream_id));
create policy delivering on signal_health to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select (stream_id, verified_at), insert (stream_id, verified_at), update (verified_at) on signal_health to liaison_auth;
grant select, insert, update on signal_health to liaison_job;

create policy of_stream on signal_event to liaison_auth using (exists (select from signal_stream s where s.id = stream_id)) with check (exists (select from signal_stream s where s.id = stream_id));
create policy delivering on signal_event to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on signal_event to liaison_auth;
-- A receiver asks for a verification and says what it took; it never says what an event was.
grant insert (stream_id, message_id, event_type, subject, claims, occurred_at) on signal_event to liaison_auth;
grant update (status, refusal, finished_at, claimed_until) on signal_event to liaison_auth;
grant select, insert, update, delete on signal_event to liaison_job;

reset role;
set role liaison_authz;

-- Puts the context of a receiver in force, once it has shown a credential of a gateway or a token of an API client; null when it counts no more.
create function access.enter_signal_receiver(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  asking public.gateway;
  holder public.api_client;
  owner public.partner;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login receives no signals' using errcode = 'insufficient_privilege';
  end if;
  select * into asking from public.gateway g where g.id = (request ->> 'gateway_id')::uuid and g.status = 'active';
  select * into holder from public.api_client k where k.id = (request ->> 'client_id')::uuid and k.status = 'active' and k.partner_id is not null;
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

-- Whether the receiver of a stream is one that we still work with: what waits for another stays where it is.
create function access.signal_receiver_works(gateway uuid, client uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case when gateway is not null
    then exists (select from public.gateway g where g.id = gateway and g.status = 'active')
    else exists (select from public.api_client k join public.partner p on p.id = k.partner_id where k.id = client and k.status = 'active' and p.status = 'active') end
$$;

-- The partner that reads what happens to the stream of a client.
create function access.partner_of_receiver(client uuid) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select k.partner_id from public.api_client k where k.id = client $$;

-- Whether a client of a partner may know of this tenant: it was let in there, whether or not that still holds.
create function access.signal_client_knows(client uuid, tenant uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.api_client k join public.delegation d on d.partner_id = k.partner_id and d.tenant_id = tenant and d.approved_at is not null
    left join public.consent c on c.id = d.id
    where k.id = client and (d.kind = 'resale' or (d.kind = 'consent' and c.client_id = k.id)))
$$;

-- The streams that may hear of a change. A gateway hears of what it may decide on: delegations that could open a route that it stands before.
-- A client of a partner hears of its own consents, of its partner's resales, and of what stops all of these.
create function access.signal_audience(change jsonb) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  about text := change ->> 'about';
  delegation uuid := (change ->> 'delegation_id')::uuid;
  tenant uuid := (change ->> 'tenant_id')::uuid;
  partner uuid := (change ->> 'partner_id')::uuid;
  client uuid := (change ->> 'client_id')::uuid;
  opened bit(256) := (change ->> 'mask')::bit(256);
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of a change' using errcode = 'insufficient_privilege';
  end if;
  return jsonb_build_object(
    'client_id', (select c.client_id from public.consent c where c.id = delegation),
    'kind', (select d.kind from public.delegation d where d.id = delegation),
    'scopes', (select to_jsonb(c.scopes) from public.consent c where c.id = delegation union all select to_jsonb(r.scopes) from public.resale r where r.id = delegation),
    'streams', coalesce((
      select jsonb_agg(jsonb_build_object('id', s.id, 'partner_id', k.partner_id, 'events', s.events_requested) order by s.id)
      from public.signal_stream s left join public.api_client k on k.id = s.client_id
      where s.status <> 'disabled' and case
        when s.gateway_id is not null then exists (
          select from public.gateway_upstream gu join public.protected_route r on r.upstream_id = gu.upstream_id join public.permission p on p.name = r.permission
          where gu.gateway_id = s.gateway_id and (opened is null or get_bit(opened, p.bit) = 1))
        when about = 'platform' then true
        when about = 'client' then k.id = client
        when about = 'tenant' then access.signal_client_knows(k.id, tenant)
        when about = 'partner' then k.partner_id = partner and (tenant is null or access.signal_client_knows(k.id, tenant))
        when about = 'delegation' then k.partner_id = partner and (exists (select from public.consent c where c.id = delegation and c.client_id = k.id)
          or exists (select from public.resale r where r.id = delegation))
        else false end), '[]'));
end
$$;

-- Puts a change that stops or narrows access into the outbox, in its own transaction, whoever made it and in whatever way. Nothing is put there
-- while nobody listens.
create function access.signal_change() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  fresh jsonb := to_jsonb(new);
  change jsonb;
begin
  if not exists (select from public.signal_stream s where s.status <> 'disabled') then
    return null;
  end if;
  change := case tg_table_name
    when 'delegation' then jsonb_build_object('about', 'delegation', 'change', case when fresh ->> 'status' = 'active' then 'narrowed' else 'ended' end,
      'delegation_id', fresh -> 'id', 'tenant_id', fresh -> 'tenant_id', 'partner_id', fresh -> 'partner_id', 'state', fresh -> 'status',
      'epoch', fresh -> 'epoch', 'side', fresh -> 'status_changed_by_side',
      'mask', ((fresh ->> 'mask')::bit(256) | (to_jsonb(old) ->> 'mask')::bit(256))::text)
    when 'partner' then jsonb_build_object('about', 'partner', 'change', 'ended', 'partner_id', fresh -> 'id', 'state', fresh -> 'status', 'side', 'provider')
    when 'tenant' then jsonb_build_object('about', 'tenant', 'change', 'ended', 'tenant_id', fresh -> 'id', 'state', fresh -> 'status', 'side', 'provider')
    when 'api_client' then jsonb_build_object('about', 'client', 'change', case when tg_argv[0] = 'key' then 'key' else 'ended' end, 'client_id', fresh -> 'id',
      'partner_id', fresh -> 'partner_id', 'tenant_id', fresh -> 'tenant_id', 'state', fresh -> 'status', 'side', fresh -> 'status_changed_by_side')
    else jsonb_build_object('about', fresh -> 'scope', 'change', 'ended', 'delegation_id', fresh -> 'delegation_id', 'tenant_id', fresh -> 'tenant_id',
      'partner_id', fresh -> 'partner_id', 'state', 'frozen', 'side', fresh -> 'set_by_side') end;
  -- Links are for people in the portal: no token stands on one.
  if change ->> 'about' = 'delegation' and not exists (select from public.delegation d where d.id = (change ->> 'delegation_id')::uuid and d.kind in ('consent', 'resale')) then
    return null;
  end if;
  insert into public.outbox (topic, payload) values ('signals.changed', jsonb_strip_nulls(change));
  return null;
end
$$;

grant execute on function access.enter_signal_receiver(jsonb) to liaison_auth;
grant execute on function access.signal_receiver_works(uuid, uuid), access.partner_of_receiver(uuid), access.signal_audience(jsonb) to liaison_job;
grant execute on function access.signal_change() to liaison_owner;

reset role;
set role liaison_owner;

create trigger signalled after update on delegation for each row
  when (new.kind in ('consent', 'resale') and old.status = 'active' and (new.status <> 'active' or new.epoch > old.epoch)) execute function access.signal_change();
create trigger signalled after update of status on partner for each row when (old.status = 'active' and new.status <> 'active') execute function access.signal_change();
create trigger signalled after update of status on tenant for each row when (old.status = 'active' and new.status <> 'active') execute function access.signal_change();
create trigger signalled after update of status on api_client for each row when (old.status = 'active' and new.status <> 'active') execute function access.signal_change('status');
create trigger signalled_key after update of jwks on api_client for each row when (old.jwks is distinct from new.jwks) execute function access.signal_change('key');
create trigger signalled after insert on access_freeze for each row when (new.scope <> 'person') execute function access.signal_change();

reset role;
