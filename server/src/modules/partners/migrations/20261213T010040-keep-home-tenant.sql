set role liaison_owner;

-- The clients of a partner use all accounts of its own tenant without a consent, as a tenant's own clients do. Which tenant that is, no route of
-- ours says; in SQL the provider could name any tenant, and the partner's clients were in without that tenant's word.
create function private.keep_home_tenant() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if current_user = 'liaison_platform' and (tg_op = 'INSERT' or new.home_tenant_id is distinct from old.home_tenant_id) then
    raise exception 'no login names the own tenant of a partner' using errcode = 'check_violation', constraint = 'partner_home_tenant_kept';
  end if;
  return new;
end
$$;

create trigger keep_home_tenant before insert or update of home_tenant_id on partner for each row when (new.home_tenant_id is not null) execute function private.keep_home_tenant();

reset role;
