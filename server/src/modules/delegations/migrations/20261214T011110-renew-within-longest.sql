set role liaison_authz;

-- How many days a tenant's rules let an access last, for the clock that renews what renews itself (B1).
create function access.longest_days(tenant uuid) returns integer
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce((select p.max_duration_days from public.tenant_partner_policy p where p.tenant_id = tenant), 730)
  where access.context_plane() = 'system'
$$;
revoke all on function access.longest_days(uuid) from public;
grant execute on function access.longest_days(uuid) to liaison_owner, liaison_job;

set role liaison_owner;

-- As before; a renewal by time is no longer than the tenant's rules let an access last by then. A server of before renews by what was
-- agreed alone, which is refused where it is longer; one of now renews it at the next round.
create or replace function private.enforce_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
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
      and new.ends_at > old.ends_at and new.ends_at <= old.ends_at + make_interval(days => least(of_link.auto_renew_days, access.longest_days(old.tenant_id))) and (new.mask, new.role_mask, new.starts_at, new.has_timed_overrides) = (old.mask, old.role_mask, old.starts_at, old.has_timed_overrides))
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

reset role;
