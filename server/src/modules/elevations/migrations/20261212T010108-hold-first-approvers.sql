set role liaison_owner;

-- Where both sides decide, the partner has to want it still when the tenant agrees.
create function private.require_partner_approver() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is not distinct from 'tenant' and not access.hold_in_charge('partner', new.partner_id, old.partner_decided_by) then
    raise exception 'whoever approved for the partner decides no more' using errcode = 'check_violation', constraint = 'elevation_approver_gone';
  end if;
  return new;
end
$$;
create trigger require_first before update of status on link_elevation for each row when (old.status = 'approved' and new.status = 'active')
  execute function private.require_partner_approver();

reset role;
