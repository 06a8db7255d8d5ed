set role liaison_owner;

-- A tenant that refuses support lets nobody of it look on: what runs or waits has ended by the end of the transaction that says so.
create function private.require_refused_ended() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is not distinct from 'tenant' and new.mode = 'refuse'
    and exists (select from assisted_access a where a.tenant_id = new.tenant_id and a.status in ('requested', 'active')) then
    raise exception 'what is refused ends' using errcode = 'check_violation', constraint = 'assisted_refused_open';
  end if;
  return null;
end
$$;
create constraint trigger require_refused_ended after insert or update on assisted_rule deferrable initially deferred
  for each row execute function private.require_refused_ended();

reset role;
