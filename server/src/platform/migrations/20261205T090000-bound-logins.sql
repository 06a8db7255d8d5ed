-- What bounds every statement, lock and transaction of a login belongs to the login: a pooler passes on nothing that a
-- client asks for when it connects, and whoever else comes by as such a login is bound, too.
do $$
declare
  login text;
begin
  foreach login in array array['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest', 'liaison_job', 'liaison_sealer', 'liaison_guard'] loop
    execute format('alter role %I set statement_timeout = %L', login, '5s');
    execute format('alter role %I set lock_timeout = %L', login, '4s');
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', login, '10s');
    execute format('alter role %I set transaction_timeout = %L', login, '15s');
    execute format('alter role %I set default_transaction_isolation = %L', login, 'read committed');
    execute format('alter role %I set timezone = %L', login, 'UTC');
  end loop;
end
$$;
