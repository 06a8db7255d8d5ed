set role liaison_owner;

create table tenant (
  id uuid primary key default uuidv7(),
  name text not null check (char_length(name) between 1 and 200),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  domain text,
  status text not null default 'active' check (status in ('active', 'suspended', 'trial', 'closed')),
  plan_type text not null default 'standard',
  contact jsonb not null default '{}',
  address jsonb not null default '{}',
  timezone text not null default 'UTC',
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  billing_cycle text not null default 'monthly' check (billing_cycle in ('monthly', 'quarterly', 'annual')),
  current_mrr_minor bigint check (abs(current_mrr_minor) < 9007199254740992),
  max_users integer check (max_users > 0),
  trial_ends_at timestamptz,
  subscription_starts_at timestamptz,
  subscription_ends_at timestamptz,
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (source, external_id)
);
comment on table tenant is 'An organisation that is the provider''s customer; it owns all its data.';
call private.protect('tenant');
create trigger set_updated_at before update on tenant for each row execute function private.set_updated_at();
alter table partner add constraint partner_home_tenant foreign key (home_tenant_id) references tenant (id);

create table billing_account (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  ban text not null check (char_length(ban) between 1 and 64),
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'active' check (status in ('active', 'closed')),
  source text,
  external_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, ban),
  unique (tenant_id, source, external_id)
);
comment on table billing_account is 'An account of a tenant that invoices and orders belong to.';
call private.protect('billing_account');

create table tenant_member (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  person_id uuid not null references person (id),
  role text not null check (role in ('TENANT_ADMIN', 'TENANT_USER')),
  status text not null default 'active' check (status in ('active', 'inactive')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, person_id)
);
create index on tenant_member (person_id);
call private.protect('tenant_member');
create trigger set_updated_at before update on tenant_member for each row execute function private.set_updated_at();

create table tenant_partner_policy (
  tenant_id uuid primary key references tenant (id),
  who_may_ask text not null default 'any' check (who_may_ask in ('any', 'listed', 'none')),
  listed_partner_ids uuid[] not null default '{}',
  roles_allowed text[] not null default array['msp_full', 'msp_billing', 'msp_support', 'enterprise_hq', 'auditor', 'reseller', 'delegate'],
  max_duration_days integer not null default 730 check (max_duration_days between 1 and 730),
  dual_approval boolean not null default false,
  conditions jsonb not null default '{}',
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
comment on table tenant_partner_policy is 'What a tenant lets partners ask for, and the conditions that hold for every link.';
call private.protect('tenant_partner_policy');
create trigger set_updated_at before update on tenant_partner_policy for each row execute function private.set_updated_at();

create policy auth_reads on tenant_member for select to liaison_auth using (true);
create policy auth_invites on tenant_member for insert to liaison_auth with check (true);
create policy auth_reads on tenant for select to liaison_auth using (true);
grant select (id, name, slug, status) on tenant to liaison_auth;
grant select on tenant_member to liaison_auth;
grant insert (tenant_id, person_id, role) on tenant_member to liaison_auth;

create policy platform_all on tenant to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select (id, name, slug, domain, status, plan_type, created_at, updated_at), insert (name, slug, domain, plan_type, timezone, currency), update (status, name, domain) on tenant to liaison_platform;
create policy platform_members on tenant_member to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert, update (status, role) on tenant_member to liaison_platform;

reset role;
