set role liaison_owner;

-- Where one side of a partition lies. Months that were made under another time zone begin and end at another moment than those of UTC.
create function private.bound_of(part regclass, side text) returns timestamptz
  language sql stable
  set search_path = pg_catalog
  as $$ select substring(pg_get_expr(c.relpartbound, c.oid) from side || ' \(''([^'']+)''\)')::timestamptz from pg_class c where c.oid = part $$;

-- Makes the table first and attaches it then: unlike `partition of`, that keeps nobody from writing events meanwhile.
create function private.add_audit_month(parent text, month date) returns boolean
  language plpgsql
  set search_path = pg_catalog
  set timezone = 'UTC'
  as $$
declare
  part text := format('public.%I', parent || to_char(month, '"_"YYYY"_"MM'));
  before text := format('public.%I', parent || to_char(month - interval '1 month', '"_"YYYY"_"MM'));
  after text := format('public.%I', parent || to_char(month + interval '1 month', '"_"YYYY"_"MM'));
begin
  if to_regclass(part) is not null then
    return false;
  end if;
  execute format('create table %s (like public.%I including defaults including constraints including storage)', part, parent);
  execute format('alter table %s enable row level security', part);
  execute format('alter table %s force row level security', part);
  execute format('create trigger no_truncate before truncate on %s for each statement execute function private.refuse_change()', part);
  execute format('alter table public.%I attach partition %s for values from (%L) to (%L)', parent, part,
    coalesce(private.bound_of(to_regclass(before), 'TO'), month::timestamptz),
    coalesce(private.bound_of(to_regclass(after), 'FROM'), (month + interval '1 month')::timestamptz));
  return true;
end
$$;

-- Whoever waits for a lock lets everybody behind it wait, too: this gives its place up, and comes again.
create function private.add_audit_months(first_month date, months integer) returns integer
  language plpgsql security definer
  set search_path = pg_catalog
  set timezone = 'UTC'
  set lock_timeout = '1s'
  as $$
declare
  month date;
  added integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('liaison audit months', 0));
  for step in 0 .. months - 1 loop
    month := date_trunc('month', first_month) + make_interval(months => step);
    added := added + private.add_audit_month('audit_event', month)::integer + private.add_audit_month('audit_scope', month)::integer;
  end loop;
  return added;
end
$$;
comment on function private.add_audit_months(date, integer) is 'Adds the months of the audit log that are missing and returns how many tables that were. They carry forced row security and no grant, so reading one directly shows nothing.';

create function audit.add_coming_months() returns integer
  language sql security definer
  set search_path = pg_catalog
  set timezone = 'UTC'
  as $$ select private.add_audit_months(now()::date, 4) $$;
comment on function audit.add_coming_months() is 'This month and the next three. All that a running server may do about the tables of the log.';
grant execute on function audit.add_coming_months() to liaison_job;

create function audit.months_ahead(day date default current_date) returns integer
  language sql stable
  set search_path = pg_catalog
  as $$
    select coalesce(min(n) filter (where to_regclass(to_char(m, '"public.audit_event_"YYYY"_"MM')) is null or to_regclass(to_char(m, '"public.audit_scope_"YYYY"_"MM')) is null), 13) - 1
    from generate_series(0, 12) n, lateral (select date_trunc('month', day::timestamp) + make_interval(months => n)) s (m) $$;
comment on function audit.months_ahead(date) is 'For how many whole months after this one events can be written; -1 when not even for this one.';
grant execute on function audit.months_ahead(date) to liaison_job, liaison_authz;

reset role;
