set role liaison_owner;

-- The changes of a client are counted one by one: an owner could count its own to the last number that there is, after which no other
-- change was possible, such as that the provider suspends it.
create function private.keep_client_count() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  raise exception 'changes are counted one by one' using errcode = 'check_violation', constraint = 'api_client_version';
end
$$;
create trigger keep_client_count before update of version on api_client for each row
  when (session_user like 'liaison\_%' and new.version not between old.version and old.version + 1) execute function private.keep_client_count();

reset role;
