set role liaison_authz;

-- Whether an owner has a second factor is a step that everybody who works there sees; who has one is told to owners alone from here on.
create or replace function access.onboarding_facts() returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object(
    'owner_has_factor', exists (
      select from public.partner_member m
      where m.partner_id = own.id and m.role = 'PARTNER_OWNER' and m.status = 'active' and (exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null)
        or exists (select from public.passkey k where k.person_id = m.person_id))),
    'access_requested_at', least(
      (select min(r.created_at) from public.consent_request r join public.api_client k on k.id = r.client_id
        where r.partner_id = own.id and k.environment = 'live' and r.created_at >= coalesce(k.live_approved_at, k.created_at)),
      real.requested_at),
    'tenant_approved_at', real.approved_at) || to_jsonb(clients)
  from (select access.own_partner() as id) own
  cross join lateral (
    select min(d.requested_at) as requested_at, min(d.approved_at) as approved_at
    from public.delegation d join public.tenant t on t.id = d.tenant_id
    where d.partner_id = own.id and d.kind in ('consent', 'resale') and not t.is_sandbox) real
  cross join lateral (
    select min(k.created_at) as client_created_at, min(u.first_token_at) as first_token_at, min(u.first_call_at) as first_call_at,
      min(coalesce(k.live_requested_at, case when k.environment = 'live' then k.created_at end)) as live_requested_at,
      min(case when k.environment = 'live' then coalesce(k.live_approved_at, k.created_at) end) as live_approved_at, min(u.first_live_call_at) as first_live_call_at
    from public.api_client k left join public.api_client_use u on u.client_id = k.id where k.partner_id = own.id) clients
  where own.id is not null and access.context_plane() = 'program'
$$;

reset role;
