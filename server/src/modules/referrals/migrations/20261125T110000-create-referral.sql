-- Owns the one view by which partners see those whom they referred. It may read the columns that the view shows, and nobody logs in as it.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'liaison_limited_view') then
    create role liaison_limited_view nologin nosuperuser nobypassrls noinherit;
  end if;
exception when duplicate_object or unique_violation then
  null;
end
$$;
grant liaison_limited_view to current_user;
grant usage, create on schema public to liaison_limited_view;
grant usage on schema access to liaison_limited_view;

set role liaison_owner;

create table referral_setting (
  singleton boolean primary key default true check (singleton),
  default_url text check (default_url ~ '^https?://[^\s/?#@]+' and char_length(default_url) <= 500),
  allowed_hosts text[] not null default '{}' check (cardinality(allowed_hosts) <= 100),
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
comment on table referral_setting is 'Where links of partners may lead: the provider''s page for everything else, and the hosts that codes may name (D5).';
insert into referral_setting default values;
call private.protect('referral_setting');
call private.audit_changes('referral_setting', false);
create trigger set_updated_at before update on referral_setting for each row execute function private.set_updated_at();

create table referral_code (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  code text not null unique check (code ~ '^[A-Z0-9]{4,24}$'),
  created_by uuid not null,
  created_by_name text not null default '',
  created_side text not null default 'partner' check (created_side in ('partner', 'provider')),
  label text check (char_length(label) between 1 and 100),
  campaign text check (char_length(campaign) between 1 and 60),
  destination_url text check (destination_url ~ '^https://[^\s/?#@]+' and char_length(destination_url) <= 500),
  usage_limit integer check (usage_limit > 0),
  used_count integer not null default 0 check (used_count >= 0),
  starts_at timestamptz not null default now(),
  expires_at timestamptz,
  state text not null default 'active' check (state in ('active', 'inactive')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  unique (partner_id, id),
  constraint referral_code_used_up check (used_count <= usage_limit),
  constraint referral_code_period check (expires_at > starts_at)
);
comment on table referral_code is 'A code by which a partner refers tenants. Whose it is, who made it and what it reads never change, and no code is ever deleted (D5).';
comment on column referral_code.created_side is 'provider: made by the provider on the partner''s behalf; only owners of the partner see it.';
comment on column referral_code.used_count is 'How many referrals came of it, counted in the transaction of each; voided ones too.';
create index on referral_code (partner_id, created_by);
call private.protect('referral_code');
call private.audit_changes('referral_code', false);

create table referral_click (
  id uuid primary key default uuidv7(),
  code_id uuid not null,
  partner_id uuid not null,
  occurred_at timestamptz not null default now(),
  expires_at timestamptz not null,
  landing text check (char_length(landing) <= 500),
  referrer_host text check (char_length(referrer_host) <= 253),
  utm jsonb not null default '{}' check (jsonb_typeof(utm) = 'object' and octet_length(utm::text) <= 2048),
  visitor_hash bytea check (octet_length(visitor_hash) = 32),
  ip_prefix_hash bytea check (octet_length(ip_prefix_hash) = 32),
  user_agent_hash bytea check (octet_length(user_agent_hash) = 32),
  is_bot boolean not null default false,
  foreign key (partner_id, code_id) references referral_code (partner_id, id)
);
comment on table referral_click is 'That somebody followed a partner''s link. Who it was is not kept: network and browser are keyed digests, and the row goes once it can count no more (D5).';
comment on column referral_click.expires_at is 'The end of the window in which it counts, and thirty days more.';
comment on column referral_click.visitor_hash is 'Tells the clicks of one browser from those of others; null when the browser asked not to be known again.';
create index on referral_click (partner_id, code_id, occurred_at);
create index on referral_click (visitor_hash, occurred_at) where visitor_hash is not null;
create index on referral_click (ip_prefix_hash, occurred_at) where ip_prefix_hash is not null;
create index on referral_click (expires_at);
call private.protect('referral_click');

create table referral_click_day (
  code_id uuid not null,
  partner_id uuid not null,
  day date not null,
  clicks integer not null default 0 check (clicks >= 0),
  bot_clicks integer not null default 0 check (bot_clicks >= 0),
  primary key (code_id, day),
  foreign key (partner_id, code_id) references referral_code (partner_id, id)
);
comment on table referral_click_day is 'How often a link was followed on each day (UTC), by people and by programs: figures that stay when the clicks themselves go.';
create index on referral_click_day (partner_id, day);
call private.protect('referral_click_day');

create table referral (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  program_id uuid not null references program (id),
  tenant_id uuid not null references tenant (id),
  code_id uuid,
  click_id uuid,
  agreement_id uuid not null,
  method text not null check (method in ('code', 'link', 'deal_registration', 'partner_created', 'manual')),
  referred_at timestamptz not null,
  window_days integer check (window_days between 1 and 3650),
  created_by uuid,
  created_by_name text not null default '',
  reason text check (char_length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  locked_at timestamptz,
  locked_by_event uuid,
  voided_at timestamptz,
  voided_by uuid,
  voided_by_name text,
  void_reason text check (char_length(void_reason) between 1 and 500),
  state text not null generated always as (case when voided_at is not null then 'voided' when locked_at is not null then 'locked' else 'created' end) stored,
  version integer not null default 1,
  unique (id, partner_id),
  foreign key (partner_id, code_id) references referral_code (partner_id, id),
  foreign key (partner_id, agreement_id) references agreement (partner_id, id),
  check ((method = 'manual') = (reason is not null)),
  check (method not in ('code', 'link') or code_id is not null),
  check ((method = 'link') = (click_id is not null)),
  check ((locked_at is null) = (locked_by_event is null)),
  check ((voided_at is null) = (void_reason is null) and (voided_at is null) = (voided_by_name is null)),
  check (locked_at is null or voided_at is null)
);
comment on table referral is 'That a partner brought a tenant. Who brought whom, when and how never changes; from the first payment on it is locked for good (D5).';
comment on column referral.click_id is 'The click that counted. The click itself goes after its time, its id stays.';
comment on column referral.agreement_id is 'The agreement that was in force when the tenant signed up.';
comment on column referral.locked_by_event is 'The billing event by which the tenant first paid.';
create unique index referral_one_live on referral (tenant_id) where voided_at is null;
create index on referral (partner_id, referred_at desc);
create index on referral (tenant_id);
create index on referral (code_id) where code_id is not null;
call private.protect('referral');
call private.audit_changes('referral', true);

create table referral_block (
  id uuid primary key default uuidv7(),
  referral_id uuid not null,
  partner_id uuid not null,
  tenant_id uuid not null references tenant (id),
  reason text not null check (char_length(reason) between 1 and 500),
  from_at timestamptz not null default now(),
  decided_by uuid,
  decided_by_name text not null,
  created_at timestamptz not null default now(),
  unique (referral_id),
  foreign key (referral_id, partner_id) references referral (id, partner_id)
);
comment on table referral_block is 'That a referral earns nothing from an instant on, for good. The referral itself stays as it is (D5).';
create index on referral_block (partner_id);
create index on referral_block (tenant_id);
call private.protect('referral_block');
call private.audit_changes('referral_block', true);
create trigger append_only before update or delete on referral_block for each row execute function private.refuse_change();

create table referral_sign_up (
  id uuid primary key default uuidv7(),
  source text not null check (char_length(source) between 1 and 63),
  external_id text not null check (char_length(external_id) between 1 and 200),
  digest bytea not null check (octet_length(digest) = 32),
  tenant_id uuid not null references tenant (id),
  occurred_at timestamptz not null,
  code text check (char_length(code) <= 64),
  click_id uuid,
  contact_email text check (char_length(contact_email) <= 254),
  ip_prefix text check (char_length(ip_prefix) <= 64),
  outcome text check (outcome in ('referred', 'not_referred')),
  reason text check (reason ~ '^[A-Z][A-Z_]{2,40}$'),
  referral_id uuid references referral (id),
  partner_id uuid references partner (id),
  received_at timestamptz not null default now(),
  unique (source, external_id),
  check (outcome <> 'referred' or referral_id is not null),
  check (outcome <> 'not_referred' or (referral_id is null and reason is not null))
);
comment on table referral_sign_up is 'Every sign-up that the provider''s systems reported, once, with what came of it and why. The outcome is written once; nothing else ever changes (D11).';
comment on column referral_sign_up.digest is 'Of what was sent, under a key, so that another content under the same id is noticed and nobody can try out an address.';
comment on column referral_sign_up.contact_email is 'For the rules that look for referrals of oneself. No login reads it.';
comment on column referral_sign_up.partner_id is 'Whose code or link it was, also when no referral came of it.';
create index on referral_sign_up (tenant_id, received_at desc);
create index on referral_sign_up (received_at desc);
call private.protect('referral_sign_up');
call private.audit_changes('referral_sign_up', false);

create trigger no_truncate before truncate on referral_code for each statement execute function private.refuse_change();
create trigger no_truncate before truncate on referral for each statement execute function private.refuse_change();
create trigger no_truncate before truncate on referral_block for each statement execute function private.refuse_change();
create trigger no_truncate before truncate on referral_sign_up for each statement execute function private.refuse_change();
create trigger no_delete before delete on referral_code for each row execute function private.refuse_change();
create trigger no_delete before delete on referral for each row execute function private.refuse_change();
create trigger no_delete before delete on referral_sign_up for each row execute function private.refuse_change();
create trigger append_only before update on referral_click for each row execute function private.refuse_change();

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('referral_code', 'active', 'inactive', 'deactivate', 'partner'),
  ('referral_code', 'active', 'inactive', 'deactivate', 'provider'),
  ('referral_code', 'inactive', 'active', 'activate', 'partner'),
  ('referral_code', 'inactive', 'active', 'activate', 'provider'),
  ('referral', 'created', 'locked', 'lock', 'clock'),
  ('referral', 'created', 'voided', 'void', 'provider');
alter table state_transition force row level security;

reset role;
