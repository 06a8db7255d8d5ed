set role liaison_authz;

-- What is in use of that which others ordered and is billed to the organisation of whoever asks, newest first: enough to know the bill, and no more (A5).
create function access.services_paid_for(wanted text, after uuid, at_most integer)
  returns table (id uuid, order_id uuid, tenant_id uuid, tenant_name text, ban text, payer_ban text, product_code text, product_name text, status text, currency text, monthly_minor bigint, started_at timestamptz, ended_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select s.id, s.order_id, s.tenant_id, t.name, s.ban, s.payer_ban, s.product_code, s.product_name, s.status, s.currency, s.monthly_minor, s.started_at, s.ended_at
  from public.service s
  join public.tenant t on t.id = s.tenant_id
  where s.payer_tenant_id in (select access.reach('service', 'select')) and s.billing_mode = 'resale'
    and access.context_plane() = 'tenant' and access.context_id('client_id') is null
    and (wanted is null or s.status = wanted) and (after is null or s.id < after)
  order by s.id desc
  limit least(at_most, 101)
$$;
grant execute on function access.services_paid_for(text, uuid, integer) to liaison_tenant;

reset role;
