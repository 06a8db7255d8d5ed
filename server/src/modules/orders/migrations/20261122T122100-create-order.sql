set role liaison_owner;

create table product (
  code text not null check (code ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  name text not null check (char_length(name) between 1 and 100),
  once_minor bigint not null check (once_minor between 0 and 9999999999),
  monthly_minor bigint not null check (monthly_minor between 0 and 9999999999),
  status text not null default 'offered' check (status in ('offered', 'withdrawn')),
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (code, currency)
);
comment on table product is 'What can be ordered, with its price in minor units: once, and for each month.';
call private.protect('product');
create trigger set_updated_at before update on product for each row execute function private.set_updated_at();
call private.audit_changes('product', false);
create policy catalogue on product for select to liaison_tenant, liaison_delegate using ((select access.context_plane()) is not null);
create policy provider_side on product to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select on product to liaison_tenant, liaison_delegate;
grant select, insert, update on product to liaison_platform;

create table service_order (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  ban text not null,
  status text not null default 'acknowledged' check (status in ('acknowledged', 'in_progress', 'completed', 'rejected', 'cancelled')),
  status_reason text check (char_length(status_reason) <= 500),
  status_changed_at timestamptz not null default now(),
  reference text check (char_length(reference) between 1 and 100),
  requested_on date not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  once_total_minor bigint not null check (once_total_minor between 0 and 9007199254740991),
  monthly_total_minor bigint not null check (monthly_total_minor between 0 and 9007199254740991),
  relationship_id uuid not null,
  billing_mode text not null check (billing_mode in ('direct', 'resale')),
  payer_tenant_id uuid not null,
  payer_account_id uuid not null,
  payer_ban text not null,
  payer_name text not null,
  access_mode text not null check (access_mode in ('own', 'delegated', 'resale')),
  partner_id uuid references partner (id),
  partner_name text,
  client_id uuid references api_client (id),
  client_name text,
  person_id uuid references person (id),
  person_name text,
  acted_by text not null check (char_length(acted_by) between 1 and 300),
  delegation_id uuid,
  delegation_epoch integer,
  version integer not null default 1,
  placed_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, id),
  foreign key (tenant_id, account_id) references billing_account (tenant_id, id),
  foreign key (tenant_id, relationship_id) references commercial_relationship (tenant_id, id),
  foreign key (payer_tenant_id, payer_account_id) references billing_account (tenant_id, id),
  foreign key (partner_id, tenant_id, delegation_id) references delegation (partner_id, tenant_id, id),
  check ((access_mode = 'own') = (delegation_id is null)),
  check (num_nonnulls(delegation_id, delegation_epoch) in (0, 2)),
  check (delegation_id is null or partner_id is not null),
  check (num_nonnulls(client_id, person_id) = 1),
  check ((client_id is null) = (client_name is null) and (person_id is null) = (person_name is null)),
  check ((billing_mode = 'direct') = (payer_tenant_id = tenant_id))
);
comment on table service_order is 'An order for a billing account: whose it is, who pays, which API client or person placed it and by which right.';
comment on column service_order.acted_by is 'Who acted, as the access token or the session said it.';
comment on column service_order.person_id is 'The person who placed it in the portal, where no API client did.';
comment on column service_order.delegation_epoch is 'The epoch of the delegation under which the order was placed.';
create index service_order_newest on service_order (tenant_id, account_id, id desc);
create index service_order_requested on service_order (tenant_id, account_id, requested_on desc, id desc);
create index service_order_open on service_order (status_changed_at) where status in ('acknowledged', 'in_progress');
create index on service_order (delegation_id);
call private.protect('service_order');
create trigger set_updated_at before update on service_order for each row execute function private.set_updated_at();
call private.audit_changes('service_order', true);

create table order_item (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  order_id uuid not null,
  position integer not null check (position between 1 and 50),
  product_code text not null,
  product_name text not null,
  quantity integer not null check (quantity between 1 and 100),
  once_unit_minor bigint not null check (once_unit_minor between 0 and 9999999999),
  monthly_unit_minor bigint not null check (monthly_unit_minor between 0 and 9999999999),
  once_minor bigint not null generated always as (once_unit_minor * quantity) stored,
  monthly_minor bigint not null generated always as (monthly_unit_minor * quantity) stored,
  primary key (tenant_id, id),
  unique (tenant_id, order_id, position),
  foreign key (tenant_id, account_id, order_id) references service_order (tenant_id, account_id, id)
);
comment on table order_item is 'A line of an order at the price that the product had when it was ordered.';
call private.protect('order_item');
call private.audit_changes('order_item', true);

create table service (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  ban text not null,
  order_id uuid not null,
  order_item_id uuid not null,
  number integer not null,
  product_code text not null,
  product_name text not null,
  status text not null default 'active' check (status in ('active', 'ended')),
  currency text not null,
  monthly_minor bigint not null,
  billing_mode text not null,
  payer_tenant_id uuid not null,
  payer_account_id uuid not null,
  payer_ban text not null,
  payer_name text not null,
  access_mode text not null,
  partner_id uuid,
  partner_name text,
  client_id uuid,
  client_name text,
  person_id uuid,
  person_name text,
  acted_by text not null,
  delegation_id uuid,
  delegation_epoch integer,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, order_item_id, number),
  foreign key (tenant_id, account_id, order_id) references service_order (tenant_id, account_id, id),
  check ((status = 'ended') = (ended_at is not null))
);
comment on table service is 'What a completed order left in use. It says like its order whose it is, who pays, and who ordered it by which right.';
comment on column service.number is 'Its place among the services of its order item, from 1.';
create index service_newest on service (tenant_id, account_id, id desc);
create index on service (tenant_id, order_id);
call private.protect('service');
call private.audit_changes('service', true);

create procedure private.open_to_account(relation regclass, relation_name text, placed_by_partner text)
  language plpgsql
  as $$
begin
  -- A token names one account of one tenant. A person has no account in the context: one of the tenant sees all of them, one of a partner
  -- what that partner ordered, and both place orders for any of them.
  execute format('create policy readable on %s for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''select'')) and case when (select access.context_id(''client_id'')) is not null then account_id = (select access.context_id(''account_id'')) when (select access.context_plane()) = ''delegation'' then %s else true end)', relation, relation_name, placed_by_partner);
  execute format('create policy insertable on %s for insert to liaison_tenant, liaison_delegate with check (tenant_id in (select access.reach(%L, ''insert'')) and coalesce(account_id = (select access.context_id(''account_id'')), (select access.context_id(''client_id'')) is null))', relation, relation_name);
  execute format('create policy updatable on %s for update to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''update'')) and account_id = (select access.context_id(''account_id'')))', relation, relation_name);
  execute format('create policy deletable on %s for delete to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''delete'')) and account_id = (select access.context_id(''account_id'')))', relation, relation_name);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy clock on %s to liaison_job using ((select access.context_plane()) = ''system'') with check ((select access.context_plane()) = ''system'')', relation);
  execute format('grant select on %s to liaison_tenant, liaison_delegate, liaison_platform, liaison_job', relation);
end
$$;
call private.open_to_account('service_order', 'service_order', 'partner_id = (select access.context_id(''partner_id''))');
call private.open_to_account('order_item', 'order_item', 'exists (select from service_order o where o.tenant_id = order_item.tenant_id and o.id = order_item.order_id)');
call private.open_to_account('service', 'service', 'partner_id = (select access.context_id(''partner_id''))');
-- What an order says of its parties is stamped on it by the database, so nobody writes it.
grant insert (tenant_id, account_id, reference, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by) on service_order to liaison_tenant, liaison_delegate;
grant update (status, status_reason, status_changed_at, reference, requested_on, once_total_minor, monthly_total_minor, version) on service_order to liaison_tenant, liaison_delegate;
grant update (status, status_reason, status_changed_at, version) on service_order to liaison_platform, liaison_job;
grant insert (tenant_id, account_id, order_id, position, product_code, product_name, quantity, once_unit_minor, monthly_unit_minor), delete on order_item to liaison_tenant, liaison_delegate;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('order', 'acknowledged', 'in_progress', 'progress', 'provider'),
  ('order', 'acknowledged', 'in_progress', 'progress', 'clock'),
  ('order', 'acknowledged', 'rejected', 'reject', 'provider'),
  ('order', 'acknowledged', 'cancelled', 'cancel', 'requester'),
  ('order', 'in_progress', 'completed', 'complete', 'provider'),
  ('order', 'in_progress', 'completed', 'complete', 'clock'),
  ('order', 'in_progress', 'rejected', 'reject', 'provider'),
  ('order', 'in_progress', 'cancelled', 'cancel', 'requester');
alter table state_transition force row level security;

-- What a completed order leaves behind is made by the move itself, so no order is completed without it.
create policy fulfilling on service for insert to liaison_authz with check (true);
grant insert on service to liaison_authz;

reset role;
set role liaison_authz;

-- Which side of an order a login stands on; null for what is no request.
create function access.side_of_order() returns text
  language sql stable
  set search_path = pg_catalog
  as $$
  select case session_user when 'liaison_delegate' then 'requester' when 'liaison_tenant' then 'requester' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' end
$$;

-- Throws unless the payer of an account is, now and until this transaction ends, the one that was told; returns the relationship.
create function access.hold_payer(tenant uuid, account uuid, told_tenant uuid, told_account uuid) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  payer jsonb;
begin
  -- Whoever changes the payer takes this lock alone, so the answer below stays true until the order is committed.
  perform pg_advisory_xact_lock_shared(access.lock_key('billing', account));
  payer := access.billing_of(tenant, account);
  if payer is null then
    raise exception 'nobody pays for this account' using errcode = 'check_violation', constraint = 'service_order_payer_missing';
  end if;
  if ((payer ->> 'payer_tenant_id')::uuid, (payer ->> 'payer_account_id')::uuid) is distinct from (told_tenant, told_account) then
    raise exception 'another one pays than was told' using errcode = 'check_violation', constraint = 'service_order_payer_changed';
  end if;
  return payer;
end
$$;

-- An order says who placed it and who pays from the context and the records alone; the caller only names whom it expects to pay.
create function access.stamp_order() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
  payer jsonb;
begin
  if access.side_of_order() is null then
    return new;
  end if;
  if coalesce(context ->> 'client_id', case context ->> 'actor_type' when 'person' then context ->> 'actor_id' end) is null or new.status <> 'acknowledged' then
    raise exception 'an order is placed by an API client or a person' using errcode = 'check_violation', constraint = 'service_order_placed';
  end if;
  payer := access.hold_payer(new.tenant_id, new.account_id, new.payer_tenant_id, new.payer_account_id);
  select a.ban, a.currency into new.ban, new.currency from public.billing_account a where a.tenant_id = new.tenant_id and a.id = new.account_id and a.status = 'active';
  if not found then
    raise exception 'a closed account takes no orders' using errcode = 'check_violation', constraint = 'service_order_account';
  end if;
  new.relationship_id := (payer ->> 'relationship_id')::uuid;
  new.billing_mode := payer ->> 'kind';
  new.payer_ban := payer ->> 'payer_ban';
  new.payer_name := payer ->> 'payer_name';
  new.client_id := (context ->> 'client_id')::uuid;
  if new.client_id is not null then
    new.access_mode := case context ->> 'role' when 'own' then 'own' when 'resale' then 'resale' else 'delegated' end;
    new.client_name := context ->> 'actor_name';
  else
    new.access_mode := case context ->> 'plane' when 'tenant' then 'own' else 'delegated' end;
    new.person_id := (context ->> 'actor_id')::uuid;
    new.person_name := context ->> 'actor_name';
  end if;
  new.partner_id := (context ->> 'partner_id')::uuid;
  new.partner_name := context ->> 'partner_name';
  new.delegation_id := (context ->> 'delegation_id')::uuid;
  new.delegation_epoch := case when new.delegation_id is not null then (context ->> 'delegation_epoch')::integer end;
  new.placed_at := statement_timestamp();
  new.status_changed_at := new.placed_at;
  return new;
end
$$;

-- The life of an order: listed moves by the right side, changes only before work on it began and for the same payer.
create function access.guard_order() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.side_of_order();
  is_amended boolean := (new.reference, new.requested_on, new.once_total_minor, new.monthly_total_minor)
    is distinct from (old.reference, old.requested_on, old.once_total_minor, old.monthly_total_minor);
begin
  if side is null then
    return new;
  end if;
  if new.version <> old.version + 1 then
    raise exception 'every change makes another version' using errcode = 'check_violation', constraint = 'service_order_version';
  end if;
  if new.status <> old.status then
    if is_amended or not exists (select from public.state_transition t where t.entity = 'order' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move an order from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'service_order_transition';
    end if;
    new.status_changed_at := statement_timestamp();
  elsif side <> 'requester' or old.status <> 'acknowledged' then
    raise exception 'an order on which work began is not changed' using errcode = 'check_violation', constraint = 'service_order_amended';
  else
    perform access.hold_payer(old.tenant_id, old.account_id, old.payer_tenant_id, old.payer_account_id);
  end if;
  return new;
end
$$;

-- A line costs what the product costs, and lines change only while their order can.
create function access.guard_order_item() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  line public.order_item := case tg_op when 'DELETE' then old else new end;
  of_order public.service_order;
begin
  if access.side_of_order() is null then
    return line;
  end if;
  select * into of_order from public.service_order o where o.tenant_id = line.tenant_id and o.id = line.order_id;
  if of_order.status <> 'acknowledged' then
    raise exception 'an order on which work began is not changed' using errcode = 'check_violation', constraint = 'service_order_amended';
  end if;
  if tg_op = 'INSERT' and not exists (
    select from public.product p
    where (p.code, p.currency, p.name, p.once_minor, p.monthly_minor, p.status) = (line.product_code, of_order.currency, line.product_name, line.once_unit_minor, line.monthly_unit_minor, 'offered')) then
    raise exception 'a line costs what its product costs' using errcode = 'check_violation', constraint = 'order_item_price';
  end if;
  return line;
end
$$;

-- Asked at the commit: what an order says that it costs is what its lines cost, and it has lines.
create function access.check_order_totals() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  tenant uuid := (changed ->> 'tenant_id')::uuid;
  wanted uuid := (changed ->> case tg_table_name when 'order_item' then 'order_id' else 'id' end)::uuid;
begin
  if not exists (
    select from public.service_order o
    join (select sum(i.once_minor) as once, sum(i.monthly_minor) as monthly from public.order_item i where i.tenant_id = tenant and i.order_id = wanted) lines on true
    where o.tenant_id = tenant and o.id = wanted and o.once_total_minor = lines.once and o.monthly_total_minor = lines.monthly) then
    raise exception 'the totals of an order are those of its lines' using errcode = 'check_violation', constraint = 'service_order_totals';
  end if;
  return null;
end
$$;

create function access.deliver_order() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  insert into public.service (tenant_id, account_id, ban, order_id, order_item_id, number, product_code, product_name, currency, monthly_minor, billing_mode, payer_tenant_id, payer_account_id,
    payer_ban, payer_name, access_mode, partner_id, partner_name, client_id, client_name, person_id, person_name, acted_by, delegation_id, delegation_epoch, started_at)
  select new.tenant_id, new.account_id, new.ban, new.id, i.id, one.number, i.product_code, i.product_name, new.currency, i.monthly_unit_minor, new.billing_mode, new.payer_tenant_id,
    new.payer_account_id, new.payer_ban, new.payer_name, new.access_mode, new.partner_id, new.partner_name, new.client_id, new.client_name, new.person_id, new.person_name, new.acted_by,
    new.delegation_id, new.delegation_epoch, new.status_changed_at
  from public.order_item i
  cross join generate_series(1, i.quantity) one (number)
  where i.tenant_id = new.tenant_id and i.order_id = new.id
  order by i.position, one.number
  on conflict do nothing;
  return null;
end
$$;

-- What an API client reads of the account that its token names, and of that account alone.
create view access.account_of_client with (security_barrier = true) as
select a.tenant_id, a.id, a.ban, a.name, a.currency, a.status
from public.billing_account a
where a.tenant_id in (select access.reach('account_of_client', 'select')) and a.id = (select access.context_id('account_id'));
create view access.invoice_of_client with (security_barrier = true) as
select i.tenant_id, i.id, i.number, i.issued_on, i.due_on, i.currency, i.subtotal_minor, i.tax_minor, i.total_minor, i.paid_minor, i.balance_minor, i.paid_on,
  case when i.status in ('finalized', 'partially_paid') and i.balance_minor > 0 and i.due_on < (statement_timestamp() at time zone 'UTC')::date then 'overdue' else i.status end as status
from public.invoice i
where i.tenant_id in (select access.reach('invoice_of_client', 'select')) and i.billing_account_id = (select access.context_id('account_id')) and i.status <> 'draft';
comment on view access.invoice_of_client is 'Invoices that were sent, for API clients; the tables behind stay closed to them.';
grant select on access.account_of_client, access.invoice_of_client to liaison_tenant, liaison_delegate;

-- The accounts for which a person may place orders in the portal, each with who pays for it now.
create function access.accounts_to_order() returns table (tenant_id uuid, id uuid, ban text, name text, currency text, payer jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select a.tenant_id, a.id, a.ban, a.name, a.currency, access.billing_of(a.tenant_id, a.id)
  from public.billing_account a
  where a.tenant_id in (select access.reach('service_order', 'insert')) and a.status = 'active' and access.context_id('client_id') is null
  order by a.ban
$$;
comment on function access.accounts_to_order() is 'Who pays stands beside each account, so that a person sees it before ordering (A5).';
grant execute on function access.accounts_to_order() to liaison_tenant, liaison_delegate;

-- Whether nothing that happens in a tenant is real: the one thing that the job which simulates must know of it.
create function access.is_sandbox(tenant uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select coalesce((select t.is_sandbox from public.tenant t where t.id = tenant), false) $$;
grant execute on function access.is_sandbox(uuid) to liaison_job;

grant execute on function access.stamp_order(), access.guard_order(), access.guard_order_item(), access.check_order_totals(), access.deliver_order() to liaison_owner;

reset role;
set role liaison_owner;

create trigger stamped before insert on service_order for each row execute function access.stamp_order();
create trigger guarded before update on service_order for each row execute function access.guard_order();
create trigger guarded before insert or delete on order_item for each row execute function access.guard_order_item();
create constraint trigger totalled after insert or update of once_total_minor, monthly_total_minor on service_order deferrable initially deferred for each row execute function access.check_order_totals();
create constraint trigger totalled after insert or delete on order_item deferrable initially deferred for each row execute function access.check_order_totals();
create trigger delivered after update of status on service_order for each row when (new.status = 'completed' and old.status <> 'completed') execute function access.deliver_order();

reset role;
