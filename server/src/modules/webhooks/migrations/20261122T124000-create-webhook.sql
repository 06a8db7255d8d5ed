set role liaison_owner;

create table webhook_endpoint (
  id uuid primary key default uuidv7(),
  partner_id uuid references partner (id),
  tenant_id uuid references tenant (id),
  url text not null check (url ~ '^https?://' and char_length(url) <= 2000),
  description text check (char_length(description) <= 500),
  event_types text[] not null check (cardinality(event_types) between 1 and 100),
  status text not null default 'active' check (status in ('active', 'disabled')),
  disabled_reason text check (disabled_reason in ('by_owner', 'gone', 'failing')),
  disabled_at timestamptz,
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(partner_id, tenant_id) = 1),
  check ((status = 'disabled') = (disabled_reason is not null) and (status = 'disabled') = (disabled_at is not null))
);
comment on table webhook_endpoint is 'An address of a partner or of a tenant to which signed messages about events are sent.';
comment on column webhook_endpoint.disabled_reason is 'gone: it answered 410. failing: nothing was delivered for five days. by_owner: a person stopped it.';
create index on webhook_endpoint (partner_id);
create index on webhook_endpoint (tenant_id);
call private.protect('webhook_endpoint');
create trigger set_updated_at before update on webhook_endpoint for each row execute function private.set_updated_at();
call private.audit_changes('webhook_endpoint', false);

create table webhook_secret (
  id uuid primary key,
  endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
  sealed_secret bytea not null,
  created_at timestamptz not null default now(),
  ends_at timestamptz
);
comment on table webhook_secret is 'The keys that sign what is sent to an endpoint: the newest, and until its end the one before, so that a rotation interrupts nothing.';
comment on column webhook_secret.sealed_secret is 'Encrypted with the data key of the installation and bound to this row; read by the job that delivers, by nobody else.';
create unique index webhook_secret_one_lasting on webhook_secret (endpoint_id) where ends_at is null;
create index on webhook_secret (endpoint_id);
call private.protect('webhook_secret');
call private.audit_changes('webhook_secret', false);

create table webhook_health (
  endpoint_id uuid primary key references webhook_endpoint (id) on delete cascade,
  failing_since timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz
);
comment on table webhook_health is 'How deliveries to an endpoint went lately: no part of its settings, so that a delivery writes no event.';
comment on column webhook_health.failing_since is 'The first failure since the last success, or since a person enabled the endpoint or gave it another address.';
call private.protect('webhook_health');

create table webhook_delivery (
  id uuid primary key default uuidv7(),
  endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
  event_id uuid not null,
  event_type text not null,
  occurred_at timestamptz not null,
  data jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed', 'cancelled')),
  attempt integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  claimed_until timestamptz,
  response_code integer,
  outcome text,
  duration_ms integer,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (endpoint_id, event_id),
  check ((status = 'waiting') = (finished_at is null))
);
comment on table webhook_delivery is 'One event for one endpoint and how its delivery went; kept 30 days. What was decided about who may know it was decided when it was written.';
comment on column webhook_delivery.event_id is 'The message''s id, the same for every endpoint and every attempt: receivers tell repetitions by it.';
comment on column webhook_delivery.claimed_until is 'While a process tries it; afterwards another one may.';
create index webhook_delivery_due on webhook_delivery (endpoint_id, next_attempt_at) where status = 'waiting';
create index webhook_delivery_ready on webhook_delivery (next_attempt_at) where status = 'waiting';
create index on webhook_delivery (endpoint_id, id);
create index on webhook_delivery (created_at);
call private.protect('webhook_delivery');

create policy partner_side on webhook_endpoint to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy own_endpoints on webhook_endpoint to liaison_tenant using (tenant_id in (select access.reach('webhook_endpoint', 'select'))) with check (tenant_id in (select access.reach('webhook_endpoint', 'update')));
create policy delivering on webhook_endpoint to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, delete on webhook_endpoint to liaison_program, liaison_tenant;
grant insert (partner_id, url, description, event_types, created_by, created_by_name) on webhook_endpoint to liaison_program;
grant insert (tenant_id, url, description, event_types, created_by, created_by_name) on webhook_endpoint to liaison_tenant;
grant update (url, description, event_types, status, disabled_reason, disabled_at, version) on webhook_endpoint to liaison_program, liaison_tenant;
grant select, update (status, disabled_reason, disabled_at, version) on webhook_endpoint to liaison_job;

-- What belongs to an endpoint is seen by whoever sees the endpoint: the query below is under its policies.
create policy of_endpoint on webhook_secret to liaison_program, liaison_tenant using (exists (select from webhook_endpoint e where e.id = endpoint_id)) with check (exists (select from webhook_endpoint e where e.id = endpoint_id));
create policy delivering on webhook_secret for select to liaison_job using ((select access.context_plane()) = 'system');
grant select (id, endpoint_id, created_at, ends_at), insert (id, endpoint_id, sealed_secret), update (ends_at), delete on webhook_secret to liaison_program, liaison_tenant;
grant select on webhook_secret to liaison_job;

create policy of_endpoint on webhook_health for select to liaison_program, liaison_tenant using (exists (select from webhook_endpoint e where e.id = endpoint_id));
create policy delivering on webhook_health to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on webhook_health to liaison_program, liaison_tenant;
grant select, insert, update on webhook_health to liaison_job;

-- An endpoint that a person enables again, or gives another address, has its five days anew: what failed before says nothing of now.
create function private.begin_endpoint_anew() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update webhook_health set failing_since = null where endpoint_id = new.id;
  return null;
end
$$;
create policy beginning on webhook_health for select to liaison_owner using (true);
create policy beginning_anew on webhook_health for update to liaison_owner using (true) with check (true);
create trigger begin_anew after update of status, url on webhook_endpoint for each row
  when ((old.status = 'disabled' and new.status = 'active') or old.url is distinct from new.url)
  execute function private.begin_endpoint_anew();

create policy of_endpoint on webhook_delivery to liaison_program, liaison_tenant using (exists (select from webhook_endpoint e where e.id = endpoint_id)) with check (exists (select from webhook_endpoint e where e.id = endpoint_id));
create policy delivering on webhook_delivery to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on webhook_delivery to liaison_program, liaison_tenant;
-- An owner may have something tried again or sent for a test, and never says what an event was.
grant insert (endpoint_id, event_id, event_type, occurred_at, data) on webhook_delivery to liaison_program, liaison_tenant;
grant update (status, attempt, next_attempt_at, claimed_until, response_code, outcome, duration_ms, finished_at) on webhook_delivery to liaison_program, liaison_tenant;
grant select, insert, update, delete on webhook_delivery to liaison_job;

reset role;
set role liaison_authz;

-- Who hears of an event, and the state of what it is about. The tenant hears what concerns it. A partner hears of a delegation that it is
-- party to, once that was agreed; of its own order or a ticket only under a delegation in force that opens exactly that, and that was
-- agreed before the event. What has ended since gives nothing any more, also when the message waited.
create function access.webhook_audience(event jsonb) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  about text := event ->> 'about';
  tenant uuid := (event ->> 'tenant_id')::uuid;
  partner uuid := (event ->> 'partner_id')::uuid;
  delegation uuid := (event ->> 'delegation_id')::uuid;
  account uuid := (event ->> 'account_id')::uuid;
  -- The time of an event comes from its id, in whole milliseconds; what was agreed in that very one was agreed before.
  at timestamptz := (event ->> 'occurred_at')::timestamptz + interval '1 millisecond';
  needed integer := (select p.bit from public.permission p where p.name = case about when 'order' then 'api.orders.read' else 'partner.support.tickets.read' end);
  partners uuid[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  partners := case about
    when 'delegation' then array(
      select d.partner_id from public.delegation d
      where d.id = delegation and d.tenant_id = tenant and d.partner_id = partner and d.approved_at <= at)
    when 'order' then array(
      select p.id from public.partner p
      where p.id = partner and (p.home_tenant_id = tenant or exists (
        select from access.delegation_in_force v join public.delegation d on d.id = v.id join public.delegation_account a on a.delegation_id = d.id
        where d.partner_id = p.id and d.tenant_id = tenant and a.account_id = account and d.kind in ('consent', 'resale')
          and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)))
    when 'ticket' then array(
      select d.partner_id from access.delegation_in_force v join public.delegation d on d.id = v.id
      where d.tenant_id = tenant and d.kind = 'link' and not d.has_conditions
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1
        and (not d.own_accounts_only or access.is_ticket_of_partner(tenant, (event ->> 'ticket_id')::uuid, d.partner_id)))
    -- A file is the matter of who ordered it: a partner's own, or a tenant's own.
    when 'account' then array(
      select a.partner_id from public.partner_account a where a.id = (event ->> 'partner_account_id')::uuid and a.tenant_id = tenant and a.partner_id = partner)
    when 'export' then array(select p.id from public.partner p where p.id = partner)
    else '{}' end;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where e.status = 'active' and event ->> 'type' = any (e.event_types) and e.created_at <= at
        and (e.partner_id = any (partners) or e.tenant_id = tenant) and access.webhook_owner_works(e.partner_id, e.tenant_id)), '[]'),
    'delegation_kind', (select d.kind from public.delegation d where d.id = delegation and d.tenant_id = tenant),
    'state', case about
      when 'order' then (select o.status from public.service_order o where o.tenant_id = tenant and o.id = (event ->> 'order_id')::uuid)
      when 'export' then (select x.status from public.export x where x.id = (event ->> 'export_id')::uuid and x.partner_id is not distinct from partner and x.tenant_id is not distinct from tenant)
      when 'ticket' then (select t.status from public.ticket t where t.tenant_id = tenant and t.id = (event ->> 'ticket_id')::uuid)
      else (select d.status from public.delegation d where d.id = delegation and d.tenant_id = tenant) end);
end
$$;

-- Whether the organisation that an endpoint belongs to is one that we still work with.
create function access.webhook_owner_works(partner uuid, tenant uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case when partner is not null
    then exists (select from public.partner p where p.id = partner and p.status = 'active')
    else exists (select from public.tenant t where t.id = tenant and t.status <> 'closed') end
$$;

-- Mails the people who answer for an endpoint: the owners of the partner, or the admins of the tenant.
create function access.mail_webhook_owner(endpoint uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  sent integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails owners' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_webhook_owner.subject, 'text', mail_webhook_owner.body)
  from public.webhook_endpoint e join public.person p on p.status = 'active'
  where e.id = endpoint
    and (exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = e.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
      or exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = e.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active'));
  get diagnostics sent = row_count;
  return sent;
end
$$;

grant execute on function access.webhook_audience(jsonb), access.webhook_owner_works(uuid, uuid), access.mail_webhook_owner(uuid, text, text) to liaison_job;

reset role;
