create type access.alert_observation as (
  dedupe_key text,
  audience text,
  partner_id uuid,
  tenant_id uuid,
  delegation_id uuid,
  type text,
  area text,
  level smallint,
  held smallint,
  severity text,
  title text,
  message text,
  metadata jsonb,
  channels text[],
  digest text,
  is_told boolean,
  ticket_id uuid,
  outage_id uuid
);

-- One condition that somebody should know of, for one reader: a partner under one link, a tenant, or the provider.
create table public.alert (
  id uuid not null default uuidv7(),
  audience text not null,
  partner_id uuid,
  tenant_id uuid,
  delegation_id uuid,
  type text not null,
  area text not null,
  severity text not null,
  state text not null default 'active'::text,
  title text not null,
  message text not null,
  metadata jsonb not null default '{}'::jsonb,
  occurrences integer not null default 1,
  dedupe_key text not null,
  level smallint not null,
  channels text[] not null default '{in_app,mail,webhook}'::text[],
  triggered_at timestamp with time zone not null default now(),
  last_raised_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  acknowledged_at timestamp with time zone,
  acknowledged_by uuid,
  acknowledged_by_name text,
  resolved_at timestamp with time zone,
  resolved_by uuid,
  resolved_by_name text,
  note text,
  snoozed_until timestamp with time zone,
  assigned_to uuid,
  assigned_to_name text,
  ticket_id uuid,
  outage_id uuid,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint alert_area_check CHECK ((area = ANY (ARRAY['sla'::text, 'billing'::text, 'access'::text]))),
  constraint alert_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES public.person(id),
  constraint alert_audience_check CHECK ((audience = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text]))),
  constraint alert_check CHECK (((audience <> 'partner'::text) OR (partner_id IS NOT NULL))),
  constraint alert_check1 CHECK (((audience <> 'tenant'::text) OR (tenant_id IS NOT NULL))),
  constraint alert_check2 CHECK (((area = 'access'::text) OR ((tenant_id IS NOT NULL) AND ((audience <> 'partner'::text) OR (delegation_id IS NOT NULL))))),
  constraint alert_check3 CHECK (((state = 'resolved'::text) = (resolved_at IS NOT NULL))),
  constraint alert_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES public.delegation(id),
  constraint alert_level_check CHECK ((level >= 0)),
  constraint alert_note_check CHECK ((char_length(note) <= 500)),
  constraint alert_occurrences_check CHECK ((occurrences > 0)),
  constraint alert_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint alert_pkey PRIMARY KEY (id),
  constraint alert_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
  constraint alert_state_check CHECK ((state = ANY (ARRAY['active'::text, 'acknowledged'::text, 'resolved'::text]))),
  constraint alert_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint alert_type_fkey FOREIGN KEY (type) REFERENCES public.alert_default(type),
  constraint audited TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX alert_by_tenant ON public.alert USING btree (tenant_id, audience, area, triggered_at DESC, id DESC);
CREATE INDEX alert_delegation_id_idx ON public.alert USING btree (delegation_id);
CREATE INDEX alert_of_partner ON public.alert USING btree (partner_id, area, tenant_id, state, triggered_at DESC, id DESC) WHERE (audience = 'partner'::text);
CREATE INDEX alert_of_provider ON public.alert USING btree (triggered_at DESC, id DESC) WHERE (audience = 'provider'::text);
CREATE INDEX alert_standing ON public.alert USING btree (type) WHERE (level > 0);
CREATE UNIQUE INDEX alert_once ON public.alert USING btree (dedupe_key) WHERE (level > 0);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.alert FOR EACH ROW WHEN (((new.acknowledged_by_name IS DISTINCT FROM old.acknowledged_by_name) OR (new.resolved_by_name IS DISTINCT FROM old.resolved_by_name))) EXECUTE FUNCTION private.act_in_own_name('acknowledged_by_name', 'resolved_by_name');
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR DELETE OR UPDATE OF state, severity, occurrences, snoozed_until, assigned_to ON public.alert DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.require_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.alert FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER enforce_alert BEFORE UPDATE ON public.alert FOR EACH ROW EXECUTE FUNCTION private.enforce_alert();
CREATE TRIGGER name_assignee BEFORE UPDATE ON public.alert FOR EACH ROW WHEN (((new.assigned_to IS DISTINCT FROM old.assigned_to) OR (new.assigned_to_name IS DISTINCT FROM old.assigned_to_name))) EXECUTE FUNCTION private.name_alert_assignee();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.alert FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.alert FOR EACH ROW WHEN (((new.acknowledged_by IS DISTINCT FROM old.acknowledged_by) OR (new.resolved_by IS DISTINCT FROM old.resolved_by))) EXECUTE FUNCTION private.act_as_oneself('acknowledged_by', 'resolved_by');
alter table public.alert enable row level security, force row level security;
create policy clock on public.alert for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.alert for select to liaison_authz
  using (true);
create policy evaluating on public.alert for all to liaison_authz
  using (true)
  with check (true);
create policy own_alerts on public.alert for select to liaison_tenant
  using (((audience = 'tenant'::text) AND
CASE area
    WHEN 'sla'::text THEN (tenant_id IN ( SELECT access.reach('alert_sla'::text, 'select'::text) AS reach))
    WHEN 'billing'::text THEN (tenant_id IN ( SELECT access.reach('alert_billing'::text, 'select'::text) AS reach))
    ELSE (tenant_id IN ( SELECT access.reach('alert_access'::text, 'select'::text) AS reach))
END));
create policy own_work on public.alert for update to liaison_tenant
  using (((audience = 'tenant'::text) AND
CASE area
    WHEN 'sla'::text THEN (tenant_id IN ( SELECT access.reach('alert_sla'::text, 'update'::text) AS reach))
    WHEN 'billing'::text THEN (tenant_id IN ( SELECT access.reach('alert_billing'::text, 'update'::text) AS reach))
    ELSE (tenant_id IN ( SELECT access.reach('alert_access'::text, 'update'::text) AS reach))
END))
  with check (((audience = 'tenant'::text) AND (tenant_id = ( SELECT access.context_id('tenant_id'::text) AS context_id))));
create policy owners_update on public.alert as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_in_tenants on public.alert for select to liaison_delegate
  using (((audience = 'partner'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner)) AND
CASE area
    WHEN 'sla'::text THEN (tenant_id IN ( SELECT access.reach('alert_sla'::text, 'select'::text) AS reach))
    WHEN 'billing'::text THEN (tenant_id IN ( SELECT access.reach('alert_billing'::text, 'select'::text) AS reach))
    ELSE NULL::boolean
END));
create policy partner_itself on public.alert for all to liaison_program
  using (((audience = 'partner'::text) AND (area = 'access'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner))))
  with check (((audience = 'partner'::text) AND (area = 'access'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner))));
create policy partner_works on public.alert for update to liaison_delegate
  using (((audience = 'partner'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner)) AND
CASE area
    WHEN 'sla'::text THEN (tenant_id IN ( SELECT access.reach('alert_sla'::text, 'update'::text) AS reach))
    WHEN 'billing'::text THEN (tenant_id IN ( SELECT access.reach('alert_billing'::text, 'update'::text) AS reach))
    ELSE NULL::boolean
END))
  with check (((audience = 'partner'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner))));
create policy provider_side on public.alert for all to liaison_platform
  using (((audience = 'provider'::text) AND (( SELECT access.context_plane() AS context_plane) = 'platform'::text)))
  with check (((audience = 'provider'::text) AND (( SELECT access.context_plane() AS context_plane) = 'platform'::text)));
grant insert, select, update on public.alert to liaison_authz;
grant select on public.alert to liaison_delegate;
grant select on public.alert to liaison_job;
grant select on public.alert to liaison_platform;
grant select on public.alert to liaison_program;
grant select on public.alert to liaison_tenant;
grant update (severity, state, acknowledged_at, acknowledged_by, acknowledged_by_name, resolved_at, resolved_by, resolved_by_name, note, snoozed_until, assigned_to, assigned_to_name, version) on public.alert to liaison_delegate;
grant update (severity, state, acknowledged_at, acknowledged_by, acknowledged_by_name, resolved_at, resolved_by, resolved_by_name, note, snoozed_until, assigned_to, assigned_to_name, version) on public.alert to liaison_platform;
grant update (severity, state, acknowledged_at, acknowledged_by, acknowledged_by_name, resolved_at, resolved_by, resolved_by_name, note, snoozed_until, assigned_to, assigned_to_name, version) on public.alert to liaison_program;
grant update (severity, state, acknowledged_at, acknowledged_by, acknowledged_by_name, resolved_at, resolved_by, resolved_by_name, note, snoozed_until, assigned_to, assigned_to_name, version) on public.alert to liaison_tenant;

-- When each kind of alert is raised unless a partner's rule says otherwise. Source: managed-tenants.md section 6, alert defaults.
create table public.alert_default (
  type text not null,
  area text not null,
  title text not null,
  warning numeric,
  critical numeric,
  unit text,
  rearm_percent numeric not null default 100,
  linger interval not null default '00:00:00'::interval,
  is_adjustable boolean not null default false,
  constraint alert_default_area_check CHECK ((area = ANY (ARRAY['sla'::text, 'billing'::text, 'access'::text]))),
  constraint alert_default_pkey PRIMARY KEY (type),
  constraint alert_default_rearm_percent_check CHECK (((rearm_percent > (0)::numeric) AND (rearm_percent <= (100)::numeric))),
  constraint alert_default_unit_check CHECK ((unit = ANY (ARRAY['percent'::text, 'days'::text, 'times'::text, 'count'::text])))
);
alter table public.alert_default enable row level security, force row level security;
create policy catalogue on public.alert_default for select to public
  using (true);
create policy deciding on public.alert_default for select to liaison_authz
  using (true);
grant select on public.alert_default to liaison_authz;
grant select on public.alert_default to public;

-- When the alerts of each area were last brought up to date; the metrics tell its age.
create table public.alert_evaluation (
  area text not null,
  evaluated_at timestamp with time zone not null,
  constraint alert_evaluation_area_check CHECK ((area = ANY (ARRAY['sla'::text, 'billing'::text, 'access'::text]))),
  constraint alert_evaluation_pkey PRIMARY KEY (area)
);
alter table public.alert_evaluation enable row level security, force row level security;
create policy deciding on public.alert_evaluation for select to liaison_authz
  using (true);
create policy evaluating on public.alert_evaluation for all to liaison_authz
  using (true)
  with check (true);
grant insert, select, update on public.alert_evaluation to liaison_authz;

-- A mail about an alert that waits to be sent, alone or in a digest. Who gets it, and what it may name, is decided when it is sent.
create table public.alert_notice (
  id uuid not null default uuidv7(),
  alert_id uuid not null,
  occurrence integer not null,
  severity text not null,
  digest text not null default 'none'::text,
  created_at timestamp with time zone not null default now(),
  told_at timestamp with time zone,
  outcome text,
  constraint alert_notice_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id),
  constraint alert_notice_alert_id_occurrence_key UNIQUE (alert_id, occurrence),
  constraint alert_notice_digest_check CHECK ((digest = ANY (ARRAY['none'::text, 'hourly'::text, 'daily'::text]))),
  constraint alert_notice_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'digest'::text, 'nobody'::text]))),
  constraint alert_notice_pkey PRIMARY KEY (id)
);
CREATE INDEX alert_notice_told ON public.alert_notice USING btree (told_at) WHERE (told_at IS NOT NULL);
CREATE INDEX alert_notice_waiting ON public.alert_notice USING btree (created_at) WHERE (told_at IS NULL);
alter table public.alert_notice enable row level security, force row level security;
create policy clock on public.alert_notice for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.alert_notice for select to liaison_authz
  using (true);
create policy evaluating on public.alert_notice for all to liaison_authz
  using (true)
  with check (true);
grant insert, select, update on public.alert_notice to liaison_authz;
grant select, update on public.alert_notice to liaison_job;

-- When and how a partner wants to be alerted. A rule for one link beats one for a group, which beats one for all; of two groups the rule that was made first.
create table public.alert_rule (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  type text not null,
  applies_to text not null,
  group_id uuid,
  link_id uuid,
  tenant_id uuid,
  is_enabled boolean not null default true,
  warning numeric,
  critical numeric,
  channels text[] not null default '{in_app,mail,webhook}'::text[],
  digest text not null default 'none'::text,
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint alert_rule_applies_to_check CHECK ((applies_to = ANY (ARRAY['all'::text, 'group'::text, 'link'::text]))),
  constraint alert_rule_channels_check CHECK ((channels <@ '{in_app,mail,webhook}'::text[])),
  constraint alert_rule_check CHECK (((applies_to = 'group'::text) = (group_id IS NOT NULL))),
  constraint alert_rule_check1 CHECK (((applies_to = 'link'::text) = (link_id IS NOT NULL))),
  constraint alert_rule_check2 CHECK (((link_id IS NULL) = (tenant_id IS NULL))),
  constraint alert_rule_critical_check CHECK ((critical > (0)::numeric)),
  constraint alert_rule_digest_check CHECK ((digest = ANY (ARRAY['none'::text, 'hourly'::text, 'daily'::text]))),
  constraint alert_rule_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint alert_rule_partner_id_group_id_fkey FOREIGN KEY (partner_id, group_id) REFERENCES public.tenant_group(partner_id, id) ON DELETE CASCADE,
  constraint alert_rule_partner_id_tenant_id_link_id_fkey FOREIGN KEY (partner_id, tenant_id, link_id) REFERENCES public.link(partner_id, tenant_id, id),
  constraint alert_rule_partner_id_type_applies_to_group_id_link_id_key UNIQUE NULLS NOT DISTINCT (partner_id, type, applies_to, group_id, link_id),
  constraint alert_rule_pkey PRIMARY KEY (id),
  constraint alert_rule_type_fkey FOREIGN KEY (type) REFERENCES public.alert_default(type),
  constraint alert_rule_warning_check CHECK ((warning > (0)::numeric))
);
CREATE INDEX alert_rule_partner_id_type_idx ON public.alert_rule USING btree (partner_id, type);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.alert_rule FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.alert_rule REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.alert_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.alert_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.alert_rule FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.alert_rule FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.alert_rule enable row level security, force row level security;
create policy deciding on public.alert_rule for select to liaison_authz
  using (true);
create policy own_say_delete on public.alert_rule as restrictive for delete to liaison_delegate
  using (
CASE
    WHEN (tenant_id IS NULL) THEN ( SELECT access.rules_for_many() AS rules_for_many)
    ELSE (tenant_id IN ( SELECT access.ruled_tenants() AS ruled_tenants))
END);
create policy own_say_insert on public.alert_rule as restrictive for insert to liaison_delegate
  with check (
CASE
    WHEN (tenant_id IS NULL) THEN ( SELECT access.rules_for_many() AS rules_for_many)
    ELSE (tenant_id IN ( SELECT access.ruled_tenants() AS ruled_tenants))
END);
create policy own_say_update on public.alert_rule as restrictive for update to liaison_delegate
  with check (
CASE
    WHEN (tenant_id IS NULL) THEN ( SELECT access.rules_for_many() AS rules_for_many)
    ELSE (tenant_id IN ( SELECT access.ruled_tenants() AS ruled_tenants))
END);
create policy partner_side on public.alert_rule for all to liaison_delegate
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND ((tenant_id IS NULL) OR (tenant_id IN ( SELECT access.ruled_tenants() AS ruled_tenants)))))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.alert_rule to liaison_authz;
grant delete, select on public.alert_rule to liaison_delegate;
grant insert (partner_id, type, applies_to, group_id, link_id, tenant_id, is_enabled, warning, critical, channels, digest, created_by, created_by_name) on public.alert_rule to liaison_delegate;
grant update (is_enabled, warning, critical, channels, digest, version) on public.alert_rule to liaison_delegate;

-- From which networks an API client was let in within the last 90 days, and the newest of each that rests for longer: /16 of IPv4, /32 of IPv6, which stand for their operator where no register of operators is at hand.
create table public.client_network (
  client_id uuid not null,
  network cidr not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  constraint client_network_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint client_network_pkey PRIMARY KEY (client_id, network)
);
alter table public.client_network enable row level security, force row level security;
create policy deciding on public.client_network for select to liaison_authz
  using (true);
create policy evaluating on public.client_network for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select, update on public.client_network to liaison_authz;

-- How much of tenants' data a partner asked for in each hour of the last 29 days: what unusual access is measured against. Made from the audit log, which stays the record.
create table public.partner_access_hour (
  partner_id uuid not null,
  hour timestamp with time zone not null,
  requests bigint not null,
  constraint partner_access_hour_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_access_hour_pkey PRIMARY KEY (partner_id, hour),
  constraint partner_access_hour_requests_check CHECK ((requests >= 0))
);
alter table public.partner_access_hour enable row level security, force row level security;
create policy deciding on public.partner_access_hour for select to liaison_authz
  using (true);
create policy evaluating on public.partner_access_hour for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select, update on public.partner_access_hour to liaison_authz;

-- From which networks a partner took exports: /16 of IPv4, /32 of IPv6, which stand for their operator where no register of operators is at hand.
create table public.partner_export_network (
  partner_id uuid not null,
  network cidr not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  constraint partner_export_network_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_export_network_pkey PRIMARY KEY (partner_id, network)
);
alter table public.partner_export_network enable row level security, force row level security;
create policy deciding on public.partner_export_network for select to liaison_authz
  using (true);
create policy evaluating on public.partner_export_network for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select, update on public.partner_export_network to liaison_authz;

-- owner: liaison_authz
create view access.alert_target as
 SELECT d.id AS link_id,
    d.partner_id,
    d.tenant_id,
    t.name AS tenant_name,
    t.timezone,
    def.type,
    def.area,
    COALESCE(r.warning, def.warning) AS warning,
    COALESCE(r.critical, def.critical) AS critical,
    (def.rearm_percent / 100.0) AS rearm,
    COALESCE(r.channels, '{in_app,mail,webhook}'::text[]) AS channels,
    COALESCE(r.digest, 'none'::text) AS digest,
    COALESCE(r.is_enabled, true) AS is_enabled,
    l.sla_uptime_target,
    l.notify_on_sla_breach,
    l.notify_on_billing_threshold,
    l.billing_alert_threshold_minor,
    l.billing_alert_currency
   FROM (((((public.delegation d
     JOIN public.link l ON ((l.id = d.id)))
     JOIN public.tenant t ON (((t.id = d.tenant_id) AND (t.status <> 'closed'::text))))
     JOIN public.partner p ON (((p.id = d.partner_id) AND (p.status = 'active'::text))))
     CROSS JOIN public.alert_default def)
     LEFT JOIN LATERAL ( SELECT r_1.id,
            r_1.partner_id,
            r_1.type,
            r_1.applies_to,
            r_1.group_id,
            r_1.link_id,
            r_1.tenant_id,
            r_1.is_enabled,
            r_1.warning,
            r_1.critical,
            r_1.channels,
            r_1.digest,
            r_1.version,
            r_1.created_by,
            r_1.created_by_name,
            r_1.created_at,
            r_1.updated_at
           FROM public.alert_rule r_1
          WHERE ((r_1.partner_id = d.partner_id) AND (r_1.type = def.type) AND
                CASE r_1.applies_to
                    WHEN 'all'::text THEN true
                    WHEN 'link'::text THEN (r_1.link_id = d.id)
                    ELSE (EXISTS ( SELECT
                       FROM public.tenant_of_group g
                      WHERE ((g.group_id = r_1.group_id) AND (g.tenant_id = d.tenant_id))))
                END)
          ORDER BY
                CASE r_1.applies_to
                    WHEN 'link'::text THEN 0
                    WHEN 'group'::text THEN 1
                    ELSE 2
                END, r_1.created_at, r_1.id
         LIMIT 1) r ON (true))
  WHERE ((d.kind = 'link'::text) AND (d.status = ANY (ARRAY['active'::text, 'suspended'::text])) AND (d.starts_at <= statement_timestamp()) AND ((d.ends_at IS NULL) OR (d.ends_at > statement_timestamp())));

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_assignees(links uuid[])
 RETURNS TABLE(link_id uuid, person_id uuid, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select u.link_id, h.id, h.name
  from access.usable_link u
  join public.person h on h.id = u.person_id
  where u.link_id = any (links) and u.partner_id = access.own_partner()
    and u.tenant_id in (select access.reach('alert_sla', 'update') union select access.reach('alert_billing', 'update'))
    and get_bit(u.mask, (select b.bit from public.permission b where b.name = 'partner.alerts.acknowledge')) = 1
$function$;
grant execute on access.alert_assignees(uuid[]) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_assignees(of_link uuid, of_area text)
 RETURNS TABLE(person_id uuid, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select h.id, h.name
  from access.usable_link u
  join public.person h on h.id = u.person_id
  where u.link_id = of_link and u.partner_id = access.own_partner()
    and u.tenant_id in (select access.reach('alert_sla', 'update') union select access.reach('alert_billing', 'update'))
    and not exists (
      select from public.permission b
      where b.name in ('partner.alerts.acknowledge', 'partner.alerts.' || of_area || '.read') and get_bit(u.mask, b.bit) = 0)
$function$;
grant execute on access.alert_assignees(uuid,text) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_counts()
 RETURNS TABLE(area text, active integer, critical integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.area, count(*)::integer, (count(*) filter (where a.severity = 'critical'))::integer
  from public.alert a
  where a.audience = 'partner' and a.partner_id = access.own_partner() and a.state = 'active' and 'in_app' = any (a.channels)
    and (a.snoozed_until is null or a.snoozed_until <= statement_timestamp())
    and (a.area = 'access' or a.tenant_id in (
      select u.tenant_id from access.usable_link u join public.permission b on b.name = 'partner.alerts.' || a.area || '.read'
      where u.person_id = access.context_id('actor_id') and u.partner_id = a.partner_id and get_bit(u.mask, b.bit) = 1))
  group by a.area
$function$;
grant execute on access.alert_counts() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_mail_lines(of_owner text, of_digest text)
 RETURNS TABLE(notice_id uuid, place text, created_at timestamp with time zone, severity text, title text, message text, tenant_name text, audience text, area text, partner_id uuid, tenant_id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  return query
    with line as materialized (
      select n.id, n.created_at, n.severity, a as about
      from public.alert_notice n join public.alert a on a.id = n.alert_id
      where n.told_at is null and n.digest = of_digest and access.alert_owner(a) = of_owner
      order by n.created_at, n.id
      limit 5000),
    in_force as materialized (
      select v.id from access.delegation_in_force v where v.id in (select (l.about).delegation_id from line l))
    select l.id, access.alert_place(l.about), l.created_at, l.severity, (l.about).title, (l.about).message,
      case when (l.about).audience <> 'partner' or (l.about).delegation_id in (select f.id from in_force f) then t.name end,
      (l.about).audience, (l.about).area, (l.about).partner_id, (l.about).tenant_id
    from line l left join public.tenant t on t.id = (l.about).tenant_id
    order by l.created_at, l.id;
end
$function$;
grant execute on access.alert_mail_lines(text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_mail_readers(of_owner text, of_digest text)
 RETURNS TABLE(place text, email text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  return query
    with told as materialized (
      select distinct access.alert_place(a) as place, a.audience, a.partner_id, a.area,
        case when a.audience = 'tenant' then a.tenant_id end as tenant_id, case when a.audience = 'partner' and a.area <> 'access' then a.delegation_id end as link_id
      from public.alert_notice n join public.alert a on a.id = n.alert_id
      where n.told_at is null and n.digest = of_digest and access.alert_owner(a) = of_owner),
    reader as (
      select t.place, s.person_id from told t join public.platform_staff s on t.audience = 'provider' and s.status = 'active'
      union
      select t.place, m.person_id from told t join public.tenant_member m on m.tenant_id = t.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
      union
      select t.place, m.person_id from told t join public.partner_member m on t.audience = 'partner' and t.area = 'access' and m.partner_id = t.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active'
      union
      select t.place, u.person_id from told t join access.usable_link u on u.link_id = t.link_id
      join public.permission b on b.name = 'partner.alerts.' || t.area || '.read' and get_bit(u.mask, b.bit) = 1)
    select r.place, h.email from reader r join public.person h on h.id = r.person_id and h.status = 'active'
    order by r.place, h.email;
end
$function$;
grant execute on access.alert_mail_readers(text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_owner(about public.alert)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (((about).audience || ' '::text) || COALESCE((CASE (about).audience WHEN 'partner'::text THEN (about).partner_id WHEN 'tenant'::text THEN (about).tenant_id ELSE NULL::uuid END)::text, ''::text));

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_place(about public.alert)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN CASE WHEN (((about).audience = 'partner'::text) AND ((about).area <> 'access'::text)) THEN (((about).delegation_id || ' '::text) || (about).area) ELSE (about).audience END;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_readers(alert public.alert)
 RETURNS TABLE(person_id uuid, email text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select h.id, h.email
  from public.person h
  where h.status = 'active' and case
    when alert.audience = 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.status = 'active')
    when alert.audience = 'tenant' then exists (select from public.tenant_member m where m.person_id = h.id and m.tenant_id = alert.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when alert.area = 'access' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = alert.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    else exists (select from access.usable_link u join public.permission b on b.name = 'partner.alerts.' || alert.area || '.read'
      where u.person_id = h.id and u.link_id = alert.delegation_id and get_bit(u.mask, b.bit) = 1) end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.alert_webhook_audience(event jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  about public.alert;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  select * into about from public.alert a where a.id = (event ->> 'alert_id')::uuid;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and access.webhook_owner_works(e.partner_id, e.tenant_id)
        and e.created_at <= (event ->> 'occurred_at')::timestamptz + interval '1 millisecond'
        and case about.audience
          when 'tenant' then e.tenant_id = about.tenant_id
          when 'partner' then e.partner_id = about.partner_id and (about.area = 'access' or exists (
            select from access.delegation_in_force v join public.delegation d on d.id = v.id join public.permission b on b.name = 'partner.alerts.' || about.area || '.read'
            where v.id = about.delegation_id and not d.has_conditions and get_bit(access.mask_now(d), b.bit) = 1)) end), '[]'),
    'delegation_kind', (select d.kind from public.delegation d where d.id = about.delegation_id),
    'state', about.state);
end
$function$;
grant execute on access.alert_webhook_audience(jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_access_hours()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  since timestamptz := (select greatest(date_trunc('hour', coalesce(max(h.hour), statement_timestamp())) - interval '1 hour', date_trunc('hour', statement_timestamp()) - interval '6 hours') from public.partner_access_hour h);
begin
  insert into public.partner_access_hour as h (partner_id, hour, requests)
  select e.partner_id, date_trunc('hour', e.occurred_at), sum(e.repeats) from public.audit_event e
  where e.occurred_at >= since and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id is not null
  group by 1, 2 order by 1, 2
  on conflict (partner_id, hour) do update set requests = excluded.requests where h.requests <> excluded.requests;
  delete from public.partner_access_hour h where h.hour < statement_timestamp() - interval '29 days';
end
$function$;

-- Brings the alerts of one area up to date and returns each change for its audit event and its news. Source: B9.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.evaluate_alerts(wanted_area text)
 RETURNS TABLE(change text, alert_id uuid, audience text, partner_id uuid, tenant_id uuid, delegation_id uuid, type text, area text, severity text, title text, channels text[], ticket_id uuid, outage_id uuid, was_told boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  seen access.alert_observation[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only the clock evaluates alerts' using errcode = 'insufficient_privilege';
  end if;
  -- Whoever comes second waits and then sees what the first has raised: each statement below looks anew.
  perform pg_advisory_xact_lock(access.lock_key('alerts ' || wanted_area, null));
  if wanted_area = 'access' then
    perform access.count_access_hours();
    delete from public.client_network n where n.last_seen_at < statement_timestamp() - interval '90 days'
      and exists (select from public.client_network x where x.client_id = n.client_id and x.last_seen_at > n.last_seen_at);
  end if;
  seen := case wanted_area
    when 'sla' then array(select o from access.observe_tickets() o union all select o from access.observe_uptime() o)
    when 'billing' then array(select o from access.observe_money() o)
    else array(select o from access.observe_links() o union all select o from access.observe_freezes() o union all select o from access.observe_misuse() o union all select o from access.observe_client_networks() o) end;
  return query select * from access.settle_alerts(array(select def.type from public.alert_default def where def.area = wanted_area), seen);
  insert into public.alert_evaluation as e (area, evaluated_at) values (wanted_area, clock_timestamp())
  on conflict (area) do update set evaluated_at = excluded.evaluated_at;
end
$function$;
grant execute on access.evaluate_alerts(text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.fleet_figures()
 RETURNS TABLE(name text, labels jsonb, value double precision)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' then
    raise exception 'only the metrics ask for the figures of all' using errcode = 'insufficient_privilege';
  end if;
  return query
    select 'links', jsonb_build_object('status', d.status, 'role', l.access_role, 'type', l.relationship_type), count(*)::float8
    from public.delegation d join public.link l on l.id = d.id
    where d.kind = 'link' group by d.status, l.access_role, l.relationship_type
    union all
    select 'links_expiring', jsonb_build_object('window', w.name), (
      select count(*)::float8 from public.delegation d
      where d.kind = 'link' and d.status in ('active', 'suspended') and d.ends_at > statement_timestamp() and d.ends_at <= statement_timestamp() + w.until)
    from (values ('1d', interval '1 day'), ('7d', interval '7 days'), ('30d', interval '30 days'), ('60d', interval '60 days')) w (name, until)
    union all
    select 'elevations_active', '{}', count(*)::float8 from public.link_elevation e where e.status = 'active' and e.ends_at > statement_timestamp()
    union all
    select 'freeze_active', jsonb_build_object('scope', s.scope), (select count(*)::float8 from public.access_freeze f where f.scope = s.scope and f.lifted_at is null)
    from unnest(array['platform', 'partner', 'tenant', 'delegation', 'person']) s (scope)
    union all
    select 'mfa_fresh_ratio', jsonb_build_object('partner', m.partner_id), avg(case when s.factor <> 'none' and s.factor_at > statement_timestamp() - interval '15 minutes' then 1 else 0 end)::float8
    from public.session s
    join public.partner_member m on m.person_id = s.person_id and m.status = 'active'
    where s.ended_at is null and s.seen_at > statement_timestamp() - interval '15 minutes' and s.ends_at > statement_timestamp()
    group by m.partner_id
    union all
    select 'export_jobs', jsonb_build_object('state', x.state), (select count(*)::float8 from public.export e where e.status = x.state)
    from unnest(array['queued', 'processing', 'completed', 'failed', 'cancelled', 'expired']) x (state)
    union all
    select 'sla_sweeper_lag_seconds', '{}', coalesce(extract(epoch from statement_timestamp() - min(c.next_signal_at)), 0)::float8
    from public.ticket_sla_clock c
    where c.met_at is null and c.paused_since is null and c.next_signal_at <= statement_timestamp()
    union all
    select 'alerts_active', jsonb_build_object('area', k.area, 'severity', k.severity), (
      select count(*)::float8 from public.alert a where a.level > 0 and a.state = 'active' and a.area = k.area and a.severity = k.severity and a.audience <> 'tenant')
    from (select area, severity from unnest(array['sla', 'billing', 'access']) area cross join unnest(array['warning', 'critical']) severity) k
    union all
    select 'alert_evaluation_age_seconds', jsonb_build_object('area', e.area), extract(epoch from statement_timestamp() - e.evaluated_at)::float8
    from public.alert_evaluation e
    union all
    select 'outbox_age_seconds', '{}', coalesce(extract(epoch from statement_timestamp() - min(o.created_at)), 0)::float8 from public.outbox o
    union all
    select 'signals_waiting', jsonb_build_object('delivery', d.delivery), (select count(*)::float8 from public.signal_event e join public.signal_stream s on s.id = e.stream_id where e.status = 'waiting' and s.delivery = d.delivery)
    from unnest(array['push', 'poll']) d (delivery)
    union all
    select 'signals_age_seconds', '{}', coalesce(extract(epoch from statement_timestamp() - min(e.created_at)), 0)::float8 from public.signal_event e join public.signal_stream s on s.id = e.stream_id
    where e.status = 'waiting' and s.delivery = 'push' and s.status = 'enabled' and access.signal_receiver_works(s.gateway_id, s.client_id);
end
$function$;
grant execute on access.fleet_figures() to liaison_job;

-- The same locks as one tenant's write takes before its facts are read; for a write whose tenants are known only later.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold_tenants(tenants uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  partner uuid := access.context_id('partner_id');
  one uuid;
begin
  if access.context_plane() is distinct from 'delegation' then
    raise exception 'this plane holds no links' using errcode = 'insufficient_privilege';
  end if;
  perform access.hold('platform', null), access.hold('partner', partner), access.hold('person', access.context_id('actor_id'));
  foreach one in array (select coalesce(array_agg(t order by t), '{}') from (
    select distinct d.tenant_id from public.delegation d where d.partner_id = partner and d.kind = 'link' and d.tenant_id = any (tenants)) linked (t)) loop
    perform access.hold('tenant', one), access.hold('pair', md5(partner::text || one::text)::uuid);
  end loop;
end
$function$;
grant execute on access.hold_tenants(uuid[]) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.instant_words(moment timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN to_char((moment AT TIME ZONE 'UTC'::text), 'FMDD Mon YYYY, HH24:MI "UTC"'::text);

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_client_networks()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with called as materialized (
    select e.actor_id as client_id, network(set_masklen(e.ip, case family(e.ip) when 4 then 16 else 32 end))::cidr as net, max(e.partner_id::text)::uuid as partner_id, max(e.actor_name) as name
    from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.outcome = 'allowed' and e.actor_type = 'client' and e.partner_id is not null and e.ip is not null
      and exists (select from public.api_client c where c.id = e.actor_id)
    group by 1, 2),
  known as (
    select distinct n.client_id from public.client_network n),
  learned as (
    insert into public.client_network as n (client_id, network, first_seen_at, last_seen_at)
    select c.client_id, c.net, statement_timestamp(), statement_timestamp() from called c order by 1, 2
    on conflict (client_id, network) do update set last_seen_at = excluded.last_seen_at where n.last_seen_at < statement_timestamp() - interval '1 hour'
    returning n.client_id, n.network, n.first_seen_at = statement_timestamp() as is_new),
  facts as (
    select c.client_id, c.partner_id, c.net, c.name from called c
    join learned l on l.client_id = c.client_id and l.network = c.net and l.is_new
    join known k on k.client_id = c.client_id)
  select 'new_client_place:' || f.client_id || ':' || f.net || ':' || side.audience, side.audience, f.partner_id, null::uuid, null::uuid, 'new_client_place', 'access', 1::smallint, 1::smallint, 'warning',
    case when side.audience = 'provider' and p.name is not null then format('%s calls from a new network (%s)', coalesce(f.name, 'An API client'), p.name) else format('%s calls from a new network', coalesce(f.name, 'An API client')) end,
    format('It is the first time in 90 days that this client was let in from %s. If you did not move it, replace its keys and look at its calls.', f.net),
    jsonb_build_object('network', f.net), '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from facts f
  cross join unnest(array['partner', 'provider']) side (audience)
  left join public.partner p on p.id = f.partner_id
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_freezes()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with live as (
    select d.id, d.partner_id, d.tenant_id from public.delegation d where d.kind = 'link' and d.status in ('active', 'suspended')),
  standing as (select f.* from public.access_freeze f where f.lifted_at is null),
  touched as (
    select f.id, 'provider' as audience, f.partner_id, f.tenant_id from standing f
    union
    select f.id, 'partner', x.partner_id, null::uuid from standing f
    cross join lateral (
      select f.partner_id where f.partner_id is not null
      union select d.partner_id from live d where f.partner_id is null and (f.scope = 'platform' or (f.scope = 'tenant' and d.tenant_id = f.tenant_id))
      union select m.partner_id from public.partner_member m where f.scope = 'person' and f.partner_id is null and m.person_id = f.person_id and m.status = 'active') x
    union
    select f.id, 'tenant', null, x.tenant_id from standing f
    cross join lateral (
      select f.tenant_id where f.tenant_id is not null
      union select d.tenant_id from live d where f.tenant_id is null and (f.scope = 'platform' or (f.scope = 'partner' and d.partner_id = f.partner_id))
      union select m.tenant_id from public.link_member m join live d on d.id = m.link_id where f.scope = 'person' and f.tenant_id is null and m.person_id = f.person_id
        and (f.partner_id is null or d.partner_id = f.partner_id)) x)
  select 'freeze:' || u.audience || ':' || coalesce(case u.audience when 'partner' then u.partner_id when 'tenant' then u.tenant_id end::text, '') || ':' || f.id,
    u.audience, u.partner_id, u.tenant_id, case when f.scope = 'delegation' and u.audience <> 'provider' then f.delegation_id end, 'freeze', 'access', 2::smallint, 2::smallint, 'critical',
    case f.scope when 'platform' then 'All partner access is frozen'
      when 'partner' then case when u.audience = 'partner' and f.tenant_id is null then 'All access of your organisation is frozen' when u.audience = 'partner' then format('%s cut off your organisation', n.customer)
        else format('The access of %s is frozen', (select p.name from public.partner p where p.id = f.partner_id)) end
      when 'tenant' then case u.audience when 'tenant' then 'All partner access to your organisation is frozen' when 'partner' then format('%s froze all partner access', n.customer) else format('All partner access to %s is frozen', (select t.name from public.tenant t where t.id = f.tenant_id)) end
      when 'delegation' then 'A link is frozen'
      else 'The access of one person is frozen' end,
    format('Set by %s on %s.%s Nothing opens until it is lifted.', n.who, access.instant_words(f.created_at),
      case when u.audience = f.set_by_side and f.reason is not null then format(' Reason given: "%s".', f.reason) else '' end),
    jsonb_build_object('scope', f.scope, 'freeze_id', f.id, 'set_by_side', f.set_by_side), '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from touched u join standing f on f.id = u.id
  cross join lateral (
    select coalesce((select t.name from public.tenant t where t.id = f.tenant_id
      and (u.audience <> 'partner' or exists (select from public.delegation d where d.tenant_id = f.tenant_id and d.partner_id = u.partner_id))), 'A customer') as customer) c
  cross join lateral (
    select c.customer, case when u.audience = f.set_by_side then f.set_by_name
      when f.set_by_side = 'provider' then 'the provider'
      when f.set_by_side = 'tenant' then case when c.customer = 'A customer' then 'a customer' else c.customer end
      else coalesce((select p.name from public.partner p where p.id = f.partner_id), 'a partner') end as who) n
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_links()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with ending as (
    select d.id, d.partner_id, d.tenant_id, t.name as tenant_name, p.name as partner_name, d.ends_at, d.ends_at - coalesce(d.approved_at, d.created_at) as term, l.review_due_at, l.auto_renew_days,
      d.ends_at <= statement_timestamp() as is_over
    from public.delegation d join public.link l on l.id = d.id join public.tenant t on t.id = d.tenant_id join public.partner p on p.id = d.partner_id
    where d.kind = 'link' and p.status = 'active' and t.status <> 'closed'
      and (d.status in ('active', 'suspended') or (d.status = 'expired' and d.ends_at > statement_timestamp() - interval '30 days'
        and not exists (select from public.delegation n where n.partner_id = d.partner_id and n.tenant_id = d.tenant_id and n.kind = 'link' and n.status in ('requested', 'approved', 'active', 'suspended')))))
    ,
  sided as (
    select e.*, side.audience, case side.audience when 'tenant' then 'your organisation' else e.tenant_name end as approver, case side.audience when 'partner' then e.partner_id end as reader_partner, case side.audience when 'partner' then e.tenant_name else e.partner_name end as other,
      coalesce(r.warning, 30) as warning, coalesce(r.critical, 1) as critical, coalesce(r.is_enabled, true) as is_enabled,
      case when r.channels is null or 'in_app' = any (r.channels) then '{in_app}'::text[] else '{}' end as channels
    from ending e cross join unnest(array['partner', 'tenant']) side (audience)
    left join lateral (
      select r.* from public.alert_rule r
      where side.audience = 'partner' and r.partner_id = e.partner_id and r.type = 'link_expiry'
        and case r.applies_to when 'all' then true when 'link' then r.link_id = e.id
          else exists (select from public.tenant_of_group g where g.group_id = r.group_id and g.tenant_id = e.tenant_id) end
      order by case r.applies_to when 'link' then 0 when 'group' then 1 else 2 end, r.created_at, r.id
      limit 1) r on true)
  select 'link_expiry:' || s.audience || ':' || s.id || ':' || extract(epoch from s.ends_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'link_expiry', 'access', v.level, v.level,
    case when v.level >= 3 then 'critical' else 'warning' end,
    case v.level when 4 then format('The link with %s has ended', s.other) else format('The link with %s ends on %s', s.other, access.instant_words(s.ends_at)) end,
    case when v.level = 4 then format('It ended on %s and can be renewed for 30 days by one approval of %s.', access.instant_words(s.ends_at), s.approver)
      else format('It can be renewed by one approval of %s.', s.approver) end,
    jsonb_build_object('ends_at', s.ends_at), s.channels, 'none', false, null::uuid, null::uuid
  from sided s
  cross join lateral (select (case when s.is_over then 4
    when s.auto_renew_days > 0 then 0
    when s.ends_at <= statement_timestamp() + s.critical * interval '1 day' and s.term > s.critical * interval '1 day' then 3
    when s.ends_at <= statement_timestamp() + least(7, s.warning) * interval '1 day' and s.term > interval '7 days' then 2
    when s.ends_at <= statement_timestamp() + s.warning * interval '1 day' and s.term > s.warning * interval '1 day' then 1 else 0 end)::smallint as level) v
  where v.level > 0 and s.is_enabled and s.ends_at is not null
  union all
  select 'access_review:' || s.audience || ':' || s.id || ':' || extract(epoch from s.review_due_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'access_review', 'access', v.level, v.level,
    case v.level when 2 then 'critical' else 'warning' end,
    case v.level when 2 then format('The access review of the link with %s is overdue', s.other) else format('The access review of the link with %s is due on %s', s.other, access.instant_words(s.review_due_at)) end,
    format('Unless %s confirms it, the link stops on %s.', s.approver, access.instant_words(s.review_due_at + interval '30 days')),
    jsonb_build_object('review_due_at', s.review_due_at), '{in_app}'::text[], 'none', false, null, null
  from sided s
  cross join lateral (select (case when s.review_due_at <= statement_timestamp() then 2 when s.review_due_at <= statement_timestamp() + interval '14 days' then 1 else 0 end)::smallint as level) v
  where v.level > 0 and not s.is_over
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_misuse()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with recent as materialized (
    select e.occurred_at, e.actor_type, e.actor_id, e.actor_name, e.partner_id, e.delegation_id, e.code, e.repeats, e.resource_type, e.resource_id
    from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.outcome = 'denied'),
  persons as (
    select actor_id, partner_id, max(actor_name) as name, sum(repeats) as refused from recent
    where actor_type = 'person' and occurred_at > statement_timestamp() - interval '5 minutes' group by actor_id, partner_id having sum(repeats) >= 10),
  partners as (
    select partner_id, sum(repeats) as refused from recent where partner_id is not null group by partner_id having sum(repeats) >= 50),
  guesses as (
    select actor_id, partner_id, max(actor_name) as name, count(distinct resource_id) as refused from recent
    where code = 'TENANT_NOT_FOUND' and resource_type = 'tenant' and actor_type = 'person' and occurred_at > statement_timestamp() - interval '10 minutes'
    group by actor_id, partner_id having count(distinct resource_id) >= 3),
  stale as (
    select r.actor_id, r.partner_id, max(r.actor_name) as name, sum(r.repeats) as refused from recent r
    join public.delegation d on d.id = r.delegation_id
    where (d.status in ('revoked', 'suspended', 'expired') and r.code in ('DELEGATION_REVOKED', 'DELEGATION_SUSPENDED', 'DELEGATION_EXPIRED', 'TOKEN_STALE') and r.occurred_at > d.status_changed_at + interval '5 minutes')
      -- Narrowed, and in force with what is left: nothing of it changed for five minutes, so the token is of before.
      or (d.status = 'active' and r.code = 'TOKEN_STALE' and r.occurred_at > d.updated_at + interval '5 minutes')
    group by r.actor_id, r.partner_id),
  replays as (
    select e.actor_id, e.partner_id, max(e.actor_name) as name, sum(e.repeats) as times from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.action = 'oauth.grant.replay' group by e.actor_id, e.partner_id),
  usual as (
    select h.partner_id, percentile_cont(0.5) within group (order by h.requests) as median from public.partner_access_hour h
    where h.hour >= statement_timestamp() - interval '28 days' and h.hour < date_trunc('hour', statement_timestamp()) and h.requests > 0 group by h.partner_id),
  busy as (
    select h.partner_id, h.requests, coalesce(u.median, 0) as median,
      case when h.requests >= 200 and u.median is not null and h.requests >= 10 * u.median then 2 when h.requests >= 200 and h.requests >= 3 * coalesce(u.median, 0) then 1 else 0 end as level
    from public.partner_access_hour h left join usual u on u.partner_id = h.partner_id
    where h.hour = date_trunc('hour', statement_timestamp())),
  taken as (
    select distinct e.partner_id, network(set_masklen(e.ip, case family(e.ip) when 4 then 16 else 32 end))::cidr as net
    from public.audit_event e
    where e.occurred_at > statement_timestamp() - interval '15 minutes' and e.outcome = 'allowed' and e.plane in ('delegation', 'program') and e.action like '%export%' and e.partner_id is not null and e.ip is not null),
  known as (
    select n.partner_id from public.partner_export_network n group by n.partner_id),
  learned as (
    insert into public.partner_export_network as n (partner_id, network, first_seen_at, last_seen_at)
    select t.partner_id, t.net, statement_timestamp(), statement_timestamp() from taken t order by 1, 2
    on conflict (partner_id, network) do nothing
    returning n.partner_id, n.network),
  facts as (
    select 'person_denials' as type, format('person_denials:%s:%s', actor_id, partner_id) as subject, partner_id, 1 as level, format('%s was refused %s times in 5 minutes', coalesce(name, 'A person'), refused) as title,
      'Ten refusals of one person in five minutes are more than mistakes. Look at the activity of this person.' as message, jsonb_build_object('count', refused) as metadata from persons
    union all
    select 'partner_denials', 'partner_denials:' || partner_id, partner_id, 1, format('%s refusals in 15 minutes', refused), 'Fifty refusals of one partner in fifteen minutes: often a wrong integration, sometimes a search for open doors.', jsonb_build_object('count', refused) from partners
    union all
    select 'unknown_tenants', format('unknown_tenants:%s:%s', actor_id, partner_id), partner_id, 2, format('%s asked for %s organisations that were never linked', coalesce(name, 'A person'), refused), 'Three such requests within ten minutes look like guessing.', jsonb_build_object('count', refused) from guesses
    union all
    select 'stale_access', format('stale_access:%s:%s', actor_id, partner_id), partner_id, 2, format('%s goes on using access that was withdrawn', coalesce(name, 'An API client')), 'Each call was refused. Five minutes after the end nothing should call any more.', jsonb_build_object('count', refused) from stale
    union all
    select 'code_replay', format('code_replay:%s:%s', actor_id, partner_id), partner_id, 2, format('%s: a code or refresh token was presented twice', coalesce(name, 'An API client')),
      'Somebody else may have taken it. What came of it was ended, the access of the customer stays: look at the activity of this client, and replace its key when you cannot explain it.', jsonb_build_object('count', times) from replays
    union all
    select 'unusual_access', 'unusual_access:' || partner_id, partner_id, level, format('%s requests in this hour', requests), format('The usual hour of the last 28 days has %s.', round(median)), jsonb_build_object('count', requests, 'usual', round(median)) from busy where level > 0
    union all
    select 'new_export_place', 'new_export_place:' || l.partner_id || ':' || l.network, l.partner_id, 2, 'An export was taken from a new network', format('It is the first export of this partner from %s.', l.network), jsonb_build_object('network', l.network)
    from learned l join known k on k.partner_id = l.partner_id)
  select f.subject || ':' || side.audience, side.audience, f.partner_id, null::uuid, null::uuid, f.type, 'access', f.level::smallint, f.level::smallint, case f.level when 2 then 'critical' else 'warning' end,
    case when side.audience = 'provider' and p.name is not null then f.title || ' (' || p.name || ')' else f.title end, f.message, f.metadata, '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from facts f
  cross join unnest(array['partner', 'provider']) side (audience)
  left join public.partner p on p.id = f.partner_id
  where side.audience = 'provider' or f.partner_id is not null
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_money()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with today as (select (statement_timestamp() at time zone 'UTC')::date as day),
  owed as (
    select i.tenant_id, i.currency, sum(i.balance_minor) as outstanding, coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0), 0) as owed,
      coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and i.due_on < today.day), 0) as overdue,
      coalesce(max(today.day - i.due_on) filter (where i.balance_minor > 0 and i.due_on < today.day), 0) as oldest_days,
      jsonb_build_object('current', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and i.due_on >= today.day), 0),
        'days_1_30', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on between 1 and 30), 0), 'days_31_60', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on between 31 and 60), 0),
        'days_61_90', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on between 61 and 90), 0), 'days_over_90', coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and today.day - i.due_on > 90), 0)) as ageing
    from public.invoice i cross join today
    where i.balance_minor <> 0
    group by i.tenant_id, i.currency),
  over_threshold as (
    select g.*, o.outstanding, o.currency, o.ageing, o.oldest_days, 100.0 * o.outstanding / g.billing_alert_threshold_minor as percent
    from access.alert_target g join owed o on o.tenant_id = g.tenant_id and o.currency = g.billing_alert_currency
    where g.type = 'ar_threshold' and g.is_enabled and g.billing_alert_threshold_minor is not null),
  late_readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.critical, g.channels, g.digest, g.notify_on_billing_threshold as is_told
    from access.alert_target g where g.type = 'overdue_threshold' and g.is_enabled
    union all
    select 'tenant', null, t.id, null, def.warning, def.critical, '{in_app,webhook}', 'none', true
    from public.tenant t cross join public.alert_default def where def.type = 'overdue_threshold' and t.status <> 'closed')
  select 'ar_threshold:partner:' || x.link_id || ':' || x.currency, 'partner', x.partner_id, x.tenant_id, x.link_id, 'ar_threshold', 'billing', v.level, v.held,
    case v.level when 2 then 'critical' else 'warning' end,
    format('The outstanding amount is at %s %% of its threshold', floor(x.percent)), format('Told at %s %% and at %s %% of the threshold of this link.', trim_scale(x.warning), trim_scale(x.critical)),
    jsonb_build_object('currency', x.currency, 'current_minor', x.outstanding, 'threshold_minor', x.billing_alert_threshold_minor, 'percent', floor(x.percent), 'oldest_overdue_days', x.oldest_days, 'ageing_minor', x.ageing),
    x.channels, x.digest, x.notify_on_billing_threshold, null::uuid, null::uuid
  from over_threshold x
  cross join lateral (select (case when x.percent >= x.critical then 2 when x.percent >= x.warning then 1 else 0 end)::smallint as level,
    (case when x.percent >= x.critical * x.rearm then 2 when x.percent >= x.warning * x.rearm then 1 else 0 end)::smallint as held) v
  where v.held > 0
  union all
  select 'overdue_threshold:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || w.currency, o.audience, o.partner_id, o.tenant_id, o.link_id, 'overdue_threshold', 'billing', v.level, v.level,
    case v.level when 2 then 'critical' else 'warning' end,
    case when w.oldest_days > o.warning then format('An invoice in %s is %s days overdue', w.currency, w.oldest_days) else format('%s %% of what is outstanding in %s is overdue', floor(s.share), w.currency) end,
    format('%s %% of the outstanding amount in %s is overdue; the oldest invoice by %s days.', floor(s.share), w.currency, w.oldest_days),
    jsonb_build_object('currency', w.currency, 'current_minor', w.overdue, 'threshold_minor', null, 'percent', floor(s.share), 'oldest_overdue_days', w.oldest_days, 'ageing_minor', w.ageing),
    o.channels, o.digest, o.is_told, null, null
  from owed w
  join late_readers o on o.tenant_id = w.tenant_id
  cross join lateral (select case when w.owed > 0 then 100.0 * w.overdue / w.owed else 0 end as share) s
  cross join lateral (select (case when w.oldest_days > o.critical or s.share > 25 then 2 when w.oldest_days > o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_tickets()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with running as (
    select s.tenant_id, s.ticket_id, s.metric, max(s.level) as percent, min(s.occurred_at) filter (where s.level = 100) as missed_at, k.number, k.priority, c.due_at
    from public.ticket_sla_clock c
    join public.ticket k on k.tenant_id = c.tenant_id and k.id = c.ticket_id and k.status not in ('resolved', 'closed', 'withdrawn')
    join public.ticket_sla_signal s on s.tenant_id = c.tenant_id and s.ticket_id = c.ticket_id and s.metric = c.metric
    where c.met_at is null
    group by s.tenant_id, s.ticket_id, s.metric, k.number, k.priority, c.due_at),
  worded as (
    select r.*, case when r.metric = 'first_response' then 'first response' else 'resolution' end as what from running r),
  readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.channels, g.digest, g.notify_on_sla_breach as is_told
    from access.alert_target g where g.type = 'ticket_clock' and g.is_enabled
    union all
    select 'tenant', null, t.tenant_id, null, def.warning, '{in_app,webhook}', 'none', true
    from (select distinct r.tenant_id from running r) t cross join public.alert_default def where def.type = 'ticket_clock')
  select 'ticket_clock:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || w.ticket_id || ':' || w.metric, o.audience, o.partner_id, o.tenant_id, o.link_id, 'ticket_clock', 'sla',
    v.level, v.level, case when v.level >= 2 then 'critical' else 'warning' end,
    case v.level when 1 then format('Ticket %s has used %s %% of its time to %s', w.number, w.percent, w.what)
      when 2 then format('Ticket %s missed its %s', w.number, w.what)
      else format('Ticket %s is at %s %% of its time to %s', w.number, w.percent, w.what) end,
    case v.level when 1 then format('Priority %s. The time runs out on %s.', w.priority, access.instant_words(w.due_at))
      else format('Priority %s. The time ran out on %s.', w.priority, access.instant_words(coalesce(w.missed_at, w.due_at))) end,
    jsonb_build_object('metric', w.metric, 'percent', w.percent, 'due_at', w.due_at, 'breach_date', (w.missed_at at time zone 'UTC')::date),
    o.channels, o.digest, o.is_told, w.ticket_id, null::uuid
  from worded w
  join readers o on o.tenant_id = w.tenant_id
  cross join lateral (select (case when w.percent >= 200 then 4 when w.percent >= 150 then 3 when w.percent >= 100 then 2 when w.percent >= o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.observe_uptime()
 RETURNS SETOF access.alert_observation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with month as (
    select t.id as tenant_id, (date_trunc('month', statement_timestamp() at time zone t.timezone) at time zone t.timezone) as starts_at,
      ((date_trunc('month', statement_timestamp() at time zone t.timezone) + interval '1 month') at time zone t.timezone) as ends_at,
      to_char(statement_timestamp() at time zone t.timezone, 'YYYY-MM') as name,
      to_char(statement_timestamp() at time zone t.timezone, 'Mon YYYY') as words
    from public.tenant t where t.status <> 'closed'),
  merged as (
    select h.excludes_planned, m.tenant_id, m.name, m.words, m.starts_at, m.ends_at,
      coalesce(range_agg(tstzrange(greatest(o.started_at, m.starts_at), least(coalesce(o.ended_at, statement_timestamp()), statement_timestamp()))) filter (where not (o.is_planned and h.excludes_planned)), '{}'::tstzmultirange) as down,
      coalesce(range_agg(tstzrange(greatest(o.started_at, m.starts_at), least(coalesce(o.ended_at, statement_timestamp()), m.ends_at))) filter (where o.is_planned and h.excludes_planned and (o.ended_at is not null or o.started_at < statement_timestamp())), '{}'::tstzmultirange) as planned,
      (array_agg(o.id order by o.started_at desc) filter (where not (o.is_planned and h.excludes_planned)))[1] as newest
    from month m
    cross join (values (true), (false)) h (excludes_planned)
    join public.outage o on o.tenant_id = m.tenant_id and o.started_at < least(m.ends_at, statement_timestamp()) and coalesce(o.ended_at, statement_timestamp()) > m.starts_at
    group by h.excludes_planned, m.tenant_id, m.name, m.words, m.starts_at, m.ends_at),
  measured as (
    select g.*, (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.down - g.planned) r) as down_minutes,
      extract(epoch from g.ends_at - g.starts_at) / 60.0 - (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.planned) r) as month_minutes,
      greatest(extract(epoch from statement_timestamp() - g.starts_at) / 60.0 - (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) / 60.0 from unnest(g.planned * tstzmultirange(tstzrange(g.starts_at, statement_timestamp()))) r), 0) as elapsed_minutes
    from merged g),
  readers as (
    select 'partner' as audience, g.partner_id, g.tenant_id, g.link_id, g.warning, g.channels, g.digest, g.notify_on_sla_breach as is_told, u.target, u.excludes_planned
    from access.alert_target g cross join lateral access.uptime_rule(g.tenant_id, g.link_id) u where g.type = 'uptime' and g.is_enabled
    union all
    select 'tenant', null, a.tenant_id, null, def.warning, '{in_app,webhook}', 'none', true, u.target, u.excludes_planned
    from (select distinct m.tenant_id from measured m) a
    cross join lateral access.uptime_rule(a.tenant_id, null) u
    cross join public.alert_default def where def.type = 'uptime')
  select 'uptime:' || o.audience || ':' || coalesce(o.link_id, o.tenant_id) || ':' || m.name, o.audience, o.partner_id, o.tenant_id, o.link_id, 'uptime', 'sla',
    v.level, v.level, case v.level when 2 then 'critical' else 'warning' end,
    case v.level when 2 then format('Uptime of %s is below %s %%', m.words, trim_scale(o.target)) else format('%s %% of the downtime allowed in %s is used', b.used, m.words) end,
    format('%s minutes of %s so far; a target of %s %% allows %s minutes in the month.', round(m.down_minutes), case when m.excludes_planned then 'unplanned downtime' else 'downtime, planned work included,' end, trim_scale(o.target), round((100 - o.target) / 100 * m.month_minutes)),
    jsonb_build_object('metric', 'uptime', 'percent', b.used, 'breach_date', case v.level when 2 then (statement_timestamp() at time zone 'UTC')::date end,
      'actual_uptime', case when m.elapsed_minutes > 0 then round(100 * (1 - least(m.down_minutes / m.elapsed_minutes, 1)), 3) end, 'target_uptime', o.target, 'downtime_minutes', round(m.down_minutes)),
    o.channels, o.digest, o.is_told, null::uuid, m.newest
  from measured m
  join readers o on o.tenant_id = m.tenant_id and o.excludes_planned = m.excludes_planned
  cross join lateral (select case when o.target < 100 and m.month_minutes > 0 then floor(m.down_minutes * 100 / ((100 - o.target) / 100 * m.month_minutes)) when m.down_minutes > 0 then 999 else 0 end as used) b
  cross join lateral (select (case when b.used >= 100 then 2 when b.used >= o.warning then 1 else 0 end)::smallint as level) v
  where v.level > 0
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ruled_tenants()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select u.tenant_id
  from access.usable_link u
  join public.permission b on b.name = 'partner.alerts.config.write'
  where u.person_id = access.context_id('actor_id') and u.partner_id = access.own_partner() and get_bit(u.mask, b.bit) = 1
$function$;
grant execute on access.ruled_tenants() to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.rules_for_many()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.partner_member m
    where m.person_id = access.context_id('actor_id') and m.partner_id = access.own_partner() and m.role = 'PARTNER_OWNER' and m.status = 'active')
  and exists (select from access.ruled_tenants())
$function$;
grant execute on access.rules_for_many() to liaison_delegate;

-- For the evaluating functions alone; no login may call it.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.settle_alerts(kinds text[], seen access.alert_observation[])
 RETURNS TABLE(change text, alert_id uuid, audience text, partner_id uuid, tenant_id uuid, delegation_id uuid, type text, area text, severity text, title text, channels text[], ticket_id uuid, outage_id uuid, was_told boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
  -- A statement may take five seconds; what is seen was looked for in the same one.
  enough timestamptz := statement_timestamp() + interval '2 seconds';
  one record;
  settled integer := 0;
  looked_at integer := 0;
  part integer;
  raised integer := 0;
begin
  -- What is over, what eased, what got worse.
  for one in
    select a.id, a.level as before, a.state, a.severity as severity_before, def.linger, a.last_seen_at, s.*, c.after,
      -- Held at critical by the re-arming share, it is still critical.
      case when s.held > s.level and least(a.level, s.held) >= 2 then 'critical' else s.severity end as severity_now
    from public.alert a
    join public.alert_default def on def.type = a.type
    left join unnest(seen) s on s.dedupe_key = a.dedupe_key
    cross join lateral (select (case when s.dedupe_key is not null then greatest(s.level, least(a.level, s.held))
      when def.linger > '0' and a.state <> 'resolved' and a.last_seen_at > moment - def.linger then a.level
      else 0 end)::smallint as after) c
    where a.level > 0 and a.type = any (kinds)
    order by c.after > a.level desc, c.after <> a.level desc, a.dedupe_key
    for update of a
  loop
    -- However late it is, a round comes a little further.
    exit when settled >= 5000 or (looked_at >= 50 and clock_timestamp() > enough);
    looked_at := looked_at + 1;
    settled := settled + (one.after <> one.before)::integer;
    if one.after = 0 or (one.after > one.before and one.state = 'resolved') then
      update public.alert a set level = 0, last_seen_at = moment,
        state = 'resolved', resolved_at = coalesce(a.resolved_at, moment), resolved_by_name = coalesce(a.resolved_by_name, 'clock'), snoozed_until = null
      where a.id = one.id;
      if one.state <> 'resolved' then
        return query select 'alerts.clear', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, false
          from public.alert a where a.id = one.id;
      end if;
    elsif one.dedupe_key is null then
      continue;
    elsif one.after > one.before or (one.linger > '0' and one.state <> 'resolved' and one.last_seen_at < moment - interval '15 minutes') then
      update public.alert a set level = one.after, severity = one.severity_now, title = one.title, message = one.message, metadata = one.metadata, channels = access.told_channels(one.channels, one.is_told),
        state = 'active', acknowledged_at = null, acknowledged_by = null, acknowledged_by_name = null, snoozed_until = null, occurrences = a.occurrences + 1, last_raised_at = moment, last_seen_at = moment,
        outage_id = one.outage_id
      where a.id = one.id;
      if one.is_told and 'mail' = any (one.channels) then
        insert into public.alert_notice (alert_id, occurrence, severity, digest) select a.id, a.occurrences, a.severity, one.digest from public.alert a where a.id = one.id;
      end if;
      return query select 'alerts.escalate', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, one.is_told
        from public.alert a where a.id = one.id;
    elsif one.after < one.before then
      update public.alert a set level = one.after, severity = one.severity_now, title = one.title, message = one.message, metadata = one.metadata, channels = access.told_channels(one.channels, one.is_told), last_seen_at = moment where a.id = one.id;
      if one.severity_now <> one.severity_before and one.state <> 'resolved' then
        return query select 'alerts.ease', a.id, a.audience, a.partner_id, a.tenant_id, a.delegation_id, a.type, a.area, a.severity, a.title, a.channels, a.ticket_id, a.outage_id, false
          from public.alert a where a.id = one.id;
      end if;
    elsif one.state <> 'resolved' then
      -- Held above its re-arming share, an alert keeps its words; its figures go with the time.
      update public.alert a set metadata = one.metadata, message = one.message, channels = access.told_channels(one.channels, one.is_told), last_seen_at = moment, outage_id = one.outage_id
      where a.id = one.id and (one.linger > '0' or (a.metadata, a.message, a.channels) is distinct from (one.metadata, one.message, access.told_channels(one.channels, one.is_told)));
    end if;
  end loop;
  loop
    return query
    with new_alert as (
      insert into public.alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, title, message, metadata, dedupe_key, level, channels, ticket_id, outage_id,
        triggered_at, last_raised_at, last_seen_at)
      select s.audience, s.partner_id, s.tenant_id, s.delegation_id, s.type, s.area, s.severity, s.title, s.message, s.metadata, s.dedupe_key, s.level, access.told_channels(s.channels, s.is_told), s.ticket_id, s.outage_id,
        moment, moment, moment
      from unnest(seen) s
      where s.level > 0 and s.type = any (kinds) and not exists (select from public.alert a where a.dedupe_key = s.dedupe_key and a.level > 0)
      -- What a huge import brings at once is raised in parts, the gravest first: one statement must not take too long.
      order by s.severity = 'critical' desc, s.dedupe_key
      limit 500
      on conflict (dedupe_key) where level > 0 do nothing
      returning *),
    told as (
      insert into public.alert_notice (alert_id, occurrence, severity, digest)
      select r.id, r.occurrences, r.severity, s.digest from new_alert r join unnest(seen) s on s.dedupe_key = r.dedupe_key
      where s.is_told and 'mail' = any (r.channels))
    select 'alerts.raise', r.id, r.audience, r.partner_id, r.tenant_id, r.delegation_id, r.type, r.area, r.severity, r.title, r.channels, r.ticket_id, r.outage_id, s.is_told
    from new_alert r join unnest(seen) s on s.dedupe_key = r.dedupe_key;
    get diagnostics part = row_count;
    raised := raised + part;
    exit when part < 500 or raised >= 5000 or clock_timestamp() > enough;
  end loop;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.told_alert_mails(since timestamp with time zone)
 RETURNS TABLE(owner text, told bigint, last_digest_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.audience || ' ' || coalesce(case a.audience when 'partner' then a.partner_id when 'tenant' then a.tenant_id end::text, ''), count(*), max(n.told_at) filter (where n.outcome = 'digest')
  from public.alert_notice n join public.alert a on a.id = n.alert_id
  where n.told_at > since and n.outcome in ('sent', 'digest') and n.digest = 'none'
  group by 1
$function$;
grant execute on access.told_alert_mails(timestamp with time zone) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.told_channels(channels text[], is_told boolean)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN CASE WHEN is_told THEN channels ELSE ARRAY(SELECT c.c FROM unnest(told_channels.channels) c(c) WHERE (c.c = 'in_app'::text)) END;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.waiting_alert_mails()
 RETURNS TABLE(notice_id uuid, alert_id uuid, owner text, digest text, created_at timestamp with time zone, is_current boolean, severity text, title text, message text, tenant_name text, audience text, area text, partner_id uuid, tenant_id uuid, person_id uuid, email text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('alert mails', null));
  return query
    select n.id, a.id, a.audience || ' ' || coalesce(case a.audience when 'partner' then a.partner_id when 'tenant' then a.tenant_id end::text, ''), n.digest, n.created_at,
      a.state = 'active' and (a.snoozed_until is null or a.snoozed_until <= statement_timestamp()), n.severity, a.title, a.message,
      case when a.audience <> 'partner' or exists (select from access.delegation_in_force v where v.id = a.delegation_id) then t.name end,
      a.audience, a.area, a.partner_id, a.tenant_id, r.person_id, r.email
    from public.alert_notice n
    join public.alert a on a.id = n.alert_id
    left join public.tenant t on t.id = a.tenant_id
    left join lateral access.alert_readers(a) r on true
    where n.told_at is null
    order by n.created_at, n.id
    limit 5000;
end
$function$;
grant execute on access.waiting_alert_mails() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.waiting_alert_owners()
 RETURNS TABLE(owner text, digest text, waiting integer, oldest_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('alert mails', null));
  update public.alert_notice n set told_at = clock_timestamp(), outcome = 'nobody'
  from public.alert a
  where a.id = n.alert_id and n.told_at is null and (a.state <> 'active' or a.snoozed_until > statement_timestamp());
  return query
    select access.alert_owner(a), n.digest, count(*)::integer, min(n.created_at)
    from public.alert_notice n join public.alert a on a.id = n.alert_id
    where n.told_at is null
    group by 1, 2 order by 4, 1, 2;
end
$function$;
grant execute on access.waiting_alert_owners() to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_alert()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
  if side <> 'clock' and old.state = 'resolved' and (new.state = 'resolved' or old.level = 0) then
    raise exception 'a resolved alert is history' using errcode = 'check_violation', constraint = 'alert_transition';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.name_alert_assignee()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user not in ('liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant') then
    return new;
  end if;
  if new.assigned_to = access.context_id('actor_id') then
    new.assigned_to_name := access.acting() ->> 'name';
  elsif session_user = 'liaison_delegate' then
    new.assigned_to_name := (select a.name from access.alert_assignees(new.delegation_id, new.area) a where a.person_id = new.assigned_to limit 1);
  else
    new.assigned_to_name := null;
  end if;
  if new.assigned_to is not null and new.assigned_to_name is null then
    raise exception 'an alert is given to whom the list of assignees names' using errcode = 'check_violation', constraint = 'alert_assignee';
  end if;
  return new;
end
$function$;
