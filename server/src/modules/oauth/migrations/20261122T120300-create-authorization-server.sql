set role liaison_owner;

create table oauth_artifact (
  model text not null,
  id_hash bytea not null,
  grant_hash bytea,
  client_id uuid,
  payload jsonb not null,
  expires_at timestamptz not null,
  consumed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (model, id_hash)
);
comment on table oauth_artifact is 'What the authorization server keeps between requests: codes, refresh tokens, pushed requests, interactions, grants. The ids are secrets, so only their digests are here.';
create index on oauth_artifact (grant_hash) where grant_hash is not null;
create index on oauth_artifact (expires_at);
call private.protect('oauth_artifact');

create unlogged table oauth_replay (
  key_hash bytea primary key,
  ends_at timestamptz not null
);
comment on table oauth_replay is 'Client assertions and proofs of possession that were used: an insert is the check. Unlogged: each is good for minutes only, and after a crash none made before it is younger than that.';
create index on oauth_replay (ends_at);
call private.protect('oauth_replay');

create table oauth_grant (
  grant_hash bytea primary key,
  client_id uuid not null references api_client (id),
  delegation_id uuid not null,
  proof_key text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  end_reason text
);
comment on table oauth_grant is 'An OAuth grant: the tokens that one authorization led to, and the delegation that they stand on. Its end ends the tokens, never the delegation.';
comment on column oauth_grant.proof_key is 'The thumbprint of the key that the last token was bound to; another one is allowed, and told.';
create index on oauth_grant (delegation_id);
create index on oauth_grant (client_id);
call private.protect('oauth_grant');

create table issued_token (
  jti_hash bytea primary key,
  grant_hash bytea references oauth_grant (grant_hash),
  client_id uuid not null references api_client (id),
  ends_at timestamptz not null
);
comment on table issued_token is 'The access tokens that still run, so that the end of a grant reaches those that were issued under it.';
create index on issued_token (grant_hash);
create index on issued_token (ends_at);
call private.protect('issued_token');

create table signing_key (
  id uuid primary key default uuidv7(),
  kid text not null unique,
  state text not null default 'next' check (state in ('next', 'active', 'retired')),
  public_jwk jsonb not null,
  private_key bytea not null,
  created_at timestamptz not null default now(),
  activated_at timestamptz,
  retired_at timestamptz,
  check ((state = 'next') = (activated_at is null) and (state = 'retired') = (retired_at is not null))
);
comment on table signing_key is 'The keys that sign access tokens. The next one is published before it signs, a retired one for as long as tokens that it signed run.';
comment on column signing_key.private_key is 'Encrypted with the data key: the private half; additional data binds it to the row.';
create unique index signing_key_one_active on signing_key (state) where state = 'active';
create unique index signing_key_one_next on signing_key (state) where state = 'next';
call private.protect('signing_key');
call private.audit_changes('signing_key', false);

create policy authorization_server on oauth_artifact to liaison_auth using (true) with check (true);
create policy authorization_server on oauth_replay to liaison_auth using (true) with check (true);
create policy authorization_server on oauth_grant to liaison_auth using (true) with check (true);
create policy authorization_server on issued_token to liaison_auth using (true) with check (true);
create policy authorization_server on signing_key to liaison_auth using (true) with check (true);
create policy provider_side on signing_key to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert, update, delete on oauth_artifact, oauth_replay, issued_token to liaison_auth;
grant select, insert, update on oauth_grant to liaison_auth;
-- The private half is of no use to the platform plane, which makes and retires keys; it opens with the key of the installation only.
grant select, insert on signing_key to liaison_auth;
grant select (id, kid, state, public_jwk, created_at, activated_at, retired_at), insert (kid, state, public_jwk, private_key, activated_at), update (state, activated_at, retired_at) on signing_key to liaison_platform;

create policy sweeping on oauth_artifact to liaison_job using (true);
create policy sweeping on oauth_replay to liaison_job using (true);
create policy sweeping on issued_token to liaison_job using (true);
create policy sweeping on revoked_token to liaison_job using (true);
grant select, delete on oauth_artifact, oauth_replay, issued_token, revoked_token to liaison_job;

reset role;
set role liaison_authz;

-- The door of the authorization server's own work: the API client that asks, or nobody who is known yet.
create function access.enter_authorization_server(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found_client public.api_client;
  owner public.partner;
  organisation public.tenant;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  select * into found_client from public.api_client k where k.id = (request ->> 'client_id')::uuid;
  select * into owner from public.partner p where p.id = found_client.partner_id;
  select * into organisation from public.tenant t where t.id = found_client.tenant_id;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'auth',
    'actor_type', case when found_client.id is not null then 'client' when request ->> 'source' = 'job' then 'system' else 'stranger' end,
    'actor_id', found_client.id, 'actor_name', coalesce(found_client.name, request ->> 'actor_name'),
    'partner_id', owner.id, 'partner_name', owner.name, 'tenant_id', organisation.id, 'tenant_name', organisation.name,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', coalesce(request ->> 'source', 'api'))));
  return jsonb_build_object('now', statement_timestamp());
end
$$;

-- What a consent or a resale of this client's owner opens, as it was agreed: the accounts in the order in which they were chosen.
create function access.delegation_terms(client uuid, wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('id', d.id, 'kind', d.kind, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'epoch', d.epoch, 'ends_at', d.ends_at,
    'bans', coalesce((
      select jsonb_agg(b.ban order by a.position, b.ban) from public.delegation_account a
      join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
      where a.delegation_id = d.id), '[]'),
    'scopes', coalesce(to_jsonb(c.scopes), to_jsonb(r.scopes)), 'actions', coalesce(to_jsonb(c.actions), to_jsonb(r.actions)),
    'approved_by', d.approved_by, 'agreement_reference', r.agreement_reference)
  from public.delegation d
  join public.api_client k on k.id = client and k.partner_id = d.partner_id
  join public.tenant t on t.id = d.tenant_id
  left join public.consent c on c.id = d.id and c.client_id = client
  left join public.resale r on r.id = d.id
  where d.id = wanted and (c.id is not null or r.id is not null)
$$;

-- The resale in force under which a client may act for one billing account of an end customer; null when there is none, for whatever reason.
create function access.resale_for(client uuid, wanted_tenant uuid, wanted_ban text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select d.id
  from access.delegation_in_force d
  join public.api_client k on k.id = client and k.partner_id = d.partner_id
  join public.delegation_account a on a.delegation_id = d.id
  join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
  where d.kind = 'resale' and b.ban = wanted_ban and (wanted_tenant is null or d.tenant_id = wanted_tenant)
  order by d.approved_at desc
  limit 1
$$;

-- The billing accounts of the organisation that a client belongs to.
create function access.own_accounts(client uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('tenant_id', t.id, 'tenant_name', t.name,
    'bans', coalesce((select jsonb_agg(b.ban order by b.ban) from public.billing_account b where b.tenant_id = t.id), '[]'))
  from public.api_client k
  left join public.partner p on p.id = k.partner_id
  join public.tenant t on t.id = coalesce(k.tenant_id, p.home_tenant_id)
  where k.id = client
$$;

grant execute on function access.enter_authorization_server(jsonb), access.delegation_terms(uuid, uuid), access.resale_for(uuid, uuid, text), access.own_accounts(uuid) to liaison_auth;

reset role;
set role liaison_owner;

-- The end of a grant, in one step: the row lock makes it wait for a token that is being issued and then find it.
create function private.end_oauth_grant() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into revoked_token (jti_hash, client_id, ends_at)
  select t.jti_hash, t.client_id, t.ends_at from issued_token t where t.grant_hash = new.grant_hash and t.ends_at > statement_timestamp()
  on conflict do nothing;
  delete from oauth_artifact a where a.grant_hash = new.grant_hash or (a.model = 'Grant' and a.id_hash = new.grant_hash);
  return null;
end
$$;
create policy ending on issued_token for select to liaison_owner using (true);
create policy ending on revoked_token for insert to liaison_owner with check (true);
create policy ending on oauth_artifact to liaison_owner using (true);
create trigger end_tokens after update of ended_at on oauth_grant for each row when (old.ended_at is null and new.ended_at is not null) execute function private.end_oauth_grant();

-- A token that is issued in the moment in which its grant ends is born revoked.
create function private.bury_late_token() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform from oauth_grant g where g.grant_hash = new.grant_hash and g.ended_at is null for share;
  if not found then
    insert into revoked_token (jti_hash, client_id, ends_at) values (new.jti_hash, new.client_id, new.ends_at) on conflict do nothing;
  end if;
  return null;
end
$$;
create policy issuing on oauth_grant to liaison_owner using (true);
create trigger bury_late after insert on issued_token for each row when (new.grant_hash is not null) execute function private.bury_late_token();

reset role;
