set role liaison_authz;

-- What is ordered for others and billed to the organisation of whoever asks, newest first: enough to know the bill, and no more (A5).
create function access.orders_paid_for(after uuid, at_most integer)
  returns table (id uuid, tenant_id uuid, tenant_name text, ban text, payer_ban text, status text, currency text, once_total_minor bigint, monthly_total_minor bigint, placed_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select o.id, o.tenant_id, t.name, o.ban, o.payer_ban, o.status, o.currency, o.once_total_minor, o.monthly_total_minor, o.placed_at
  from public.service_order o
  join public.tenant t on t.id = o.tenant_id
  where o.payer_tenant_id in (select access.reach('service_order', 'select')) and o.billing_mode = 'resale'
    and access.context_plane() = 'tenant' and access.context_id('client_id') is null
    and (after is null or o.id < after)
  order by o.id desc
  limit least(at_most, 101)
$$;
grant execute on function access.orders_paid_for(uuid, integer) to liaison_tenant;

reset role;
