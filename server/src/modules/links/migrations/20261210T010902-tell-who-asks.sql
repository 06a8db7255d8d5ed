set role liaison_authz;

-- Whether the partner of a delegation has a name that another partner's is taken for: yes or no, so that a tenant learns no name of a partner that it has nothing to do with (attack 30).
create function access.resembles_partner(wanted uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.delegation d
    join public.partner p on p.id = d.partner_id
    join public.partner other on private.look_of(other.name) = private.look_of(p.name)
    where d.id = wanted and access.is_party_to(d) and other.id <> p.id and other.status <> 'terminated' and private.look_of(p.name) <> '')
$$;
grant execute on function access.resembles_partner(uuid) to liaison_tenant;

-- As before, with the website that the provider approved instead of the one that the partner typed.
create or replace function access.consent_parties(request_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'description', k.description, 'environment', k.environment, 'status', k.status, 'mask', k.mask::text, 'redirect_uris', to_jsonb(k.redirect_uris), 'needs', k.needs, 'logo', (select l.sha256 from public.api_client_logo l where l.client_id = k.id and l.status = 'approved')),
    'partner', jsonb_build_object('id', p.id, 'name', p.name, 'kinds', to_jsonb(p.kinds), 'status', p.status, 'website', p.approved_website, 'since', p.created_at))
  from public.consent_request r
  join public.api_client k on k.id = r.client_id
  join public.partner p on p.id = r.partner_id
  where r.id = request_id and case access.context_plane()
    when 'auth' then r.person_id = access.context_id('actor_id')
    when 'tenant' then (r.status = 'open' and r.person_id = access.context_id('actor_id')) or r.tenant_id = access.context_id('tenant_id')
    else false end
$$;

reset role;
