set role liaison_authz;

-- Whether a partner has somebody who can sign in with a second factor. An organisation asks about those that it has, or had, to do with.
create or replace function access.has_strong_member(partner uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.is_in_own_plane()
    and case session_user
      when 'liaison_program' then has_strong_member.partner = access.context_id('partner_id')
      when 'liaison_tenant' then exists (select from public.delegation d where d.partner_id = has_strong_member.partner and d.tenant_id = access.context_id('tenant_id'))
      else true end
    and exists (
      select from public.partner_member pm join public.person p on p.id = pm.person_id and p.status = 'active'
      where pm.partner_id = has_strong_member.partner and pm.status = 'active'
        and (exists (select from public.passkey k where k.person_id = p.id)
          or exists (select from public.totp_factor f where f.person_id = p.id and f.confirmed_at is not null)))
  $$;

-- Whether a record is one of the tenant's, for those who may know: the provider, the tenant itself, and a partner that it once let in. To
-- everybody else a record of somebody is what none is.
create or replace function access.owns_record(tenant uuid, kind text, record uuid, partner uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(
    access.is_in_own_plane()
    and case access.context_plane()
      when 'platform' then true
      when 'tenant' then tenant = access.context_id('tenant_id')
      else exists (select from public.delegation d where d.tenant_id = tenant and access.is_party_to(d) and d.approved_at is not null) end
    and case kind
      when 'ticket' then exists (select from public.ticket x where x.tenant_id = tenant and x.id = record)
      when 'invoice' then exists (select from public.invoice x where x.tenant_id = tenant and x.id = record)
      when 'subscriber' then exists (select from public.subscriber x where x.tenant_id = tenant and x.id = record)
      else false end
    and (partner is null or (access.deciding_link(partner, tenant)).own_accounts_only is not true or access.is_record_of_partner(tenant, kind, record, partner)), false)
  $$;

-- What a request is measured by, and nothing else of the rules that an organisation keeps for partners: of those that it listed, whether
-- the one that asks is among them.
create or replace function access.tenant_policy_for_request(wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('who_may_ask', p.who_may_ask, 'roles_allowed', p.roles_allowed, 'max_duration_days', p.max_duration_days,
    'listed_partner_ids', array(select listed from unnest(p.listed_partner_ids) listed where listed = access.own_partner()))
  from public.tenant_partner_policy p where p.tenant_id = wanted and access.is_in_own_plane() and access.own_partner() is not null
  $$;

reset role;
