set role liaison_owner;

-- Access reviews (managed-tenants.md section 2): due every 180 days; 30 days after that the link is suspended, whether or not a job has noted it.
grant select (review_stops_at) on delegation to liaison_program, liaison_delegate;

create function private.plan_review() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if tg_table_name = 'delegation' then
    update link set review_due_at = new.approved_at + interval '180 days' where id = new.id;
    return null;
  end if;
  update delegation set review_stops_at = new.review_due_at + interval '30 days'
  where id = new.id and review_stops_at is distinct from new.review_due_at + interval '30 days';
  return null;
end
$$;
comment on function private.plan_review() is 'An approval plans the first review; each date of a review moves the instant at which the link would stop.';
create trigger plan_review after update of approved_at on delegation for each row when (new.kind = 'link' and old.approved_at is null and new.approved_at is not null) execute function private.plan_review();
create trigger plan_review after insert or update of review_due_at on link for each row when (new.review_due_at is not null) execute function private.plan_review();

-- What no handler can step around: only an overdue review lets the clock suspend, and until somebody confirms, nothing resumes or renews.
create function private.enforce_review() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null or new.kind <> 'link' then
    return new;
  end if;
  if side = 'clock' and old.status = 'active' and new.status = 'suspended' and not coalesce(new.review_stops_at <= statement_timestamp(), false) then
    raise exception 'the clock suspends only what nobody reviewed' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if coalesce(new.review_stops_at <= statement_timestamp(), false) and old.status = 'suspended' and new.status = 'active' then
    raise exception 'the access review is overdue' using errcode = 'check_violation', constraint = 'delegation_review';
  end if;
  if coalesce(new.review_stops_at <= statement_timestamp() + interval '30 days', false) and old.status in ('active', 'suspended', 'expired') and new.ends_at > old.ends_at then
    raise exception 'the access review is overdue' using errcode = 'check_violation', constraint = 'delegation_review';
  end if;
  return new;
end
$$;
create trigger enforce_review before update on delegation for each row execute function private.enforce_review();

-- One table remembers what was said once about a link and one date; notices of a coming end have their own.
create table link_reminder (
  link_id uuid not null references link (id),
  what text not null check (what in ('review_due', 'review_overdue', 'first_use', 'role_version', 'unused')),
  about timestamptz not null,
  sent_at timestamptz not null default now(),
  primary key (link_id, what, about)
);
comment on table link_reminder is 'What the clock said about a link, so that each is said once for each date it is about.';
call private.protect('link_reminder');
create policy clock on link_reminder to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert on link_reminder to liaison_job;

-- A distributor between the two: it sees name, state and totals, and opens nothing (managed-tenants.md section 9, answer 2).
alter table link add column via_partner_id uuid references partner (id), add column via_partner_name text, add constraint link_via_other check (via_partner_id <> partner_id),
  add constraint link_metadata_size check (octet_length(metadata::text) <= 8192 and jsonb_typeof(metadata) = 'object'), add constraint link_notes_size check (char_length(notes_partner) <= 4000 and char_length(notes_tenant) <= 4000),
  add column objection_until timestamptz, add column attestation_ref text check (char_length(attestation_ref) between 1 and 200);
comment on column link.via_partner_id is 'The distributor through whom the partner works. It reads name, state and totals; it opens nothing.';
comment on column link.attestation_ref is 'The contract by which the provider attested a subsidiary''s link; until objection_until the tenant may object.';
create index on link (via_partner_id) where via_partner_id is not null;
grant select (via_partner_id, via_partner_name, objection_until, attestation_ref) on link to liaison_program, liaison_tenant, liaison_platform, liaison_job;
grant insert (via_partner_id, via_partner_name), update (metadata, notes_partner) on link to liaison_program;
grant insert (via_partner_id, via_partner_name) on link to liaison_tenant;

reset role;
set role liaison_authz;

-- The distributor that a request names, by its code.
create function access.find_distributor(wanted_slug text) returns table (id uuid, name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select p.id, p.name from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() in ('program', 'tenant') $$;

-- What a distributor reads of the links that name it: who with whom, in which state, and the sums that are open. Nothing of it opens a tenant.
create function access.indirect_links()
  returns table (link_id uuid, tenant_name text, partner_name text, status text, access_role text, ends_at timestamptz, totals jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select l.id, t.name, p.name,
    case when d.status in ('approved', 'active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired'
      when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'suspended' else d.status end,
    l.access_role, d.ends_at,
    case when access.in_force(d) then coalesce((
      select jsonb_agg(jsonb_build_object('currency', sums.currency, 'outstanding_minor', sums.outstanding) order by sums.currency)
      from (select i.currency, sum(i.balance_minor)::bigint as outstanding from public.invoice i
        where i.tenant_id = d.tenant_id and i.balance_minor <> 0 group by i.currency) sums), '[]') else '[]' end
  from public.link l
  join public.delegation d on d.id = l.id
  join public.tenant t on t.id = d.tenant_id
  join public.partner p on p.id = d.partner_id
  where l.via_partner_id = access.own_partner() and access.context_plane() = 'program' and d.approved_at is not null
  order by t.name, l.id
  limit 500
$$;
grant execute on function access.find_distributor(text) to liaison_program, liaison_tenant;
grant execute on function access.indirect_links() to liaison_program;

reset role;
set role liaison_owner;

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
  l.review_due_at, l.via_partner_name, l.attestation_ref, l.objection_until, d.own_accounts_only
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
  case when not seen.hidden then o.last_used_at end as last_used_at,
  case when not seen.hidden then o.review_due_at end as review_due_at,
  case when not seen.hidden then o.via_partner_name end as via_partner_name,
  case when not seen.hidden then o.attestation_ref end as attestation_ref,
  case when not seen.hidden then o.objection_until end as objection_until,
  coalesce(case when not seen.hidden then o.own_accounts_only end, false) as own_accounts_only
from link_request_sent r
full join link_overview o on o.id = r.id
cross join lateral (select r.id is not null and coalesce(o.status in ('requested', 'declined', 'withdrawn', 'lapsed'), true) as hidden) seen;

reset role;
