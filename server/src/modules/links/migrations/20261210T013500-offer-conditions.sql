set role liaison_owner;

-- What a partner offers to keep to goes along with its request, and is kept as it was typed whether or not it reached
-- anybody (managed-tenants.md section 7, B): the partner reads of both alike that there are conditions.
alter table link_request_sent add column conditions jsonb;
grant insert (conditions) on link_request_sent to liaison_program;

create or replace view link_list_of_partner with (security_invoker = true) as
select coalesce(o.id, r.id) as id, coalesce(o.partner_id, r.partner_id) as partner_id, o.partner_name, o.partner_slug,
  case when not seen.hidden then o.tenant_id end as tenant_id,
  case when not seen.hidden then o.tenant_name else r.tenant_slug end as tenant_name,
  case when not seen.hidden then o.tenant_slug else r.tenant_slug end as tenant_slug,
  case when not seen.hidden or o.status = 'declined' then o.status when r.withdrawn_at is not null then 'withdrawn' when r.expires_at <= statement_timestamp() then 'lapsed' else 'requested' end as status,
  case when not seen.hidden then o.stored_status else 'requested' end as stored_status,
  case when not seen.hidden or o.status = 'declined' then o.status_reason end as status_reason,
  case when not seen.hidden or o.status = 'declined' then o.status_changed_at else coalesce(r.withdrawn_at, r.requested_at) end as status_changed_at,
  case when not seen.hidden or o.status = 'declined' then o.status_changed_by_side when r.withdrawn_at is not null then 'partner' end as status_changed_by_side,
  case when not seen.hidden then o.starts_at else r.starts_at end as starts_at,
  case when not seen.hidden then o.ends_at else r.ends_at end as ends_at,
  coalesce(case when not seen.hidden then o.epoch end, 1) as epoch, coalesce(case when not seen.hidden then o.billing_party else r.billing_parties ->> 'services' end, 'tenant') as billing_party,
  coalesce(case when not seen.hidden then o.has_conditions else r.conditions <> '{}' end, false) as has_conditions,
  coalesce(o.requested_by, r.requested_by) as requested_by, coalesce(r.requested_at, o.requested_at) as requested_at, o.approved_at, o.approved_by_name,
  coalesce(case when not seen.hidden then o.version end, 1) as version, coalesce(r.requested_at, o.created_at) as created_at, coalesce(case when not seen.hidden then o.updated_at end, r.requested_at) as updated_at,
  coalesce(o.relationship_type, r.relationship_type) as relationship_type, coalesce(case when not seen.hidden then o.access_role end, r.access_role) as access_role,
  coalesce(case when not seen.hidden then o.role_version end, r.role_version) as role_version, coalesce(o.initiated_by, 'partner') as initiated_by,
  coalesce(r.request_message, o.request_message) as request_message, coalesce(r.expires_at, o.request_expires_at) as request_expires_at,
  coalesce(case when not seen.hidden then o.auto_renew_days end, 0) as auto_renew_days,
  case when not seen.hidden then o.sla_response_hours else r.sla_response_hours end as sla_response_hours, case when not seen.hidden then o.sla_uptime_target end as sla_uptime_target,
  coalesce(case when not seen.hidden then o.notify_on_sla_breach end, true) as notify_on_sla_breach, coalesce(case when not seen.hidden then o.notify_on_billing_threshold end, true) as notify_on_billing_threshold,
  case when not seen.hidden then o.billing_alert_threshold_minor end as billing_alert_threshold_minor, case when not seen.hidden then o.billing_alert_currency end as billing_alert_currency,
  case when not seen.hidden then o.overrides else r.overrides end as overrides,
  coalesce(case when not seen.hidden then o.members_count end, 0) as members_count,
  case when not seen.hidden then o.last_used_at end as last_used_at,
  case when not seen.hidden then o.review_due_at end as review_due_at,
  case when not seen.hidden then o.via_partner_name end as via_partner_name,
  case when not seen.hidden then o.attestation_ref end as attestation_ref,
  case when not seen.hidden then o.objection_until end as objection_until,
  coalesce(case when not seen.hidden then o.own_accounts_only end, false) as own_accounts_only,
  coalesce(case when not seen.hidden then o.billing_parties else r.billing_parties end, '{"services": "tenant", "api_calls": "partner", "seats": "partner", "exports": "partner"}') as billing_parties
from link_request_sent r
full join link_overview o on o.id = r.id
cross join lateral (select r.id is not null and coalesce(o.status in ('requested', 'declined', 'withdrawn', 'lapsed'), true) as hidden) seen;

reset role;
