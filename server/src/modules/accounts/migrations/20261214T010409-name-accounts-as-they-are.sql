set role liaison_authz;

-- Names beside the ids of an account are those that partner, tenant and subscriber have: in SQL a partner asked under any name, which the tenant's
-- page and the mails then told.
create function access.name_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if session_user not in ('liaison_program', 'liaison_tenant') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.partner_name := (select p.name from public.partner p where p.id = new.partner_id);
    new.tenant_name := (select t.name from public.tenant t where t.id = new.tenant_id);
  end if;
  if new.subscriber_id is not null then
    new.subscriber_name := case when tg_op = 'UPDATE' and old.subscriber_id = new.subscriber_id then old.subscriber_name
      else (select s.name from public.subscriber s where s.tenant_id = new.tenant_id and s.id = new.subscriber_id) end;
  end if;
  return new;
end
$$;
grant execute on function access.name_account() to liaison_owner;

reset role;
set role liaison_owner;
create trigger name_account before insert or update on partner_account for each row execute function access.name_account();
reset role;
