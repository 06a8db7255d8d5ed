set role liaison_owner;

-- Whoever joins a partner takes an invitation, over the login that signs people in: no other one of the server adds or moves a
-- member, and in SQL an owner and the provider could make anybody one, also under the name of somebody else.
revoke insert on partner_member from liaison_program, liaison_platform;
revoke insert (partner_id, person_id, role) on partner_member from liaison_program;
revoke update on partner_member from liaison_platform;
grant update (role, status) on partner_member to liaison_platform;

-- A membership that is over comes back by an invitation that the person takes, which the sign-in's login carries out.
create function private.keep_membership_over() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if session_user in ('liaison_program', 'liaison_platform', 'liaison_tenant') then
    raise exception 'a membership that is over comes back by an invitation' using errcode = 'check_violation', constraint = 'membership_over';
  end if;
  return new;
end
$$;
create trigger keep_membership_over before update of role, status on partner_member for each row
  when (old.status = 'inactive' and (new.status <> 'inactive' or new.role <> old.role)) execute function private.keep_membership_over();

reset role;
