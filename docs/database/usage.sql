-- A limit that the partner set for one of its users, with its reason; it is lifted or runs out, and stays as history.
create table public.limit_override (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  role text not null,
  key text not null,
  value jsonb not null,
  reason text not null,
  set_by uuid not null,
  set_by_name text not null,
  set_at timestamp with time zone not null default statement_timestamp(),
  expires_at timestamp with time zone,
  lifted_at timestamp with time zone,
  lifted_by uuid,
  lifted_by_name text,
  constraint limit_override_check CHECK ((expires_at > set_at)),
  constraint limit_override_check1 CHECK ((((lifted_at IS NULL) = (lifted_by IS NULL)) AND ((lifted_at IS NULL) = (lifted_by_name IS NULL)))),
  constraint limit_override_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint limit_override_pkey PRIMARY KEY (id),
  constraint limit_override_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint limit_override_role_key_fkey FOREIGN KEY (role, key) REFERENCES public.limit_policy(role, key),
  constraint limit_override_value_check CHECK ((jsonb_typeof(value) = ANY (ARRAY['number'::text, 'string'::text])))
);
CREATE INDEX limit_override_partner_id_set_at_idx ON public.limit_override USING btree (partner_id, set_at DESC);
CREATE UNIQUE INDEX limit_override_one_open ON public.limit_override USING btree (end_user_id, key) WHERE (lifted_at IS NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.limit_override FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.limit_override FOR EACH ROW WHEN ((new.lifted_by_name IS DISTINCT FROM old.lifted_by_name)) EXECUTE FUNCTION private.act_in_own_name('lifted_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.limit_override REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.limit_override REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.limit_override REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER guard_override BEFORE INSERT OR UPDATE ON public.limit_override FOR EACH ROW EXECUTE FUNCTION access.guard_override();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.limit_override FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.limit_override FOR EACH ROW WHEN ((new.set_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('set_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.limit_override FOR EACH ROW WHEN ((new.lifted_by IS DISTINCT FROM old.lifted_by)) EXECUTE FUNCTION private.act_as_oneself('lifted_by');
alter table public.limit_override enable row level security, force row level security;
create policy deciding on public.limit_override for select to liaison_authz
  using (true);
create policy own_rows on public.limit_override for select to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy owners_insert on public.limit_override as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.limit_override as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.limit_override as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.limit_override for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.limit_override to liaison_authz;
grant select on public.limit_override to liaison_program;
grant insert (partner_id, end_user_id, role, key, value, reason, set_by, set_by_name, expires_at) on public.limit_override to liaison_program;
grant update (lifted_at, lifted_by, lifted_by_name) on public.limit_override to liaison_program;
grant select (partner_id, end_user_id, role, key, value, set_at, expires_at, lifted_at) on public.limit_override to liaison_realm;

-- The platform's limits of end users for each role: what no plan, partner or override goes beyond (C5).
create table public.limit_policy (
  role text not null,
  key text not null,
  value jsonb not null,
  relaxable boolean not null default false,
  fixed boolean not null default false,
  maximum integer,
  constraint limit_policy_check CHECK ((NOT (relaxable AND fixed))),
  constraint limit_policy_check1 CHECK (((maximum IS NULL) OR relaxable)),
  constraint limit_policy_key_check CHECK ((key = ANY (ARRAY['session.idle_s'::text, 'session.absolute_s'::text, 'session.max_concurrent'::text, 'ops.per_day'::text, 'ops.per_7d'::text, 'rate.per_min'::text, 'on_exceed'::text, 'cooldown_s'::text, 'throttle_percent'::text]))),
  constraint limit_policy_maximum_check CHECK ((maximum > 0)),
  constraint limit_policy_pkey PRIMARY KEY (role, key),
  constraint limit_policy_role_check CHECK ((role = ANY (ARRAY['guest'::text, 'basic'::text, 'advanced'::text, 'company'::text, 'realm_admin'::text]))),
  constraint limit_policy_value_check CHECK ((jsonb_typeof(value) = ANY (ARRAY['number'::text, 'string'::text, 'null'::text])))
);
alter table public.limit_policy enable row level security, force row level security;
create policy catalogue on public.limit_policy for select to public
  using (true);
create policy deciding on public.limit_policy for select to liaison_authz
  using (true);
grant select on public.limit_policy to liaison_authz;
grant select on public.limit_policy to public;

-- The operations of one end user in one day of UTC. Written by access.count_operation alone (C5).
create table public.usage_bucket (
  partner_id uuid not null,
  end_user_id uuid not null,
  day date not null,
  operations integer not null,
  counted integer not null,
  beyond integer not null default 0,
  per_day integer,
  per_7d integer,
  constraint usage_bucket_check CHECK (((counted >= 0) AND (counted <= operations))),
  constraint usage_bucket_check1 CHECK (((beyond >= 0) AND (beyond <= operations))),
  constraint usage_bucket_operations_check CHECK ((operations >= 0)),
  constraint usage_bucket_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint usage_bucket_pkey PRIMARY KEY (end_user_id, day)
);
CREATE INDEX usage_bucket_partner_id_day_idx ON public.usage_bucket USING btree (partner_id, day);
alter table public.usage_bucket enable row level security, force row level security;
create policy counting on public.usage_bucket for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.usage_bucket for select to liaison_authz
  using (true);
create policy own_rows on public.usage_bucket for select to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy owners_read on public.usage_bucket as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.usage_bucket for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy realm_admin on public.usage_bucket for select to liaison_realm
  using ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))));
grant insert, select on public.usage_bucket to liaison_authz;
grant select on public.usage_bucket to liaison_program;
grant select on public.usage_bucket to liaison_realm;
grant update (operations, counted, beyond, per_day, per_7d) on public.usage_bucket to liaison_authz;

-- What going beyond a limit brought an end user: one row for each window, in force until it ends, by time or lifted by hand. Written by functions of the deciding role alone (C5).
create table public.usage_consequence (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  kind text not null,
  limit_key text not null,
  limit_value integer not null,
  decided_by text not null,
  status text not null default 'in_force'::text,
  started_at timestamp with time zone not null,
  ends_at timestamp with time zone,
  hold_id uuid,
  lifted_at timestamp with time zone,
  lifted_by_side text,
  lifted_by uuid,
  lifted_by_name text,
  lift_reason text,
  reviewed_at timestamp with time zone,
  reviewed_by uuid,
  reviewed_by_name text,
  review_note text,
  constraint usage_consequence_check CHECK ((ends_at > started_at)),
  constraint usage_consequence_check1 CHECK ((((status = 'lifted'::text) = (lifted_at IS NOT NULL)) AND ((status = 'lifted'::text) = (lifted_by_side IS NOT NULL)))),
  constraint usage_consequence_check2 CHECK (((ends_at IS NULL) = (kind = 'idle'::text))),
  constraint usage_consequence_check3 CHECK (((kind = 'review'::text) OR (reviewed_at IS NULL))),
  constraint usage_consequence_decided_by_check CHECK ((decided_by = ANY (ARRAY['platform'::text, 'plan'::text, 'partner'::text, 'user'::text]))),
  constraint usage_consequence_kind_check CHECK ((kind = ANY (ARRAY['warn'::text, 'throttle'::text, 'restrict'::text, 'review'::text, 'cooldown'::text, 'suspend'::text, 'idle'::text]))),
  constraint usage_consequence_lift_reason_check CHECK (((char_length(lift_reason) >= 1) AND (char_length(lift_reason) <= 500))),
  constraint usage_consequence_lifted_by_side_check CHECK ((lifted_by_side = ANY (ARRAY['partner'::text, 'decider'::text]))),
  constraint usage_consequence_limit_key_check CHECK ((limit_key = ANY (ARRAY['ops.per_day'::text, 'ops.per_7d'::text]))),
  constraint usage_consequence_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint usage_consequence_pkey PRIMARY KEY (id),
  constraint usage_consequence_review_note_check CHECK (((char_length(review_note) >= 1) AND (char_length(review_note) <= 500))),
  constraint usage_consequence_status_check CHECK ((status = ANY (ARRAY['in_force'::text, 'lifted'::text])))
);
CREATE INDEX usage_consequence_hold_id_idx ON public.usage_consequence USING btree (hold_id) WHERE (hold_id IS NOT NULL);
CREATE INDEX usage_consequence_open ON public.usage_consequence USING btree (end_user_id, started_at DESC) WHERE (status = 'in_force'::text);
CREATE INDEX usage_consequence_partner_id_started_at_idx ON public.usage_consequence USING btree (partner_id, started_at DESC);
CREATE TRIGGER audited_delete AFTER DELETE ON public.usage_consequence REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.usage_consequence REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.usage_consequence REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER guard_consequence BEFORE UPDATE ON public.usage_consequence FOR EACH ROW EXECUTE FUNCTION access.guard_consequence();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.usage_consequence FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.usage_consequence enable row level security, force row level security;
create policy counting on public.usage_consequence for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.usage_consequence for select to liaison_authz
  using (true);
create policy own_rows on public.usage_consequence for select to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy owners_read on public.usage_consequence as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.usage_consequence for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy realm_admin on public.usage_consequence for select to liaison_realm
  using ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))));
grant insert, select on public.usage_consequence to liaison_authz;
grant select on public.usage_consequence to liaison_program;
grant update (status, lifted_at, lifted_by_side, lifted_by, lifted_by_name, lift_reason, reviewed_at, reviewed_by, reviewed_by_name, review_note) on public.usage_consequence to liaison_authz;
grant select (id, partner_id, end_user_id, kind, limit_key, limit_value, status, started_at, ends_at, lifted_at) on public.usage_consequence to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.begin_consequence(about jsonb)
 RETURNS public.usage_consequence
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;

-- No login may call it: a request of an end user spends through access.spend_operation, at the time it is.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_operation(of_user uuid, reads boolean DEFAULT false, at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.counted_operations(of_user uuid, at timestamp with time zone, per_7d integer)
 RETURNS TABLE(of_day integer, before_day integer, day_resets_at timestamp with time zone, week_resets_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

-- C5: platform, plan, partner and user; the strictest wins unless the key is relaxable, and fixed keys are the platform's alone.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.effective_limits(of_user uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  layers jsonb := access.limit_layers(of_user);
begin
  return case when layers is not null then access.resolve_limits(layers -> 'platform', layers -> 'plan', layers -> 'partner', layers -> 'user') end;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.follow_role()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform access.lift_consequences(new.id, '{"side": "decider", "reason": "The role changed."}');
  if old.role = 'guest' then
    update public.end_user u set status = 'active' where u.id = new.id and u.status = 'idle';
  end if;
  return null;
end
$function$;
grant execute on access.follow_role() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_consequence()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (new.id, new.partner_id, new.end_user_id, new.kind, new.limit_key, new.limit_value, new.decided_by, new.started_at, new.ends_at, new.hold_id)
    is distinct from (old.id, old.partner_id, old.end_user_id, old.kind, old.limit_key, old.limit_value, old.decided_by, old.started_at, old.ends_at, old.hold_id)
    or (old.reviewed_at is not null and (new.reviewed_at, new.reviewed_by, new.review_note) is distinct from (old.reviewed_at, old.reviewed_by, old.review_note))
    or (old.status = 'lifted' and (new.lifted_at, new.lifted_by, new.lift_reason) is distinct from (old.lifted_at, old.lifted_by, old.lift_reason)) then
    raise exception 'what happened stays as it happened' using errcode = 'restrict_violation', constraint = 'usage_consequence_history';
  end if;
  if new.status <> old.status and not exists (select from public.state_transition t
    where t.entity = 'usage_consequence' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = new.lifted_by_side) then
    raise exception 'a consequence cannot go from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'usage_consequence_transition';
  end if;
  return new;
end
$function$;
grant execute on access.guard_consequence() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_override()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  policy public.limit_policy;
begin
  if tg_op = 'UPDATE' then
    if old.lifted_at is not null or (new.id, new.partner_id, new.end_user_id, new.role, new.key, new.value, new.reason, new.set_by, new.set_by_name, new.set_at, new.expires_at)
      is distinct from (old.id, old.partner_id, old.end_user_id, old.role, old.key, old.value, old.reason, old.set_by, old.set_by_name, old.set_at, old.expires_at) then
      raise exception 'what was set stays as it was set' using errcode = 'restrict_violation', constraint = 'limit_override_history';
    end if;
    if session_user = 'liaison_program' and new.lifted_by is distinct from access.context_id('actor_id') then
      raise exception 'an override is lifted in the own name' using errcode = 'check_violation', constraint = 'limit_override_actor';
    end if;
    return new;
  end if;
  if session_user = 'liaison_program' and (new.set_by is distinct from access.context_id('actor_id') or new.lifted_at is not null) then
    raise exception 'an override is set in the own name' using errcode = 'check_violation', constraint = 'limit_override_actor';
  end if;
  if new.role is distinct from (select u.role from public.end_user u where u.id = new.end_user_id and u.partner_id = new.partner_id) then
    raise exception 'an override is for the role that the user has' using errcode = 'check_violation', constraint = 'limit_override_role';
  end if;
  select * into policy from public.limit_policy p where p.role = new.role and p.key = new.key;
  if policy.fixed then
    raise exception 'this limit is the same for everybody' using errcode = 'check_violation', constraint = 'limit_override_fixed';
  end if;
  if (new.key = 'on_exceed') <> (jsonb_typeof(new.value) = 'string')
    or (new.key = 'on_exceed' and new.value #>> '{}' not in ('warn', 'throttle', 'restrict', 'review', 'cooldown', 'suspend', 'idle')) then
    raise exception 'this is no value for the limit' using errcode = 'check_violation', constraint = 'limit_override_value';
  end if;
  if jsonb_typeof(new.value) = 'number' then
    if new.value::numeric <> trunc(new.value::numeric) or new.value::numeric > 100000000
      or new.value::numeric < (case when new.key like 'ops.%' then 0 when new.key like 'session.%\_s' then 60 else 1 end) then
      raise exception 'this is no value for the limit' using errcode = 'check_violation', constraint = 'limit_override_value';
    end if;
    if new.value::numeric > coalesce(policy.maximum, case when not policy.relaxable and jsonb_typeof(policy.value) = 'number' then policy.value::numeric end, new.value::numeric) then
      raise exception 'no override goes beyond the limit of the platform' using errcode = 'check_violation', constraint = 'limit_override_floor';
    end if;
  end if;
  return new;
end
$function$;
grant execute on access.guard_override() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_quota_hold_over(of_hold uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(bool_and(c.status = 'lifted' or c.ends_at <= statement_timestamp()), false)
  from public.usage_consequence c where c.hold_id = of_hold
  $function$;
grant execute on access.is_quota_hold_over(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_within_limits(s public.end_user_session)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.layers_of(of_user uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.limit_layers(of_user) where (access.context_plane() = 'program' or access.is_realm_admin()) and access.may_see_usage(of_user) $function$;
grant execute on access.layers_of(uuid) to liaison_program;
grant execute on access.layers_of(uuid) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lift_consequences(of_user uuid, who jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  lifted integer;
begin
  perform from public.end_user u where u.id = of_user for no key update;
  perform private.release_hold(of_user, null, 'quota', who ->> 'reason')
  from public.usage_consequence c
  where c.end_user_id = of_user and c.kind = 'suspend' and c.status = 'in_force' and c.hold_id is not null limit 1;
  update public.usage_consequence c
  set status = 'lifted', lifted_at = statement_timestamp(), lifted_by_side = who ->> 'side', lifted_by = (who ->> 'id')::uuid, lifted_by_name = who ->> 'name', lift_reason = who ->> 'reason'
  where c.end_user_id = of_user and c.status = 'in_force' and (c.ends_at is null or c.ends_at > statement_timestamp());
  get diagnostics lifted = row_count;
  return lifted;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.limit_layers(of_user uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  realm uuid;
  held_role text;
begin
  select u.partner_id, access.role_in_force(u.role, u.verified_until) into realm, held_role from public.end_user u where u.id = of_user;
  if realm is null then
    return null;
  end if;
  return jsonb_build_object(
    'platform', (select jsonb_object_agg(p.key, jsonb_build_object('value', p.value, 'relaxable', p.relaxable, 'fixed', p.fixed, 'maximum', p.maximum)) from public.limit_policy p where p.role = held_role),
    'plan', coalesce(access.plan_limits(of_user), '{}'),
    'partner', access.partner_limits(realm, held_role),
    'user', coalesce((
      select jsonb_object_agg(o.key, o.value) from public.limit_override o
      where o.end_user_id = of_user and o.role = held_role and o.lifted_at is null and (o.expires_at is null or o.expires_at > statement_timestamp())), '{}'));
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.limit_sessions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.limit_sessions() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.may_see_usage(of_user uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case access.context_plane()
    when 'realm' then session_user = 'liaison_realm' and (of_user = access.context_id('end_user_id')
      or (access.is_realm_admin() and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.realm_inside())))
    when 'program' then session_user = 'liaison_program' and exists (select from public.end_user u where u.id = of_user and u.partner_id = access.partner_of_owner())
    else false end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_limits(of_partner uuid, of_role text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  said jsonb := (
    select v.document from public.partner_configuration c
    join public.partner_config_version v on v.partner_id = c.partner_id and v.version = c.active_version
    where c.partner_id = of_partner);
  held jsonb;
begin
  if said is null then
    return '{}';
  end if;
  held := access.configuration(of_partner);
  return coalesce((
    select jsonb_object_agg(k.key, held #> k.path)
    from (values
      ('session.idle_s', array['sessions', 'end_users', of_role, 'idle_s']),
      ('session.absolute_s', array['sessions', 'end_users', of_role, 'absolute_s']),
      ('session.max_concurrent', array['sessions', 'end_users', of_role, 'max_concurrent']),
      ('ops.per_day', array['limits', 'end_users', of_role, 'ops.per_day']),
      ('ops.per_7d', array['limits', 'end_users', of_role, 'ops.per_7d']),
      ('rate.per_min', array['limits', 'end_users', of_role, 'rate.per_min']),
      ('on_exceed', array['limits', 'end_users', of_role, 'on_exceed'])) k(key, path)
    where said #> k.path is not null), '{}');
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.reset_usage(of_user uuid, why text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  lifted integer;
begin
  if not (access.context_plane() = 'program' or (access.is_realm_admin() and of_user is distinct from access.context_id('end_user_id'))) or access.may_see_usage(of_user) is not true then
    return null;
  end if;
  lifted := access.lift_consequences(of_user, jsonb_build_object('side', 'partner', 'id', access.context_id('actor_id'),
    'name', coalesce((select p.name from public.person p where p.id = access.context_id('actor_id')), access.context() ->> 'actor_name'), 'reason', why));
  update public.usage_bucket b set counted = 0
  where b.end_user_id = of_user and b.counted > 0 and b.day > (statement_timestamp() at time zone 'UTC')::date - 7;
  update public.end_user u set status = 'active' where u.id = of_user and u.status = 'idle';
  return lifted;
end
$function$;
grant execute on access.reset_usage(uuid,text) to liaison_program;
grant execute on access.reset_usage(uuid,text) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resolve_limits(policies jsonb, plan jsonb, partner jsonb, own jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  layers jsonb[] := array[plan, partner, own];
  names text[] := array['plan', 'partner', 'user'];
  resolved jsonb := '{}';
  key text;
  policy jsonb;
  decided jsonb;
  layer text;
  said jsonb;
begin
  for key, policy in select * from jsonb_each(policies) loop
    decided := policy -> 'value';
    layer := 'platform';
    if not (policy ->> 'fixed')::boolean then
      for i in 1 .. 3 loop
        said := layers[i] -> key;
        continue when said is null or jsonb_typeof(said) = 'null';
        if (policy ->> 'relaxable')::boolean
          or (jsonb_typeof(said) = 'number' and (jsonb_typeof(decided) <> 'number' or said::numeric < decided::numeric)) then
          decided := said;
          layer := names[i];
        end if;
      end loop;
      if layer <> 'platform' and (policy ->> 'relaxable')::boolean and jsonb_typeof(policy -> 'maximum') = 'number'
        and (jsonb_typeof(decided) <> 'number' or decided::numeric > (policy -> 'maximum')::numeric) then
        decided := policy -> 'maximum';
        layer := 'platform';
      end if;
    end if;
    resolved := resolved || jsonb_build_object(key, jsonb_build_object('value', decided, 'layer', layer));
  end loop;
  return resolved;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.review_usage(of_consequence uuid, note text)
 RETURNS uuid
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update public.usage_consequence c
  set reviewed_at = statement_timestamp(), reviewed_by = access.context_id('actor_id'), review_note = note,
    reviewed_by_name = (select p.name from public.person p where p.id = access.context_id('actor_id'))
  where c.id = of_consequence and c.kind = 'review' and c.reviewed_at is null and session_user = 'liaison_program' and c.partner_id = access.partner_of_owner()
  returning c.end_user_id
$function$;
grant execute on access.review_usage(uuid,text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.session_limits(of_user uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  limits jsonb := access.effective_limits(of_user);
begin
  return jsonb_build_object(
    'idle_s', limits #> '{session.idle_s,value}',
    'absolute_s', limits #> '{session.absolute_s,value}',
    'max_concurrent', limits #> '{session.max_concurrent,value}');
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.spend_operation(reads boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_user uuid := access.context_id('end_user_id');
begin
  if access.context_plane() is distinct from 'realm' or of_user is null then
    raise exception 'only an end user spends operations' using errcode = 'insufficient_privilege';
  end if;
  return access.count_operation(of_user, reads);
end
$function$;
grant execute on access.spend_operation(boolean) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.usage_figures(of_partner uuid DEFAULT NULL::uuid)
 RETURNS TABLE(partner_id uuid, partner_name text, slug text, users bigint, operations_today bigint, operations_7d bigint, beyond_7d bigint, in_force jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id, p.name, p.slug,
    (select count(*) from public.end_user u where u.partner_id = p.id),
    (select coalesce(sum(b.operations), 0) from public.usage_bucket b where b.partner_id = p.id and b.day = (statement_timestamp() at time zone 'UTC')::date),
    (select coalesce(sum(b.operations), 0) from public.usage_bucket b where b.partner_id = p.id and b.day > (statement_timestamp() at time zone 'UTC')::date - 7),
    (select coalesce(sum(b.beyond), 0) from public.usage_bucket b where b.partner_id = p.id and b.day > (statement_timestamp() at time zone 'UTC')::date - 7),
    (select coalesce(jsonb_object_agg(k.kind, k.users), '{}') from (
      select c.kind, count(distinct c.end_user_id) as users from public.usage_consequence c
      where c.partner_id = p.id and c.status = 'in_force' and (c.ends_at is null or c.ends_at > statement_timestamp()) group by c.kind) k)
  from public.partner p
  where session_user = 'liaison_platform' and access.context_plane() = 'platform' and 'white_label' = any (p.kinds) and (of_partner is null or p.id = of_partner)
  order by p.name, p.id
  $function$;
grant execute on access.usage_figures(uuid) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.usage_of(of_user uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.usage_of(uuid) to liaison_program;
grant execute on access.usage_of(uuid) to liaison_realm;
