set role liaison_authz;

-- A use is noted several times within the idle time that its user has now, at most once a minute: where the limits leave a minute, somebody who
-- is at work would else be idle between two notes (C5).
create or replace function access.note_end_user_seen(session uuid) returns void
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  update public.end_user_session set seen_at = statement_timestamp() where id = (
    select s.id from public.end_user_session s
    where s.id = session and case
      when s.seen_at < statement_timestamp() - interval '1 minute' then true
      -- Sixty seconds are the shortest idle time there is: whoever was seen within a sixth of it costs no look at the limits.
      when s.seen_at > statement_timestamp() - interval '10 seconds' then false
      else s.seen_at < statement_timestamp() - make_interval(secs => least(s.idle_seconds, (access.session_limits(s.end_user_id) ->> 'idle_s')::integer) / 6.0)
    end
    for update skip locked)
  $$;

reset role;
