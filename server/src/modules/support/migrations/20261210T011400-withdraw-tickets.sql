set role liaison_owner;

alter table ticket drop constraint ticket_status_check;
alter table ticket add constraint ticket_status_known check (status in ('open', 'pending', 'on_hold', 'resolved', 'closed', 'withdrawn')) not valid;
alter table ticket add column opening_mailed boolean not null default false;
comment on column ticket.opening_mailed is 'Whether the tenant was mailed that the ticket was opened; then it is mailed too when the ticket is withdrawn.';

-- The owner too is bound by forced row security; only a migration steps out of it, for its own inserts.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('ticket', 'open', 'withdrawn', 'withdraw', 'partner'),
  ('ticket', 'open', 'withdrawn', 'withdraw', 'tenant');
alter table state_transition force row level security;

-- As before; and nobody says afterwards who opened a ticket and when, or that it was changed less often than it was.
create or replace function private.enforce_ticket() returns trigger
  language plpgsql
  as $$
begin
  if new.tenant_id <> old.tenant_id or new.number <> old.number then
    raise exception 'a ticket keeps its tenant and number' using errcode = 'check_violation', constraint = 'ticket_identity';
  end if;
  if session_user in ('liaison_tenant', 'liaison_delegate') then
    if (new.id, new.created_at, new.created_by, new.created_by_partner_id, new.source, new.opening_mailed)
      is distinct from (old.id, old.created_at, old.created_by, old.created_by_partner_id, old.source, old.opening_mailed) or new.version < old.version then
      raise exception 'how a ticket was opened and how often it was changed stays as it was' using errcode = 'check_violation', constraint = 'ticket_history';
    end if;
    if new.status <> old.status and not exists (
      select from state_transition t where t.entity = 'ticket' and t.from_state = old.status and t.to_state = new.status
        and t.actor_kind = case session_user when 'liaison_tenant' then 'tenant' else 'partner' end) then
      raise exception 'a ticket may not move from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'ticket_transition';
    end if;
  end if;
  return new;
end
$$;

reset role;
set role liaison_authz;

-- Only whoever opened a ticket withdraws it, in the minute after, and only while nothing else happened to it. The shortest promise is a minute too,
-- so none was missed by then. What is withdrawn is the matter of people: no work of our own and no system of the provider does it.
create function access.guard_withdrawal() returns trigger
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if tg_op = 'INSERT' then
    if session_user in ('liaison_tenant', 'liaison_delegate', 'liaison_ingest', 'liaison_job') then
      raise exception 'a ticket is opened before it is withdrawn' using errcode = 'check_violation', constraint = 'ticket_withdrawal';
    end if;
    return new;
  end if;
  if session_user in ('liaison_ingest', 'liaison_job') or (session_user in ('liaison_tenant', 'liaison_delegate') and (
    old.created_by is distinct from access.context_id('actor_id')
    or old.created_by_partner_id is distinct from access.context_id('partner_id')
    or old.source is not null
    or old.version <> 1
    or old.assigned_to is not null
    or old.response_count <> 0
    or old.created_at not between now() - interval '1 minute' and now()
    or exists (select from public.ticket_comment c where c.tenant_id = old.tenant_id and c.ticket_id = old.id))) then
    raise exception 'this ticket is not withdrawn any more, or not by you' using errcode = 'check_violation', constraint = 'ticket_withdrawal';
  end if;
  return new;
end
$$;
grant execute on function access.guard_withdrawal() to liaison_owner;

reset role;
set role liaison_owner;

create trigger guard_withdrawal before update of status on ticket for each row
  when (new.status = 'withdrawn' and old.status <> 'withdrawn') execute function access.guard_withdrawal();
create trigger guard_withdrawn before insert on ticket for each row when (new.status = 'withdrawn') execute function access.guard_withdrawal();

reset role;
