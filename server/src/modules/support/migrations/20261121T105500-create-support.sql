set role liaison_owner;

create table ticket_counter (
  tenant_id uuid primary key references tenant (id),
  last_number integer not null default 0
);
comment on table ticket_counter is 'The last ticket number of each tenant: numbers are per tenant, so one tenant never learns how many another has.';
call private.protect('ticket_counter');

create table ticket (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  number text not null,
  subscriber_id uuid,
  customer_name text,
  subject text not null check (char_length(subject) between 1 and 300),
  description text not null default '' check (char_length(description) <= 20000),
  status text not null default 'open' check (status in ('open', 'pending', 'on_hold', 'resolved', 'closed')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  category text not null default 'general' check (char_length(category) between 1 and 60),
  tags text[] not null default '{}' check (cardinality(tags) <= 20),
  assigned_to uuid,
  assigned_to_name text,
  created_by uuid,
  created_by_name text,
  created_by_partner_id uuid,
  created_by_partner_name text,
  delegation_id uuid,
  billing_party text,
  last_response_at timestamptz,
  response_count integer not null default 0,
  resolved_at timestamptz,
  closed_reason text,
  source text,
  external_id text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, subscriber_id) references subscriber (tenant_id, id)
);
comment on table ticket is 'A request for help of a tenant, worked on by its own people and by those it let in.';
create index ticket_newest on ticket (tenant_id, created_at desc, id desc);
create index ticket_live on ticket (tenant_id, priority, created_at) where status in ('open', 'pending', 'on_hold');
create index ticket_assigned on ticket (tenant_id, assigned_to) where status in ('open', 'pending', 'on_hold');
call private.protect('ticket');
call private.open_to_tenant('ticket', 'ticket');
grant insert, update on ticket to liaison_tenant, liaison_delegate;
call private.audit_changes('ticket', true);
create trigger set_updated_at before update on ticket for each row execute function private.set_updated_at();

create table ticket_comment (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  ticket_id uuid not null,
  author_id uuid,
  author_name text not null,
  author_partner_id uuid,
  author_partner_name text,
  is_internal boolean not null default false,
  content text not null check (char_length(content) between 1 and 20000),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, ticket_id) references ticket (tenant_id, id)
);
create index on ticket_comment (tenant_id, ticket_id, created_at);
call private.protect('ticket_comment');
create policy public_comments on ticket_comment for select to liaison_tenant, liaison_delegate using (not is_internal and tenant_id in (select access.reach('ticket_comment', 'select')));
-- Internal notes of the tenant's side of support open with a permission of their own.
create policy internal_notes on ticket_comment for select to liaison_tenant, liaison_delegate using (is_internal and tenant_id in (select access.reach('ticket_note', 'select')));
create policy insertable on ticket_comment for insert to liaison_tenant, liaison_delegate with check (tenant_id in (select access.reach('ticket_comment', 'insert')));
create policy ingesting on ticket_comment to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
grant select, insert on ticket_comment to liaison_tenant, liaison_delegate, liaison_ingest;
call private.audit_changes('ticket_comment', true);

create table ticket_sla_clock (
  tenant_id uuid not null,
  ticket_id uuid not null,
  metric text not null check (metric in ('first_response', 'resolution')),
  target_minutes integer not null check (target_minutes > 0),
  started_at timestamptz not null,
  due_at timestamptz not null,
  paused_since timestamptz,
  paused_seconds bigint not null default 0,
  met_at timestamptz,
  breached_at timestamptz,
  primary key (tenant_id, ticket_id, metric),
  foreign key (tenant_id, ticket_id) references ticket (tenant_id, id)
);
comment on table ticket_sla_clock is 'The promised time of a ticket. A pause moves due_at by the length of the pause; a breach is never edited away.';
create index ticket_sla_running on ticket_sla_clock (tenant_id, due_at) where met_at is null;
call private.protect('ticket_sla_clock');
call private.open_to_tenant('ticket_sla_clock', 'ticket');
grant insert, update on ticket_sla_clock to liaison_tenant, liaison_delegate;

create policy counting on ticket_counter to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach('ticket', 'insert'))) with check (tenant_id in (select access.reach('ticket', 'insert')));
create policy ingesting on ticket_counter to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
grant select, insert, update on ticket_counter to liaison_tenant, liaison_delegate, liaison_ingest;

create table outage (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  service text not null,
  started_at timestamptz not null,
  ended_at timestamptz check (ended_at > started_at),
  is_planned boolean not null default false,
  affected_subscribers integer check (affected_subscribers >= 0),
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id)
);
create index on outage (tenant_id, started_at);
call private.protect('outage');
call private.open_to_tenant('outage', 'outage');
call private.audit_changes('outage', true);

create table usage_day (
  tenant_id uuid not null references tenant (id),
  day date not null,
  active_subscribers integer not null check (active_subscribers >= 0),
  data_gb numeric(16, 3) not null check (data_gb >= 0),
  peak_mbps numeric(12, 3) check (peak_mbps >= 0),
  average_mbps numeric(12, 3) check (average_mbps >= 0),
  source text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, day)
);
call private.protect('usage_day');
call private.open_to_tenant('usage_day', 'usage_day');
call private.audit_changes('usage_day', true);

-- The owner too is bound by forced row security; only a migration steps out of it, for its own inserts.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind)
select 'ticket', f, t, a, k
from (values ('open', 'pending', 'wait'), ('open', 'on_hold', 'hold'), ('open', 'resolved', 'resolve'), ('open', 'closed', 'close'),
  ('pending', 'open', 'reopen'), ('pending', 'on_hold', 'hold'), ('pending', 'resolved', 'resolve'), ('pending', 'closed', 'close'),
  ('on_hold', 'open', 'reopen'), ('on_hold', 'pending', 'wait'), ('on_hold', 'resolved', 'resolve'), ('on_hold', 'closed', 'close'),
  ('resolved', 'open', 'reopen'), ('resolved', 'closed', 'close')) as move (f, t, a)
cross join (values ('partner'), ('tenant')) as side (k);
alter table state_transition force row level security;

create function private.enforce_ticket() returns trigger
  language plpgsql
  as $$
begin
  if new.tenant_id <> old.tenant_id or new.number <> old.number then
    raise exception 'a ticket keeps its tenant and number' using errcode = 'check_violation', constraint = 'ticket_identity';
  end if;
  if session_user in ('liaison_tenant', 'liaison_delegate') and new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'ticket' and t.from_state = old.status and t.to_state = new.status
      and t.actor_kind = case session_user when 'liaison_tenant' then 'tenant' else 'partner' end) then
    raise exception 'a ticket may not move from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'ticket_transition';
  end if;
  return new;
end
$$;
create trigger enforce_ticket before update on ticket for each row execute function private.enforce_ticket();

reset role;
