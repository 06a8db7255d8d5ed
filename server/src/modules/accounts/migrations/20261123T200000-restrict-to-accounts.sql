set role liaison_owner;

-- Under a link that is restricted to the partner's own accounts `access.reach` leaves the tenant out, so every relation is closed whole,
-- the sums that are kept of it too. What the tables below say opens again the rows of the accounts, and nothing else. Their names sort
-- after the policies for whole tenants, so that the second question is asked only where the first said no.
create policy with_accounts on subscriber for select to liaison_delegate using ((tenant_id, id) in (select * from access.own_accounts('subscriber', 'select')));

create policy with_accounts on invoice for select to liaison_delegate using ((tenant_id, subscriber_id) in (select * from access.own_accounts('invoice', 'select')));
create policy with_accounts on payment for select to liaison_delegate using ((tenant_id, invoice_id) in (select * from access.own_invoices('payment', 'select')));

create policy with_accounts on invoice_dispute for select to liaison_delegate using ((tenant_id, invoice_id) in (select * from access.own_invoices('invoice_dispute', 'select')));
create policy with_accounts_insert on invoice_dispute for insert to liaison_delegate with check (
  (tenant_id, invoice_id) in (select * from access.own_invoices('invoice_dispute', 'insert')) and status = 'open'
  and created_by = (select access.context_id('actor_id')) and created_by_partner_id = (select access.context_id('partner_id')));
create policy with_accounts_update on invoice_dispute for update to liaison_delegate
  using ((tenant_id, invoice_id) in (select * from access.own_invoices('invoice_dispute', 'insert')) and created_by_partner_id = (select access.context_id('partner_id')) and status = 'open')
  with check (status = 'withdrawn' and decided_by = (select access.context_id('actor_id')));

create policy with_accounts on invoice_reminder for select to liaison_delegate using ((tenant_id, invoice_id) in (select * from access.own_invoices('invoice_reminder', 'select')));
create policy with_accounts_insert on invoice_reminder for insert to liaison_delegate with check (
  (tenant_id, invoice_id) in (select * from access.own_invoices('invoice_reminder', 'insert')) and sent_by = (select access.context_id('actor_id')) and partner_id = (select access.context_id('partner_id')));

create policy with_accounts on ticket for select to liaison_delegate using ((tenant_id, subscriber_id) in (select * from access.own_accounts('ticket', 'select')));
create policy with_accounts_insert on ticket for insert to liaison_delegate with check ((tenant_id, subscriber_id) in (select * from access.own_accounts('ticket', 'insert')));
create policy with_accounts_update on ticket for update to liaison_delegate
  using ((tenant_id, subscriber_id) in (select * from access.own_accounts('ticket', 'update'))) with check ((tenant_id, subscriber_id) in (select * from access.own_accounts('ticket', 'update')));

create policy with_accounts on ticket_comment for select to liaison_delegate using (not is_internal and (tenant_id, ticket_id) in (select * from access.own_tickets('ticket_comment', 'select')));
create policy with_accounts_notes on ticket_comment for select to liaison_delegate using (is_internal and (tenant_id, ticket_id) in (select * from access.own_tickets('ticket_note', 'select')));
create policy with_accounts_insert on ticket_comment for insert to liaison_delegate with check (
  (tenant_id, ticket_id) in (select * from access.own_tickets('ticket_comment', 'insert'))
  and (not is_internal or (tenant_id, ticket_id) in (select * from access.own_tickets('ticket_note', 'select')))
  and author_id = (select access.context_id('actor_id'))
  and author_partner_id is not distinct from (select access.context_id('partner_id')));

create policy with_accounts on ticket_sla_clock for select to liaison_delegate using ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'select')));
create policy with_accounts_insert on ticket_sla_clock for insert to liaison_delegate with check ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'insert')));
create policy with_accounts_update on ticket_sla_clock for update to liaison_delegate
  using ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'update'))) with check ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'update')));
create policy with_accounts on ticket_sla_signal for select to liaison_delegate using ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'select')));
create policy with_accounts_insert on ticket_sla_signal for insert to liaison_delegate with check (
  (tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'insert') union select * from access.own_tickets('ticket', 'update')));
create policy with_accounts on ticket_sla_step for select to liaison_delegate using ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'select')));
create policy with_accounts_insert on ticket_sla_step for insert to liaison_delegate with check (
  (tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'insert') union select * from access.own_tickets('ticket', 'update')));
create policy with_accounts on ticket_sla_justification for select to liaison_delegate using ((tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'select')));
create policy with_accounts_insert on ticket_sla_justification for insert to liaison_delegate with check (
  (tenant_id, ticket_id) in (select * from access.own_tickets('ticket', 'insert') union select * from access.own_tickets('ticket', 'update')));

reset role;
