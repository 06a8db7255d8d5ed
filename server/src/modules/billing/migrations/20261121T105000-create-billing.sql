set role liaison_owner;

-- Rows of a tenant's business: opened to its own people and to delegates by the permissions that the code lists for the relation.
create procedure private.open_to_tenant(relation regclass, relation_name text)
  language plpgsql
  as $$
begin
  execute format('create policy readable on %s for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''select'')))', relation, relation_name);
  execute format('create policy insertable on %s for insert to liaison_tenant, liaison_delegate with check (tenant_id in (select access.reach(%L, ''insert'')))', relation, relation_name);
  execute format('create policy updatable on %s for update to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''update''))) with check (tenant_id in (select access.reach(%L, ''update'')))', relation, relation_name, relation_name);
  execute format('create policy ingesting on %s to liaison_ingest using ((select access.context_plane()) = ''ingest'') with check ((select access.context_plane()) = ''ingest'')', relation);
  execute format('grant select on %s to liaison_tenant, liaison_delegate', relation);
  execute format('grant select, insert, update on %s to liaison_ingest', relation);
end
$$;
call private.open_to_tenant('billing_account', 'billing_account');

create policy ingesting on tenant to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
grant select, insert, update on tenant to liaison_ingest;

create table subscriber (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  name text not null,
  status text not null check (status in ('active', 'suspended', 'closed')),
  plan text,
  city text,
  postal_code text,
  activated_on date,
  closed_on date,
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id)
);
comment on table subscriber is 'A consumer of a tenant''s service.';
create index on subscriber (tenant_id, status);
call private.protect('subscriber');
call private.open_to_tenant('subscriber', 'subscriber');
call private.audit_changes('subscriber', true);

create table invoice (
  -- Its account is the tenant's own, so this is a tenant without a key of its own to check for each row.
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  billing_account_id uuid not null,
  number text not null,
  subscriber_id uuid,
  customer_name text,
  issued_on date not null,
  due_on date not null check (due_on >= issued_on),
  status text not null check (status in ('draft', 'finalized', 'partially_paid', 'paid', 'cancelled')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  subtotal_minor bigint not null check (abs(subtotal_minor) < 9007199254740992),
  tax_minor bigint not null default 0 check (abs(tax_minor) < 9007199254740992),
  total_minor bigint not null check (total_minor = subtotal_minor + tax_minor),
  paid_minor bigint not null default 0 check (abs(paid_minor) < 9007199254740992),
  balance_minor bigint not null generated always as (case when status in ('finalized', 'partially_paid') then total_minor - paid_minor else 0 end) stored,
  paid_on date,
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, billing_account_id) references billing_account (tenant_id, id),
  foreign key (tenant_id, subscriber_id) references subscriber (tenant_id, id),
  check (status <> 'paid' or paid_minor >= total_minor)
);
comment on table invoice is 'An invoice of a tenant. Overdue is derived from due_on, never stored.';
create index invoice_newest on invoice (tenant_id, issued_on desc, id desc);
create index invoice_open on invoice (tenant_id, currency, due_on) include (balance_minor) where balance_minor <> 0;
create index invoice_by_subscriber on invoice (tenant_id, subscriber_id);
call private.protect('invoice');
call private.open_to_tenant('invoice', 'invoice');
call private.audit_changes('invoice', true);

create table payment (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  amount_minor bigint not null check (amount_minor <> 0 and abs(amount_minor) < 9007199254740992),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  received_at timestamptz not null,
  method text not null default 'unknown',
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, invoice_id) references invoice (tenant_id, id)
);
create index on payment (tenant_id, received_at desc);
create index on payment (tenant_id, invoice_id);
call private.protect('payment');
call private.open_to_tenant('payment', 'payment');
call private.audit_changes('payment', true);

reset role;
