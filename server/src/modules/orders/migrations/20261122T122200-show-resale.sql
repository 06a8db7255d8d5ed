set role liaison_authz;

-- The accounts that a delegation of an API client opens, by number, for those whom it concerns.
create function access.bans_of(delegation_id uuid) returns text[]
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(array_agg(a.ban order by o.position), '{}')
  from public.delegation d
  join public.delegation_account o on o.delegation_id = d.id
  join public.billing_account a on a.tenant_id = o.tenant_id and a.id = o.account_id
  where d.id = bans_of.delegation_id and access.is_party_to(d)
$$;
grant execute on function access.bans_of(uuid) to liaison_platform, liaison_program, liaison_tenant, liaison_job;

-- Which of these accounts a partner resells to a tenant now; for the provider, who attests it.
create function access.resold_accounts(partner uuid, tenant uuid, bans text[]) returns table (ban text, account_id uuid, relationship_id uuid, is_taken boolean)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select a.ban, a.id, r.id,
    exists (
      select from public.delegation_account o
      join public.delegation d on d.id = o.delegation_id
      where o.account_id = a.id and d.partner_id = partner and d.kind = 'resale' and d.status in ('active', 'suspended') and d.ends_at > statement_timestamp())
  from unnest(bans) with ordinality asked (ban, position)
  join public.billing_account a on a.tenant_id = tenant and a.ban = asked.ban
  left join public.commercial_relationship r on r.tenant_id = tenant and r.account_id = a.id and r.kind = 'resale' and r.seller_partner_id = partner and r.status = 'active'
    and r.starts_at <= statement_timestamp() and (r.ends_at is null or r.ends_at > statement_timestamp())
  where access.context_plane() = 'platform'
  order by asked.position
$$;
grant execute on function access.resold_accounts(uuid, uuid, text[]) to liaison_platform;

reset role;
set role liaison_owner;

create view resale_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, d.partner_id, p.name as partner_name,
  case when d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired' else d.status end as status,
  d.status as stored_status, d.status_reason, d.status_changed_at, d.status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.approved_by_name, d.approved_at, d.version,
  r.agreement_reference, r.scopes, r.actions, access.bans_of(d.id) as bans
from delegation d
join resale r on r.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id;
comment on view resale_overview is 'Reads under the rights and row policies of whoever asks. status is as time has made it.';
grant select on resale_overview to liaison_program, liaison_tenant, liaison_platform, liaison_job;

reset role;
