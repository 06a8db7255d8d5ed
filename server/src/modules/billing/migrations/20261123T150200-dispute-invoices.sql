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
create function access.summarise_billing(tenants uuid[], first_month date, end_month date, edge_from date[], edge_to date[], edge_sign integer[], wanted_day date)
  returns table (tenant_id uuid, currency text, invoice_count bigint, paid_invoice_count bigint, invoiced_minor bigint, collected_minor bigint,
    late_0_minor bigint, late_30_minor bigint, late_60_minor bigint, late_90_minor bigint, late_more_minor bigint,
    late_0_count bigint, late_30_count bigint, late_60_count bigint, late_90_count bigint, late_more_count bigint,
    credit_minor bigint, oldest_due_on date, dispute_count bigint, dispute_minor bigint)
  language plpgsql stable security definer rows 1000
  set search_path = pg_catalog, public
  -- How many tenants there are decides the plan; one made for any number joins a thousand with a thousand.
  set plan_cache_mode = force_custom_plan
  set enable_seqscan = off
  set jit = off
  as $$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
begin
  return query
    with moved as (
      select m.tenant_id, m.currency, m.invoice_count, m.paid_invoice_count, m.invoiced_minor, m.collected_minor
      from billing_month m where m.tenant_id = any (reached) and m.month >= first_month and m.month < end_month
      union all
      select b.tenant_id, b.currency, e.sign * b.invoice_count, e.sign * b.paid_invoice_count, e.sign * b.invoiced_minor, e.sign * b.collected_minor
      from unnest(edge_from, edge_to, edge_sign) e (first_day, last_day, sign)
      join billing_day b on b.tenant_id = any (reached) and b.day >= e.first_day and b.day <= e.last_day),
    age as (
      select a.tenant_id, a.currency, x.balances, x.counts, a.credit_minor
      from invoice_age a
      cross join lateral (
        select a.balances_minor as balances, a.counts where a.as_of = wanted_day
        union all
        select array_agg(y.balance order by y.bucket), array_agg(y.invoices order by y.bucket)
        from (
          select g.bucket, coalesce(sum(u.balance_minor), 0) as balance, coalesce(sum(u.invoice_count), 0)::bigint as invoices
          from generate_series(1, 5) g (bucket)
          left join invoice_due u on u.tenant_id = a.tenant_id and u.currency = a.currency and u.invoice_count <> 0 and private.age_bucket(u.due_on, wanted_day) = g.bucket
          where a.as_of <> wanted_day
          group by g.bucket) y
        having a.as_of <> wanted_day) x
      where a.tenant_id = any (reached)),
    part as (
      select m.tenant_id, m.currency, sum(m.invoice_count)::bigint as invoices, sum(m.paid_invoice_count)::bigint as paid, sum(m.invoiced_minor)::bigint as invoiced, sum(m.collected_minor)::bigint as collected,
        null::numeric[] as balances, null::bigint[] as counts, 0::numeric as credit, 0::bigint as disputes, 0::bigint as disputed
      from moved m group by 1, 2
      union all
      select a.tenant_id, a.currency, 0, 0, 0, 0, a.balances, a.counts, a.credit_minor, 0, 0 from age a
      union all
      select d.tenant_id, d.currency, 0, 0, 0, 0, null, null, 0, count(*), sum(d.amount_minor)::bigint
      from invoice_dispute d where d.tenant_id = any (reached) and d.status = 'open' group by 1, 2),
    -- One row of each kind for a tenant and currency, so the greatest is the only one.
    total as (
      select p.tenant_id, p.currency, sum(p.invoices)::bigint as invoices, sum(p.paid)::bigint as paid, sum(p.invoiced)::bigint as invoiced, sum(p.collected)::bigint as collected,
        coalesce(max(p.balances), '{0,0,0,0,0}') as balances, coalesce(max(p.counts), '{0,0,0,0,0}') as counts, sum(p.credit)::bigint as credit, sum(p.disputes)::bigint as disputes, sum(p.disputed)::bigint as disputed
      from part p group by 1, 2)
    select k.tenant_id, k.currency, k.invoices, k.paid, k.invoiced, k.collected,
      k.balances[1]::bigint, k.balances[2]::bigint, k.balances[3]::bigint, k.balances[4]::bigint, k.balances[5]::bigint,
      k.counts[1], k.counts[2], k.counts[3], k.counts[4], k.counts[5], k.credit,
      case when k.counts[2] + k.counts[3] + k.counts[4] + k.counts[5] > 0 then (
        select u.due_on from invoice_due u where u.tenant_id = k.tenant_id and u.currency = k.currency and u.invoice_count > 0 order by u.due_on limit 1) end,
      k.disputes, k.disputed
    from total k;
end
$$;
comment on function access.summarise_billing(uuid[], date, date, date[], date[], integer[], date) is
  'Per tenant and currency: invoiced and collected in whole months and the days at their ends (added or taken off), and what is owed by age on a day, of the tenants that this transaction may read.';
grant execute on function access.summarise_billing(uuid[], date, date, date[], date[], integer[], date) to liaison_tenant, liaison_delegate;

reset role;
grant usage on schema private to liaison_authz;
set role liaison_owner;
grant execute on function private.age_bucket(date, date) to liaison_authz;

reset role;
