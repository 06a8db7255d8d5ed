-- ticket_sla_signal: tenant_id, ticket_id, metric (first_response, resolution), level (50, 75, 90, 100, 150, 200: percent of the promised
-- time), occurred_at (the computed instant at which the share was used up, not the time at which a job saw it), noted_at (when it was written).
set role liaison_owner;

create table ticket_sla_signal (
  tenant_id uuid not null,
  ticket_id uuid not null,
  metric text not null check (metric in ('first_response', 'resolution')),
  level integer not null check (level in (50, 75, 90, 100, 150, 200)),
  occurred_at timestamptz not null,
  noted_at timestamptz not null default statement_timestamp(),
  primary key (tenant_id, ticket_id, metric, level),
  foreign key (tenant_id, ticket_id) references ticket (tenant_id, id)
);
comment on table ticket_sla_signal is 'That a share of a ticket''s promised time was used up: once for each ticket, metric and level, for ever. The key makes every warning exactly one.';
create index ticket_sla_signal_newest on ticket_sla_signal (noted_at);
call private.protect('ticket_sla_signal');
create policy readable on ticket_sla_signal for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('ticket', 'select')));
create policy insertable on ticket_sla_signal for insert to liaison_tenant, liaison_delegate with check (
  tenant_id in (select access.reach('ticket', 'insert')) or tenant_id in (select access.reach('ticket', 'update')));
create policy clock on ticket_sla_signal to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert on ticket_sla_signal to liaison_tenant, liaison_delegate, liaison_job;
create trigger keep before update or delete on ticket_sla_signal for each row execute function private.refuse_change();

reset role;
