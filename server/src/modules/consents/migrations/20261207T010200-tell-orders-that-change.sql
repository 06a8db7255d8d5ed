set role liaison_owner;

-- Whoever may change orders and place none is told as well what they come to: the limit bounds changes, too.
create or replace view consent_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, d.partner_id, p.name as partner_name,
  case when d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired' else d.status end as status,
  d.status as stored_status, d.status_reason, d.status_changed_at, d.status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.requested_by, d.requested_at,
  d.approved_at, d.approved_by, d.approved_by_name, d.version,
  c.client_id, c.scopes, c.actions, c.purpose, c.reference, c.approver_leaves, c.reconfirm_due_at, c.first_approved_by_name, c.first_approved_at,
  access.consent_card(d.id) as card,
  c.order_limits, case when c.actions && array['order.create', 'order.update'] then access.ordered_this_month(d.id) else '{}' end as ordered_this_month
from delegation d
join consent c on c.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind = 'consent';

reset role;
