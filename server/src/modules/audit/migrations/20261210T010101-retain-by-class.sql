-- All that this role may do is ask for what is past its time to be taken out of the log; nobody logs in as it.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'liaison_retention') then
    create role liaison_retention nologin nosuperuser nobypassrls noinherit;
  end if;
end
$$;
grant liaison_retention to current_user;
grant usage on schema audit to liaison_retention;

set role liaison_owner;

create table audit_retention (
  number bigint generated always as identity primary key,
  from_at timestamptz not null,
  until_at timestamptz not null check (until_at > from_at),
  kept text not null check (kept in ('long', 'nothing')),
  removed bigint not null check (removed >= 0),
  note text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
comment on table audit_retention is 'What was taken out of the audit log because its time was over: of which month, how many events, and the note, signed with the key of the log, that says which leaves have none any more. Kept for ever.';
comment on column audit_retention.kept is 'What the month still holds: the events that are kept long, or nothing.';
comment on column audit_retention.removed is 'How many events this step took; the note counts those of earlier steps, too.';
call private.protect('audit_retention');
call private.audit_changes('audit_retention', false);
create trigger append_only before update or delete on audit_retention for each row execute function private.refuse_change();
create trigger no_truncate before truncate on audit_retention for each statement execute function private.refuse_change();
create policy platform_view on audit_retention for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on audit_retention to liaison_platform;

-- What the function below reads and writes as the owner of the tables.
create policy retaining on audit_event for select to liaison_owner using (true);
create policy retaining on audit_scope for select to liaison_owner using (true);
create policy retaining on audit_leaf for select to liaison_owner using (true);
create policy retaining on audit_publication for select to liaison_owner using (true);
create policy retaining on audit_retention to liaison_owner using (true) with check (true);

-- The second opinion on retention-class.ts: whether an event is kept for three years only. What is not listed is kept long.
create function audit.is_kept_short(action text) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$
  select action !~ '^exports\.|(^|\.)(export|exported|prove)$' and (
    action ~ '\.(read|read_all|list|search|searched|looked_up|count|preview|explain|reach_read|switch_context)$'
    or regexp_replace(action, '^partner\.', '') ~ ('^(access|accounts|alert_rules|alerts|audit|calendars|demo|embed|gateway|identity(?!\.member(\.|$))|leak'
      || '|oauth(?!\.grant(\.|$))|provisioning|realm|realms\.(password|profile|session|sign_in|token|user|users)|reports|saved_views|service|services|site|sla\.breach'
      || '|support|tenant\.(members|profile|tickets)|tenant_groups|tenant_pins|tenants|usage)(\.|$)'))
$$;
comment on function audit.is_kept_short(text) is 'Whether events of this action are kept for three years; all others for seven.';
grant execute on function audit.is_kept_short(text) to liaison_authz;

-- One side of the log, a month of it: copied without what goes, and put in the place of the whole. Nobody is kept from writing events but for the
-- moment of the exchange.
create function private.copy_audit_month(parent text, part regclass, month_from timestamptz, month_until timestamptz, which text) returns text
  language plpgsql
  set search_path = pg_catalog
  as $$
declare
  kept text := (select c.relname || '_kept' from pg_class c where c.oid = part);
begin
  execute format('create table public.%I (like public.%I including defaults including constraints including storage including indexes)', kept, parent);
  execute format('insert into public.%I select r.* from public.%I r where r.occurred_at >= %L and r.occurred_at < %L and %s', kept, parent, month_from, month_until, which);
  execute format('alter table public.%I add constraint within check (occurred_at >= %L and occurred_at < %L)', kept, month_from, month_until);
  execute format('create trigger no_truncate before truncate on public.%I for each statement execute function private.refuse_change()', kept);
  return kept;
end
$$;

create function private.replace_audit_month(parent text, part regclass, month_from timestamptz, month_until timestamptz, kept text) returns void
  language plpgsql
  set search_path = pg_catalog
  as $$
declare
  name text := (select c.relname from pg_class c where c.oid = part);
begin
  if kept is not null then
    -- Only now: the owner, too, sees no row of a table of its own behind forced row security, and the scopes are chosen by the events.
    execute format('alter table public.%I enable row level security', kept);
    execute format('alter table public.%I force row level security', kept);
  end if;
  execute format('alter table public.%I detach partition public.%I', parent, name);
  execute format('drop table public.%I', name);
  if kept is not null then
    execute format('alter table public.%I rename to %I', kept, name);
    execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, name, month_from, month_until);
    execute format('alter table public.%I drop constraint within', name);
  end if;
end
$$;

create function private.audit_month(parent regclass, month_from timestamptz) returns regclass
  language sql stable
  set search_path = pg_catalog
  as $$ select i.inhrelid::regclass from pg_inherits i where i.inhparent = parent and private.bound_of(i.inhrelid::regclass, 'FROM') = month_from $$;

-- The only way out of the log. The times stand here and not in a setting; an event goes only when a checkpoint that covers it has left the
-- database, and with a note that says so.
create function audit.retire(month_from timestamptz, keeps text, removing bigint, signed text) returns void
  language plpgsql security definer
  set search_path = pg_catalog
  set timezone = 'UTC'
  set lock_timeout = '1s'
  as $$
declare
  events regclass;
  scopes regclass;
  month_until timestamptz;
  counted bigint;
  before bigint;
  kept_events text;
  kept_scopes text;
begin
  perform pg_advisory_xact_lock(hashtextextended('liaison audit months', 0));
  events := private.audit_month('public.audit_event', month_from);
  scopes := private.audit_month('public.audit_scope', month_from);
  month_until := private.bound_of(events, 'TO');
  if (events is null or scopes is null or month_until is distinct from private.bound_of(scopes, 'TO')) then
    raise exception 'the log has no such month' using errcode = 'no_data_found';
  end if;
  if ((month_until <= now() - case keeps when 'long' then interval '3 years' when 'nothing' then interval '7 years' end) is not true) then
    raise exception 'the time of this month is not over' using errcode = 'restrict_violation';
  end if;
  execute format('lock table %s, %s in share row exclusive mode', events, scopes);
  if exists (
    select from public.audit_event e where e.occurred_at >= month_from and e.occurred_at < month_until and not exists (
      select from public.audit_leaf l where l.event_id = e.id and l.occurred_at = e.occurred_at
        and l.leaf_index < (select max(p.size) from public.audit_publication p where p.place = 'file'))
  ) then
    raise exception 'an event of this month is under no checkpoint that left the database' using errcode = 'restrict_violation';
  end if;
  select count(*) into counted from public.audit_event e
  where e.occurred_at >= month_from and e.occurred_at < month_until and (keeps = 'nothing' or audit.is_kept_short(e.action));
  select coalesce(sum(r.removed), 0) into before from public.audit_retention r where r.from_at = month_from;
  if (counted <> removing or split_part(signed, E'\n', 4) <> keeps or split_part(signed, E'\n', 6) <> (before + removing)::text) then
    raise exception 'the note does not tell what would go: % events', counted using errcode = 'restrict_violation';
  end if;
  insert into public.audit_retention (from_at, until_at, kept, removed, note) values (month_from, month_until, keeps, removing, signed);
  if (keeps = 'long') then
    kept_events := private.copy_audit_month('audit_event', events, month_from, month_until, 'not audit.is_kept_short(r.action)');
    kept_scopes := private.copy_audit_month('audit_scope', scopes, month_from, month_until,
      format('exists (select from public.%I k where k.id = r.event_id and k.occurred_at = r.occurred_at)', kept_events));
  end if;
  perform private.replace_audit_month('audit_event', events, month_from, month_until, kept_events);
  perform private.replace_audit_month('audit_scope', scopes, month_from, month_until, kept_scopes);
end
$$;
comment on function audit.retire(timestamptz, text, bigint, text) is 'Takes out of a month what is past its time: after three years all that is not kept long, after seven the whole month. Leaves and checkpoints stay.';
grant execute on function audit.retire(timestamptz, text, bigint, text) to liaison_retention;

reset role;
