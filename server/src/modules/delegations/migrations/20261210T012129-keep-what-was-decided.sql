set role liaison_owner;

-- What other rules rest on: whoever suspended a link is read as who may resume it, the day of a review stops it, and the names say
-- who approved it. In SQL a partner could write its own side over the tenant's suspension and then resume the link, put the review
-- off for years, and name another approver.
create function private.keep_decided() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null or side = 'clock' then
    return new;
  end if;
  if new.status = old.status and (new.status_changed_by, new.status_changed_by_side) is distinct from (old.status_changed_by, old.status_changed_by_side) then
    raise exception 'who moved a delegation changes with a move alone' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if new.review_stops_at is distinct from old.review_stops_at
    and new.review_stops_at is distinct from (select l.review_due_at + interval '30 days' from link l where l.id = new.id) then
    raise exception 'a review stops a link by its own day' using errcode = 'check_violation', constraint = 'delegation_review';
  end if;
  if side = 'partner' and old.status <> 'requested' and ((new.approved_by_name, new.approval_basis) is distinct from (old.approved_by_name, old.approval_basis)
    or (old.approved_by is not null and new.approved_by is distinct from old.approved_by)) then
    raise exception 'who approved a delegation never changes' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  return new;
end
$$;
create trigger keep_decided before update on delegation for each row when (
  (new.status_changed_by, new.status_changed_by_side, new.review_stops_at, new.approved_by, new.approved_by_name, new.approval_basis)
    is distinct from (old.status_changed_by, old.status_changed_by_side, old.review_stops_at, old.approved_by, old.approved_by_name, old.approval_basis))
  execute function private.keep_decided();

-- As before, but that an override stays with its link: one that a tenant gave could be moved to the link of another tenant, and a
-- deny away from its own.
create or replace function private.enforce_override() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
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
  if side is not null and tg_op = 'UPDATE'
    and (new.link_id, new.tenant_id, new.partner_id, new.set_by_side) is distinct from (old.link_id, old.tenant_id, old.partner_id, old.set_by_side) then
    raise exception 'an override stays with its link, and with the side that set it' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
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

reset role;
