set role liaison_authz;

-- As before; a kept decision is looked at anew, too, when who pays by a wholesaler is no longer that wholesaler, or is again.
create or replace function access.keep_call(facts jsonb, seen pg_snapshot)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $$
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
      facts -> 'billing' ->> 'payer_tenant_id', facts -> 'billing' ->> 'payer_account_id', '00000000-0000-0000-0000-000000000000']
      || array(select r.seller_partner_id::text from public.commercial_relationship r where r.tenant_id = customer and r.account_id = account and r.status = 'active'), null)::text);
end
$$;

-- As before; a partner's clients in its own tenant feel what that tenant froze, and what another tenant froze no more.
create or replace function access.reach_by_token(context jsonb, relation_name text, operation_name text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
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
          where f.lifted_at is null and (f.tenant_id is null or f.tenant_id = t.id)
            and (f.scope = 'platform' or (f.scope = 'partner' and f.partner_id = k.partner_id) or (f.scope = 'tenant' and k.partner_id is not null)))
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

reset role;
