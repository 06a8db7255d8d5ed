set role liaison_authz;

-- Whether somebody else is an active administrator of the tenant.
create function access.has_other_admin(of_tenant uuid, than_member uuid) returns boolean
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.tenant_member m join public.person h on h.id = m.person_id and h.status = 'active'
    where m.tenant_id = of_tenant and m.id <> than_member and m.role = 'TENANT_ADMIN' and m.status = 'active')
  $$;
grant execute on function access.has_other_admin(uuid, uuid) to liaison_owner;

reset role;
set role liaison_owner;

-- A tenant that changes its members keeps an administrator, however many do so at once.
create function private.keep_an_admin() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user = 'liaison_tenant' and old.role = 'TENANT_ADMIN' and old.status = 'active' and (new.role <> 'TENANT_ADMIN' or new.status <> 'active') then
    -- One after the other, so that two administrators who leave at once do not each count on the other.
    perform pg_advisory_xact_lock(access.lock_key('tenant admins', old.tenant_id));
    if not access.has_other_admin(old.tenant_id, old.id) then
      raise exception 'a tenant keeps an administrator' using errcode = 'check_violation', constraint = 'tenant_member_last_admin';
    end if;
  end if;
  return new;
end
$$;
create trigger keep_an_admin before update of role, status on tenant_member for each row execute function private.keep_an_admin();

reset role;
