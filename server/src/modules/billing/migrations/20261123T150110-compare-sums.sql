set role liaison_owner;

-- The sums as they would be if they were added up now, beside those that are kept: one line for each that differs.
create function private.differing_sums() returns table (kind text, tenant_id uuid, detail text)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  with
  months as (
    select i.tenant_id, date_trunc('month', i.issued_on::timestamp)::date as month, i.currency, i.status, count(*) as n, sum(i.total_minor) as total, sum(i.paid_minor) as paid from invoice i group by 1, 2, 3, 4),
  kept_months as (select m.tenant_id, m.month, m.currency, m.status, m.invoice_count, m.total_minor, m.paid_minor from invoice_month m where m.invoice_count <> 0 or m.total_minor <> 0 or m.paid_minor <> 0),
  bands as (
    select i.tenant_id, i.currency, i.status, private.amount_band(i.total_minor) as band, count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i where i.status in ('draft', 'paid', 'cancelled') group by 1, 2, 3, 4),
  kept_bands as (select b.tenant_id, b.currency, b.status, b.band, b.invoice_count, b.total_minor, b.paid_minor from invoice_band b where b.invoice_count <> 0 or b.total_minor <> 0 or b.paid_minor <> 0),
  moves as (
    select i.tenant_id, i.currency, i.issued_on as day, 1 as n, (i.status = 'paid')::integer as paid, i.total_minor as invoiced, 0 as payments, 0 as collected from invoice i where i.status in ('finalized', 'partially_paid', 'paid')
    union all
    select p.tenant_id, p.currency, (p.received_at at time zone 'UTC')::date, 0, 0, 0, 1, p.amount_minor from payment p),
  days as (
    select m.tenant_id, m.currency, m.day, sum(m.n) as n, sum(m.paid) as paid, sum(m.invoiced) as invoiced, sum(m.collected) as collected from moves m group by 1, 2, 3
    having (sum(m.n), sum(m.paid), sum(m.invoiced), sum(m.collected)) <> (0, 0, 0, 0)),
  kept_days as (
    select b.tenant_id, b.currency, b.month + g.day - 1 as day, b.invoice_counts[g.day] - coalesce(b.invoice_counts[g.day - 1], 0) as n, b.paid_invoice_counts[g.day] - coalesce(b.paid_invoice_counts[g.day - 1], 0) as paid,
      b.invoiced_sums[g.day] - coalesce(b.invoiced_sums[g.day - 1], 0) as invoiced, b.collected_sums[g.day] - coalesce(b.collected_sums[g.day - 1], 0) as collected
    from billing_month b cross join generate_series(1, 31) g (day)),
  moved_days as (select k.* from kept_days k where (k.n, k.paid, k.invoiced, k.collected) <> (0, 0, 0, 0)),
  states as (select i.tenant_id, i.currency, i.status, count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i group by 1, 2, 3),
  kept_states as (select s.tenant_id, s.currency, s.status, s.invoice_count, s.total_minor, s.paid_minor from invoice_state s where s.invoice_count <> 0 or s.total_minor <> 0 or s.paid_minor <> 0),
  oldest as (select i.tenant_id, i.currency, min(i.due_on) from invoice i where i.balance_minor > 0 group by 1, 2),
  kept_oldest as (select a.tenant_id, a.currency, a.oldest_due_on from invoice_age a where a.oldest_due_on is not null),
  whole_months as (select m.tenant_id, m.currency, date_trunc('month', m.day::timestamp)::date, sum(m.n), sum(m.paid), sum(m.invoiced), sum(m.payments), sum(m.collected) from moves m group by 1, 2, 3),
  kept_whole_months as (
    select b.tenant_id, b.currency, b.month, b.invoice_count, b.paid_invoice_count, b.invoiced_minor, b.payment_count, b.collected_minor
    from billing_month b where (b.invoice_count, b.paid_invoice_count, b.invoiced_minor, b.payment_count, b.collected_minor) <> (0, 0, 0, 0, 0)),
  dues as (
    select i.tenant_id, i.currency, i.due_on, count(*) filter (where i.balance_minor > 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0), 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor < 0), 0)
    from invoice i where i.balance_minor <> 0 group by 1, 2, 3),
  kept_dues as (select u.tenant_id, u.currency, u.due_on, u.invoice_count, u.balance_minor, u.credit_minor from invoice_due u where u.invoice_count <> 0 or u.balance_minor <> 0 or u.credit_minor <> 0),
  ages as (
    select a.tenant_id, a.currency, private.age_bucket(i.due_on, a.as_of) as bucket, count(*) as n, sum(i.balance_minor) as balance
    from invoice_age a join invoice i on i.tenant_id = a.tenant_id and i.currency = a.currency and i.balance_minor > 0 group by 1, 2, 3),
  kept_ages as (
    select a.tenant_id, a.currency, b.bucket, a.counts[b.bucket] as n, a.balances_minor[b.bucket] as balance
    from invoice_age a cross join generate_series(1, 5) b (bucket) where a.counts[b.bucket] <> 0 or a.balances_minor[b.bucket] <> 0)
  select 'month', x.tenant_id, x::text from ((table months except all table kept_months) union all (table kept_months except all table months)) x
  union all
  select 'band', x.tenant_id, x::text from ((table bands except all table kept_bands) union all (table kept_bands except all table bands)) x
  union all
  select 'day', x.tenant_id, x::text from ((table days except all table moved_days) union all (table moved_days except all table days)) x
  union all
  select 'state', x.tenant_id, x::text from ((table states except all table kept_states) union all (table kept_states except all table states)) x
  union all
  select 'oldest', x.tenant_id, x::text from ((table oldest except all table kept_oldest) union all (table kept_oldest except all table oldest)) x
  union all
  select 'whole month', x.tenant_id, x::text from ((table whole_months except all table kept_whole_months) union all (table kept_whole_months except all table whole_months)) x
  union all
  select 'due', x.tenant_id, x::text from ((table dues except all table kept_dues) union all (table kept_dues except all table dues)) x
  union all
  select 'age', x.tenant_id, x::text from ((table ages except all table kept_ages) union all (table kept_ages except all table ages)) x
$$;
comment on function private.differing_sums() is 'Compares every kept sum with the rows. Empty unless a sum is wrong.';
grant execute on function private.differing_sums() to liaison_job;

-- Adds everything up anew: after a bulk load with the triggers asleep, and to mend what a comparison found.
create function private.rebuild_sums() returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  lock table invoice, payment in share row exclusive mode;
  delete from invoice_month;
  delete from invoice_band;
  delete from invoice_state;
  delete from billing_month;
  delete from invoice_due;
  delete from invoice_age;
  insert into invoice_month select i.tenant_id, date_trunc('month', i.issued_on::timestamp)::date, i.currency, i.status, count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i group by 1, 2, 3, 4;
  insert into invoice_band select i.tenant_id, i.currency, i.status, private.amount_band(i.total_minor), count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i where i.status in ('draft', 'paid', 'cancelled') group by 1, 2, 3, 4;
  insert into invoice_state select m.tenant_id, m.currency, m.status, sum(m.invoice_count), sum(m.total_minor), sum(m.paid_minor) from invoice_month m group by 1, 2, 3;
  insert into billing_month (tenant_id, currency, month, invoice_count, paid_invoice_count, invoiced_minor, payment_count, collected_minor, invoice_counts, paid_invoice_counts, invoiced_sums, collected_sums)
  select d.tenant_id, d.currency, date_trunc('month', d.day::timestamp)::date, sum(d.invoices), sum(d.paid), sum(d.invoiced), sum(d.payments), sum(d.collected),
    private.sum_days(array_agg(d.place), array_agg(d.invoices)), private.sum_days(array_agg(d.place), array_agg(d.paid)), private.sum_days(array_agg(d.place), array_agg(d.invoiced)), private.sum_days(array_agg(d.place), array_agg(d.collected))
  from (
    select i.tenant_id, i.currency, i.issued_on as day, extract(day from i.issued_on)::integer as place, count(*) as invoices, count(*) filter (where i.status = 'paid') as paid, sum(i.total_minor)::bigint as invoiced, 0::bigint as payments, 0::bigint as collected
    from invoice i where i.status in ('finalized', 'partially_paid', 'paid') group by 1, 2, 3
    union all
    select p.tenant_id, p.currency, r.day, extract(day from r.day)::integer, 0, 0, 0, count(*), sum(p.amount_minor)::bigint
    from payment p cross join lateral (select (p.received_at at time zone 'UTC')::date as day) r group by 1, 2, 3) d
  group by 1, 2, 3 order by 1, 2, 3;
  insert into invoice_due
  select i.tenant_id, i.currency, i.due_on, count(*) filter (where i.balance_minor > 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0), 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor < 0), 0)
  from invoice i where i.balance_minor <> 0 group by 1, 2, 3;
  insert into invoice_age (tenant_id, currency, as_of, credit_minor, oldest_due_on)
  select k.tenant_id, k.currency, '-infinity', coalesce(sum(u.credit_minor), 0), min(u.due_on) filter (where u.invoice_count > 0)
  from (select distinct s.tenant_id, s.currency from invoice_state s) k left join invoice_due u on u.tenant_id = k.tenant_id and u.currency = k.currency
  group by 1, 2;
  perform private.move_invoice_ages((statement_timestamp() at time zone 'UTC')::date, 2147483647);
end
$$;

-- Invoices that were there before.
select private.rebuild_sums();

reset role;
