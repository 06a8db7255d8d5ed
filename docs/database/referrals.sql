-- That a partner brought a tenant. Who brought whom, when and how never changes; from the first payment on it is locked for good (D5).
create table public.referral (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  program_id uuid not null,
  tenant_id uuid not null,
  code_id uuid,
  click_id uuid,
  agreement_id uuid not null,
  method text not null,
  referred_at timestamp with time zone not null,
  window_days integer,
  created_by uuid,
  created_by_name text not null default ''::text,
  reason text,
  created_at timestamp with time zone not null default now(),
  locked_at timestamp with time zone,
  locked_by_event uuid,
  voided_at timestamp with time zone,
  voided_by uuid,
  voided_by_name text,
  void_reason text,
  state text not null generated always as (
CASE
    WHEN (voided_at IS NOT NULL) THEN 'voided'::text
    WHEN (locked_at IS NOT NULL) THEN 'locked'::text
    ELSE 'created'::text
END) stored,
  version integer not null default 1,
  import_reference text,
  first_paid_on date,
  paid_through date,
  constraint referral_check CHECK (((method = 'manual'::text) = (reason IS NOT NULL))),
  constraint referral_check1 CHECK (((method <> ALL (ARRAY['code'::text, 'link'::text])) OR (code_id IS NOT NULL))),
  constraint referral_check2 CHECK (((method = 'link'::text) = (click_id IS NOT NULL))),
  constraint referral_check4 CHECK ((((voided_at IS NULL) = (void_reason IS NULL)) AND ((voided_at IS NULL) = (voided_by_name IS NULL)))),
  constraint referral_check5 CHECK (((locked_at IS NULL) OR (voided_at IS NULL))),
  constraint referral_id_partner_id_key UNIQUE (id, partner_id),
  constraint referral_imported CHECK ((((method = 'imported'::text) = (import_reference IS NOT NULL)) AND ((import_reference IS NULL) OR ((char_length(import_reference) >= 1) AND (char_length(import_reference) <= 200))) AND ((first_paid_on IS NULL) = (paid_through IS NULL)) AND ((method = 'imported'::text) OR (paid_through IS NULL)) AND (first_paid_on <= paid_through))),
  constraint referral_lock_reason CHECK ((((locked_by_event IS NULL) OR (locked_at IS NOT NULL)) AND ((locked_at IS NULL) OR (locked_by_event IS NOT NULL) OR (first_paid_on IS NOT NULL)))),
  constraint referral_method CHECK ((method = ANY (ARRAY['code'::text, 'link'::text, 'deal_registration'::text, 'partner_created'::text, 'manual'::text, 'imported'::text]))),
  constraint referral_partner_id_agreement_id_fkey FOREIGN KEY (partner_id, agreement_id) REFERENCES public.agreement(partner_id, id),
  constraint referral_partner_id_code_id_fkey FOREIGN KEY (partner_id, code_id) REFERENCES public.referral_code(partner_id, id),
  constraint referral_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint referral_pkey PRIMARY KEY (id),
  constraint referral_program_id_fkey FOREIGN KEY (program_id) REFERENCES public.program(id),
  constraint referral_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint referral_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint referral_void_reason_check CHECK (((char_length(void_reason) >= 1) AND (char_length(void_reason) <= 500))),
  constraint referral_window_days_check CHECK (((window_days >= 1) AND (window_days <= 3650)))
);
CREATE INDEX referral_code_id_idx ON public.referral USING btree (code_id) WHERE (code_id IS NOT NULL);
CREATE INDEX referral_partner_id_referred_at_idx ON public.referral USING btree (partner_id, referred_at DESC);
CREATE INDEX referral_tenant_id_idx ON public.referral USING btree (tenant_id);
CREATE UNIQUE INDEX referral_one_live ON public.referral USING btree (tenant_id) WHERE (voided_at IS NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.referral FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.referral FOR EACH ROW WHEN ((new.voided_by_name IS DISTINCT FROM old.voided_by_name)) EXECUTE FUNCTION private.act_in_own_name('voided_by_name');
CREATE TRIGGER attach_risk_case AFTER INSERT ON public.referral FOR EACH ROW EXECUTE FUNCTION private.attach_risk_case();
CREATE TRIGGER audited_delete AFTER DELETE ON public.referral REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.referral REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.referral REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_new_referral BEFORE INSERT ON public.referral FOR EACH ROW EXECUTE FUNCTION access.enforce_new_referral();
CREATE TRIGGER enforce_referral BEFORE UPDATE ON public.referral FOR EACH ROW EXECUTE FUNCTION access.enforce_referral();
CREATE TRIGGER no_delete BEFORE DELETE ON public.referral FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.referral FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.referral FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.referral FOR EACH ROW WHEN ((new.voided_by IS DISTINCT FROM old.voided_by)) EXECUTE FUNCTION private.act_as_oneself('voided_by');
alter table public.referral enable row level security, force row level security;
create policy attributing on public.referral for insert to liaison_authz
  with check (true);
create policy deciding on public.referral for select to liaison_authz
  using (true);
create policy ending on public.referral for select to liaison_owner
  using (true);
create policy ending_write on public.referral for update to liaison_owner
  using (true)
  with check (true);
create policy locking on public.referral for update to liaison_authz
  using (true)
  with check (true);
create policy own_referrals on public.referral for select to liaison_limited_view, liaison_program
  using (((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)) OR ((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (code_id IN ( SELECT c.id
   FROM public.referral_code c)))));
create policy own_work on public.referral for select to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['ingest'::text, 'system'::text])));
create policy provider_side on public.referral for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant insert, select on public.referral to liaison_authz;
grant select on public.referral to liaison_ingest;
grant select on public.referral to liaison_job;
grant select on public.referral to liaison_platform;
grant update (locked_at, locked_by_event) on public.referral to liaison_authz;
grant select (id, partner_id, tenant_id, code_id, method, referred_at, voided_at) on public.referral to liaison_limited_view;
grant insert (partner_id, program_id, tenant_id, code_id, agreement_id, method, referred_at, created_by, created_by_name, reason) on public.referral to liaison_platform;
grant update (voided_at, voided_by, voided_by_name, void_reason) on public.referral to liaison_platform;
grant select (id, partner_id, program_id, tenant_id, code_id, agreement_id, method, referred_at, window_days, created_at, locked_at, voided_at, void_reason, state, version, first_paid_on, paid_through) on public.referral to liaison_program;

-- That a referral earns nothing from an instant on, for good. The referral itself stays as it is (D5).
create table public.referral_block (
  id uuid not null default uuidv7(),
  referral_id uuid not null,
  partner_id uuid not null,
  tenant_id uuid not null,
  reason text not null,
  from_at timestamp with time zone not null default now(),
  decided_by uuid,
  decided_by_name text not null,
  created_at timestamp with time zone not null default now(),
  constraint referral_block_pkey PRIMARY KEY (id),
  constraint referral_block_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint referral_block_referral_id_key UNIQUE (referral_id),
  constraint referral_block_referral_id_partner_id_fkey FOREIGN KEY (referral_id, partner_id) REFERENCES public.referral(id, partner_id),
  constraint referral_block_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX referral_block_partner_id_idx ON public.referral_block USING btree (partner_id);
CREATE INDEX referral_block_tenant_id_idx ON public.referral_block USING btree (tenant_id);
CREATE TRIGGER a_enforce_block BEFORE INSERT ON public.referral_block FOR EACH ROW EXECUTE FUNCTION access.enforce_referral_block();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.referral_block FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.referral_block REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.referral_block REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.referral_block REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.referral_block FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.referral_block enable row level security, force row level security;
create policy deciding on public.referral_block for select to liaison_authz
  using (true);
create policy ending on public.referral_block for insert to liaison_owner
  with check (true);
create policy own_referrals on public.referral_block for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (referral_id IN ( SELECT r.id
   FROM public.referral r))));
create policy own_work on public.referral_block for select to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['ingest'::text, 'system'::text])));
create policy provider_side on public.referral_block for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.referral_block to liaison_authz;
grant select on public.referral_block to liaison_ingest;
grant select on public.referral_block to liaison_job;
grant select on public.referral_block to liaison_platform;
grant insert (referral_id, reason, from_at) on public.referral_block to liaison_platform;
grant select (id, referral_id, partner_id, from_at) on public.referral_block to liaison_program;

-- That somebody followed a partner's link. Who it was is not kept: network and browser are keyed digests, and the row goes once it can count no more (D5).
create table public.referral_click (
  id uuid not null default uuidv7(),
  code_id uuid not null,
  partner_id uuid not null,
  occurred_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  landing text,
  referrer_host text,
  utm jsonb not null default '{}'::jsonb,
  visitor_hash bytea,
  ip_prefix_hash bytea,
  user_agent_hash bytea,
  is_bot boolean not null default false,
  constraint referral_click_ip_prefix_hash_check CHECK ((octet_length(ip_prefix_hash) = 32)),
  constraint referral_click_landing_check CHECK ((char_length(landing) <= 500)),
  constraint referral_click_partner_id_code_id_fkey FOREIGN KEY (partner_id, code_id) REFERENCES public.referral_code(partner_id, id),
  constraint referral_click_pkey PRIMARY KEY (id),
  constraint referral_click_referrer_host_check CHECK ((char_length(referrer_host) <= 253)),
  constraint referral_click_user_agent_hash_check CHECK ((octet_length(user_agent_hash) = 32)),
  constraint referral_click_utm_check CHECK (((jsonb_typeof(utm) = 'object'::text) AND (octet_length((utm)::text) <= 2048))),
  constraint referral_click_visitor_hash_check CHECK ((octet_length(visitor_hash) = 32))
);
CREATE INDEX referral_click_expires_at_idx ON public.referral_click USING btree (expires_at);
CREATE INDEX referral_click_ip_prefix_hash_occurred_at_idx ON public.referral_click USING btree (ip_prefix_hash, occurred_at) WHERE (ip_prefix_hash IS NOT NULL);
CREATE INDEX referral_click_partner_id_code_id_occurred_at_idx ON public.referral_click USING btree (partner_id, code_id, occurred_at);
CREATE INDEX referral_click_visitor_hash_occurred_at_idx ON public.referral_click USING btree (visitor_hash, occurred_at) WHERE (visitor_hash IS NOT NULL);
CREATE TRIGGER append_only BEFORE UPDATE ON public.referral_click FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.referral_click enable row level security, force row level security;
create policy deciding on public.referral_click for select to liaison_authz
  using (true);
create policy following on public.referral_click for insert to liaison_authz
  with check (true);
create policy own_clicks on public.referral_click for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (code_id IN ( SELECT c.id
   FROM public.referral_code c))));
create policy provider_side on public.referral_click for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy pruning on public.referral_click for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant insert, select on public.referral_click to liaison_authz;
grant delete on public.referral_click to liaison_job;
grant select (id, expires_at) on public.referral_click to liaison_job;
grant select (id, code_id, partner_id, occurred_at, is_bot) on public.referral_click to liaison_platform;
grant select (id, code_id, partner_id, occurred_at, is_bot) on public.referral_click to liaison_program;

-- How often a link was followed on each day where the program is at home, by people and by programs: figures that stay when the clicks themselves go.
create table public.referral_click_day (
  code_id uuid not null,
  partner_id uuid not null,
  day date not null,
  clicks integer not null default 0,
  bot_clicks integer not null default 0,
  constraint referral_click_day_bot_clicks_check CHECK ((bot_clicks >= 0)),
  constraint referral_click_day_clicks_check CHECK ((clicks >= 0)),
  constraint referral_click_day_partner_id_code_id_fkey FOREIGN KEY (partner_id, code_id) REFERENCES public.referral_code(partner_id, id),
  constraint referral_click_day_pkey PRIMARY KEY (code_id, day)
);
CREATE INDEX referral_click_day_partner_id_day_idx ON public.referral_click_day USING btree (partner_id, day);
alter table public.referral_click_day enable row level security, force row level security;
create policy counting on public.referral_click_day for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.referral_click_day for select to liaison_authz
  using (true);
create policy own_clicks on public.referral_click_day for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (code_id IN ( SELECT c.id
   FROM public.referral_code c))));
create policy provider_side on public.referral_click_day for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant insert, select on public.referral_click_day to liaison_authz;
grant select on public.referral_click_day to liaison_platform;
grant select on public.referral_click_day to liaison_program;
grant update (clicks, bot_clicks) on public.referral_click_day to liaison_authz;

-- A code by which a partner refers tenants. Whose it is, who made it and what it reads never change, and no code is ever deleted (D5).
create table public.referral_code (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  code text not null,
  created_by uuid not null,
  created_by_name text not null default ''::text,
  created_side text not null default 'partner'::text,
  label text,
  campaign text,
  destination_url text,
  usage_limit integer,
  used_count integer not null default 0,
  starts_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  state text not null default 'active'::text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint referral_code_campaign_check CHECK (((char_length(campaign) >= 1) AND (char_length(campaign) <= 60))),
  constraint referral_code_code_check CHECK ((code ~ '^[A-Z0-9]{4,24}$'::text)),
  constraint referral_code_code_key UNIQUE (code),
  constraint referral_code_created_side_check CHECK ((created_side = ANY (ARRAY['partner'::text, 'provider'::text]))),
  constraint referral_code_destination_url_check CHECK (((destination_url ~ '^https://[^\s/?#@]+'::text) AND (char_length(destination_url) <= 500))),
  constraint referral_code_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 100))),
  constraint referral_code_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint referral_code_partner_id_id_key UNIQUE (partner_id, id),
  constraint referral_code_period CHECK ((expires_at > starts_at)),
  constraint referral_code_pkey PRIMARY KEY (id),
  constraint referral_code_state_check CHECK ((state = ANY (ARRAY['active'::text, 'inactive'::text]))),
  constraint referral_code_usage_limit_check CHECK ((usage_limit > 0)),
  constraint referral_code_used_count_check CHECK ((used_count >= 0)),
  constraint referral_code_used_up CHECK ((used_count <= usage_limit))
);
CREATE INDEX referral_code_partner_id_created_by_idx ON public.referral_code USING btree (partner_id, created_by);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.referral_code FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.referral_code REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.referral_code REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.referral_code REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_referral_code BEFORE INSERT OR UPDATE ON public.referral_code FOR EACH ROW EXECUTE FUNCTION access.enforce_referral_code();
CREATE TRIGGER no_delete BEFORE DELETE ON public.referral_code FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.referral_code FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.referral_code FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.referral_code enable row level security, force row level security;
create policy counting on public.referral_code for update to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.referral_code for select to liaison_authz
  using (true);
create policy making on public.referral_code for insert to liaison_program
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (created_side = 'partner'::text) AND (( SELECT access.context_plane() AS context_plane) = 'program'::text)));
create policy own_codes on public.referral_code for select to liaison_limited_view, liaison_program
  using (((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)) OR ((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (created_side = 'partner'::text))));
create policy own_work on public.referral_code for select to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['ingest'::text, 'system'::text])));
create policy provider_side on public.referral_code for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy switching on public.referral_code for update to liaison_program
  using ((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)))
  with check ((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)));
grant select on public.referral_code to liaison_authz;
grant select on public.referral_code to liaison_ingest;
grant select on public.referral_code to liaison_job;
grant select on public.referral_code to liaison_platform;
grant select on public.referral_code to liaison_program;
grant update (used_count) on public.referral_code to liaison_authz;
grant select (id, partner_id, created_by, created_side) on public.referral_code to liaison_limited_view;
grant insert (partner_id, code, created_by, created_by_name, created_side, label, campaign, destination_url, usage_limit, starts_at, expires_at) on public.referral_code to liaison_platform;
grant update (state) on public.referral_code to liaison_platform;
grant insert (partner_id, code, created_by, created_by_name, created_side, label, campaign, destination_url, usage_limit, starts_at, expires_at) on public.referral_code to liaison_program;
grant update (state) on public.referral_code to liaison_program;

-- Where links of partners may lead: the provider's page for everything else, and the hosts that codes may name (D5).
create table public.referral_setting (
  singleton boolean not null default true,
  default_url text,
  allowed_hosts text[] not null default '{}'::text[],
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint referral_setting_allowed_hosts_check CHECK ((cardinality(allowed_hosts) <= 100)),
  constraint referral_setting_default_url_check CHECK (((default_url ~ '^https?://[^\s/?#@]+'::text) AND (char_length(default_url) <= 500))),
  constraint referral_setting_pkey PRIMARY KEY (singleton),
  constraint referral_setting_singleton_check CHECK (singleton)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.referral_setting REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.referral_setting REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.referral_setting REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER count_version BEFORE UPDATE ON public.referral_setting FOR EACH ROW EXECUTE FUNCTION access.count_setting();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.referral_setting FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.referral_setting enable row level security, force row level security;
create policy deciding on public.referral_setting for select to liaison_authz
  using (true);
create policy provider_side on public.referral_setting for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy reading on public.referral_setting for select to liaison_program
  using ((( SELECT access.context_plane() AS context_plane) = 'program'::text));
grant select on public.referral_setting to liaison_authz;
grant select on public.referral_setting to liaison_platform;
grant update (default_url, allowed_hosts) on public.referral_setting to liaison_platform;
grant select (singleton, allowed_hosts) on public.referral_setting to liaison_program;

-- Every sign-up that the provider's systems reported, once, with what came of it and why. The outcome is written once; nothing else ever changes but that contact and network are forgotten in their time (D11).
create table public.referral_sign_up (
  id uuid not null default uuidv7(),
  source text not null,
  external_id text not null,
  digest bytea not null,
  tenant_id uuid not null,
  occurred_at timestamp with time zone not null,
  code text,
  click_id uuid,
  contact_email text,
  ip_prefix text,
  outcome text,
  reason text,
  referral_id uuid,
  partner_id uuid,
  received_at timestamp with time zone not null default now(),
  constraint referral_sign_up_check CHECK (((outcome <> 'referred'::text) OR (referral_id IS NOT NULL))),
  constraint referral_sign_up_check1 CHECK (((outcome <> 'not_referred'::text) OR ((referral_id IS NULL) AND (reason IS NOT NULL)))),
  constraint referral_sign_up_code_check CHECK ((char_length(code) <= 64)),
  constraint referral_sign_up_contact_email_check CHECK ((char_length(contact_email) <= 254)),
  constraint referral_sign_up_digest_check CHECK ((octet_length(digest) = 32)),
  constraint referral_sign_up_external_id_check CHECK (((char_length(external_id) >= 1) AND (char_length(external_id) <= 200))),
  constraint referral_sign_up_ip_prefix_check CHECK ((char_length(ip_prefix) <= 64)),
  constraint referral_sign_up_outcome_check CHECK ((outcome = ANY (ARRAY['referred'::text, 'not_referred'::text]))),
  constraint referral_sign_up_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint referral_sign_up_pkey PRIMARY KEY (id),
  constraint referral_sign_up_reason_check CHECK ((reason ~ '^[A-Z][A-Z_]{2,40}$'::text)),
  constraint referral_sign_up_referral_id_fkey FOREIGN KEY (referral_id) REFERENCES public.referral(id),
  constraint referral_sign_up_source_check CHECK (((char_length(source) >= 1) AND (char_length(source) <= 63))),
  constraint referral_sign_up_source_external_id_key UNIQUE (source, external_id),
  constraint referral_sign_up_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX referral_sign_up_contact ON public.referral_sign_up USING btree (received_at) WHERE ((contact_email IS NOT NULL) OR (ip_prefix IS NOT NULL));
CREATE INDEX referral_sign_up_received_at_idx ON public.referral_sign_up USING btree (received_at DESC);
CREATE INDEX referral_sign_up_tenant_id_received_at_idx ON public.referral_sign_up USING btree (tenant_id, received_at DESC);
CREATE TRIGGER audited_delete AFTER DELETE ON public.referral_sign_up REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.referral_sign_up REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.referral_sign_up REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_sign_up BEFORE UPDATE ON public.referral_sign_up FOR EACH ROW EXECUTE FUNCTION access.enforce_sign_up();
CREATE TRIGGER no_delete BEFORE DELETE ON public.referral_sign_up FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.referral_sign_up FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.referral_sign_up enable row level security, force row level security;
create policy deciding on public.referral_sign_up for select to liaison_authz
  using (true);
create policy provider_side on public.referral_sign_up for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy taking on public.referral_sign_up for all to liaison_authz
  using (true)
  with check (true);
grant insert, select on public.referral_sign_up to liaison_authz;
grant update (contact_email, ip_prefix, outcome, reason, referral_id, partner_id) on public.referral_sign_up to liaison_authz;
grant select (id, source, external_id, tenant_id, occurred_at, code, click_id, outcome, reason, referral_id, partner_id, received_at) on public.referral_sign_up to liaison_platform;

-- The limited tenant view: the seven columns by which a partner sees the tenants that it referred, and nothing else (D2). Staff see those of their own codes, without the last column.
-- owner: liaison_limited_view
create view public.partner_visible_tenant with (security_barrier=true) as
 SELECT t.id AS tenant_id,
    t.name,
    t.slug,
    access.told_status(t.status) AS status,
    access.told_sign_up(r.method, r.referred_at, t.created_at) AS signed_up_at,
    t.plan_type AS subscription_tier,
    access.monthly_revenue(t.id) AS monthly_revenue
   FROM (public.tenant t
     JOIN public.referral r ON (((r.tenant_id = t.id) AND (r.voided_at IS NULL))));
grant select on public.partner_visible_tenant to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.add_imported_referral(item jsonb, of_tenant uuid, at timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_partner uuid := (item ->> 'partner_id')::uuid;
  made uuid;
  about jsonb;
begin
  insert into public.referral (partner_id, program_id, tenant_id, code_id, agreement_id, method, referred_at, created_by, created_by_name, import_reference, first_paid_on, paid_through)
  values (of_partner, (select m.id from public.program m where m.code = 'standard'), of_tenant, (item ->> 'code_id')::uuid, access.agreement_at(of_partner, statement_timestamp()), 'imported', at,
    access.context_id('actor_id'), coalesce(access.context() ->> 'actor_name', ''), item ->> 'reference', (item ->> 'first_paid_on')::date, (item ->> 'paid_through')::date)
  returning id into made;
  update public.referral_code x set used_count = x.used_count + 1 where x.id = (item ->> 'code_id')::uuid;
  about := jsonb_build_object('partner_id', of_partner, 'tenant_id', of_tenant, 'resource_type', 'referral', 'resource_id', made);
  perform audit.record(about || jsonb_build_object('action', 'program.referral.created', 'resource_label', (select c.code from public.referral_code c where c.id = (item ->> 'code_id')::uuid),
    'changes', jsonb_build_object('method', jsonb_build_object('after', 'imported'))));
  insert into public.outbox (topic, payload) values ('referral.created', jsonb_build_object('referral_id', made, 'partner_id', of_partner, 'state', 'created'));
  if item ->> 'first_paid_on' is not null then
    update public.referral x set locked_at = statement_timestamp() where x.id = made;
    perform audit.record(about || jsonb_build_object('action', 'program.referral.locked'));
    insert into public.outbox (topic, payload) values ('referral.locked', jsonb_build_object('referral_id', made, 'partner_id', of_partner, 'state', 'locked'));
  end if;
  return made;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.contacts_kept_since()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select statement_timestamp() - make_interval(days => (select s.contact_kept_days from public.program_setting s order by s.version desc limit 1))
$function$;
grant execute on access.contacts_kept_since() to liaison_job;
grant execute on access.contacts_kept_since() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_setting()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.version := old.version + 1;
  return new;
end
$function$;
grant execute on access.count_setting() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.counting_click(reported uuid, at timestamp with time zone, OUT click_id uuid, OUT code_id uuid, OUT window_days integer, OUT fault text)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  r public.referral_click;
begin
  select * into r from public.referral_click x where x.id = reported;
  if r.id is null then
    fault := 'CLICK_UNKNOWN';
    return;
  elsif r.is_bot then
    fault := 'CLICK_OF_BOT';
    return;
  end if;
  with found as materialized (
    select k.id, k.code_id, k.occurred_at, w.days, g.said ->> 'model' as model
    from public.referral_click k
    cross join lateral (select access.agreement_terms(access.agreement_at(k.partner_id, at)) -> 'attribution' as said) g
    cross join lateral (select coalesce((g.said ->> 'window_days')::integer, 90) as days) w
    where (k.id = r.id or k.visitor_hash = r.visitor_hash) and not k.is_bot and k.occurred_at <= at and k.occurred_at > at - make_interval(days => w.days)),
  agreed as (select case when count(distinct f.model) = 1 then min(f.model) else access.program_attribution(at) end = 'first_touch' as is_first from found f)
  select f.id, f.code_id, f.days into click_id, code_id, window_days
  from found f cross join agreed a
  order by case when a.is_first then f.occurred_at end asc, case when not a.is_first then f.occurred_at end desc, f.id
  limit 1;
  if click_id is null then
    fault := case when r.occurred_at > at then 'CLICK_TOO_LATE' else 'CLICK_TOO_OLD' end;
  end if;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_new_referral()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user like 'liaison\_%' and new.method = 'imported' then
    raise exception 'this login imports no referral' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  if session_user = 'liaison_platform' then
    if new.method <> 'manual' or new.locked_at is not null or new.voided_at is not null or new.created_by is distinct from access.context_id('actor_id') then
      raise exception 'the provider refers by hand, in the own name' using errcode = 'check_violation', constraint = 'referral_maker';
    end if;
    if not exists (select from partner p where p.id = new.partner_id and p.status = 'active') then
      raise exception 'the partner works no more' using errcode = 'check_violation', constraint = 'referral_partner';
    end if;
    if access.live_referral(new.tenant_id) is null and exists (select from billing_event e where e.tenant_id = new.tenant_id and e.kind = 'invoice_paid' and e.net_minor <> 0 and e.occurred_at < new.referred_at) then
      raise exception 'only a tenant that never paid is referred' using errcode = 'check_violation', constraint = 'referral_new_tenant';
    end if;
  elsif session_user like 'liaison\_%' and session_user <> 'liaison_ingest' then
    raise exception 'this login refers nobody' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_new_referral() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_referral()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := case when session_user = 'liaison_platform' then 'provider' when session_user in ('liaison_ingest', 'liaison_job') then 'clock' when session_user like 'liaison\_%' then 'nobody' end;
  before text := case when old.voided_at is not null then 'voided' when old.locked_at is not null then 'locked' else 'created' end;
  after text := case when new.voided_at is not null then 'voided' when new.locked_at is not null then 'locked' else 'created' end;
begin
  if (new.id, new.partner_id, new.program_id, new.tenant_id, new.agreement_id, new.method, new.referred_at, new.created_by_name, new.created_at)
      is distinct from (old.id, old.partner_id, old.program_id, old.tenant_id, old.agreement_id, old.method, old.referred_at, old.created_by_name, old.created_at)
    or new.code_id is distinct from old.code_id or new.click_id is distinct from old.click_id or new.window_days is distinct from old.window_days
    or new.created_by is distinct from old.created_by or new.reason is distinct from old.reason
    or new.import_reference is distinct from old.import_reference or new.first_paid_on is distinct from old.first_paid_on or new.paid_through is distinct from old.paid_through then
    raise exception 'who brought whom never changes' using errcode = 'restrict_violation', constraint = 'referral_identity';
  end if;
  if before = 'locked' then
    if side = 'provider' and access.context_plane() = 'platform' then
      perform audit.record(jsonb_build_object('action', 'program.referral.change_blocked', 'outcome', 'error', 'code', 'REFERRAL_LOCKED', 'partner_id', old.partner_id, 'tenant_id', old.tenant_id,
        'resource_type', 'referral', 'resource_id', old.id, 'reason', new.void_reason));
      return null;
    end if;
    raise exception 'a locked referral never changes' using errcode = 'restrict_violation', constraint = 'referral_locked';
  end if;
  if before = 'voided' then
    raise exception 'a voided referral is history' using errcode = 'restrict_violation', constraint = 'referral_transition';
  end if;
  if after <> before and side is not null and not exists (select from state_transition t where t.entity = 'referral' and t.from_state = before and t.to_state = after and t.actor_kind = side) then
    raise exception '% may not move a referral from % to %', side, before, after using errcode = 'check_violation', constraint = 'referral_transition';
  end if;
  if after = 'voided' and side = 'provider' then
    new.voided_at := statement_timestamp();
    new.voided_by := access.context_id('actor_id');
    new.voided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  new.version := old.version + 1;
  return new;
end
$function$;
grant execute on access.enforce_referral() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_referral_block()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  r referral;
begin
  select * into r from referral x where x.id = new.referral_id;
  if r.id is null or r.voided_at is not null then
    raise exception 'only a live referral is blocked' using errcode = 'check_violation', constraint = 'referral_block_state';
  end if;
  new.partner_id := r.partner_id;
  new.tenant_id := r.tenant_id;
  if session_user = 'liaison_platform' then
    new.decided_by := access.context_id('actor_id');
    new.decided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  return new;
end
$function$;
grant execute on access.enforce_referral_block() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_referral_code()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := case session_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' end;
begin
  if tg_op = 'INSERT' then
    if side is not null then
      if new.created_by is distinct from access.context_id('actor_id') or new.created_side <> side or new.state <> 'active' or new.used_count <> 0 then
        raise exception 'a code is made in the own name' using errcode = 'check_violation', constraint = 'referral_code_maker';
      end if;
      if access.is_reserved_code(new.code) then
        raise exception 'the word is kept back' using errcode = 'check_violation', constraint = 'referral_code_reserved';
      end if;
      if new.destination_url is not null and not exists (select from referral_setting s where access.host_of(new.destination_url) = any (s.allowed_hosts)) then
        raise exception 'links lead to the hosts that the provider names' using errcode = 'check_violation', constraint = 'referral_code_host';
      end if;
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.code, new.created_by, new.created_by_name, new.created_side, new.destination_url, new.usage_limit, new.starts_at, new.expires_at, new.created_at)
    is distinct from (old.id, old.partner_id, old.code, old.created_by, old.created_by_name, old.created_side, old.destination_url, old.usage_limit, old.starts_at, old.expires_at, old.created_at) then
    raise exception 'a code keeps whose it is and what it reads' using errcode = 'check_violation', constraint = 'referral_code_identity';
  end if;
  if new.used_count not in (old.used_count, old.used_count + 1) then
    raise exception 'uses are counted one by one' using errcode = 'check_violation', constraint = 'referral_code_count';
  end if;
  if new.state <> old.state then
    if side = 'partner' and access.partner_of_owner() is distinct from new.partner_id then
      raise exception 'owners switch codes on and off' using errcode = 'check_violation', constraint = 'referral_code_transition';
    end if;
    if side is not null and not exists (select from state_transition t where t.entity = 'referral_code' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
      raise exception '% may not move a code from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'referral_code_transition';
    end if;
    if side is null and session_user like 'liaison\_%' then
      raise exception 'this login switches no codes' using errcode = 'check_violation', constraint = 'referral_code_transition';
    end if;
    new.version := old.version + 1;
  end if;
  return new;
end
$function$;
grant execute on access.enforce_referral_code() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_sign_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if old.received_at <= access.contacts_kept_since() and new.contact_email is null and new.ip_prefix is null
    and (to_jsonb(new) - 'contact_email' - 'ip_prefix') = (to_jsonb(old) - 'contact_email' - 'ip_prefix') then
    return new;
  end if;
  if old.outcome is not null or (new.id, new.source, new.external_id, new.digest, new.tenant_id, new.occurred_at, new.received_at) is distinct from (old.id, old.source, old.external_id, old.digest, old.tenant_id, old.occurred_at, old.received_at)
    or new.code is distinct from old.code or new.click_id is distinct from old.click_id or new.contact_email is distinct from old.contact_email or new.ip_prefix is distinct from old.ip_prefix then
    raise exception 'a sign-up is history' using errcode = 'restrict_violation', constraint = 'referral_sign_up_history';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_sign_up() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.fault_of_code(c public.referral_code, at timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return case
    when c.id is null then 'CODE_UNKNOWN'
    when c.state <> 'active' then 'CODE_INACTIVE'
    when c.starts_at > at then 'CODE_NOT_STARTED'
    when c.expires_at <= at then 'CODE_EXPIRED'
    when c.used_count >= c.usage_limit then 'CODE_USED_UP'
    when not exists (select from public.partner p where p.id = c.partner_id and p.status = 'active') then 'PARTNER_INACTIVE'
    when access.agreement_at(c.partner_id, at) is null then 'NO_AGREEMENT'
  end;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.fault_of_import(of_partner uuid, of_tenant uuid, at timestamp with time zone, first_paid_on date)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  zone text := (select m.timezone from public.program m where m.code = 'standard');
  first_known date := (select (min(e.occurred_at) at time zone zone)::date from public.billing_event e where e.tenant_id = of_tenant and e.kind = 'invoice_paid' and e.net_minor <> 0);
begin
  return case
    when not exists (select from public.partner p where p.id = of_partner and p.status = 'active') then 'PARTNER_INACTIVE'
    when access.agreement_at(of_partner, statement_timestamp()) is null then 'NO_AGREEMENT'
    when exists (select from public.referral r where r.id = access.live_referral(of_tenant) and r.partner_id = of_partner and r.method = 'imported') then 'REFERRAL_DIFFERS'
    when access.live_referral(of_tenant) is not null then 'ALREADY_REFERRED'
    when exists (select from public.billing_event e where e.tenant_id = of_tenant and e.kind = 'invoice_paid' and e.net_minor <> 0 and e.occurred_at < at) then 'TENANT_NOT_NEW'
    when first_known is not null and first_paid_on is null then 'FIRST_PAYMENT_MISSING'
    when first_known < first_paid_on then 'FIRST_PAYMENT_EARLIER'
  end;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.follow_code(asked text, click jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  c public.referral_code;
  settings public.referral_setting;
  leads_to text;
  days integer;
  made uuid;
  is_bot boolean := coalesce((click ->> 'is_bot')::boolean, false);
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work follows links' using errcode = 'insufficient_privilege';
  end if;
  select * into settings from public.referral_setting s;
  select x.* into c from public.referral_code x join public.partner p on p.id = x.partner_id and p.status = 'active'
  where x.code = upper(asked) and x.state = 'active' and x.starts_at <= statement_timestamp() and coalesce(x.expires_at > statement_timestamp(), true);
  if c.id is null then
    return jsonb_build_object('leads_to', settings.default_url, 'click_id', null);
  end if;
  -- A host that the provider took off the list is led to no more.
  leads_to := coalesce(case when access.host_of(c.destination_url) = any (settings.allowed_hosts) then c.destination_url end, settings.default_url);
  days := coalesce((access.agreement_terms(access.agreement_at(c.partner_id, statement_timestamp())) -> 'attribution' ->> 'window_days')::integer, 90);
  insert into public.referral_click (code_id, partner_id, expires_at, landing, referrer_host, utm, visitor_hash, ip_prefix_hash, user_agent_hash, is_bot)
  values (c.id, c.partner_id, statement_timestamp() + make_interval(days => days + 30), left(leads_to, 500), left(click ->> 'referrer_host', 253), coalesce(click -> 'utm', '{}'),
    decode(click ->> 'visitor_hash', 'hex'), decode(click ->> 'ip_prefix_hash', 'hex'), decode(click ->> 'user_agent_hash', 'hex'), is_bot)
  returning id into made;
  insert into public.referral_click_day as d (code_id, partner_id, day, clicks, bot_clicks)
  values (c.id, c.partner_id, access.program_day(statement_timestamp()), case when is_bot then 0 else 1 end, case when is_bot then 1 else 0 end)
  on conflict (code_id, day) do update set clicks = d.clicks + excluded.clicks, bot_clicks = d.bot_clicks + excluded.bot_clicks;
  return jsonb_build_object('leads_to', leads_to, 'click_id', case when not is_bot then made end);
end
$function$;
grant execute on access.follow_code(text,jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.forget_contacts(keep_days integer, most integer)
 RETURNS TABLE(sessions bigint, mails bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  border timestamptz := now() - make_interval(days => keep_days);
begin
  if (keep_days < 1) then
    raise exception 'personal data is kept for a day at least' using errcode = 'invalid_parameter_value';
  end if;
  delete from session s where s.id in (select o.id from session o where least(o.ended_at, o.ends_at) < border limit most);
  get diagnostics sessions = row_count;
  delete from mail_message m where m.id in (select o.id from mail_message o where o.created_at < border limit most);
  get diagnostics mails = row_count;
  if (sessions + mails > 0) then
    perform access.record_forgetting('personal_data.remove', sessions + mails, jsonb_build_object('sign_ins', sessions, 'mails', mails, 'until', border));
  end if;
  return next;
end
$function$;
grant execute on access.forget_contacts(integer,integer) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.forget_contacts(most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  forgotten integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only the clock forgets contacts' using errcode = 'insufficient_privilege';
  end if;
  update public.referral_sign_up s set contact_email = null, ip_prefix = null
  where s.id in (
    select o.id from public.referral_sign_up o
    where (o.contact_email is not null or o.ip_prefix is not null) and o.received_at <= access.contacts_kept_since()
    order by o.received_at limit most for update skip locked);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$function$;
grant execute on access.forget_contacts(integer) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.host_of(url text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN lower("substring"(url, '^https?://([^/?#:@\s]+)(?::[0-9]+)?(?:[/?#]|$)'::text));
grant execute on access.host_of(text) to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.import_referrals(items jsonb)
 RETURNS TABLE(place integer, fault text, of_tenant uuid, tenant_source text, referral_id uuid, is_new boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  item jsonb;
begin
  if session_user like 'liaison\_%' or access.context_plane() is distinct from 'platform' then
    raise exception 'referrals are imported at the machine' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('referral_sign_up', 0));
  for item in select value from jsonb_array_elements(items) loop
    place := (item ->> 'place')::integer;
    select t.fault, t.of_tenant, t.referral_id, t.is_new into fault, of_tenant, referral_id, is_new from access.take_imported_referral(item) t;
    tenant_source := (select t.source from public.tenant t where t.id = of_tenant);
    return next;
  end loop;
end
$function$;
grant execute on access.import_referrals(jsonb) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_reserved_code(code text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (code = ANY (ARRAY['ADMIN'::text, 'ADMINISTRATOR'::text, 'AGREEMENT'::text, 'AGREEMENTS'::text, 'APPLY'::text, 'AUTH'::text, 'BILLING'::text, 'CODE'::text, 'CODES'::text, 'DEFAULT'::text, 'DEMO'::text, 'DOCS'::text, 'EARNINGS'::text, 'FALSE'::text, 'HEALTH'::text, 'HELP'::text, 'HOME'::text, 'INTERNAL'::text, 'LEGAL'::text, 'LIAISON'::text, 'LOGIN'::text, 'LOGOUT'::text, 'NONE'::text, 'NULL'::text, 'OAUTH'::text, 'OFFICIAL'::text, 'PARTNER'::text, 'PARTNERS'::text, 'PAYOUT'::text, 'PAYOUTS'::text, 'PROVIDER'::text, 'REFERRAL'::text, 'REFERRALS'::text, 'REGISTER'::text, 'ROOT'::text, 'SECURITY'::text, 'SIGNIN'::text, 'SIGNOUT'::text, 'SIGNUP'::text, 'STAFF'::text, 'STATUS'::text, 'SUPPORT'::text, 'SYSTEM'::text, 'TENANT'::text, 'TEST'::text, 'TRUE'::text, 'UNDEFINED'::text, 'VERIFY'::text]));
grant execute on access.is_reserved_code(text) to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.live_referral(tenant uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$ select r.id from public.referral r where r.tenant_id = live_referral.tenant and r.voided_at is null and access.is_in_own_plane()$function$;
grant execute on access.live_referral(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lock_referral(referral uuid, event uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  r public.referral;
begin
  if (not access.is_in_own_plane()) then
    return false;
  end if;
  select * into r from public.referral x where x.id = lock_referral.referral for update;
  if r.id is null or r.locked_at is not null or r.voided_at is not null then
    return false;
  end if;
  if not exists (select from public.billing_event e where e.id = lock_referral.event and e.tenant_id = r.tenant_id and e.kind = 'invoice_paid') then
    raise exception 'only a payment of its tenant locks a referral' using errcode = 'check_violation', constraint = 'referral_lock';
  end if;
  update public.referral x set locked_at = statement_timestamp(), locked_by_event = lock_referral.event where x.id = r.id;
  perform audit.record(jsonb_build_object('action', 'program.referral.locked', 'partner_id', r.partner_id, 'tenant_id', r.tenant_id, 'resource_type', 'referral', 'resource_id', r.id));
  insert into public.outbox (topic, payload) values ('referral.locked', jsonb_build_object('referral_id', r.id, 'partner_id', r.partner_id, 'state', 'locked'));
  return true;
end
$function$;
grant execute on access.lock_referral(uuid,uuid) to liaison_ingest;
grant execute on access.lock_referral(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.monthly_revenue(tenant uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select access.revenue_of_tenant(r.tenant_id, r.referred_at) from public.referral r
  where r.tenant_id = monthly_revenue.tenant and r.voided_at is null and r.partner_id = access.partner_of_owner()
  $function$;
grant execute on access.monthly_revenue(uuid) to liaison_limited_view;
grant execute on access.monthly_revenue(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_referral()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('referral_id', r.id, 'partner_id', p.id, 'partner_name', p.name, 'referred_at', r.referred_at, 'method', r.method, 'code', c.code, 'is_locked', r.locked_at is not null, 'locked_at', r.locked_at,
    'shown', jsonb_build_object('tenant_id', t.id, 'name', t.name, 'slug', t.slug, 'status', access.told_status(t.status), 'signed_up_at', access.told_sign_up(r.method, r.referred_at, t.created_at), 'subscription_tier', t.plan_type,
      'monthly_revenue', access.revenue_of_tenant(t.id, r.referred_at)))
  from public.referral r
  join public.partner p on p.id = r.partner_id
  join public.tenant t on t.id = r.tenant_id
  left join public.referral_code c on c.id = r.code_id
  where r.tenant_id = access.context_id('tenant_id') and r.tenant_id in (select access.reach('referral', 'select')) and r.voided_at is null
    and session_user = 'liaison_tenant' and access.context_plane() = 'tenant'
  $function$;
grant execute on access.own_referral() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_of_owner()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select pm.partner_id
  from public.partner_member pm
  join public.partner p on p.id = pm.partner_id and p.status = 'active'
  join public.person h on h.id = pm.person_id and h.status = 'active'
  where pm.person_id = access.context_id('actor_id') and pm.partner_id = access.context_id('partner_id') and pm.status = 'active'
    and pm.role = 'PARTNER_OWNER' and access.context_plane() = 'program'
$function$;
grant execute on access.partner_of_owner() to liaison_limited_view;
grant execute on access.partner_of_owner() to liaison_owner;
grant execute on access.partner_of_owner() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.revenue_of_tenant(tenant uuid, since timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return (
    with paid as (
      select b.id, b.source, b.external_id, b.currency, b.net_minor, b.occurred_at from public.billing_event b
      where b.tenant_id = revenue_of_tenant.tenant and b.kind = 'invoice_paid'),
    back as (
      select b.external_id, b.kind, b.currency, b.net_minor, b.occurred_at, p.id as payment, p.net_minor as paid_minor
      from public.billing_event b left join paid p on p.source = b.source and p.external_id = b.refers_to and p.currency = b.currency
      where b.tenant_id = revenue_of_tenant.tenant and b.kind <> 'invoice_paid' and coalesce(p.occurred_at, b.occurred_at) >= since),
    gone as (
      select g.occurred_at, g.currency, g.payment, g.net_minor, least(g.paid_minor, case when bool_or(g.kind = 'void') over one then g.paid_minor else sum(g.net_minor) over one end) as so_far, row_number() over one as place
      from back g window one as (partition by g.payment order by g.occurred_at, g.external_id)),
    moved as (
      select p.occurred_at, p.currency, p.net_minor from paid p where p.occurred_at >= since
      union all
      select g.occurred_at, g.currency, -(case when g.payment is null then g.net_minor else g.so_far - lag(g.so_far, 1, 0::numeric) over (partition by g.payment order by g.place) end) from gone g)
    select coalesce(jsonb_agg(jsonb_build_object('month', sums.month, 'amount', jsonb_build_object('amount_minor', sums.net_minor, 'currency', sums.currency)) order by sums.month desc, sums.currency), '[]')
    from (
      select to_char(e.occurred_at at time zone coalesce(m.timezone, 'UTC'), 'YYYY-MM') as month, e.currency, sum(e.net_minor)::bigint as net_minor
      from moved e left join public.program m on m.code = 'standard'
      group by 1, 2) sums);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_imported_referral(item jsonb, OUT fault text, OUT of_tenant uuid, OUT referral_id uuid, OUT is_new boolean)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found_tenants uuid[] := array(select access.tenants_of_import(item ->> 'known_by', item ->> 'known_as', item ->> 'source'));
  at timestamptz := (select (item ->> 'referred_on')::timestamp at time zone m.timezone from public.program m where m.code = 'standard');
  of_partner uuid := (item ->> 'partner_id')::uuid;
  of_code uuid := (item ->> 'code_id')::uuid;
begin
  is_new := false;
  if cardinality(found_tenants) <> 1 then
    fault := case cardinality(found_tenants) when 0 then 'TENANT_UNKNOWN' else 'TENANT_UNCLEAR' end;
    return;
  end if;
  of_tenant := found_tenants[1];
  -- What was imported once stays as it is, also where it was withdrawn since.
  select r.id into referral_id from public.referral r
  where r.tenant_id = of_tenant and r.partner_id = of_partner and r.method = 'imported' and r.referred_at = at and r.code_id is not distinct from of_code
    and r.first_paid_on is not distinct from (item ->> 'first_paid_on')::date and r.paid_through is not distinct from (item ->> 'paid_through')::date
  order by r.id desc limit 1;
  if referral_id is not null then
    return;
  end if;
  fault := access.fault_of_import(of_partner, of_tenant, at, (item ->> 'first_paid_on')::date);
  if fault is null and exists (
    select from public.deal_registration d where d.id = access.deal_for_sign_up(of_tenant, item ->> 'contact_email', at) and d.partner_id <> of_partner) then
    fault := 'PROSPECT_REGISTERED';
  end if;
  if fault is null and exists (select from public.referral_code c where c.id = of_code and c.used_count >= c.usage_limit) then
    fault := 'CODE_USED_UP';
  end if;
  if fault is null and (select a.outcome from private.assess_sign_up(of_partner, of_tenant, of_code, null, at, jsonb_strip_nulls(jsonb_build_object('contact_email', lower(item ->> 'contact_email')))) a) = 'block' then
    fault := 'RISK_BLOCKED';
  end if;
  if fault is null then
    referral_id := access.add_imported_referral(item, of_tenant, at);
    is_new := true;
  end if;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_sign_up(item jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  of_source text := item ->> 'source';
  tenant uuid := (item ->> 'tenant_id')::uuid;
  at timestamptz := (item ->> 'occurred_at')::timestamptz;
  known public.referral_sign_up;
  sign_up uuid;
  c public.referral_code;
  click record;
  clicked uuid;
  deal public.deal_registration;
  days integer;
  why text;
  how text;
  by_partner uuid;
  made uuid;
  risk text := 'clear';
begin
  if session_user <> 'liaison_ingest' or access.context_plane() is distinct from 'ingest' then
    raise exception 'sign-ups are reported by the provider''s own systems' using errcode = 'insufficient_privilege';
  end if;
  insert into public.referral_sign_up (source, external_id, digest, tenant_id, occurred_at, code, click_id, contact_email, ip_prefix)
  values (of_source, item ->> 'external_id', decode(item ->> 'digest', 'hex'), tenant, at, item ->> 'code', (item ->> 'click_id')::uuid, lower(item ->> 'contact_email'), item ->> 'ip_prefix')
  on conflict (source, external_id) do nothing returning id into sign_up;
  if sign_up is null then
    select * into known from public.referral_sign_up s where s.source = of_source and s.external_id = item ->> 'external_id';
    return jsonb_build_object('outcome', known.outcome, 'reason', known.reason, 'referral_id', known.referral_id, 'is_new', false, 'is_reused', known.digest <> decode(item ->> 'digest', 'hex'));
  end if;

  select * into deal from public.deal_registration d where d.id = access.deal_for_sign_up(tenant, item ->> 'contact_email', at) for update;
  -- Who ended it while we waited for it has been faster.
  if deal.state not in ('approved', 'expired') then
    deal := null;
  end if;
  if deal.id is not null then
    how := 'deal_registration';
    by_partner := deal.partner_id;
  elsif item ->> 'code' is not null then
    select * into c from public.referral_code x where x.code = upper(item ->> 'code') for update;
    why := access.fault_of_code(c, at);
    how := 'code';
  end if;
  if deal.id is null and (item ->> 'code' is null or why is not null) and item ->> 'click_id' is not null then
    select * into click from access.counting_click((item ->> 'click_id')::uuid, at);
    if click.fault is null then
      select * into c from public.referral_code x where x.id = click.code_id for update;
      clicked := click.click_id;
      days := click.window_days;
      how := 'link';
      why := access.fault_of_code(c, at);
    else
      why := coalesce(why, click.fault);
    end if;
  end if;
  by_partner := coalesce(by_partner, c.partner_id);
  if how is null then
    why := coalesce(why, 'NO_EVIDENCE');
  end if;
  if why is null and access.live_referral(tenant) is not null then
    why := 'ALREADY_REFERRED';
  end if;
  if why is null and exists (select from public.billing_event e where e.tenant_id = tenant and e.kind = 'invoice_paid' and e.net_minor <> 0 and e.occurred_at < at) then
    why := 'TENANT_NOT_NEW';
  end if;
  if why is null then
    select a.outcome into risk from private.assess_sign_up(by_partner, tenant, c.id, clicked, at, jsonb_strip_nulls(jsonb_build_object('contact_email', lower(item ->> 'contact_email'), 'ip_prefix', item ->> 'ip_prefix'))) a;
    if risk = 'block' then
      why := 'RISK_BLOCKED';
    end if;
  end if;
  if why is null then
    insert into public.referral (partner_id, program_id, tenant_id, code_id, click_id, agreement_id, method, referred_at, window_days, created_by_name)
    values (by_partner, (select m.id from public.program m where m.code = 'standard'), tenant, c.id, clicked, access.agreement_at(by_partner, at), how, at, days, of_source)
    on conflict do nothing returning id into made;
    if made is null then
      why := 'ALREADY_REFERRED';
    end if;
  end if;
  if made is not null then
    if deal.id is not null then
      perform access.win_deal(deal.id, made);
    end if;
    update public.referral_code x set used_count = x.used_count + 1 where x.id = c.id;
    perform audit.record(jsonb_build_object('action', 'program.referral.created', 'partner_id', by_partner, 'tenant_id', tenant, 'resource_type', 'referral', 'resource_id', made, 'resource_label', coalesce(c.code, deal.company_name),
      'changes', jsonb_build_object('method', jsonb_build_object('after', how))));
    insert into public.outbox (topic, payload) values ('referral.created', jsonb_build_object('referral_id', made, 'partner_id', by_partner, 'state', 'created'));
  end if;
  update public.referral_sign_up s set outcome = case when made is null then 'not_referred' else 'referred' end, reason = why, referral_id = made, partner_id = by_partner where s.id = sign_up;
  return jsonb_build_object('outcome', case when made is null then 'not_referred' else 'referred' end, 'reason', why, 'referral_id', made, 'is_new', true, 'is_reused', false,
    'risk', case when made is not null and risk <> 'clear' then risk end);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_sign_ups(items jsonb)
 RETURNS TABLE(place integer, answer jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  item record;
begin
  perform pg_advisory_xact_lock(hashtextextended('referral_sign_up', 0));
  for item in select e.value, e.ordinality from jsonb_array_elements(items) with ordinality e loop
    place := item.ordinality - 1;
    answer := access.take_sign_up(item.value);
    return next;
  end loop;
end
$function$;
grant execute on access.take_sign_ups(jsonb) to liaison_ingest;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tenants_of_import(known_by text, known_as text, of_source text)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t.id from public.tenant t where known_by = 'tenant_id' and t.id::text = known_as
  union select t.id from public.tenant t where known_by = 'tenant_slug' and t.slug = known_as
  union select t.id from public.tenant t where known_by = 'tenant' and t.source = of_source and t.external_id = known_as
  union select b.tenant_id from public.billing_account b where known_by = 'account_number' and b.ban = known_as
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.told_sign_up(method text, referred_at timestamp with time zone, entered_at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (method = 'manual'::text) THEN LEAST(entered_at, referred_at) ELSE referred_at END;
grant execute on access.told_sign_up(text,timestamp with time zone,timestamp with time zone) to liaison_limited_view;
grant execute on access.told_sign_up(text,timestamp with time zone,timestamp with time zone) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.told_status(status text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
RETURN CASE status WHEN 'suspended'::text THEN 'suspended'::text WHEN 'closed'::text THEN 'closed'::text ELSE 'active'::text END;
grant execute on access.told_status(text) to liaison_limited_view;
grant execute on access.told_status(text) to liaison_platform;
grant execute on access.told_status(text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.win_deal(deal uuid, by_referral uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  d public.deal_registration;
begin
  update public.deal_registration x set state = 'won', referral_id = by_referral where x.id = win_deal.deal returning * into d;
  perform audit.record(jsonb_build_object('action', 'program.deal.won', 'partner_id', d.partner_id, 'resource_type', 'deal_registration', 'resource_id', d.id, 'resource_label', d.company_name));
  insert into public.outbox (topic, payload) values ('deal.changed', jsonb_build_object('deal_id', d.id, 'partner_id', d.partner_id, 'state', 'won'));
end
$function$;

-- For definer functions and triggers of other modules: no login may call it.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.lock_referral(referral uuid, event uuid)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.lock_referral(referral, event) $function$;
grant execute on private.lock_referral(uuid,uuid) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.refuse_paid_elsewhere()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if exists (
    select from referral r join program m on m.id = r.program_id
    where r.id = new.referral_id and r.paid_through is not null and (new.occurred_at at time zone m.timezone)::date <= r.paid_through) then
    raise exception 'it was paid by the program that the referral came from' using errcode = 'check_violation', constraint = 'earning_paid_elsewhere';
  end if;
  return new;
end
$function$;
