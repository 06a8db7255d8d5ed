set role liaison_owner;

create table partner (
  id uuid primary key default uuidv7(),
  name text not null check (char_length(name) between 1 and 200),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  kinds text[] not null check (cardinality(kinds) > 0 and kinds <@ array['referral', 'reseller', 'wholesaler', 'msp', 'enterprise_hq', 'auditor', 'white_label', 'agency']),
  status text not null default 'active' check (status in ('active', 'suspended', 'terminated')),
  registry_status text not null generated always as (case when status = 'active' then 'active' else 'stopped' end) stored,
  status_reason text check (char_length(status_reason) <= 500),
  status_changed_at timestamptz not null default now(),
  legal_name text check (char_length(legal_name) between 1 and 200),
  country text check (country ~ '^[A-Z]{2}$'),
  registration_no text check (char_length(registration_no) between 1 and 50),
  contact_email text check (contact_email = lower(contact_email) and char_length(contact_email) between 3 and 254),
  onboarding_date date not null default (now() at time zone 'utc')::date,
  tier text not null default 'standard' check (tier in ('standard', 'advanced', 'premier')),
  region text check (region ~ '^[a-z][a-z0-9_-]{0,29}$'),
  home_tenant_id uuid,
  website text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table partner is 'An organisation that works with tenants under the provider''s rules.';
comment on column partner.name is 'The name that people read; legal_name is the one in the company register.';
comment on column partner.registry_status is 'Whether the partner works at all: active, or stopped whatever the reason (C1). Computed, never set.';
comment on column partner.onboarding_date is 'Since when it is a partner: the day of its entry, or an earlier one that is named.';
comment on column partner.version is 'Raised by every change; the ETag of the record.';
comment on column partner.home_tenant_id is 'The tenant that the partner is itself, when it buys for itself.';
call private.protect('partner');
create trigger set_updated_at before update on partner for each row execute function private.set_updated_at();

create table partner_member (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  person_id uuid not null references person (id),
  role text not null check (role in ('PARTNER_OWNER', 'PARTNER_STAFF')),
  status text not null default 'active' check (status in ('active', 'inactive')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (partner_id, person_id),
  unique (partner_id, id)
);
comment on table partner_member is 'A person''s membership in a partner. It opens the partner''s own data; it opens no tenant.';
-- The door of a person asks for every membership, ended ones too.
create index on partner_member (person_id);
create unique index partner_member_one_partner on partner_member (person_id) where status = 'active';
call private.protect('partner_member');
create trigger set_updated_at before update on partner_member for each row execute function private.set_updated_at();

create policy platform_all on partner to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy platform_all on partner_member to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert, update on partner, partner_member to liaison_platform;

create policy own_partner on partner for select to liaison_program, liaison_delegate using (id = (select access.context_id('partner_id')));
create policy own_partner on partner_member to liaison_program using (partner_id = (select access.context_id('partner_id'))) with check (partner_id = (select access.context_id('partner_id')));
create policy own_partner_read on partner_member for select to liaison_delegate using (partner_id = (select access.context_id('partner_id')));
grant select on partner, partner_member to liaison_program, liaison_delegate;
grant update (status, role) on partner_member to liaison_program;
grant insert (partner_id, person_id, role) on partner_member to liaison_program;

create policy invited on partner_member for insert to liaison_auth with check (true);
create policy invited_read on partner_member for select to liaison_auth using (true);
create policy invited_read on partner for select to liaison_auth using (true);
grant select on partner, partner_member to liaison_auth;
grant insert (partner_id, person_id, role) on partner_member to liaison_auth;

reset role;
