-- An organisation outside the product that issues a tenant's vouchers from a form on its own website, without accounts (E1).
create table public.agency (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  name text not null,
  status text not null default 'active'::text,
  status_reason text,
  status_changed_at timestamp with time zone not null default now(),
  contact_name text,
  contact_email text,
  contact_phone text,
  daily_issue_limit integer,
  version integer not null default 1,
  created_by uuid,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint agency_contact_email_check CHECK (((char_length(contact_email) <= 254) AND (contact_email ~ '^[^@\s]+@[^@\s]+$'::text))),
  constraint agency_contact_name_check CHECK ((char_length(contact_name) <= 120)),
  constraint agency_contact_phone_check CHECK ((char_length(contact_phone) <= 40)),
  constraint agency_daily_issue_limit_check CHECK (((daily_issue_limit >= 1) AND (daily_issue_limit <= 100000))),
  constraint agency_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))),
  constraint agency_pkey PRIMARY KEY (id),
  constraint agency_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text]))),
  constraint agency_status_reason_check CHECK ((char_length(status_reason) <= 500)),
  constraint agency_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint agency_tenant_id_id_key UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX agency_name_once ON public.agency USING btree (tenant_id, lower(name));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.agency FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.agency REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agency REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agency REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_agency_record BEFORE UPDATE ON public.agency FOR EACH ROW EXECUTE FUNCTION private.enforce_agency_record();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.agency FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.agency FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.agency enable row level security, force row level security;
create policy change_agencies on public.agency for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy deciding on public.agency for select to liaison_authz
  using (true);
create policy new_agencies on public.agency for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy own_agencies on public.agency for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('agency'::text, 'select'::text) AS reach)));
create policy own_work on public.agency for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant select on public.agency to liaison_authz;
grant select on public.agency to liaison_tenant;
grant select (id, tenant_id, name, status) on public.agency to liaison_job;
grant insert (tenant_id, name, contact_name, contact_email, contact_phone, daily_issue_limit, created_by, created_by_name) on public.agency to liaison_tenant;
grant update (name, status, status_reason, status_changed_at, contact_name, contact_email, contact_phone, daily_issue_limit, version) on public.agency to liaison_tenant;

-- When a form token or a server key was last used, to the minute: no part of its record, so that a use writes no event of its own.
create table public.agency_credential_use (
  credential_id uuid not null,
  tenant_id uuid not null,
  last_used_at timestamp with time zone not null,
  constraint agency_credential_use_pkey PRIMARY KEY (credential_id),
  constraint agency_credential_use_tenant_id_credential_id_fkey FOREIGN KEY (tenant_id, credential_id) REFERENCES public.delegation(tenant_id, id)
);
alter table public.agency_credential_use enable row level security, force row level security;
create policy deciding on public.agency_credential_use for select to liaison_authz
  using (true);
create policy noting on public.agency_credential_use for all to liaison_authz
  using (true)
  with check (true);
create policy own_uses on public.agency_credential_use for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
grant insert, select, update on public.agency_credential_use to liaison_authz;
grant select on public.agency_credential_use to liaison_tenant;

-- A secret key for an agency that has a server of its own (E12). Also a delegation, by the same id.
create table public.agency_key (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  agency_id uuid not null,
  name text not null,
  key_hash bytea not null,
  hash_key_id smallint not null default 1,
  display_prefix text not null,
  last4 text not null,
  scopes text[] not null,
  allowed_voucher_types text[] not null default '{}'::text[],
  allowed_networks cidr[] not null default '{}'::cidr[],
  calls_per_minute integer not null default 60,
  status text not null default 'active'::text,
  created_by uuid,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  revoked_by uuid,
  revoked_by_name text,
  revoked_reason text,
  constraint agency_key_allowed_networks_check CHECK ((cardinality(allowed_networks) <= 20)),
  constraint agency_key_allowed_voucher_types_check CHECK ((cardinality(allowed_voucher_types) <= 8)),
  constraint agency_key_calls_per_minute_check CHECK (((calls_per_minute >= 1) AND (calls_per_minute <= 600))),
  constraint agency_key_check CHECK ((((status = 'revoked'::text) = (revoked_at IS NOT NULL)) AND ((status = 'revoked'::text) = (revoked_reason IS NOT NULL)))),
  constraint agency_key_display_prefix_check CHECK (((char_length(display_prefix) >= 5) AND (char_length(display_prefix) <= 20))),
  constraint agency_key_key_hash_check CHECK ((octet_length(key_hash) = 32)),
  constraint agency_key_key_hash_key UNIQUE (key_hash),
  constraint agency_key_last4_check CHECK ((last4 ~ '^[0-9A-Za-z]{4}$'::text)),
  constraint agency_key_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))),
  constraint agency_key_pkey PRIMARY KEY (id),
  constraint agency_key_revoked_reason_check CHECK ((char_length(revoked_reason) <= 500)),
  constraint agency_key_scopes_check CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['vouchers.issue:own'::text, 'vouchers.read:own'::text]))),
  constraint agency_key_status_check CHECK ((status = ANY (ARRAY['active'::text, 'revoked'::text]))),
  constraint agency_key_tenant_id_agency_id_fkey FOREIGN KEY (tenant_id, agency_id) REFERENCES public.agency(tenant_id, id),
  constraint agency_key_tenant_id_agency_id_id_key UNIQUE (tenant_id, agency_id, id),
  constraint agency_key_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES public.delegation(tenant_id, id),
  constraint agency_key_tenant_id_id_key UNIQUE (tenant_id, id)
);
CREATE INDEX agency_key_tenant_id_agency_id_idx ON public.agency_key USING btree (tenant_id, agency_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.agency_key FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.agency_key FOR EACH ROW WHEN ((new.revoked_by_name IS DISTINCT FROM old.revoked_by_name)) EXECUTE FUNCTION private.act_in_own_name('revoked_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.agency_key REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agency_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agency_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_agency_record BEFORE UPDATE ON public.agency_key FOR EACH ROW EXECUTE FUNCTION private.enforce_agency_record();
CREATE TRIGGER follow_form_delegation AFTER UPDATE OF status ON public.agency_key FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION private.follow_form_delegation();
CREATE TRIGGER give_form_delegation BEFORE INSERT ON public.agency_key FOR EACH ROW EXECUTE FUNCTION private.give_form_delegation();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.agency_key FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.agency_key FOR EACH ROW WHEN ((new.revoked_by IS DISTINCT FROM old.revoked_by)) EXECUTE FUNCTION private.act_as_oneself('revoked_by');
alter table public.agency_key enable row level security, force row level security;
create policy change_keys on public.agency_key for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy deciding on public.agency_key for select to liaison_authz
  using (true);
create policy ending_leaked on public.agency_key for update to liaison_authz
  using (true)
  with check (true);
create policy new_keys on public.agency_key for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy own_keys on public.agency_key for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
create policy own_work on public.agency_key for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant select on public.agency_key to liaison_authz;
grant update (status, revoked_at, revoked_reason) on public.agency_key to liaison_authz;
grant select (id, tenant_id, agency_id, name, display_prefix, last4, status) on public.agency_key to liaison_job;
grant insert (tenant_id, agency_id, name, key_hash, hash_key_id, display_prefix, last4, scopes, allowed_voucher_types, allowed_networks, calls_per_minute, created_by, created_by_name) on public.agency_key to liaison_tenant;
grant select (id, tenant_id, agency_id, name, hash_key_id, display_prefix, last4, scopes, allowed_voucher_types, allowed_networks, calls_per_minute, status, created_by, created_by_name, created_at, revoked_at, revoked_by, revoked_by_name, revoked_reason) on public.agency_key to liaison_tenant;
grant update (status, revoked_at, revoked_by, revoked_by_name, revoked_reason) on public.agency_key to liaison_tenant;

-- The form of an agency on its website: what it may issue, how it looks, and which sites may show it. Keeps its identity while tokens rotate.
create table public.form (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  agency_id uuid not null,
  public_id text not null,
  name text not null,
  status text not null default 'active'::text,
  status_reason text,
  status_changed_at timestamp with time zone not null default now(),
  allowed_origins text[] not null default '{}'::text[],
  allows_subdomains boolean not null default false,
  is_headless boolean not null default false,
  challenge text not null default 'off'::text,
  access_code_hash text,
  daily_issue_limit integer,
  abuse_suspected_at timestamp with time zone,
  config jsonb not null default '{}'::jsonb,
  config_version integer not null default 1,
  version integer not null default 1,
  created_by uuid,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint form_allowed_origins_check CHECK ((cardinality(allowed_origins) <= 20)),
  constraint form_challenge_check CHECK ((challenge = ANY (ARRAY['off'::text, 'required'::text]))),
  constraint form_check CHECK ((allows_subdomains OR (array_to_string(allowed_origins, ' '::text) !~ '\*'::text))),
  constraint form_config_check CHECK (((jsonb_typeof(config) = 'object'::text) AND (pg_column_size(config) < 65536))),
  constraint form_daily_issue_limit_check CHECK (((daily_issue_limit >= 1) AND (daily_issue_limit <= 100000))),
  constraint form_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))),
  constraint form_pkey PRIMARY KEY (id),
  constraint form_public_id_check CHECK ((public_id ~ '^frm_[0-9A-Za-z]{16}$'::text)),
  constraint form_public_id_key UNIQUE (public_id),
  constraint form_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text]))),
  constraint form_status_reason_check CHECK ((char_length(status_reason) <= 500)),
  constraint form_tenant_id_agency_id_fkey FOREIGN KEY (tenant_id, agency_id) REFERENCES public.agency(tenant_id, id),
  constraint form_tenant_id_agency_id_id_key UNIQUE (tenant_id, agency_id, id),
  constraint form_tenant_id_id_key UNIQUE (tenant_id, id)
);
CREATE INDEX form_tenant_id_agency_id_idx ON public.form USING btree (tenant_id, agency_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.form FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.form REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.form REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.form REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER copy_form_config AFTER UPDATE OF config ON public.form FOR EACH ROW WHEN ((new.config IS DISTINCT FROM old.config)) EXECUTE FUNCTION private.copy_form_config();
CREATE TRIGGER enforce_agency_record BEFORE UPDATE ON public.form FOR EACH ROW EXECUTE FUNCTION private.enforce_agency_record();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.form FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.form FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.form enable row level security, force row level security;
create policy change_forms on public.form for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy copying on public.form for select to liaison_owner
  using (true);
create policy deciding on public.form for select to liaison_authz
  using (true);
create policy new_forms on public.form for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy own_forms on public.form for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
create policy own_work on public.form for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant select on public.form to liaison_authz;
grant select on public.form to liaison_tenant;
grant select (id, tenant_id, agency_id, public_id, name, status, abuse_suspected_at) on public.form to liaison_job;
grant update (abuse_suspected_at) on public.form to liaison_job;
grant insert (tenant_id, agency_id, public_id, name, allowed_origins, allows_subdomains, is_headless, challenge, access_code_hash, daily_issue_limit, config, created_by, created_by_name) on public.form to liaison_tenant;
grant update (name, status, status_reason, status_changed_at, allowed_origins, allows_subdomains, is_headless, challenge, access_code_hash, daily_issue_limit, config, config_version, version) on public.form to liaison_tenant;

-- The credential of a form. It lives in a public page, so it may only issue within caps and look up by code. A token is also a delegation, by the same id.
create table public.form_token (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  agency_id uuid not null,
  form_id uuid not null,
  mode text not null default 'live'::text,
  token_hash bytea not null,
  hash_key_id smallint not null default 1,
  display_prefix text not null,
  last4 text not null,
  status text not null default 'active'::text,
  valid_until timestamp with time zone,
  replaced_by uuid,
  config jsonb not null default '{}'::jsonb,
  created_by uuid,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  revoked_by uuid,
  revoked_by_name text,
  revoked_reason text,
  constraint form_token_check CHECK ((((status = 'revoked'::text) = (revoked_at IS NOT NULL)) AND ((status = 'revoked'::text) = (revoked_reason IS NOT NULL)))),
  constraint form_token_check1 CHECK (((status <> 'expired'::text) OR (valid_until IS NOT NULL))),
  constraint form_token_display_prefix_check CHECK (((char_length(display_prefix) >= 8) AND (char_length(display_prefix) <= 20))),
  constraint form_token_last4_check CHECK ((last4 ~ '^[0-9A-Za-z]{4}$'::text)),
  constraint form_token_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
  constraint form_token_pkey PRIMARY KEY (id),
  constraint form_token_revoked_reason_check CHECK ((char_length(revoked_reason) <= 500)),
  constraint form_token_status_check CHECK ((status = ANY (ARRAY['active'::text, 'revoked'::text, 'expired'::text]))),
  constraint form_token_tenant_id_agency_id_form_id_fkey FOREIGN KEY (tenant_id, agency_id, form_id) REFERENCES public.form(tenant_id, agency_id, id),
  constraint form_token_tenant_id_agency_id_id_key UNIQUE (tenant_id, agency_id, id),
  constraint form_token_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES public.delegation(tenant_id, id),
  constraint form_token_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint form_token_tenant_id_replaced_by_fkey FOREIGN KEY (tenant_id, replaced_by) REFERENCES public.form_token(tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  constraint form_token_token_hash_check CHECK ((octet_length(token_hash) = 32)),
  constraint form_token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX form_token_overlapping ON public.form_token USING btree (valid_until) WHERE ((status = 'active'::text) AND (valid_until IS NOT NULL));
CREATE INDEX form_token_tenant_id_form_id_idx ON public.form_token USING btree (tenant_id, form_id);
CREATE UNIQUE INDEX form_token_one_current ON public.form_token USING btree (form_id) WHERE ((status = 'active'::text) AND (valid_until IS NULL));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.form_token FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.form_token FOR EACH ROW WHEN ((new.revoked_by_name IS DISTINCT FROM old.revoked_by_name)) EXECUTE FUNCTION private.act_in_own_name('revoked_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.form_token REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.form_token REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.form_token REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_agency_record BEFORE UPDATE ON public.form_token FOR EACH ROW EXECUTE FUNCTION private.enforce_agency_record();
CREATE TRIGGER enforce_form_token_end BEFORE UPDATE ON public.form_token FOR EACH ROW EXECUTE FUNCTION private.enforce_form_token_end();
CREATE TRIGGER follow_form_delegation AFTER UPDATE ON public.form_token FOR EACH ROW WHEN (((new.status <> old.status) OR (new.valid_until IS DISTINCT FROM old.valid_until))) EXECUTE FUNCTION private.follow_form_delegation();
CREATE TRIGGER give_form_delegation BEFORE INSERT ON public.form_token FOR EACH ROW EXECUTE FUNCTION private.give_form_delegation();
CREATE TRIGGER keep_token_mode BEFORE INSERT ON public.form_token FOR EACH ROW EXECUTE FUNCTION access.keep_token_mode();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.form_token FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.form_token FOR EACH ROW WHEN ((new.revoked_by IS DISTINCT FROM old.revoked_by)) EXECUTE FUNCTION private.act_as_oneself('revoked_by');
alter table public.form_token enable row level security, force row level security;
create policy change_tokens on public.form_token for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy copying on public.form_token for all to liaison_owner
  using (true)
  with check (true);
create policy deciding on public.form_token for select to liaison_authz
  using (true);
create policy new_tokens on public.form_token for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('form'::text, 'update'::text) AS reach)));
create policy own_tokens on public.form_token for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
create policy own_work on public.form_token for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant select on public.form_token to liaison_authz;
grant select (id, tenant_id, agency_id, form_id, display_prefix, last4, status, valid_until) on public.form_token to liaison_job;
grant update (status) on public.form_token to liaison_job;
grant insert (tenant_id, agency_id, form_id, mode, token_hash, hash_key_id, display_prefix, last4, created_by, created_by_name) on public.form_token to liaison_tenant;
grant select (id, tenant_id, agency_id, form_id, mode, hash_key_id, display_prefix, last4, status, valid_until, replaced_by, config, created_by, created_by_name, created_at, revoked_at, revoked_by, revoked_by_name, revoked_reason) on public.form_token to liaison_tenant;
grant update (status, valid_until, replaced_by, revoked_at, revoked_by, revoked_by_name, revoked_reason) on public.form_token to liaison_tenant;

-- On which sites a form token was used.
create table public.form_token_origin (
  token_id uuid not null,
  tenant_id uuid not null,
  origin text not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  uses bigint not null default 1,
  constraint form_token_origin_origin_check CHECK (((char_length(origin) >= 1) AND (char_length(origin) <= 255))),
  constraint form_token_origin_pkey PRIMARY KEY (token_id, origin),
  constraint form_token_origin_tenant_id_token_id_fkey FOREIGN KEY (tenant_id, token_id) REFERENCES public.form_token(tenant_id, id)
);
alter table public.form_token_origin enable row level security, force row level security;
create policy deciding on public.form_token_origin for select to liaison_authz
  using (true);
create policy noting on public.form_token_origin for all to liaison_authz
  using (true)
  with check (true);
create policy own_origins on public.form_token_origin for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
grant insert, select, update on public.form_token_origin to liaison_authz;
grant select on public.form_token_origin to liaison_tenant;

-- Which sites showed a form, or tried to: a site that is not allowed is seen here as well. Those that were seen last, at most 200 of each kind for a form.
create table public.form_visit (
  form_id uuid not null,
  tenant_id uuid not null,
  origin text not null,
  is_allowed boolean not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  visits bigint not null default 1,
  constraint form_visit_origin_check CHECK (((char_length(origin) >= 1) AND (char_length(origin) <= 255))),
  constraint form_visit_pkey PRIMARY KEY (form_id, origin, is_allowed),
  constraint form_visit_tenant_id_form_id_fkey FOREIGN KEY (tenant_id, form_id) REFERENCES public.form(tenant_id, id)
);
alter table public.form_visit enable row level security, force row level security;
create policy deciding on public.form_visit for select to liaison_authz
  using (true);
create policy noting on public.form_visit for all to liaison_authz
  using (true)
  with check (true);
create policy own_visits on public.form_visit for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
grant delete, insert, select, update on public.form_visit to liaison_authz;
grant select on public.form_visit to liaison_tenant;

-- Where a credential of a tenant was found. A form token is public by design and is only told; a secret is ended (E12).
create table public.leak_report (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  kind text not null,
  credential_id uuid not null,
  label text not null,
  found_in text,
  source text,
  outcome text not null,
  reported_at timestamp with time zone not null default now(),
  constraint leak_report_found_in_check CHECK ((char_length(found_in) <= 2000)),
  constraint leak_report_kind_check CHECK ((kind = ANY (ARRAY['form_token'::text, 'agency_key'::text, 'webhook_secret'::text]))),
  constraint leak_report_label_check CHECK ((char_length(label) <= 200)),
  constraint leak_report_outcome_check CHECK ((outcome = ANY (ARRAY['told'::text, 'revoked'::text]))),
  constraint leak_report_pkey PRIMARY KEY (id),
  constraint leak_report_source_check CHECK ((char_length(source) <= 100)),
  constraint leak_report_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX leak_report_tenant_id_reported_at_idx ON public.leak_report USING btree (tenant_id, reported_at DESC);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.leak_report FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.leak_report enable row level security, force row level security;
create policy deciding on public.leak_report for select to liaison_authz
  using (true);
create policy own_reports on public.leak_report for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('form'::text, 'select'::text) AS reach)));
create policy reporting on public.leak_report for insert to liaison_authz
  with check (true);
grant insert, select on public.leak_report to liaison_authz;
grant select on public.leak_report to liaison_tenant;

-- owner: liaison_authz
create view access.agency_credential as
 SELECT t.id,
    t.tenant_id,
    t.agency_id,
    t.form_id
   FROM public.form_token t
UNION ALL
 SELECT k.id,
    k.tenant_id,
    k.agency_id,
    NULL::uuid AS form_id
   FROM public.agency_key k;

-- owner: liaison_authz
create view access.form_token_in_force as
 SELECT id,
    tenant_id,
    partner_id,
    kind,
    status,
    status_reason,
    status_changed_at,
    status_changed_by,
    status_changed_by_side,
    role_mask,
    mask,
    has_timed_overrides,
    elevation_required,
    own_accounts_only,
    own_accounts_since,
    conditions,
    has_conditions,
    starts_at,
    ends_at,
    review_stops_at,
    epoch,
    billing_party,
    requested_by,
    requested_at,
    approved_by,
    approved_by_name,
    approved_at,
    approval_basis,
    approval_snapshot,
    version,
    created_at,
    updated_at
   FROM public.delegation d
  WHERE ((kind = 'form_token'::text) AND (status = 'active'::text) AND (starts_at <= statement_timestamp()) AND ((ends_at IS NULL) OR (ends_at > statement_timestamp())) AND (EXISTS ( SELECT
           FROM public.tenant t
          WHERE ((t.id = d.tenant_id) AND (t.status = ANY (ARRAY['active'::text, 'trial'::text]))))) AND (NOT (EXISTS ( SELECT
           FROM public.access_freeze f
          WHERE ((f.lifted_at IS NULL) AND (f.scope <> 'person'::text) AND (f.partner_id IS NULL) AND ((f.tenant_id IS NULL) OR (f.tenant_id = d.tenant_id)) AND ((f.delegation_id IS NULL) OR (f.delegation_id = d.id)))))));

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agency_events(since timestamp with time zone)
 RETURNS TABLE(agency_id uuid, form_id uuid, hour timestamp with time zone, action text, code text, times bigint, minutes bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
begin
  return query
  select h.agency_id, h.form_id, date_bin('15 minutes', h.first_at, timestamptz '2000-01-01 00:00:00Z'), h.action, h.code, sum(h.repeats), count(distinct date_trunc('minute', h.first_at))
  from (
    select c.agency_id, c.form_id, e.action, e.code, e.repeats, greatest(e.occurred_at - interval '2 minutes', min(e.occurred_at) over (partition by c.id, e.action, e.code, coalesce(e.request_id, e.id::text))) as first_at
    from public.audit_scope s
    join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    join access.agency_credential c on c.tenant_id = s.scope_id and c.id = e.delegation_id
    where s.kind = 'tenant' and s.scope_id in (select access.reach('form', 'select')) and access.context_plane() = 'tenant' and s.occurred_at >= since
      and (e.action = 'voucher.looked_up' or e.action like 'embed.%')) h
  group by 1, 2, 3, 4, 5
  union all
  -- Vouchers speak for themselves, longer than the log is kept at hand.
  select v.agency_id, t.form_id, date_bin('15 minutes', v.requested_at, timestamptz '2000-01-01 00:00:00Z'), case when v.issued_at is null or v.issued_at > v.requested_at then 'voucher.review_requested' else 'voucher.issued' end, null, count(*), count(distinct date_trunc('minute', v.requested_at))
  from public.voucher v left join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
  where v.tenant_id in (select access.reach('form', 'select')) and access.context_plane() = 'tenant' and v.agency_id is not null and v.requested_at >= since
  group by 1, 2, 3, 4;
end
$function$;
grant execute on access.agency_events(timestamp with time zone) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agency_figures(agencies uuid[])
 RETURNS TABLE(agency_id uuid, forms bigint, issued bigint, refused bigint, last_used_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with done as (
    select e.agency_id, sum(e.times) filter (where e.action in ('voucher.issued', 'voucher.review_requested')) as issued, sum(e.times) filter (where e.action like 'embed.%') as refused
    from access.agency_events(statement_timestamp() - interval '30 days') e
    group by e.agency_id)
  select a.id, (select count(*) from public.form f where f.tenant_id = a.tenant_id and f.agency_id = a.id),
    coalesce(d.issued, 0)::bigint, coalesce(d.refused, 0)::bigint,
    (select max(u.last_used_at) from access.agency_credential c join public.agency_credential_use u on u.credential_id = c.id where c.tenant_id = a.tenant_id and c.agency_id = a.id)
  from public.agency a left join done d on d.agency_id = a.id
  where a.tenant_id in (select access.reach('agency', 'select')) and access.context_plane() = 'tenant' and a.id = any (agencies)
  $function$;
grant execute on access.agency_figures(uuid[]) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agency_reach(agency uuid, credential uuid, since timestamp with time zone, until timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare
  tenant uuid := access.context_id('tenant_id');
begin
  if (access.context_plane() is distinct from 'tenant') then
    raise exception 'only the organisation asks what its agencies could do' using errcode = 'insufficient_privilege';
  end if;
  return (
    with own as (
      select c.id, c.form_id, d.starts_at as open_from, least(d.ends_at, case when d.status in ('revoked', 'expired') then d.status_changed_at end) as open_until, d.status, d.approval_snapshot
      from access.agency_credential c join public.delegation d on d.tenant_id = c.tenant_id and d.id = c.id
      where c.tenant_id = tenant and c.agency_id = agency and (credential is null or c.id = credential)
    ), reachable as (
      select * from own o where o.open_from < until and (o.open_until is null or o.open_until > since)
    ), acts as (
      select e.action, e.outcome, e.code, sum(e.repeats) as times, min(e.occurred_at) as first_at, max(e.occurred_at) as last_at
      from public.audit_scope s
      join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
      join own o on o.id = e.delegation_id
      where s.kind = 'tenant' and s.scope_id = tenant and s.occurred_at >= since and s.occurred_at < until and e.plane = 'delegation'
      group by e.action, e.outcome, e.code
    ), vouchers as (
      select t.code as voucher_type, v.status, count(*) as times
      from public.voucher v join public.voucher_type t on t.tenant_id = v.tenant_id and t.id = v.voucher_type_id
      where v.tenant_id = tenant and v.agency_id = agency and v.requested_at >= since and v.requested_at < until
        and (credential is null or credential in (v.form_token_id, v.agency_key_id))
      group by t.code, v.status
    )
    select jsonb_build_object(
      'credentials', coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', r.id, 'kind', case when r.form_id is null then 'agency_key' else 'form_token' end, 'status', r.status, 'open_from', r.open_from, 'open_until', r.open_until,
          'may', coalesce(r.approval_snapshot -> 'permissions', '[]'),
          'label', coalesce((select ft.display_prefix || '…' || ft.last4 from public.form_token ft where ft.id = r.id), (select k.name || ' (' || k.display_prefix || '…' || k.last4 || ')' from public.agency_key k where k.id = r.id)),
          'form_name', (select f.name from public.form f where f.tenant_id = tenant and f.id = r.form_id),
          'origins', coalesce((select jsonb_agg(o.origin order by o.origin) from public.form_token_origin o where o.tenant_id = tenant and o.token_id = r.id and o.first_seen_at < until and o.last_seen_at >= since), '[]')) order by r.open_from, r.id)
        from reachable r), '[]'),
      'acts', coalesce((select jsonb_agg(to_jsonb(a) order by a.action, a.outcome, a.code) from acts a), '[]'),
      'vouchers', coalesce((select jsonb_agg(to_jsonb(v) order by v.voucher_type, v.status) from vouchers v), '[]')));
end
$function$;
grant execute on access.agency_reach(uuid,uuid,timestamp with time zone,timestamp with time zone) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_leaked(hash bytea, only_tenant uuid)
 RETURNS TABLE(kind text, credential_id uuid, tenant_id uuid, partner_id uuid, label text, is_live boolean)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select 'form_token', t.id, t.tenant_id, null::uuid, t.display_prefix || '…' || t.last4, t.status = 'active'
  from public.form_token t where t.token_hash = hash and (only_tenant is null or t.tenant_id = only_tenant)
  union all
  select 'agency_key', k.id, k.tenant_id, null::uuid, k.name || ' (' || k.display_prefix || '…' || k.last4 || ')', k.status = 'active'
  from public.agency_key k where k.key_hash = hash and (only_tenant is null or k.tenant_id = only_tenant)
  union all
  select 'webhook_secret', e.id, e.tenant_id, e.partner_id, substring(e.url from '^https?://[^/]+'), e.status = 'active' and (s.ends_at is null or s.ends_at > statement_timestamp())
  from public.webhook_secret s join public.webhook_endpoint e on e.id = s.endpoint_id where s.digest = hash and (only_tenant is null or e.tenant_id = only_tenant)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.form_rush(tenant uuid, form uuid)
 RETURNS TABLE(last_hour bigint, threshold bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
begin
  return query
    with asked as (
      select v.requested_at from public.form_token t join public.voucher v on v.tenant_id = t.tenant_id and v.agency_id = t.agency_id and v.form_token_id = t.id
      where t.tenant_id = tenant and t.form_id = form and v.requested_at > statement_timestamp() - interval '28 days'),
    hours as (
      select h as hour, (select count(*) from asked a where a.requested_at >= h and a.requested_at < h + interval '1 hour') as asked
      from generate_series(statement_timestamp() - interval '28 days', statement_timestamp() - interval '2 hours', interval '1 hour') h)
    select (select count(*) from asked a where a.requested_at > statement_timestamp() - interval '1 hour'),
      greatest(20, ceil(5 * coalesce((select percentile_disc(0.95) within group (order by h.asked) from hours h), 0)))::bigint;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_token_mode()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not exists (select from public.tenant t where t.id = new.tenant_id and t.is_sandbox = (new.mode = 'test')) then
    raise exception 'a test token is for a sandbox, and a live one for no sandbox' using errcode = 'check_violation', constraint = 'form_token_mode_of_tenant';
  end if;
  return new;
end
$function$;
grant execute on access.keep_token_mode() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_tenant_admins(tenant uuid, subject text, body text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (access.context_plane() is distinct from 'system') then
    raise exception 'only our own work mails like this' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_tenant_admins.subject, 'text', mail_tenant_admins.body)
  from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
  where tm.tenant_id = mail_tenant_admins.tenant and tm.role = 'TENANT_ADMIN' and tm.status = 'active';
end
$function$;
grant execute on access.mail_tenant_admins(uuid,text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_form_rush(form uuid)
 RETURNS TABLE(last_hour bigint, threshold bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select r.* from access.form_rush(access.context_id('tenant_id'), form) r where access.context_plane() = 'tenant' and exists (select from access.reach('form', 'select')) $function$;
grant execute on access.own_form_rush(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.report_leak(hash bytea, found_in text, source text)
 RETURNS TABLE(kind text, credential_id uuid, tenant_id uuid, tenant_name text, partner_id uuid, label text, outcome text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  hit record;
  plane text := access.context_plane();
  done text;
  earlier bigint;
begin
  if (plane is null or plane not in ('auth', 'tenant')) then
    raise exception 'this side reports no leaks' using errcode = 'insufficient_privilege';
  end if;
  for hit in select * from access.find_leaked(hash, case plane when 'tenant' then access.context_id('tenant_id') end) loop
    done := case when hit.is_live and hit.kind <> 'form_token' then 'revoked' else 'told' end;
    perform pg_advisory_xact_lock(hashtextextended('leak ' || hit.credential_id, 0));
    earlier := case when plane = 'auth' and done = 'told' then (
      select count(*) from public.leak_report r
      where r.tenant_id = hit.tenant_id and r.credential_id = hit.credential_id and r.reported_at > statement_timestamp() - interval '1 day') else 0 end;
    continue when earlier >= 5;
    if (done = 'revoked' and hit.kind = 'agency_key') then
      update public.agency_key k set status = 'revoked', revoked_at = statement_timestamp(), revoked_reason = 'Found in public' where k.id = hit.credential_id and k.status = 'active';
    elsif (done = 'revoked') then
      update public.webhook_endpoint e set status = 'disabled', disabled_reason = 'leaked', disabled_at = statement_timestamp(), version = e.version + 1 where e.id = hit.credential_id and e.status = 'active';
      update public.webhook_delivery w set status = 'cancelled', finished_at = statement_timestamp() where w.endpoint_id = hit.credential_id and w.status = 'waiting';
    end if;
    if (hit.tenant_id is not null) then
      insert into public.leak_report (tenant_id, kind, credential_id, label, found_in, source, outcome)
      values (hit.tenant_id, hit.kind, hit.credential_id, left(hit.label, 200), report_leak.found_in, report_leak.source, done);
    end if;
    if (earlier = 0) then
      perform access.tell_of_leak(hit.tenant_id, hit.partner_id, hit.kind, hit.label, report_leak.found_in, done);
    end if;
    return query select hit.kind, hit.credential_id, hit.tenant_id, (select t.name from public.tenant t where t.id = hit.tenant_id), hit.partner_id, hit.label, done;
  end loop;
end
$function$;
grant execute on access.report_leak(bytea,text,text) to liaison_auth;
grant execute on access.report_leak(bytea,text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.rushing_forms()
 RETURNS TABLE(form_id uuid, tenant_id uuid, tenant_name text, agency_id uuid, agency_name text, form_name text, last_hour bigint, threshold bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (access.context_plane() is distinct from 'system') then
    raise exception 'only our own work asks this' using errcode = 'insufficient_privilege';
  end if;
  return query
    select f.id, f.tenant_id, n.name, a.id, a.name, f.name, r.last_hour, r.threshold
    from (
      select distinct t.tenant_id, t.form_id from public.voucher v join public.form_token t on t.tenant_id = v.tenant_id and t.id = v.form_token_id
      where v.requested_at > statement_timestamp() - interval '1 hour') busy
    join public.form f on f.tenant_id = busy.tenant_id and f.id = busy.form_id
    join public.agency a on a.tenant_id = f.tenant_id and a.id = f.agency_id
    join public.tenant n on n.id = f.tenant_id
    cross join lateral access.form_rush(f.tenant_id, f.id) r
    where (f.abuse_suspected_at is null or f.abuse_suspected_at < statement_timestamp() - interval '1 day') and r.last_hour > r.threshold;
end
$function$;
grant execute on access.rushing_forms() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tell_of_leak(tenant uuid, partner uuid, kind text, label text, found_in text, outcome text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with receiver as (
    select p.email
    from public.person p
    where p.status = 'active' and (
      exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = tenant and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
      or exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = partner and pm.role = 'PARTNER_OWNER' and pm.status = 'active')))
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', told.email,
    'subject', case kind when 'form_token' then 'A form token was found on a public page'
      when 'agency_key' then 'A server key was found in public' || case outcome when 'revoked' then ' and was stopped' else '' end
      else 'A webhook secret was found in public' end,
    'text', concat_ws(E'\n\n', 'It was reported that ' || label || ' can be read' || coalesce(' at ' || found_in, ' in public') || '.',
      case when kind = 'form_token' then 'A form token is not a secret: it stands in the page of the agency. If it was found where it does not belong, replace it: open the form and choose Make replacement.'
        when kind = 'agency_key' and outcome = 'revoked' then 'The key was stopped at once. Make another one for the agency, and find out how it was lost.'
        when kind = 'webhook_secret' and outcome = 'revoked' then 'The endpoint was disabled at once. Rotate its secret without overlap, enable it again, and replay what was missed.'
        else 'It did not work any more when the report came.' end))
  from (
    select email from receiver
    union all
    select c.email from public.tenant_security_contact c
    where c.tenant_id = tenant and c.email is not null and not exists (select from receiver r where lower(r.email) = lower(c.email))) told
  $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.copy_form_config()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update form_token t set config = new.config where t.tenant_id = new.tenant_id and t.form_id = new.id and t.status = 'active';
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_agency_record()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_form_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_form_token_end()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.follow_form_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.give_form_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.side_of_agencies()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_tenant'::name THEN 'tenant'::text WHEN 'liaison_job'::name THEN 'clock'::text WHEN 'liaison_auth'::name THEN 'clock'::text ELSE NULL::text END;
