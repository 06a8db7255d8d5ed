-- A gateway, or another enforcement point, that may ask for decisions. Only digests of its credentials are kept.
create table public.gateway (
  id uuid not null default uuidv7(),
  name text not null,
  credential_hash bytea not null,
  credential_hint text not null,
  previous_hash bytea,
  previous_ends_at timestamp with time zone,
  ip_allow text[] not null default '{}'::text[],
  is_trusted boolean not null default false,
  status text not null default 'active'::text,
  version integer not null default 1,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  reads_certificates boolean not null default false,
  constraint gateway_check CHECK (((previous_hash IS NULL) = (previous_ends_at IS NULL))),
  constraint gateway_credential_hash_key UNIQUE (credential_hash),
  constraint gateway_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint gateway_name_key UNIQUE (name),
  constraint gateway_pkey PRIMARY KEY (id),
  constraint gateway_previous_hash_key UNIQUE (previous_hash),
  constraint gateway_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text])))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.gateway REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.gateway REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.gateway REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.gateway FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.gateway REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.gateway REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.gateway REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.gateway REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.gateway FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.gateway enable row level security, force row level security;
create policy deciding on public.gateway for select to liaison_authz
  using (true);
create policy provider_side on public.gateway for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.gateway to liaison_authz;
grant insert on public.gateway to liaison_platform;
grant select (id, name, credential_hash, credential_hint, previous_ends_at, ip_allow, is_trusted, status, version, created_by, created_at, updated_at, reads_certificates) on public.gateway to liaison_platform;
grant update (name, credential_hash, credential_hint, previous_hash, previous_ends_at, ip_allow, is_trusted, status, version, reads_certificates) on public.gateway to liaison_platform;

-- Which upstreams a gateway stands before: for another it gets no decision.
create table public.gateway_upstream (
  gateway_id uuid not null,
  upstream_id uuid not null,
  constraint gateway_upstream_gateway_id_fkey FOREIGN KEY (gateway_id) REFERENCES public.gateway(id),
  constraint gateway_upstream_pkey PRIMARY KEY (gateway_id, upstream_id),
  constraint gateway_upstream_upstream_id_fkey FOREIGN KEY (upstream_id) REFERENCES public.protected_upstream(id)
);
CREATE INDEX gateway_upstream_upstream_id_idx ON public.gateway_upstream USING btree (upstream_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.gateway_upstream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.gateway_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.gateway_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.gateway_upstream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('gateway_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.gateway_upstream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('gateway_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.gateway_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('gateway_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.gateway_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('gateway_id');
alter table public.gateway_upstream enable row level security, force row level security;
create policy deciding on public.gateway_upstream for select to liaison_authz
  using (true);
create policy provider_side on public.gateway_upstream for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.gateway_upstream to liaison_authz;
grant delete, insert, select on public.gateway_upstream to liaison_platform;

-- What may be called at an upstream, and which permission each call needs. A method and path that match no row are denied; HEAD and OPTIONS match rows of their own.
create table public.protected_route (
  upstream_id uuid not null,
  method text not null,
  path_template text not null,
  permission text not null,
  constraint protected_route_method_check CHECK ((method ~ '^[A-Z]{3,10}$'::text)),
  constraint protected_route_path_template_check CHECK ((char_length(path_template) <= 300)),
  constraint protected_route_permission_check CHECK ((permission ~~ 'api.%'::text)),
  constraint protected_route_permission_fkey FOREIGN KEY (permission) REFERENCES public.permission(name),
  constraint protected_route_pkey PRIMARY KEY (upstream_id, method, path_template),
  constraint protected_route_upstream_id_fkey FOREIGN KEY (upstream_id) REFERENCES public.protected_upstream(id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.protected_route REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.protected_route REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.protected_route REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.protected_route REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('upstream_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.protected_route REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('upstream_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.protected_route REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('upstream_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.protected_route REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('upstream_id');
alter table public.protected_route enable row level security, force row level security;
create policy deciding on public.protected_route for select to liaison_authz
  using (true);
create policy provider_side on public.protected_route for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.protected_route to liaison_authz;
grant delete, insert, select on public.protected_route to liaison_platform;

-- An API behind gateways. Callers address it at its origin; the contexts that are signed for it name its audience.
create table public.protected_upstream (
  id uuid not null default uuidv7(),
  name text not null,
  audience text not null,
  origin text not null,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint protected_upstream_audience_check CHECK (((char_length(audience) >= 1) AND (char_length(audience) <= 200))),
  constraint protected_upstream_audience_key UNIQUE (audience),
  constraint protected_upstream_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint protected_upstream_name_key UNIQUE (name),
  constraint protected_upstream_origin_check CHECK ((origin ~ '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$'::text)),
  constraint protected_upstream_origin_key UNIQUE (origin),
  constraint protected_upstream_pkey PRIMARY KEY (id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.protected_upstream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.protected_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.protected_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.protected_upstream FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.protected_upstream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.protected_upstream REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.protected_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.protected_upstream REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
alter table public.protected_upstream enable row level security, force row level security;
create policy deciding on public.protected_upstream for select to liaison_authz
  using (true);
create policy provider_side on public.protected_upstream for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.protected_upstream to liaison_authz;
grant insert, select on public.protected_upstream to liaison_platform;
grant update (audience, origin, version) on public.protected_upstream to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.accounts_of_client(client uuid, after_account uuid, after_delegation uuid, most integer)
 RETURNS TABLE(tenant_id uuid, account_id uuid, ban text, delegation_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select found.tenant_id, found.account_id, found.ban, found.delegation_id
  from (
    select a.tenant_id, a.id as account_id, a.ban, null::uuid as delegation_id
    from public.api_client k left join public.partner p on p.id = k.partner_id
    join public.billing_account a on a.tenant_id = coalesce(k.tenant_id, p.home_tenant_id)
    where k.id = client
    union all
    select a.tenant_id, a.id, a.ban, d.id
    from public.api_client k
    join public.delegation d on d.partner_id = k.partner_id and d.kind in ('consent', 'resale') and d.status = 'active'
    join public.delegation_account da on da.delegation_id = d.id
    join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id
    where k.id = client and (d.kind = 'resale' or exists (select from public.consent c where c.id = d.id and c.client_id = k.id))
  ) found
  where after_account is null
    or (found.account_id, coalesce(found.delegation_id, '00000000-0000-0000-0000-000000000000')) > (after_account, coalesce(after_delegation, '00000000-0000-0000-0000-000000000000'))
  order by found.account_id, found.delegation_id nulls first
  limit most
$function$;
grant execute on access.accounts_of_client(uuid,uuid,uuid,integer) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.call_that_holds(ticket text, question jsonb, of_request jsonb, of_gateway jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  body jsonb := substr(ticket, 65);
  of_client jsonb := body -> 'kept';
  secret bytea;
begin
  select k.key into secret
  from access.context_key k
  where clock_timestamp() < (of_client ->> 'until')::timestamptz
    and clock_timestamp() < (of_gateway ->> 'until')::timestamptz
    and of_gateway ->> 'era' = of_client ->> 'era'
    and exists (select from access.stamp_era e where e.id = (of_client ->> 'era')::uuid)
    and not exists (
      select from access.stamp s
      where s.key = any ((of_client ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin((of_client ->> 'snapshot')::pg_snapshot) and not pg_visible_in_snapshot(s.xid, (of_client ->> 'snapshot')::pg_snapshot))
    and not exists (
      select from access.stamp s
      where s.key = any ((of_gateway ->> 'keys')::uuid[]) and s.xid >= pg_snapshot_xmin((of_gateway ->> 'snapshot')::pg_snapshot) and not pg_visible_in_snapshot(s.xid, (of_gateway ->> 'snapshot')::pg_snapshot));
  -- Only enter_client signs these, and the code of a context or of a person's ticket is no code of one.
  if secret is null or body -> 'question' is distinct from question or of_request - access.request_fields() <> '{}'
    or encode(sha256(secret || sha256(secret || convert_to('call ' || substr(ticket, 65), 'UTF8'))), 'hex') <> left(ticket, 64) then
    return null;
  end if;
  return of_request || (body - '{question,kept}'::text[]);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.clients_of_account(wanted_tenant uuid, wanted_ban text, after_client uuid, after_delegation uuid, most integer)
 RETURNS TABLE(client_id uuid, delegation_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select found.client_id, found.delegation_id
  from (
    select k.id as client_id, null::uuid as delegation_id
    from public.api_client k left join public.partner p on p.id = k.partner_id
    where coalesce(k.tenant_id, p.home_tenant_id) = wanted_tenant
    union all
    select k.id, d.id
    from public.billing_account a
    join public.delegation_account da on da.tenant_id = a.tenant_id and da.account_id = a.id
    join public.delegation d on d.id = da.delegation_id and d.kind in ('consent', 'resale') and d.status = 'active'
    join public.api_client k on k.partner_id = d.partner_id
    where a.tenant_id = wanted_tenant and a.ban = wanted_ban
      and (d.kind = 'resale' or exists (select from public.consent c where c.id = d.id and c.client_id = k.id))
  ) found
  where after_client is null
    or (found.client_id, coalesce(found.delegation_id, '00000000-0000-0000-0000-000000000000')) > (after_client, coalesce(after_delegation, '00000000-0000-0000-0000-000000000000'))
  order by found.client_id, found.delegation_id nulls first
  limit most
$function$;
grant execute on access.clients_of_account(uuid,text,uuid,uuid,integer) to liaison_auth;

-- Null for a credential that is unknown, replaced or disabled. An empty origin stands for the only upstream of the gateway, if there is one only.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_gateway(credential bytea, wanted_origin text, wanted_method text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  asking public.gateway;
  upstream public.protected_upstream;
  previous_until timestamptz;
begin
  select * into asking from public.gateway g where g.credential_hash = credential and g.status = 'active';
  if not found then
    select * into asking from public.gateway g where g.previous_hash = credential and g.status = 'active' and g.previous_ends_at > statement_timestamp();
    if not found then
      return null;
    end if;
    previous_until := asking.previous_ends_at;
  end if;
  if wanted_origin = '' then
    select u.* into upstream from public.gateway_upstream gu join public.protected_upstream u on u.id = gu.upstream_id
    where gu.gateway_id = asking.id and (select count(*) from public.gateway_upstream only_one where only_one.gateway_id = asking.id) = 1;
  else
    select u.* into upstream from public.protected_upstream u join public.gateway_upstream gu on gu.upstream_id = u.id and gu.gateway_id = asking.id
    where u.origin = wanted_origin;
  end if;
  return jsonb_build_object('id', asking.id, 'name', asking.name, 'ip_allow', asking.ip_allow, 'is_trusted', asking.is_trusted,
    'reads_certificates', asking.reads_certificates,
    'upstream', case when upstream.id is not null then jsonb_build_object('name', upstream.name, 'audience', upstream.audience, 'origin', upstream.origin,
      'routes', coalesce((select jsonb_agg(jsonb_build_object('template', r.path_template, 'permission', r.permission)) from public.protected_route r
        where r.upstream_id = upstream.id and r.method = wanted_method), '[]')) end,
    'kept', (select jsonb_build_object('era', e.id, 'snapshot', pg_current_snapshot(), 'until', least(statement_timestamp() + interval '1 minute', previous_until), 'keys', array[asking.id, upstream.id]::text)
      from access.stamp_era e where upstream.id is not null));
end
$function$;
grant execute on access.enter_gateway(bytea,text,text) to liaison_auth;

-- Null for a credential that is unknown, replaced or disabled.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_resource_server(credential bytea)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('id', g.id, 'name', g.name, 'ip_allow', g.ip_allow,
    'permissions', coalesce((
      select jsonb_agg(distinct r.permission) from public.gateway_upstream gu join public.protected_route r on r.upstream_id = gu.upstream_id
      where gu.gateway_id = g.id), '[]'))
  from public.gateway g
  where g.status = 'active' and (g.credential_hash = credential or (g.previous_hash = credential and g.previous_ends_at > statement_timestamp()))
$function$;
grant execute on access.enter_resource_server(bytea) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION audit.record_calls(admitted boolean[], needs integer[], tickets text[], questions jsonb[], requests jsonb[], gateways jsonb[], events jsonb[])
 RETURNS boolean[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  held boolean[] := '{}';
  context jsonb;
  recorded uuid;
begin
  for i in 1 .. cardinality(tickets) loop
    context := case when needs[i] = 0 or admitted[needs[i]] then access.call_that_holds(tickets[i], questions[i], requests[i], gateways[i]) end;
    if context is not null then
      recorded := audit.count_read(context, events[i]);
    end if;
    held := held || (context is not null);
  end loop;
  return held;
end
$function$;
grant execute on audit.record_calls(boolean[],integer[],text[],jsonb[],jsonb[],jsonb[],jsonb[]) to liaison_guard;
