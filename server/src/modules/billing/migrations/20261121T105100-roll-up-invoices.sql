set role liaison_owner;

-- Consolidated lists answer with exact totals over the whole filter. Settled invoices grow without bound, so their sums are kept
-- per month; invoices that are still owed are few and are always summed themselves, because their state depends on the day.
create table invoice_month (
  tenant_id uuid not null references tenant (id),
  month date not null check (month = date_trunc('month', month::timestamp)::date),
  currency text not null,
  status text not null check (status in ('draft', 'paid', 'cancelled')),
  invoice_count bigint not null,
  total_minor numeric not null,
  paid_minor numeric not null,
  primary key (tenant_id, month, currency, status)
);
comment on table invoice_month is 'The sums of a tenant''s drafts, paid and cancelled invoices per month of issue, kept in the transaction of every change.';
call private.protect('invoice_month');
create policy readable on invoice_month for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('invoice', 'select')));
grant select on invoice_month to liaison_tenant, liaison_delegate;
create policy summing on invoice_month to liaison_owner using (true) with check (true);

create function private.sum_invoices() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  -- In one order for every transaction, so that two of them never wait for each other.
  if tg_op = 'INSERT' then
    insert into invoice_month as m (tenant_id, month, currency, status, invoice_count, total_minor, paid_minor)
    select n.tenant_id, date_trunc('month', n.issued_on::timestamp)::date, n.currency, n.status, count(*), sum(n.total_minor), sum(n.paid_minor)
    from added n
    where n.status in ('draft', 'paid', 'cancelled')
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (tenant_id, month, currency, status) do update
    set invoice_count = m.invoice_count + excluded.invoice_count, total_minor = m.total_minor + excluded.total_minor, paid_minor = m.paid_minor + excluded.paid_minor;
  elsif tg_op = 'DELETE' then
    insert into invoice_month as m (tenant_id, month, currency, status, invoice_count, total_minor, paid_minor)
    select o.tenant_id, date_trunc('month', o.issued_on::timestamp)::date, o.currency, o.status, -count(*), -sum(o.total_minor), -sum(o.paid_minor)
    from removed o
    where o.status in ('draft', 'paid', 'cancelled')
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (tenant_id, month, currency, status) do update
    set invoice_count = m.invoice_count + excluded.invoice_count, total_minor = m.total_minor + excluded.total_minor, paid_minor = m.paid_minor + excluded.paid_minor;
  else
    insert into invoice_month as m (tenant_id, month, currency, status, invoice_count, total_minor, paid_minor)
    select x.tenant_id, date_trunc('month', x.issued_on::timestamp)::date, x.currency, x.status, sum(x.sign), sum(x.sign * x.total_minor), sum(x.sign * x.paid_minor)
    from (
      select n.tenant_id, n.issued_on, n.currency, n.status, n.total_minor, n.paid_minor, 1 as sign from added n
      union all
      select o.tenant_id, o.issued_on, o.currency, o.status, o.total_minor, o.paid_minor, -1 from removed o) x
    where x.status in ('draft', 'paid', 'cancelled')
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (tenant_id, month, currency, status) do update
    set invoice_count = m.invoice_count + excluded.invoice_count, total_minor = m.total_minor + excluded.total_minor, paid_minor = m.paid_minor + excluded.paid_minor;
  end if;
  return null;
end
$$;
create trigger sum_inserted after insert on invoice referencing new table as added for each statement execute function private.sum_invoices();
create trigger sum_updated after update on invoice referencing new table as added old table as removed for each statement execute function private.sum_invoices();
create trigger sum_deleted after delete on invoice referencing old table as removed for each statement execute function private.sum_invoices();

-- What a search looks at, in the form in which it is compared: one test of plain bytes a row.
alter table invoice add column search_text text generated always as (lower(number || chr(1) || coalesce(customer_name, ''))) stored;

create index invoice_owed on invoice (tenant_id, issued_on desc, id desc) include (currency, due_on, status, total_minor, paid_minor, balance_minor)
  where status in ('finalized', 'partially_paid');
-- With all that sums over a range of amounts look at, so that they are answered from the index alone.
create index invoice_by_amount on invoice (tenant_id, total_minor desc, id desc) include (currency, status, issued_on, due_on, paid_minor, balance_minor);
create index invoice_by_status on invoice (tenant_id, status, issued_on desc, id desc) include (currency, total_minor, paid_minor);
create index subscriber_by_name on subscriber (tenant_id, name, id);

reset role;
