set role liaison_owner;
create index invoice_paid_on on invoice (tenant_id, paid_on) where paid_on is not null;
reset role;
set role liaison_authz;

-- What was owed on an earlier day, by age: the invoices issued until then that were not paid until then. What was received later is
-- owed again; so is what a paid invoice has beyond its recorded payments, when the day it was paid came later. Cancelled invoices and
-- drafts count as never owed, because nobody recorded when they became so.
create function access.age_billing(tenants uuid[], wanted_day date)
  returns table (tenant_id uuid, currency text,
    late_0_minor bigint, late_30_minor bigint, late_60_minor bigint, late_90_minor bigint, late_more_minor bigint,
    late_0_count bigint, late_30_count bigint, late_60_count bigint, late_90_count bigint, late_more_count bigint,
    credit_minor bigint, oldest_due_on date)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, public
  set plan_cache_mode = force_custom_plan
  set jit = off
  as $$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
  later_from timestamptz := (wanted_day + 1)::timestamp at time zone 'UTC';
begin
  return query
    with later as (
      select p.tenant_id, p.invoice_id, sum(p.amount_minor) as amount
      from payment p where p.tenant_id = any (reached) and p.received_at >= later_from group by 1, 2),
    candidate as (
      select i.tenant_id, i.id from invoice i where i.tenant_id = any (reached) and i.balance_minor <> 0
      union
      select l.tenant_id, l.invoice_id from later l
      union
      select i.tenant_id, i.id from invoice i where i.tenant_id = any (reached) and i.paid_on > wanted_day),
    owed as (
      select i.tenant_id, i.currency, i.due_on, private.age_bucket(i.due_on, wanted_day) as bucket,
        i.total_minor - i.paid_minor + coalesce(l.amount, 0)
          + case when i.paid_on > wanted_day then greatest(i.paid_minor - coalesce((select sum(p.amount_minor) from payment p where p.tenant_id = i.tenant_id and p.invoice_id = i.id), 0), 0) else 0 end as balance
      from candidate c
      join invoice i on i.tenant_id = c.tenant_id and i.id = c.id and i.issued_on <= wanted_day and i.status in ('finalized', 'partially_paid', 'paid')
      left join later l on l.tenant_id = i.tenant_id and l.invoice_id = i.id)
    select o.tenant_id, o.currency,
      coalesce(sum(o.balance) filter (where o.bucket = 1 and o.balance > 0), 0)::bigint, coalesce(sum(o.balance) filter (where o.bucket = 2 and o.balance > 0), 0)::bigint,
      coalesce(sum(o.balance) filter (where o.bucket = 3 and o.balance > 0), 0)::bigint, coalesce(sum(o.balance) filter (where o.bucket = 4 and o.balance > 0), 0)::bigint,
      coalesce(sum(o.balance) filter (where o.bucket = 5 and o.balance > 0), 0)::bigint,
      count(*) filter (where o.bucket = 1 and o.balance > 0), count(*) filter (where o.bucket = 2 and o.balance > 0), count(*) filter (where o.bucket = 3 and o.balance > 0),
      count(*) filter (where o.bucket = 4 and o.balance > 0), count(*) filter (where o.bucket = 5 and o.balance > 0),
      coalesce(sum(o.balance) filter (where o.balance < 0), 0)::bigint, min(o.due_on) filter (where o.balance > 0 and o.bucket > 1)
    from owed o where o.balance <> 0 group by 1, 2;
end
$$;
comment on function access.age_billing(uuid[], date) is 'What was owed on an earlier day by age, from the invoices and payments themselves, of the tenants that this transaction may read.';
grant execute on function access.age_billing(uuid[], date) to liaison_tenant, liaison_delegate;

reset role;
