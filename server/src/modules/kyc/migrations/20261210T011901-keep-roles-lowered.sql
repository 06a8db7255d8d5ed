set role liaison_owner;

alter table end_user add column role_lowered_at timestamptz;
comment on column end_user.role_lowered_at is 'When somebody of the partner or the realm last took a role away; null once one was given again. An identity check that was under way then gives it back to nobody.';

-- As before; it also keeps when a role was taken away. What the owner's triggers do, as at the end of a verification, is no such decision.
create or replace function private.guard_end_user() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  plane text := access.context_plane();
  is_own boolean := plane = 'realm' and new.id is not distinct from access.context_id('end_user_id');
  side text := case when is_own then 'end_user' else case plane when 'realm' then 'partner' when 'program' then 'partner' when 'platform' then 'provider' when 'system' then 'clock' when 'realm_door' then 'end_user' end end;
begin
  if (new.id, new.partner_id, new.created_at) is distinct from (old.id, old.partner_id, old.created_at) then
    raise exception 'an end user stays who and where it is' using errcode = 'check_violation', constraint = 'end_user_identity';
  end if;
  if (new.role, new.status, new.email, new.name) is distinct from (old.role, old.status, old.email, old.name) then
    new.version := old.version + 1;
  end if;
  if side is null then
    return new;
  end if;
  if is_own and current_user = 'liaison_realm' and (new.role, new.status) is distinct from (old.role, old.status) then
    raise exception 'nobody changes the own role or state' using errcode = 'check_violation', constraint = 'end_user_own';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'end_user' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an end user from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'end_user_transition';
  end if;
  if new.role <> old.role then
    if not exists (
      select from state_transition t where t.entity = 'end_user_role' and t.from_state = old.role and t.to_state = new.role and t.actor_kind = side) then
      raise exception '% may not make % of %', side, new.role, old.role using errcode = 'check_violation', constraint = 'end_user_role_transition';
    end if;
    if old.role = 'guest' and new.role <> 'realm_admin' and not private.is_verified(new.id) then
      raise exception 'a guest becomes more by an identity check alone' using errcode = 'check_violation', constraint = 'end_user_verification';
    end if;
    if side = 'partner' and current_user in ('liaison_realm', 'liaison_program') then
      new.role_lowered_at := case when exists (
        select from state_transition t where t.entity = 'end_user_role' and t.from_state = old.role and t.to_state = new.role and t.action = 'lower') then statement_timestamp() end;
    end if;
  end if;
  return new;
end
$$;

-- As before; whom somebody lowered while the check was under way keeps the lower role, and a guest becomes what every check makes of one.
create or replace function private.carry_verification() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  ranks constant text[] := array['guest', 'basic', 'advanced', 'company'];
  latest timestamptz;
begin
  select max(c.expires_at) into latest from kyc_case c where c.end_user_id = new.end_user_id and c.state = 'verified' and c.expires_at > statement_timestamp();
  if new.state = 'verified' then
    -- What stood on a verification that has ended is gone first, whether or not the clock has noted it.
    update end_user u set role = 'guest', verified_until = null
    where u.id = new.end_user_id and u.partner_id = new.partner_id and access.role_in_force(u.role, u.verified_until) <> u.role;
    update end_user u
    set verified_until = latest,
      role = case when u.role_lowered_at > new.created_at then case u.role when 'guest' then 'basic' else u.role end
        when array_position(ranks, u.role) < array_position(ranks, new.target_role) then new.target_role else u.role end
    where u.id = new.end_user_id and u.partner_id = new.partner_id;
  else
    update end_user u
    set verified_until = latest,
      role = case when latest is null and u.role in ('basic', 'advanced', 'company') then 'guest' else u.role end
    where u.id = new.end_user_id and u.partner_id = new.partner_id;
  end if;
  return null;
end
$$;

reset role;
