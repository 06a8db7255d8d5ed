set role liaison_owner;

create trigger count_changes before update of version on api_client for each row
  when (session_user like 'liaison\_%' and new.version not between old.version and old.version + 1) execute function private.count_changes();

reset role;
