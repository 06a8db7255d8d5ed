-- A tenant's functions told whoever had once been a member, and whoever works there, what its tables tell its administrators
-- alone: access.reach says who that is, as in the policies of the tables. A comparison with nobody is not true and not false,
-- so that "not a party" let whoever had left a partner mail both sides of any delegation of anybody: nobody is no party.
create or replace function access.is_party_to(d delegation) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select coalesce(case access.context_plane()
    when 'platform' then true
    when 'system' then true
    when 'tenant' then exists (select from access.reach('delegation', 'select') reached where reached = d.tenant_id)
    when 'program' then d.partner_id = case d.kind when 'link' then access.own_partner() else access.partner_of_owner() end
    when 'delegation' then d.partner_id = case when access.context_id('client_id') is null then access.own_partner() else access.context_id('partner_id') end
    else false end, false)
$$;

create or replace function access.facts_about(person uuid, tenant uuid, partner uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, pg_temp
AS $$
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
    or (context ->> 'plane' = 'tenant' and not exists (select from access.reach('delegation', 'select') reached where reached = tenant))
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

create or replace function access.has_strong_member(partner uuid) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select coalesce(access.is_in_own_plane()
    and case session_user
      when 'liaison_program' then has_strong_member.partner = access.own_partner()
      when 'liaison_tenant' then exists (select from public.delegation d where d.partner_id = has_strong_member.partner and d.tenant_id in (select access.reach('delegation', 'select')))
      else true end
    and exists (
      select from public.partner_member pm join public.person p on p.id = pm.person_id and p.status = 'active'
      where pm.partner_id = has_strong_member.partner and pm.status = 'active'
        and (exists (select from public.passkey k where k.person_id = p.id)
          or exists (select from public.totp_factor f where f.person_id = p.id and f.confirmed_at is not null))), false)
  $$;

create or replace function access.owns_record(tenant uuid, kind text, record uuid, partner uuid) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select coalesce(
    access.is_in_own_plane()
    and case access.context_plane()
      when 'platform' then true
      when 'tenant' then tenant in (select access.reach('delegation', 'select'))
      else exists (select from public.delegation d where d.tenant_id = tenant and access.is_party_to(d) and d.approved_at is not null) end
    and case kind
      when 'ticket' then exists (select from public.ticket x where x.tenant_id = tenant and x.id = record)
      when 'invoice' then exists (select from public.invoice x where x.tenant_id = tenant and x.id = record)
      when 'subscriber' then exists (select from public.subscriber x where x.tenant_id = tenant and x.id = record)
      else false end
    and (partner is null or (access.deciding_link(partner, tenant)).own_accounts_only is not true or access.is_record_of_partner(tenant, kind, record, partner)), false)
  $$;

create or replace function access.find_distributor(wanted_slug text) returns TABLE(id uuid, name text) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select p.id, p.name from public.partner p
  where p.slug = wanted_slug and p.status = 'active' and (access.partner_of_owner() is not null or (access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select'))))
$$;

create or replace function access.find_partner_for_invitation(wanted_slug text) returns uuid language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$ select p.id from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select')) $$;

-- Names of people: to members, and of oneself. An API client has no member.
create policy tenants_members_read on person as restrictive for select to liaison_tenant
  using (id = (select access.context_id('actor_id')) or (select access.context_id('client_id')) is not null or exists (select from access.reach('tenant', 'select')));
create policy delegates_read on person as restrictive for select to liaison_delegate
  using (id = (select access.context_id('actor_id')) or (select access.context_id('client_id')) is not null or (select access.own_partner()) is not null);
create policy delegates_read on partner as restrictive for select to liaison_delegate
  using ((select access.context_id('client_id')) is not null or (select access.own_partner()) is not null);
