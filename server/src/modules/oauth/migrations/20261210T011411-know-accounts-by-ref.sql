set role liaison_authz;

-- As before, for a token that names its account by the partner's reference, too.
create or replace function access.enter_client(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
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
  counts_until := access.token_counts_until(client, request ->> 'token_id');
  if counts_until is null and request ->> 'gateway_credential' is not null then
    is_asked := access.is_trusted_gateway(decode(request ->> 'gateway_credential', 'hex'));
  end if;
  if counts_until is null and not is_asked and not exists (
    select from public.issued_token t where t.jti_hash = sha256(convert_to(request ->> 'token_id', 'UTF8')) and t.client_id = client) then
    return jsonb_build_object('now', statement_timestamp(), 'plane', plane, 'client', null, 'token_revoked', true);
  end if;
  facts := access.client_facts(client, wanted_tenant, coalesce(request ->> 'ban', access.ban_of_ref(client, wanted_tenant, request ->> 'customer_ref')), case when plane = 'delegation' then (request ->> 'delegation_id')::uuid end);
  -- A token that names accounts by reference says by reference, too, who was to pay.
  if request ->> 'customer_ref' is not null and facts ->> 'billing' is not null then
    facts := jsonb_set(facts, '{billing,payer_ref}', coalesce(to_jsonb(access.customer_ref_of((facts -> 'partner' ->> 'id')::uuid, (facts -> 'billing' ->> 'payer_account_id')::uuid)), 'null'));
  end if;
  if request ->> 'member_id' is not null then
    member := access.acting_member(client, (request ->> 'member_id')::uuid, wanted_tenant);
  end if;
  -- A token that ended tells who it was of and under what, for the record; and none tells of anybody whom it is not for.
  if counts_until is null and not is_asked then
    facts := facts || '{"account": null, "billing": null}';
  end if;
  if not is_asked and (case plane when 'delegation' then facts ->> 'delegation' is null else (facts -> 'client' ->> 'owner_tenant_id')::uuid is distinct from wanted_tenant end) then
    facts := facts || '{"tenant": null, "account": null, "billing": null}';
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
  if counts_until is not null and facts ->> 'tenant' is not null and (request ->> 'keeps')::boolean and (request ->> 'writes')::boolean is false and pg_current_xact_id_if_assigned() is null then
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

-- As before, with the references of the accounts where the partner is given those.
create or replace function access.delegation_terms(client uuid, wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('id', d.id, 'kind', d.kind, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'epoch', d.epoch, 'ends_at', d.ends_at,
    'bans', coalesce((
      select jsonb_agg(b.ban order by a.position, b.ban) from public.delegation_account a
      join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
      where a.delegation_id = d.id), '[]'),
    'scopes', coalesce(to_jsonb(c.scopes), to_jsonb(r.scopes)), 'actions', coalesce(to_jsonb(c.actions), to_jsonb(r.actions)),
    'approved_by', d.approved_by, 'agreement_reference', r.agreement_reference, 'max_revocation_seconds', c.max_revocation_seconds,
    'refs', case when d.kind = 'consent' and p.uses_account_refs then coalesce((
      select jsonb_object_agg(b.ban, access.customer_ref_of(d.partner_id, b.id)) from public.delegation_account a
      join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
      where a.delegation_id = d.id), '{}') end)
  from public.delegation d
  join public.api_client k on k.id = client and k.partner_id = d.partner_id
  join public.tenant t on t.id = d.tenant_id
  join public.partner p on p.id = d.partner_id
  left join public.consent c on c.id = d.id and c.client_id = client
  left join public.resale r on r.id = d.id
  where d.id = wanted and (c.id is not null or r.id is not null)
$$;

reset role;
