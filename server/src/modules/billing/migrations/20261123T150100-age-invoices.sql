set role liaison_owner;

-- Summaries over many tenants are read from sums that every change of an invoice or payment keeps in its own transaction:
-- per state, per month and state (invoice_month), per band of amounts, per day of issue, per due day, and by age.

alter table invoice_month drop constraint invoice_month_status_check;
alter table invoice_month add check (status in ('draft', 'finalized', 'partially_paid', 'paid', 'cancelled'));
comment on table invoice_month is 'The sums of a tenant''s invoices per month of issue and stored status, kept in the transaction of every change.';

create table invoice_band (
  tenant_id uuid not null references tenant (id),
  currency text not null,
  status text not null check (status in ('draft', 'paid', 'cancelled')),
  band integer not null,
  invoice_count bigint not null,
  total_minor numeric not null,
  paid_minor numeric not null,
  primary key (tenant_id, currency, status, band)
);
comment on table invoice_band is 'The sums of a tenant''s settled invoices per band of amounts (private.amount_band), so that a wide range of amounts is not added up row by row.';

create table invoice_state (
  tenant_id uuid not null references tenant (id),
  currency text not null,
  status text not null check (status in ('draft', 'finalized', 'partially_paid', 'paid', 'cancelled')),
  invoice_count bigint not null,
  total_minor numeric not null,
  paid_minor numeric not null,
  primary key (tenant_id, currency, status)
);
comment on table invoice_state is 'The sums of all of a tenant''s invoices per stored status, whatever their day: what a list over very many tenants says of the whole.';

-- A sum up to each day of a month stands beside the sum of the month, so that any span of days is two rows of a tenant, read at two places each.
create domain private.sums_of_days as bigint[] check (cardinality(value) = 31 and array_lower(value, 1) = 1);
create table billing_month (
  tenant_id uuid not null references tenant (id),
  currency text not null,
  month date not null check (month = date_trunc('month', month::timestamp)::date),
  invoice_count bigint not null default 0,
  paid_invoice_count bigint not null default 0,
  invoiced_minor bigint not null default 0,
  payment_count bigint not null default 0,
  collected_minor bigint not null default 0,
  invoice_counts private.sums_of_days not null default array_fill(0::bigint, array[31]),
  paid_invoice_counts private.sums_of_days not null default array_fill(0::bigint, array[31]),
  invoiced_sums private.sums_of_days not null default array_fill(0::bigint, array[31]),
  collected_sums private.sums_of_days not null default array_fill(0::bigint, array[31]),
  primary key (tenant_id, month, currency),
  check (invoice_counts[31] = invoice_count and paid_invoice_counts[31] = paid_invoice_count and invoiced_sums[31] = invoiced_minor and collected_sums[31] = collected_minor)
) with (fillfactor = 80);
comment on table billing_month is 'What a tenant invoiced (by day of issue; drafts and cancelled invoices are nothing) and collected (by day of receipt, in UTC) in a month, and up to each of its days.';

create table invoice_due (
  tenant_id uuid not null references tenant (id),
  currency text not null,
  due_on date not null,
  invoice_count bigint not null,
  balance_minor numeric not null,
  credit_minor numeric not null,
  primary key (tenant_id, currency, due_on)
);
comment on table invoice_due is 'What is owed to a tenant per due day: invoices with a balance above zero and their sum, and apart the credit of those below zero, which does not age.';
create index invoice_due_open on invoice_due (tenant_id, currency, due_on) where invoice_count > 0;

create table invoice_age (
  tenant_id uuid not null references tenant (id),
  currency text not null,
  as_of date not null,
  -- Not yet due; 1 to 30, 31 to 60, 61 to 90 and more days late.
  balances_minor numeric[] not null default '{0,0,0,0,0}' check (cardinality(balances_minor) = 5),
  counts bigint[] not null default '{0,0,0,0,0}' check (cardinality(counts) = 5),
  credit_minor numeric not null default 0,
  -- The first due day of all that is owed, whatever day it is.
  oldest_due_on date,
  primary key (tenant_id, currency)
);
comment on table invoice_age is 'What is owed to a tenant by age on one day. A job moves it to the next day; whoever finds an older day adds up invoice_due instead.';

do $$
declare
  relation text;
begin
  foreach relation in array array['invoice_band', 'invoice_state', 'billing_month', 'invoice_due', 'invoice_age'] loop
    call private.protect(relation::regclass);
    execute format('create policy readable on %I for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(''invoice'', ''select'')))', relation);
    execute format('grant select on %I to liaison_tenant, liaison_delegate', relation);
    execute format('create policy summing on %I to liaison_owner using (true) with check (true)', relation);
  end loop;
end
$$;
-- What the sums are compared with and built again from.
create policy summing on invoice for select to liaison_owner using (true);
create policy summing on payment for select to liaison_owner using (true);

-- Sixteen bands for each doubling of an amount, one for each amount below sixteen, the same below zero. Whole numbers only: the
-- code works out the ends of a band by the same rule (rules-bands.ts).
create function private.amount_band(amount bigint) returns integer
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
declare
  size bigint := abs(amount);
  power integer := 0;
begin
  if size < 16 then
    return amount;
  end if;
  while size >= 32 loop
    size := size >> 1;
    power := power + 1;
  end loop;
  return sign(amount)::integer * (16 * power + size::integer);
end
$$;

create function private.age_bucket(due_on date, as_of date) returns integer
  language sql immutable
  return case when due_on >= as_of then 1 when due_on >= as_of - 30 then 2 when due_on >= as_of - 60 then 3 when due_on >= as_of - 90 then 4 else 5 end;

-- What was added on days of a month, as sums up to each of its days.
create function private.sum_days(days integer[], amounts bigint[]) returns bigint[]
  language plpgsql immutable
  set search_path = pg_catalog
  as $$
declare
  sums bigint[] := array_fill(0::bigint, array[31]);
  place integer;
begin
  for i in 1 .. cardinality(days) loop
    place := days[i];
    sums[place] := sums[place] + amounts[i];
  end loop;
  for d in 2 .. 31 loop
    sums[d] := sums[d - 1] + sums[d];
  end loop;
  return sums;
end
$$;
create function private.add_days(sums bigint[], added bigint[]) returns bigint[]
  language sql immutable
  return array(select x.kept + x.more from unnest(sums, added) with ordinality x (kept, more, place) order by x.place);

create type private.invoice_delta as (
  tenant_id uuid, currency text, status text, issued_on date, due_on date, band integer,
  invoice_count bigint, total_minor numeric, paid_minor numeric, owed_count bigint, balance_minor numeric, credit_minor numeric
);

-- Adds what changed to every kind of sum. Always in the same order of tables and of rows, so that two transactions never wait for each other.
create function private.add_invoice_deltas(deltas private.invoice_delta[]) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
begin
  insert into invoice_month as m (tenant_id, month, currency, status, invoice_count, total_minor, paid_minor)
  select d.tenant_id, date_trunc('month', d.issued_on::timestamp)::date, d.currency, d.status, sum(d.invoice_count), sum(d.total_minor), sum(d.paid_minor)
  from unnest(deltas) d
  group by 1, 2, 3, 4
  having sum(d.invoice_count) <> 0 or sum(d.total_minor) <> 0 or sum(d.paid_minor) <> 0
  order by 1, 2, 3, 4
  on conflict (tenant_id, month, currency, status) do update
  set invoice_count = m.invoice_count + excluded.invoice_count, total_minor = m.total_minor + excluded.total_minor, paid_minor = m.paid_minor + excluded.paid_minor;

  insert into invoice_band as b (tenant_id, currency, status, band, invoice_count, total_minor, paid_minor)
  select d.tenant_id, d.currency, d.status, d.band, sum(d.invoice_count), sum(d.total_minor), sum(d.paid_minor)
  from unnest(deltas) d
  where d.status in ('draft', 'paid', 'cancelled')
  group by 1, 2, 3, 4
  having sum(d.invoice_count) <> 0 or sum(d.total_minor) <> 0 or sum(d.paid_minor) <> 0
  order by 1, 2, 3, 4
  on conflict (tenant_id, currency, status, band) do update
  set invoice_count = b.invoice_count + excluded.invoice_count, total_minor = b.total_minor + excluded.total_minor, paid_minor = b.paid_minor + excluded.paid_minor;

  insert into invoice_state as s (tenant_id, currency, status, invoice_count, total_minor, paid_minor)
  select d.tenant_id, d.currency, d.status, sum(d.invoice_count), sum(d.total_minor), sum(d.paid_minor)
  from unnest(deltas) d
  group by 1, 2, 3
  having sum(d.invoice_count) <> 0 or sum(d.total_minor) <> 0 or sum(d.paid_minor) <> 0
  order by 1, 2, 3
  on conflict (tenant_id, currency, status) do update
  set invoice_count = s.invoice_count + excluded.invoice_count, total_minor = s.total_minor + excluded.total_minor, paid_minor = s.paid_minor + excluded.paid_minor;

  insert into billing_month as b (tenant_id, month, currency, invoice_count, paid_invoice_count, invoiced_minor, invoice_counts, paid_invoice_counts, invoiced_sums)
  select x.tenant_id, x.month, x.currency, sum(x.invoices), sum(x.paid), sum(x.invoiced),
    private.sum_days(array_agg(x.day), array_agg(x.invoices)), private.sum_days(array_agg(x.day), array_agg(x.paid)), private.sum_days(array_agg(x.day), array_agg(x.invoiced))
  from (
    select d.tenant_id, date_trunc('month', d.issued_on::timestamp)::date as month, d.currency, extract(day from d.issued_on)::integer as day,
      sum(d.invoice_count)::bigint as invoices, coalesce(sum(d.invoice_count) filter (where d.status = 'paid'), 0)::bigint as paid, sum(d.total_minor)::bigint as invoiced
    from unnest(deltas) d
    where d.status in ('finalized', 'partially_paid', 'paid')
    group by 1, 2, 3, 4) x
  group by 1, 2, 3
  having bool_or(x.invoices <> 0 or x.paid <> 0 or x.invoiced <> 0)
  order by 1, 2, 3
  on conflict (tenant_id, month, currency) do update
  set invoice_count = b.invoice_count + excluded.invoice_count, paid_invoice_count = b.paid_invoice_count + excluded.paid_invoice_count, invoiced_minor = b.invoiced_minor + excluded.invoiced_minor,
    invoice_counts = private.add_days(b.invoice_counts, excluded.invoice_counts), paid_invoice_counts = private.add_days(b.paid_invoice_counts, excluded.paid_invoice_counts),
    invoiced_sums = private.add_days(b.invoiced_sums, excluded.invoiced_sums);

  insert into invoice_due as u (tenant_id, currency, due_on, invoice_count, balance_minor, credit_minor)
  select d.tenant_id, d.currency, d.due_on, sum(d.owed_count), sum(d.balance_minor), sum(d.credit_minor)
  from unnest(deltas) d
  group by 1, 2, 3
  having sum(d.owed_count) <> 0 or sum(d.balance_minor) <> 0 or sum(d.credit_minor) <> 0
  order by 1, 2, 3
  on conflict (tenant_id, currency, due_on) do update
  set invoice_count = u.invoice_count + excluded.invoice_count, balance_minor = u.balance_minor + excluded.balance_minor, credit_minor = u.credit_minor + excluded.credit_minor;

  perform private.add_to_ages(deltas);
end
$$;

create function private.add_to_ages(deltas private.invoice_delta[]) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
begin
  -- Whoever has invoices has a row, whether or not anything is owed.
  insert into invoice_age (tenant_id, currency, as_of)
  select d.tenant_id, d.currency, (statement_timestamp() at time zone 'UTC')::date
  from unnest(deltas) d
  group by 1, 2
  order by 1, 2
  on conflict do nothing;
  -- The day of a row stands still while it is locked, so what is added is aged as the row is.
  perform from invoice_age a
  where (a.tenant_id, a.currency) in (select d.tenant_id, d.currency from unnest(deltas) d where d.owed_count <> 0 or d.balance_minor <> 0 or d.credit_minor <> 0)
  order by a.tenant_id, a.currency
  for update;
  update invoice_age a
  set balances_minor = array[a.balances_minor[1] + x.b1, a.balances_minor[2] + x.b2, a.balances_minor[3] + x.b3, a.balances_minor[4] + x.b4, a.balances_minor[5] + x.b5],
    counts = array[a.counts[1] + x.n1, a.counts[2] + x.n2, a.counts[3] + x.n3, a.counts[4] + x.n4, a.counts[5] + x.n5],
    credit_minor = a.credit_minor + x.credit,
    oldest_due_on = (select u.due_on from invoice_due u where u.tenant_id = a.tenant_id and u.currency = a.currency and u.invoice_count > 0 order by u.due_on limit 1)
  from (
    select k.tenant_id, k.currency,
      coalesce(sum(d.balance_minor) filter (where k.bucket = 1), 0) as b1, coalesce(sum(d.balance_minor) filter (where k.bucket = 2), 0) as b2,
      coalesce(sum(d.balance_minor) filter (where k.bucket = 3), 0) as b3, coalesce(sum(d.balance_minor) filter (where k.bucket = 4), 0) as b4,
      coalesce(sum(d.balance_minor) filter (where k.bucket = 5), 0) as b5,
      coalesce(sum(d.owed_count) filter (where k.bucket = 1), 0) as n1, coalesce(sum(d.owed_count) filter (where k.bucket = 2), 0) as n2,
      coalesce(sum(d.owed_count) filter (where k.bucket = 3), 0) as n3, coalesce(sum(d.owed_count) filter (where k.bucket = 4), 0) as n4,
      coalesce(sum(d.owed_count) filter (where k.bucket = 5), 0) as n5,
      sum(d.credit_minor) as credit
    from unnest(deltas) d
    join lateral (
      select g.tenant_id, g.currency, private.age_bucket(d.due_on, g.as_of) as bucket
      from invoice_age g where g.tenant_id = d.tenant_id and g.currency = d.currency) k on true
    where d.owed_count <> 0 or d.balance_minor <> 0 or d.credit_minor <> 0
    group by 1, 2) x
  where a.tenant_id = x.tenant_id and a.currency = x.currency;
end
$$;

create or replace function private.sum_invoices() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  deltas private.invoice_delta[];
begin
  if tg_op = 'INSERT' then
    deltas := array(
      select row (n.tenant_id, n.currency, n.status, n.issued_on, n.due_on, private.amount_band(n.total_minor), count(*), sum(n.total_minor), sum(n.paid_minor),
        count(*) filter (where n.balance_minor > 0), coalesce(sum(n.balance_minor) filter (where n.balance_minor > 0), 0), coalesce(sum(n.balance_minor) filter (where n.balance_minor < 0), 0))::private.invoice_delta
      from added n
      group by n.tenant_id, n.currency, n.status, n.issued_on, n.due_on, private.amount_band(n.total_minor));
  elsif tg_op = 'DELETE' then
    deltas := array(
      select row (o.tenant_id, o.currency, o.status, o.issued_on, o.due_on, private.amount_band(o.total_minor), -count(*), -sum(o.total_minor), -sum(o.paid_minor),
        -count(*) filter (where o.balance_minor > 0), -coalesce(sum(o.balance_minor) filter (where o.balance_minor > 0), 0), -coalesce(sum(o.balance_minor) filter (where o.balance_minor < 0), 0))::private.invoice_delta
      from removed o
      group by o.tenant_id, o.currency, o.status, o.issued_on, o.due_on, private.amount_band(o.total_minor));
  else
    deltas := array(
      select row (x.tenant_id, x.currency, x.status, x.issued_on, x.due_on, x.band, sum(x.sign), sum(x.sign * x.total_minor), sum(x.sign * x.paid_minor),
        coalesce(sum(x.sign) filter (where x.balance_minor > 0), 0), coalesce(sum(x.sign * x.balance_minor) filter (where x.balance_minor > 0), 0), coalesce(sum(x.sign * x.balance_minor) filter (where x.balance_minor < 0), 0))::private.invoice_delta
      from (
        select n.tenant_id, n.currency, n.status, n.issued_on, n.due_on, private.amount_band(n.total_minor) as band, n.total_minor, n.paid_minor, n.balance_minor, 1 as sign from added n
        union all
        select o.tenant_id, o.currency, o.status, o.issued_on, o.due_on, private.amount_band(o.total_minor), o.total_minor, o.paid_minor, o.balance_minor, -1 from removed o) x
      group by x.tenant_id, x.currency, x.status, x.issued_on, x.due_on, x.band
      having sum(x.sign) <> 0 or sum(x.sign * x.total_minor) <> 0 or sum(x.sign * x.paid_minor) <> 0 or sum(x.sign * x.balance_minor) <> 0
        or coalesce(sum(x.sign) filter (where x.balance_minor > 0), 0) <> 0);
  end if;
  if cardinality(deltas) > 0 then
    perform private.add_invoice_deltas(deltas);
  end if;
  return null;
end
$$;

create function private.sum_payments() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  keys uuid[];
  currencies text[];
  days date[];
  amounts bigint[];
  signs integer[];
begin
  if tg_op <> 'DELETE' then
    select array_agg(n.tenant_id), array_agg(n.currency), array_agg((n.received_at at time zone 'UTC')::date), array_agg(n.amount_minor), array_agg(1)
    into keys, currencies, days, amounts, signs from added n;
  end if;
  if tg_op <> 'INSERT' then
    select keys || array_agg(o.tenant_id), currencies || array_agg(o.currency), days || array_agg((o.received_at at time zone 'UTC')::date), amounts || array_agg(o.amount_minor), signs || array_agg(-1)
    into keys, currencies, days, amounts, signs from removed o;
  end if;
  insert into billing_month as b (tenant_id, month, currency, payment_count, collected_minor, collected_sums)
  select x.tenant_id, x.month, x.currency, sum(x.payments), sum(x.collected), private.sum_days(array_agg(x.day), array_agg(x.collected))
  from (
    select k.tenant_id, date_trunc('month', k.day::timestamp)::date as month, k.currency, extract(day from k.day)::integer as day, sum(k.sign)::bigint as payments, sum(k.sign * k.amount)::bigint as collected
    from unnest(keys, currencies, days, amounts, signs) k (tenant_id, currency, day, amount, sign)
    group by 1, 2, 3, 4) x
  group by 1, 2, 3 having bool_or(x.payments <> 0 or x.collected <> 0) order by 1, 2, 3
  on conflict (tenant_id, month, currency) do update
  set payment_count = b.payment_count + excluded.payment_count, collected_minor = b.collected_minor + excluded.collected_minor, collected_sums = private.add_days(b.collected_sums, excluded.collected_sums);
  return null;
end
$$;
create trigger sum_inserted after insert on payment referencing new table as added for each statement execute function private.sum_payments();
create trigger sum_updated after update on payment referencing new table as added old table as removed for each statement execute function private.sum_payments();
create trigger sum_deleted after delete on payment referencing old table as removed for each statement execute function private.sum_payments();

-- Moves sums by age to a day, at most so many rows; returns how many it moved. A row is locked before invoice_due is read, so a
-- change that is under way adds to the row afterwards, aged by its new day.
create function private.move_invoice_ages(wanted_day date, at_most integer) returns integer
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  tenants uuid[];
  currencies text[];
begin
  select array_agg(a.tenant_id), array_agg(a.currency) into tenants, currencies
  from (select g.tenant_id, g.currency from invoice_age g where g.as_of < wanted_day order by g.tenant_id, g.currency limit at_most for update) a;
  update invoice_age a
  set as_of = wanted_day, balances_minor = x.balances_minor, counts = x.counts
  from (
    select k.tenant_id, k.currency,
      array[coalesce(sum(u.balance_minor) filter (where b = 1), 0), coalesce(sum(u.balance_minor) filter (where b = 2), 0), coalesce(sum(u.balance_minor) filter (where b = 3), 0),
        coalesce(sum(u.balance_minor) filter (where b = 4), 0), coalesce(sum(u.balance_minor) filter (where b = 5), 0)] as balances_minor,
      array[coalesce(sum(u.invoice_count) filter (where b = 1), 0), coalesce(sum(u.invoice_count) filter (where b = 2), 0), coalesce(sum(u.invoice_count) filter (where b = 3), 0),
        coalesce(sum(u.invoice_count) filter (where b = 4), 0), coalesce(sum(u.invoice_count) filter (where b = 5), 0)]::bigint[] as counts
    from unnest(tenants, currencies) k (tenant_id, currency)
    left join invoice_due u on u.tenant_id = k.tenant_id and u.currency = k.currency and u.invoice_count <> 0
    left join lateral private.age_bucket(u.due_on, wanted_day) b on true
    group by 1, 2) x
  where a.tenant_id = x.tenant_id and a.currency = x.currency;
  return coalesce(cardinality(tenants), 0);
end
$$;
grant usage on schema private to liaison_job;
grant execute on function private.move_invoice_ages(date, integer) to liaison_job;

reset role;
