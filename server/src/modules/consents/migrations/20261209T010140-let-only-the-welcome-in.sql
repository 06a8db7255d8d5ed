set role liaison_authz;

-- What a tenant's rules say of who may ask holds for what it gives, too, whatever a handler forgot: nothing new, and nothing more, goes to a
-- partner that may not ask. What such a partner has already stays, and can be made less or be ended.
create function access.require_welcome() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if session_user = 'liaison_tenant' and not access.partner_may_ask(new.tenant_id, new.partner_id)
    and (tg_op = 'INSERT' or (old.status = 'requested' and new.status = 'active')
      or (new.mask & ~ old.mask) <> 0::bit(256) or new.ends_at > old.ends_at or new.starts_at < old.starts_at) then
    raise exception 'the rules of the tenant let this partner ask for nothing' using errcode = 'check_violation', constraint = 'delegation_welcome';
  end if;
  return new;
end
$$;
grant execute on function access.require_welcome() to liaison_owner;

reset role;
set role liaison_owner;

create trigger require_welcome before insert or update on delegation for each row when (new.kind = 'consent') execute function access.require_welcome();

reset role;
