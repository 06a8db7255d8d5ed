set role liaison_authz;

-- As before, with the support contact that the provider approved.
create or replace function access.consent_parties(request_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description, 'environment', k.environment, 'status', k.status, 'mask', k.mask::text, 'redirect_uris', to_jsonb(k.redirect_uris), 'needs', k.needs, 'logo', (select l.sha256 from public.api_client_logo l where l.client_id = k.id and l.status = 'approved')),
    'partner', jsonb_build_object('id', p.id, 'name', p.name, 'kinds', to_jsonb(p.kinds), 'status', p.status, 'website', p.approved_website, 'since', p.onboarding_date, 'legal_name', p.legal_name, 'agreement', access.agreement_in_force(p.id), 'support_contact', p.approved_support_contact))
  from public.consent_request r
  join public.api_client k on k.id = r.client_id
  join public.partner p on p.id = r.partner_id
  where r.id = request_id and case access.context_plane()
    when 'auth' then r.person_id = access.context_id('actor_id')
    when 'tenant' then (r.status = 'open' and r.person_id = access.context_id('actor_id')) or r.tenant_id = access.context_id('tenant_id')
    else false end
$$;

reset role;
