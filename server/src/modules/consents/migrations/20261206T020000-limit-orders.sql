set role liaison_authz;

-- Whether a value says for some currencies how much, in minor units, orders may cost in a month.
create function access.are_order_limits(limits jsonb) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$
  select case when jsonb_typeof(limits) = 'object' then not exists (
    select from jsonb_each(limits) one
    where one.key !~ '^[A-Z]{3}$' or jsonb_typeof(one.value) <> 'number' or one.value::text !~ '^[1-9][0-9]{0,14}$') else false end
$$;
grant execute on function access.are_order_limits(jsonb) to liaison_owner, liaison_tenant, liaison_program, liaison_job;

reset role;
set role liaison_owner;

alter table consent add column order_limits jsonb not null default '{}';
alter table consent add constraint consent_order_limits check (access.are_order_limits(order_limits)) not valid;
comment on column consent.order_limits is 'What orders under it may cost in a calendar month (UTC), in minor units by currency: once and for their first month. A currency that is not named has no limit.';
grant update (order_limits) on consent to liaison_tenant;

reset role;
set role liaison_authz;

-- What was ordered under a delegation in the calendar month of an instant, by currency. Orders that came to nothing do not count.
create function access.ordered_in_month(ordering uuid, at timestamptz) returns table (order_id uuid, currency text, cost_minor numeric)
  language sql stable
  set search_path = pg_catalog
  as $$
  select o.id, o.currency, o.once_total_minor::numeric + o.monthly_total_minor
  from public.service_order o
  where o.delegation_id = ordering and o.placed_at >= date_trunc('month', at, 'UTC') and o.placed_at < date_trunc('month', at, 'UTC') + interval '1 month'
    and o.status not in ('rejected', 'cancelled')
$$;

-- The same summed, for whoever is a side of the delegation.
create function access.ordered_this_month(ordering uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce((
    select jsonb_object_agg(m.currency, m.cost)
    from (select m.currency, sum(m.cost_minor) as cost from access.ordered_in_month(d.id, statement_timestamp()) m group by m.currency) m), '{}')
  from public.delegation d
  where d.id = ordering and access.is_party_to(d)
$$;
grant execute on function access.ordered_this_month(uuid) to liaison_tenant, liaison_program, liaison_platform, liaison_job;

-- One after the other: two orders at once must not both fit into what is left.
create function access.keep_order_limit() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  allowed numeric;
  ordered numeric;
begin
  if access.side_of_order() is null or not exists (select from public.consent c where c.id = new.delegation_id and c.order_limits ? new.currency) then
    return new;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('order_limit', new.delegation_id));
  select (c.order_limits ->> new.currency)::numeric into allowed from public.consent c where c.id = new.delegation_id;
  select coalesce(sum(m.cost_minor), 0) into ordered from access.ordered_in_month(new.delegation_id, new.placed_at) m where m.currency = new.currency and m.order_id <> new.id;
  if ordered + new.once_total_minor + new.monthly_total_minor > allowed then
    raise exception 'orders may not cost more in a month than was allowed' using errcode = 'check_violation', constraint = 'service_order_limit';
  end if;
  return new;
end
$$;
grant execute on function access.keep_order_limit() to liaison_owner;

-- As before, with the currency of each account, in which its limit is told.
create or replace function access.consent_card(consent_id uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'client', jsonb_build_object('id', k.id, 'name', k.name, 'environment', k.environment, 'status', k.status),
    'accounts', coalesce((
      select jsonb_agg(jsonb_build_object('id', a.id, 'ban', a.ban, 'currency', a.currency, 'status', a.status,
        'name', case when access.context_plane() <> 'program' then a.name end,
        'payer', case when access.context_plane() <> 'program' then access.billing_of(a.tenant_id, a.id) end) order by da.position, a.ban)
      from public.delegation_account da
      join public.billing_account a on a.tenant_id = da.tenant_id and a.id = da.account_id
      where da.delegation_id = d.id), '[]'),
    'last_used_at', access.delegation_last_used(d),
    'approver_is_here', case when access.context_plane() <> 'program' then access.approver_standing(d.id) -> 'is_here' end)
  from public.delegation d
  join public.consent c on c.id = d.id
  join public.api_client k on k.id = c.client_id
  where d.id = consent_id and access.is_party_to(d)
$$;

reset role;
set role liaison_owner;

-- After the row was stamped with the delegation and its currency, and an amendment was found to be one.
create trigger within_limit before insert on service_order for each row execute function access.keep_order_limit();
create trigger within_limit_still before update on service_order for each row
  when (new.once_total_minor + new.monthly_total_minor > old.once_total_minor + old.monthly_total_minor) execute function access.keep_order_limit();

create or replace view consent_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, d.partner_id, p.name as partner_name,
  case when d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired' else d.status end as status,
  d.status as stored_status, d.status_reason, d.status_changed_at, d.status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.requested_by, d.requested_at,
  d.approved_at, d.approved_by, d.approved_by_name, d.version,
  c.client_id, c.scopes, c.actions, c.purpose, c.reference, c.approver_leaves, c.reconfirm_due_at, c.first_approved_by_name, c.first_approved_at,
  access.consent_card(d.id) as card,
  c.order_limits, case when 'order.create' = any (c.actions) then access.ordered_this_month(d.id) else '{}' end as ordered_this_month
from delegation d
join consent c on c.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind = 'consent';

reset role;
