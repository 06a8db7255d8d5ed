set role liaison_authz;

-- As before; whom it stops reads which organisation did it, and the own people of that side who of them, and why.
create or replace function access.observe_freezes()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
as $$
  with live as (
    select d.id, d.partner_id, d.tenant_id from public.delegation d where d.kind = 'link' and d.status in ('active', 'suspended')),
  standing as (select f.* from public.access_freeze f where f.lifted_at is null),
  touched as (
    select f.id, 'provider' as audience, f.partner_id, f.tenant_id from standing f
    union
    select f.id, 'partner', x.partner_id, null::uuid from standing f
    cross join lateral (
      select f.partner_id where f.partner_id is not null
      union select d.partner_id from live d where f.partner_id is null and (f.scope = 'platform' or (f.scope = 'tenant' and d.tenant_id = f.tenant_id))
      union select m.partner_id from public.partner_member m where f.scope = 'person' and f.partner_id is null and m.person_id = f.person_id and m.status = 'active') x
    union
    select f.id, 'tenant', null, x.tenant_id from standing f
    cross join lateral (
      select f.tenant_id where f.tenant_id is not null
      union select d.tenant_id from live d where f.tenant_id is null and (f.scope = 'platform' or (f.scope = 'partner' and d.partner_id = f.partner_id))
      union select m.tenant_id from public.link_member m join live d on d.id = m.link_id where f.scope = 'person' and f.tenant_id is null and m.person_id = f.person_id
        and (f.partner_id is null or d.partner_id = f.partner_id)) x)
  select 'freeze:' || u.audience || ':' || coalesce(case u.audience when 'partner' then u.partner_id when 'tenant' then u.tenant_id end::text, '') || ':' || f.id,
    u.audience, u.partner_id, u.tenant_id, case when f.scope = 'delegation' and u.audience <> 'provider' then f.delegation_id end, 'freeze', 'access', 2::smallint, 2::smallint, 'critical',
    case f.scope when 'platform' then 'All partner access is frozen'
      when 'partner' then case when u.audience = 'partner' and f.tenant_id is null then 'All access of your organisation is frozen' when u.audience = 'partner' then format('%s cut off your organisation', n.customer)
        else format('The access of %s is frozen', (select p.name from public.partner p where p.id = f.partner_id)) end
      when 'tenant' then case u.audience when 'tenant' then 'All partner access to your organisation is frozen' when 'partner' then format('%s froze all partner access', n.customer) else format('All partner access to %s is frozen', (select t.name from public.tenant t where t.id = f.tenant_id)) end
      when 'delegation' then 'A link is frozen'
      else 'The access of one person is frozen' end,
    format('Set by %s on %s.%s Nothing opens until it is lifted.', n.who, access.instant_words(f.created_at),
      case when u.audience = f.set_by_side and f.reason is not null then format(' Reason given: "%s".', f.reason) else '' end),
    jsonb_build_object('scope', f.scope, 'freeze_id', f.id, 'set_by_side', f.set_by_side), '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from touched u join standing f on f.id = u.id
  cross join lateral (
    select coalesce((select t.name from public.tenant t where t.id = f.tenant_id
      and (u.audience <> 'partner' or exists (select from public.delegation d where d.tenant_id = f.tenant_id and d.partner_id = u.partner_id))), 'A customer') as customer) c
  cross join lateral (
    select c.customer, case when u.audience = f.set_by_side then f.set_by_name
      when f.set_by_side = 'provider' then 'the provider'
      when f.set_by_side = 'tenant' then case when c.customer = 'A customer' then 'a customer' else c.customer end
      else coalesce((select p.name from public.partner p where p.id = f.partner_id), 'a partner') end as who) n
$$;

reset role;
