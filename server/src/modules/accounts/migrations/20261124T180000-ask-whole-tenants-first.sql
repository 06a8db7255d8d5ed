set role liaison_owner;

-- Of several policies PostgreSQL asks the one with the last name first. Nearly every row is open because its whole tenant is, so that is
-- asked first; the accounts of the partner are then not even gathered.
do $$
declare
  policy record;
begin
  for policy in select p.polname, p.polrelid::regclass as relation from pg_policy p where p.polname like 'with\_accounts%' loop
    execute format('alter policy %I on %s rename to %I', policy.polname, policy.relation, replace(policy.polname, 'with_accounts', 'accounts'));
  end loop;
end
$$;

-- The policies name the subscriber or the record that belongs to one, so an index that answers a list alone carries it, too.
drop index invoice_newest;
create index invoice_newest on invoice (tenant_id, issued_on desc, id desc) include (subscriber_id);
drop index invoice_open;
create index invoice_open on invoice (tenant_id, currency, due_on) include (balance_minor, subscriber_id) where balance_minor <> 0;
drop index invoice_owed;
create index invoice_owed on invoice (tenant_id, issued_on desc, id desc) include (currency, due_on, status, total_minor, paid_minor, balance_minor, subscriber_id)
  where status in ('finalized', 'partially_paid');
drop index invoice_by_amount;
create index invoice_by_amount on invoice (tenant_id, total_minor desc, id desc) include (currency, status, issued_on, due_on, paid_minor, balance_minor, subscriber_id);
drop index invoice_by_status;
create index invoice_by_status on invoice (tenant_id, status, issued_on desc, id desc) include (currency, total_minor, paid_minor, subscriber_id);
drop index payment_newest;
create index payment_newest on payment (tenant_id, received_at desc, id desc) include (amount_minor, currency, invoice_id);
drop index ticket_newest;
create index ticket_newest on ticket (tenant_id, created_at desc, id desc)
  include (status, priority, assigned_to, resolved_at, sla_metric, sla_due_at, sla_at_risk_at, sla_paused_since, sla_breached_at, subscriber_id);
drop index ticket_live;
create index ticket_live on ticket (tenant_id, priority, created_at) include (sla_metric, sla_due_at, sla_at_risk_at, sla_paused_since, subscriber_id)
  where status in ('open', 'pending', 'on_hold');
drop index ticket_sla_due;
create index ticket_sla_due on ticket_sla_clock (tenant_id, due_at) include (met_at, paused_since, breached_at, ticket_id);
drop index ticket_sla_started;
create index ticket_sla_started on ticket_sla_clock (tenant_id, started_at) include (metric, met_at, breached_at, paused_since, due_at, paused_ms, ticket_id);

reset role;
