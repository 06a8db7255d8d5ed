-- One version of what the provider and a partner agree on: text and machine-readable terms with one fingerprint, frozen from the moment it is offered (D4).
create table public.agreement (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  program_id uuid not null,
  version integer not null,
  state text not null default 'draft'::text,
  title text not null,
  template_id uuid not null,
  source text not null,
  body text not null,
  terms_canonical text not null,
  terms jsonb not null generated always as ((terms_canonical)::jsonb) stored,
  content_sha256 bytea not null,
  starts_at timestamp with time zone,
  expires_at timestamp with time zone,
  effective tstzrange not null default 'empty'::tstzrange,
  offered_at timestamp with time zone,
  signed_at timestamp with time zone,
  approved_at timestamp with time zone,
  ended_at timestamp with time zone,
  terminates_at timestamp with time zone,
  reason text,
  notice_at timestamp with time zone,
  notice_by_name text,
  notice_reason text,
  warned_at timestamp with time zone,
  created_by uuid,
  created_by_name text not null default ''::text,
  offered_by uuid,
  offered_by_name text,
  row_version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint agreement_body_check CHECK ((((char_length(body) >= 1) AND (char_length(body) <= 80000)) AND (body IS NFC NORMALIZED) AND (POSITION((chr(13)) IN (body)) = 0))),
  constraint agreement_check CHECK (((state = 'draft'::text) OR ((state = 'withdrawn'::text) AND (offered_at IS NULL)) OR ((offered_at IS NOT NULL) AND (expires_at IS NOT NULL)))),
  constraint agreement_check1 CHECK (((state = ANY (ARRAY['active'::text, 'superseded'::text, 'terminated'::text])) = (approved_at IS NOT NULL))),
  constraint agreement_check2 CHECK (((state <> ALL (ARRAY['declined'::text, 'rejected'::text, 'terminated'::text])) OR (reason IS NOT NULL))),
  constraint agreement_content_sha256_check CHECK ((octet_length(content_sha256) = 32)),
  constraint agreement_effective EXCLUDE USING gist (partner_id WITH =, program_id WITH =, effective WITH &&),
  constraint agreement_notice_reason_check CHECK (((char_length(notice_reason) >= 1) AND (char_length(notice_reason) <= 1000))),
  constraint agreement_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint agreement_partner_id_id_key UNIQUE (partner_id, id),
  constraint agreement_partner_id_program_id_id_key UNIQUE (partner_id, program_id, id),
  constraint agreement_partner_id_program_id_version_key UNIQUE (partner_id, program_id, version),
  constraint agreement_pkey PRIMARY KEY (id),
  constraint agreement_program_id_fkey FOREIGN KEY (program_id) REFERENCES public.program(id),
  constraint agreement_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 1000))),
  constraint agreement_source_check CHECK ((((char_length(source) >= 1) AND (char_length(source) <= 60000)) AND (source IS NFC NORMALIZED) AND (POSITION((chr(13)) IN (source)) = 0))),
  constraint agreement_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'offered'::text, 'signed'::text, 'active'::text, 'superseded'::text, 'terminated'::text, 'declined'::text, 'withdrawn'::text, 'expired'::text, 'rejected'::text]))),
  constraint agreement_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.agreement_template(id),
  constraint agreement_terms_canonical_check CHECK ((octet_length(terms_canonical) <= 16384)),
  constraint agreement_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200))),
  constraint agreement_version_check CHECK ((version >= 1))
);
CREATE INDEX agreement_content_sha256_idx ON public.agreement USING btree (content_sha256);
CREATE INDEX agreement_state_updated_at_idx ON public.agreement USING btree (state, updated_at);
CREATE UNIQUE INDEX agreement_one_active ON public.agreement USING btree (partner_id, program_id) WHERE (state = 'active'::text);
CREATE UNIQUE INDEX agreement_one_open ON public.agreement USING btree (partner_id, program_id) WHERE (state = ANY (ARRAY['draft'::text, 'offered'::text, 'signed'::text]));
CREATE TRIGGER audited_delete AFTER DELETE ON public.agreement REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agreement REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agreement REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER end_what_holds AFTER UPDATE OF state ON public.agreement FOR EACH ROW WHEN (((new.state = 'terminated'::text) AND (old.state <> 'terminated'::text))) EXECUTE FUNCTION private.end_what_holds();
CREATE TRIGGER end_what_holds_sooner AFTER UPDATE OF terminates_at ON public.agreement FOR EACH ROW WHEN (((new.state = 'terminated'::text) AND (old.state = 'terminated'::text) AND (new.terminates_at < old.terminates_at))) EXECUTE FUNCTION private.end_what_holds();
CREATE TRIGGER enforce_agreement BEFORE INSERT OR UPDATE ON public.agreement FOR EACH ROW EXECUTE FUNCTION private.enforce_agreement();
CREATE TRIGGER no_delete BEFORE DELETE ON public.agreement FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.agreement FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER remember_agreement AFTER INSERT OR UPDATE ON public.agreement FOR EACH ROW EXECUTE FUNCTION private.remember_agreement();
alter table public.agreement enable row level security, force row level security;
create policy deciding on public.agreement for select to liaison_authz
  using (true);
create policy keeping on public.agreement for all to liaison_owner
  using (true)
  with check (true);
create policy own_answer on public.agreement for update to liaison_program
  using (((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)) AND (offered_at IS NOT NULL)))
  with check ((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)));
create policy own_current on public.agreement for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (effective @> statement_timestamp())));
create policy own_history on public.agreement for select to liaison_program
  using (((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)) AND (offered_at IS NOT NULL)));
create policy own_work on public.agreement for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy platform_all on public.agreement for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.agreement to liaison_authz;
grant select on public.agreement to liaison_job;
grant select on public.agreement to liaison_platform;
grant select on public.agreement to liaison_program;
grant update (state, warned_at) on public.agreement to liaison_job;
grant insert (partner_id, program_id, title, template_id, source, body, terms_canonical, starts_at) on public.agreement to liaison_platform;
grant update (state, title, template_id, source, body, terms_canonical, starts_at, expires_at, terminates_at, reason) on public.agreement to liaison_platform;
grant update (state, reason, notice_reason) on public.agreement to liaison_program;

-- That somebody of the provider approved a signed agreement; never a signature (D4).
create table public.agreement_approval (
  id uuid not null default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  kind text not null default 'approval'::text,
  approver_id uuid not null,
  approver_name text not null,
  auth_method text not null,
  auth_at timestamp with time zone,
  ip inet,
  user_agent text,
  content_sha256 bytea not null,
  approved_at timestamp with time zone not null default statement_timestamp(),
  constraint agreement_approval_agreement FOREIGN KEY (partner_id, agreement_id) REFERENCES public.agreement(partner_id, id),
  constraint agreement_approval_approver_id_fkey FOREIGN KEY (approver_id) REFERENCES public.person(id),
  constraint agreement_approval_content_sha256_check CHECK ((octet_length(content_sha256) = 32)),
  constraint agreement_approval_kind_check CHECK ((kind = 'approval'::text)),
  constraint agreement_approval_once UNIQUE (agreement_id),
  constraint agreement_approval_pkey PRIMARY KEY (id)
);
CREATE INDEX agreement_approval_partner_id_idx ON public.agreement_approval USING btree (partner_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.agreement_approval FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.agreement_approval REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agreement_approval REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agreement_approval REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER carry_agreement_approval AFTER INSERT ON public.agreement_approval FOR EACH ROW EXECUTE FUNCTION private.carry_agreement_approval();
CREATE TRIGGER enforce_agreement_approval BEFORE INSERT ON public.agreement_approval FOR EACH ROW EXECUTE FUNCTION private.enforce_agreement_approval();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.agreement_approval FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.agreement_approval enable row level security, force row level security;
create policy deciding on public.agreement_approval for select to liaison_authz
  using (true);
create policy keeping on public.agreement_approval for select to liaison_owner
  using (true);
create policy own on public.agreement_approval for select to liaison_program
  using ((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)));
create policy platform_all on public.agreement_approval for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.agreement_approval to liaison_authz;
grant select on public.agreement_approval to liaison_platform;
grant select on public.agreement_approval to liaison_program;
grant insert (agreement_id, partner_id, content_sha256) on public.agreement_approval to liaison_platform;

-- What became of an agreement, in order; each line carries the hash of the line before it.
create table public.agreement_event (
  id uuid not null default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  number integer not null,
  occurred_at timestamp with time zone not null,
  action text not null,
  from_state text,
  to_state text not null,
  actor_kind text not null,
  actor_id uuid,
  actor_name text,
  details jsonb not null default '{}'::jsonb,
  previous_hash bytea,
  hash bytea not null,
  constraint agreement_event_agreement_id_number_key UNIQUE (agreement_id, number),
  constraint agreement_event_check CHECK (((number = 1) = (previous_hash IS NULL))),
  constraint agreement_event_hash_check CHECK ((octet_length(hash) = 32)),
  constraint agreement_event_number_check CHECK ((number >= 1)),
  constraint agreement_event_partner_id_agreement_id_fkey FOREIGN KEY (partner_id, agreement_id) REFERENCES public.agreement(partner_id, id),
  constraint agreement_event_pkey PRIMARY KEY (id),
  constraint agreement_event_previous_hash_check CHECK ((octet_length(previous_hash) = 32))
);
CREATE INDEX agreement_event_partner_id_idx ON public.agreement_event USING btree (partner_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.agreement_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.agreement_event REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agreement_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agreement_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.agreement_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.agreement_event enable row level security, force row level security;
create policy deciding on public.agreement_event for select to liaison_authz
  using (true);
create policy keeping on public.agreement_event for all to liaison_owner
  using (true)
  with check (true);
create policy own on public.agreement_event for select to liaison_program
  using (((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)) AND (EXISTS ( SELECT
   FROM public.agreement g
  WHERE (g.id = agreement_event.agreement_id)))));
create policy platform_read on public.agreement_event for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.agreement_event to liaison_authz;
grant select on public.agreement_event to liaison_platform;
grant select on public.agreement_event to liaison_program;

-- The sealed PDF of an agreement as it was signed and as it was approved, with its own SHA-256.
create table public.agreement_file (
  id uuid not null default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  kind text not null,
  digest bytea not null,
  bytes bytea not null,
  seal text not null,
  created_at timestamp with time zone not null default now(),
  constraint agreement_file_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 5000000))),
  constraint agreement_file_check CHECK ((digest = sha256(bytes))),
  constraint agreement_file_kind_check CHECK ((kind = ANY (ARRAY['signed'::text, 'approved'::text]))),
  constraint agreement_file_once UNIQUE (agreement_id, kind),
  constraint agreement_file_partner_id_agreement_id_fkey FOREIGN KEY (partner_id, agreement_id) REFERENCES public.agreement(partner_id, id),
  constraint agreement_file_pkey PRIMARY KEY (id),
  constraint agreement_file_seal_check CHECK ((seal = ANY (ARRAY['development'::text, 'configured'::text])))
);
CREATE INDEX agreement_file_digest_idx ON public.agreement_file USING btree (digest);
CREATE INDEX agreement_file_partner_id_idx ON public.agreement_file USING btree (partner_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.agreement_file FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.agreement_file REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agreement_file REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agreement_file REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_agreement_file BEFORE INSERT ON public.agreement_file FOR EACH ROW EXECUTE FUNCTION private.enforce_agreement_file();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.agreement_file FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.agreement_file enable row level security, force row level security;
create policy deciding on public.agreement_file for select to liaison_authz
  using (true);
create policy own on public.agreement_file for all to liaison_program
  using ((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)))
  with check (((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)) AND (kind = 'signed'::text)));
create policy own_current on public.agreement_file for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (EXISTS ( SELECT
   FROM public.agreement g
  WHERE ((g.id = agreement_file.agreement_id) AND (g.effective @> statement_timestamp()))))));
create policy platform_all on public.agreement_file for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.agreement_file to liaison_authz;
grant select on public.agreement_file to liaison_platform;
grant select on public.agreement_file to liaison_program;
grant insert (agreement_id, partner_id, kind, digest, bytes, seal) on public.agreement_file to liaison_platform;
grant insert (agreement_id, partner_id, kind, digest, bytes, seal) on public.agreement_file to liaison_program;

-- The evidence of a signature: who, how that was checked, what was shown and agreed to. Only a membership of the partner can have one, so a platform admin has none (D4).
create table public.agreement_signature (
  id uuid not null default uuidv7(),
  agreement_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  person_id uuid not null,
  signer_name text not null,
  signer_email text not null,
  member_role text not null,
  typed_name text not null,
  capacity text not null,
  auth_method text not null,
  auth_at timestamp with time zone not null,
  ip inet,
  user_agent text,
  locale text,
  time_zone text,
  content_sha256 bytea not null,
  consent_text text not null,
  consent_sha256 bytea not null,
  displayed_at timestamp with time zone not null,
  signed_at timestamp with time zone not null default statement_timestamp(),
  constraint agreement_signature_agreement FOREIGN KEY (partner_id, agreement_id) REFERENCES public.agreement(partner_id, id),
  constraint agreement_signature_auth_method_check CHECK ((auth_method = ANY (ARRAY['otp'::text, 'phishing_resistant'::text]))),
  constraint agreement_signature_capacity_check CHECK (((char_length(capacity) >= 1) AND (char_length(capacity) <= 100))),
  constraint agreement_signature_check CHECK ((consent_sha256 = sha256(convert_to(consent_text, 'UTF8'::name)))),
  constraint agreement_signature_check1 CHECK ((displayed_at <= signed_at)),
  constraint agreement_signature_consent_text_check CHECK (((char_length(consent_text) >= 1) AND (char_length(consent_text) <= 4000))),
  constraint agreement_signature_content_sha256_check CHECK ((octet_length(content_sha256) = 32)),
  constraint agreement_signature_locale_check CHECK ((char_length(locale) <= 100)),
  constraint agreement_signature_member FOREIGN KEY (partner_id, member_id) REFERENCES public.partner_member(partner_id, id),
  constraint agreement_signature_member_role_check CHECK ((member_role = 'PARTNER_OWNER'::text)),
  constraint agreement_signature_once UNIQUE (agreement_id),
  constraint agreement_signature_pkey PRIMARY KEY (id),
  constraint agreement_signature_time_zone_check CHECK ((char_length(time_zone) <= 64)),
  constraint agreement_signature_typed_name_check CHECK (((char_length(typed_name) >= 2) AND (char_length(typed_name) <= 200)))
);
CREATE INDEX agreement_signature_partner_id_idx ON public.agreement_signature USING btree (partner_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.agreement_signature FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.agreement_signature REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agreement_signature REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agreement_signature REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER carry_agreement_signature AFTER INSERT ON public.agreement_signature FOR EACH ROW EXECUTE FUNCTION private.carry_agreement_signature();
CREATE TRIGGER enforce_agreement_signature BEFORE INSERT ON public.agreement_signature FOR EACH ROW EXECUTE FUNCTION private.enforce_agreement_signature();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.agreement_signature FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.agreement_signature enable row level security, force row level security;
create policy deciding on public.agreement_signature for select to liaison_authz
  using (true);
create policy keeping on public.agreement_signature for select to liaison_owner
  using (true);
create policy own on public.agreement_signature for all to liaison_program
  using ((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)))
  with check ((partner_id = ( SELECT access.agreement_owner() AS agreement_owner)));
create policy platform_read on public.agreement_signature for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.agreement_signature to liaison_authz;
grant select on public.agreement_signature to liaison_platform;
grant select on public.agreement_signature to liaison_program;
grant insert (agreement_id, partner_id, member_id, typed_name, capacity, locale, time_zone, content_sha256, consent_text, displayed_at) on public.agreement_signature to liaison_program;

-- A text with placeholders and the terms it begins with. A change is a further number; nothing is edited.
create table public.agreement_template (
  id uuid not null default uuidv7(),
  code text not null,
  number integer not null,
  title text not null,
  source text not null,
  terms jsonb not null,
  created_by_name text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  constraint agreement_template_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
  constraint agreement_template_code_number_key UNIQUE (code, number),
  constraint agreement_template_number_check CHECK ((number >= 1)),
  constraint agreement_template_pkey PRIMARY KEY (id),
  constraint agreement_template_source_check CHECK ((((char_length(source) >= 1) AND (char_length(source) <= 60000)) AND (source IS NFC NORMALIZED) AND (POSITION((chr(13)) IN (source)) = 0))),
  constraint agreement_template_terms_check CHECK (((jsonb_typeof(terms) = 'object'::text) AND (octet_length((terms)::text) <= 16384))),
  constraint agreement_template_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.agreement_template FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.agreement_template FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.agreement_template REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.agreement_template REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.agreement_template REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.agreement_template FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.agreement_template enable row level security, force row level security;
create policy deciding on public.agreement_template for select to liaison_authz
  using (true);
create policy platform_all on public.agreement_template for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.agreement_template to liaison_authz;
grant select on public.agreement_template to liaison_platform;
grant insert (code, number, title, source, terms, created_by_name) on public.agreement_template to liaison_platform;

-- A partner program: what agreements are about. One row at first, the default program with the code standard (D4).
create table public.program (
  id uuid not null default uuidv7(),
  code text not null,
  name text not null,
  defaults jsonb not null default '{}'::jsonb,
  timezone text not null default 'UTC'::text,
  four_eyes text not null default 'approval'::text,
  status text not null default 'active'::text,
  created_at timestamp with time zone not null default now(),
  constraint program_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
  constraint program_code_key UNIQUE (code),
  constraint program_defaults_check CHECK (((jsonb_typeof(defaults) = 'object'::text) AND (octet_length((defaults)::text) <= 16384))),
  constraint program_four_eyes_check CHECK ((four_eyes = ANY (ARRAY['off'::text, 'approval'::text, 'offer_and_approval'::text]))),
  constraint program_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint program_pkey PRIMARY KEY (id),
  constraint program_status_check CHECK ((status = ANY (ARRAY['active'::text, 'closed'::text]))),
  constraint program_timezone_check CHECK (((char_length(timezone) >= 1) AND (char_length(timezone) <= 64)))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.program REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.program REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.program REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER require_second_person BEFORE UPDATE ON public.program FOR EACH ROW WHEN (access.lowers_agreement_care(old.four_eyes, new.four_eyes)) EXECUTE FUNCTION private.require_second_person('agreement_care');
alter table public.program enable row level security, force row level security;
create policy deciding on public.program for select to liaison_authz
  using (true);
create policy following on public.program for update to liaison_owner
  using (true)
  with check (true);
create policy keeping on public.program for select to liaison_owner
  using (true);
create policy own_read on public.program for select to liaison_program
  using ((( SELECT access.own_partner() AS own_partner) IS NOT NULL));
create policy platform_change on public.program for update to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_read on public.program for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.program to liaison_authz;
grant select on public.program to liaison_platform;
grant select on public.program to liaison_program;
grant update (defaults, four_eyes) on public.program to liaison_platform;

-- What the provider asks of partners beside their agreements, every version: the newest counts (A11, D4).
create table public.program_setting (
  version integer not null,
  live_needs_agreement boolean not null,
  contact_kept_days integer not null,
  set_by_name text not null,
  created_at timestamp with time zone not null default now(),
  attribution_model text not null,
  time_zone text not null,
  deal_protected_days integer not null,
  shows_sign_up_ranks boolean not null,
  shows_earning_ranks boolean not null,
  embeds_dashboard boolean not null,
  dashboard_origins text[] not null,
  constraint program_setting_contact_kept_days_check CHECK (((contact_kept_days >= 1) AND (contact_kept_days <= 3650))),
  constraint program_setting_pkey PRIMARY KEY (version),
  constraint program_setting_set_by_name_check CHECK (((char_length(set_by_name) >= 1) AND (char_length(set_by_name) <= 200))),
  constraint program_setting_version_check CHECK ((version >= 1))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.program_setting FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.program_setting FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.program_setting REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.program_setting REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.program_setting REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER complete_program_setting BEFORE INSERT ON public.program_setting FOR EACH ROW EXECUTE FUNCTION private.complete_program_setting();
CREATE TRIGGER follow_program_setting AFTER INSERT ON public.program_setting FOR EACH ROW EXECUTE FUNCTION private.follow_program_setting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.program_setting FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.program_setting enable row level security, force row level security;
create policy deciding on public.program_setting for select to liaison_authz
  using (true);
create policy keeping on public.program_setting for select to liaison_owner
  using (true);
create policy own_work on public.program_setting for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy partner_side on public.program_setting for select to liaison_program
  using ((( SELECT access.own_partner() AS own_partner) IS NOT NULL));
create policy platform_side on public.program_setting for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.program_setting to liaison_authz;
grant select on public.program_setting to liaison_job;
grant select on public.program_setting to liaison_platform;
grant select on public.program_setting to liaison_program;
grant insert (version, live_needs_agreement, contact_kept_days, set_by_name, attribution_model, time_zone, deal_protected_days, shows_sign_up_ranks, shows_earning_ranks, embeds_dashboard, dashboard_origins) on public.program_setting to liaison_platform;

-- owner: liaison_owner
create view public.agreement_overview with (security_invoker=true) as
 SELECT g.id,
    g.partner_id,
    g.program_id,
    g.version,
        CASE
            WHEN ((g.state = 'offered'::text) AND (g.expires_at <= statement_timestamp())) THEN 'expired'::text
            ELSE g.state
        END AS state,
    g.title,
    g.template_id,
    g.source,
    g.body,
    g.terms_canonical,
    g.content_sha256,
    g.starts_at,
    g.expires_at,
    lower(g.effective) AS effective_from,
    upper(g.effective) AS effective_until,
    (g.effective @> statement_timestamp()) AS is_in_force,
    g.offered_at,
    g.signed_at,
    g.approved_at,
    g.ended_at,
    g.terminates_at,
    g.reason,
    g.notice_at,
    g.notice_by_name,
    g.notice_reason,
    g.created_by,
    g.created_by_name,
    g.offered_by,
    g.offered_by_name,
    g.row_version,
    g.created_at,
    g.updated_at,
    p.name AS partner_name
   FROM (public.agreement g
     JOIN public.partner p ON ((p.id = g.partner_id)));
grant select on public.agreement_overview to liaison_platform;
grant select on public.agreement_overview to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.acting_evidence()
 RETURNS TABLE(person_id uuid, person_name text, person_email text, factor text, factor_at timestamp with time zone, ip inet, user_agent text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select h.id, h.name, h.email, s.factor, s.factor_at, (access.context() ->> 'ip')::inet, access.context() ->> 'user_agent'
  from public.person h
  join public.session s on s.id = access.context_id('session_id') and s.person_id = h.id and s.ended_at is null
  where h.id = access.context_id('actor_id') and h.status = 'active'
$function$;
grant execute on access.acting_evidence() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_at(partner uuid, at timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  if (not access.is_in_own_plane() or (session_user = 'liaison_program' and partner is distinct from access.own_partner())) then
    return null;
  end if;
  return (select g.id from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard' where g.partner_id = agreement_at.partner and g.effective @> at);
end
$function$;
grant execute on access.agreement_at(uuid,timestamp with time zone) to liaison_ingest;
grant execute on access.agreement_at(uuid,timestamp with time zone) to liaison_job;
grant execute on access.agreement_at(uuid,timestamp with time zone) to liaison_owner;
grant execute on access.agreement_at(uuid,timestamp with time zone) to liaison_platform;
grant execute on access.agreement_at(uuid,timestamp with time zone) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_chain_is_whole(agreement uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(bool_and(e.hash = e.computed and e.previous_hash is not distinct from e.before and e.number = e.place), false)
  from (
    select x.hash, x.previous_hash, x.number, private.agreement_event_hash(x) as computed, lag(x.hash) over (order by x.number) as before, row_number() over (order by x.number) as place
    from public.agreement_event x
    where x.agreement_id = agreement_chain_is_whole.agreement and access.is_in_own_plane()
      and (session_user <> 'liaison_program' or exists (select from public.agreement g where g.id = x.agreement_id and g.partner_id = access.own_partner()))) e
  $function$;
grant execute on access.agreement_chain_is_whole(uuid) to liaison_platform;
grant execute on access.agreement_chain_is_whole(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_lets_go_live(of_partner uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  if (not access.is_in_own_plane() or (session_user = 'liaison_program' and of_partner is distinct from access.own_partner())) then
    return false;
  end if;
  return not coalesce((select s.live_needs_agreement from public.program_setting s order by s.version desc limit 1), false)
    or exists (select from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard' where g.partner_id = of_partner and g.effective @> statement_timestamp());
end
$function$;
grant execute on access.agreement_lets_go_live(uuid) to liaison_platform;
grant execute on access.agreement_lets_go_live(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_owner()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select pm.partner_id
  from public.partner_member pm
  join public.partner p on p.id = pm.partner_id and p.status = 'active'
  join public.person h on h.id = pm.person_id and h.status = 'active'
  where pm.person_id = access.context_id('actor_id') and pm.partner_id = access.context_id('partner_id') and pm.status = 'active' and pm.role = 'PARTNER_OWNER'
    and access.context_plane() = 'program'
$function$;
grant execute on access.agreement_owner() to liaison_owner;
grant execute on access.agreement_owner() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_partner_name(partner uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select p.name from public.partner p where p.id = partner and session_user = 'liaison_job' and access.context_plane() = 'system' $function$;
grant execute on access.agreement_partner_name(uuid) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.agreement_terms(agreement uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  found public.agreement;
begin
  if (not access.is_in_own_plane()) then
    return null;
  end if;
  select * into found from public.agreement g where g.id = agreement_terms.agreement;
  if (session_user = 'liaison_program' and not coalesce(found.partner_id = access.own_partner()
    and (found.partner_id = access.agreement_owner() or found.effective @> statement_timestamp()), false)) then
    return null;
  end if;
  return found.terms;
end
$function$;
grant execute on access.agreement_terms(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_live_agreement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if (new.partner_id is not null and new.environment = 'live' and old.environment <> 'live' and not access.agreement_lets_go_live(new.partner_id)) then
    raise exception 'the partner has no agreement in force' using errcode = 'check_violation', constraint = 'api_client_agreement';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_live_agreement() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_partner_member(partner uuid, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.partner_member m where m.partner_id = partner and m.person_id = person and m.status = 'active') $function$;
grant execute on access.is_partner_member(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_agreement(of_agreement uuid, side text, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  g public.agreement;
  sent integer;
begin
  select * into g from public.agreement x where x.id = of_agreement;
  if (not coalesce((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and g.partner_id = access.partner_of_owner()), false)) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_agreement.subject, 'text', mail_agreement.body)
  from public.person h
  where g.id is not null and h.status = 'active' and case mail_agreement.side
    when 'partner' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = g.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_agreement(uuid,text,text,text) to liaison_job;
grant execute on access.mail_agreement(uuid,text,text,text) to liaison_platform;
grant execute on access.mail_agreement(uuid,text,text,text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_agreement_signed_at()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select min(g.signed_at) from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard'
  where g.partner_id = (select access.own_partner()) and (g.state = 'signed' or g.effective @> statement_timestamp())
$function$;
grant execute on access.own_agreement_signed_at() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_is_active(partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.partner p where p.id = partner and p.status = 'active') $function$;
grant execute on access.partner_is_active(uuid) to liaison_job;
grant execute on access.partner_is_active(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.program_attribution(at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.attribution_model from public.program_setting s where access.is_in_own_plane()
  order by (s.created_at <= at) desc, case when s.created_at <= at then -s.version else s.version end limit 1
  $function$;
grant execute on access.program_attribution(timestamp with time zone) to liaison_owner;
grant execute on access.program_attribution(timestamp with time zone) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.program_day(at timestamp with time zone)
 RETURNS date
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select (at at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC'))::date $function$;
grant execute on access.program_day(timestamp with time zone) to liaison_job;
grant execute on access.program_day(timestamp with time zone) to liaison_owner;
grant execute on access.program_day(timestamp with time zone) to liaison_platform;
grant execute on access.program_day(timestamp with time zone) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.program_day_begins(day date)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select day::timestamp at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC') $function$;
grant execute on access.program_day_begins(date) to liaison_platform;
grant execute on access.program_day_begins(date) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.verify_agreement(digest bytea)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
  select jsonb_build_object('kind', f.kind, 'signed_at', g.signed_at, 'approved_at', g.approved_at,
    'partner_name', case when tells then p.name end, 'title', case when tells then g.title end, 'version', case when tells then g.version end)
  from (
    select 'agreement' as kind, a.id from public.agreement a where a.content_sha256 = digest
    union all
    select 'file_' || x.kind, x.agreement_id from public.agreement_file x where x.digest = verify_agreement.digest) f
  join public.agreement g on g.id = f.id and g.signed_at is not null
  join public.partner p on p.id = g.partner_id
  cross join lateral (select exists (select from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
      where m.person_id = access.context_id('actor_id') and m.partner_id = g.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    or exists (select from public.platform_staff s where s.person_id = access.context_id('actor_id') and s.status = 'active') as tells) t
  where session_user = 'liaison_auth'
  -- Two agreements with the same words have the same fingerprint; whoever may read one of them is told of that one.
  order by tells desc, g.signed_at limit 1
  $function$;
grant execute on access.verify_agreement(bytea) to liaison_auth;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.agreement_event_hash(line public.agreement_event)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN sha256(((convert_to('agreement-event/1
'::text, 'UTF8'::name) || COALESCE((line).previous_hash, '\x'::bytea)) || convert_to((jsonb_build_array((line).id, (line).agreement_id, (line).number, to_char(((line).occurred_at AT TIME ZONE 'utc'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text), (line).action, (line).from_state, (line).to_state, (line).actor_kind, (line).actor_id, (line).actor_name, (line).details))::text, 'UTF8'::name)));
grant execute on private.agreement_event_hash(public.agreement_event) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.agreement_fingerprint(body text, terms_canonical text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN sha256(((convert_to('agreement/1
'::text, 'UTF8'::name) || sha256(convert_to(body, 'UTF8'::name))) || sha256(convert_to(terms_canonical, 'UTF8'::name))));

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.begin_agreement(g public.agreement, side text)
 RETURNS public.agreement
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('agreement', g.partner_id));
  g.version := (select coalesce(max(a.version), 0) + 1 from agreement a where a.partner_id = g.partner_id and a.program_id = g.program_id);
  g.content_sha256 := private.agreement_fingerprint(g.body, g.terms_canonical);
  if side is null then
    return g;
  end if;
  if (side <> 'provider' or g.state <> 'draft' or num_nonnulls(g.offered_at, g.signed_at, g.approved_at, g.ended_at) > 0 or not isempty(g.effective)) then
    raise exception 'an agreement begins as a draft of the provider' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if not access.partner_is_active(g.partner_id) then
    raise exception 'only an active partner gets an agreement' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  g.created_by := access.context_id('actor_id');
  g.created_by_name := access.context() ->> 'actor_name';
  update agreement a set state = 'expired' where a.partner_id = g.partner_id and a.program_id = g.program_id and a.state = 'offered' and a.expires_at <= statement_timestamp();
  return g;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.carry_agreement_approval()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  g agreement;
begin
  select * into g from agreement x where x.id = new.agreement_id;
  if (private.side_of_login() is null or g.state <> 'signed') then
    return null;
  end if;
  update agreement x set state = 'superseded' where x.partner_id = g.partner_id and x.program_id = g.program_id and x.state = 'active';
  -- What was terminated for a later day ends when the next one begins.
  update agreement x set effective = private.close_range(x.effective, greatest(statement_timestamp(), g.starts_at))
  where x.partner_id = g.partner_id and x.program_id = g.program_id and x.id <> g.id and x.effective && tstzrange(greatest(statement_timestamp(), g.starts_at), null);
  update agreement x set state = 'active' where x.id = g.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.carry_agreement_signature()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if (private.side_of_login() is null) then
    return null;
  end if;
  update agreement g set state = 'signed' where g.id = new.agreement_id and g.state = 'offered';
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_agreement_content(g_old public.agreement, g_new public.agreement, side text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if ((g_new.id, g_new.partner_id, g_new.program_id, g_new.version, g_new.created_at) is distinct from (g_old.id, g_old.partner_id, g_old.program_id, g_old.version, g_old.created_at)
    or g_new.created_by is distinct from g_old.created_by) then
    raise exception 'an agreement keeps whose it is' using errcode = 'check_violation', constraint = 'agreement_identity';
  end if;
  if ((g_old.state <> 'draft' or side is distinct from 'provider') and (g_new.title, g_new.source, g_new.body, g_new.terms_canonical, g_new.template_id) is distinct from (g_old.title, g_old.source, g_old.body, g_old.terms_canonical, g_old.template_id)) then
    raise exception 'what was offered never changes' using errcode = 'check_violation', constraint = 'agreement_frozen';
  end if;
  if (g_old.state <> 'draft' and (g_new.starts_at, g_new.expires_at) is distinct from (g_old.starts_at, g_old.expires_at)) then
    raise exception 'what was offered never changes' using errcode = 'check_violation', constraint = 'agreement_frozen';
  end if;
  if (private.ends_sooner(g_old, g_new, side)) then
    return;
  end if;
  if (g_new.reason is distinct from g_old.reason and g_new.state = g_old.state)
    or (g_new.terminates_at is distinct from g_old.terminates_at and (g_new.state <> 'terminated' or g_new.state = g_old.state)) then
    raise exception 'a reason belongs to a move' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_agreement_move(g_old public.agreement, g_new public.agreement, side text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor uuid := access.context_id('actor_id');
  care text := (select p.four_eyes from program p where p.id = g_old.program_id);
begin
  if not exists (select from state_transition t where t.entity = 'agreement' and t.from_state = g_old.state and t.to_state = g_new.state and t.actor_kind = side) then
    raise exception '% may not move an agreement from % to %', side, g_old.state, g_new.state using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g_old.state = 'offered' and g_new.state not in ('expired', 'withdrawn') and g_old.expires_at <= statement_timestamp()) then
    raise exception 'the offer has run out' using errcode = 'check_violation', constraint = 'agreement_expired';
  end if;
  if (g_new.state = 'expired' and g_old.expires_at > statement_timestamp()) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g_new.state = 'offered' and care = 'offer_and_approval' and private.is_drafter(g_old, actor)) then
    raise exception 'somebody else offers what one drafted' using errcode = 'check_violation', constraint = 'agreement_four_eyes';
  end if;
  if (g_new.state = 'offered' and g_old.terms -> 'attribution' ->> 'model' is distinct from access.program_attribution(statement_timestamp())) then
    raise exception 'an offer names the touch that the program counts' using errcode = 'check_violation', constraint = 'agreement_attribution';
  end if;
  if (g_new.state = 'offered' and not access.partner_is_active(g_old.partner_id)) then
    raise exception 'only an active partner is offered an agreement' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  if (g_new.state = 'declined' and access.agreement_owner() is distinct from g_old.partner_id) then
    raise exception 'owners answer for a partner' using errcode = 'check_violation', constraint = 'agreement_owner';
  end if;
  if (g_new.state = 'signed' and not exists (select from agreement_signature s where s.agreement_id = g_old.id and s.content_sha256 = g_old.content_sha256)) then
    raise exception 'nothing is signed without a signature' using errcode = 'check_violation', constraint = 'agreement_unsigned';
  end if;
  if (g_new.state = 'active' and not exists (select from agreement_approval a where a.agreement_id = g_old.id and a.content_sha256 = g_old.content_sha256)) then
    raise exception 'nothing is active without an approval' using errcode = 'check_violation', constraint = 'agreement_unapproved';
  end if;
  if (g_new.state = 'superseded' and not exists (
    select from agreement_approval a join agreement n on n.id = a.agreement_id
    where n.partner_id = g_old.partner_id and n.program_id = g_old.program_id and n.version > g_old.version and n.state = 'signed')) then
    raise exception 'only a later version supersedes' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.close_range(was tstzrange, until timestamp with time zone)
 RETURNS tstzrange
 LANGUAGE sql
 IMMUTABLE
RETURN (was * tstzrange(NULL::timestamp with time zone, until));

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.complete_program_setting()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  before program_setting;
begin
  select * into before from program_setting s order by s.version desc limit 1;
  new.attribution_model := coalesce(new.attribution_model, before.attribution_model);
  new.time_zone := coalesce(new.time_zone, before.time_zone);
  new.deal_protected_days := coalesce(new.deal_protected_days, before.deal_protected_days);
  new.shows_sign_up_ranks := coalesce(new.shows_sign_up_ranks, before.shows_sign_up_ranks);
  new.shows_earning_ranks := coalesce(new.shows_earning_ranks, before.shows_earning_ranks);
  new.embeds_dashboard := coalesce(new.embeds_dashboard, before.embeds_dashboard);
  new.dashboard_origins := coalesce(new.dashboard_origins, before.dashboard_origins);
  if new.attribution_model not in ('first_touch', 'last_touch') then
    raise exception 'no such touch is counted' using errcode = 'check_violation', constraint = 'program_setting_attribution';
  end if;
  if new.time_zone is distinct from before.time_zone and not exists (select from pg_timezone_names z where z.name = new.time_zone) then
    raise exception 'no such time zone is known' using errcode = 'check_violation', constraint = 'program_setting_time_zone';
  end if;
  if new.deal_protected_days not between 1 and 730 then
    raise exception 'a deal is protected for one day to two years' using errcode = 'check_violation', constraint = 'program_setting_deal_days';
  end if;
  -- They become part of a header: one that says more than an origin would say it to every browser.
  if cardinality(new.dashboard_origins) > 20 or exists (select from unnest(new.dashboard_origins) o where o is null or o !~ '^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$') then
    raise exception 'a dashboard stands on at most twenty exact origins' using errcode = 'check_violation', constraint = 'program_setting_dashboard_origins';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_what_holds()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update agreement x set effective = private.close_range(x.effective, new.terminates_at)
  where x.partner_id = new.partner_id and x.program_id = new.program_id and x.version < new.version and x.effective && tstzrange(new.terminates_at, null);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.ends_sooner(g_old public.agreement, g_new public.agreement, side text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select side = 'provider' and g_old.state = 'terminated' and g_new.state = 'terminated' and g_new.terminates_at < g_old.terminates_at
    and g_old.terminates_at > statement_timestamp()
    and case when isempty(g_old.effective)
      then g_old.terminates_at <= g_old.starts_at and not exists (
        select from agreement n
        where n.partner_id = g_old.partner_id and n.program_id = g_old.program_id and n.version > g_old.version and lower(n.effective) <= statement_timestamp())
      else upper(g_old.effective) > statement_timestamp() end
  $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_agreement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  -- The clock's move is made by whoever notes first that an offer ran out.
  side text := case when tg_op = 'UPDATE' and new.state = 'expired' and new.state <> old.state then 'clock' else private.side_of_login() end;
begin
  if tg_op = 'INSERT' then
    return private.begin_agreement(new, side);
  end if;
  new.row_version := old.row_version + 1;
  new.updated_at := statement_timestamp();
  new.content_sha256 := private.agreement_fingerprint(new.body, new.terms_canonical);
  if (private.side_of_login() is null and access.context_plane() is null) then
    return new;
  end if;
  perform private.check_agreement_content(old, new, side);
  if (new.notice_reason is distinct from old.notice_reason) then
    if (side <> 'partner' or old.notice_reason is not null or old.state <> 'active' or new.state <> old.state or access.agreement_owner() is distinct from old.partner_id) then
      raise exception 'an owner gives notice once, of what is active' using errcode = 'check_violation', constraint = 'agreement_notice';
    end if;
    new.notice_at := statement_timestamp();
    new.notice_by_name := access.context() ->> 'actor_name';
  end if;
  if (new.state <> old.state) then
    perform private.check_agreement_move(old, new, side);
    return private.stamp_agreement(old, new);
  end if;
  if (private.ends_sooner(old, new, side)) then
    new.terminates_at := greatest(statement_timestamp(), new.terminates_at);
    new.effective := private.close_range(old.effective, new.terminates_at);
    return new;
  end if;
  if (new.effective <> old.effective and not exists (select from agreement_approval a join agreement n on n.id = a.agreement_id where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'signed')
    and not exists (select from agreement n where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'terminated' and new.effective = private.close_range(old.effective, n.terminates_at))) then
    raise exception 'when an agreement holds follows from its moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_agreement_approval()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  g agreement;
  who record;
begin
  if (private.side_of_login() is null) then
    return new;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('agreement', new.partner_id));
  select * into g from agreement x where x.id = new.agreement_id and x.partner_id = new.partner_id for update;
  select * into who from access.acting_evidence();
  if (private.side_of_login() <> 'provider' or access.context_plane() is distinct from 'platform' or who.person_id is null) then
    raise exception 'the provider approves' using errcode = 'check_violation', constraint = 'agreement_approver';
  end if;
  if (g.state is distinct from 'signed' or not exists (select from agreement_signature s where s.agreement_id = g.id)) then
    raise exception 'only what is signed is approved' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (new.content_sha256 is distinct from g.content_sha256) then
    raise exception 'something else was shown' using errcode = 'check_violation', constraint = 'agreement_hash';
  end if;
  if (access.is_partner_member(g.partner_id, who.person_id) or exists (select from agreement_signature s where s.agreement_id = g.id and s.person_id = who.person_id)) then
    raise exception 'nobody approves for both sides' using errcode = 'check_violation', constraint = 'agreement_approver';
  end if;
  if (private.is_drafter(g, who.person_id) and exists (select from program p where p.id = g.program_id and p.four_eyes <> 'off')) then
    raise exception 'somebody else approves what one drafted' using errcode = 'check_violation', constraint = 'agreement_four_eyes';
  end if;
  if not access.partner_is_active(g.partner_id) then
    raise exception 'the partner is not active' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  new.approver_id := who.person_id;
  new.approver_name := who.person_name;
  new.auth_method := coalesce(who.factor, 'none');
  new.auth_at := who.factor_at;
  new.ip := who.ip;
  new.user_agent := left(who.user_agent, 500);
  new.approved_at := statement_timestamp();
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_agreement_file()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor uuid;
begin
  if private.side_of_login() is null then
    return new;
  end if;
  actor := access.context_id('actor_id');
  if not exists (select from agreement g where g.id = new.agreement_id and g.partner_id = new.partner_id and g.state = case new.kind when 'signed' then 'signed' else 'active' end)
    -- What was noted since the transaction began, by oneself, is noted in it: there is one signature and one approval of an agreement.
    or not (case new.kind
      when 'signed' then exists (select from agreement_signature s where s.agreement_id = new.agreement_id and s.person_id = actor and s.signed_at >= now())
      else exists (select from agreement_approval a where a.agreement_id = new.agreement_id and a.approver_id = actor and a.approved_at >= now()) end) then
    raise exception 'a file is sealed when its agreement moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if substr(new.bytes, 1, 5) <> '%PDF-'::bytea then
    raise exception 'what is sealed is a PDF' using errcode = 'check_violation', constraint = 'agreement_file_form';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_agreement_signature()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  g agreement;
  who record;
begin
  if (private.side_of_login() is null) then
    return new;
  end if;
  select * into g from agreement x where x.id = new.agreement_id and x.partner_id = new.partner_id for update;
  select * into who from access.acting_evidence();
  if (private.side_of_login() <> 'partner' or access.agreement_owner() is distinct from new.partner_id or new.member_id is distinct from access.context_id('member_id') or who.person_id is null) then
    raise exception 'only an owner signs, in the own name' using errcode = 'check_violation', constraint = 'agreement_owner';
  end if;
  if exists (select from agreement_signature s where s.agreement_id = new.agreement_id) then
    raise exception 'an agreement is signed once' using errcode = 'unique_violation', constraint = 'agreement_signature_once';
  end if;
  if (g.state is distinct from 'offered') then
    raise exception 'only an offer is signed' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g.expires_at <= statement_timestamp()) then
    raise exception 'the offer has run out' using errcode = 'check_violation', constraint = 'agreement_expired';
  end if;
  if (new.content_sha256 is distinct from g.content_sha256) then
    raise exception 'something else was shown' using errcode = 'check_violation', constraint = 'agreement_hash';
  end if;
  if (who.factor_at is null or who.factor_at <= statement_timestamp() - interval '5 minutes') then
    raise exception 'a signature follows a second factor within five minutes' using errcode = 'check_violation', constraint = 'agreement_step_up';
  end if;
  if (new.displayed_at < g.offered_at) then
    raise exception 'nothing was shown before it was offered' using errcode = 'check_violation', constraint = 'agreement_hash';
  end if;
  new.person_id := who.person_id;
  new.signer_name := who.person_name;
  new.signer_email := who.person_email;
  new.member_role := 'PARTNER_OWNER';
  new.auth_method := who.factor;
  new.auth_at := who.factor_at;
  new.ip := who.ip;
  new.user_agent := left(who.user_agent, 500);
  new.consent_sha256 := sha256(convert_to(new.consent_text, 'UTF8'));
  new.signed_at := statement_timestamp();
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.follow_program_setting()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update program m set timezone = new.time_zone, defaults = jsonb_set(m.defaults, '{attribution,model}', to_jsonb(new.attribution_model))
  where m.code = 'standard' and (m.timezone, coalesce(m.defaults -> 'attribution' ->> 'model', '')) <> (new.time_zone, new.attribution_model);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.is_drafter(g public.agreement, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
RETURN (COALESCE(((g).created_by = person), false) OR (EXISTS (SELECT FROM public.agreement_event e WHERE ((e.agreement_id = (is_drafter.g).id) AND (e.action = ANY (ARRAY['create'::text, 'edit'::text])) AND (e.actor_id = is_drafter.person)))));

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_agreement(g public.agreement, action text, from_state text, details jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  last agreement_event;
  line agreement_event;
begin
  select * into last from agreement_event e where e.agreement_id = g.id order by e.number desc limit 1;
  line.id := uuidv7();
  line.agreement_id := g.id;
  line.partner_id := g.partner_id;
  line.number := coalesce(last.number, 0) + 1;
  line.occurred_at := case when private.side_of_login() is null then coalesce(case g.state when 'draft' then g.created_at when 'offered' then g.offered_at when 'signed' then g.signed_at when 'active' then g.approved_at else g.ended_at end, statement_timestamp()) else statement_timestamp() end;
  line.action := action;
  line.from_state := from_state;
  line.to_state := g.state;
  line.actor_kind := coalesce(private.side_of_login(), 'operator');
  line.actor_id := access.context_id('actor_id');
  line.actor_name := coalesce(access.context() ->> 'actor_name', case g.state when 'draft' then nullif(g.created_by_name, '') when 'offered' then g.offered_by_name end);
  line.details := coalesce(details, '{}');
  line.previous_hash := last.hash;
  line.hash := private.agreement_event_hash(line);
  insert into agreement_event select line.*;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.remember_agreement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  kept jsonb := jsonb_build_object('content_sha256', encode(new.content_sha256, 'hex')) || jsonb_strip_nulls(jsonb_build_object('reason', new.reason));
begin
  if tg_op = 'INSERT' then
    perform private.note_agreement(new, 'create', null, kept);
  elsif (new.state <> old.state) then
    perform private.note_agreement(new, coalesce((select t.action from state_transition t where t.entity = 'agreement' and t.from_state = old.state and t.to_state = new.state limit 1), 'set'), old.state, kept);
  elsif (new.state = 'terminated' and new.terminates_at is distinct from old.terminates_at) then
    perform private.note_agreement(new, 'terminate', old.state, kept || jsonb_build_object('terminates_at', new.terminates_at));
  elsif (new.notice_reason is distinct from old.notice_reason) then
    perform private.note_agreement(new, 'give_notice', old.state, jsonb_build_object('reason', new.notice_reason));
  elsif ((new.content_sha256, new.title, new.starts_at) is distinct from (old.content_sha256, old.title, old.starts_at)) then
    perform private.note_agreement(new, 'edit', old.state, kept);
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.stamp_agreement(g_old public.agreement, g public.agreement)
 RETURNS public.agreement
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  at timestamptz := statement_timestamp();
begin
  if (g.state = 'offered') then
    g.offered_at := at;
    g.offered_by := access.context_id('actor_id');
    g.offered_by_name := access.context() ->> 'actor_name';
    g.expires_at := coalesce(g.expires_at, at + interval '30 days');
  elsif (g.state = 'signed') then
    g.signed_at := at;
  elsif (g.state = 'active') then
    g.approved_at := at;
    g.effective := tstzrange(greatest(at, g.starts_at), null);
  elsif (g.state = 'superseded') then
    g.ended_at := at;
    g.effective := private.close_range(g_old.effective, (select greatest(at, max(n.starts_at)) from agreement n where n.partner_id = g.partner_id and n.program_id = g.program_id and n.state = 'signed'));
  elsif (g.state = 'terminated') then
    g.ended_at := at;
    g.terminates_at := greatest(at, g.terminates_at);
    g.effective := private.close_range(g_old.effective, g.terminates_at);
  else
    g.ended_at := case when g.state = 'expired' then g_old.expires_at else at end;
  end if;
  return g;
end
$function$;
