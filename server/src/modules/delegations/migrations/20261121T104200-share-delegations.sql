set role liaison_owner;

-- The owner too is bound by forced row security; only a migration steps out of it, for its own inserts.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('link', 'requested', 'approved', 'approve', 'tenant'),
  ('link', 'requested', 'approved', 'accept', 'partner'),
  ('link', 'requested', 'active', 'approve', 'tenant'),
  ('link', 'requested', 'active', 'accept', 'partner'),
  ('link', 'requested', 'declined', 'decline', 'tenant'),
  ('link', 'requested', 'declined', 'decline', 'partner'),
  ('link', 'requested', 'withdrawn', 'withdraw', 'partner'),
  ('link', 'requested', 'withdrawn', 'withdraw', 'tenant'),
  ('link', 'requested', 'withdrawn', 'withdraw', 'provider'),
  ('link', 'requested', 'lapsed', 'lapse', 'clock'),
  ('link', 'approved', 'active', 'activate', 'clock'),
  ('link', 'approved', 'revoked', 'revoke', 'tenant'),
  ('link', 'approved', 'revoked', 'terminate', 'partner'),
  ('link', 'approved', 'revoked', 'revoke', 'provider'),
  ('link', 'active', 'suspended', 'suspend', 'tenant'),
  ('link', 'active', 'suspended', 'suspend', 'partner'),
  ('link', 'active', 'suspended', 'suspend', 'provider'),
  ('link', 'active', 'suspended', 'suspend', 'clock'),
  ('link', 'suspended', 'active', 'resume', 'tenant'),
  ('link', 'suspended', 'active', 'resume', 'partner'),
  ('link', 'suspended', 'active', 'resume', 'provider'),
  ('link', 'active', 'expired', 'expire', 'clock'),
  ('link', 'suspended', 'expired', 'expire', 'clock'),
  ('link', 'expired', 'active', 'renew', 'tenant'),
  ('link', 'active', 'revoked', 'revoke', 'tenant'),
  ('link', 'active', 'revoked', 'terminate', 'partner'),
  ('link', 'active', 'revoked', 'revoke', 'provider'),
  ('link', 'suspended', 'revoked', 'revoke', 'tenant'),
  ('link', 'suspended', 'revoked', 'terminate', 'partner'),
  ('link', 'suspended', 'revoked', 'revoke', 'provider');
alter table state_transition force row level security;

create function private.side_of_login() returns text
  language sql stable
  return case session_user when 'liaison_program' then 'partner' when 'liaison_tenant' then 'tenant' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' end;

-- The rules of a link that no handler can step around: legal moves by the right side, two different sides at approval,
-- widening by the tenant only, history untouched (product.md rules 1 and 3, managed-tenants.md section 2).
create function private.enforce_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  of_link link;
  may_widen boolean;
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
      if side = 'tenant' and coalesce((select p.dual_approval from tenant_partner_policy p where p.tenant_id = new.tenant_id), false)
        and (of_link.first_approved_by is null or of_link.first_approved_by = actor) then
        raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
      end if;
    end if;
  end if;
  -- A request still belongs to the side that made it; everything that was agreed widens through the tenant alone.
  may_widen := side = 'tenant' or (old.status = 'requested' and of_link.initiated_by = side);
  if not may_widen and not (side = 'clock' and of_link.auto_renew_days > 0 and old.status = 'active' and old.ends_at > statement_timestamp()
      and new.ends_at = old.ends_at + make_interval(days => of_link.auto_renew_days) and (new.mask, new.role_mask, new.starts_at, new.has_timed_overrides) = (old.mask, old.role_mask, old.starts_at, old.has_timed_overrides))
    and ((new.mask & ~ old.mask) <> 0::bit(256) or (new.role_mask & ~ old.role_mask) <> 0::bit(256)
      or (old.ends_at is not null and (new.ends_at is null or new.ends_at > old.ends_at)) or new.starts_at < old.starts_at
      or new.conditions is distinct from old.conditions or (old.own_accounts_only and not new.own_accounts_only)
      or (old.has_timed_overrides and not new.has_timed_overrides and exists (select from link_override o where o.link_id = new.id and o.expires_at is not null))) then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
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
-- Whoever restricts a link, and however: since when is written by the database. The name sorts before enforce_delegation.
create function private.date_restriction() returns trigger
  language plpgsql
  as $$
begin
  if not new.own_accounts_only then
    new.own_accounts_since := null;
  elsif tg_op = 'INSERT' or not old.own_accounts_only then
    new.own_accounts_since := clock_timestamp();
  else
    new.own_accounts_since := old.own_accounts_since;
  end if;
  return new;
end
$$;
create trigger date_restriction before insert or update on delegation for each row execute function private.date_restriction();

-- The tenant demands elevations for one link or for all of them. The name sorts before enforce_delegation, which sees the result.
create function private.derive_elevation_rule() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if tg_table_name = 'delegation' then
    new.elevation_required := new.kind = 'link' and (coalesce((new.conditions ->> 'elevation_required')::boolean, false)
      or coalesce((select (p.conditions ->> 'elevation_required')::boolean from tenant_partner_policy p where p.tenant_id = new.tenant_id), false));
    return new;
  end if;
  update delegation d set elevation_required = not d.elevation_required
  where d.tenant_id = new.tenant_id and d.kind = 'link' and d.status in ('requested', 'approved', 'active', 'suspended', 'expired')
    and d.elevation_required <> (coalesce((d.conditions ->> 'elevation_required')::boolean, false) or coalesce((new.conditions ->> 'elevation_required')::boolean, false));
  return null;
end
$$;
create trigger derive_elevation_rule before insert or update on delegation for each row execute function private.derive_elevation_rule();
create trigger derive_elevation_rule after insert or update of conditions on tenant_partner_policy for each row execute function private.derive_elevation_rule();
create trigger enforce_delegation before insert or update on delegation for each row execute function private.enforce_delegation();

create function private.enforce_override() returns trigger
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
  return coalesce(new, old);
end
$$;
create trigger enforce_override before insert or update or delete on link_override for each row execute function private.enforce_override();

-- A row of a delegation is seen from both sides: by the tenant whose data it opens and by the partner whom it lets in.
create procedure private.share_between_sides(relation regclass)
  language plpgsql
  as $$
begin
  execute format('create policy partner_side on %s to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()))', relation);
  execute format('create policy partner_side_read on %s for select to liaison_delegate using (partner_id = (select access.own_partner()))', relation);
  execute format('create policy tenant_side on %s to liaison_tenant using (tenant_id in (select access.reach(''delegation'', ''select''))) with check (tenant_id in (select access.reach(''delegation'', ''update'')))', relation);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy clock on %s to liaison_job using ((select access.context_plane()) = ''system'') with check ((select access.context_plane()) = ''system'')', relation);
end
$$;
call private.share_between_sides('delegation');
call private.share_between_sides('link');
call private.share_between_sides('link_override');
call private.share_between_sides('link_member');
call private.share_between_sides('link_change_request');
call private.share_between_sides('delegation_history');

grant select, insert, update on delegation to liaison_program, liaison_tenant, liaison_platform;
grant select, update on delegation to liaison_job;
-- What the tenant demands of the other side is its own matter: the partner's logins learn that there is something, not what.
revoke select on delegation from liaison_program;
grant select (id, tenant_id, partner_id, kind, status, status_reason, status_changed_at, status_changed_by, status_changed_by_side, role_mask, mask, has_timed_overrides, has_conditions,
  starts_at, ends_at, epoch, billing_party, requested_by, requested_at, approved_by, approved_by_name, approved_at, approval_basis, version, created_at, updated_at, own_accounts_only)
  on delegation to liaison_program, liaison_delegate;
grant insert on delegation_history to liaison_program, liaison_tenant, liaison_platform, liaison_job;
grant select on delegation_history to liaison_program, liaison_tenant, liaison_platform, liaison_job, liaison_delegate;
grant select, insert, update, delete on link_override to liaison_program, liaison_tenant;
grant select on link_override to liaison_platform, liaison_delegate, liaison_job;
grant select, delete on link_member to liaison_program;
grant insert (link_id, tenant_id, partner_id, member_id, person_id, role, mask, ends_at, assigned_by, assigned_at), update (role, mask, ends_at, assigned_by, assigned_at) on link_member to liaison_program;
grant select, delete on link_member to liaison_tenant;
grant select on link_member to liaison_platform, liaison_delegate, liaison_job;
grant select, insert, update on link_change_request to liaison_program, liaison_tenant;
grant select, update on link_change_request to liaison_job;
grant select on link_change_request to liaison_platform;
-- Each side keeps its own notes: the other side has no privilege on the column.
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, notes_partner, metadata),
  insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, auto_renew_days, notes_partner, metadata, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency),
  update (access_role, role_version, auto_renew_days, notes_partner, metadata, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency)
  on link to liaison_program;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, notes_tenant, first_approved_by, first_approved_by_name, first_approved_at, first_accepted),
  insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, auto_renew_days, notes_tenant, sla_response_hours, sla_uptime_target),
  update (access_role, role_version, auto_renew_days, notes_tenant, sla_response_hours, sla_uptime_target, review_due_at, first_approved_by, first_approved_by_name, first_approved_at, first_accepted)
  on link to liaison_tenant;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target)
  on link to liaison_platform, liaison_delegate, liaison_job;
grant select (notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency) on link to liaison_platform, liaison_job;
grant select (sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency) on link to liaison_delegate;

-- At most one live link for a pair, and one full role for a tenant (source 1, rule 2).
alter table link add column live_status text;
comment on column link.live_status is 'A copy of delegation.status, kept by a trigger so that the two uniqueness rules below can be indexes.';
create function private.copy_link_status() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if tg_table_name = 'link' then
    select d.status into new.live_status from delegation d where d.id = new.id;
    return new;
  end if;
  update link set live_status = new.status where id = new.id;
  return null;
end
$$;
create policy copying on link for update to liaison_owner using (true);
create policy copying_read on link for select to liaison_owner using (true);
create policy copying_read on delegation for select to liaison_owner using (true);
create policy deriving on delegation for update to liaison_owner using (true);
create policy copying_read on state_transition for select to liaison_owner using (true);
create trigger copy_link_status before insert on link for each row execute function private.copy_link_status();
create trigger copy_link_status after update of status on delegation for each row execute function private.copy_link_status();
create unique index link_one_live on link (partner_id, tenant_id) where live_status in ('requested', 'approved', 'active', 'suspended');
create unique index link_one_full_role on link (tenant_id) where live_status in ('approved', 'active', 'suspended') and access_role in ('msp_full', 'enterprise_hq');

-- A partner freezes its own side: all of it, one of its links, or one of its people.
create policy partner_side on access_freeze to liaison_program using (partner_id = (select access.own_partner()) and set_by_side = 'partner')
  with check (partner_id = (select access.own_partner()) and set_by_side = 'partner' and case scope
    when 'partner' then tenant_id is null
    when 'delegation' then exists (select from delegation d where d.id = delegation_id and d.tenant_id = access_freeze.tenant_id and d.partner_id = access_freeze.partner_id)
    when 'person' then tenant_id is null and exists (select from partner_member pm where pm.person_id = access_freeze.person_id and pm.partner_id = access_freeze.partner_id)
    else false end);
create policy tenant_side on access_freeze to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select')) and set_by_side = 'tenant')
  with check (tenant_id in (select access.reach('delegation', 'update')) and set_by_side = 'tenant');
create policy provider_side on access_freeze to liaison_platform using ((select access.context_plane()) = 'platform')
  with check ((select access.context_plane()) = 'platform' and set_by_side = 'provider');
grant select, insert, update (lifted_by, lifted_at, lift_reason, lift_asked_by, lift_asked_at) on access_freeze to liaison_program, liaison_tenant, liaison_platform;

create policy own_policy on tenant_partner_policy to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
grant select, insert, update on tenant_partner_policy to liaison_tenant;
call private.audit_changes('tenant_partner_policy', true);

-- What each side needs to know of the other: names, never more.
create policy linked_partner on partner for select to liaison_tenant using (exists (select from delegation d where d.partner_id = partner.id));
grant select (id, name, slug, kinds, status, website, created_at) on partner to liaison_tenant;
create policy linked_tenant on tenant for select to liaison_program using (exists (
  select from delegation d where d.tenant_id = tenant.id
    and (d.status not in ('requested', 'declined', 'withdrawn', 'lapsed') or exists (select from link l where l.id = d.id and l.initiated_by = 'tenant'))));
grant select (id, name, slug) on tenant to liaison_program;
create policy reached on tenant for select to liaison_delegate using (id in (select access.reach('tenant', 'select')));
grant select on tenant to liaison_delegate;
create policy own_tenant on tenant for select to liaison_tenant using (id in (select access.reach('tenant', 'select')));
grant select on tenant to liaison_tenant;
create policy own_members on tenant_member for select to liaison_tenant using (tenant_id in (select access.reach('tenant_member', 'select')));
create policy manage_members on tenant_member for update to liaison_tenant using (tenant_id in (select access.reach('tenant_member', 'update')));
grant select, update (role, status) on tenant_member to liaison_tenant;

-- Names of persons: of one's own organisation, and of those whom a delegation names.
reset role;
set role liaison_authz;
create function access.knows_person(person uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case access.context_plane()
    when 'platform' then true
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = person and tm.tenant_id = access.context_id('tenant_id'))
      or exists (select from public.link_member lm where lm.person_id = person and lm.tenant_id = access.context_id('tenant_id'))
    else exists (select from public.partner_member pm where pm.person_id = person and pm.partner_id = access.context_id('partner_id'))
  end
$$;
grant execute on function access.knows_person(uuid) to liaison_program, liaison_delegate, liaison_tenant;
reset role;
set role liaison_owner;
create policy known on person for select to liaison_program, liaison_delegate, liaison_tenant using (access.knows_person(id));
grant select (id, name) on person to liaison_program, liaison_delegate, liaison_tenant;
grant select (email, status) on person to liaison_program;

-- The tenant that a request names is looked up here, so that asking tells nothing about who is a customer.
reset role;
set role liaison_authz;
create function access.find_tenant_for_request(wanted_slug text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select t.id from public.tenant t where t.slug = wanted_slug and t.status <> 'closed' and access.context_plane() = 'program' $$;
grant execute on function access.find_tenant_for_request(text) to liaison_program;
reset role;
set role liaison_owner;

reset role;
set role liaison_authz;
create function access.find_partner_for_invitation(wanted_slug text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select p.id from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() = 'tenant' $$;
grant execute on function access.find_partner_for_invitation(text) to liaison_tenant;
reset role;
set role liaison_owner;

reset role;
set role liaison_authz;
create function access.tenant_policy_for_request(wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select to_jsonb(p) from public.tenant_partner_policy p where p.tenant_id = wanted and access.context_plane() = 'program' $$;
grant execute on function access.tenant_policy_for_request(uuid) to liaison_program;
reset role;
set role liaison_owner;

reset role;
