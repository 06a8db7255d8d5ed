set role liaison_owner;

alter table tenant add column is_sandbox boolean not null default false;
comment on column tenant.is_sandbox is 'A tenant without real customers, in which API clients are tried out before they go live.';

create table api_client (
  id uuid primary key default uuidv7(),
  partner_id uuid references partner (id),
  tenant_id uuid references tenant (id),
  name text not null check (char_length(name) between 1 and 100),
  description text check (char_length(description) <= 500),
  environment text not null default 'sandbox' check (environment in ('sandbox', 'live')),
  live_requested_at timestamptz,
  status text not null default 'active' check (status in ('active', 'suspended', 'revoked')),
  status_reason text,
  status_changed_at timestamptz not null default now(),
  status_changed_by_side text check (status_changed_by_side in ('partner', 'tenant', 'provider')),
  redirect_uris text[] not null default '{}',
  scopes text[] not null,
  mask bit(256) not null,
  jwks jsonb not null,
  ip_allow text[] not null default '{}',
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(partner_id, tenant_id) = 1),
  unique (partner_id, id),
  unique (tenant_id, id)
);
comment on table api_client is 'An OAuth client owned by a partner or a tenant. It authenticates with a key of its own; the server keeps the public half only.';
comment on column api_client.mask is 'The permissions of the registered scopes: nothing the client ever gets reaches beyond.';
comment on column api_client.jwks is 'Public keys (RFC 7517); a private or symmetric key is refused.';
create index on api_client (tenant_id);
call private.protect('api_client');
create trigger set_updated_at before update on api_client for each row execute function private.set_updated_at();
call private.audit_changes('api_client', false);

create table api_client_use (
  client_id uuid primary key references api_client (id),
  first_token_at timestamptz,
  first_call_at timestamptz,
  last_used_at timestamptz
);
comment on table api_client_use is 'When a client first and last did something: no part of its settings, so that use writes no event.';
call private.protect('api_client_use');

create table revoked_token (
  jti_hash bytea primary key,
  client_id uuid not null references api_client (id),
  ends_at timestamptz not null,
  revoked_at timestamptz not null default now()
);
comment on table revoked_token is 'Access tokens that were revoked before their end (RFC 7009); a row is needed until the token would have ended anyway.';
create index on revoked_token (ends_at);
call private.protect('revoked_token');

create policy partner_side on api_client to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy own_clients on api_client to liaison_tenant using (tenant_id in (select access.reach('api_client', 'select'))) with check (tenant_id in (select access.reach('api_client', 'update')));
create policy provider_side on api_client to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy authorization_server on api_client for select to liaison_auth using (true);
grant select on api_client to liaison_auth, liaison_platform, liaison_program, liaison_tenant;
grant insert (partner_id, name, description, environment, redirect_uris, scopes, mask, jwks, ip_allow, created_by, created_by_name) on api_client to liaison_program;
grant insert (tenant_id, name, description, environment, redirect_uris, scopes, mask, jwks, ip_allow, created_by, created_by_name) on api_client to liaison_tenant;
grant update (name, description, status, status_reason, status_changed_at, status_changed_by_side, redirect_uris, scopes, mask, jwks, ip_allow, live_requested_at, version) on api_client to liaison_program, liaison_tenant;
grant update (status, status_reason, status_changed_at, status_changed_by_side, version, environment) on api_client to liaison_platform;

create policy partner_side on api_client_use for select to liaison_program using (exists (select from api_client c where c.id = client_id));
create policy own_clients on api_client_use for select to liaison_tenant using (exists (select from api_client c where c.id = client_id));
create policy provider_side on api_client_use for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy authorization_server on api_client_use to liaison_auth using (true) with check (true);
grant select on api_client_use to liaison_program, liaison_tenant, liaison_platform;
grant select, insert, update on api_client_use to liaison_auth;

create policy authorization_server on revoked_token to liaison_auth using (true) with check (true);
grant select, insert, delete on revoked_token to liaison_auth;

-- A client that is stopped is stopped for the writes that are under way, too.
create function private.stop_client_writes() returns trigger
  language plpgsql
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('client', new.id));
  return new;
end
$$;
create trigger stop_writes before update of status, scopes, mask, ip_allow on api_client for each row execute function private.stop_client_writes();

reset role;
