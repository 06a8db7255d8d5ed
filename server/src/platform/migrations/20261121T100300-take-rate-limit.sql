set role liaison_authz;

create function access.microseconds() returns bigint
  language sql volatile
  return (extract(epoch from clock_timestamp()) * 1000000)::bigint;

-- A log without the entries that have left the window, and with this moment. Moments in a log rise strictly, whatever the clock does.
create function access.admit(log bigint[], window_microseconds bigint) returns bigint[]
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  moment bigint := greatest(access.microseconds(), log[cardinality(log)] + 1);
  stale integer := 0;
begin
  while log[stale + 1] <= moment - window_microseconds loop
    stale := stale + 1;
  end loop;
  return log[stale + 1:] || moment;
end
$$;

-- The exact sliding log (embedded.md section 4): takes one admission for each key and admits at most `allowed` in any window, whatever the
-- number of processes. The update looks, decides and writes under the row's lock; one that waited for it looks anew, at the newest log and
-- at the time after the wait. A refusal writes nothing. `depends_on` is the position of an earlier admission without which this one is not
-- asked for, 0 for none. All callers name their keys in one order, so that no two ever wait for each other.
create function access.take(keys text[], allowed integer[], windows bigint[], depends_on integer[])
  returns table (admitted boolean, remaining integer, retry_microseconds bigint)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  verdicts boolean[] := '{}';
  size integer;
  oldest bigint;
begin
  for i in 1 .. cardinality(keys) loop
    admitted := depends_on[i] = 0 or verdicts[depends_on[i]];
    remaining := 0;
    retry_microseconds := 0;
    while admitted loop
      update public.rate_limit_log l set hits = access.admit(l.hits, windows[i])
      where l.key = keys[i] and l.hits[cardinality(l.hits) - allowed[i] + 1] > access.microseconds() - windows[i] is not true
      returning cardinality(new.hits), new.hits[1] into size, oldest;
      exit when found;
      insert into public.rate_limit_log (key, hits) values (keys[i], '{}') on conflict do nothing;
      continue when found;
      select l.hits[cardinality(l.hits) - allowed[i] + 1] + windows[i] - access.microseconds() into retry_microseconds from public.rate_limit_log l where l.key = keys[i];
      -- Not positive when the entry that stood in the way has left meanwhile.
      admitted := retry_microseconds > 0 is not true;
    end loop;
    verdicts[i] := admitted;
    if admitted then
      remaining := allowed[i] - size;
      retry_microseconds := case when remaining > 0 then 0 else oldest + windows[i] - access.microseconds() end;
    end if;
    return next;
  end loop;
end
$$;
grant execute on function access.take(text[], integer[], bigint[], integer[]) to liaison_guard;

create function access.forget_idle_limits() returns integer
  language sql volatile security definer
  set search_path = pg_catalog
  as $$
  with gone as (
    delete from public.rate_limit_log l
    where cardinality(l.hits) = 0 or l.hits[cardinality(l.hits)] < (extract(epoch from clock_timestamp()) * 1000000)::bigint - 7200000000
    returning 1)
  select count(*)::integer from gone
$$;
grant execute on function access.forget_idle_limits() to liaison_job;

reset role;
