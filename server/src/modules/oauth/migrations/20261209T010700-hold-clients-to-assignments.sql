set role liaison_authz;

-- As before, with two conditions that the kernel has, too: nobody's token reaches an organisation that the provider suspended, and a client's
-- own organisation rests while its owner or everything is frozen.
create or replace function access.reach_by_token(context jsonb, relation_name text, operation_name text) returns setof uuid
  language plpgsql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
  as $$
declare
  required bit(256);
  route_bit integer := (context ->> 'permission_bit')::integer;
begin
  select need.mask into required from public.relation_permission need
  where need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation';
  if required is null then
    return;
  end if;
  if context ->> 'plane' = 'tenant' then
    return query
      select t.id
      from public.api_client k
      join public.tenant t on t.id = (context ->> 'tenant_id')::uuid and t.status in ('active', 'trial')
      left join public.partner p on p.id = k.partner_id
      where k.id = (context ->> 'client_id')::uuid and k.status = 'active' and access.opens_api(k.partner_id, k.environment)
        and (k.tenant_id = t.id or (p.status = 'active' and p.home_tenant_id = t.id))
        and not exists (
          select from public.access_freeze f
          where f.lifted_at is null and (f.scope = 'platform' or (f.scope = 'partner' and f.partner_id = k.partner_id)))
        and (k.mask & required) <> 0::bit(256)
        and (route_bit is null or get_bit(k.mask, route_bit) = 1);
  elsif context ->> 'plane' = 'delegation' then
    return query
      select d.tenant_id
      from access.delegation_in_force d
      join public.tenant t on t.id = d.tenant_id and t.status in ('active', 'trial')
      join public.api_client k on k.id = (context ->> 'client_id')::uuid and k.status = 'active' and k.partner_id = d.partner_id
      where d.id = (context ->> 'delegation_id')::uuid
        and d.tenant_id = (context ->> 'tenant_id')::uuid
        and access.opens_api(d.partner_id, k.environment)
        and d.epoch = (context ->> 'delegation_epoch')::integer
        and (d.kind = 'resale' or (d.kind = 'consent' and exists (select from public.consent c where c.id = d.id and c.client_id = k.id)))
        and exists (select from public.delegation_account a where a.delegation_id = d.id and a.account_id = (context ->> 'account_id')::uuid)
        and (d.mask & k.mask & required) <> 0::bit(256)
        and (route_bit is null or get_bit(d.mask & k.mask, route_bit) = 1);
  end if;
end
$$;

-- As before, and whoever is named works for that tenant: where the partner has a link with it, people are assigned to it, and a token names
-- nobody else (attack 49). Where it has none, its application alone was let in, and any of its people may stand behind it. `until` is when
-- an assignment ends of itself.
create or replace function access.acting_member(client uuid, wanted uuid, wanted_tenant uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('id', m.id, 'person_id', p.id, 'name', p.name, 'until', assigned.until,
    'is_active', m.status = 'active' and p.status = 'active'
      and (d.id is null or assigned.is_current is true)
      and not exists (select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = p.id
        and (f.partner_id is null or f.partner_id = m.partner_id) and (f.tenant_id is null or f.tenant_id = wanted_tenant)))
  from public.api_client k
  join public.partner_member m on m.partner_id = k.partner_id
  join public.person p on p.id = m.person_id
  left join public.delegation d on d.partner_id = k.partner_id and d.tenant_id = wanted_tenant and d.kind = 'link' and d.status = 'active'
  left join lateral (
    select lm.ends_at as until, lm.ends_at is null or lm.ends_at > statement_timestamp() as is_current
    from public.link_member lm
    where lm.link_id = d.id and lm.member_id = m.id
  ) assigned on true
  where k.id = client and m.id = wanted
$$;

-- As before; what is kept also ends with the assignment of the member who is named.
create or replace function access.keep_call(facts jsonb, seen pg_snapshot) returns jsonb
  language plpgsql volatile
  as $$
declare
  at timestamptz := statement_timestamp();
  era uuid := (select e.id from access.stamp_era e limit 1);
  customer uuid := facts -> 'tenant' ->> 'id';
  account uuid := facts -> 'account' ->> 'id';
  until timestamptz;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  if customer is null or account is null or (facts ->> 'token_revoked')::boolean then
    return null;
  end if;
  select min(ahead.moment) into until
  from (
    select at + interval '1 minute' as moment
    union all
    select unnest(array[facts -> 'delegation' ->> 'starts_at', facts -> 'delegation' ->> 'ends_at', facts -> 'member' ->> 'until'])::timestamptz
    union all
    select unnest(array[r.starts_at, r.ends_at]) from public.commercial_relationship r where r.tenant_id = customer and r.account_id = account
  ) ahead
  where ahead.moment > at;
  return jsonb_build_object('era', era, 'snapshot', seen, 'until', until,
    'keys', array_remove(array[facts -> 'client' ->> 'id', facts -> 'partner' ->> 'id', customer::text, account::text, facts -> 'delegation' ->> 'id', facts -> 'member' ->> 'person_id',
      facts -> 'billing' ->> 'payer_tenant_id', facts -> 'billing' ->> 'payer_account_id', '00000000-0000-0000-0000-000000000000'], null)::text);
end
$$;

reset role;
