-- A security event for one stream until its receiver has acknowledged it; forgotten after seven days. Who may know of it was decided when it was written.
create table public.signal_event (
  id uuid not null default uuidv7(),
  stream_id uuid not null,
  message_id uuid not null,
  event_type text not null,
  subject jsonb not null,
  claims jsonb not null,
  occurred_at timestamp with time zone not null,
  status text not null default 'waiting'::text,
  refusal text,
  attempt integer not null default 0,
  next_attempt_at timestamp with time zone not null default now(),
  claimed_until timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  constraint signal_event_check CHECK (((status = 'waiting'::text) = (finished_at IS NULL))),
  constraint signal_event_pkey PRIMARY KEY (id),
  constraint signal_event_refusal_check CHECK ((char_length(refusal) <= 500)),
  constraint signal_event_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'acknowledged'::text, 'refused'::text, 'dropped'::text]))),
  constraint signal_event_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES public.signal_stream(id) ON DELETE CASCADE,
  constraint signal_event_stream_id_message_id_key UNIQUE (stream_id, message_id)
);
CREATE INDEX signal_event_created_at_idx ON public.signal_event USING btree (created_at);
CREATE INDEX signal_event_due ON public.signal_event USING btree (next_attempt_at) WHERE (status = 'waiting'::text);
CREATE INDEX signal_event_waiting ON public.signal_event USING btree (stream_id, id) WHERE (status = 'waiting'::text);
alter table public.signal_event enable row level security, force row level security;
create policy deciding on public.signal_event for select to liaison_authz
  using (true);
create policy delivering on public.signal_event for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy of_stream on public.signal_event for all to liaison_auth
  using ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_event.stream_id))))
  with check ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_event.stream_id))));
create policy of_stream_for_people on public.signal_event for select to liaison_platform, liaison_program
  using ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_event.stream_id))));
create policy own_question on public.signal_event as restrictive for insert to liaison_auth
  with check ((event_type = 'https://schemas.openid.net/secevent/ssf/event-type/verification'::text));
create policy owners_insert on public.signal_event as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy verifying on public.signal_event for insert to liaison_platform, liaison_program
  with check (((event_type = 'https://schemas.openid.net/secevent/ssf/event-type/verification'::text) AND (claims = '{}'::jsonb) AND (EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_event.stream_id)))));
grant select on public.signal_event to liaison_auth;
grant select on public.signal_event to liaison_authz;
grant delete, insert, select, update on public.signal_event to liaison_job;
grant insert (stream_id, message_id, event_type, subject, claims, occurred_at) on public.signal_event to liaison_auth;
grant update (status, refusal, claimed_until, finished_at) on public.signal_event to liaison_auth;
grant insert (stream_id, message_id, event_type, subject, claims, occurred_at) on public.signal_event to liaison_platform;
grant select (id, stream_id, event_type, status, attempt, created_at, finished_at) on public.signal_event to liaison_platform;
grant insert (stream_id, message_id, event_type, subject, claims, occurred_at) on public.signal_event to liaison_program;
grant select (id, stream_id, event_type, status, attempt, created_at, finished_at) on public.signal_event to liaison_program;

-- How pushes of a stream went lately, and when it was last asked for a verification: no part of its settings, so that a delivery writes no event.
create table public.signal_health (
  stream_id uuid not null,
  failing_since timestamp with time zone,
  last_success_at timestamp with time zone,
  verified_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  constraint signal_health_pkey PRIMARY KEY (stream_id),
  constraint signal_health_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES public.signal_stream(id) ON DELETE CASCADE
);
alter table public.signal_health enable row level security, force row level security;
create policy beginning on public.signal_health for select to liaison_owner
  using (true);
create policy beginning_anew on public.signal_health for update to liaison_owner
  using (true)
  with check (true);
create policy deciding on public.signal_health for select to liaison_authz
  using (true);
create policy delivering on public.signal_health for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy of_stream on public.signal_health for all to liaison_auth
  using ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_health.stream_id))))
  with check ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_health.stream_id))));
create policy of_stream_for_people on public.signal_health for all to liaison_platform, liaison_program
  using ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_health.stream_id))))
  with check ((EXISTS ( SELECT
   FROM public.signal_stream s
  WHERE (s.id = signal_health.stream_id))));
create policy owners_insert on public.signal_health as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.signal_health as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
grant select on public.signal_health to liaison_authz;
grant insert, select, update on public.signal_health to liaison_job;
grant select on public.signal_health to liaison_platform;
grant select on public.signal_health to liaison_program;
grant insert (stream_id, verified_at) on public.signal_health to liaison_auth;
grant select (stream_id, verified_at) on public.signal_health to liaison_auth;
grant update (verified_at) on public.signal_health to liaison_auth;
grant insert (stream_id, verified_at) on public.signal_health to liaison_platform;
grant update (verified_at) on public.signal_health to liaison_platform;
grant insert (stream_id, verified_at) on public.signal_health to liaison_program;
grant update (verified_at) on public.signal_health to liaison_program;

-- A stream of security events to one receiver: a registered gateway, or an API client of a partner. It tells that access ended and opens nothing.
create table public.signal_stream (
  id uuid not null,
  gateway_id uuid,
  client_id uuid,
  delivery text not null,
  endpoint_url text,
  sealed_authorization bytea,
  events_requested text[] not null,
  description text,
  status text not null default 'enabled'::text,
  status_reason text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  status_set_by text,
  constraint signal_stream_check CHECK ((num_nonnulls(gateway_id, client_id) = 1)),
  constraint signal_stream_check1 CHECK (((delivery = 'push'::text) = (endpoint_url IS NOT NULL))),
  constraint signal_stream_check2 CHECK (((sealed_authorization IS NULL) OR (delivery = 'push'::text))),
  constraint signal_stream_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint signal_stream_client_id_key UNIQUE (client_id),
  constraint signal_stream_delivery_check CHECK ((delivery = ANY (ARRAY['push'::text, 'poll'::text]))),
  constraint signal_stream_description_check CHECK ((char_length(description) <= 500)),
  constraint signal_stream_endpoint_url_check CHECK (((endpoint_url ~ '^https?://'::text) AND (char_length(endpoint_url) <= 2000))),
  constraint signal_stream_events_requested_check CHECK ((cardinality(events_requested) <= 20)),
  constraint signal_stream_gateway_id_fkey FOREIGN KEY (gateway_id) REFERENCES public.gateway(id),
  constraint signal_stream_gateway_id_key UNIQUE (gateway_id),
  constraint signal_stream_pkey PRIMARY KEY (id),
  constraint signal_stream_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'paused'::text, 'disabled'::text]))),
  constraint signal_stream_status_reason_check CHECK ((char_length(status_reason) <= 500)),
  constraint signal_stream_status_set_by_check CHECK ((status_set_by = ANY (ARRAY['receiver'::text, 'partner'::text, 'provider'::text, 'clock'::text])))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.signal_stream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.signal_stream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.signal_stream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER begin_anew AFTER UPDATE OF status, endpoint_url, sealed_authorization ON public.signal_stream FOR EACH ROW WHEN ((((old.status = 'disabled'::text) AND (new.status <> 'disabled'::text)) OR ((old.status = 'paused'::text) AND (new.status = 'enabled'::text)) OR (old.endpoint_url IS DISTINCT FROM new.endpoint_url) OR (old.sealed_authorization IS DISTINCT FROM new.sealed_authorization))) EXECUTE FUNCTION private.begin_stream_anew();
CREATE TRIGGER keep_authorization BEFORE UPDATE OF endpoint_url ON public.signal_stream FOR EACH ROW WHEN (((old.endpoint_url IS DISTINCT FROM new.endpoint_url) AND (old.sealed_authorization IS NOT NULL) AND (NOT (new.sealed_authorization IS DISTINCT FROM old.sealed_authorization)))) EXECUTE FUNCTION private.keep_authorization_at_address();
CREATE TRIGGER keep_state_of_provider BEFORE UPDATE OF status, status_reason ON public.signal_stream FOR EACH ROW EXECUTE FUNCTION private.keep_state_of_provider();
CREATE TRIGGER keep_stopped BEFORE DELETE ON public.signal_stream FOR EACH ROW EXECUTE FUNCTION private.keep_state_of_provider();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.signal_stream FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.signal_stream enable row level security, force row level security;
create policy deciding on public.signal_stream for select to liaison_authz
  using (true);
create policy delivering on public.signal_stream for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy own_stream on public.signal_stream for all to liaison_auth
  using (((( SELECT access.context_plane() AS context_plane) = 'auth'::text) AND ((client_id = ( SELECT access.context_id('signal_client_id'::text) AS context_id)) OR (gateway_id = ( SELECT access.context_id('signal_gateway_id'::text) AS context_id)))))
  with check (((( SELECT access.context_plane() AS context_plane) = 'auth'::text) AND ((client_id = ( SELECT access.context_id('signal_client_id'::text) AS context_id)) OR (gateway_id = ( SELECT access.context_id('signal_gateway_id'::text) AS context_id)))));
create policy owners_delete on public.signal_stream as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.signal_stream as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.signal_stream for all to liaison_program
  using ((EXISTS ( SELECT
   FROM public.api_client k
  WHERE (k.id = signal_stream.client_id))))
  with check ((EXISTS ( SELECT
   FROM public.api_client k
  WHERE (k.id = signal_stream.client_id))));
create policy provider_side on public.signal_stream for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant delete on public.signal_stream to liaison_auth;
grant select on public.signal_stream to liaison_authz;
grant select on public.signal_stream to liaison_job;
grant delete on public.signal_stream to liaison_platform;
grant delete on public.signal_stream to liaison_program;
grant insert (id, gateway_id, client_id, delivery, endpoint_url, sealed_authorization, events_requested, description) on public.signal_stream to liaison_auth;
grant select (id, gateway_id, client_id, delivery, endpoint_url, events_requested, description, status, status_reason, created_at, status_set_by) on public.signal_stream to liaison_auth;
grant update (delivery, endpoint_url, sealed_authorization, events_requested, description, status, status_reason) on public.signal_stream to liaison_auth;
grant update (status, status_reason) on public.signal_stream to liaison_job;
grant select (id, gateway_id, client_id, delivery, endpoint_url, events_requested, description, status, status_reason, created_at, status_set_by) on public.signal_stream to liaison_platform;
grant update (status, status_reason) on public.signal_stream to liaison_platform;
grant select (id, gateway_id, client_id, delivery, endpoint_url, events_requested, description, status, status_reason, created_at, status_set_by) on public.signal_stream to liaison_program;
grant update (status, status_reason) on public.signal_stream to liaison_program;

-- Null for whoever shows neither the credential of a gateway nor a token of a client that counts.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_signal_receiver(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.enter_signal_receiver(jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_of_receiver(client uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select k.partner_id from public.api_client k where k.id = client $function$;
grant execute on access.partner_of_receiver(uuid) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.signal_audience(change jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.signal_audience(jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.signal_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
    when 'configuration_in_force' then jsonb_build_object('about', 'partner', 'change', 'ended', 'partner_id', fresh -> 'partner_id', 'state', 'closed to the API', 'side', 'provider')
    when 'api_client' then case when tg_argv[0] = 'mask' then jsonb_build_object('about', 'client', 'change', 'narrowed', 'client_id', fresh -> 'id',
      'partner_id', fresh -> 'partner_id', 'tenant_id', fresh -> 'tenant_id', 'scopes', fresh -> 'scopes',
      'mask', ((to_jsonb(old) ->> 'mask')::bit(256) & ~(fresh ->> 'mask')::bit(256))::text)
    else jsonb_build_object('about', 'client', 'change', case when tg_argv[0] in ('key', 'certificate') then 'key' else 'ended' end,
      'credential', case when tg_argv[0] = 'certificate' then 'x509' end, 'client_id', fresh -> 'id',
      'partner_id', fresh -> 'partner_id', 'tenant_id', fresh -> 'tenant_id', 'state', fresh -> 'status', 'side', fresh -> 'status_changed_by_side') end
    when 'partner_home' then jsonb_build_object('about', 'partner', 'change', 'ended', 'tenant_id', fresh -> 'tenant_id', 'partner_id', fresh -> 'partner_id',
      'state', 'separated', 'side', fresh -> 'ended_by_side')
    else jsonb_build_object('about', fresh -> 'scope', 'change', 'ended', 'delegation_id', fresh -> 'delegation_id', 'tenant_id', fresh -> 'tenant_id',
      'partner_id', fresh -> 'partner_id', 'state', 'frozen', 'side', fresh -> 'set_by_side') end;
  -- Links are for people in the portal: no token stands on one.
  if change ->> 'about' = 'delegation' and not exists (select from public.delegation d where d.id = (change ->> 'delegation_id')::uuid and d.kind in ('consent', 'resale')) then
    return null;
  end if;
  insert into public.outbox (topic, payload) values ('signals.changed', jsonb_strip_nulls(change));
  return null;
end
$function$;
grant execute on access.signal_change() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.signal_client_knows(client uuid, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.api_client k join public.delegation d on d.partner_id = k.partner_id and d.tenant_id = tenant and d.approved_at is not null
    left join public.consent c on c.id = d.id
    where k.id = client and (d.kind = 'resale' or (d.kind = 'consent' and c.client_id = k.id)))
  or exists (
    select from public.api_client k join public.partner_home h on h.partner_id = k.partner_id and h.tenant_id = tenant and h.accepted_at is not null
    where k.id = client)
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.signal_receiver_works(gateway uuid, client uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when gateway is not null
    then exists (select from public.gateway g where g.id = gateway and g.status = 'active')
    else exists (select from public.api_client k join public.partner p on p.id = k.partner_id where k.id = client and k.status = 'active' and p.status = 'active') end
$function$;
grant execute on access.signal_receiver_works(uuid,uuid) to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.begin_stream_anew()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update signal_health set failing_since = null where stream_id = new.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_authorization_at_address()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'an authorization is for the address that it was given for' using errcode = 'check_violation', constraint = 'signal_stream_authorization_moved';
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_state_of_provider()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user in ('liaison_auth', 'liaison_program') and old.status <> 'enabled' and old.status_set_by is not distinct from 'provider' then
    raise exception 'the provider stopped this stream' using errcode = 'check_violation', constraint = 'signal_stream_held';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  new.status_set_by := case session_user when 'liaison_auth' then 'receiver' when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider'
    when 'liaison_job' then 'clock' else new.status_set_by end;
  return new;
end
$function$;
