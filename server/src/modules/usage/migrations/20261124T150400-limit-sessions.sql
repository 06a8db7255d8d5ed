set role liaison_authz;

-- Sign-ins of one user wait for each other. Each lasts no longer than the limits let it, and when there are as many as there may be, the one
-- that was used least recently makes room (C5).
create function access.limit_sessions() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  limits jsonb;
begin
  perform pg_advisory_xact_lock(access.lock_key('end user session', new.end_user_id));
  limits := access.session_limits(new.end_user_id);
  new.idle_seconds := least(new.idle_seconds, (limits ->> 'idle_s')::integer);
  new.ends_at := least(new.ends_at, statement_timestamp() + make_interval(secs => (limits ->> 'absolute_s')::integer));
  if limits ->> 'max_concurrent' is not null then
    update public.end_user_session s set ended_at = statement_timestamp(), end_reason = 'too_many'
    where s.id in (
      select o.id from public.end_user_session o
      where o.partner_id = new.partner_id and o.end_user_id = new.end_user_id and o.ended_at is null and o.ends_at > statement_timestamp()
      order by o.seen_at desc, o.id desc offset greatest(0, (limits ->> 'max_concurrent')::integer - 1));
  end if;
  return new;
end
$$;
grant execute on function access.limit_sessions() to liaison_owner;

-- Whether a session is still within the limits of its user as they are now: a limit that was tightened bites at the next request, and of too
-- many sessions the newest stay.
create function access.is_within_limits(s public.end_user_session) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  limits jsonb := access.session_limits(s.end_user_id);
begin
  return s.seen_at + make_interval(secs => least(s.idle_seconds, (limits ->> 'idle_s')::integer)) > statement_timestamp()
    and s.created_at + make_interval(secs => (limits ->> 'absolute_s')::integer) > statement_timestamp()
    and (limits ->> 'max_concurrent' is null or (
      select count(*) from public.end_user_session o
      where o.partner_id = s.partner_id and o.end_user_id = s.end_user_id and o.ended_at is null and o.ends_at > statement_timestamp() and (o.created_at, o.id) > (s.created_at, s.id))
      < (limits ->> 'max_concurrent')::integer);
end
$$;

reset role;
set role liaison_owner;

create trigger limit_sessions before insert on end_user_session for each row execute function access.limit_sessions();

reset role;
