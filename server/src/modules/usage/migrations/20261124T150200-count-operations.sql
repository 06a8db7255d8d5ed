set role liaison_authz;

-- The operations that count at a moment: of its day, of the six days before, and when each limit lets somebody in again.
create function access.counted_operations(of_user uuid, at timestamptz, per_7d integer) returns table (of_day integer, before_day integer, day_resets_at timestamptz, week_resets_at timestamptz)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  today date := (at at time zone 'UTC')::date;
  bucket record;
  leaving integer := 0;
begin
  select coalesce(sum(b.counted) filter (where b.day = today), 0), coalesce(sum(b.counted) filter (where b.day < today), 0)
  into of_day, before_day
  from public.usage_bucket b where b.end_user_id = of_user and b.day > today - 7 and b.day <= today;
  day_resets_at := (today + 1)::timestamp at time zone 'UTC';
  week_resets_at := day_resets_at;
  if of_day + before_day >= per_7d then
    -- A day leaves the window seven days later; the first whose leaving makes room is waited for.
    for bucket in select b.day, b.counted from public.usage_bucket b where b.end_user_id = of_user and b.day > today - 7 and b.day <= today order by b.day loop
      leaving := leaving + bucket.counted;
      week_resets_at := (bucket.day + 7)::timestamp at time zone 'UTC';
      exit when of_day + before_day - leaving < per_7d;
    end loop;
  end if;
  return next;
end
$$;

-- Puts what goes beyond a limit in force: once for each window, with its event and what it does to the user elsewhere.
create function access.begin_consequence(about jsonb) returns public.usage_consequence
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  begun public.usage_consequence;
  hold uuid;
begin
  if about ->> 'kind' = 'suspend' then
    hold := private.place_hold((about ->> 'end_user_id')::uuid, null, 'quota', 'The limit of operations is used up.');
  end if;
  insert into public.usage_consequence (partner_id, end_user_id, kind, limit_key, limit_value, decided_by, started_at, ends_at, hold_id)
  values ((about ->> 'partner_id')::uuid, (about ->> 'end_user_id')::uuid, about ->> 'kind', about ->> 'limit_key', (about ->> 'limit_value')::integer,
    about ->> 'decided_by', (about ->> 'started_at')::timestamptz, (about ->> 'ends_at')::timestamptz, hold)
  returning * into begun;
  if begun.kind = 'cooldown' then
    -- After the pause the user goes on: what was done before it counts no more.
    update public.usage_bucket b set counted = 0
    where b.end_user_id = begun.end_user_id and b.day > (begun.started_at at time zone 'UTC')::date - 7 and b.counted > 0;
  elsif begun.kind = 'idle' then
    update public.end_user u set status = 'idle' where u.id = begun.end_user_id and u.status = 'active';
  end if;
  perform audit.record(jsonb_build_object('action', 'usage.exceed', 'partner_id', begun.partner_id, 'resource_type', 'end_user', 'resource_id', begun.end_user_id,
    'resource_label', access.end_user_label(begun.end_user_id), 'changes', jsonb_build_object(
      'consequence', jsonb_build_object('after', begun.kind), 'limit', jsonb_build_object('after', begun.limit_key),
      'allowed', jsonb_build_object('after', begun.limit_value), 'until', jsonb_build_object('after', begun.ends_at))));
  return begun;
end
$$;

-- Counts one operation of a user at a moment, if the limits let it, and tells what is left. Exact whatever the number of callers: those of one
-- user wait for each other, and the limit stands in the statement that counts. What is refused counts nothing. Who is restricted may go on with
-- what only reads (C5).
create function access.count_operation(of_user uuid, reads boolean default false, at timestamptz default null) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  about record;
  limits jsonb;
  per_day integer;
  per_7d integer;
  rate integer;
  used record;
  today date;
  counted_now integer;
  standing public.usage_consequence;
  kind text;
  reached text;
  taken record;
  answer jsonb;
begin
  -- The same lock, and first, as a change of the role takes: nobody waits for somebody who waits for it.
  select u.partner_id, u.status into about from public.end_user u where u.id = of_user for no key update;
  at := coalesce(at, clock_timestamp());
  today := (at at time zone 'UTC')::date;
  limits := access.effective_limits(of_user);
  per_day := (limits #>> '{ops.per_day,value}')::integer;
  per_7d := (limits #>> '{ops.per_7d,value}')::integer;
  rate := (limits #>> '{rate.per_min,value}')::integer;
  select * into used from access.counted_operations(of_user, at, per_7d);
  select * into standing from public.usage_consequence c
  where c.end_user_id = of_user and c.status = 'in_force' and c.started_at <= at and (c.ends_at is null or c.ends_at > at)
  order by array_position(array['idle', 'suspend', 'cooldown', 'restrict', 'throttle', 'review', 'warn'], c.kind), c.started_at desc limit 1;
  answer := jsonb_build_object('admitted', false, 'day', jsonb_build_object('allowed', per_day, 'used', used.of_day, 'resets_at', used.day_resets_at),
    'week', jsonb_build_object('allowed', per_7d, 'used', used.of_day + used.before_day, 'resets_at', used.week_resets_at),
    'rate', jsonb_build_object('allowed', rate, 'remaining', 0, 'window_s', 60));

  if standing.kind in ('idle', 'suspend', 'cooldown') or (standing.kind = 'restrict' and not reads) then
    return answer || jsonb_build_object('reason', standing.kind, 'limit', standing.limit_key, 'until', standing.ends_at, 'decided_by', standing.decided_by);
  end if;
  if about.status = 'idle' then
    return answer || jsonb_build_object('reason', 'idle', 'limit', null, 'until', null, 'decided_by', 'platform');
  end if;

  perform private.release_hold(of_user, null, 'quota', 'The limit began anew.')
  from public.subscription_hold h
  where h.end_user_id = of_user and h.kind = 'quota' and h.subscription_id is null and h.released_at is null and access.is_quota_hold_over(h.id);

  if used.of_day + used.before_day >= per_7d then
    reached := 'ops.per_7d';
  elsif used.of_day >= per_day then
    reached := 'ops.per_day';
  end if;
  if reached is not null then
    kind := limits #>> '{on_exceed,value}';
    if standing.kind is distinct from kind then
      standing := access.begin_consequence(jsonb_build_object('partner_id', about.partner_id, 'end_user_id', of_user, 'kind', kind, 'limit_key', reached,
        'limit_value', case reached when 'ops.per_7d' then per_7d else per_day end, 'decided_by', limits #>> array[reached, 'layer'], 'started_at', at,
        'ends_at', case kind when 'idle' then null when 'cooldown' then at + make_interval(secs => (limits #>> '{cooldown_s,value}')::integer)
          else case reached when 'ops.per_7d' then used.week_resets_at else used.day_resets_at end end));
    end if;
    if kind in ('idle', 'suspend', 'cooldown') or (kind = 'restrict' and not reads) then
      return answer || jsonb_build_object('reason', kind, 'limit', reached, 'until', standing.ends_at, 'decided_by', standing.decided_by);
    end if;
  end if;

  if standing.kind = 'throttle' then
    rate := greatest(1, coalesce(rate, 60) * (limits #>> '{throttle_percent,value}')::integer / 100);
  end if;
  if rate is not null then
    select t.admitted, t.remaining, t.retry_microseconds into taken from access.take(array['usage:' || of_user], array[rate], array[60000000::bigint], array[0]) t;
    answer := answer || jsonb_build_object('rate', jsonb_build_object('allowed', rate, 'remaining', taken.remaining, 'window_s', 60));
    if not taken.admitted then
      return answer || jsonb_build_object('reason', 'rate', 'limit', 'rate.per_min', 'until', at + make_interval(secs => ceil(taken.retry_microseconds / 1000000.0)), 'decided_by', limits #>> '{rate.per_min,layer}');
    end if;
  end if;

  insert into public.usage_bucket as b (partner_id, end_user_id, day, operations, counted, beyond, per_day, per_7d)
  select about.partner_id, of_user, today, 1, 1, (reached is not null)::integer, per_day, per_7d
  on conflict (end_user_id, day) do update
  set operations = b.operations + 1, counted = b.counted + 1, beyond = b.beyond + excluded.beyond, per_day = excluded.per_day, per_7d = excluded.per_7d
  where reached is not null or (coalesce(b.counted < excluded.per_day, true) and coalesce(b.counted + used.before_day < excluded.per_7d, true))
  returning b.counted into counted_now;
  if not found then
    raise exception 'an operation was counted beside the lock' using errcode = 'serialization_failure';
  end if;
  return answer || jsonb_build_object('admitted', true, 'reason', null, 'limit', reached,
    'until', case when reached is not null then standing.ends_at end, 'decided_by', case when reached is not null then standing.decided_by end,
    'day', (answer -> 'day') || jsonb_build_object('used', counted_now), 'week', (answer -> 'week') || jsonb_build_object('used', counted_now + used.before_day));
end
$$;
comment on function access.count_operation(uuid, boolean, timestamptz) is 'No login may call it: a request of an end user spends through access.spend_operation, at the time it is.';

-- One operation of the end user whose request this is.
create function access.spend_operation(reads boolean) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  of_user uuid := access.context_id('end_user_id');
begin
  if access.context_plane() is distinct from 'realm' or of_user is null then
    raise exception 'only an end user spends operations' using errcode = 'insufficient_privilege';
  end if;
  return access.count_operation(of_user, reads);
end
$$;
grant execute on function access.spend_operation(boolean) to liaison_realm;

-- Whether a hold that a limit placed is over at this statement, whether or not anybody noted it. Holds that no limit placed are not.
create function access.is_quota_hold_over(of_hold uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(bool_and(c.status = 'lifted' or c.ends_at <= statement_timestamp()), false)
  from public.usage_consequence c where c.hold_id = of_hold
  $$;
grant execute on function access.is_quota_hold_over(uuid) to liaison_owner;

-- Whether this transaction may look at the usage of a user: the user itself, or whoever runs its realm.
create function access.may_see_usage(of_user uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case access.context_plane()
    when 'realm' then session_user = 'liaison_realm' and of_user = access.context_id('end_user_id')
    when 'program' then session_user = 'liaison_program' and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.own_partner())
    else false end
  $$;

-- The limits of a user, what is used of them and what is in force, as the user and its partner may read it; null for anybody else.
create function access.usage_of(of_user uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  at timestamptz := statement_timestamp();
  limits jsonb;
  used record;
begin
  if access.may_see_usage(of_user) is not true then
    return null;
  end if;
  limits := access.effective_limits(of_user);
  select * into used from access.counted_operations(of_user, at, (limits #>> '{ops.per_7d,value}')::integer);
  return jsonb_build_object('limits', limits, 'now', at,
    'day', jsonb_build_object('used', used.of_day, 'resets_at', used.day_resets_at),
    'week', jsonb_build_object('used', used.of_day + used.before_day, 'resets_at', used.week_resets_at),
    'consequences', coalesce((
      select jsonb_agg(jsonb_build_object('kind', c.kind, 'limit', c.limit_key, 'since', c.started_at, 'until', c.ends_at) order by c.started_at)
      from public.usage_consequence c where c.end_user_id = of_user and c.status = 'in_force' and (c.ends_at is null or c.ends_at > at)), '[]'));
end
$$;
grant execute on function access.usage_of(uuid) to liaison_realm, liaison_program;

-- What each layer says about a user, for those who run its realm.
create function access.layers_of(of_user uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select access.limit_layers(of_user) where access.context_plane() = 'program' and access.may_see_usage(of_user) $$;
grant execute on function access.layers_of(uuid) to liaison_program;

reset role;
