set role liaison_authz;

-- A context names the end user also where the kernel refuses everything: to a user whom the partner stopped, in a realm that is closed, and of a partner
-- that does not work. In SQL such a user, an administrator among them, went on reading and changing the realm. Both answer for whoever is let in alone.
create or replace function access.realm_inside() returns uuid
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select u.partner_id
  from public.end_user u
  join public.partner p on p.id = u.partner_id and p.status = 'active' and 'white_label' = any (p.kinds)
  join public.realm r on r.partner_id = u.partner_id and r.status = 'open'
  where access.context_plane() = 'realm' and u.id = access.context_id('end_user_id') and u.partner_id = access.context_id('partner_id') and u.status <> 'inactive'
$$;

create or replace function access.is_realm_admin() returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$ select coalesce(access.context() ->> 'plane' = 'realm' and access.context() ->> 'role' = 'realm_admin' and access.realm_inside() is not null, false) $$;

reset role;
set role liaison_owner;

-- Nobody writes into the own account, either, why the partner stopped it.
create or replace function private.guard_end_user() returns trigger
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
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
  if is_own and current_user = 'liaison_realm' and (new.role, new.status, new.status_reason) is distinct from (old.role, old.status, old.status_reason) then
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

-- An end user could have brought a session back that had ended, as one that somebody else held.
create function private.keep_session_ended() returns trigger
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  raise exception 'a session that has ended stays ended' using errcode = 'check_violation', constraint = 'end_user_session_ended';
end
$$;
create trigger keep_session_ended before update of ended_at, end_reason on end_user_session for each row
  when (old.ended_at is not null and (new.ended_at, new.end_reason) is distinct from (old.ended_at, old.end_reason))
  execute function private.keep_session_ended();

reset role;
