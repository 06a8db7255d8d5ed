set role liaison_authz;

-- The strongest second factor that a person has set up.
create function access.best_factor(person uuid) returns text
  language sql stable
  as $$
  select case when exists (select from public.passkey k where k.person_id = person) then 'phishing_resistant'
    when exists (select from public.totp_factor f where f.person_id = person and f.confirmed_at is not null) then 'otp' else 'none' end
  $$;

-- Facts about somebody else, for the explainer. Who is not signed in is taken to sign in with the strongest factor they have. The caller's own plane limits whom it may ask about.
create function access.facts_about(person uuid, tenant uuid, partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
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

grant execute on function access.facts_about(uuid, uuid, uuid) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;

-- The partner that this transaction's person works for, if both are active; null in every plane but the partner's own.
create function access.own_partner() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select pm.partner_id
  from public.partner_member pm
  join public.partner p on p.id = pm.partner_id and p.status = 'active'
  join public.person h on h.id = pm.person_id and h.status = 'active'
  where pm.person_id = access.context_id('actor_id') and pm.partner_id = access.context_id('partner_id') and pm.status = 'active'
    and access.context_plane() in ('program', 'delegation')
$$;
grant execute on function access.own_partner() to liaison_program, liaison_delegate;

reset role;
