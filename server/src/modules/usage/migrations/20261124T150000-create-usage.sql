set role liaison_owner;

create table limit_policy (
  role text not null check (role in ('guest', 'basic', 'advanced', 'company', 'realm_admin')),
  key text not null check (key in ('session.idle_s', 'session.absolute_s', 'session.max_concurrent', 'ops.per_day', 'ops.per_7d', 'rate.per_min', 'on_exceed', 'cooldown_s', 'throttle_percent')),
  value jsonb not null check (jsonb_typeof(value) in ('number', 'string', 'null')),
  relaxable boolean not null default false,
  fixed boolean not null default false,
  maximum integer check (maximum > 0),
  primary key (role, key),
  check (not (relaxable and fixed)),
  check (maximum is null or relaxable)
);
comment on table limit_policy is 'The platform''s limits of end users for each role: what no plan, partner or override goes beyond (C5).';
comment on column limit_policy.value is 'A number, a consequence, or null for no limit.';
comment on column limit_policy.relaxable is 'The most particular layer that speaks decides, up to the maximum; otherwise the strictest.';
comment on column limit_policy.fixed is 'No other layer has a say.';
call private.protect('limit_policy');
create policy catalogue on limit_policy for select to public using (true);
grant select on limit_policy to public;

alter table limit_policy no force row level security;
insert into limit_policy (role, key, value, relaxable, fixed, maximum) values
  ('guest', 'session.idle_s', '1200', false, true, null),
  ('guest', 'session.absolute_s', '1200', false, true, null),
  ('guest', 'session.max_concurrent', '5', false, false, null),
  ('guest', 'ops.per_day', '5', false, true, null),
  ('guest', 'ops.per_7d', '20', false, true, null),
  ('guest', 'rate.per_min', '30', false, false, null),
  ('guest', 'on_exceed', '"idle"', false, true, null),
  ('basic', 'ops.per_day', '20', false, false, null),
  ('basic', 'ops.per_7d', '50', false, false, null),
  ('basic', 'on_exceed', '"throttle"', true, false, null),
  ('realm_admin', 'session.idle_s', '1800', false, false, null),
  ('realm_admin', 'session.absolute_s', '43200', false, false, null),
  ('realm_admin', 'session.max_concurrent', '5', false, false, null);
insert into limit_policy (role, key, value, relaxable, fixed, maximum)
select role, key, value, true, false, maximum
from unnest(array['basic', 'advanced', 'company']) role, (values
  ('session.idle_s', '1800'::jsonb, 43200),
  ('session.absolute_s', '43200', 2592000),
  ('session.max_concurrent', '5', 20)) of_role(key, value, maximum);
insert into limit_policy (role, key, value)
select role, key, 'null' from unnest(array['advanced', 'company', 'realm_admin']) role, unnest(array['ops.per_day', 'ops.per_7d']) key;
insert into limit_policy (role, key, value, relaxable, maximum)
select role, 'rate.per_min', '60', true, 600 from unnest(array['basic', 'advanced', 'company', 'realm_admin']) role;
insert into limit_policy (role, key, value, relaxable)
select role, 'on_exceed', '"warn"', true from unnest(array['advanced', 'company', 'realm_admin']) role;
insert into limit_policy (role, key, value, fixed)
select role, key, value, true
from unnest(array['guest', 'basic', 'advanced', 'company', 'realm_admin']) role, (values ('cooldown_s', '900'::jsonb), ('throttle_percent', '25')) same(key, value);
alter table limit_policy force row level security;

create table limit_override (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  role text not null,
  key text not null,
  value jsonb not null check (jsonb_typeof(value) in ('number', 'string')),
  reason text not null check (char_length(reason) between 1 and 500),
  set_by uuid not null,
  set_by_name text not null,
  set_at timestamptz not null default statement_timestamp(),
  expires_at timestamptz check (expires_at > set_at),
  lifted_at timestamptz,
  lifted_by uuid,
  lifted_by_name text,
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  foreign key (role, key) references limit_policy (role, key),
  check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lifted_by_name is null))
);
comment on table limit_override is 'A limit that the partner set for one of its users, with its reason; it is lifted or runs out, and stays as history.';
comment on column limit_override.role is 'The role that the user had: in another role the override says nothing.';
create unique index limit_override_one_open on limit_override (end_user_id, key) where lifted_at is null;
create index on limit_override (partner_id, set_at desc);
call private.protect('limit_override');
call private.audit_changes('limit_override', false);
create policy partner_side on limit_override to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy own_rows on limit_override for select to liaison_realm using (partner_id = (select access.context_id('partner_id')) and end_user_id = (select access.context_id('end_user_id')));
grant select on limit_override to liaison_program;
-- Who set a limit, and why, is the partner's own matter.
grant select (partner_id, end_user_id, role, key, value, set_at, expires_at, lifted_at) on limit_override to liaison_realm;
grant insert (partner_id, end_user_id, role, key, value, reason, set_by, set_by_name, expires_at), update (lifted_at, lifted_by, lifted_by_name) on limit_override to liaison_program;

create table usage_bucket (
  partner_id uuid not null,
  end_user_id uuid not null,
  day date not null,
  operations integer not null check (operations >= 0),
  counted integer not null check (counted between 0 and operations),
  beyond integer not null default 0 check (beyond between 0 and operations),
  per_day integer,
  per_7d integer,
  primary key (end_user_id, day),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade
) with (fillfactor = 70);
comment on table usage_bucket is 'The operations of one end user in one day of UTC. Written by access.count_operation alone (C5).';
comment on column usage_bucket.counted is 'How many of them count towards the limits; a reset and a pause let those before it count no more.';
comment on column usage_bucket.beyond is 'How many of them went beyond the limits, where the consequence lets them.';
comment on column usage_bucket.per_day is 'The limits as they were at the last operation, by which lists are put in order; what holds now is computed.';
create index on usage_bucket (partner_id, day);
call private.protect('usage_bucket');
create policy counting on usage_bucket to liaison_authz using (true) with check (true);
create policy partner_side on usage_bucket for select to liaison_program using (partner_id = (select access.own_partner()));
create policy own_rows on usage_bucket for select to liaison_realm using (partner_id = (select access.context_id('partner_id')) and end_user_id = (select access.context_id('end_user_id')));
grant insert, update (operations, counted, beyond, per_day, per_7d) on usage_bucket to liaison_authz;
grant select on usage_bucket to liaison_program, liaison_realm;

create table usage_consequence (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  kind text not null check (kind in ('warn', 'throttle', 'restrict', 'review', 'cooldown', 'suspend', 'idle')),
  limit_key text not null check (limit_key in ('ops.per_day', 'ops.per_7d')),
  limit_value integer not null,
  decided_by text not null check (decided_by in ('platform', 'plan', 'partner', 'user')),
  status text not null default 'in_force' check (status in ('in_force', 'lifted')),
  started_at timestamptz not null,
  ends_at timestamptz check (ends_at > started_at),
  hold_id uuid,
  lifted_at timestamptz,
  lifted_by_side text check (lifted_by_side in ('partner', 'decider')),
  lifted_by uuid,
  lifted_by_name text,
  lift_reason text check (char_length(lift_reason) between 1 and 500),
  reviewed_at timestamptz,
  reviewed_by uuid,
  reviewed_by_name text,
  review_note text check (char_length(review_note) between 1 and 500),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  check ((status = 'lifted') = (lifted_at is not null) and (status = 'lifted') = (lifted_by_side is not null)),
  check ((ends_at is null) = (kind = 'idle')),
  check (kind = 'review' or reviewed_at is null)
);
comment on table usage_consequence is 'What going beyond a limit brought an end user: one row for each window, in force until it ends, by time or lifted by hand. Written by functions of the deciding role alone (C5).';
comment on column usage_consequence.ends_at is 'The first instant at which it no longer holds, whether or not anybody noted it; null for idle, which lasts until a reset or another role.';
comment on column usage_consequence.lifted_by_side is 'partner: somebody of the partner let the user go on. decider: the user got another role, and with it other limits.';
comment on column usage_consequence.decided_by is 'The layer that decided the limit which was reached.';
comment on column usage_consequence.hold_id is 'The hold on the account that suspend placed; it blocks no longer than this row is in force.';
create index usage_consequence_open on usage_consequence (end_user_id, started_at desc) where status = 'in_force';
create index on usage_consequence (partner_id, started_at desc);
create index on usage_consequence (hold_id) where hold_id is not null;
call private.protect('usage_consequence');
call private.audit_changes('usage_consequence', false);
create policy counting on usage_consequence to liaison_authz using (true) with check (true);
create policy partner_side on usage_consequence for select to liaison_program using (partner_id = (select access.own_partner()));
create policy own_rows on usage_consequence for select to liaison_realm using (partner_id = (select access.context_id('partner_id')) and end_user_id = (select access.context_id('end_user_id')));
grant insert, update (status, lifted_at, lifted_by_side, lifted_by, lifted_by_name, lift_reason, reviewed_at, reviewed_by, reviewed_by_name, review_note) on usage_consequence to liaison_authz;
grant select on usage_consequence to liaison_program;
grant select (id, partner_id, end_user_id, kind, limit_key, limit_value, status, started_at, ends_at, lifted_at) on usage_consequence to liaison_realm;

-- What going beyond a limit does to a user and to sessions.
create policy resting on end_user for update to liaison_authz using (true) with check (true);
grant update (status) on end_user to liaison_authz;
grant update (ended_at, end_reason) on end_user_session to liaison_authz;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('usage_consequence', 'in_force', 'lifted', 'lift', 'partner'),
  ('usage_consequence', 'in_force', 'lifted', 'change_role', 'decider');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- A consequence moves as the rows of state_transition say, once, and is looked through once; all else of it never changes.
create function access.guard_consequence() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
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
$$;

-- An override stays within what the platform allows for the user's role, names who set it, and changes once: when it is lifted.
create function access.guard_override() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
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
$$;
grant execute on function access.guard_consequence(), access.guard_override() to liaison_owner;

reset role;
set role liaison_owner;

create trigger guard_consequence before update on usage_consequence for each row execute function access.guard_consequence();
create trigger guard_override before insert or update on limit_override for each row execute function access.guard_override();
create trigger no_truncate before truncate on usage_consequence for each statement execute function private.refuse_change();
create trigger no_truncate before truncate on limit_override for each statement execute function private.refuse_change();

reset role;
