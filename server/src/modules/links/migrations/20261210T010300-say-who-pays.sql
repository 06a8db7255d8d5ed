set role liaison_owner;

-- A link says who pays for each kind of what its partner does (managed-tenants.md section 9, answer 3): billing_party for
-- services and the work on them, the others for what the partner uses. Consents keep who pays with the account.
alter table delegation add column api_calls_party text not null default 'partner', add column seats_party text not null default 'partner',
  add column exports_party text not null default 'partner';
alter table delegation add constraint delegation_parties check (
  api_calls_party in ('tenant', 'partner', 'split') and seats_party in ('tenant', 'partner', 'split') and exports_party in ('tenant', 'partner', 'split')) not valid;
comment on column delegation.billing_party is 'Who pays for services that are provisioned, and for the work on them.';
grant select (api_calls_party, seats_party, exports_party) on delegation to liaison_program, liaison_delegate;

-- What was asked is kept as it was typed, whether or not it reached anybody.
alter table link_request_sent add column sla_response_hours integer, add column billing_parties jsonb;
grant insert (sla_response_hours, billing_parties) on link_request_sent to liaison_program;

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
  jsonb_build_object('services', d.billing_party, 'api_calls', d.api_calls_party, 'seats', d.seats_party, 'exports', d.exports_party) as billing_parties
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
  coalesce(case when not seen.hidden then o.has_conditions end, false) as has_conditions,
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


create function private.share_of_tenant(party text) returns integer
  language sql immutable
  set search_path = pg_catalog
  as $$ select case party when 'partner' then 0 when 'split' then 1 else 2 end $$;

-- Nobody makes the other side pay: the tenant takes a cost over, by as many people as it asks for, and the partner takes one
-- over alone. A request that is not answered still belongs to the side that made it.
create function private.enforce_payers() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  of_link link;
  to_tenant boolean;
  to_partner boolean;
begin
  select bool_or(private.share_of_tenant(becomes) > private.share_of_tenant(was)), bool_or(private.share_of_tenant(becomes) < private.share_of_tenant(was)) into to_tenant, to_partner
  from unnest(array[old.billing_party, old.api_calls_party, old.seats_party, old.exports_party],
    array[new.billing_party, new.api_calls_party, new.seats_party, new.exports_party]) parties (was, becomes);
  if side is null or not (to_tenant or to_partner) then
    return new;
  end if;
  select * into of_link from link l where l.id = new.id;
  if old.status = 'requested' and of_link.initiated_by = side then
    return new;
  end if;
  if (to_tenant and side <> 'tenant') or (to_partner and side <> 'partner') then
    raise exception 'no side of a link makes the other one pay' using errcode = 'check_violation', constraint = 'delegation_payer';
  end if;
  if to_tenant and not private.is_agreed(new.id, new.tenant_id, of_link.access_role) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$$;
create trigger enforce_payers before update on delegation for each row when (new.kind = 'link') execute function private.enforce_payers();

reset role;
set role liaison_authz;

-- As before, with who pays for each kind.
create or replace view access.link_fact as
  select d.id, h.id as person_id, t.name as tenant_name, t.status as tenant_status, l.access_role as role,
    json_build_object(
      'id', d.id, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'tenant_status', t.status, 'status', case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'suspended' else d.status end,
      'status_reason', case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'review_overdue' else d.status_reason end, 'role', l.access_role, 'role_version', l.role_version,
      'relationship_type', l.relationship_type, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch, 'billing_party', d.billing_party,
      'billing_parties', json_build_object('services', d.billing_party, 'api_calls', d.api_calls_party, 'seats', d.seats_party, 'exports', d.exports_party),
      'status_changed_by_side', case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'clock' else d.status_changed_by_side end, 'status_changed_at', d.status_changed_at,
      'own_accounts_only', d.own_accounts_only, 'conditions', d.conditions, 'tenant_conditions', coalesce(tp.conditions, '{}'),
      'partner_conditions', coalesce((select json_build_object('ip_mode', r.ip_mode, 'ip_allow', r.ip_allow) from public.partner_network_rule r where r.partner_id = d.partner_id), '{}'),
      'overrides', coalesce((select json_agg(json_build_object('id', o.id, 'pattern', o.pattern, 'effect', o.effect, 'expires_at', o.expires_at)) from public.link_override o where o.link_id = d.id), '[]'),
      'assignment', case when m.link_id is not null then json_build_object('role', m.role, 'ends_at', m.ends_at) end,
      'elevations', case when m.elevated_until > statement_timestamp()
        then json_build_array(json_build_object('id', m.elevation_id, 'mask', m.elevated_mask, 'starts_at', m.elevated_from, 'ends_at', m.elevated_until)) else '[]' end,
      'freezes', coalesce((
        select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
        where f.lifted_at is null
          and (f.person_id is null or f.person_id = h.id)
          and (f.partner_id is null or f.partner_id = d.partner_id)
          and (f.tenant_id is null or f.tenant_id = d.tenant_id)
          and (f.delegation_id is null or f.delegation_id = d.id)), '[]')) as facts
  from public.delegation d
  join public.link l on l.id = d.id
  join public.tenant t on t.id = d.tenant_id
  cross join public.person h
  left join public.tenant_partner_policy tp on tp.tenant_id = d.tenant_id
  left join public.link_member m on m.link_id = d.id and m.person_id = h.id;


reset role;
