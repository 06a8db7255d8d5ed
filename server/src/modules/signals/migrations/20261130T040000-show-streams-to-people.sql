set role liaison_owner;

-- The people of a partner see the streams of its own clients, those of the provider all. They stop and begin them; what an event says is for its receiver.
create policy partner_side on signal_stream to liaison_program using (exists (select from api_client k where k.id = client_id)) with check (exists (select from api_client k where k.id = client_id));
create policy provider_side on signal_stream to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select (id, gateway_id, client_id, delivery, endpoint_url, events_requested, description, status, status_reason, created_at), update (status, status_reason), delete on signal_stream to liaison_program, liaison_platform;

create policy of_stream_for_people on signal_health to liaison_program, liaison_platform using (exists (select from signal_stream s where s.id = stream_id)) with check (exists (select from signal_stream s where s.id = stream_id));
grant select, insert (stream_id, verified_at), update (verified_at) on signal_health to liaison_program, liaison_platform;

create policy of_stream_for_people on signal_event for select to liaison_program, liaison_platform using (exists (select from signal_stream s where s.id = stream_id));
-- All that people put into a stream is the question whether it works.
create policy verifying on signal_event for insert to liaison_program, liaison_platform
  with check (event_type = 'https://schemas.openid.net/secevent/ssf/event-type/verification' and claims = '{}' and exists (select from signal_stream s where s.id = stream_id));
grant select (id, stream_id, event_type, status, attempt, created_at, finished_at), insert (stream_id, message_id, event_type, subject, claims, occurred_at) on signal_event to liaison_program, liaison_platform;

-- A stream that begins again, or goes to another address or with another authorization, is given its five days anew, whoever did it: what failed
-- before says nothing of now.
create function private.begin_stream_anew() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update signal_health set failing_since = null where stream_id = new.id;
  return null;
end
$$;
create policy beginning on signal_health for select to liaison_owner using (true);
create policy beginning_anew on signal_health for update to liaison_owner using (true) with check (true);
create trigger begin_anew after update of status, endpoint_url, sealed_authorization on signal_stream for each row
  when ((old.status = 'disabled' and new.status <> 'disabled') or old.endpoint_url is distinct from new.endpoint_url
    or old.sealed_authorization is distinct from new.sealed_authorization)
  execute function private.begin_stream_anew();

reset role;
