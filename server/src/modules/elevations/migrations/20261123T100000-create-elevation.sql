set role liaison_owner;

create table link_elevation (
  id uuid primary key default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  person_id uuid not null references person (id),
  person_name text not null,
  permissions text[] not null check (cardinality(permissions) between 1 and 34),
  mask bit(256) not null check (mask <> 0::bit(256)),
  reason text not null check (char_length(reason) between 10 and 500),
  ticket_id uuid,
  ticket_number text,
  duration_minutes integer not null default 60 check (duration_minutes between 5 and 480),
  status text not null default 'requested' check (status in ('requested', 'approved', 'active', 'ended', 'denied', 'withdrawn', 'lapsed')),
  requested_at timestamptz not null default now(),
  answer_by timestamptz not null default now() + interval '12 hours',
  partner_decided_by uuid,
  partner_decided_by_name text,
  partner_decided_at timestamptz,
  tenant_decided_by uuid,
  tenant_decided_by_name text,
  tenant_decided_at timestamptz,
  started_at timestamptz,
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by_side text check (ended_by_side in ('partner', 'tenant', 'clock', 'ticket')),
  ended_by_name text,
  end_reason text check (char_length(end_reason) <= 500),
  foreign key (partner_id, tenant_id, link_id) references link (partner_id, tenant_id, id),
  foreign key (tenant_id, ticket_id) references ticket (tenant_id, id),
  check ((started_at is null) = (ends_at is null)),
  check (status not in ('active', 'ended') or started_at is not null),
  check ((ended_at is null) = (status in ('requested', 'approved', 'active')))
);
comment on table link_elevation is 'More access for one person in one link for a short time: asked for with a reason, approved by a colleague and, where the tenant says so, by the tenant (B13).';
comment on column link_elevation.permissions is 'The patterns as they were asked for; mask is what they meant then, within the ceiling.';
comment on column link_elevation.answer_by is 'The first instant at which an unanswered request has lapsed: 12 hours after it was made, or after the partner''s own approval.';
create index on link_elevation (partner_id, requested_at desc);
create index on link_elevation (tenant_id, requested_at desc);
create index link_elevation_open on link_elevation (link_id, member_id) where status in ('requested', 'approved', 'active');
create index link_elevation_due on link_elevation (least(answer_by, coalesce(ends_at, 'infinity'))) where status in ('requested', 'approved', 'active');
create index link_elevation_ticket on link_elevation (tenant_id, ticket_id) where ticket_id is not null and status in ('requested', 'approved', 'active');
call private.protect('link_elevation');
call private.audit_changes('link_elevation', true);
call private.share_between_sides('link_elevation');
grant select on link_elevation to liaison_program, liaison_tenant, liaison_platform, liaison_job;
grant insert (link_id, tenant_id, partner_id, member_id, person_id, person_name, permissions, mask, reason, ticket_id, ticket_number, duration_minutes) on link_elevation to liaison_program;
grant update (status, partner_decided_by, partner_decided_by_name, partner_decided_at, ended_at, ended_by_side, ended_by_name, end_reason) on link_elevation to liaison_program;
grant update (status, tenant_decided_by, tenant_decided_by_name, tenant_decided_at, ended_at, ended_by_side, ended_by_name, end_reason) on link_elevation to liaison_tenant;
grant update (status, ended_at, ended_by_side) on link_elevation to liaison_job;

create policy elevating on link_elevation to liaison_owner using (true) with check (true);
create policy elevating on link_member for select to liaison_owner using (true);
create policy elevating_write on link_member for update to liaison_owner using (true);
create policy elevating on ticket for select to liaison_owner using (true);
create policy elevating on outbox for insert to liaison_owner with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('elevation', 'requested', 'approved', 'approve', 'partner'),
  ('elevation', 'requested', 'active', 'approve', 'partner'),
  ('elevation', 'requested', 'denied', 'deny', 'partner'),
  ('elevation', 'requested', 'withdrawn', 'end', 'partner'),
  ('elevation', 'requested', 'lapsed', 'lapse', 'clock'),
  ('elevation', 'approved', 'active', 'approve', 'tenant'),
  ('elevation', 'approved', 'denied', 'deny', 'tenant'),
  ('elevation', 'approved', 'withdrawn', 'end', 'partner'),
  ('elevation', 'approved', 'lapsed', 'lapse', 'clock'),
  ('elevation', 'active', 'ended', 'end', 'partner'),
  ('elevation', 'active', 'ended', 'end', 'tenant'),
  ('elevation', 'active', 'ended', 'end', 'clock');
alter table state_transition force row level security;

-- What the elevations of a link can never exceed, whatever was approved.
create function private.ceiling_of(of_link uuid) returns bit(256)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  select t.ceiling & b.ceiling
  from link l
  join link_role_template t on t.role = l.access_role and t.version = l.role_version
  join link_relationship_bound b on b.relationship_type = l.relationship_type
  where l.id = of_link
  $$;

reset role;
set role liaison_authz;

-- Whether the tenant wants to approve elevations of this link itself. The partner's side reads no conditions; this one it is told.
create function access.elevation_needs_tenant(of_link uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce((d.conditions ->> 'tenant_elevation_approval')::boolean, false)
    or coalesce((select (p.conditions ->> 'tenant_elevation_approval')::boolean from public.tenant_partner_policy p where p.tenant_id = d.tenant_id), false)
  from public.delegation d where d.id = of_link and access.is_party_to(d)
  $$;
grant execute on function access.elevation_needs_tenant(uuid) to liaison_program, liaison_tenant, liaison_platform, liaison_owner;

-- The number of a ticket of the tenant that is not finished; null when there is none.
create function access.open_ticket_number(of_link uuid, wanted uuid) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select t.number from public.delegation d join public.ticket t on t.tenant_id = d.tenant_id and t.id = wanted
  where d.id = of_link and access.is_party_to(d) and t.status not in ('resolved', 'closed')
    and (not d.own_accounts_only or access.is_ticket_of_partner(t.tenant_id, t.id, d.partner_id))
  $$;
grant execute on function access.open_ticket_number(uuid, uuid) to liaison_program;

-- Whether the link and the person's place in it can carry an elevation at this statement.
create function access.can_elevate(of_link uuid, of_member uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from access.usable_link u where u.link_id = of_link and u.member_id = of_member) $$;
grant execute on function access.can_elevate(uuid, uuid) to liaison_owner;

-- Mails those who asked for an elevation or can answer it, without telling either side an address of the other.
create function access.mail_elevation(of_elevation uuid, audience text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
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
$$;
grant execute on function access.mail_elevation(uuid, text, text, text) to liaison_program, liaison_tenant, liaison_job;

-- Whether an elevation that was approved still gives something: in time, not taken back, its link alive. Computed, whatever a job has noted.
create function access.is_elevated(e public.link_elevation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select e.status = 'active' and e.ends_at > statement_timestamp()
    and exists (select from public.link_member m where m.link_id = e.link_id and m.member_id = e.member_id and m.elevation_id = e.id and (m.ends_at is null or m.ends_at > statement_timestamp()))
    and exists (select from public.delegation d where d.id = e.link_id and d.status in ('active', 'suspended') and (d.ends_at is null or d.ends_at > statement_timestamp()))
  $$;
grant execute on function access.is_elevated(public.link_elevation) to liaison_owner, liaison_program, liaison_tenant, liaison_platform, liaison_job;

create function access.is_waiting(e public.link_elevation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select e.status in ('requested', 'approved') and e.answer_by > statement_timestamp()
    and exists (select from public.delegation d where d.id = e.link_id and d.status in ('active', 'suspended') and (d.ends_at is null or d.ends_at > statement_timestamp()))
  $$;
grant execute on function access.is_waiting(public.link_elevation) to liaison_owner, liaison_program, liaison_tenant, liaison_platform, liaison_job;

reset role;
set role liaison_owner;

-- The rules of an elevation that no handler can step around: asked for by the person, approved by somebody else, then by the tenant where
-- it wants that; within the ceiling, at most eight hours, never past the link or the person's place in it (B13).
create function private.enforce_elevation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
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
    if old.status <> 'active' or new.status <> 'ended' or not exists (select from ticket t where t.tenant_id = new.tenant_id and t.id = new.ticket_id and t.status in ('resolved', 'closed')) then
      raise exception 'only a finished ticket ends an elevation' using errcode = 'check_violation', constraint = 'elevation_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'elevation' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
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
  if new.status in ('approved', 'active') then
    if not access.is_waiting(old) then
      raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'elevation_lapsed';
    end if;
    if (side = 'partner' and (new.partner_decided_by is distinct from actor or actor = new.person_id))
      or (side = 'tenant' and (new.tenant_decided_by is distinct from actor or actor = new.person_id)) then
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
    if new.ticket_id is not null and exists (select from ticket t where t.tenant_id = new.tenant_id and t.id = new.ticket_id and t.status in ('resolved', 'closed')) then
      raise exception 'the ticket is finished' using errcode = 'check_violation', constraint = 'elevation_ticket';
    end if;
    new.started_at := statement_timestamp();
    select least(new.started_at + make_interval(mins => new.duration_minutes), d.ends_at, m.ends_at) into new.ends_at
    from delegation d join link_member m on m.link_id = d.id and m.member_id = new.member_id where d.id = new.link_id;
  end if;
  return new;
end
$$;
create trigger enforce_elevation before insert or update on link_elevation for each row execute function private.enforce_elevation();

-- What a decision reads is kept where it reads anyway, on the person's place in the link. Taking it away waits for writes that are under way.
create function private.carry_elevation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;
create trigger carry_elevation after update of status on link_elevation for each row execute function private.carry_elevation();

-- A narrower role narrows what is elevated, at once and for good.
create function private.narrow_elevations() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update link_member m set elevated_mask = m.elevated_mask & coalesce(private.ceiling_of(new.id), 0::bit(256))
  where m.link_id = new.id and m.elevated_until > statement_timestamp();
  return null;
end
$$;
create trigger narrow_elevations after update of access_role, role_version on link for each row
  when ((old.access_role, old.role_version) is distinct from (new.access_role, new.role_version)) execute function private.narrow_elevations();

-- With its ticket an elevation is finished; that the ticket is opened again does not bring it back.
create function private.end_with_ticket() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  ended link_elevation;
begin
  for ended in
    update link_elevation e set status = 'ended', ended_at = statement_timestamp(), ended_by_side = 'ticket'
    where e.tenant_id = new.tenant_id and e.ticket_id = new.id and e.status = 'active' returning e.*
  loop
    insert into outbox (topic, payload) values ('elevation.ended', jsonb_build_object('elevation_id', ended.id, 'link_id', ended.link_id, 'tenant_id', ended.tenant_id, 'partner_id', ended.partner_id));
    if access.context() is not null then
      perform audit.record(jsonb_build_object('action', 'elevations.end', 'tenant_id', ended.tenant_id, 'partner_id', ended.partner_id, 'delegation_id', ended.link_id,
        'resource_type', 'elevation', 'resource_id', ended.id, 'resource_label', ended.person_name, 'changes', jsonb_build_object('status', jsonb_build_object('before', 'active', 'after', 'ended'), 'ticket', ended.ticket_number)));
    end if;
  end loop;
  return null;
end
$$;
create trigger end_elevations after update of status on ticket for each row
  when (new.status in ('resolved', 'closed') and old.status not in ('resolved', 'closed')) execute function private.end_with_ticket();

-- An elevation as both sides may read it, its state as time has made it.
create view elevation_overview with (security_invoker = true) as
select e.*, t.name as tenant_name, p.name as partner_name,
  case when e.status in ('requested', 'approved') and not access.is_waiting(e) then 'lapsed'
    when e.status = 'active' and not access.is_elevated(e) then 'ended' else e.status end as state
from link_elevation e
left join partner p on p.id = e.partner_id
left join tenant t on t.id = e.tenant_id;
comment on view elevation_overview is 'Reads under the rights and row policies of whoever asks. state is as time has made it, whether or not a job has noted it.';
grant select on elevation_overview to liaison_program, liaison_tenant, liaison_platform, liaison_job;

reset role;
grant execute on function access.context(), access.context_id(text), audit.record(jsonb) to liaison_owner;
grant usage on schema audit to liaison_owner;
