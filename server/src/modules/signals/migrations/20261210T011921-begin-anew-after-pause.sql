set role liaison_owner;

-- A stream that was paused is given its five days anew when it goes on, too: nothing was sent to it meanwhile.
drop trigger begin_anew on signal_stream;
create trigger begin_anew after update of status, endpoint_url, sealed_authorization on signal_stream for each row
  when ((old.status = 'disabled' and new.status <> 'disabled') or (old.status = 'paused' and new.status = 'enabled')
    or old.endpoint_url is distinct from new.endpoint_url or old.sealed_authorization is distinct from new.sealed_authorization)
  execute function private.begin_stream_anew();

reset role;
