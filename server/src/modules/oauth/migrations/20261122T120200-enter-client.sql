set role liaison_authz;

-- The tenant whose rows an API client may touch under the context of this transaction, as things are at this statement: the client and
-- its owner active, and either its own organisation, or a consent or resale in force whose epoch is the one that the token names.
create function access.reach_by_token(context jsonb, relation_name text, operation_name text) returns setof uuid
  language plpgsql stable security definer rows 1
  set search_path = pg_catalog
  as $$
declare
  required bit(256);
  route_bit integer := (context ->> 'permission_bit')::integer;
begin
  select need.mask into required from public.relation_permission need
  where need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation';
  if required is null then
    return;
  end if;
  if context ->> 'plane' = 'tenant' then
    return query
      select t.id
      from public.api_client k
      join public.tenant t on t.id = (context ->> 'tenant_id')::uuid and t.status <> 'closed'
      left join public.partner p on p.id = k.partner_id
      where k.id = (context ->> 'client_id')::uuid and k.status = 'active' and access.opens_api(k.partner_id, k.environment)
        and (k.tenant_id = t.id or (p.status = 'active' and p.home_tenant_id = t.id))
        and (k.mask & required) <> 0::bit(256)
        and (route_bit is null or get_bit(k.mask, route_bit) = 1);
  elsif context ->> 'plane' = 'delegation' then
    return query
      select d.tenant_id
      from access.delegation_in_force d
      join public.api_client k on k.id = (context ->> 'client_id')::uuid and k.status = 'active' and k.partner_id = d.partner_id
      where d.id = (context ->> 'delegation_id')::uuid
        and d.tenant_id = (context ->> 'tenant_id')::uuid
        and access.opens_api(d.partner_id, k.environment)
        and d.epoch = (context ->> 'delegation_epoch')::integer
        and (d.kind = 'resale' or (d.kind = 'consent' and exists (select from public.consent c where c.id = d.id and c.client_id = k.id)))
        and exists (select from public.delegation_account a where a.delegation_id = d.id and a.account_id = (context ->> 'account_id')::uuid)
        and (d.mask & k.mask & required) <> 0::bit(256)
        and (route_bit is null or get_bit(d.mask & k.mask, route_bit) = 1);
  end if;
end
$$;
comment on function access.reach_by_token(jsonb, text, text) is 'The part of access.reach that concerns API clients.';

-- Who pays, now, for what belongs to a billing account; null when nobody was said to, or when one of the accounts is closed.
create function access.billing_of(tenant uuid, account uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
  select jsonb_build_object('relationship_id', r.id, 'kind', r.kind, 'payer_tenant_id', r.payer_tenant_id, 'payer_name', t.name, 'payer_account_id', r.payer_account_id, 'payer_ban', a.ban,
    'seller_partner_id', r.seller_partner_id)
  from public.commercial_relationship r
  join public.tenant t on t.id = r.payer_tenant_id
  join public.billing_account a on a.tenant_id = r.payer_tenant_id and a.id = r.payer_account_id and a.status = 'active'
  join public.billing_account own on own.tenant_id = r.tenant_id and own.id = r.account_id and own.status = 'active'
  where r.tenant_id = tenant and r.account_id = account and r.status = 'active'
    and r.starts_at <= statement_timestamp() and (r.ends_at is null or r.ends_at > statement_timestamp())
$$;

-- What the kernel must know of an API client and of what its token names. Depends on the arguments and the rows alone.
create function access.client_facts(client uuid, wanted_tenant uuid, wanted_ban text, wanted_delegation uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  found_client public.api_client;
  owner public.partner;
  customer public.tenant;
  account public.billing_account;
  given public.delegation;
begin
  select * into found_client from public.api_client k where k.id = client;
  if not found then
    return jsonb_build_object('client', null);
  end if;
  select * into owner from public.partner p where p.id = found_client.partner_id;
  select * into customer from public.tenant t where t.id = wanted_tenant;
  select * into account from public.billing_account a where a.tenant_id = wanted_tenant and a.ban = wanted_ban;
  if wanted_delegation is not null then
    select * into given from public.delegation d where d.id = wanted_delegation and d.tenant_id = wanted_tenant and d.partner_id = found_client.partner_id and d.kind in ('consent', 'resale')
      and (d.kind = 'resale' or exists (select from public.consent c where c.id = d.id and c.client_id = client));
  end if;
  return jsonb_build_object(
    'client', jsonb_build_object('id', found_client.id, 'name', found_client.name, 'status', found_client.status, 'ip_allow', found_client.ip_allow, 'environment', found_client.environment,
      'mask', found_client.mask::text, 'owner_tenant_id', coalesce(found_client.tenant_id, owner.home_tenant_id)),
    'partner', case when owner.id is not null then jsonb_build_object('id', owner.id, 'name', owner.name, 'status', owner.status, 'kinds', owner.kinds, 'opens_api', access.opens_api(owner.id, found_client.environment)) end,
    'tenant', case when customer.id is not null then jsonb_build_object('id', customer.id, 'name', customer.name, 'status', customer.status, 'is_sandbox', customer.is_sandbox) end,
    'account', case when account.id is not null then jsonb_build_object('id', account.id, 'ban', account.ban, 'status', account.status) end,
    'delegation', case when given.id is not null then jsonb_build_object('id', given.id, 'kind', given.kind, 'status', given.status, 'starts_at', given.starts_at, 'ends_at', given.ends_at,
      'epoch', given.epoch, 'mask', given.mask::text, 'conditions', given.conditions,
      'tenant_conditions', coalesce((select tp.conditions from public.tenant_partner_policy tp where tp.tenant_id = wanted_tenant), '{}'),
      'opens_account', exists (select from public.delegation_account da where da.delegation_id = given.id and da.account_id = account.id)) end,
    'freezes', coalesce((
      select jsonb_agg(f.scope) from public.access_freeze f
      where f.lifted_at is null and f.scope <> 'person'
        and (f.partner_id is null or f.partner_id = found_client.partner_id)
        and (f.tenant_id is null or f.tenant_id = wanted_tenant)
        and (f.delegation_id is null or f.delegation_id = given.id)), '[]'),
    'billing', case when account.id is not null then access.billing_of(wanted_tenant, account.id) end);
end
$$;

-- A member of the partner that owns the client, whom a token names or is to name; null for anybody else.
create function access.acting_member(client uuid, wanted uuid, wanted_tenant uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('id', m.id, 'person_id', p.id, 'name', p.name,
    'is_active', m.status = 'active' and p.status = 'active'
      and not exists (select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = p.id
        and (f.partner_id is null or f.partner_id = m.partner_id) and (f.tenant_id is null or f.tenant_id = wanted_tenant)))
  from public.api_client k
  join public.partner_member m on m.partner_id = k.partner_id
  join public.person p on p.id = m.person_id
  where k.id = client and m.id = wanted
$$;
grant execute on function access.acting_member(uuid, uuid, uuid) to liaison_auth;

-- What of a request differs from call to call and decides nothing in the database.
create function access.request_fields() returns text[]
  language sql immutable
  as $$ select '{request_id,trace_id,method,route,ip,user_agent,source}'::text[] $$;

-- What is kept of a decision about a client's reads: see access.key_if_it_holds. Its keys are all that the facts were read from: the client, its
-- owner, the customer, the account, the delegation, the person who acts, who pays, and one for what concerns everybody. Null where there is
-- nothing that an allowance could stand on.
create function access.keep_call(facts jsonb, seen pg_snapshot) returns jsonb
  language plpgsql volatile
  as $$
declare
  at timestamptz := statement_timestamp();
  era uuid := (select e.id from access.stamp_era e limit 1);
  customer uuid := facts -> 'tenant' ->> 'id';
  account uuid := facts -> 'account' ->> 'id';
  until timestamptz;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  if customer is null or account is null or (facts ->> 'token_revoked')::boolean then
    return null;
  end if;
  select min(ahead.moment) into until
  from (
    select at + interval '1 minute' as moment
    union all
    select unnest(array[facts -> 'delegation' ->> 'starts_at', facts -> 'delegation' ->> 'ends_at'])::timestamptz
    union all
    select unnest(array[r.starts_at, r.ends_at]) from public.commercial_relationship r where r.tenant_id = customer and r.account_id = account
  ) ahead
  where ahead.moment > at;
  return jsonb_build_object('era', era, 'snapshot', seen, 'until', until,
    'keys', array_remove(array[facts -> 'client' ->> 'id', facts -> 'partner' ->> 'id', customer::text, account::text, facts -> 'delegation' ->> 'id', facts -> 'member' ->> 'person_id',
      facts -> 'billing' ->> 'payer_tenant_id', facts -> 'billing' ->> 'payer_account_id', '00000000-0000-0000-0000-000000000000'], null)::text);
end
$$;

-- The door of a verified access token into a transaction. The token says who it claims to be; everything it names is looked up now.
-- The login decides the plane: a token for the client's own organisation comes through the tenant's login, a delegated one through the delegate's.
create function access.enter_client(request jsonb) returns jsonb
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
  facts := facts || jsonb_build_object('now', statement_timestamp(), 'plane', plane, 'member', member,
    'token_revoked', exists (select from public.revoked_token r where r.jti_hash = sha256(convert_to(request ->> 'token_id', 'UTF8')) and r.ends_at > statement_timestamp()));
  context := jsonb_strip_nulls(jsonb_build_object('plane', plane, 'actor_type', 'client', 'actor_id', client, 'actor_name', concat_ws(', through ', member ->> 'name', facts -> 'client' ->> 'name'), 'member_id', member ->> 'id', 'client_id', client,
    'partner_id', facts -> 'partner' ->> 'id', 'partner_name', facts -> 'partner' ->> 'name',
    'tenant_id', wanted_tenant, 'tenant_name', facts -> 'tenant' ->> 'name',
    -- An account that does not exist must not turn into "no account named".
    'account_id', coalesce(facts -> 'account' ->> 'id', '00000000-0000-0000-0000-000000000000'),
    'delegation_id', facts -> 'delegation' ->> 'id', 'delegation_epoch', (request ->> 'delegation_ver')::integer, 'role', case plane when 'tenant' then 'own' else facts -> 'delegation' ->> 'kind' end,
    'permission', request ->> 'permission', 'permission_bit', (select p.bit from public.permission p where p.name = request ->> 'permission')));
  -- A transaction that has written could not tell its own later changes from what it saw.
  if (request ->> 'keeps')::boolean and (request ->> 'writes')::boolean is false and pg_current_xact_id_if_assigned() is null then
    kept := access.keep_call(facts, seen);
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

grant execute on function access.enter_client(jsonb) to liaison_delegate, liaison_tenant;
-- The authorization server issues from the same facts as those that a call is decided on.
grant execute on function access.client_facts(uuid, uuid, text, uuid) to liaison_auth;

reset role;
