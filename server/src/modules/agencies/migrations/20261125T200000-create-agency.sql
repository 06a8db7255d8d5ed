set role liaison_owner;

create table agency (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenant (id),
  name text not null check (char_length(name) between 1 and 120),
  status text not null default 'active' check (status in ('active', 'inactive')),
  status_reason text check (char_length(status_reason) <= 500),
  status_changed_at timestamptz not null default now(),
  contact_name text check (char_length(contact_name) <= 120),
  contact_email text check (char_length(contact_email) <= 254 and contact_email ~ '^[^@\s]+@[^@\s]+$'),
  contact_phone text check (char_length(contact_phone) <= 40),
  daily_issue_limit integer check (daily_issue_limit between 1 and 100000),
  version integer not null default 1,
  created_by uuid,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
comment on table agency is 'An organisation outside the product that issues a tenant''s vouchers from a form on its own website, without accounts (E1).';
comment on column agency.daily_issue_limit is 'How many vouchers all of its forms and server keys may issue in one day of the tenant''s time zone; null for no bound.';
create unique index agency_name_once on agency (tenant_id, lower(name));
call private.protect('agency');
call private.audit_changes('agency', true);
create trigger set_updated_at before update on agency for each row execute function private.set_updated_at();

create table form (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null,
  agency_id uuid not null,
  public_id text not null unique check (public_id ~ '^frm_[0-9A-Za-z]{16}$'),
  name text not null check (char_length(name) between 1 and 120),
  status text not null default 'active' check (status in ('active', 'paused')),
  status_reason text check (char_length(status_reason) <= 500),
  status_changed_at timestamptz not null default now(),
  allowed_origins text[] not null default '{}' check (cardinality(allowed_origins) <= 20),
  allows_subdomains boolean not null default false,
  is_headless boolean not null default false,
  challenge text not null default 'off' check (challenge in ('off', 'required')),
  access_code_hash text,
  daily_issue_limit integer check (daily_issue_limit between 1 and 100000),
  abuse_suspected_at timestamptz,
  config jsonb not null default '{}' check (jsonb_typeof(config) = 'object' and pg_column_size(config) < 65536),
  config_version integer not null default 1,
  version integer not null default 1,
  created_by uuid,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, agency_id, id),
  foreign key (tenant_id, agency_id) references agency (tenant_id, id),
  check (allows_subdomains or array_to_string(allowed_origins, ' ') !~ '\*')
);
comment on table form is 'The form of an agency on its website: what it may issue, how it looks, and which sites may show it. Keeps its identity while tokens rotate.';
comment on column form.public_id is 'Names the form in the page of the agency. Public, no credential.';
comment on column form.allowed_origins is 'The sites that may show the form; none while it is empty.';
comment on column form.allows_subdomains is 'Whether an administrator allowed origins of the shape https://*.agency.example.';
comment on column form.is_headless is 'Whether pages of the allowed origins may call the two operations themselves (CORS), without our frame.';
comment on column form.access_code_hash is 'Argon2id in PHC string form of the code that the agency''s staff know; null when none is asked for.';
comment on column form.config is 'Allowed types of vouchers, texts for each language and the look: plain text, drawn as text alone (E6).';
comment on column form.abuse_suspected_at is 'When the form last issued far more than usual; told at most once a day.';
comment on column form.config_version is 'Raised with each change of config; a change names the version that it was made from.';
create index on form (tenant_id, agency_id);
call private.protect('form');
call private.audit_changes('form', true);
create trigger set_updated_at before update on form for each row execute function private.set_updated_at();

create table form_token (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null,
  agency_id uuid not null,
  form_id uuid not null,
  mode text not null default 'live' check (mode in ('live', 'test')),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  hash_key_id smallint not null default 1,
  display_prefix text not null check (char_length(display_prefix) between 8 and 20),
  last4 text not null check (last4 ~ '^[0-9A-Za-z]{4}$'),
  status text not null default 'active' check (status in ('active', 'revoked', 'expired')),
  valid_until timestamptz,
  replaced_by uuid,
  config jsonb not null default '{}',
  created_by uuid,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_by uuid,
  revoked_by_name text,
  revoked_reason text check (char_length(revoked_reason) <= 500),
  unique (tenant_id, id),
  unique (tenant_id, agency_id, id),
  foreign key (tenant_id, agency_id, form_id) references form (tenant_id, agency_id, id),
  foreign key (tenant_id, id) references delegation (tenant_id, id),
  foreign key (tenant_id, replaced_by) references form_token (tenant_id, id) deferrable initially deferred,
  check ((status = 'revoked') = (revoked_at is not null) and (status = 'revoked') = (revoked_reason is not null)),
  check (status <> 'expired' or valid_until is not null)
);
comment on table form_token is 'The credential of a form. It lives in a public page, so it may only issue within caps and look up by code. A token is also a delegation, by the same id.';
comment on column form_token.token_hash is 'HMAC-SHA-256 under a key that the database does not know: a row that was planted with SQL opens nothing.';
comment on column form_token.valid_until is 'When the overlap of a rotation ends; null while the token has not been replaced. Nothing else ends a token by time.';
comment on column form_token.config is 'A copy of the form''s config, kept by a trigger while the token is active.';
create unique index form_token_one_current on form_token (form_id) where status = 'active' and valid_until is null;
create index on form_token (tenant_id, form_id);
create index form_token_overlapping on form_token (valid_until) where status = 'active' and valid_until is not null;
call private.protect('form_token');
call private.audit_changes('form_token', true);

create table agency_key (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null,
  agency_id uuid not null,
  name text not null check (char_length(name) between 1 and 120),
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  hash_key_id smallint not null default 1,
  display_prefix text not null check (char_length(display_prefix) between 5 and 20),
  last4 text not null check (last4 ~ '^[0-9A-Za-z]{4}$'),
  scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['vouchers.issue:own', 'vouchers.read:own']),
  allowed_voucher_types text[] not null default '{}' check (cardinality(allowed_voucher_types) <= 8),
  allowed_networks cidr[] not null default '{}' check (cardinality(allowed_networks) <= 20),
  calls_per_minute integer not null default 60 check (calls_per_minute between 1 and 600),
  status text not null default 'active' check (status in ('active', 'revoked')),
  created_by uuid,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_by uuid,
  revoked_by_name text,
  revoked_reason text check (char_length(revoked_reason) <= 500),
  unique (tenant_id, id),
  unique (tenant_id, agency_id, id),
  foreign key (tenant_id, agency_id) references agency (tenant_id, id),
  foreign key (tenant_id, id) references delegation (tenant_id, id),
  check ((status = 'revoked') = (revoked_at is not null) and (status = 'revoked') = (revoked_reason is not null))
);
comment on table agency_key is 'A secret key for an agency that has a server of its own (E12). Also a delegation, by the same id.';
comment on column agency_key.allowed_networks is 'Addresses that may use the key; any while it is empty.';
comment on column agency_key.allowed_voucher_types is 'What the key may issue; every active type while it is empty.';
create index on agency_key (tenant_id, agency_id);
call private.protect('agency_key');
call private.audit_changes('agency_key', true);

create table agency_credential_use (
  credential_id uuid primary key,
  tenant_id uuid not null,
  last_used_at timestamptz not null,
  foreign key (tenant_id, credential_id) references delegation (tenant_id, id)
);
comment on table agency_credential_use is 'When a form token or a server key was last used, to the minute: no part of its record, so that a use writes no event of its own.';
call private.protect('agency_credential_use');

create table form_token_origin (
  token_id uuid not null,
  tenant_id uuid not null,
  origin text not null check (char_length(origin) between 1 and 255),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  uses bigint not null default 1,
  primary key (token_id, origin),
  foreign key (tenant_id, token_id) references form_token (tenant_id, id)
);
comment on table form_token_origin is 'On which sites a form token was used.';
call private.protect('form_token_origin');

create table form_visit (
  form_id uuid not null,
  tenant_id uuid not null,
  origin text not null check (char_length(origin) between 1 and 255),
  is_allowed boolean not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  visits bigint not null default 1,
  primary key (form_id, origin, is_allowed),
  foreign key (tenant_id, form_id) references form (tenant_id, id)
);
comment on table form_visit is 'Which sites showed a form, or tried to: a site that is not allowed is seen here as well. At most 200 sites for a form.';
call private.protect('form_visit');

create table leak_report (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenant (id),
  kind text not null check (kind in ('form_token', 'agency_key', 'webhook_secret')),
  credential_id uuid not null,
  label text not null check (char_length(label) <= 200),
  found_in text check (char_length(found_in) <= 2000),
  source text check (char_length(source) <= 100),
  outcome text not null check (outcome in ('told', 'revoked')),
  reported_at timestamptz not null default now()
);
comment on table leak_report is 'Where a credential of a tenant was found. A form token is public by design and is only told; a secret is ended (E12).';
create index on leak_report (tenant_id, reported_at desc);
call private.protect('leak_report');
create trigger append_only before update or delete on leak_report for each row execute function private.refuse_change();

create policy own_agencies on agency for select to liaison_tenant using (tenant_id in (select access.reach('agency', 'select')));
create policy new_agencies on agency for insert to liaison_tenant with check (tenant_id in (select access.reach('form', 'update')));
create policy change_agencies on agency for update to liaison_tenant using (tenant_id in (select access.reach('form', 'update'))) with check (tenant_id in (select access.reach('form', 'update')));
create policy own_forms on form for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
create policy new_forms on form for insert to liaison_tenant with check (tenant_id in (select access.reach('form', 'update')));
create policy change_forms on form for update to liaison_tenant using (tenant_id in (select access.reach('form', 'update'))) with check (tenant_id in (select access.reach('form', 'update')));
create policy own_tokens on form_token for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
create policy new_tokens on form_token for insert to liaison_tenant with check (tenant_id in (select access.reach('form', 'update')));
create policy change_tokens on form_token for update to liaison_tenant using (tenant_id in (select access.reach('form', 'update'))) with check (tenant_id in (select access.reach('form', 'update')));
create policy own_keys on agency_key for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
create policy new_keys on agency_key for insert to liaison_tenant with check (tenant_id in (select access.reach('form', 'update')));
create policy change_keys on agency_key for update to liaison_tenant using (tenant_id in (select access.reach('form', 'update'))) with check (tenant_id in (select access.reach('form', 'update')));
create policy own_uses on agency_credential_use for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
create policy own_origins on form_token_origin for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
create policy own_visits on form_visit for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
create policy own_reports on leak_report for select to liaison_tenant using (tenant_id in (select access.reach('form', 'select')));
grant select, insert (tenant_id, name, contact_name, contact_email, contact_phone, daily_issue_limit, created_by, created_by_name),
  update (name, status, status_reason, status_changed_at, contact_name, contact_email, contact_phone, daily_issue_limit, version) on agency to liaison_tenant;
grant select, insert (tenant_id, agency_id, public_id, name, allowed_origins, allows_subdomains, is_headless, challenge, access_code_hash, daily_issue_limit, config, created_by, created_by_name),
  update (name, status, status_reason, status_changed_at, allowed_origins, allows_subdomains, is_headless, challenge, access_code_hash, daily_issue_limit, config, config_version, version) on form to liaison_tenant;
-- A hash is written and never read again by anybody but the functions that decide.
grant select (id, tenant_id, agency_id, form_id, mode, hash_key_id, display_prefix, last4, status, valid_until, replaced_by, config, created_by, created_by_name, created_at, revoked_at, revoked_by, revoked_by_name, revoked_reason),
  insert (tenant_id, agency_id, form_id, mode, token_hash, hash_key_id, display_prefix, last4, created_by, created_by_name),
  update (status, valid_until, replaced_by, revoked_at, revoked_by, revoked_by_name, revoked_reason) on form_token to liaison_tenant;
grant select (id, tenant_id, agency_id, name, hash_key_id, display_prefix, last4, scopes, allowed_voucher_types, allowed_networks, calls_per_minute, status, created_by, created_by_name, created_at, revoked_at, revoked_by, revoked_by_name, revoked_reason),
  insert (tenant_id, agency_id, name, key_hash, hash_key_id, display_prefix, last4, scopes, allowed_voucher_types, allowed_networks, calls_per_minute, created_by, created_by_name),
  update (status, revoked_at, revoked_by, revoked_by_name, revoked_reason) on agency_key to liaison_tenant;
grant select on agency_credential_use, form_token_origin, form_visit, leak_report to liaison_tenant;

-- Our own work: the end of an overlap, and what the tripwire looks at.
create policy own_work on agency for select to liaison_job using ((select access.context_plane()) = 'system');
create policy own_work on form to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy own_work on form_token to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
create policy own_work on agency_key for select to liaison_job using ((select access.context_plane()) = 'system');
grant select (id, tenant_id, name, status) on agency to liaison_job;
grant select (id, tenant_id, agency_id, public_id, name, status, abuse_suspected_at), update (abuse_suspected_at) on form to liaison_job;
grant select (id, tenant_id, agency_id, form_id, display_prefix, last4, status, valid_until), update (status) on form_token to liaison_job;
grant select (id, tenant_id, agency_id, name, display_prefix, last4, status) on agency_key to liaison_job;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('agency', 'active', 'inactive', 'deactivate', 'tenant'),
  ('agency', 'inactive', 'active', 'activate', 'tenant'),
  ('form', 'active', 'paused', 'pause', 'tenant'),
  ('form', 'paused', 'active', 'resume', 'tenant'),
  ('form_token', 'active', 'revoked', 'revoke', 'tenant'),
  ('form_token', 'active', 'expired', 'end_overlap', 'clock'),
  ('agency_key', 'active', 'revoked', 'revoke', 'tenant'),
  ('agency_key', 'active', 'revoked', 'revoke_leaked', 'clock');
alter table state_transition force row level security;

-- A report of a leak comes from a stranger, and what follows from it is our own work.
create function private.side_of_agencies() returns text
  language sql stable
  return case session_user when 'liaison_tenant' then 'tenant' when 'liaison_job' then 'clock' when 'liaison_auth' then 'clock' end;

-- The rules of agencies, forms, tokens and keys that no handler can step around.
create function private.enforce_agency_record() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_agencies();
begin
  if side is null then
    return new;
  end if;
  if (to_jsonb(new) ->> 'tenant_id', to_jsonb(new) ->> 'agency_id', to_jsonb(new) ->> 'form_id', to_jsonb(new) ->> 'public_id', to_jsonb(new) ->> 'token_hash', to_jsonb(new) ->> 'key_hash', to_jsonb(new) ->> 'created_by', to_jsonb(new) ->> 'created_at')
    is distinct from (to_jsonb(old) ->> 'tenant_id', to_jsonb(old) ->> 'agency_id', to_jsonb(old) ->> 'form_id', to_jsonb(old) ->> 'public_id', to_jsonb(old) ->> 'token_hash', to_jsonb(old) ->> 'key_hash', to_jsonb(old) ->> 'created_by', to_jsonb(old) ->> 'created_at') then
    raise exception 'what a % is never changes', tg_table_name using errcode = 'check_violation', constraint = 'agency_record_identity';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = tg_table_name and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move a % from % to %', side, tg_table_name, old.status, new.status using errcode = 'check_violation', constraint = 'agency_record_transition';
  end if;
  return new;
end
$$;
create trigger enforce_agency_record before update on agency for each row execute function private.enforce_agency_record();
create trigger enforce_agency_record before update on form for each row execute function private.enforce_agency_record();
create trigger enforce_agency_record before update on form_token for each row execute function private.enforce_agency_record();
create trigger enforce_agency_record before update on agency_key for each row execute function private.enforce_agency_record();

-- The end of a token is set once, by a rotation, and only ever comes nearer; the clock notes it when it has come.
create function private.enforce_form_token_end() returns trigger
  language plpgsql
  as $$
begin
  if session_user not in ('liaison_tenant', 'liaison_job') then
    return new;
  end if;
  if new.valid_until is distinct from old.valid_until and (old.status <> 'active' or new.valid_until is null or new.valid_until > old.valid_until) then
    raise exception 'the end of a form token only comes nearer' using errcode = 'check_violation', constraint = 'form_token_end';
  end if;
  if new.status = 'expired' and old.status <> 'expired' and not new.valid_until <= statement_timestamp() then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'agency_record_transition';
  end if;
  return new;
end
$$;
create trigger enforce_form_token_end before update on form_token for each row execute function private.enforce_form_token_end();

-- Behind each token and each server key stands a delegation of the same id, so that freezes, reports and stops reach it as they reach any other.
create policy giving_forms on delegation for insert to liaison_owner with check (kind = 'form_token');
create policy noting_forms on delegation_history for insert to liaison_owner with check (partner_id is null);

create function private.give_form_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  row_of jsonb := to_jsonb(new);
  actor uuid := access.context_id('actor_id');
  given text[] := case tg_table_name when 'form_token' then array['vouchers.issue:own', 'vouchers.read:own'] else array(select jsonb_array_elements_text(row_of -> 'scopes')) end;
begin
  if tg_table_name = 'form_token' then
    select f.config into new.config from form f where f.tenant_id = new.tenant_id and f.id = new.form_id;
    new.config := coalesce(new.config, '{}');
  end if;
  insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, requested_by, approved_by, approved_by_name, approved_at, approval_basis, approval_snapshot)
  values (new.id, new.tenant_id, null, 'form_token', 'active', 0::bit(256), 0::bit(256), new.created_at, (row_of ->> 'valid_until')::timestamptz, actor, actor, new.created_by_name, new.created_at, 'tenant_approval',
    jsonb_build_object('permissions', to_jsonb(given)));
  insert into delegation_history (delegation_id, tenant_id, version, event, detail) values (new.id, new.tenant_id, 1, 'approved', jsonb_build_object('permissions', to_jsonb(given)));
  return new;
end
$$;
create trigger give_form_delegation before insert on form_token for each row execute function private.give_form_delegation();
create trigger give_form_delegation before insert on agency_key for each row execute function private.give_form_delegation();
create function private.follow_form_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_agencies();
begin
  update delegation d set status = new.status, status_reason = to_jsonb(new) ->> 'revoked_reason', status_changed_at = statement_timestamp(),
    status_changed_by = case side when 'tenant' then access.context_id('actor_id') end, status_changed_by_side = side, version = d.version + 1
  where d.id = new.id and d.status <> new.status;
  update delegation d set ends_at = (to_jsonb(new) ->> 'valid_until')::timestamptz, version = d.version + 1
  where d.id = new.id and d.ends_at is distinct from (to_jsonb(new) ->> 'valid_until')::timestamptz and d.status = 'active';
  insert into delegation_history (delegation_id, tenant_id, version, event, detail)
  select d.id, d.tenant_id, d.version, case when new.status = old.status then 'narrowed' else new.status end, jsonb_strip_nulls(jsonb_build_object('ends_at', d.ends_at, 'reason', d.status_reason))
  from delegation d where d.id = new.id;
  return null;
end
$$;
create trigger follow_form_delegation after update on form_token for each row when (new.status <> old.status or new.valid_until is distinct from old.valid_until) execute function private.follow_form_delegation();
create trigger follow_form_delegation after update of status on agency_key for each row when (new.status <> old.status) execute function private.follow_form_delegation();

-- Not a definer: who it runs as tells a login's own statement from what the triggers above do for it. An ended one stays ended.
create function private.enforce_form_delegation() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
begin
  if session_user not in ('liaison_tenant', 'liaison_job', 'liaison_auth', 'liaison_program', 'liaison_platform') then
    return new;
  end if;
  if current_user <> 'liaison_owner' or new.partner_id is not null then
    raise exception 'a form token is given and ended with its record' using errcode = 'check_violation', constraint = 'delegation_form_token';
  end if;
  if tg_op = 'UPDATE' then
    if old.status <> 'active' or (new.tenant_id, new.kind, new.requested_by, new.approved_by, new.mask, new.role_mask) is distinct from (old.tenant_id, old.kind, old.requested_by, old.approved_by, old.mask, old.role_mask) then
      raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    new.epoch := old.epoch + 1;
  end if;
  return new;
end
$$;
create trigger enforce_form_delegation before insert or update on delegation for each row when (new.kind = 'form_token') execute function private.enforce_form_delegation();

-- Saving a form's config reaches every live token of that very form, and of no other (section 1, fault 6).
create policy copying on form_token to liaison_owner using (true) with check (true);
create policy copying on form for select to liaison_owner using (true);
create function private.copy_form_config() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update form_token t set config = new.config where t.tenant_id = new.tenant_id and t.form_id = new.id and t.status = 'active';
  return null;
end
$$;
create trigger copy_form_config after update of config on form for each row when (new.config is distinct from old.config) execute function private.copy_form_config();

reset role;
set role liaison_authz;

-- The one rule for form tokens and server keys: the same questions as access.delegation_in_force asks, of a delegation that no partner holds.
-- A tenant that is suspended issues nothing.
create view access.form_token_in_force as
  select d.*
  from public.delegation d
  where d.kind = 'form_token'
    and d.status = 'active'
    and d.starts_at <= statement_timestamp()
    and (d.ends_at is null or d.ends_at > statement_timestamp())
    and exists (select from public.tenant t where t.id = d.tenant_id and t.status in ('active', 'trial'))
    and not exists (
      select from public.access_freeze f
      where f.lifted_at is null and f.scope <> 'person' and f.partner_id is null
        and (f.tenant_id is null or f.tenant_id = d.tenant_id)
        and (f.delegation_id is null or f.delegation_id = d.id));

reset role;
