set role liaison_owner;

-- A copy of the clock that counts now, so that lists over many tenants filter and sort by it without a join.
alter table ticket
  add column sla_response_hours integer,
  add column sla_metric text check (sla_metric in ('first_response', 'resolution')),
  add column sla_due_at timestamptz,
  add column sla_target_minutes integer,
  add column sla_paused_since timestamptz,
  add column sla_breached_at timestamptz;
comment on column ticket.sla_response_hours is 'The response time that the link promised when the ticket was opened; null when it promised none.';
comment on column ticket.sla_metric is 'The clock that counts: first_response until it is met, then resolution; null when none does. Kept by a trigger, as the other sla columns.';
comment on column ticket.sla_breached_at is 'When the first promised time was missed, as far as it is settled; a running clock past sla_due_at is missed too.';

create function private.copy_sla_clock() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update ticket t
  set (sla_metric, sla_due_at, sla_target_minutes, sla_paused_since, sla_breached_at) = (
    select current_clock.metric, current_clock.due_at, current_clock.target_minutes, current_clock.paused_since, missed.at
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
create policy copying on ticket to liaison_owner using (true) with check (true);
create policy copying on ticket_sla_clock for select to liaison_owner using (true);
create trigger copy_sla_clock after insert or update on ticket_sla_clock for each row execute function private.copy_sla_clock();

-- Copying a clock is no change of the ticket.
drop trigger set_updated_at on ticket;
create trigger set_updated_at before update on ticket for each row
  when ((old.sla_metric, old.sla_due_at, old.sla_target_minutes, old.sla_paused_since, old.sla_breached_at)
    is not distinct from (new.sla_metric, new.sla_due_at, new.sla_target_minutes, new.sla_paused_since, new.sla_breached_at))
  execute function private.set_updated_at();

create index ticket_changed on ticket (tenant_id, updated_at desc, id desc);
create index ticket_sla_due on ticket_sla_clock (tenant_id, due_at) include (met_at, paused_since, breached_at);

-- A note is written only by those who may read notes; an author never hides behind another's name.
drop policy insertable on ticket_comment;
create policy insertable on ticket_comment for insert to liaison_tenant, liaison_delegate with check (
  tenant_id in (select access.reach('ticket_comment', 'insert'))
  and (not is_internal or tenant_id in (select access.reach('ticket_note', 'select')))
  and author_id = (select access.context_id('actor_id'))
  and author_partner_id is not distinct from (select access.context_id('partner_id')));

reset role;

grant insert, update on ticket_counter to liaison_authz;
set role liaison_owner;
create policy numbering on ticket_counter to liaison_authz using (true) with check (true);
reset role;
set role liaison_authz;

-- The next number of a tenant's tickets. The counter's row is locked until the transaction ends, so a rollback gives the number back and
-- no number is missing; one that the provider's own system already used is passed over.
create function access.next_ticket_number(wanted_tenant uuid) returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  next integer;
begin
  if access.context_plane() is distinct from 'ingest' and wanted_tenant not in (select access.reach('ticket', 'insert') union select access.restricted_reach('ticket', 'insert')) then
    raise exception 'no ticket may be opened in this tenant' using errcode = 'insufficient_privilege';
  end if;
  loop
    insert into public.ticket_counter as c (tenant_id, last_number) values (wanted_tenant, 1)
    on conflict (tenant_id) do update set last_number = c.last_number + 1
    returning c.last_number into next;
    exit when not exists (select from public.ticket t where t.tenant_id = wanted_tenant and t.number = 'T-' || next);
  end loop;
  return 'T-' || next;
end
$$;
grant execute on function access.next_ticket_number(uuid) to liaison_tenant, liaison_delegate, liaison_ingest;

-- Who may be given a ticket of this transaction's tenant: the partner people assigned to a link in force, and the tenant's own members.
-- A partner is told of its own people only; a tenant of all.
create function access.ticket_assignees() returns table (person_id uuid, name text, partner_name text, is_listed boolean)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  plane text := access.context_plane();
  here uuid := access.context_id('tenant_id');
  own_partner uuid := access.context_id('partner_id');
begin
  if here is null or plane not in ('delegation', 'tenant') or here not in (select access.reach('ticket', 'select') union select access.restricted_reach('ticket', 'select')) then
    return;
  end if;
  return query
    select h.id, h.name, p.name, plane = 'tenant' or p.id = own_partner
    from public.link_member m
    join public.delegation d on d.id = m.link_id and access.in_force(d)
    join public.partner p on p.id = d.partner_id
    join public.partner_member pm on pm.id = m.member_id and pm.status = 'active'
    join public.person h on h.id = m.person_id and h.status = 'active'
    where m.tenant_id = here and (m.ends_at is null or m.ends_at > statement_timestamp()) and (plane = 'tenant' or d.partner_id = own_partner)
    union all
    select h.id, h.name, null, plane = 'tenant'
    from public.tenant_member tm
    join public.person h on h.id = tm.person_id and h.status = 'active'
    where tm.tenant_id = here and tm.status = 'active';
end
$$;
comment on function access.ticket_assignees() is 'is_listed says whether the asking side may be shown the person in a list; the others may only be named by their id.';
grant execute on function access.ticket_assignees() to liaison_tenant, liaison_delegate;

reset role;
