-- More access for one person in one link for a short time: asked for with a reason, approved by a colleague and, where the tenant says so, by the tenant (B13).
create table public.link_elevation (
  id uuid not null default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  person_id uuid not null,
  person_name text not null,
  permissions text[] not null,
  mask bit(256) not null,
  reason text not null,
  ticket_id uuid,
  ticket_number text,
  duration_minutes integer not null default 60,
  status text not null default 'requested'::text,
  requested_at timestamp with time zone not null default now(),
  answer_by timestamp with time zone not null default (now() + '12:00:00'::interval),
  partner_decided_by uuid,
  partner_decided_by_name text,
  partner_decided_at timestamp with time zone,
  tenant_decided_by uuid,
  tenant_decided_by_name text,
  tenant_decided_at timestamp with time zone,
  started_at timestamp with time zone,
  ends_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by_side text,
  ended_by_name text,
  end_reason text,
  constraint link_elevation_check CHECK (((started_at IS NULL) = (ends_at IS NULL))),
  constraint link_elevation_check1 CHECK (((status <> ALL (ARRAY['active'::text, 'ended'::text])) OR (started_at IS NOT NULL))),
  constraint link_elevation_check2 CHECK (((ended_at IS NULL) = (status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text])))),
  constraint link_elevation_duration_minutes_check CHECK (((duration_minutes >= 5) AND (duration_minutes <= 480))),
  constraint link_elevation_end_reason_check CHECK ((char_length(end_reason) <= 500)),
  constraint link_elevation_ended_by_side_check CHECK ((ended_by_side = ANY (ARRAY['partner'::text, 'tenant'::text, 'clock'::text, 'ticket'::text]))),
  constraint link_elevation_mask_check CHECK ((mask <> (0)::bit(256))),
  constraint link_elevation_partner_id_tenant_id_link_id_fkey FOREIGN KEY (partner_id, tenant_id, link_id) REFERENCES public.link(partner_id, tenant_id, id),
  constraint link_elevation_permissions_check CHECK (((cardinality(permissions) >= 1) AND (cardinality(permissions) <= 34))),
  constraint link_elevation_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint link_elevation_pkey PRIMARY KEY (id),
  constraint link_elevation_reason_check CHECK (((char_length(reason) >= 10) AND (char_length(reason) <= 500))),
  constraint link_elevation_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text, 'ended'::text, 'denied'::text, 'withdrawn'::text, 'lapsed'::text]))),
  constraint link_elevation_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES public.ticket(tenant_id, id)
);
CREATE INDEX link_elevation_due ON public.link_elevation USING btree (LEAST(answer_by, COALESCE(ends_at, 'infinity'::timestamp with time zone))) WHERE (status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text]));
CREATE INDEX link_elevation_open ON public.link_elevation USING btree (link_id, member_id) WHERE (status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text]));
CREATE INDEX link_elevation_partner_id_requested_at_idx ON public.link_elevation USING btree (partner_id, requested_at DESC);
CREATE INDEX link_elevation_tenant_id_requested_at_idx ON public.link_elevation USING btree (tenant_id, requested_at DESC);
CREATE INDEX link_elevation_ticket ON public.link_elevation USING btree (tenant_id, ticket_id) WHERE ((ticket_id IS NOT NULL) AND (status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text])));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.link_elevation FOR EACH ROW WHEN ((new.person_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('person_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.link_elevation FOR EACH ROW WHEN (((new.partner_decided_by_name IS DISTINCT FROM old.partner_decided_by_name) OR (new.tenant_decided_by_name IS DISTINCT FROM old.tenant_decided_by_name) OR (new.ended_by_name IS DISTINCT FROM old.ended_by_name))) EXECUTE FUNCTION private.act_in_own_name('partner_decided_by_name', 'tenant_decided_by_name', 'ended_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_elevation REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_elevation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_elevation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER carry_elevation AFTER UPDATE OF status ON public.link_elevation FOR EACH ROW EXECUTE FUNCTION private.carry_elevation();
CREATE TRIGGER enforce_elevation BEFORE INSERT OR UPDATE ON public.link_elevation FOR EACH ROW EXECUTE FUNCTION private.enforce_elevation();
CREATE TRIGGER require_first BEFORE UPDATE OF status ON public.link_elevation FOR EACH ROW WHEN (((old.status = 'approved'::text) AND (new.status = 'active'::text))) EXECUTE FUNCTION private.require_partner_approver();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.link_elevation FOR EACH ROW WHEN (((new.partner_decided_by IS DISTINCT FROM old.partner_decided_by) OR (new.tenant_decided_by IS DISTINCT FROM old.tenant_decided_by))) EXECUTE FUNCTION private.act_as_oneself('partner_decided_by', 'tenant_decided_by');
alter table public.link_elevation enable row level security, force row level security;
create policy clock on public.link_elevation for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_elevation for select to liaison_authz
  using (true);
create policy elevating on public.link_elevation for all to liaison_owner
  using (true)
  with check (true);
create policy owners_update on public.link_elevation as restrictive for update to liaison_program
  with check (((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL) OR ((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (status <> ALL (ARRAY['approved'::text, 'active'::text])))));
create policy partner_side on public.link_elevation for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.link_elevation for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.link_elevation for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.link_elevation for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.link_elevation to liaison_authz;
grant select on public.link_elevation to liaison_job;
grant select on public.link_elevation to liaison_platform;
grant select on public.link_elevation to liaison_program;
grant select on public.link_elevation to liaison_tenant;
grant update (status, ended_at, ended_by_side) on public.link_elevation to liaison_job;
grant insert (link_id, tenant_id, partner_id, member_id, person_id, person_name, permissions, mask, reason, ticket_id, ticket_number, duration_minutes) on public.link_elevation to liaison_program;
grant update (status, partner_decided_by, partner_decided_by_name, partner_decided_at, ended_at, ended_by_side, ended_by_name, end_reason) on public.link_elevation to liaison_program;
grant update (status, tenant_decided_by, tenant_decided_by_name, tenant_decided_at, ended_at, ended_by_side, ended_by_name, end_reason) on public.link_elevation to liaison_tenant;

-- Reads under the rights and row policies of whoever asks. state is as time has made it, whether or not a job has noted it.
-- owner: liaison_owner
create view public.elevation_overview with (security_invoker=true) as
 SELECT e.id,
    e.link_id,
    e.tenant_id,
    e.partner_id,
    e.member_id,
    e.person_id,
    e.person_name,
    e.permissions,
    e.mask,
    e.reason,
    e.ticket_id,
    e.ticket_number,
    e.duration_minutes,
    e.status,
    e.requested_at,
    e.answer_by,
    e.partner_decided_by,
    e.partner_decided_by_name,
    e.partner_decided_at,
    e.tenant_decided_by,
    e.tenant_decided_by_name,
    e.tenant_decided_at,
    e.started_at,
    e.ends_at,
    e.ended_at,
    e.ended_by_side,
    e.ended_by_name,
    e.end_reason,
    t.name AS tenant_name,
    p.name AS partner_name,
        CASE
            WHEN ((e.status = ANY (ARRAY['requested'::text, 'approved'::text])) AND (NOT access.is_waiting(e.*))) THEN 'lapsed'::text
            WHEN ((e.status = 'active'::text) AND (NOT access.is_elevated(e.*))) THEN 'ended'::text
            ELSE e.status
        END AS state,
        CASE
            WHEN (e.status = 'approved'::text) THEN access.elevation_approval_counts(e.id)
            ELSE NULL::boolean
        END AS approval_counts
   FROM ((public.link_elevation e
     LEFT JOIN public.partner p ON ((p.id = e.partner_id)))
     LEFT JOIN public.tenant t ON ((t.id = e.tenant_id)));
grant select on public.elevation_overview to liaison_job;
grant select on public.elevation_overview to liaison_platform;
grant select on public.elevation_overview to liaison_program;
grant select on public.elevation_overview to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.can_elevate(of_link uuid, of_member uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from access.usable_link u where u.link_id = of_link and u.member_id = of_member) $function$;
grant execute on access.can_elevate(uuid,uuid) to liaison_owner;

-- Whether whoever approved more access for the partner, while it waits for the tenant, is an owner still; null where nothing waits, and to those whom it does not concern.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.elevation_approval_counts(of_elevation uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when access.is_in_own_plane() and access.is_party_to(d) then access.is_in_charge('partner', e.partner_id, e.partner_decided_by) end
  from public.link_elevation e join public.delegation d on d.id = e.link_id
  where e.id = of_elevation and e.status = 'approved'
$function$;
grant execute on access.elevation_approval_counts(uuid) to liaison_job;
grant execute on access.elevation_approval_counts(uuid) to liaison_owner;
grant execute on access.elevation_approval_counts(uuid) to liaison_platform;
grant execute on access.elevation_approval_counts(uuid) to liaison_program;
grant execute on access.elevation_approval_counts(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.elevation_needs_tenant(of_link uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((d.conditions ->> 'tenant_elevation_approval')::boolean, false)
    or coalesce((select (p.conditions ->> 'tenant_elevation_approval')::boolean from public.tenant_partner_policy p where p.tenant_id = d.tenant_id), false)
  from public.delegation d where d.id = of_link and access.is_party_to(d)
  $function$;
grant execute on access.elevation_needs_tenant(uuid) to liaison_owner;
grant execute on access.elevation_needs_tenant(uuid) to liaison_platform;
grant execute on access.elevation_needs_tenant(uuid) to liaison_program;
grant execute on access.elevation_needs_tenant(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_place(e public.link_elevation)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.link_member m join public.partner_member pm on pm.id = m.member_id and pm.status = 'active'
    where m.link_id = e.link_id and m.member_id = e.member_id and (m.ends_at is null or m.ends_at > statement_timestamp()))
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_elevated(e public.link_elevation)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.status = 'active' and e.ends_at > statement_timestamp() and access.has_place(e)
    and exists (select from public.link_member m where m.link_id = e.link_id and m.member_id = e.member_id and m.elevation_id = e.id)
    and exists (select from public.delegation d where d.id = e.link_id and d.status in ('active', 'suspended') and (d.ends_at is null or d.ends_at > statement_timestamp()))
  $function$;
grant execute on access.is_elevated(public.link_elevation) to liaison_job;
grant execute on access.is_elevated(public.link_elevation) to liaison_owner;
grant execute on access.is_elevated(public.link_elevation) to liaison_platform;
grant execute on access.is_elevated(public.link_elevation) to liaison_program;
grant execute on access.is_elevated(public.link_elevation) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_waiting(e public.link_elevation)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.status in ('requested', 'approved') and e.answer_by > statement_timestamp() and access.has_place(e)
    and exists (select from public.delegation d where d.id = e.link_id and d.status in ('active', 'suspended') and (d.ends_at is null or d.ends_at > statement_timestamp()))
  $function$;
grant execute on access.is_waiting(public.link_elevation) to liaison_job;
grant execute on access.is_waiting(public.link_elevation) to liaison_owner;
grant execute on access.is_waiting(public.link_elevation) to liaison_platform;
grant execute on access.is_waiting(public.link_elevation) to liaison_program;
grant execute on access.is_waiting(public.link_elevation) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_elevation(of_elevation uuid, audience text, letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  e public.link_elevation;
  d public.delegation;
  sent integer;
begin
  select * into e from public.link_elevation x where x.id = of_elevation;
  select * into d from public.delegation x where x.id = e.link_id;
  if e.id is null or not access.is_party_to(d) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(mail_elevation.letters, p.language, d.approval_snapshot ->> 'language') letter
  where p.status = 'active' and letter is not null and case audience
    when 'requester' then p.id = e.person_id
    when 'partner' then p.id <> e.person_id and exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = e.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = e.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_elevation(uuid,text,jsonb) to liaison_job;
grant execute on access.mail_elevation(uuid,text,jsonb) to liaison_program;
grant execute on access.mail_elevation(uuid,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_elevation(of_elevation uuid, audience text, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  e public.link_elevation;
  d public.delegation;
  sent integer;
begin
  select * into e from public.link_elevation x where x.id = of_elevation;
  select * into d from public.delegation x where x.id = e.link_id;
  if e.id is null or not access.is_party_to(d) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_elevation.subject, 'text', mail_elevation.body)
  from public.person p
  where p.status = 'active' and case audience
    when 'requester' then p.id = e.person_id
    when 'partner' then p.id <> e.person_id and exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = e.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = e.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_elevation(uuid,text,text,text) to liaison_job;
grant execute on access.mail_elevation(uuid,text,text,text) to liaison_program;
grant execute on access.mail_elevation(uuid,text,text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.open_ticket_number(of_link uuid, wanted uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t.number from public.delegation d join public.ticket t on t.tenant_id = d.tenant_id and t.id = wanted
  where d.id = of_link and access.is_party_to(d) and t.status not in ('resolved', 'closed', 'withdrawn')
    and (not d.own_accounts_only or access.is_ticket_of_partner(t.tenant_id, t.id, d.partner_id))
  $function$;
grant execute on access.open_ticket_number(uuid,uuid) to liaison_program;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.carry_elevation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if new.status = 'active' and old.status <> 'active' then
    update link_member m
    set elevation_id = new.id, elevated_mask = new.mask & private.ceiling_of(new.link_id), elevated_from = new.started_at, elevated_until = new.ends_at
    where m.link_id = new.link_id and m.member_id = new.member_id;
  elsif old.status = 'active' and new.status <> 'active' then
    update link_member m set elevation_id = null, elevated_mask = null, elevated_from = null, elevated_until = null
    where m.link_id = new.link_id and m.member_id = new.member_id and m.elevation_id = new.id;
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.ceiling_of(of_link uuid)
 RETURNS bit
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.ceiling & b.ceiling
  from link l
  join link_role_template t on t.role = l.access_role and t.version = l.role_version
  join link_relationship_bound b on b.relationship_type = l.relationship_type
  where l.id = of_link
  $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_with_ticket()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  over record;
begin
  for over in
    with unfinished as (
      select e.id, e.status from link_elevation e
      where e.tenant_id = new.tenant_id and e.ticket_id = new.id and e.status in ('requested', 'approved', 'active') for update)
    update link_elevation e set status = case u.status when 'active' then 'ended' else 'lapsed' end, ended_at = statement_timestamp(), ended_by_side = 'ticket'
    from unfinished u where e.id = u.id returning u.status as was, e.*
  loop
    insert into outbox (topic, payload) values ('elevation.' || over.status, jsonb_build_object('elevation_id', over.id, 'link_id', over.link_id, 'tenant_id', over.tenant_id, 'partner_id', over.partner_id));
    if access.context() is not null then
      perform audit.record(jsonb_build_object('action', case over.status when 'ended' then 'elevations.end' else 'elevations.lapse' end, 'tenant_id', over.tenant_id, 'partner_id', over.partner_id, 'delegation_id', over.link_id,
        'resource_type', 'elevation', 'resource_id', over.id, 'resource_label', over.person_name, 'changes', jsonb_build_object('status', jsonb_build_object('before', over.was, 'after', over.status), 'ticket', over.ticket_number)));
    end if;
  end loop;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_elevation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  -- What an owner approved for the partner who is none any more another owner approves anew.
  takes_over boolean := false;
  ticket_status text;
begin
  if side is null and new.ended_by_side is distinct from 'ticket' then
    return new;
  end if;
  -- One after the other for one person in one link, so that no two can be open at once.
  perform pg_advisory_xact_lock(access.lock_key('elevation', md5(new.link_id::text || new.member_id::text)::uuid));
  if tg_op = 'INSERT' then
    if side <> 'partner' or new.status <> 'requested' or new.person_id is distinct from actor or new.member_id is distinct from access.context_id('member_id')
      or not exists (select from link_member m where m.link_id = new.link_id and m.member_id = new.member_id and m.person_id = new.person_id) then
      raise exception 'an elevation is asked for by the person who would have it' using errcode = 'check_violation', constraint = 'elevation_actor';
    end if;
    if not access.can_elevate(new.link_id, new.member_id) then
      raise exception 'the link cannot be used' using errcode = 'check_violation', constraint = 'elevation_link';
    end if;
    if (new.mask & ~ coalesce(private.ceiling_of(new.link_id), 0::bit(256))) <> 0::bit(256) then
      raise exception 'no elevation reaches outside the ceiling' using errcode = 'check_violation', constraint = 'elevation_ceiling';
    end if;
    if exists (select from link_elevation e where e.link_id = new.link_id and e.member_id = new.member_id and (access.is_waiting(e) or access.is_elevated(e))) then
      raise exception 'one elevation at a time' using errcode = 'check_violation', constraint = 'elevation_open';
    end if;
    return new;
  end if;
  if (new.link_id, new.tenant_id, new.partner_id, new.member_id, new.person_id, new.permissions, new.mask, new.reason, new.ticket_id, new.duration_minutes, new.requested_at)
    is distinct from (old.link_id, old.tenant_id, old.partner_id, old.member_id, old.person_id, old.permissions, old.mask, old.reason, old.ticket_id, old.duration_minutes, old.requested_at) then
    raise exception 'what was asked for never changes' using errcode = 'check_violation', constraint = 'elevation_identity';
  end if;
  if new.ended_by_side = 'ticket' then
    if (old.status, new.status) not in (('requested', 'lapsed'), ('approved', 'lapsed'), ('active', 'ended')) or not exists (select from ticket t where t.tenant_id = new.tenant_id and t.id = new.ticket_id and t.status in ('resolved', 'closed', 'withdrawn')) then
      raise exception 'only a finished ticket ends an elevation' using errcode = 'check_violation', constraint = 'elevation_transition';
    end if;
    return new;
  end if;
  takes_over := side = 'partner' and old.status = 'approved' and new.status in ('approved', 'active') and not access.is_in_charge('partner', new.partner_id, old.partner_decided_by);
  if not takes_over and not exists (select from state_transition t where t.entity = 'elevation' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an elevation from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'elevation_transition';
  end if;
  if new.ended_at is not null and new.ended_by_side is distinct from side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'elevation_actor';
  end if;
  if side = 'clock' then
    if (new.status = 'lapsed' and access.is_waiting(old)) or (new.status = 'ended' and access.is_elevated(old)) then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'elevation_transition';
    end if;
    return new;
  end if;
  new.partner_decided_at := case when new.partner_decided_by is not distinct from old.partner_decided_by then old.partner_decided_at else statement_timestamp() end;
  new.tenant_decided_at := case when new.tenant_decided_by is not distinct from old.tenant_decided_by then old.tenant_decided_at else statement_timestamp() end;
  -- Who decided is told by the name that it has: another one decides anew, beside the name of whoever decided before.
  if new.partner_decided_by is distinct from old.partner_decided_by then
    new.partner_decided_by_name := access.context() ->> 'actor_name';
  end if;
  if new.tenant_decided_by is distinct from old.tenant_decided_by then
    new.tenant_decided_by_name := access.context() ->> 'actor_name';
  end if;
  if new.ended_at is not null then
    new.ended_at := statement_timestamp();
  end if;
  if new.status in ('approved', 'active') then
    if not access.is_waiting(old) then
      raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'elevation_lapsed';
    end if;
    if (side = 'partner' and (new.partner_decided_by is distinct from actor or actor = new.person_id))
      or (side = 'tenant' and (new.tenant_decided_by is distinct from actor or actor = new.person_id or (new.status = 'active' and actor = old.partner_decided_by))) then
      raise exception 'somebody else approves, in the own name' using errcode = 'check_violation', constraint = 'elevation_two_people';
    end if;
    if side = 'partner' and (access.elevation_needs_tenant(new.link_id) <> (new.status = 'approved')) then
      raise exception 'the tenant decides as well where it wants to' using errcode = 'check_violation', constraint = 'elevation_two_sides';
    end if;
  end if;
  if new.status = 'approved' then
    new.answer_by := statement_timestamp() + interval '12 hours';
  end if;
  if new.status = 'active' then
    if not access.can_elevate(new.link_id, new.member_id) then
      raise exception 'the link cannot be used' using errcode = 'check_violation', constraint = 'elevation_link';
    end if;
    if new.ticket_id is not null then
      -- Held until this commits. Whoever finishes it holds it first and this elevation then, so nobody waits for it here.
      select t.status into ticket_status from ticket t where t.tenant_id = new.tenant_id and t.id = new.ticket_id for share skip locked;
      if ticket_status is null then
        raise exception 'the ticket changes at this moment' using errcode = 'check_violation', constraint = 'elevation_ticket_busy';
      end if;
      if ticket_status in ('resolved', 'closed', 'withdrawn') then
        raise exception 'the ticket is finished' using errcode = 'check_violation', constraint = 'elevation_ticket';
      end if;
    end if;
    new.started_at := statement_timestamp();
    select least(new.started_at + make_interval(mins => new.duration_minutes), d.ends_at, m.ends_at) into new.ends_at
    from delegation d join link_member m on m.link_id = d.id and m.member_id = new.member_id where d.id = new.link_id;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.narrow_elevations()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update link_member m set elevated_mask = m.elevated_mask & coalesce(private.ceiling_of(new.id), 0::bit(256))
  where m.link_id = new.id and m.elevated_until > statement_timestamp();
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_partner_approver()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not distinct from 'tenant' and not access.hold_in_charge('partner', new.partner_id, old.partner_decided_by) then
    raise exception 'whoever approved for the partner decides no more' using errcode = 'check_violation', constraint = 'elevation_approver_gone';
  end if;
  return new;
end
$function$;
