set role liaison_owner;

create table link_request_sent (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  tenant_slug text not null check (char_length(tenant_slug) between 1 and 63),
  relationship_type text not null,
  access_role text not null,
  role_version integer not null,
  overrides jsonb not null default '[]',
  request_message text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  requested_by uuid not null references person (id),
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '30 days',
  withdrawn_at timestamptz
);
comment on table link_request_sent is 'What a partner asked for, as it typed it. Every request is kept, also one that reached no tenant, so that asking tells nothing about who is a tenant. The id is the link''s.';
create index on link_request_sent (partner_id, tenant_slug, requested_at);
call private.protect('link_request_sent');
create policy partner_side on link_request_sent to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
grant select, insert (id, partner_id, tenant_slug, relationship_type, access_role, role_version, overrides, request_message, starts_at, ends_at, requested_by), update (withdrawn_at) on link_request_sent to liaison_program;
call private.audit_changes('link_request_sent', false);

create table link_notice (
  link_id uuid not null references link (id),
  ends_at timestamptz not null,
  days integer not null check (days in (60, 30, 7, 1)),
  sent_at timestamptz not null default now(),
  primary key (link_id, ends_at, days)
);
comment on table link_notice is 'The notices of a coming end that were sent, so that each is sent once for each end.';
call private.protect('link_notice');
create policy clock on link_notice to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert on link_notice to liaison_job;

-- The partner's own list: a request that no tenant has answered shows what was typed and nothing else.
create view link_list_of_partner with (security_invoker = true) as
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
  coalesce(case when not seen.hidden then o.epoch end, 1) as epoch, coalesce(case when not seen.hidden then o.billing_party end, 'tenant') as billing_party,
  coalesce(case when not seen.hidden then o.has_conditions end, false) as has_conditions,
  coalesce(o.requested_by, r.requested_by) as requested_by, coalesce(r.requested_at, o.requested_at) as requested_at, o.approved_at, o.approved_by_name,
  coalesce(case when not seen.hidden then o.version end, 1) as version, coalesce(r.requested_at, o.created_at) as created_at, coalesce(case when not seen.hidden then o.updated_at end, r.requested_at) as updated_at,
  coalesce(o.relationship_type, r.relationship_type) as relationship_type, coalesce(case when not seen.hidden then o.access_role end, r.access_role) as access_role,
  coalesce(case when not seen.hidden then o.role_version end, r.role_version) as role_version, coalesce(o.initiated_by, 'partner') as initiated_by,
  coalesce(r.request_message, o.request_message) as request_message, coalesce(r.expires_at, o.request_expires_at) as request_expires_at,
  coalesce(case when not seen.hidden then o.auto_renew_days end, 0) as auto_renew_days,
  case when not seen.hidden then o.sla_response_hours end as sla_response_hours, case when not seen.hidden then o.sla_uptime_target end as sla_uptime_target,
  coalesce(case when not seen.hidden then o.notify_on_sla_breach end, true) as notify_on_sla_breach, coalesce(case when not seen.hidden then o.notify_on_billing_threshold end, true) as notify_on_billing_threshold,
  case when not seen.hidden then o.billing_alert_threshold_minor end as billing_alert_threshold_minor, case when not seen.hidden then o.billing_alert_currency end as billing_alert_currency,
  case when not seen.hidden then o.overrides else r.overrides end as overrides,
  coalesce(case when not seen.hidden then o.members_count end, 0) as members_count,
  case when not seen.hidden then o.last_used_at end as last_used_at
from link_request_sent r
full join link_overview o on o.id = r.id
cross join lateral (select r.id is not null and coalesce(o.status in ('requested', 'declined', 'withdrawn', 'lapsed'), true) as hidden) seen;
grant select on link_list_of_partner to liaison_program;

reset role;
