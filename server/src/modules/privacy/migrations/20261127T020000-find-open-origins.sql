set role liaison_authz;

-- The first event of a stretch that came with an address or a browser, and whether they were blanked on an earlier night.
-- Events of erased persons were blanked on another day, and say nothing of the nights.
create function access.first_origin(from_at timestamptz, until_at timestamptz) returns table (at timestamptz, is_blanked boolean)
  language sql stable security definer
  set search_path = pg_catalog, public
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
  select e.occurred_at, e.origin_digest is not null
  from audit_event e
  where e.occurred_at >= from_at and e.occurred_at < until_at and e.personal_digest is null
    and (e.origin_digest is not null or e.ip is not null or e.user_agent is not null)
  order by e.occurred_at, e.id limit 1
  $$;
comment on function access.first_origin(timestamptz, timestamptz) is 'Where the nightly job finds what it has still to blank.';
grant execute on function access.first_origin(timestamptz, timestamptz) to liaison_job;

reset role;
