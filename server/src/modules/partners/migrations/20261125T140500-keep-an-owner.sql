set role liaison_authz;

-- Whether somebody else is an active owner of the partner.
create function access.has_other_owner(of_partner uuid, than_member uuid) returns boolean
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
    where m.partner_id = of_partner and m.id <> than_member and m.role = 'PARTNER_OWNER' and m.status = 'active')
  $$;
grant execute on function access.has_other_owner(uuid, uuid) to liaison_owner;

reset role;
set role liaison_owner;

-- A partner keeps an owner, whoever changes its members and however many do so at once; of the partner itself only owners change them (D1).
create function private.keep_an_owner() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user = 'liaison_program' and access.partner_of_owner() is distinct from old.partner_id then
    raise exception 'members are changed by owners' using errcode = 'insufficient_privilege', constraint = 'partner_member_by_owner';
  end if;
  if session_user like 'liaison\_%' and old.role = 'PARTNER_OWNER' and old.status = 'active' and (new.role <> 'PARTNER_OWNER' or new.status <> 'active') then
    -- One after the other, so that two owners who leave at once do not each count on the other.
    perform pg_advisory_xact_lock(access.lock_key('partner owners', old.partner_id));
    if not access.has_other_owner(old.partner_id, old.id) then
      raise exception 'a partner keeps an owner' using errcode = 'check_violation', constraint = 'partner_member_last_owner';
    end if;
  end if;
  return new;
end
$$;
create trigger keep_an_owner before update of role, status on partner_member for each row execute function private.keep_an_owner();

reset role;
