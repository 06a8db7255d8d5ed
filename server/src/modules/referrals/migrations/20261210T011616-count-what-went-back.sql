set role liaison_authz;

-- What a tenant paid in each calendar month of the program and each currency, less what went back: from billing events since it was referred,
-- never from invoices or their lines. Newest month first. As for earnings, no more goes back than was paid, what is void goes back wholly,
-- and of a payment that is not counted nothing goes back.
create or replace function access.revenue_of_tenant(tenant uuid, since timestamptz) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  return (
    with paid as (
      select b.id, b.source, b.external_id, b.currency, b.net_minor, b.occurred_at from public.billing_event b
      where b.tenant_id = revenue_of_tenant.tenant and b.kind = 'invoice_paid'),
    back as (
      select b.external_id, b.kind, b.currency, b.net_minor, b.occurred_at, p.id as payment, p.net_minor as paid_minor
      from public.billing_event b left join paid p on p.source = b.source and p.external_id = b.refers_to and p.currency = b.currency
      where b.tenant_id = revenue_of_tenant.tenant and b.kind <> 'invoice_paid' and coalesce(p.occurred_at, b.occurred_at) >= since),
    gone as (
      select g.occurred_at, g.currency, g.payment, g.net_minor, least(g.paid_minor, case when bool_or(g.kind = 'void') over one then g.paid_minor else sum(g.net_minor) over one end) as so_far, row_number() over one as place
      from back g window one as (partition by g.payment order by g.occurred_at, g.external_id)),
    moved as (
      select p.occurred_at, p.currency, p.net_minor from paid p where p.occurred_at >= since
      union all
      select g.occurred_at, g.currency, -(case when g.payment is null then g.net_minor else g.so_far - lag(g.so_far, 1, 0::numeric) over (partition by g.payment order by g.place) end) from gone g)
    select coalesce(jsonb_agg(jsonb_build_object('month', sums.month, 'amount', jsonb_build_object('amount_minor', sums.net_minor, 'currency', sums.currency)) order by sums.month desc, sums.currency), '[]')
    from (
      select to_char(e.occurred_at at time zone coalesce(m.timezone, 'UTC'), 'YYYY-MM') as month, e.currency, sum(e.net_minor)::bigint as net_minor
      from moved e left join public.program m on m.code = 'standard'
      group by 1, 2) sums);
end
$$;

reset role;
