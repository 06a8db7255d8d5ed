set role liaison_owner;

-- Opening more takes two people where the tenant asks for two, whatever opens it (managed-tenants.md section 2, product.md rule 3).
alter table link_change_request add column begun_by text not null default 'partner', add column first_approved_by uuid, add column first_approved_by_name text,
  add column first_approved_at timestamptz, add column first_read text;
comment on column link_change_request.begun_by is 'Which side wants it. What one person of the tenant wants to open waits here for a second one; the partner does not see it.';
comment on column link_change_request.first_read is 'A digest of what the first of two approvers was shown.';
alter table link add column agreed_in xid8;
comment on column link.agreed_in is 'The transaction in which as many people as the tenant asks for had agreed; what opens more in it, and in no other, may pass. Written by triggers alone.';

alter policy partner_side on link_change_request using (begun_by = 'partner' and partner_id = (select access.own_partner()))
  with check (begun_by = 'partner' and partner_id = (select access.own_partner()));
-- Who of the tenant approved first is the tenant's matter.
revoke select, update on link_change_request from liaison_program;
grant select (id, link_id, tenant_id, partner_id, status, proposal, difference, reason, requested_by, requested_by_name, requested_at, expires_at, decided_by, decided_at, begun_by),
  update (status, decided_by, decided_at) on link_change_request to liaison_program;

reset role;
set role liaison_authz;

-- Whether one person of the tenant is not enough to open more: its rules say so, or the role is full and there is a second person who may approve.
-- Whoever asked for it on the partner's side is no such person, even as an admin of the tenant.
create function access.asks_for_two(tenant uuid, role text, asker uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select (access.context_plane() <> 'tenant' or tenant = access.context_id('tenant_id'))
    and (coalesce((select p.dual_approval from public.tenant_partner_policy p where p.tenant_id = tenant), false)
      or (asks_for_two.role in ('msp_full', 'enterprise_hq') and (
        select count(*) from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = tenant and m.role = 'TENANT_ADMIN' and m.status = 'active' and m.person_id is distinct from asker) > 1))
$$;
grant execute on function access.asks_for_two(uuid, text, uuid) to liaison_owner, liaison_tenant;

reset role;
set role liaison_owner;

create function private.is_agreed(of_link uuid, tenant uuid, role text) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$ select not access.asks_for_two(tenant, role, null) or exists (select from link l where l.id = of_link and l.agreed_in = pg_current_xact_id()) $$;
comment on function private.is_agreed(uuid, uuid, text) is 'Whether this transaction may open more of a tenant for a link.';

-- Stricter than the kernel where the two could differ: only what is as strict line by line counts as no looser.
create function private.loosens_conditions(was jsonb, becomes jsonb) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$
  select exists (select from unnest(array['phishing_resistant', 'read_reason_required', 'tenant_elevation_approval', 'elevation_required']) demand
      where coalesce((was ->> demand)::boolean, false) and not coalesce((becomes ->> demand)::boolean, false))
    or coalesce((becomes ->> 'mfa_max_age_s')::numeric, 'Infinity') > coalesce((was ->> 'mfa_max_age_s')::numeric, 'Infinity')
    or (was ->> 'ip_mode' = 'enforce' and (becomes ->> 'ip_mode' is distinct from 'enforce' or exists (
      select from jsonb_array_elements_text(becomes -> 'ip_allow') inner_range where not exists (
        select from jsonb_array_elements_text(was -> 'ip_allow') outer_range where inner_range::inet <<= outer_range::inet))))
    or (jsonb_typeof(was -> 'hours') = 'object' and (jsonb_typeof(becomes -> 'hours') is distinct from 'object' or was #>> '{hours,tz}' <> becomes #>> '{hours,tz}' or exists (
      select from jsonb_array_elements(becomes #> '{hours,windows}') n, jsonb_array_elements(n -> 'days') day where not exists (
        select from jsonb_array_elements(was #> '{hours,windows}') o where o -> 'days' @> day
          and ((o ->> 'from' = n ->> 'from' and o ->> 'to' = n ->> 'to')
            or (o ->> 'from' < o ->> 'to' and n ->> 'from' < n ->> 'to' and o ->> 'from' <= n ->> 'from' and n ->> 'to' <= o ->> 'to'))))))
$$;

-- As before; moves that open more ask for as many people as the tenant does.
create or replace function private.enforce_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  of_link link;
  may_widen boolean;
  widens boolean;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side in ('partner', 'tenant') and (new.status <> 'requested' or new.requested_by is distinct from actor) then
      raise exception 'a delegation starts as a request' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    return new;
  end if;
  if old.status in ('revoked', 'declined', 'withdrawn', 'lapsed') then
    raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if (new.tenant_id, new.partner_id, new.kind, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.kind, old.requested_by, old.requested_at)
    or (old.approval_snapshot is not null and new.approval_snapshot is distinct from old.approval_snapshot and side <> 'tenant') then
    raise exception 'who made a delegation, and what its approver saw, never changes' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  select * into of_link from link l where l.id = new.id;
  if new.status <> old.status then
    if not exists (select from state_transition t where t.entity = new.kind and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move a % from % to %', side, new.kind, old.status, new.status using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if new.status_changed_by_side is distinct from side or (side <> 'clock' and new.status_changed_by is distinct from actor) then
      raise exception 'a move names who made it' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'suspended' and new.status = 'active' and old.status_changed_by_side <> side and not (old.status_changed_by_side = 'clock' and side = 'tenant') then
      raise exception 'only the side that suspended may resume' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'expired' and old.ends_at < statement_timestamp() - interval '30 days' then
      raise exception 'a delegation can be renewed for 30 days after its end' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if side = 'clock' and ((new.status = 'expired' and not old.ends_at <= statement_timestamp())
      or (new.status = 'lapsed' and not of_link.request_expires_at <= statement_timestamp())
      or (old.status = 'approved' and old.starts_at > statement_timestamp())) then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'requested' and new.status in ('approved', 'active') then
      if of_link.initiated_by = side or new.approved_by is distinct from actor or actor is null or new.approved_by = old.requested_by
        or of_link.request_expires_at <= statement_timestamp() then
        raise exception 'the side that asked cannot approve' using errcode = 'check_violation', constraint = 'delegation_two_sides';
      end if;
      if access.asks_for_two(new.tenant_id, of_link.access_role, case when side = 'tenant' then old.requested_by end) then
        if of_link.first_approved_by is null or of_link.first_approved_by in (actor, old.requested_by) then
          raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
        end if;
        update link l set agreed_in = pg_current_xact_id() where l.id = new.id;
      end if;
    end if;
  end if;
  -- A request still belongs to the side that made it; everything that was agreed widens through the tenant alone.
  may_widen := side = 'tenant' or (old.status = 'requested' and of_link.initiated_by = side);
  widens := (new.mask & ~ old.mask) <> 0::bit(256) or (new.role_mask & ~ old.role_mask) <> 0::bit(256)
    or (old.ends_at is not null and (new.ends_at is null or new.ends_at > old.ends_at)) or new.starts_at < old.starts_at
    or (old.own_accounts_only and not new.own_accounts_only)
    or (old.has_timed_overrides and not new.has_timed_overrides and exists (select from link_override o where o.link_id = new.id and o.expires_at is not null));
  if not may_widen and not (side = 'clock' and of_link.auto_renew_days > 0 and old.status = 'active' and old.ends_at > statement_timestamp()
      and new.ends_at = old.ends_at + make_interval(days => of_link.auto_renew_days) and (new.mask, new.role_mask, new.starts_at, new.has_timed_overrides) = (old.mask, old.role_mask, old.starts_at, old.has_timed_overrides))
    and (widens or new.conditions is distinct from old.conditions) then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if side = 'tenant' and old.status <> 'requested' and (widens or private.loosens_conditions(old.conditions, new.conditions))
    and not private.is_agreed(new.id, new.tenant_id, of_link.access_role) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  if new.epoch < old.epoch then
    raise exception 'an epoch never goes back' using errcode = 'check_violation', constraint = 'delegation_epoch';
  end if;
  -- Whatever takes access away makes older tokens stale, whether or not the writer thought of it.
  if (new.status <> old.status and new.status in ('suspended', 'expired', 'revoked')) or (old.mask & ~ new.mask) <> 0::bit(256) or (old.role_mask & ~ new.role_mask) <> 0::bit(256)
    or new.starts_at > old.starts_at or (new.ends_at is not null and (old.ends_at is null or new.ends_at < old.ends_at)) or new.conditions is distinct from old.conditions
    or (new.elevation_required and not old.elevation_required) or (new.own_accounts_only and not old.own_accounts_only) then
    new.epoch := greatest(new.epoch, old.epoch + 1);
  end if;
  return new;
end
$$;

create or replace function private.enforce_override() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  widens boolean := case tg_op
    when 'INSERT' then new.effect = 'grant'
    when 'DELETE' then old.effect = 'deny'
    else new.effect <> old.effect or new.pattern <> old.pattern or case new.effect
      when 'grant' then (new.mask & ~ old.mask) <> 0::bit(256) or (old.expires_at is not null and (new.expires_at is null or new.expires_at > old.expires_at))
      else (old.mask & ~ new.mask) <> 0::bit(256) or (new.expires_at is not null and (old.expires_at is null or new.expires_at < old.expires_at)) end
    end;
begin
  if side is not null and side <> 'tenant' and widens and not exists (
    select from delegation d join link l on l.id = d.id where d.id = coalesce(new.link_id, old.link_id) and d.status = 'requested' and l.initiated_by = side) then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if side = 'tenant' and widens and exists (
    select from delegation d join link l on l.id = d.id where d.id = coalesce(new.link_id, old.link_id) and d.status <> 'requested' and not private.is_agreed(d.id, d.tenant_id, l.access_role)) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return coalesce(new, old);
end
$$;

create or replace function private.enforce_link() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  widens boolean;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.initiated_by <> side then
      raise exception 'a link names the side that began it' using errcode = 'check_violation', constraint = 'link_initiated_by';
    end if;
    return new;
  end if;
  if (new.initiated_by, new.relationship_type, new.request_expires_at) is distinct from (old.initiated_by, old.relationship_type, old.request_expires_at) then
    raise exception 'how a link began never changes' using errcode = 'check_violation', constraint = 'link_initiated_by';
  end if;
  if side = 'tenant' and new.first_approved_by is distinct from old.first_approved_by and new.first_approved_by is not null
    and (new.first_approved_by is distinct from access.context_id('actor_id') or exists (select from delegation d where d.id = new.id and d.requested_by = new.first_approved_by)) then
    raise exception 'an approval names who gave it, and never who asked' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  widens := new.auto_renew_days > old.auto_renew_days
    or ((new.access_role, new.role_version) is distinct from (old.access_role, old.role_version) and not exists (
      select from link_role_template n, link_role_template o
      where n.role = new.access_role and n.version = new.role_version and o.role = old.access_role and o.version = old.role_version
        and (n.defaults & ~ o.defaults) = 0::bit(256) and (n.ceiling & ~ o.ceiling) = 0::bit(256)));
  if side <> 'tenant' and not (old.live_status = 'requested' and old.initiated_by = side) and widens then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if side = 'tenant' and widens and old.live_status <> 'requested'
    and not (private.is_agreed(new.id, new.tenant_id, new.access_role) and private.is_agreed(new.id, new.tenant_id, old.access_role)) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$$;

-- A widening is decided by the tenant, and never by the person who asked for it, on whichever side; by two where the tenant asks for two.
create or replace function private.enforce_change_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  asker uuid;
  role_now text;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.status <> 'waiting' or new.requested_by is distinct from actor or new.first_approved_by is not null then
      raise exception 'a change starts by waiting' using errcode = 'check_violation', constraint = 'change_request_transition';
    end if;
    new.begun_by := case side when 'tenant' then 'tenant' else 'partner' end;
    return new;
  end if;
  if old.status <> 'waiting'
    or (new.link_id, new.tenant_id, new.partner_id, new.proposal, new.difference, new.requested_by, new.requested_at, new.begun_by)
      is distinct from (old.link_id, old.tenant_id, old.partner_id, old.proposal, old.difference, old.requested_by, old.requested_at, old.begun_by)
    or not (case new.status when 'waiting' then side = 'tenant' when 'approved' then side = 'tenant' when 'declined' then side = 'tenant'
      when 'withdrawn' then side = old.begun_by or side = 'tenant' when 'lapsed' then side = 'clock' else false end) then
    raise exception '% may not move a change from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'change_request_transition';
  end if;
  if (new.first_approved_by, new.first_approved_by_name, new.first_approved_at, new.first_read)
    is distinct from (old.first_approved_by, old.first_approved_by_name, old.first_approved_at, old.first_read)
    and (new.status <> 'waiting' or old.begun_by = 'tenant' or new.first_approved_by is distinct from actor or actor is null or actor = old.requested_by) then
    raise exception 'an approval names who gave it, and never who asked' using errcode = 'check_violation', constraint = 'change_request_two_people';
  end if;
  if new.status <> 'approved' then
    return new;
  end if;
  if actor is null or actor = old.requested_by then
    raise exception 'whoever asked for a change does not decide about it' using errcode = 'check_violation', constraint = 'change_request_own';
  end if;
  asker := case old.begun_by when 'partner' then old.requested_by end;
  select l.access_role into role_now from link l where l.id = old.link_id;
  if old.begun_by = 'partner' and (old.first_approved_by is null or old.first_approved_by = actor)
    and (access.asks_for_two(old.tenant_id, role_now, asker) or access.asks_for_two(old.tenant_id, old.proposal ->> 'access_role', asker)) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'change_request_two_people';
  end if;
  new.decided_by := actor;
  update link l set agreed_in = pg_current_xact_id() where l.id = old.link_id;
  return new;
end
$$;

reset role;
