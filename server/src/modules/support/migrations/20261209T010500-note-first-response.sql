set role liaison_owner;

alter table ticket add column first_response_at timestamptz;
comment on column ticket.first_response_at is 'When the system that handed the ticket in says it was first answered; null where it does not say, and for tickets that were opened here.';
alter table ticket add constraint ticket_first_response check (first_response_at is null or (source is not null and first_response_at >= created_at)) not valid;

create or replace function private.note_ticket_change() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into ticket_sla_arrival (tenant_id, ticket_id)
  select a.tenant_id, a.id from arrived a join past p using (tenant_id, id)
  where (a.status, a.priority, a.resolved_at, a.first_response_at) is distinct from (p.status, p.priority, p.resolved_at, p.first_response_at)
  on conflict do nothing;
  return null;
end
$$;

reset role;
