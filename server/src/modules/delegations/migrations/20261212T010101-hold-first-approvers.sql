set role liaison_authz;

-- The first of two approvals counts as long as whoever gave it could give it still: otherwise somebody who was let go, or whose account was
-- taken over and stopped, goes on deciding through whoever comes second. An operator at the command line is no person, and is always in charge.
create function access.is_in_charge(side text, organisation uuid, person uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select case when side = 'provider' and not exists (select from public.person h where h.id = person) then true
    else exists (select from public.person h where h.id = person and h.status = 'active')
    and not exists (select from public.access_freeze f where f.scope = 'person' and f.person_id = person and f.partner_id is null and f.tenant_id is null and f.lifted_at is null)
    and case side
      when 'tenant' then exists (select from public.tenant_member m where m.tenant_id = organisation and m.person_id = person and m.role = 'TENANT_ADMIN' and m.status = 'active')
      when 'partner' then exists (select from public.partner_member m where m.partner_id = organisation and m.person_id = person and m.role = 'PARTNER_OWNER' and m.status = 'active')
      when 'provider' then exists (select from public.platform_staff s where s.person_id = person and s.role = 'SUPER_ADMIN' and s.status = 'active')
      else false end
    end
$$;
revoke execute on function access.is_in_charge(text, uuid, uuid) from public;
grant execute on function access.is_in_charge(text, uuid, uuid) to liaison_owner;
comment on function access.is_in_charge(text, uuid, uuid) is 'Whether somebody may decide for an organisation, or for the provider, as things are at this statement.';

create function access.still_decides(side text, organisation uuid, person uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select coalesce(access.is_in_own_plane() and case side
    when 'tenant' then access.context_plane() = 'tenant' and organisation = access.context_id('tenant_id')
    when 'partner' then access.context_plane() = 'program' and organisation = access.own_partner()
    when 'provider' then access.context_plane() = 'platform' and organisation is null
    else false end and access.is_in_charge(side, organisation, person), false)
$$;
revoke execute on function access.still_decides(text, uuid, uuid) from public;
grant execute on function access.still_decides(text, uuid, uuid) to liaison_owner, liaison_tenant, liaison_program, liaison_platform;
comment on function access.still_decides(text, uuid, uuid) is 'Whether whoever gave the first of two approvals of the own organisation may give it still.';

-- The same, and whoever ends the membership meanwhile waits for the end of this transaction.
create function access.hold_in_charge(side text, organisation uuid, person uuid) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if side = 'tenant' then
    perform from public.tenant_member m where m.tenant_id = organisation and m.person_id = person for share;
  elsif side = 'partner' then
    perform from public.partner_member m where m.partner_id = organisation and m.person_id = person for share;
  else
    perform from public.platform_staff s where s.person_id = person for share;
  end if;
  return access.is_in_charge(side, organisation, person);
end
$$;
revoke execute on function access.hold_in_charge(text, uuid, uuid) from public;
grant execute on function access.hold_in_charge(text, uuid, uuid) to liaison_owner;
comment on function access.hold_in_charge(text, uuid, uuid) is 'Whether somebody is in charge, held until the transaction ends.';

reset role;
set role liaison_owner;

-- Holding a row takes the privilege to change it. No row passes the check, so nothing is changed by it.
create policy holding on platform_staff for update to liaison_authz using (true) with check (false);
grant update (status) on platform_staff to liaison_authz;

-- A request of a partner, and an API client's, opens by two who are both still there; an invitation waits for a second one beside whoever made it.
create function private.require_first_of_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  first uuid;
  takes_two boolean := true;
begin
  if private.side_of_login() is distinct from 'tenant' then
    return new;
  end if;
  if new.kind = 'link' then
    select l.first_approved_by, access.asks_for_two(new.tenant_id, l.access_role, old.requested_by) into first, takes_two from link l where l.id = new.id;
  else
    select c.first_approved_by into first from consent c where c.id = new.id;
  end if;
  if takes_two and (first is null or first is not distinct from access.context_id('actor_id') or not access.hold_in_charge('tenant', new.tenant_id, first)) then
    raise exception 'whoever approved first decides no more' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$$;
create trigger require_first before update of status on delegation for each row
  when (old.status = 'requested' and new.status in ('approved', 'active') and new.kind in ('link', 'consent'))
  execute function private.require_first_of_delegation();

create function private.require_first_of_invitation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is not distinct from 'tenant' and not access.hold_in_charge('tenant', new.tenant_id, (select d.requested_by from delegation d where d.id = new.id)) then
    raise exception 'whoever invited decides no more' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$$;
create trigger require_first before update of first_approved_by on link for each row
  when (new.initiated_by = 'tenant' and new.first_approved_by is not null and new.first_approved_by is distinct from old.first_approved_by)
  execute function private.require_first_of_invitation();

create function private.require_first_of_change() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  asker uuid := case old.begun_by when 'partner' then old.requested_by end;
  role_now text := (select l.access_role from link l where l.id = old.link_id);
begin
  if private.side_of_login() is not distinct from 'tenant'
    and (access.asks_for_two(old.tenant_id, role_now, asker) or access.asks_for_two(old.tenant_id, old.proposal ->> 'access_role', asker))
    and not access.hold_in_charge('tenant', old.tenant_id, case old.begun_by when 'tenant' then old.requested_by else old.first_approved_by end) then
    raise exception 'whoever approved first decides no more' using errcode = 'check_violation', constraint = 'change_request_two_people';
  end if;
  return new;
end
$$;
create trigger require_first before update of status on link_change_request for each row when (old.status = 'waiting' and new.status = 'approved')
  execute function private.require_first_of_change();

create function private.require_first_of_lift() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side in ('tenant', 'provider') and not access.hold_in_charge(side, case side when 'tenant' then new.tenant_id end, old.lift_asked_by) then
    raise exception 'whoever asked to lift the freeze decides no more' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  return new;
end
$$;
create trigger require_first before update of lifted_at on access_freeze for each row
  when (old.lifted_at is null and new.lifted_at is not null and (new.scope = 'platform' or (new.scope = 'tenant' and new.set_by_side = 'tenant')))
  execute function private.require_first_of_lift();

reset role;
