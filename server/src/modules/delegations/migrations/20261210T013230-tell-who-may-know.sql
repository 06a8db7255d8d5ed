set role liaison_authz;

-- Whoever had left a partner, or whose partner is stopped, was a party to its delegations in all functions that ask here, and was told who is assigned and
-- could mail the tenants' administrators; staff was one also to consents and resales, which the API opens to owners. And of a colleague it is an owner
-- who is told why something is or is not open.
create or replace function access.is_party_to(d public.delegation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select case access.context_plane()
    when 'platform' then true
    when 'system' then true
    when 'tenant' then d.tenant_id = access.context_id('tenant_id')
    when 'program' then d.partner_id = case d.kind when 'link' then access.own_partner() else access.partner_of_owner() end
    when 'delegation' then d.partner_id = access.context_id('partner_id')
    else false end
$$;

create or replace function access.facts_about(person uuid, tenant uuid, partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  context jsonb := access.context();
  membership public.partner_member;
  own_partner public.partner;
  about public.person;
  deciding public.delegation;
  newest public.session;
  facts jsonb;
begin
  select * into membership from public.partner_member pm where pm.person_id = person and (partner is null or pm.partner_id = partner) order by (pm.status = 'active') desc, pm.created_at desc limit 1;
  if context is null
    or (context ->> 'plane' in ('program', 'delegation') and membership.partner_id is distinct from (context ->> 'partner_id')::uuid)
    or (context ->> 'plane' = 'tenant' and tenant is distinct from (context ->> 'tenant_id')::uuid)
    or (context ->> 'plane' in ('program', 'delegation') and case person when (context ->> 'actor_id')::uuid then access.own_partner() else access.partner_of_owner() end is null)
    or context ->> 'plane' not in ('platform', 'program', 'delegation', 'tenant') then
    return null;
  end if;
  deciding := access.deciding_link(membership.partner_id, tenant);
  if context ->> 'plane' = 'tenant' and deciding.id is null then
    return null;
  end if;
  select * into about from public.person p where p.id = person;
  -- Only the platform may ask about anybody, so about nobody, too.
  if about.id is null then
    return null;
  end if;
  select * into own_partner from public.partner p where p.id = membership.partner_id;
  select * into newest from public.session s where s.person_id = person and s.ended_at is null and s.ends_at > statement_timestamp() order by s.seen_at desc limit 1;
  facts := jsonb_build_object('now', statement_timestamp(), 'plane', 'delegation',
    'actor', jsonb_build_object('person_id', about.id, 'name', about.name, 'status', about.status, 'factor', coalesce(newest.factor, access.best_factor(person)), 'factor_at', newest.factor_at, 'session_id', null),
    'partner', case when own_partner.id is not null then jsonb_build_object('id', own_partner.id, 'name', own_partner.name, 'status', own_partner.status) end,
    'partner_member', case when membership.id is not null then jsonb_build_object('id', membership.id, 'role', membership.role, 'status', membership.status) end);
  if deciding.id is not null then
    facts := facts || jsonb_build_object('link', (select f.facts from access.link_fact f where f.id = deciding.id and f.person_id = person));
    facts := facts || jsonb_build_object('tenant', jsonb_build_object('id', tenant, 'name', facts -> 'link' ->> 'tenant_name', 'status', facts -> 'link' ->> 'tenant_status'));
  end if;
  return facts;
end
$$;

reset role;
