set role liaison_owner;

alter table delegation add column suspended_by uuid, add column suspended_by_side text;
alter table delegation add constraint delegation_suspended_by_side check (suspended_by_side in ('partner', 'tenant', 'provider', 'clock')) not valid;
comment on column delegation.suspended_by_side is 'The side that had suspended what then ended by time. Kept by a trigger, so that an extension gives nothing back that only that side may resume.';

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('link', 'expired', 'suspended', 'renew', 'tenant');
alter table state_transition force row level security;

-- An end by time is no resumption: what was suspended when it ended is suspended by the same side once it is extended. Only what the clock
-- suspended comes back with its extension, which waits for the review. The name sorts after enforce_delegation, which asks who makes the move.
create function private.keep_suspension() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if new.status = old.status then
    new.suspended_by := old.suspended_by;
    new.suspended_by_side := old.suspended_by_side;
    return new;
  end if;
  if new.status = 'expired' and old.status = 'suspended' then
    new.suspended_by := old.status_changed_by;
    new.suspended_by_side := old.status_changed_by_side;
    return new;
  end if;
  if old.status = 'expired' and private.side_of_login() is not null
    and (new.status = 'suspended') is distinct from (old.suspended_by_side is not null and old.suspended_by_side <> 'clock') then
    raise exception 'an extension neither resumes nor suspends' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if old.status = 'expired' and new.status = 'suspended' then
    new.status_changed_by := old.suspended_by;
    new.status_changed_by_side := old.suspended_by_side;
  end if;
  new.suspended_by := null;
  new.suspended_by_side := null;
  return new;
end
$$;
create trigger keep_suspension before update on delegation for each row when (new.kind = 'link') execute function private.keep_suspension();

reset role;
