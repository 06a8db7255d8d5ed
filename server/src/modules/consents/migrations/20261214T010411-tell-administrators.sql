-- What belongs to deciding about a consent is told to whoever may read consents: it was told to whoever works for the tenant, and had left it.
create or replace function access.consent_parties(request_id uuid) returns jsonb language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description, 'environment', k.environment, 'status', k.status, 'mask', k.mask::text, 'redirect_uris', to_jsonb(k.redirect_uris), 'needs', k.needs, 'logo', (select l.sha256 from public.api_client_logo l where l.client_id = k.id and l.status = 'approved')),
    'partner', jsonb_build_object('id', p.id, 'name', p.name, 'kinds', to_jsonb(p.kinds), 'status', p.status, 'website', p.approved_website, 'since', p.onboarding_date, 'legal_name', p.legal_name, 'agreement', access.agreement_in_force(p.id), 'support_contact', p.approved_support_contact))
  from public.consent_request r
  join public.api_client k on k.id = r.client_id
  join public.partner p on p.id = r.partner_id
  where r.id = request_id and case access.context_plane()
    when 'auth' then r.person_id = access.context_id('actor_id')
    when 'tenant' then (r.status = 'open' and r.person_id = access.context_id('actor_id')) or r.tenant_id in (select access.reach('delegation', 'select'))
    else false end
$$;

create or replace function access.payers_of_accounts() returns TABLE(account_id uuid, payer jsonb) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select a.id, access.billing_of(a.tenant_id, a.id)
  from public.billing_account a
  where a.tenant_id in (select access.reach('delegation', 'select')) and access.context_plane() = 'tenant'
$$;

create or replace function access.number_of_hint(partner uuid, tenant uuid, hint text) returns text language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select a.ban
  from public.customer_ref r
  join public.billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
  where r.partner_id = partner and r.tenant_id = tenant and r.ref = hint
    and case access.context_plane()
      when 'tenant' then tenant in (select access.reach('delegation', 'select')) and access.context_id('client_id') is null
      when 'auth' then exists (
        select from public.tenant_member m
        where m.tenant_id = tenant and m.person_id = access.context_id('actor_id') and m.status = 'active' and m.role = 'TENANT_ADMIN')
      else false end
$$;
