set role liaison_authz;

-- What whoever decides about a partner may know of its agreement with the provider: which one is in force, never what it says.
create function access.agreement_in_force(of_partner uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('title', g.title, 'version', g.version)
  from public.agreement g
  join public.program m on m.id = g.program_id and m.code = 'standard'
  where g.partner_id = of_partner and g.effective @> statement_timestamp()
$$;

-- The same for a tenant, of the partner of its own delegation only.
create function access.agreement_of_party(wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.agreement_in_force(d.partner_id) from public.delegation d where d.id = wanted and access.is_party_to(d)
$$;
grant execute on function access.agreement_of_party(uuid) to liaison_tenant;

-- As before, with the agreement in force.
create or replace function access.consent_parties(request_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description, 'environment', k.environment, 'status', k.status, 'mask', k.mask::text, 'redirect_uris', to_jsonb(k.redirect_uris), 'needs', k.needs, 'logo', (select l.sha256 from public.api_client_logo l where l.client_id = k.id and l.status = 'approved')),
    'partner', jsonb_build_object('id', p.id, 'name', p.name, 'kinds', to_jsonb(p.kinds), 'status', p.status, 'website', p.approved_website, 'since', p.onboarding_date, 'legal_name', p.legal_name, 'agreement', access.agreement_in_force(p.id)))
  from public.consent_request r
  join public.api_client k on k.id = r.client_id
  join public.partner p on p.id = r.partner_id
  where r.id = request_id and case access.context_plane()
    when 'auth' then r.person_id = access.context_id('actor_id')
    when 'tenant' then (r.status = 'open' and r.person_id = access.context_id('actor_id')) or r.tenant_id = access.context_id('tenant_id')
    else false end
$$;

reset role;
