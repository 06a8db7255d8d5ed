set role liaison_authz;

-- As before; where a link was ever in force, only whoever is assigned in one that is in force now may be named, so that suspending or ending it opens nothing.
create or replace function access.acting_member(client uuid, wanted uuid, wanted_tenant uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('id', m.id, 'person_id', p.id, 'name', p.name, 'until', assigned.until,
    'is_active', m.status = 'active' and p.status = 'active'
      and (assigned.is_current is true or not exists (
        select from public.delegation d
        where d.partner_id = k.partner_id and d.tenant_id = wanted_tenant and d.kind = 'link'
          and (d.status in ('active', 'suspended') or (d.status in ('expired', 'revoked') and d.starts_at <= d.status_changed_at))))
      and not exists (select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = p.id
        and (f.partner_id is null or f.partner_id = m.partner_id) and (f.tenant_id is null or f.tenant_id = wanted_tenant)))
  from public.api_client k
  join public.partner_member m on m.partner_id = k.partner_id
  join public.person p on p.id = m.person_id
  left join lateral (
    select least(lm.ends_at, d.ends_at) as until, true as is_current
    from public.delegation d
    join public.link_member lm on lm.link_id = d.id and lm.member_id = m.id and (lm.ends_at is null or lm.ends_at > statement_timestamp())
    where d.partner_id = k.partner_id and d.tenant_id = wanted_tenant and d.kind = 'link' and d.status = 'active'
      and d.starts_at <= statement_timestamp() and (d.ends_at is null or d.ends_at > statement_timestamp())
  ) assigned on true
  where k.id = client and m.id = wanted
$$;

reset role;
