set role liaison_owner;

create table invoice_dispute (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  reason text not null check (reason in ('wrong_amount', 'not_delivered', 'duplicate', 'already_paid', 'other')),
  explanation text not null check (length(explanation) between 10 and 2000),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  status text not null default 'open' check (status in ('open', 'accepted', 'rejected', 'withdrawn')),
  billing_party text not null check (billing_party in ('tenant', 'partner', 'split')),
  created_by uuid not null,
  created_by_name text not null,
  created_by_partner_id uuid not null,
  created_by_partner_name text not null,
  delegation_id uuid not null,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  decision_note text check (length(decision_note) <= 2000),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoice (tenant_id, id),
  check ((status = 'open') = (decided_at is null))
);
comment on table invoice_dispute is 'A partner''s objection to an amount of a tenant''s invoice. It changes no amount: the provider''s billing credits what the tenant accepts.';
create unique index invoice_dispute_open on invoice_dispute (tenant_id, invoice_id) where status = 'open';
create index invoice_dispute_newest on invoice_dispute (tenant_id, created_at desc, id desc);
create index invoice_dispute_of_invoice on invoice_dispute (tenant_id, invoice_id);
call private.protect('invoice_dispute');
create policy readable on invoice_dispute for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('invoice_dispute', 'select')));
-- Nobody files or withdraws in another's name.
create policy insertable on invoice_dispute for insert to liaison_delegate with check (
  tenant_id in (select access.reach('invoice_dispute', 'insert')) and status = 'open'
  and created_by = (select access.context_id('actor_id')) and created_by_partner_id = (select access.context_id('partner_id')));
create policy withdrawable on invoice_dispute for update to liaison_delegate
  using (tenant_id in (select access.reach('invoice_dispute', 'insert')) and created_by_partner_id = (select access.context_id('partner_id')) and status = 'open')
  with check (status = 'withdrawn' and decided_by = (select access.context_id('actor_id')));
create policy answerable on invoice_dispute for update to liaison_tenant
  using (tenant_id in (select access.reach('invoice_dispute', 'update')) and status = 'open')
  with check (status in ('accepted', 'rejected') and decided_by = (select access.context_id('actor_id')));
grant select, insert on invoice_dispute to liaison_delegate;
grant select on invoice_dispute to liaison_tenant;
grant update (status, decided_by, decided_by_name, decided_at, decision_note, version, updated_at) on invoice_dispute to liaison_delegate, liaison_tenant;
call private.audit_changes('invoice_dispute', true);

-- A dispute is about money that is owed in the invoice's own currency, whoever writes the row.
create function private.check_dispute() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if not exists (
    select from invoice i where i.tenant_id = new.tenant_id and i.id = new.invoice_id and i.currency = new.currency and i.balance_minor >= new.amount_minor) then
    raise exception 'a dispute is about no more than what is owed on the invoice' using errcode = 'check_violation', constraint = 'dispute_amount';
  end if;
  return new;
end
$$;
create trigger check_dispute before insert on invoice_dispute for each row execute function private.check_dispute();

-- How reminders of a tenant's invoices are sent, in the tenant's name.
create table billing_setting (
  tenant_id uuid primary key references tenant (id),
  reminders text not null default 'customer' check (reminders in ('off', 'customer', 'tenant')),
  reply_to text check (length(reply_to) <= 254),
  reminder_note text check (length(reminder_note) <= 1000),
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
comment on table billing_setting is 'What a tenant allows of reminders of its invoices: none, to the customer who owes, or to the tenant itself. Without a row: to the customer.';
call private.protect('billing_setting');
create policy readable on billing_setting for select to liaison_tenant using (tenant_id in (select access.reach('billing_setting', 'select')));
create policy insertable on billing_setting for insert to liaison_tenant with check (tenant_id in (select access.reach('billing_setting', 'update')));
create policy updatable on billing_setting for update to liaison_tenant using (tenant_id in (select access.reach('billing_setting', 'update'))) with check (tenant_id in (select access.reach('billing_setting', 'update')));
grant select, insert, update on billing_setting to liaison_tenant;
call private.audit_changes('billing_setting', true);

-- Where a customer's invoices and reminders go. Partners never read it: reminders are sent without showing the address.
alter table subscriber add column billing_email text check (billing_email ~ '^[^@\s]{1,64}@[^@\s]{1,189}$');
revoke select on subscriber from liaison_delegate;
grant select (tenant_id, id, name, status, plan, city, postal_code, activated_on, closed_on, source, external_id, created_at, updated_at) on subscriber to liaison_delegate;

create table invoice_reminder (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  sent_on date not null,
  sent_at timestamptz not null,
  recipient text not null check (recipient in ('customer', 'tenant')),
  days_overdue integer not null check (days_overdue > 0),
  balance_minor bigint not null,
  currency text not null,
  billing_party text not null check (billing_party in ('tenant', 'partner', 'split')),
  sent_by uuid not null,
  sent_by_name text not null,
  partner_id uuid not null,
  partner_name text not null,
  delegation_id uuid not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoice (tenant_id, id),
  unique (tenant_id, invoice_id, sent_on)
);
comment on table invoice_reminder is 'Reminders that partners sent in a tenant''s name: at most one a day (UTC) for an invoice, whoever sends it.';
call private.protect('invoice_reminder');
create policy readable on invoice_reminder for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('invoice_reminder', 'select')));
create policy insertable on invoice_reminder for insert to liaison_delegate with check (
  tenant_id in (select access.reach('invoice_reminder', 'insert')) and sent_by = (select access.context_id('actor_id')) and partner_id = (select access.context_id('partner_id')));
grant select on invoice_reminder to liaison_tenant, liaison_delegate;
grant insert on invoice_reminder to liaison_delegate;
call private.audit_changes('invoice_reminder', true);

create index payment_newest on payment (tenant_id, received_at desc, id desc) include (amount_minor, currency);
drop index payment_tenant_id_received_at_idx;

reset role;
set role liaison_authz;

-- Where and how a reminder of one invoice goes; nothing for a caller who may not send any.
create function access.reminder_terms(wanted_tenant uuid, wanted_invoice uuid)
  returns table (reminders text, recipient text, reply_to text, note text, tenant_name text)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if wanted_tenant not in (select access.reach('invoice_reminder', 'insert'))
    and (wanted_tenant, wanted_invoice) not in (select * from access.own_invoices('invoice_reminder', 'insert')) then
    return;
  end if;
  return query
    select coalesce(s.reminders, 'customer'), case coalesce(s.reminders, 'customer') when 'customer' then c.billing_email when 'tenant' then t.contact ->> 'billing_email' end,
      s.reply_to, s.reminder_note, t.name
    from public.invoice i
    join public.tenant t on t.id = i.tenant_id
    left join public.billing_setting s on s.tenant_id = i.tenant_id
    left join public.subscriber c on c.tenant_id = i.tenant_id and c.id = i.subscriber_id
    where i.tenant_id = wanted_tenant and i.id = wanted_invoice;
end
$$;
comment on function access.reminder_terms(uuid, uuid) is 'How the tenant lets a reminder of an invoice be sent, for callers who may send one.';
grant execute on function access.reminder_terms(uuid, uuid) to liaison_delegate;

-- The figures of many tenants from the sums that are kept. Asks once which tenants are reached, instead of once for each table.
create function access.summarise_billing(tenants uuid[], first_day date, last_day date, wanted_day date)
  returns table (tenant_id uuid, currency text, invoice_count bigint, paid_invoice_count bigint, invoiced_minor bigint, collected_minor bigint,
    late_0_minor bigint, late_30_minor bigint, late_60_minor bigint, late_90_minor bigint, late_more_minor bigint,
    late_0_count bigint, late_30_count bigint, late_60_count bigint, late_90_count bigint, late_more_count bigint,
    credit_minor bigint, oldest_due_on date, dispute_count bigint, dispute_minor bigint)
  language plpgsql stable security definer rows 1000
  set search_path = pg_catalog, public
  -- One plan for any number of tenants: each table is read once along its key, and what was read is joined by hashes. Planning for
  -- a thousand named tenants costs as much as the reading.
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_nestloop = off
  set enable_sort = off
  set jit = off
  as $$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
  first_month date := date_trunc('month', first_day::timestamp)::date;
  last_month date := date_trunc('month', last_day::timestamp)::date;
  -- The place of the last day of the span in its month, and of the last day before it in the first; none before the first of a month.
  up_to integer := extract(day from last_day);
  before integer := nullif(extract(day from first_day)::integer - 1, 0);
begin
  return query
    -- The sums up to each day make wide rows: what is wanted of them is taken out before anything is put together.
    with part as (
      select m.tenant_id, m.currency,
        case when m.month = last_month then m.invoice_counts[up_to] else m.invoice_count end - case when m.month = first_month then coalesce(m.invoice_counts[before], 0) else 0 end as invoices,
        case when m.month = last_month then m.paid_invoice_counts[up_to] else m.paid_invoice_count end - case when m.month = first_month then coalesce(m.paid_invoice_counts[before], 0) else 0 end as paid,
        case when m.month = last_month then m.invoiced_sums[up_to] else m.invoiced_minor end - case when m.month = first_month then coalesce(m.invoiced_sums[before], 0) else 0 end as invoiced,
        case when m.month = last_month then m.collected_sums[up_to] else m.collected_minor end - case when m.month = first_month then coalesce(m.collected_sums[before], 0) else 0 end as collected
      from billing_month m
      where m.tenant_id = any (reached) and m.month >= first_month and m.month <= last_month and first_day <= last_day
      offset 0),
    moved as (
      select p.tenant_id, p.currency, sum(p.invoices)::bigint as invoices, sum(p.paid)::bigint as paid, sum(p.invoiced)::bigint as invoiced, sum(p.collected)::bigint as collected
      from part p group by 1, 2),
    age as (
      select a.tenant_id, a.currency, a.credit_minor, a.oldest_due_on, a.as_of, a.balances_minor, a.counts
      from invoice_age a where a.tenant_id = any (reached)),
    -- Where the ages are of another day, what is owed is added up by due day.
    aged as (
      select u.tenant_id, u.currency, b.bucket, sum(u.balance_minor) as balance, sum(u.invoice_count)::bigint as invoices
      from invoice_due u
      join age a on a.tenant_id = u.tenant_id and a.currency = u.currency and a.as_of <> wanted_day
      cross join lateral (select private.age_bucket(u.due_on, wanted_day) as bucket) b
      where u.tenant_id = any (reached) and u.invoice_count <> 0 and exists (select from age other where other.as_of <> wanted_day)
      group by 1, 2, 3),
    sorted as (
      select g.tenant_id, g.currency,
        array[coalesce(sum(g.balance) filter (where g.bucket = 1), 0), coalesce(sum(g.balance) filter (where g.bucket = 2), 0), coalesce(sum(g.balance) filter (where g.bucket = 3), 0),
          coalesce(sum(g.balance) filter (where g.bucket = 4), 0), coalesce(sum(g.balance) filter (where g.bucket = 5), 0)] as balances,
        array[coalesce(sum(g.invoices) filter (where g.bucket = 1), 0), coalesce(sum(g.invoices) filter (where g.bucket = 2), 0), coalesce(sum(g.invoices) filter (where g.bucket = 3), 0),
          coalesce(sum(g.invoices) filter (where g.bucket = 4), 0), coalesce(sum(g.invoices) filter (where g.bucket = 5), 0)]::bigint[] as counts
      from aged g group by 1, 2),
    disputed as (
      select d.tenant_id, d.currency, count(*) as disputes, sum(d.amount_minor)::bigint as amount
      from invoice_dispute d where d.tenant_id = any (reached) and d.status = 'open' group by 1, 2),
    -- An array is taken apart once for each figure of it, so it is decided before which one it is.
    total as (
      select coalesce(a.tenant_id, m.tenant_id) as tenant_id, coalesce(a.currency, m.currency) as currency, m.invoices, m.paid, m.invoiced, m.collected,
        case when a.as_of = wanted_day then a.balances_minor else s.balances end as balances, case when a.as_of = wanted_day then a.counts else s.counts end as counts,
        a.credit_minor, a.oldest_due_on, d.disputes, d.amount as disputed
      from age a
      full join moved m on m.tenant_id = a.tenant_id and m.currency = a.currency
      left join sorted s on s.tenant_id = a.tenant_id and s.currency = a.currency
      left join disputed d on d.tenant_id = a.tenant_id and d.currency = a.currency
      offset 0)
    select k.tenant_id, k.currency, coalesce(k.invoices, 0), coalesce(k.paid, 0), coalesce(k.invoiced, 0), coalesce(k.collected, 0),
      coalesce(k.balances[1], 0)::bigint, coalesce(k.balances[2], 0)::bigint, coalesce(k.balances[3], 0)::bigint, coalesce(k.balances[4], 0)::bigint, coalesce(k.balances[5], 0)::bigint,
      coalesce(k.counts[1], 0), coalesce(k.counts[2], 0), coalesce(k.counts[3], 0), coalesce(k.counts[4], 0), coalesce(k.counts[5], 0), coalesce(k.credit_minor, 0)::bigint,
      case when k.counts[2] + k.counts[3] + k.counts[4] + k.counts[5] > 0 then k.oldest_due_on end,
      coalesce(k.disputes, 0), coalesce(k.disputed, 0)
    from total k;
end
$$;
comment on function access.summarise_billing(uuid[], date, date, date) is
  'Per tenant and currency: invoiced and collected in a span of days, both ends included, and what is owed by age on a day, of the tenants that this transaction may read.';
grant execute on function access.summarise_billing(uuid[], date, date, date) to liaison_tenant, liaison_delegate;

-- The sums that go with a list of whole states: of every tenant that this transaction may read whole, added up in one look at each table.
create function access.sum_invoice_states(tenants uuid[], states text[], wanted_currency text, wanted_day date)
  returns table (currency text, invoice_count integer, total_minor bigint, paid_minor bigint, outstanding_minor bigint, overdue_minor bigint)
  language plpgsql stable security definer rows 5
  set search_path = pg_catalog, public
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_nestloop = off
  set enable_sort = off
  set jit = off
  as $$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
begin
  return query
    with kept as (
      select s.currency, sum(s.invoice_count)::integer as invoices, sum(s.total_minor)::bigint as total, sum(s.paid_minor)::bigint as paid,
        coalesce(sum(s.total_minor - s.paid_minor) filter (where s.status in ('finalized', 'partially_paid')), 0)::bigint as outstanding
      from invoice_state s
      where s.tenant_id = any (reached) and s.status = any (states) and (wanted_currency is null or s.currency = wanted_currency)
      group by 1
      having sum(s.invoice_count) > 0),
    late as (
      select a.currency, sum(case when a.as_of = wanted_day then a.balances_minor[2] + a.balances_minor[3] + a.balances_minor[4] + a.balances_minor[5]
        else (select sum(d.balance_minor) from invoice_due d where d.tenant_id = a.tenant_id and d.currency = a.currency and d.due_on < wanted_day) end)::bigint as overdue
      from invoice_age a
      where a.tenant_id = any (reached) and states @> '{finalized,partially_paid}'
      group by 1)
    select k.currency, k.invoices, k.total, k.paid, k.outstanding, coalesce(l.overdue, 0) from kept k left join late l on l.currency = k.currency;
end
$$;
comment on function access.sum_invoice_states(uuid[], text[], text, date) is
  'Count and sums per currency of all invoices of whole states, and what of them is overdue on a day, of the tenants that this transaction may read.';
grant execute on function access.sum_invoice_states(uuid[], text[], text, date) to liaison_tenant, liaison_delegate;

reset role;
grant usage on schema private to liaison_authz;
set role liaison_owner;
grant execute on function private.age_bucket(date, date) to liaison_authz;

reset role;
