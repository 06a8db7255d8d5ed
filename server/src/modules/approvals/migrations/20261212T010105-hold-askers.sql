set role liaison_owner;

-- What is confirmed is what two people want: whoever asked and is not an admin any more is none of them.
create function private.require_asker() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is not distinct from 'provider' and not access.hold_in_charge('provider', null, old.asked_by) then
    raise exception 'whoever asked decides no more' using errcode = 'check_violation', constraint = 'second_person_asker_gone';
  end if;
  return new;
end
$$;
create trigger require_first before update of state on second_person_request for each row when (old.state = 'waiting' and new.state = 'confirmed')
  execute function private.require_asker();

reset role;
