set role liaison_owner;

-- What an organisation consented to is made more by it alone: a partner takes away from the scopes and actions of a consent, and in
-- SQL wrote others in, which the organisation then read as what it had allowed.
create function private.keep_consented() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  raise exception 'only the organisation adds to its consent' using errcode = 'check_violation', constraint = 'delegation_widening';
end
$$;
create trigger keep_consented before update of scopes, actions on consent for each row
  when (session_user <> 'liaison_tenant' and session_user like 'liaison\_%' and not (new.scopes <@ old.scopes and new.actions <@ old.actions)) execute function private.keep_consented();

-- Accounts come to a consent by its organisation, and to a resale by the provider with the making of it: afterwards the provider's
-- login could have added accounts to what an organisation had consented to.
create function private.keep_accounts() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is not null and not exists (select from delegation d where d.id = new.delegation_id
      and case d.kind when 'consent' then side = 'tenant' when 'resale' then side = 'provider' and d.approved_at >= transaction_timestamp() else false end) then
    raise exception 'accounts are opened by whoever lets in' using errcode = 'check_violation', constraint = 'delegation_account_giver';
  end if;
  return new;
end
$$;
create trigger keep_accounts before insert on delegation_account for each row execute function private.keep_accounts();

reset role;
