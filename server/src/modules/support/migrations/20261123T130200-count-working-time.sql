set role liaison_owner;

-- What a ticket was opened under: which agreement and floor, and where its working hours are when nothing was agreed.
alter table ticket
  add column sla_base_id uuid,
  add column sla_floor_id uuid,
  add column sla_timezone text,
  add column sla_version_id uuid,
  add column sla_is_business boolean,
  add column sla_at_risk_at timestamptz;
comment on column ticket.sla_base_id is 'The version of the agreement that held when the ticket was opened; null when nothing was agreed.';
comment on column ticket.sla_floor_id is 'The version of the floor that held when the ticket was opened; null without one.';
comment on column ticket.sla_version_id is 'Whose working hours the clock counts that counts now; kept by a trigger, as the other sla columns without base, floor and timezone.';

alter table ticket_sla_clock rename column paused_seconds to paused_ms;
alter table ticket_sla_clock
  add column paused_business_ms bigint not null default 0 check (paused_business_ms >= 0),
  add column policy_version_id uuid,
  add column is_business boolean not null default false,
  add column at_risk_at timestamptz,
  add column next_signal_at timestamptz,
  add check (paused_ms >= 0),
  add foreign key (tenant_id, policy_version_id) references sla_policy_version (tenant_id, id);
comment on column ticket_sla_clock.paused_ms is 'All pauses that have ended, in milliseconds of every hour.';
comment on column ticket_sla_clock.paused_business_ms is 'The same pauses in milliseconds of working time; which of the two moves due_at is_business says.';
comment on column ticket_sla_clock.policy_version_id is 'The version whose promise and working hours the clock counts; null for what holds where nothing was agreed.';
comment on column ticket_sla_clock.at_risk_at is 'When three quarters of the promised time are used up, unless the clock is paused before.';
comment on column ticket_sla_clock.next_signal_at is 'When the next share of the promised time is used up; infinity after the last, null when nobody has looked yet.';
create index ticket_sla_next on ticket_sla_clock ((coalesce(next_signal_at, '-infinity'))) where met_at is null and paused_since is null;

create table ticket_sla_step (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  ticket_id uuid not null,
  metric text not null check (metric in ('first_response', 'resolution')),
  kind text not null check (kind in ('started', 'paused', 'resumed', 'retargeted', 'met', 'breached', 'reopened')),
  at timestamptz not null,
  due_at timestamptz not null,
  paused_ms bigint check (paused_ms >= 0),
  reason text check (char_length(reason) <= 100),
  primary key (tenant_id, id),
  foreign key (tenant_id, ticket_id) references ticket (tenant_id, id)
);
comment on table ticket_sla_step is 'How the promised time of a ticket came about, step by step: when it started, stood still and for how long, and where it moved. paused_ms is the length of the pause that ended, in the time that the clock counts.';
create index on ticket_sla_step (tenant_id, ticket_id, at, id);

create table ticket_sla_justification (
  tenant_id uuid not null,
  ticket_id uuid not null,
  metric text not null check (metric in ('first_response', 'resolution')),
  code text not null check (code in ('third_party', 'customer_unreachable', 'force_majeure', 'wrong_priority', 'understaffed', 'recorded_late', 'other')),
  note text not null check (char_length(note) between 10 and 1000),
  author_id uuid not null,
  author_name text not null,
  author_partner_name text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, ticket_id, metric),
  foreign key (tenant_id, ticket_id, metric) references ticket_sla_clock (tenant_id, ticket_id, metric)
);
comment on table ticket_sla_justification is 'Why a promise was missed, said once by somebody who works on the ticket. It explains the breach and never takes it away.';

-- Tickets that the provider's own systems handed in, until their clocks are set.
create table ticket_sla_arrival (
  tenant_id uuid not null,
  ticket_id uuid not null,
  arrived_at timestamptz not null default statement_timestamp(),
  primary key (tenant_id, ticket_id),
  foreign key (tenant_id, ticket_id) references ticket (tenant_id, id)
);
comment on table ticket_sla_arrival is 'Tickets that came from outside, until our own work has set their clocks to what came.';
call private.protect('ticket_sla_arrival');
create policy noting on ticket_sla_arrival to liaison_owner using (true) with check (true);
create policy clock on ticket_sla_arrival to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, delete on ticket_sla_arrival to liaison_job;

create procedure private.follow_ticket(relation regclass)
  language plpgsql
  as $$
begin
  call private.protect(relation);
  execute format('create policy readable on %s for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(''ticket'', ''select'')))', relation);
  execute format('create policy insertable on %s for insert to liaison_tenant, liaison_delegate with check (tenant_id in (select access.reach(''ticket'', ''insert'')) or tenant_id in (select access.reach(''ticket'', ''update'')))', relation);
  execute format('create policy clock on %s to liaison_job using ((select access.context_plane()) = ''system'') with check ((select access.context_plane()) = ''system'')', relation);
  execute format('grant select, insert on %s to liaison_tenant, liaison_delegate, liaison_job', relation);
  execute format('create trigger keep before update or delete on %s for each row execute function private.refuse_change()', relation);
end
$$;
call private.follow_ticket('ticket_sla_step');
call private.follow_ticket('ticket_sla_justification');
call private.audit_changes('ticket_sla_justification', true);
drop procedure private.follow_ticket(regclass);

create policy clock on ticket_sla_clock to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy clock on ticket to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy clock on ticket_comment for select to liaison_job using ((select access.context_plane()) = 'system');
grant select, insert, update on ticket_sla_clock to liaison_job;
grant select on ticket, ticket_comment to liaison_job;
grant update (assigned_to, assigned_to_name, sla_base_id, sla_floor_id, sla_timezone, version) on ticket to liaison_job;

-- Where nobody said when three quarters are used up, they are used up after three quarters of the whole.
create function private.enforce_sla_clock() returns trigger
  language plpgsql
  as $$
declare
  counted_until timestamptz;
begin
  if tg_op = 'DELETE' then
    raise exception 'a promised time stays with its ticket' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    if (new.tenant_id, new.ticket_id, new.metric, new.started_at) is distinct from (old.tenant_id, old.ticket_id, old.metric, old.started_at) then
      raise exception 'a promised time keeps its ticket and start' using errcode = 'check_violation', constraint = 'ticket_sla_clock_identity';
    end if;
    if old.breached_at is not null and new.breached_at is distinct from old.breached_at then
      raise exception 'a missed promise stays missed' using errcode = 'check_violation', constraint = 'ticket_sla_clock_breach';
    end if;
    -- A promise that has been missed by now is marked, whatever else the writer changes; only what comes from outside may say that it was kept.
    counted_until := coalesce(old.met_at, old.paused_since, now());
    if old.breached_at is null and old.due_at < counted_until and session_user <> 'liaison_job' then
      new.breached_at := coalesce(new.breached_at, old.due_at);
    end if;
    if new.at_risk_at is not distinct from old.at_risk_at and new.due_at <> old.due_at then
      new.at_risk_at := null;
    end if;
  end if;
  new.at_risk_at := coalesce(new.at_risk_at, new.due_at - make_interval(secs => new.target_minutes * 15));
  return new;
end
$$;
create trigger enforce_sla_clock before insert or update or delete on ticket_sla_clock for each row execute function private.enforce_sla_clock();

create or replace function private.copy_sla_clock() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update ticket t
  set (sla_metric, sla_due_at, sla_target_minutes, sla_paused_since, sla_version_id, sla_is_business, sla_at_risk_at, sla_breached_at) = (
    select current_clock.metric, current_clock.due_at, current_clock.target_minutes, current_clock.paused_since, current_clock.policy_version_id,
      current_clock.is_business, current_clock.at_risk_at, missed.at
    from (
      select min(coalesce(c.breached_at, case when coalesce(c.met_at, c.paused_since) > c.due_at then c.due_at end)) as at,
        bool_or(c.metric = 'resolution' and c.met_at is not null) as is_over
      from ticket_sla_clock c where c.tenant_id = new.tenant_id and c.ticket_id = new.ticket_id) missed
    left join lateral (
      select c.* from ticket_sla_clock c
      where c.tenant_id = new.tenant_id and c.ticket_id = new.ticket_id and c.met_at is null and not missed.is_over
      order by c.metric limit 1) current_clock on true)
  where t.tenant_id = new.tenant_id and t.id = new.ticket_id;
  return null;
end
$$;
drop trigger copy_sla_clock on ticket_sla_clock;
create trigger copy_sla_clock after insert on ticket_sla_clock for each row execute function private.copy_sla_clock();
-- When the next warning is due is nothing that a ticket shows.
create trigger copy_sla_clock_change after update of target_minutes, due_at, paused_since, paused_ms, paused_business_ms, met_at, breached_at, policy_version_id, is_business, at_risk_at
  on ticket_sla_clock for each row execute function private.copy_sla_clock();

-- What the trigger above copies, and what a ticket from outside was opened under, is no change of the ticket.
drop trigger set_updated_at on ticket;
create trigger set_updated_at before update on ticket for each row
  when (pg_trigger_depth() = 0 and old.sla_timezone is not distinct from new.sla_timezone)
  execute function private.set_updated_at();

-- The copy says what the clocks say: nobody writes it but the trigger above. What a ticket was opened under never changes.
create function private.keep_sla_of_ticket() returns trigger
  language plpgsql
  as $$
begin
  if pg_trigger_depth() < 2 and (old.sla_metric, old.sla_due_at, old.sla_target_minutes, old.sla_paused_since, old.sla_breached_at, old.sla_version_id, old.sla_is_business, old.sla_at_risk_at)
    is distinct from (new.sla_metric, new.sla_due_at, new.sla_target_minutes, new.sla_paused_since, new.sla_breached_at, new.sla_version_id, new.sla_is_business, new.sla_at_risk_at) then
    raise exception 'the promised time of a ticket is that of its clocks' using errcode = 'check_violation', constraint = 'ticket_sla_copy';
  end if;
  if old.sla_timezone is not null and (old.sla_base_id, old.sla_floor_id, old.sla_timezone) is distinct from (new.sla_base_id, new.sla_floor_id, new.sla_timezone) then
    raise exception 'a ticket keeps what it was opened under' using errcode = 'check_violation', constraint = 'ticket_sla_basis';
  end if;
  return new;
end
$$;
create trigger keep_sla_of_ticket before update on ticket for each row execute function private.keep_sla_of_ticket();

create function private.note_ticket_arrival() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into ticket_sla_arrival (tenant_id, ticket_id) select a.tenant_id, a.id from arrived a on conflict do nothing;
  return null;
end
$$;
create function private.note_ticket_change() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into ticket_sla_arrival (tenant_id, ticket_id)
  select a.tenant_id, a.id from arrived a join past p using (tenant_id, id)
  where (a.status, a.priority, a.resolved_at) is distinct from (p.status, p.priority, p.resolved_at)
  on conflict do nothing;
  return null;
end
$$;
grant insert on ticket_sla_arrival to liaison_owner;
create trigger note_arrival after insert on ticket referencing new table as arrived for each statement when (session_user = 'liaison_ingest') execute function private.note_ticket_arrival();
create trigger note_change after update on ticket referencing new table as arrived old table as past for each statement when (session_user = 'liaison_ingest') execute function private.note_ticket_change();

drop index ticket_newest;
create index ticket_newest on ticket (tenant_id, created_at desc, id desc)
  include (status, priority, assigned_to, resolved_at, sla_metric, sla_due_at, sla_at_risk_at, sla_paused_since, sla_breached_at);
drop index ticket_live;
create index ticket_live on ticket (tenant_id, priority, created_at) include (sla_metric, sla_due_at, sla_at_risk_at, sla_paused_since)
  where status in ('open', 'pending', 'on_hold');

reset role;
set role liaison_authz;

-- Mails the people of a tenant about one of its tickets: who opened it, if that is one of its own members, else its admins.
create function access.mail_ticket(wanted_tenant uuid, ticket uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  opener uuid;
  sent integer;
begin
  if wanted_tenant not in (select access.reach('ticket', 'insert') union select access.reach('ticket', 'update') union select access.reach('ticket_comment', 'insert'))
    and (wanted_tenant, mail_ticket.ticket) not in (select * from access.own_tickets('ticket', 'insert') union select * from access.own_tickets('ticket', 'update') union select * from access.own_tickets('ticket_comment', 'insert')) then
    raise exception 'nobody of this tenant is told' using errcode = 'insufficient_privilege';
  end if;
  select m.person_id into opener from public.ticket t
  join public.tenant_member m on m.tenant_id = t.tenant_id and m.person_id = t.created_by and m.status = 'active'
  where t.tenant_id = wanted_tenant and t.id = mail_ticket.ticket;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_ticket.subject, 'text', mail_ticket.body)
  from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
  where m.tenant_id = wanted_tenant and m.status = 'active'
    and case when opener is null then m.role = 'TENANT_ADMIN' else m.person_id = opener end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_ticket(uuid, uuid, text, text) to liaison_tenant, liaison_delegate;

-- Mails one person that a promise is running out, if a ticket of the tenant may still be given to them.
create function access.mail_ticket_worker(wanted_tenant uuid, worker uuid, subject text, body text) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  sent integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work warns people' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_ticket_worker.subject, 'text', mail_ticket_worker.body)
  from public.person p
  where p.id = worker and p.status = 'active' and exists (select from access.ticket_worker_name(wanted_tenant, worker) n where n is not null);
  get diagnostics sent = row_count;
  return sent > 0;
end
$$;
-- The name of a person to whom any ticket of the tenant may be given now; null for everybody else, and so for those whose link opens single accounts.
create function access.ticket_worker_name(wanted_tenant uuid, worker uuid) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who works on tickets' using errcode = 'insufficient_privilege';
  end if;
  return (
    select h.name from public.person h
    where h.id = worker and h.status = 'active' and (
      exists (select from public.tenant_member m where m.tenant_id = wanted_tenant and m.person_id = worker and m.status = 'active')
      or exists (select from public.link_member m
        join public.delegation d on d.id = m.link_id and access.in_force(d) and not d.own_accounts_only
        join public.partner_member pm on pm.id = m.member_id and pm.status = 'active'
        where m.tenant_id = wanted_tenant and m.person_id = worker and (m.ends_at is null or m.ends_at > statement_timestamp()))));
end
$$;
grant execute on function access.mail_ticket_worker(uuid, uuid, text, text), access.ticket_worker_name(uuid, uuid) to liaison_job;

reset role;
