set role liaison_owner;

-- Whoever put a stream into its state: what the provider stopped the provider alone lets go on. Its receiver set it to enabled again, or
-- deleted it and made another.
alter table signal_stream add column status_set_by text check (status_set_by in ('receiver', 'partner', 'provider', 'clock'));
comment on column signal_stream.status_set_by is 'Who put the stream into its state; null since it was made.';
grant select (status_set_by) on signal_stream to liaison_auth, liaison_platform, liaison_program;
create policy noting on signal_stream for select to liaison_owner using (true);
create policy noting_write on signal_stream for update to liaison_owner using (true) with check (true);
alter table signal_stream disable trigger user;
update signal_stream set status_set_by = 'provider' where status <> 'enabled' and status_reason = 'Paused by the provider.';
alter table signal_stream enable trigger user;
drop policy noting on signal_stream;
drop policy noting_write on signal_stream;

create function private.keep_state_of_provider() returns trigger
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if session_user in ('liaison_auth', 'liaison_program') and old.status <> 'enabled' and old.status_set_by is not distinct from 'provider' then
    raise exception 'the provider stopped this stream' using errcode = 'check_violation', constraint = 'signal_stream_held';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  new.status_set_by := case session_user when 'liaison_auth' then 'receiver' when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider'
    when 'liaison_job' then 'clock' else new.status_set_by end;
  return new;
end
$$;
create trigger keep_state_of_provider before update of status, status_reason on signal_stream for each row execute function private.keep_state_of_provider();
create trigger keep_stopped before delete on signal_stream for each row execute function private.keep_state_of_provider();

reset role;
