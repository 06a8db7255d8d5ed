set role liaison_authz;

-- The exact sliding log (embedded.md section 4): admits at most `allowed` calls in any window, whatever the number of processes.
-- Time is the database's, read after the row lock; a refusal writes nothing.
create function access.take(limit_key text, allowed integer, window_microseconds bigint, out admitted boolean, out remaining integer, out retry_microseconds bigint)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  log bigint[];
  moment bigint;
  size integer;
begin
  select l.hits into log from public.rate_limit_log l where l.key = limit_key;
  if found then
    moment := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
    size := cardinality(log);
    -- Entries leave only by age, so a full window in an old snapshot is still full: refused without a lock.
    if size >= allowed and log[size - allowed + 1] > moment - window_microseconds then
      admitted := false;
      remaining := 0;
      retry_microseconds := log[size - allowed + 1] + window_microseconds - moment;
      return;
    end if;
  else
    insert into public.rate_limit_log as l (key, hits) values (limit_key, '{}') on conflict do nothing;
  end if;
  select l.hits into log from public.rate_limit_log l where l.key = limit_key for update;
  moment := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
  log := coalesce((select array_agg(hit order by hit) from unnest(log) hit where hit > moment - window_microseconds), '{}');
  size := cardinality(log);
  if size > 0 and log[size] > moment then
    moment := log[size];
  end if;
  if size >= allowed then
    admitted := false;
    remaining := 0;
    retry_microseconds := log[size - allowed + 1] + window_microseconds - moment;
    return;
  end if;
  update public.rate_limit_log l set hits = log || moment where l.key = limit_key;
  admitted := true;
  remaining := allowed - size - 1;
  retry_microseconds := case when remaining > 0 then 0 else log[1] + window_microseconds - moment end;
end
$$;
grant execute on function access.take(text, integer, bigint) to liaison_guard;

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
