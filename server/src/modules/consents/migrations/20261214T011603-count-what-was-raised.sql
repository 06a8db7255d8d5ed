set role liaison_authz;

-- Different from before: what an order costs counts for the consent under which it was made dearer as well.
create or replace function access.ordered_in_month(ordering uuid, at timestamptz) returns table (order_id uuid, currency text, cost_minor numeric)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select o.id, o.currency, o.once_total_minor::numeric + o.monthly_total_minor
  from public.service_order o
  where (o.delegation_id = ordering or o.raised_by_delegation_id = ordering)
    and o.placed_at >= date_trunc('month', at, 'UTC') and o.placed_at < date_trunc('month', at, 'UTC') + interval '1 month'
    and o.status not in ('rejected', 'cancelled')
$$;

-- Different from before: an order that is made dearer stays within the limit of the consent by which that is done, too, not only within that of
-- the consent under which it was placed. The locks are taken in one order, whoever comes.
create or replace function access.keep_order_limit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  acting uuid := access.context_id('delegation_id');
  counted uuid;
  allowed numeric;
  ordered numeric;
begin
  if access.side_of_order() is null then
    return new;
  end if;
  if tg_op = 'UPDATE' and acting is distinct from new.delegation_id and acting is not null then
    -- An order counts for two consents; a third would have the limit of the second one forget it.
    if old.raised_by_delegation_id is distinct from acting and exists (
        select from public.consent c where c.id = old.raised_by_delegation_id and c.order_limits ? new.currency) then
      raise exception 'an order is made dearer under one other consent that has a limit' using errcode = 'check_violation', constraint = 'service_order_limit';
    end if;
    new.raised_by_delegation_id := acting;
  end if;
  for counted in
    select c.id from public.consent c where c.id in (new.delegation_id, new.raised_by_delegation_id) and c.order_limits ? new.currency order by c.id
  loop
    perform pg_advisory_xact_lock(access.lock_key('order_limit', counted));
    select (c.order_limits ->> new.currency)::numeric into allowed from public.consent c where c.id = counted;
    select coalesce(sum(m.cost_minor), 0) into ordered from access.ordered_in_month(counted, new.placed_at) m where m.currency = new.currency and m.order_id <> new.id;
    if ordered + new.once_total_minor + new.monthly_total_minor > allowed then
      raise exception 'orders may not cost more in a month than was allowed' using errcode = 'check_violation', constraint = 'service_order_limit';
    end if;
  end loop;
  return new;
end
$$;

reset role;
