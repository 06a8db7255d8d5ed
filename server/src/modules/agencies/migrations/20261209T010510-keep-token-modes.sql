set role liaison_authz;

-- A test token is for a sandbox and a live one for everywhere else, whatever statement makes it.
create function access.keep_token_mode() returns trigger
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if not exists (select from public.tenant t where t.id = new.tenant_id and t.is_sandbox = (new.mode = 'test')) then
    raise exception 'a test token is for a sandbox, and a live one for no sandbox' using errcode = 'check_violation', constraint = 'form_token_mode_of_tenant';
  end if;
  return new;
end
$$;
grant execute on function access.keep_token_mode() to liaison_owner;

reset role;
set role liaison_owner;

create trigger keep_token_mode before insert on form_token for each row execute function access.keep_token_mode();

reset role;
