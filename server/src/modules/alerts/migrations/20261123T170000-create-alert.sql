set role liaison_owner;

create table alert_default (
  type text primary key,
  area text not null check (area in ('sla', 'billing', 'access')),
  title text not null,
  warning numeric,
  critical numeric,
  unit text check (unit in ('percent', 'days', 'times', 'count')),
  rearm_percent numeric not null default 100 check (rearm_percent > 0 and rearm_percent <= 100),
  linger interval not null default '0',
  is_adjustable boolean not null default false
);
comment on table alert_default is 'When each kind of alert is raised unless a partner''s rule says otherwise. Source: managed-tenants.md section 6, alert defaults.';
comment on column alert_default.rearm_percent is 'A level that was reached counts as left only below this share of its threshold; then it can be reached, and told, again.';
comment on column alert_default.linger is 'How long an alert stays after what raised it was last seen: what happened once does not vanish unseen.';
comment on column alert_default.is_adjustable is 'Whether a partner may set other thresholds. What warns of misuse cannot be turned down.';
call private.protect('alert_default');
create policy catalogue on alert_default for select to public using (true);
grant select on alert_default to public;

-- The owner too is bound by forced row security; only a migration steps out of it, for its own inserts.
alter table alert_default no force row level security;
insert into alert_default (type, area, title, warning, critical, unit, rearm_percent, linger, is_adjustable) values
  ('ticket_clock', 'sla', 'Ticket clock', 75, 100, 'percent', 100, '0', true),
  ('uptime', 'sla', 'Monthly uptime', 75, 100, 'percent', 100, '0', true),
  ('ar_threshold', 'billing', 'Outstanding amount', 80, 100, 'percent', 90, '0', true),
  ('overdue_threshold', 'billing', 'Overdue invoices', 30, 60, 'days', 100, '0', true),
  ('link_expiry', 'access', 'Link ends', 30, 1, 'days', 100, '0', true),
  ('access_review', 'access', 'Access review', 14, 0, 'days', 100, '0', false),
  ('unusual_access', 'access', 'Unusual access', 3, 10, 'times', 100, '24 hours', false),
  ('new_export_place', 'access', 'Export from a new network', null, null, null, 100, '24 hours', false),
  ('person_denials', 'access', 'Refusals of one person', 10, null, 'count', 100, '24 hours', false),
  ('partner_denials', 'access', 'Refusals of one partner', 50, null, 'count', 100, '24 hours', false),
  ('unknown_tenants', 'access', 'Guesses at customers', null, 3, 'count', 100, '24 hours', false),
  ('stale_access', 'access', 'Use of withdrawn access', null, 1, 'count', 100, '24 hours', false),
  ('freeze', 'access', 'Freeze', null, null, null, 100, '0', false);
alter table alert_default force row level security;

create table alert_rule (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  type text not null references alert_default (type),
  applies_to text not null check (applies_to in ('all', 'group', 'link')),
  group_id uuid,
  link_id uuid,
  tenant_id uuid,
  is_enabled boolean not null default true,
  warning numeric check (warning > 0),
  critical numeric check (critical > 0),
  channels text[] not null default '{in_app,mail,webhook}' check (channels <@ '{in_app,mail,webhook}'::text[]),
  digest text not null default 'none' check (digest in ('none', 'hourly', 'daily')),
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (partner_id, type, applies_to, group_id, link_id),
  foreign key (partner_id, group_id) references tenant_group (partner_id, id) on delete cascade,
  foreign key (partner_id, tenant_id, link_id) references link (partner_id, tenant_id, id),
  check ((applies_to = 'group') = (group_id is not null)),
  check ((applies_to = 'link') = (link_id is not null)),
  check ((link_id is null) = (tenant_id is null))
);
comment on table alert_rule is 'When and how a partner wants to be alerted. A rule for one link beats one for a group, which beats one for all; of two groups the rule that was made first.';
create index on alert_rule (partner_id, type);
call private.protect('alert_rule');
create trigger set_updated_at before update on alert_rule for each row execute function private.set_updated_at();
call private.audit_changes('alert_rule', false);

create policy partner_side on alert_rule to liaison_delegate using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
grant select, delete, insert (partner_id, type, applies_to, group_id, link_id, tenant_id, is_enabled, warning, critical, channels, digest, created_by, created_by_name),
  update (is_enabled, warning, critical, channels, digest, version) on alert_rule to liaison_delegate;

create table alert (
  id uuid primary key default uuidv7(),
  audience text not null check (audience in ('partner', 'tenant', 'provider')),
  partner_id uuid references partner (id),
  tenant_id uuid references tenant (id),
  delegation_id uuid references delegation (id),
  type text not null references alert_default (type),
  area text not null check (area in ('sla', 'billing', 'access')),
  severity text not null check (severity in ('info', 'warning', 'critical')),
  state text not null default 'active' check (state in ('active', 'acknowledged', 'resolved')),
  title text not null,
  message text not null,
  metadata jsonb not null default '{}',
  occurrences integer not null default 1 check (occurrences > 0),
  dedupe_key text not null,
  level smallint not null check (level >= 0),
  channels text[] not null default '{in_app,mail,webhook}',
  triggered_at timestamptz not null default now(),
  last_raised_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  acknowledged_by_name text,
  resolved_at timestamptz,
  resolved_by uuid,
  resolved_by_name text,
  note text check (char_length(note) <= 500),
  snoozed_until timestamptz,
  assigned_to uuid references person (id),
  assigned_to_name text,
  ticket_id uuid,
  outage_id uuid,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (audience <> 'partner' or partner_id is not null),
  check (audience <> 'tenant' or tenant_id is not null),
  check (area = 'access' or (tenant_id is not null and (audience <> 'partner' or delegation_id is not null))),
  check ((state = 'resolved') = (resolved_at is not null))
);
comment on table alert is 'One condition that somebody should know of, for one reader: a partner under one link, a tenant, or the provider.';
comment on column alert.level is 'How far the condition has gone, as the clock last saw it; 0 once it has cleared. It rises past warning where a kind is told again, such as at 150 % of a ticket''s time.';
comment on column alert.dedupe_key is 'What is watched for whom. While level is above 0 there is one row for it, so that nothing is raised twice, whatever the number of processes.';
comment on column alert.occurrences is 'How often it was told: once when raised, and again each time it got worse.';
comment on column alert.snoozed_until is 'Until then the alert is not counted and not told again, unless it gets worse.';
create unique index alert_once on alert (dedupe_key) where level > 0;
create index alert_of_partner on alert (partner_id, area, tenant_id, state, triggered_at desc, id desc) where audience = 'partner';
create index alert_by_tenant on alert (tenant_id, audience, area, triggered_at desc, id desc);
create index alert_of_provider on alert (triggered_at desc, id desc) where audience = 'provider';
create index alert_standing on alert (type) where level > 0;
create index on alert (delegation_id);
call private.protect('alert');
create trigger set_updated_at before update on alert for each row execute function private.set_updated_at();
-- Each step of an alert has an event; the figures that the clock brings up to date in between have none.
create constraint trigger audited after insert or delete or update of state, severity, occurrences, snoozed_until, assigned_to on alert
  deferrable initially deferred for each row execute function audit.require_event();

create policy partner_in_tenants on alert for select to liaison_delegate using (
  audience = 'partner' and partner_id = (select access.own_partner()) and case area
    when 'sla' then tenant_id in (select access.reach('alert_sla', 'select'))
    when 'billing' then tenant_id in (select access.reach('alert_billing', 'select')) end);
create policy partner_works on alert for update to liaison_delegate using (
  audience = 'partner' and partner_id = (select access.own_partner()) and case area
    when 'sla' then tenant_id in (select access.reach('alert_sla', 'update'))
    when 'billing' then tenant_id in (select access.reach('alert_billing', 'update')) end)
  with check (audience = 'partner' and partner_id = (select access.own_partner()));
-- What concerns a partner's own access it hears whether or not it reaches the tenant: that it no longer does is what it must know.
create policy partner_itself on alert to liaison_program using (audience = 'partner' and area = 'access' and partner_id = (select access.own_partner()))
  with check (audience = 'partner' and area = 'access' and partner_id = (select access.own_partner()));
create policy own_alerts on alert for select to liaison_tenant using (audience = 'tenant' and case area
    when 'sla' then tenant_id in (select access.reach('alert_sla', 'select'))
    when 'billing' then tenant_id in (select access.reach('alert_billing', 'select'))
    else tenant_id in (select access.reach('alert_access', 'select')) end);
create policy own_work on alert for update to liaison_tenant using (audience = 'tenant' and case area
    when 'sla' then tenant_id in (select access.reach('alert_sla', 'update'))
    when 'billing' then tenant_id in (select access.reach('alert_billing', 'update'))
    else tenant_id in (select access.reach('alert_access', 'update')) end)
  with check (audience = 'tenant' and tenant_id = (select access.context_id('tenant_id')));
create policy provider_side on alert to liaison_platform using (audience = 'provider' and (select access.context_plane()) = 'platform')
  with check (audience = 'provider' and (select access.context_plane()) = 'platform');
create policy clock on alert to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy evaluating on alert to liaison_authz using (true) with check (true);
grant insert, update on alert to liaison_authz;
grant select on alert to liaison_delegate, liaison_program, liaison_tenant, liaison_platform, liaison_job;
grant update (state, severity, acknowledged_at, acknowledged_by, acknowledged_by_name, resolved_at, resolved_by, resolved_by_name, note, snoozed_until, assigned_to, assigned_to_name, version)
  on alert to liaison_delegate, liaison_program, liaison_tenant, liaison_platform;

-- The owner too is bound by forced row security; only a migration steps out of it, for its own inserts.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind)
select 'alert', f, t, a, k
from (values ('active', 'acknowledged', 'acknowledge'), ('active', 'resolved', 'resolve'), ('acknowledged', 'resolved', 'resolve')) as move (f, t, a)
cross join (values ('partner'), ('tenant'), ('provider')) as side (k)
union all values
  ('alert', 'active', 'resolved', 'resolve', 'clock'),
  ('alert', 'acknowledged', 'resolved', 'resolve', 'clock'),
  ('alert', 'acknowledged', 'active', 'raise', 'clock');
alter table state_transition force row level security;

create function private.enforce_alert() returns trigger
  language plpgsql
  as $$
declare
  side text := case session_user when 'liaison_delegate' then 'partner' when 'liaison_program' then 'partner' when 'liaison_tenant' then 'tenant' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' end;
begin
  if side is null then
    return new;
  end if;
  if new.state <> old.state and not exists (
    select from public.state_transition t where t.entity = 'alert' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception 'an alert may not move from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'alert_transition';
  end if;
  if side <> 'clock' and new.severity <> old.severity then
    raise exception 'how grave an alert is, is not a matter of opinion' using errcode = 'check_violation', constraint = 'alert_identity';
  end if;
  if old.state = 'resolved' and side <> 'clock' then
    raise exception 'a resolved alert is history' using errcode = 'check_violation', constraint = 'alert_transition';
  end if;
  return new;
end
$$;
create trigger enforce_alert before update on alert for each row execute function private.enforce_alert();

create table alert_notice (
  id uuid primary key default uuidv7(),
  alert_id uuid not null references alert (id),
  occurrence integer not null,
  severity text not null,
  digest text not null default 'none' check (digest in ('none', 'hourly', 'daily')),
  created_at timestamptz not null default now(),
  told_at timestamptz,
  outcome text check (outcome in ('sent', 'digest', 'nobody')),
  unique (alert_id, occurrence)
);
comment on table alert_notice is 'A mail about an alert that waits to be sent, alone or in a digest. Who gets it, and what it may name, is decided when it is sent.';
create index alert_notice_waiting on alert_notice (created_at) where told_at is null;
create index alert_notice_told on alert_notice (told_at) where told_at is not null;
call private.protect('alert_notice');
create policy clock on alert_notice to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy evaluating on alert_notice to liaison_authz using (true) with check (true);
grant select, update on alert_notice to liaison_job;
grant insert, update on alert_notice to liaison_authz;

create table alert_digest (
  audience text not null,
  reader_id uuid not null,
  kind text not null,
  sent_at timestamptz not null,
  primary key (audience, reader_id, kind)
);
comment on table alert_digest is 'When each reader of alerts last got a digest.';
call private.protect('alert_digest');
create policy clock on alert_digest to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert, update on alert_digest to liaison_job;

reset role;
