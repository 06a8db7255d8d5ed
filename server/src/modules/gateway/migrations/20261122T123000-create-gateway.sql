set role liaison_owner;

create table gateway (
  id uuid primary key default uuidv7(),
  name text not null unique check (char_length(name) between 1 and 100),
  credential_hash bytea not null unique,
  credential_hint text not null,
  previous_hash bytea unique,
  previous_ends_at timestamptz,
  ip_allow text[] not null default '{}',
  is_trusted boolean not null default false,
  status text not null default 'active' check (status in ('active', 'disabled')),
  version integer not null default 1,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((previous_hash is null) = (previous_ends_at is null))
);
comment on table gateway is 'A gateway, or another enforcement point, that may ask for decisions. Only digests of its credentials are kept.';
comment on column gateway.previous_hash is 'The credential before the last rotation; it still counts until previous_ends_at, so that a rotation interrupts nothing.';
comment on column gateway.ip_allow is 'The addresses that it may call from; empty for any.';
comment on column gateway.is_trusted is 'Whether it may ask about a client without passing that client''s token, and search.';
call private.protect('gateway');
create trigger set_updated_at before update on gateway for each row execute function private.set_updated_at();
call private.audit_changes('gateway', false);

create table protected_upstream (
  id uuid primary key default uuidv7(),
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  audience text not null unique check (char_length(audience) between 1 and 200),
  origin text not null unique check (origin ~ '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$'),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table protected_upstream is 'An API behind gateways. Callers address it at its origin; the contexts that are signed for it name its audience.';
call private.protect('protected_upstream');
create trigger set_updated_at before update on protected_upstream for each row execute function private.set_updated_at();
call private.audit_changes('protected_upstream', false);

create table protected_route (
  upstream_id uuid not null references protected_upstream (id),
  method text not null check (method ~ '^[A-Z]{3,10}$'),
  path_template text not null check (char_length(path_template) <= 300),
  permission text not null references permission (name) check (permission like 'api.%'),
  primary key (upstream_id, method, path_template)
);
comment on table protected_route is 'What may be called at an upstream, and which permission each call needs. A method and path that match no row are denied; HEAD and OPTIONS match rows of their own.';
call private.protect('protected_route');
call private.audit_changes('protected_route', false);

create table gateway_upstream (
  gateway_id uuid not null references gateway (id),
  upstream_id uuid not null references protected_upstream (id),
  primary key (gateway_id, upstream_id)
);
comment on table gateway_upstream is 'Which upstreams a gateway stands before: for another it gets no decision.';
create index on gateway_upstream (upstream_id);
call private.protect('gateway_upstream');
call private.audit_changes('gateway_upstream', false);

create policy provider_side on gateway to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy provider_side on protected_upstream to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy provider_side on protected_route to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy provider_side on gateway_upstream to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select (id, name, credential_hint, previous_ends_at, ip_allow, is_trusted, status, version, created_by, created_at, updated_at), insert,
  update (name, credential_hash, credential_hint, previous_hash, previous_ends_at, ip_allow, is_trusted, status, version) on gateway to liaison_platform;
-- A rotation moves the digest aside; nobody reads it.
grant select (credential_hash) on gateway to liaison_platform;
grant select, insert, update (audience, origin, version) on protected_upstream to liaison_platform;
grant select, insert, delete on protected_route, gateway_upstream to liaison_platform;

reset role;
set role liaison_authz;

-- The gateway that a credential belongs to, and what is registered for one method of the upstream at an origin. Looked up for every decision,
-- so that whoever is disabled, or a route that is taken away, is so at the next request.
create function access.enter_gateway(credential bytea, wanted_origin text, wanted_method text) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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
    'upstream', case when upstream.id is not null then jsonb_build_object('name', upstream.name, 'audience', upstream.audience, 'origin', upstream.origin,
      'routes', coalesce((select jsonb_agg(jsonb_build_object('template', r.path_template, 'permission', r.permission)) from public.protected_route r
        where r.upstream_id = upstream.id and r.method = wanted_method), '[]')) end,
    'kept', (select jsonb_build_object('era', e.id, 'snapshot', pg_current_snapshot(), 'until', least(statement_timestamp() + interval '1 minute', previous_until), 'keys', array[asking.id, upstream.id]::text)
      from access.stamp_era e where upstream.id is not null));
end
$$;
comment on function access.enter_gateway(bytea, text, text) is 'Null for a credential that is unknown, replaced or disabled. An empty origin stands for the only upstream of the gateway, if there is one only.';

-- What could be asked about of one client, or about one account: for searches of trusted enforcement points. Each is then decided like a call.
create function access.accounts_of_client(client uuid, after_account uuid, after_delegation uuid, most integer) returns table (tenant_id uuid, account_id uuid, ban text, delegation_id uuid)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
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
$$;

create function access.clients_of_account(wanted_tenant uuid, wanted_ban text, after_client uuid, after_delegation uuid, most integer) returns table (client_id uuid, delegation_id uuid)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
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
$$;

grant execute on function access.enter_gateway(bytea, text, text), access.accounts_of_client(uuid, uuid, uuid, integer), access.clients_of_account(uuid, text, uuid, uuid, integer) to liaison_auth;

reset role;
