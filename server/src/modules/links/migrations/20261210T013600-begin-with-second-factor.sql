set role liaison_authz;
grant execute on function access.has_strong_member(uuid) to liaison_owner;
reset role;

set role liaison_owner;

-- A link does not begin before its partner has somebody with a second factor (managed-tenants.md section 2): whether it waits for that stands
-- beside its state, and says nothing of anybody in person.
create or replace view link_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, t.slug as tenant_slug, d.partner_id, p.name as partner_name, p.slug as partner_slug,
  case when d.status = 'requested' and l.request_expires_at <= statement_timestamp() then 'lapsed'
    when d.status in ('approved', 'active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired'
    when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'suspended' else d.status end as status,
  d.status as stored_status, case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'review_overdue' else d.status_reason end as status_reason,
  case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then d.review_stops_at else d.status_changed_at end as status_changed_at,
  case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'clock' else d.status_changed_by_side end as status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.billing_party,
  d.has_conditions, d.requested_by, d.requested_at, d.approved_at, d.approved_by_name, d.version, d.created_at, d.updated_at,
  l.relationship_type, l.access_role, l.role_version, l.initiated_by, l.request_message, l.request_expires_at, l.auto_renew_days,
  l.sla_response_hours, l.sla_uptime_target, l.notify_on_sla_breach, l.notify_on_billing_threshold, l.billing_alert_threshold_minor, l.billing_alert_currency,
  (select coalesce(jsonb_agg(jsonb_build_object('pattern', o.pattern, 'effect', o.effect, 'reason', o.reason, 'expires_at', o.expires_at) order by o.pattern, o.effect), '[]')
   from link_override o where o.link_id = d.id) as overrides,
  (select count(*)::integer from link_member m where m.link_id = d.id) as members_count,
  access.last_used(d.id) as last_used_at,
  l.review_due_at, l.via_partner_name, l.attestation_ref, l.objection_until, d.own_accounts_only,
  jsonb_build_object('services', d.billing_party, 'api_calls', d.api_calls_party, 'seats', d.seats_party, 'exports', d.exports_party) as billing_parties,
  case when d.status = 'approved' and d.starts_at <= statement_timestamp() and coalesce(d.ends_at > statement_timestamp(), true) then not access.has_strong_member(d.partner_id) else false end as waits_for_factor
from delegation d
join link l on l.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind = 'link';

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
  coalesce(case when not seen.hidden then o.billing_parties else r.billing_parties end, '{"services": "tenant", "api_calls": "partner", "seats": "partner", "exports": "partner"}') as billing_parties,
  coalesce(case when not seen.hidden then o.waits_for_factor end, false) as waits_for_factor
from link_request_sent r
full join link_overview o on o.id = r.id
cross join lateral (select r.id is not null and coalesce(o.status in ('requested', 'declined', 'withdrawn', 'lapsed'), true) as hidden) seen;

-- The same as a rule of the database. Its name sorts after enforce_delegation, which asks who makes the move.
create function private.need_strong_member() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if private.side_of_login() is not null and not access.has_strong_member(new.partner_id) then
    raise exception 'a link begins once its partner has somebody with a second factor' using errcode = 'check_violation', constraint = 'link_second_factor';
  end if;
  return new;
end
$$;
create trigger need_strong_member before update of status on delegation for each row
  when (new.kind = 'link' and new.status = 'active' and old.status in ('requested', 'approved')) execute function private.need_strong_member();

-- The clock says once that a link waits for it.
alter table link_reminder drop constraint link_reminder_what_check;
alter table link_reminder add constraint link_reminder_what_check check (what in ('review_due', 'review_overdue', 'first_use', 'role_version', 'unused', 'second_factor')) not valid;

reset role;
