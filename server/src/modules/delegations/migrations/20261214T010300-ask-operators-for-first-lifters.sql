set role liaison_owner;

-- At the command line as well: whoever asked to lift the freeze over everything, and is no admin any more, is none of the two.
create or replace function private.require_first_of_lift() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := coalesce(private.side_of_login(), case access.context_plane() when 'platform' then 'provider' end);
begin
  if side in ('tenant', 'provider') and not access.hold_in_charge(side, case side when 'tenant' then new.tenant_id end, old.lift_asked_by) then
    raise exception 'whoever asked to lift the freeze decides no more' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  return new;
end
$$;

reset role;
