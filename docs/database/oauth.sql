-- An OAuth client owned by a partner or a tenant. It authenticates with a key of its own; the server keeps the public half only.
create table public.api_client (
  id uuid not null default uuidv7(),
  partner_id uuid,
  tenant_id uuid,
  name text not null,
  description text,
  environment text not null default 'sandbox'::text,
  live_requested_at timestamp with time zone,
  status text not null default 'active'::text,
  status_reason text,
  status_changed_at timestamp with time zone not null default now(),
  status_changed_by_side text,
  redirect_uris text[] not null default '{}'::text[],
  scopes text[] not null,
  mask bit(256) not null,
  jwks jsonb not null,
  ip_allow text[] not null default '{}'::text[],
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  live_approved_at timestamp with time zone,
  token_binding text not null default 'dpop'::text,
  certificates jsonb not null default '[]'::jsonb,
  asks_without_browser boolean not null default false,
  needs jsonb not null default '[]'::jsonb,
  pins_proof_key boolean not null default false,
  own_suspended_at timestamp with time zone,
  own_suspended_reason text,
  constraint api_client_certificate CHECK (((token_binding = 'dpop'::text) OR (jsonb_array_length(certificates) > 0))),
  constraint api_client_certificates_check CHECK (((jsonb_typeof(certificates) = 'array'::text) AND (jsonb_array_length(certificates) <= 2))),
  constraint api_client_check CHECK ((num_nonnulls(partner_id, tenant_id) = 1)),
  constraint api_client_description_check CHECK ((char_length(description) <= 500)),
  constraint api_client_environment_check CHECK ((environment = ANY (ARRAY['sandbox'::text, 'live'::text]))),
  constraint api_client_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint api_client_needs CHECK (((jsonb_typeof(needs) = 'array'::text) AND (octet_length((needs)::text) <= 8192) AND (NOT jsonb_path_exists(needs, 'strict $[*]?(@.type() != "object")'::jsonpath)) AND (NOT jsonb_path_exists(needs, '$[*]?(((!(exists (@."action"?(@.type() == "string"))) || !(exists (@."is_needed"?(@.type() == "boolean")))) || !(exists (@."why"?(@.type() == "string" || @.type() == "null")))) || @."is_needed" == true && (@."action" == "order.create" || @."action" == "order.update"))'::jsonpath)))),
  constraint api_client_own_suspension CHECK (((own_suspended_at IS NULL) OR ((status = 'suspended'::text) AND (status_changed_by_side = 'provider'::text)))),
  constraint api_client_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint api_client_partner_id_id_key UNIQUE (partner_id, id),
  constraint api_client_pkey PRIMARY KEY (id),
  constraint api_client_status_changed_by_side_check CHECK ((status_changed_by_side = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text]))),
  constraint api_client_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'revoked'::text]))),
  constraint api_client_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint api_client_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint api_client_token_binding_check CHECK ((token_binding = ANY (ARRAY['dpop'::text, 'mtls'::text])))
);
CREATE INDEX api_client_tenant_id_idx ON public.api_client USING btree (tenant_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.api_client FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER announced AFTER UPDATE OF status, jwks, mask, scopes ON public.api_client FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,tenant_id=tenant_id');
CREATE TRIGGER announced_binding AFTER UPDATE OF token_binding, certificates ON public.api_client FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,tenant_id=tenant_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.api_client REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.api_client REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.api_client REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.api_client FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER end_tokens AFTER UPDATE OF token_binding, certificates ON public.api_client FOR EACH ROW WHEN (((old.token_binding IS DISTINCT FROM new.token_binding) OR ((new.token_binding = 'mtls'::text) AND (old.certificates IS DISTINCT FROM new.certificates)))) EXECUTE FUNCTION private.end_tokens_of_certificates();
CREATE TRIGGER enforce_live_agreement BEFORE UPDATE OF environment ON public.api_client FOR EACH ROW EXECUTE FUNCTION access.enforce_live_agreement();
CREATE TRIGGER enforce_moves BEFORE INSERT OR UPDATE OF environment, status, status_reason, status_changed_at, status_changed_by_side ON public.api_client FOR EACH ROW EXECUTE FUNCTION private.enforce_client_moves();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.api_client FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER signalled AFTER UPDATE OF status ON public.api_client FOR EACH ROW WHEN (((old.status = 'active'::text) AND (new.status <> 'active'::text))) EXECUTE FUNCTION access.signal_change('status');
CREATE TRIGGER signalled_certificate AFTER UPDATE OF token_binding, certificates ON public.api_client FOR EACH ROW WHEN (((old.token_binding = 'mtls'::text) AND ((new.token_binding <> 'mtls'::text) OR (NOT (new.certificates @> old.certificates))))) EXECUTE FUNCTION access.signal_change('certificate');
CREATE TRIGGER signalled_key AFTER UPDATE OF jwks ON public.api_client FOR EACH ROW WHEN ((old.jwks IS DISTINCT FROM new.jwks)) EXECUTE FUNCTION access.signal_change('key');
CREATE TRIGGER signalled_mask AFTER UPDATE OF mask ON public.api_client FOR EACH ROW WHEN (((old.mask & (~ new.mask)) <> (repeat('0'::text, 256))::bit(256))) EXECUTE FUNCTION access.signal_change('mask');
CREATE TRIGGER stamped_before AFTER UPDATE ON public.api_client REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.api_client REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.api_client REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.api_client REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stop_writes BEFORE UPDATE OF status, scopes, mask, ip_allow ON public.api_client FOR EACH ROW EXECUTE FUNCTION private.stop_client_writes();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.api_client FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.api_client enable row level security, force row level security;
create policy authorization_server on public.api_client for select to liaison_auth
  using (true);
create policy deciding on public.api_client for select to liaison_authz
  using (true);
create policy issuing on public.api_client for all to liaison_owner
  using ((token_binding = 'mtls'::text))
  with check (false);
create policy own_clients on public.api_client for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('api_client'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('api_client'::text, 'update'::text) AS reach)));
create policy owners_insert on public.api_client as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.api_client as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.api_client as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.api_client for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.api_client for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.api_client to liaison_auth;
grant select on public.api_client to liaison_authz;
grant select on public.api_client to liaison_platform;
grant select on public.api_client to liaison_program;
grant select on public.api_client to liaison_tenant;
grant update (environment, status, status_reason, status_changed_at, status_changed_by_side, version, live_approved_at) on public.api_client to liaison_platform;
grant insert (partner_id, name, description, environment, redirect_uris, scopes, mask, jwks, ip_allow, created_by, created_by_name, token_binding, certificates, asks_without_browser, needs, pins_proof_key) on public.api_client to liaison_program;
grant update (name, description, live_requested_at, status, status_reason, status_changed_at, status_changed_by_side, redirect_uris, scopes, mask, jwks, ip_allow, version, token_binding, certificates, asks_without_browser, needs, pins_proof_key) on public.api_client to liaison_program;
grant insert (tenant_id, name, description, environment, redirect_uris, scopes, mask, jwks, ip_allow, created_by, created_by_name, token_binding, certificates, asks_without_browser, needs, pins_proof_key) on public.api_client to liaison_tenant;
grant update (name, description, live_requested_at, status, status_reason, status_changed_at, status_changed_by_side, redirect_uris, scopes, mask, jwks, ip_allow, version, token_binding, certificates, asks_without_browser, needs, pins_proof_key) on public.api_client to liaison_tenant;

-- Images that partners hand in for their API clients. Customers see one only after the provider has looked at it and said yes: an image can pass for somebody else.
create table public.api_client_logo (
  id uuid not null default uuidv7(),
  client_id uuid not null,
  partner_id uuid not null,
  sha256 text not null,
  media_type text not null,
  width integer not null,
  height integer not null,
  bytes bytea,
  status text not null default 'waiting'::text,
  reason text,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  decided_by uuid,
  decided_by_name text,
  decided_at timestamp with time zone,
  waits_since timestamp with time zone default now(),
  constraint api_client_logo_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 65536))),
  constraint api_client_logo_check CHECK ((sha256 = encode(sha256(bytes), 'hex'::text))),
  constraint api_client_logo_check1 CHECK (((status = 'refused'::text) = (reason IS NOT NULL))),
  constraint api_client_logo_check2 CHECK (((status <> ALL (ARRAY['approved'::text, 'refused'::text, 'replaced'::text])) OR (num_nulls(decided_by, decided_by_name, decided_at) = 0))),
  constraint api_client_logo_height_check CHECK (((height >= 64) AND (height <= 1024))),
  constraint api_client_logo_kept CHECK (((bytes IS NOT NULL) OR (status = ANY (ARRAY['refused'::text, 'withdrawn'::text])))),
  constraint api_client_logo_media_type_check CHECK ((media_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text]))),
  constraint api_client_logo_partner_id_client_id_fkey FOREIGN KEY (partner_id, client_id) REFERENCES public.api_client(partner_id, id),
  constraint api_client_logo_pkey PRIMARY KEY (id),
  constraint api_client_logo_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint api_client_logo_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint api_client_logo_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text, 'replaced'::text, 'withdrawn'::text]))),
  constraint api_client_logo_width_check CHECK (((width >= 64) AND (width <= 1024)))
);
CREATE INDEX api_client_logo_client_id_id_idx ON public.api_client_logo USING btree (client_id, id);
CREATE INDEX api_client_logo_last ON public.api_client_logo USING btree (client_id, GREATEST(created_at, decided_at) DESC, id DESC);
CREATE INDEX api_client_logo_sha256_idx ON public.api_client_logo USING btree (sha256) WHERE (status = 'approved'::text);
CREATE UNIQUE INDEX api_client_logo_approved ON public.api_client_logo USING btree (client_id) WHERE (status = 'approved'::text);
CREATE UNIQUE INDEX api_client_logo_waiting ON public.api_client_logo USING btree (client_id) WHERE (status = 'waiting'::text);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.api_client_logo FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.api_client_logo FOR EACH ROW WHEN ((new.decided_by_name IS DISTINCT FROM old.decided_by_name)) EXECUTE FUNCTION private.act_in_own_name('decided_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.api_client_logo REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.api_client_logo REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.api_client_logo REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER keep_logo BEFORE UPDATE ON public.api_client_logo FOR EACH ROW EXECUTE FUNCTION private.keep_logo();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.api_client_logo FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.api_client_logo FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.api_client_logo FOR EACH ROW WHEN ((new.decided_by IS DISTINCT FROM old.decided_by)) EXECUTE FUNCTION private.act_as_oneself('decided_by');
alter table public.api_client_logo enable row level security, force row level security;
create policy deciding on public.api_client_logo for select to liaison_authz
  using (true);
create policy hand_in on public.api_client_logo for insert to liaison_program
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'waiting'::text)));
create policy look_again on public.api_client_logo for update to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'approved'::text)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'waiting'::text)));
create policy own_images on public.api_client_logo for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.api_client_logo as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.api_client_logo as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.api_client_logo as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy provider_decides on public.api_client_logo for update to liaison_platform
  using (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (status = ANY (ARRAY['waiting'::text, 'approved'::text]))))
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (status = ANY (ARRAY['approved'::text, 'refused'::text, 'replaced'::text]))));
create policy provider_reads on public.api_client_logo for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy take_away on public.api_client_logo for update to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = ANY (ARRAY['waiting'::text, 'approved'::text]))))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'withdrawn'::text)));
grant select on public.api_client_logo to liaison_authz;
grant select on public.api_client_logo to liaison_platform;
grant select on public.api_client_logo to liaison_program;
grant update (status, reason, decided_by, decided_by_name, decided_at) on public.api_client_logo to liaison_platform;
grant insert (client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name) on public.api_client_logo to liaison_program;
grant update (status) on public.api_client_logo to liaison_program;

-- When a client first and last did something: no part of its settings, so that use writes no event.
create table public.api_client_use (
  client_id uuid not null,
  first_token_at timestamp with time zone,
  first_call_at timestamp with time zone,
  last_used_at timestamp with time zone,
  first_live_call_at timestamp with time zone,
  constraint api_client_use_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint api_client_use_pkey PRIMARY KEY (client_id)
);
alter table public.api_client_use enable row level security, force row level security;
create policy authorization_server on public.api_client_use for all to liaison_auth
  using (true)
  with check (true);
create policy counting on public.api_client_use for all to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.api_client_use for select to liaison_authz
  using (true);
create policy own_clients on public.api_client_use for select to liaison_tenant
  using ((EXISTS ( SELECT
   FROM public.api_client c
  WHERE (c.id = api_client_use.client_id))));
create policy partner_side on public.api_client_use for select to liaison_program
  using ((EXISTS ( SELECT
   FROM public.api_client c
  WHERE (c.id = api_client_use.client_id))));
create policy provider_side on public.api_client_use for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant insert, select, update on public.api_client_use to liaison_auth;
grant insert, select, update on public.api_client_use to liaison_authz;
grant select on public.api_client_use to liaison_platform;
grant select on public.api_client_use to liaison_program;
grant select on public.api_client_use to liaison_tenant;

-- What is particular to a delegation from a tenant to a partner's API client, given on the consent screen.
create table public.consent (
  id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  client_id uuid not null,
  scopes text[] not null,
  actions text[] not null,
  purpose text,
  reference text,
  approver_leaves text not null default 'ask'::text,
  reconfirm_due_at timestamp with time zone,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamp with time zone,
  order_limits jsonb not null default '{}'::jsonb,
  max_revocation_seconds integer,
  constraint consent_approver_leaves_check CHECK ((approver_leaves = ANY (ARRAY['suspend'::text, 'keep'::text, 'ask'::text]))),
  constraint consent_max_revocation CHECK (((max_revocation_seconds >= 1) AND (max_revocation_seconds <= 299))),
  constraint consent_order_limits CHECK (access.are_order_limits(order_limits)),
  constraint consent_partner_id_client_id_fkey FOREIGN KEY (partner_id, client_id) REFERENCES public.api_client(partner_id, id),
  constraint consent_partner_id_tenant_id_id_fkey FOREIGN KEY (partner_id, tenant_id, id) REFERENCES public.delegation(partner_id, tenant_id, id),
  constraint consent_partner_id_tenant_id_id_key UNIQUE (partner_id, tenant_id, id),
  constraint consent_pkey PRIMARY KEY (id),
  constraint consent_purpose_check CHECK ((char_length(purpose) <= 500)),
  constraint consent_reference_check CHECK ((char_length(reference) <= 200))
);
CREATE INDEX consent_client_id_idx ON public.consent USING btree (client_id);
CREATE INDEX consent_tenant_id_idx ON public.consent USING btree (tenant_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.consent FOR EACH ROW WHEN ((new.first_approved_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('first_approved_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.consent FOR EACH ROW WHEN ((new.first_approved_by_name IS DISTINCT FROM old.first_approved_by_name)) EXECUTE FUNCTION private.act_in_own_name('first_approved_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.consent REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.consent REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.consent REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER keep_consented BEFORE UPDATE OF scopes, actions ON public.consent FOR EACH ROW WHEN (((SESSION_USER <> 'liaison_tenant'::name) AND (SESSION_USER ~~ 'liaison\_%'::text) AND (NOT ((new.scopes <@ old.scopes) AND (new.actions <@ old.actions))))) EXECUTE FUNCTION private.keep_consented();
CREATE TRIGGER refuse_looser_bound BEFORE UPDATE OF max_revocation_seconds ON public.consent FOR EACH ROW WHEN (((old.max_revocation_seconds IS NOT NULL) AND ((new.max_revocation_seconds IS NULL) OR (new.max_revocation_seconds > old.max_revocation_seconds)))) EXECUTE FUNCTION private.refuse_looser_bound();
CREATE TRIGGER sandbox_unreal BEFORE INSERT ON public.consent FOR EACH ROW EXECUTE FUNCTION access.keep_sandbox_unreal();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.consent REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.consent REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.consent REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.consent REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER touch_delegation AFTER UPDATE OF max_revocation_seconds ON public.consent FOR EACH ROW WHEN ((new.max_revocation_seconds IS DISTINCT FROM old.max_revocation_seconds)) EXECUTE FUNCTION private.touch_revocation_bound();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.consent FOR EACH ROW WHEN ((new.first_approved_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('first_approved_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.consent FOR EACH ROW WHEN ((new.first_approved_by IS DISTINCT FROM old.first_approved_by)) EXECUTE FUNCTION private.act_as_oneself('first_approved_by');
alter table public.consent enable row level security, force row level security;
create policy clock on public.consent for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.consent for select to liaison_authz
  using (true);
create policy giving_back on public.consent for select to liaison_owner
  using (true);
create policy owners_read on public.consent as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.consent as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.consent for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.consent for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.consent for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.consent to liaison_authz;
grant select on public.consent to liaison_job;
grant select on public.consent to liaison_platform;
grant select on public.consent to liaison_program;
grant insert, select on public.consent to liaison_tenant;
grant update (reconfirm_due_at) on public.consent to liaison_job;
grant update (scopes, actions) on public.consent to liaison_program;
grant update (scopes, actions, approver_leaves, reconfirm_due_at, first_approved_by, first_approved_by_name, first_approved_at, order_limits, max_revocation_seconds) on public.consent to liaison_tenant;

-- What stands for a billing account with one partner alone. Drawn by chance, once and for good: nothing of the account or the partner is in it, so that two partners find nothing to compare.
create table public.customer_ref (
  partner_id uuid not null,
  tenant_id uuid not null,
  account_id uuid not null,
  ref text not null default ('crf_'::text || replace((gen_random_uuid())::text, '-'::text, ''::text)),
  created_at timestamp with time zone not null default now(),
  constraint customer_ref_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint customer_ref_pkey PRIMARY KEY (partner_id, account_id, tenant_id),
  constraint customer_ref_ref_check CHECK ((ref ~ '^crf_[0-9a-f]{32}$'::text)),
  constraint customer_ref_ref_key UNIQUE (ref),
  constraint customer_ref_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id) REFERENCES public.billing_account(tenant_id, id)
);
CREATE INDEX customer_ref_tenant_id_account_id_idx ON public.customer_ref USING btree (tenant_id, account_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.customer_ref FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.customer_ref FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.customer_ref REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.customer_ref REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.customer_ref REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.customer_ref REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id');
alter table public.customer_ref enable row level security, force row level security;
create policy deciding on public.customer_ref for select to liaison_authz
  using (true);
create policy keeping on public.customer_ref for insert to liaison_authz
  with check (true);
grant select on public.customer_ref to liaison_authz;
grant insert (partner_id, tenant_id, account_id) on public.customer_ref to liaison_authz;

-- The billing accounts that a consent or a resale opens; no row, no access.
create table public.delegation_account (
  delegation_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  account_id uuid not null,
  "position" integer not null,
  added_at timestamp with time zone not null default now(),
  constraint delegation_account_partner_id_tenant_id_delegation_id_fkey FOREIGN KEY (partner_id, tenant_id, delegation_id) REFERENCES public.delegation(partner_id, tenant_id, id),
  constraint delegation_account_pkey PRIMARY KEY (delegation_id, account_id),
  constraint delegation_account_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id) REFERENCES public.billing_account(tenant_id, id)
);
CREATE INDEX delegation_account_tenant_id_account_id_idx ON public.delegation_account USING btree (tenant_id, account_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.delegation_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.delegation_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.delegation_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER keep_accounts BEFORE INSERT ON public.delegation_account FOR EACH ROW EXECUTE FUNCTION private.keep_accounts();
CREATE TRIGGER keep_past AFTER DELETE ON public.delegation_account FOR EACH ROW EXECUTE FUNCTION private.keep_past('delegation_id', 'account_id');
CREATE TRIGGER refer_to_account AFTER INSERT ON public.delegation_account FOR EACH ROW EXECUTE FUNCTION access.refer_to_account();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.delegation_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('delegation_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.delegation_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('delegation_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.delegation_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('delegation_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.delegation_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('delegation_id');
CREATE TRIGGER touch_delegation AFTER INSERT OR DELETE ON public.delegation_account FOR EACH ROW EXECUTE FUNCTION private.touch_delegation_accounts();
alter table public.delegation_account enable row level security, force row level security;
create policy clock on public.delegation_account for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.delegation_account for select to liaison_authz
  using (true);
create policy owners_read on public.delegation_account as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.delegation_account for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.delegation_account for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.delegation_account for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.delegation_account to liaison_authz;
grant select on public.delegation_account to liaison_job;
grant insert, select on public.delegation_account to liaison_platform;
grant select on public.delegation_account to liaison_program;
grant delete, insert, select on public.delegation_account to liaison_tenant;

-- The access tokens that still run: a token counts while its row is here and not among the revoked, whatever key signed it. The end of a grant reaches those that were issued under it.
create table public.issued_token (
  jti_hash bytea not null,
  grant_hash bytea,
  client_id uuid not null,
  ends_at timestamp with time zone not null,
  certificate text,
  constraint issued_token_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint issued_token_grant_hash_fkey FOREIGN KEY (grant_hash) REFERENCES public.oauth_grant(grant_hash),
  constraint issued_token_pkey PRIMARY KEY (jti_hash)
);
CREATE INDEX issued_token_ends_at_idx ON public.issued_token USING btree (ends_at);
CREATE INDEX issued_token_grant_hash_idx ON public.issued_token USING btree (grant_hash);
CREATE TRIGGER bury_late AFTER INSERT ON public.issued_token FOR EACH ROW WHEN ((new.grant_hash IS NOT NULL)) EXECUTE FUNCTION private.bury_late_token();
CREATE TRIGGER bury_late_certificate AFTER INSERT ON public.issued_token FOR EACH ROW WHEN ((new.certificate IS NOT NULL)) EXECUTE FUNCTION private.bury_token_of_certificate();
alter table public.issued_token enable row level security, force row level security;
create policy authorization_server on public.issued_token for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.issued_token for select to liaison_authz
  using (true);
create policy ending on public.issued_token for select to liaison_owner
  using (true);
create policy sweeping on public.issued_token for all to liaison_job
  using (true);
grant insert, select on public.issued_token to liaison_auth;
grant select on public.issued_token to liaison_authz;
grant delete, select on public.issued_token to liaison_job;

-- What the authorization server keeps between requests: codes, refresh tokens, pushed requests, interactions, grants. The ids are secrets, so only their digests are here.
create table public.oauth_artifact (
  model text not null,
  id_hash bytea not null,
  grant_hash bytea,
  client_id uuid,
  payload jsonb not null,
  expires_at timestamp with time zone not null,
  consumed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint oauth_artifact_pkey PRIMARY KEY (model, id_hash)
);
CREATE INDEX oauth_artifact_expires_at_idx ON public.oauth_artifact USING btree (expires_at);
CREATE INDEX oauth_artifact_grant_hash_idx ON public.oauth_artifact USING btree (grant_hash) WHERE (grant_hash IS NOT NULL);
alter table public.oauth_artifact enable row level security, force row level security;
create policy authorization_server on public.oauth_artifact for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.oauth_artifact for select to liaison_authz
  using (true);
create policy ending on public.oauth_artifact for all to liaison_owner
  using (true);
create policy sweeping on public.oauth_artifact for all to liaison_job
  using (true);
grant delete, insert, select, update on public.oauth_artifact to liaison_auth;
grant select on public.oauth_artifact to liaison_authz;
grant delete, select on public.oauth_artifact to liaison_job;

-- An OAuth grant: the tokens that one authorization led to, and the delegation that they stand on. Its end ends the tokens, never the delegation.
create table public.oauth_grant (
  grant_hash bytea not null,
  client_id uuid not null,
  delegation_id uuid not null,
  proof_key text,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  end_reason text,
  constraint oauth_grant_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint oauth_grant_pkey PRIMARY KEY (grant_hash)
);
CREATE INDEX oauth_grant_client_id_idx ON public.oauth_grant USING btree (client_id);
CREATE INDEX oauth_grant_delegation_id_idx ON public.oauth_grant USING btree (delegation_id);
CREATE TRIGGER end_tokens AFTER UPDATE OF ended_at ON public.oauth_grant FOR EACH ROW WHEN (((old.ended_at IS NULL) AND (new.ended_at IS NOT NULL))) EXECUTE FUNCTION private.end_oauth_grant();
alter table public.oauth_grant enable row level security, force row level security;
create policy authorization_server on public.oauth_grant for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.oauth_grant for select to liaison_authz
  using (true);
create policy issuing on public.oauth_grant for all to liaison_owner
  using (true);
grant insert, select, update on public.oauth_grant to liaison_auth;
grant select on public.oauth_grant to liaison_authz;

-- Client assertions and proofs of possession that were used: an insert is the check. Logged, so that neither a crash nor a failover to a replica forgets it.
create table public.oauth_replay (
  key_hash bytea not null,
  ends_at timestamp with time zone not null,
  constraint oauth_replay_pkey PRIMARY KEY (key_hash)
);
CREATE INDEX oauth_replay_ends_at_idx ON public.oauth_replay USING btree (ends_at);
alter table public.oauth_replay enable row level security, force row level security;
create policy authorization_server on public.oauth_replay for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.oauth_replay for select to liaison_authz
  using (true);
create policy sweeping on public.oauth_replay for all to liaison_job
  using (true);
grant delete, insert, select, update on public.oauth_replay to liaison_auth;
grant select on public.oauth_replay to liaison_authz;
grant delete, select on public.oauth_replay to liaison_job;

-- What is particular to a delegation by which a wholesaler manages an end customer under a wholesale agreement.
create table public.resale (
  id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  relationship_id uuid not null,
  agreement_reference text not null,
  scopes text[] not null,
  actions text[] not null,
  constraint resale_agreement_reference_check CHECK (((char_length(agreement_reference) >= 1) AND (char_length(agreement_reference) <= 100))),
  constraint resale_partner_id_tenant_id_id_fkey FOREIGN KEY (partner_id, tenant_id, id) REFERENCES public.delegation(partner_id, tenant_id, id),
  constraint resale_partner_id_tenant_id_id_key UNIQUE (partner_id, tenant_id, id),
  constraint resale_pkey PRIMARY KEY (id),
  constraint resale_tenant_id_relationship_id_fkey FOREIGN KEY (tenant_id, relationship_id) REFERENCES public.commercial_relationship(tenant_id, id)
);
CREATE INDEX resale_relationship_id_idx ON public.resale USING btree (relationship_id);
CREATE INDEX resale_tenant_id_idx ON public.resale USING btree (tenant_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.resale REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.resale REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.resale REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.resale enable row level security, force row level security;
create policy clock on public.resale for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.resale for select to liaison_authz
  using (true);
create policy owners_read on public.resale as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.resale for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.resale for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.resale for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.resale to liaison_authz;
grant select on public.resale to liaison_job;
grant insert, select on public.resale to liaison_platform;
grant select on public.resale to liaison_program;
grant select on public.resale to liaison_tenant;

-- Access tokens that were revoked before their end (RFC 7009); a row is needed until the token would have ended anyway.
create table public.revoked_token (
  jti_hash bytea not null,
  client_id uuid not null,
  ends_at timestamp with time zone not null,
  revoked_at timestamp with time zone not null default now(),
  constraint revoked_token_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint revoked_token_pkey PRIMARY KEY (jti_hash)
);
CREATE INDEX revoked_token_ends_at_idx ON public.revoked_token USING btree (ends_at);
CREATE TRIGGER stamped_before AFTER UPDATE ON public.revoked_token REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('client_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.revoked_token REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('client_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.revoked_token REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('client_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.revoked_token REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('client_id');
alter table public.revoked_token enable row level security, force row level security;
create policy authorization_server on public.revoked_token for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.revoked_token for select to liaison_authz
  using (true);
create policy ending on public.revoked_token for insert to liaison_owner
  with check (true);
create policy sweeping on public.revoked_token for all to liaison_job
  using (true);
grant delete, insert, select on public.revoked_token to liaison_auth;
grant select on public.revoked_token to liaison_authz;
grant delete, select on public.revoked_token to liaison_job;

-- The keys that sign access tokens. The next one is published before it signs, a retired one for as long as tokens that it signed run.
create table public.signing_key (
  id uuid not null default uuidv7(),
  kid text not null,
  state text not null default 'next'::text,
  public_jwk jsonb not null,
  private_key bytea not null,
  created_at timestamp with time zone not null default now(),
  activated_at timestamp with time zone,
  retired_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  constraint signing_key_check CHECK ((((state = 'next'::text) = (activated_at IS NULL)) AND ((state = 'retired'::text) = (retired_at IS NOT NULL)))),
  constraint signing_key_kid_key UNIQUE (kid),
  constraint signing_key_pkey PRIMARY KEY (id),
  constraint signing_key_state_check CHECK ((state = ANY (ARRAY['next'::text, 'active'::text, 'retired'::text])))
);
CREATE UNIQUE INDEX signing_key_one_active ON public.signing_key USING btree (state) WHERE (state = 'active'::text);
CREATE UNIQUE INDEX signing_key_one_next ON public.signing_key USING btree (state) WHERE (state = 'next'::text);
CREATE TRIGGER audited_delete AFTER DELETE ON public.signing_key REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.signing_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.signing_key REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.signing_key enable row level security, force row level security;
create policy authorization_server on public.signing_key for all to liaison_auth
  using (true)
  with check (true);
create policy deciding on public.signing_key for select to liaison_authz
  using (true);
create policy provider_side on public.signing_key for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant insert, select on public.signing_key to liaison_auth;
grant select on public.signing_key to liaison_authz;
grant update (state, activated_at, retired_at) on public.signing_key to liaison_auth;
grant insert (kid, state, public_jwk, private_key, activated_at) on public.signing_key to liaison_platform;
grant select (id, kid, state, public_jwk, created_at, activated_at, retired_at, withdrawn_at) on public.signing_key to liaison_platform;
grant update (state, activated_at, retired_at, withdrawn_at) on public.signing_key to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.acting_member(client uuid, wanted uuid, wanted_tenant uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('id', m.id, 'person_id', p.id, 'name', p.name, 'until', assigned.until,
    'is_active', m.status = 'active' and p.status = 'active'
      and (assigned.is_current is true or not exists (
        select from public.delegation d
        where d.partner_id = k.partner_id and d.tenant_id = wanted_tenant and d.kind = 'link'
          and (d.status in ('active', 'suspended') or (d.status in ('expired', 'revoked') and d.starts_at <= d.status_changed_at))))
      and not exists (select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = p.id
        and (f.partner_id is null or f.partner_id = m.partner_id) and (f.tenant_id is null or f.tenant_id = wanted_tenant)))
  from public.api_client k
  join public.partner_member m on m.partner_id = k.partner_id
  join public.person p on p.id = m.person_id
  left join lateral (
    select least(lm.ends_at, d.ends_at) as until, true as is_current
    from public.delegation d
    join public.link_member lm on lm.link_id = d.id and lm.member_id = m.id and (lm.ends_at is null or lm.ends_at > statement_timestamp())
    where d.partner_id = k.partner_id and d.tenant_id = wanted_tenant and d.kind = 'link' and d.status = 'active'
      and d.starts_at <= statement_timestamp() and (d.ends_at is null or d.ends_at > statement_timestamp())
  ) assigned on true
  where k.id = client and m.id = wanted
$function$;
grant execute on access.acting_member(uuid,uuid,uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ban_of_ref(client uuid, tenant uuid, wanted text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.ban
  from public.api_client k
  join public.customer_ref r on r.partner_id = k.partner_id and r.ref = wanted and r.tenant_id = tenant
  join public.billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
  where k.id = client
$function$;
grant execute on access.ban_of_ref(uuid,uuid,text) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.billing_of(tenant uuid, account uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
  select jsonb_build_object('relationship_id', r.id, 'kind', r.kind, 'payer_tenant_id', r.payer_tenant_id, 'payer_name', t.name, 'payer_account_id', r.payer_account_id, 'payer_ban', a.ban,
    'seller_partner_id', r.seller_partner_id)
  from public.commercial_relationship r
  join public.tenant t on t.id = r.payer_tenant_id and t.status <> 'closed'
  join public.billing_account a on a.tenant_id = r.payer_tenant_id and a.id = r.payer_account_id and a.status = 'active'
  join public.billing_account own on own.tenant_id = r.tenant_id and own.id = r.account_id and own.status = 'active' and own.currency = a.currency
  where r.tenant_id = tenant and r.account_id = account and r.status = 'active'
    and r.starts_at <= statement_timestamp() and (r.ends_at is null or r.ends_at > statement_timestamp())
    and (r.kind <> 'resale' or exists (select from public.partner p where p.id = r.seller_partner_id and p.home_tenant_id = r.payer_tenant_id and p.status <> 'terminated'))
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.client_facts(client uuid, wanted_tenant uuid, wanted_ban text, wanted_delegation uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  found_client public.api_client;
  owner public.partner;
  customer public.tenant;
  account public.billing_account;
  given public.delegation;
begin
  select * into found_client from public.api_client k where k.id = client;
  if not found then
    return jsonb_build_object('client', null);
  end if;
  select * into owner from public.partner p where p.id = found_client.partner_id;
  select * into customer from public.tenant t where t.id = wanted_tenant;
  select * into account from public.billing_account a where a.tenant_id = wanted_tenant and a.ban = wanted_ban;
  if wanted_delegation is not null then
    select * into given from public.delegation d where d.id = wanted_delegation and d.tenant_id = wanted_tenant and d.partner_id = found_client.partner_id and d.kind in ('consent', 'resale')
      and (d.kind = 'resale' or exists (select from public.consent c where c.id = d.id and c.client_id = client));
  end if;
  return jsonb_build_object(
    'client', jsonb_build_object('id', found_client.id, 'name', found_client.name, 'status', found_client.status, 'ip_allow', found_client.ip_allow, 'environment', found_client.environment,
      'mask', found_client.mask::text, 'owner_tenant_id', coalesce(found_client.tenant_id, owner.home_tenant_id)),
    'partner', case when owner.id is not null then jsonb_build_object('id', owner.id, 'name', owner.name, 'status', owner.status, 'kinds', owner.kinds, 'opens_api', access.opens_api(owner.id, found_client.environment)) end,
    'tenant', case when customer.id is not null then jsonb_build_object('id', customer.id, 'name', customer.name, 'status', customer.status, 'is_sandbox', customer.is_sandbox) end,
    'account', case when account.id is not null then jsonb_build_object('id', account.id, 'ban', account.ban, 'status', account.status) end,
    'delegation', case when given.id is not null then jsonb_build_object('id', given.id, 'kind', given.kind, 'status', given.status, 'starts_at', given.starts_at, 'ends_at', given.ends_at,
      'epoch', given.epoch, 'mask', given.mask::text, 'conditions', given.conditions,
      'tenant_conditions', coalesce((select tp.conditions from public.tenant_partner_policy tp where tp.tenant_id = wanted_tenant), '{}'),
      'opens_account', exists (select from public.delegation_account da where da.delegation_id = given.id and da.account_id = account.id)) end,
    'freezes', coalesce((
      select jsonb_agg(f.scope) from public.access_freeze f
      where f.lifted_at is null and f.scope <> 'person'
        and (f.partner_id is null or f.partner_id = found_client.partner_id)
        and (f.tenant_id is null or f.tenant_id = wanted_tenant)
        and (f.delegation_id is null or f.delegation_id = given.id)), '[]'),
    'billing', case when account.id is not null then access.billing_of(wanted_tenant, account.id) end);
end
$function$;
grant execute on access.client_facts(uuid,uuid,text,uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.client_logo(digest text)
 RETURNS TABLE(media_type text, bytes bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select l.media_type, l.bytes from public.api_client_logo l
  join public.api_client k on k.id = l.client_id
  where l.sha256 = digest and l.status = 'approved' and k.status = 'active'
  limit 1
$function$;
grant execute on access.client_logo(text) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.customer_ref_of(partner uuid, account uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select r.ref from public.customer_ref r where r.partner_id = partner and r.account_id = account $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.delegation_terms(client uuid, wanted uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('id', d.id, 'kind', d.kind, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'epoch', d.epoch, 'ends_at', d.ends_at,
    'bans', coalesce((
      select jsonb_agg(b.ban order by a.position, b.ban) from public.delegation_account a
      join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
      where a.delegation_id = d.id), '[]'),
    'scopes', coalesce(to_jsonb(c.scopes), to_jsonb(r.scopes)), 'actions', coalesce(to_jsonb(c.actions), to_jsonb(r.actions)),
    'approved_by', d.approved_by, 'agreement_reference', r.agreement_reference, 'max_revocation_seconds', c.max_revocation_seconds,
    'refs', case when d.kind = 'consent' and p.uses_account_refs then coalesce((
      select jsonb_object_agg(b.ban, access.customer_ref_of(d.partner_id, b.id)) from public.delegation_account a
      join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
      where a.delegation_id = d.id), '{}') end)
  from public.delegation d
  join public.api_client k on k.id = client and k.partner_id = d.partner_id
  join public.tenant t on t.id = d.tenant_id
  join public.partner p on p.id = d.partner_id
  left join public.consent c on c.id = d.id and c.client_id = client
  left join public.resale r on r.id = d.id
  where d.id = wanted and (c.id is not null or r.id is not null)
$function$;
grant execute on access.delegation_terms(uuid,uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_authorization_server(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found_client public.api_client;
  owner public.partner;
  organisation public.tenant;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  select * into found_client from public.api_client k where k.id = (request ->> 'client_id')::uuid;
  select * into owner from public.partner p where p.id = found_client.partner_id;
  select * into organisation from public.tenant t where t.id = found_client.tenant_id;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'auth',
    'actor_type', case when found_client.id is not null then 'client' when request ->> 'source' = 'job' then 'system' else 'stranger' end,
    'actor_id', found_client.id, 'actor_name', coalesce(found_client.name, request ->> 'actor_name'),
    'partner_id', owner.id, 'partner_name', owner.name, 'tenant_id', organisation.id, 'tenant_name', organisation.name,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', coalesce(request ->> 'source', 'api'))));
  return jsonb_build_object('now', statement_timestamp());
end
$function$;
grant execute on access.enter_authorization_server(jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_client(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  plane text := case session_user when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' end;
  client uuid := (request ->> 'client_id')::uuid;
  wanted_tenant uuid := (request ->> 'tenant_id')::uuid;
  -- Before anything is read: what commits from here on is no part of it.
  seen pg_snapshot := pg_current_snapshot();
  owner uuid;
  facts jsonb;
  member jsonb;
  counts_until timestamptz;
  is_asked boolean := false;
  context jsonb;
  kept jsonb;
  ticket text;
begin
  if plane is null then
    raise exception 'this login opens no plane of API clients' using errcode = 'insufficient_privilege';
  end if;
  if (request ->> 'writes')::boolean then
    select k.partner_id into owner from public.api_client k where k.id = client;
    -- Taken before the facts are read: a revocation that is under way is waited for and then seen.
    perform access.hold('client', client), access.hold('platform', null), access.hold('partner', owner), access.hold('tenant', wanted_tenant),
      access.hold('pair', md5(owner::text || wanted_tenant::text)::uuid);
    perform access.hold('person', m.person_id) from public.partner_member m where m.id = (request ->> 'member_id')::uuid;
  end if;
  counts_until := access.token_counts_until(client, request ->> 'token_id');
  if counts_until is null and request ->> 'gateway_credential' is not null then
    is_asked := access.is_trusted_gateway(decode(request ->> 'gateway_credential', 'hex'));
  end if;
  if counts_until is null and not is_asked and not exists (
    select from public.issued_token t where t.jti_hash = sha256(convert_to(request ->> 'token_id', 'UTF8')) and t.client_id = client) then
    return jsonb_build_object('now', statement_timestamp(), 'plane', plane, 'client', null, 'token_revoked', true);
  end if;
  facts := access.client_facts(client, wanted_tenant, coalesce(request ->> 'ban', access.ban_of_ref(client, wanted_tenant, request ->> 'customer_ref')), case when plane = 'delegation' then (request ->> 'delegation_id')::uuid end);
  -- A token that names accounts by reference says by reference, too, who was to pay.
  if request ->> 'customer_ref' is not null and facts ->> 'billing' is not null then
    facts := jsonb_set(facts, '{billing,payer_ref}', coalesce(to_jsonb(access.customer_ref_of((facts -> 'partner' ->> 'id')::uuid, (facts -> 'billing' ->> 'payer_account_id')::uuid)), 'null'));
  end if;
  if request ->> 'member_id' is not null then
    member := access.acting_member(client, (request ->> 'member_id')::uuid, wanted_tenant);
  end if;
  -- A token that ended tells who it was of and under what, for the record; and none tells of anybody whom it is not for.
  if counts_until is null and not is_asked then
    facts := facts || '{"account": null, "billing": null}';
  end if;
  if not is_asked and (case plane when 'delegation' then facts ->> 'delegation' is null else (facts -> 'client' ->> 'owner_tenant_id')::uuid is distinct from wanted_tenant end) then
    facts := facts || '{"tenant": null, "account": null, "billing": null}';
  end if;
  facts := facts || jsonb_build_object('now', statement_timestamp(), 'plane', plane, 'member', member, 'token_revoked', counts_until is null and not is_asked);
  if counts_until is null and not is_asked then
    return facts;
  end if;
  context := jsonb_strip_nulls(jsonb_build_object('plane', plane, 'actor_type', 'client', 'actor_id', client, 'actor_name', concat_ws(', through ', member ->> 'name', facts -> 'client' ->> 'name'), 'member_id', member ->> 'id',
    'client_id', case when is_asked then '00000000-0000-0000-0000-000000000000' else client end,
    'partner_id', facts -> 'partner' ->> 'id', 'partner_name', facts -> 'partner' ->> 'name',
    'tenant_id', wanted_tenant, 'tenant_name', facts -> 'tenant' ->> 'name',
    -- An account that does not exist must not turn into "no account named".
    'account_id', coalesce(facts -> 'account' ->> 'id', '00000000-0000-0000-0000-000000000000'),
    'delegation_id', facts -> 'delegation' ->> 'id', 'delegation_epoch', (request ->> 'delegation_ver')::integer, 'role', case plane when 'tenant' then 'own' else facts -> 'delegation' ->> 'kind' end,
    'permission', request ->> 'permission', 'permission_bit', (select p.bit from public.permission p where p.name = request ->> 'permission')));
  -- A transaction that has written could not tell its own later changes from what it saw.
  if counts_until is not null and facts ->> 'tenant' is not null and (request ->> 'keeps')::boolean and (request ->> 'writes')::boolean is false and pg_current_xact_id_if_assigned() is null then
    kept := access.keep_call(facts, seen);
    -- Nothing is noted when a token ends by itself, so what is kept of it must end of itself, too.
    kept := kept || jsonb_build_object('until', least((kept ->> 'until')::timestamptz, counts_until));
  end if;
  if kept is not null then
    ticket := (context || jsonb_build_object('kept', kept, 'question', request - access.request_fields() - '{keeps,writes}'::text[] || jsonb_build_object('login', session_user)))::text;
    facts := facts || jsonb_build_object('ticket', access.sign('call ' || ticket) || ticket);
  end if;
  perform access.set_context(context || jsonb_strip_nulls(jsonb_build_object('request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route',
    'ip', request -> 'ip', 'user_agent', request -> 'user_agent', 'source', request -> 'source')));
  return facts;
end
$function$;
grant execute on access.enter_client(jsonb) to liaison_delegate;
grant execute on access.enter_client(jsonb) to liaison_tenant;

-- Ends a consent for the client that holds it; false when there is none to end.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION access.give_back_consent(given_back uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  client uuid := access.context_id('actor_id');
  ended public.delegation;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  update public.delegation d
  set status = 'revoked', status_reason = 'Given back by the API client.', status_changed_at = statement_timestamp(), status_changed_by = null,
    status_changed_by_side = 'partner', epoch = d.epoch + 1, version = d.version + 1
  where d.id = given_back and d.kind = 'consent' and d.status in ('active', 'suspended')
    and exists (select from public.consent c where c.id = d.id and c.client_id = client)
  returning d.* into ended;
  if not found then
    return false;
  end if;
  insert into public.delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
  values (ended.id, ended.tenant_id, ended.partner_id, ended.version, 'ended', jsonb_build_object('by', 'partner', 'client_id', client, 'name', access.context() ->> 'actor_name'));
  return true;
end
$function$;
grant execute on access.give_back_consent(uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_trusted_gateway(credential bytea)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.gateway g
    where g.status = 'active' and g.is_trusted
      and (g.credential_hash = credential or (g.previous_hash = credential and g.previous_ends_at > statement_timestamp())))
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_call(facts jsonb, seen pg_snapshot)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  at timestamptz := statement_timestamp();
  era uuid := (select e.id from access.stamp_era e limit 1);
  customer uuid := facts -> 'tenant' ->> 'id';
  account uuid := facts -> 'account' ->> 'id';
  until timestamptz;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  if customer is null or account is null or (facts ->> 'token_revoked')::boolean then
    return null;
  end if;
  select min(ahead.moment) into until
  from (
    select at + interval '1 minute' as moment
    union all
    select unnest(array[facts -> 'delegation' ->> 'starts_at', facts -> 'delegation' ->> 'ends_at', facts -> 'member' ->> 'until'])::timestamptz
    union all
    select unnest(array[r.starts_at, r.ends_at]) from public.commercial_relationship r where r.tenant_id = customer and r.account_id = account
  ) ahead
  where ahead.moment > at;
  return jsonb_build_object('era', era, 'snapshot', seen, 'until', until,
    'keys', array_remove(array[facts -> 'client' ->> 'id', facts -> 'partner' ->> 'id', customer::text, account::text, facts -> 'delegation' ->> 'id', facts -> 'member' ->> 'person_id',
      facts -> 'billing' ->> 'payer_tenant_id', facts -> 'billing' ->> 'payer_account_id', '00000000-0000-0000-0000-000000000000']
      || array(select r.seller_partner_id::text from public.commercial_relationship r where r.tenant_id = customer and r.account_id = account and r.status = 'active'), null)::text);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_given_back(delegation_id uuid, letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  ended public.delegation;
  sent integer;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  -- Only within the transaction in which its client gave it back, so that nothing else is mailed by this.
  select d.* into ended
  from public.delegation d
  join public.consent c on c.id = d.id and c.client_id = access.context_id('actor_id')
  where d.id = mail_given_back.delegation_id and d.status = 'revoked' and d.status_changed_by_side = 'partner' and d.status_changed_at >= transaction_timestamp();
  if not found then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', reader.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from (
    select p.email, mail_given_back.letters -> 'tenant' as told, p.language, ended.approval_snapshot ->> 'language' as otherwise
    from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
    where m.tenant_id = ended.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
    union all
    select c.email, mail_given_back.letters -> 'tenant', c.language, null
    from public.tenant_security_contact c
    where c.tenant_id = ended.tenant_id and c.email is not null
      and not exists (select from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = ended.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active' and lower(p.email) = lower(c.email))
    union all
    select p.email, mail_given_back.letters -> 'partner', p.language, null
    from public.partner_member m join public.person p on p.id = m.person_id and p.status = 'active'
    where m.partner_id = ended.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active'
  ) reader, access.letter_in(reader.told, reader.language, reader.otherwise) letter
  where letter is not null;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_given_back(uuid,jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_customer_refs(accounts uuid[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(jsonb_object_agg(r.account_id, r.ref), '{}')
  from public.customer_ref r
  where r.partner_id = access.context_id('partner_id') and r.account_id = any (accounts) and access.context_plane() in ('program', 'delegation')
$function$;
grant execute on access.own_customer_refs(uuid[]) to liaison_delegate;
grant execute on access.own_customer_refs(uuid[]) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.payer_ref(client uuid, tenant uuid, wanted_ban text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  owner uuid := (select k.partner_id from public.api_client k where k.id = client);
  payer jsonb := (select access.billing_of(a.tenant_id, a.id) from public.billing_account a where a.tenant_id = tenant and a.ban = wanted_ban);
begin
  if (owner is null or payer is null) then
    return null;
  end if;
  insert into public.customer_ref (partner_id, tenant_id, account_id)
  values (owner, (payer ->> 'payer_tenant_id')::uuid, (payer ->> 'payer_account_id')::uuid)
  on conflict do nothing;
  return access.customer_ref_of(owner, (payer ->> 'payer_account_id')::uuid);
end
$function$;
grant execute on access.payer_ref(uuid,uuid,text) to liaison_auth;

-- The part of access.reach that concerns API clients.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.reach_by_token(context jsonb, relation_name text, operation_name text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  required bit(256);
  route_bit integer := (context ->> 'permission_bit')::integer;
begin
  select need.mask into required from public.relation_permission need
  where need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation';
  if required is null then
    return;
  end if;
  if context ->> 'plane' = 'tenant' then
    return query
      select t.id
      from public.api_client k
      join public.tenant t on t.id = (context ->> 'tenant_id')::uuid and t.status in ('active', 'trial')
      left join public.partner p on p.id = k.partner_id
      where k.id = (context ->> 'client_id')::uuid and k.status = 'active' and access.opens_api(k.partner_id, k.environment)
        and (k.tenant_id = t.id or (p.status = 'active' and p.home_tenant_id = t.id))
        and not exists (
          select from public.access_freeze f
          where f.lifted_at is null and (f.tenant_id is null or f.tenant_id = t.id)
            and (f.scope = 'platform' or (f.scope = 'partner' and f.partner_id = k.partner_id) or (f.scope = 'tenant' and k.partner_id is not null)))
        and (k.mask & required) <> 0::bit(256)
        and (route_bit is null or get_bit(k.mask, route_bit) = 1);
  elsif context ->> 'plane' = 'delegation' then
    return query
      select d.tenant_id
      from access.delegation_in_force d
      join public.tenant t on t.id = d.tenant_id and t.status in ('active', 'trial')
      join public.api_client k on k.id = (context ->> 'client_id')::uuid and k.status = 'active' and k.partner_id = d.partner_id
      where d.id = (context ->> 'delegation_id')::uuid
        and d.tenant_id = (context ->> 'tenant_id')::uuid
        and access.opens_api(d.partner_id, k.environment)
        and d.epoch = (context ->> 'delegation_epoch')::integer
        and (d.kind = 'resale' or (d.kind = 'consent' and exists (select from public.consent c where c.id = d.id and c.client_id = k.id)))
        and exists (select from public.delegation_account a where a.delegation_id = d.id and a.account_id = (context ->> 'account_id')::uuid)
        and (d.mask & k.mask & required) <> 0::bit(256)
        and (route_bit is null or get_bit(d.mask & k.mask, route_bit) = 1);
  end if;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.refer_to_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.customer_ref (partner_id, tenant_id, account_id)
  select new.partner_id, new.tenant_id, new.account_id
  where exists (select from public.delegation d where d.id = new.delegation_id and d.kind = 'consent')
  on conflict do nothing;
  return null;
end
$function$;
grant execute on access.refer_to_account() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.request_fields()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
AS $function$ select '{request_id,trace_id,method,route,ip,user_agent,source}'::text[] $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resale_for(client uuid, wanted_tenant uuid, wanted_ban text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select d.id
  from access.delegation_in_force d
  join public.api_client k on k.id = client and k.partner_id = d.partner_id
  join public.delegation_account a on a.delegation_id = d.id
  join public.billing_account b on b.tenant_id = a.tenant_id and b.id = a.account_id
  where d.kind = 'resale' and b.ban = wanted_ban and (wanted_tenant is null or d.tenant_id = wanted_tenant)
  order by d.approved_at desc
  limit 1
$function$;
grant execute on access.resale_for(uuid,uuid,text) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.token_counts_until(client uuid, token_id text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t.ends_at + access.token_leeway()
  from public.issued_token t
  where t.jti_hash = sha256(convert_to(token_id, 'UTF8')) and t.client_id = client
    and t.ends_at + access.token_leeway() > statement_timestamp()
    and not exists (select from public.revoked_token r where r.jti_hash = t.jti_hash)
$function$;
grant execute on access.token_counts_until(uuid,text) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.token_leeway()
 RETURNS interval
 LANGUAGE sql
 IMMUTABLE
AS $function$ select interval '30 seconds' $function$;
grant execute on access.token_leeway() to liaison_job;
grant execute on access.token_leeway() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.uses_account_refs()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.partner p
    where p.id = access.context_id('partner_id') and p.uses_account_refs and access.context_plane() in ('program', 'delegation'))
$function$;
grant execute on access.uses_account_refs() to liaison_delegate;
grant execute on access.uses_account_refs() to liaison_program;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.bury_late_token()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform from oauth_grant g where g.grant_hash = new.grant_hash and g.ended_at is null for share;
  if not found then
    insert into revoked_token (jti_hash, client_id, ends_at) values (new.jti_hash, new.client_id, new.ends_at) on conflict do nothing;
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.bury_token_of_certificate()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform from api_client k
  where k.id = new.client_id and k.token_binding = 'mtls'
    and exists (select from jsonb_array_elements(k.certificates) c where c ->> 'thumbprint' = new.certificate)
  for share;
  if not found then
    insert into revoked_token (jti_hash, client_id, ends_at) values (new.jti_hash, new.client_id, new.ends_at) on conflict do nothing;
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_oauth_grant()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into revoked_token (jti_hash, client_id, ends_at)
  select t.jti_hash, t.client_id, t.ends_at from issued_token t where t.grant_hash = new.grant_hash and t.ends_at + access.token_leeway() > statement_timestamp()
  on conflict do nothing;
  delete from oauth_artifact a where a.grant_hash = new.grant_hash or (a.model = 'Grant' and a.id_hash = new.grant_hash);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_tokens_of_certificates()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into revoked_token (jti_hash, client_id, ends_at)
  select t.jti_hash, t.client_id, t.ends_at
  from issued_token t
  where t.client_id = new.id and t.ends_at + access.token_leeway() > statement_timestamp()
    and (old.token_binding is distinct from new.token_binding or t.certificate is null
      or not exists (select from jsonb_array_elements(new.certificates) c where c ->> 'thumbprint' = t.certificate))
  on conflict do nothing;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_api_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  giver text := case new.kind when 'consent' then 'tenant' else 'provider' end;
  partner_kinds text[];
  needs_two boolean;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> giver or actor is null or new.requested_by is distinct from actor or new.ends_at is null
      or new.ends_at > statement_timestamp() + interval '2 years 1 day' then
      raise exception 'a % is given by the %, for a time', new.kind, giver using errcode = 'check_violation', constraint = 'delegation_two_sides';
    end if;
    select p.kinds into partner_kinds from partner p where p.id = new.partner_id;
    if partner_kinds is null or partner_kinds <@ array['referral'] or (new.kind = 'resale' and not 'wholesaler' = any (partner_kinds)) then
      raise exception 'this kind of partner holds no %', new.kind using errcode = 'check_violation', constraint = 'delegation_partner_kind';
    end if;
    needs_two := new.kind = 'consent' and coalesce((select p.dual_approval from tenant_partner_policy p where p.tenant_id = new.tenant_id), false);
    if new.status <> (case when needs_two then 'requested' else 'active' end)
      or (new.status = 'active' and (new.approved_by is distinct from actor or new.approved_at is null)) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
    end if;
    return new;
  end if;
  if old.status in ('revoked', 'declined', 'withdrawn', 'lapsed', 'expired') then
    raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if (new.tenant_id, new.partner_id, new.kind, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.kind, old.requested_by, old.requested_at)
    or (old.approval_snapshot is not null and new.approval_snapshot is distinct from old.approval_snapshot and side <> giver) then
    raise exception 'who made a delegation, and what its approver saw, never changes' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  if new.status <> old.status then
    if not exists (select from state_transition t where t.entity = new.kind and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move a % from % to %', side, new.kind, old.status, new.status using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if new.status_changed_by_side is distinct from side or (side <> 'clock' and new.status_changed_by is distinct from actor) then
      raise exception 'a move names who made it' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'suspended' and new.status = 'active' and old.status_changed_by_side <> side and not (old.status_changed_by_side = 'clock' and side = 'tenant') then
      raise exception 'only the side that suspended may resume' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if side = 'clock' and new.status = 'expired' and not old.ends_at <= statement_timestamp() then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'requested' and new.status = 'active'
      and (new.approved_by is distinct from actor or new.approved_by = old.requested_by or new.approved_at is null) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
    end if;
  end if;
  if side <> giver and ((new.mask & ~ old.mask) <> 0::bit(256) or (new.role_mask & ~ old.role_mask) <> 0::bit(256)
    or new.ends_at is null or new.ends_at > old.ends_at or new.starts_at < old.starts_at or new.conditions is distinct from old.conditions) then
    raise exception 'only the % can widen a %', giver, new.kind using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if new.epoch < old.epoch then
    raise exception 'an epoch never goes back' using errcode = 'check_violation', constraint = 'delegation_epoch';
  end if;
  -- Whatever changes in what a delegation opens makes older tokens stale, so that a token never says more or less than is true.
  if (new.status <> old.status and old.status <> 'requested') or new.mask <> old.mask or new.starts_at <> old.starts_at or new.ends_at is distinct from old.ends_at
    or new.conditions is distinct from old.conditions or new.billing_party <> old.billing_party then
    new.epoch := greatest(new.epoch, old.epoch + 1);
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_client_moves()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  owner_side text := case when new.partner_id is null then 'tenant' else 'partner' end;
  by_provider boolean;
begin
  if (side is null) then
    return new;
  end if;
  if (tg_op = 'INSERT') then
    if (side = 'partner' and new.environment <> 'sandbox') then
      raise exception 'a client of a partner begins in the sandbox' using errcode = 'check_violation', constraint = 'api_client_environment';
    end if;
    return new;
  end if;
  by_provider := old.status = 'suspended' and old.status_changed_by_side is not distinct from 'provider';
  if ((new.status, new.status_reason, new.status_changed_at, new.status_changed_by_side) is not distinct from (old.status, old.status_reason, old.status_changed_at, old.status_changed_by_side)) then
    return new;
  end if;
  if (old.status = 'revoked' or new.status_changed_by_side is distinct from side) then
    raise exception '% may not move a client from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'api_client_transition';
  end if;
  if (new.status = 'revoked') then
    new.own_suspended_at := null;
    new.own_suspended_reason := null;
    return new;
  end if;
  if (by_provider and side <> 'provider' and (new.status = 'active') = (old.own_suspended_at is not null)) then
    -- The owner sets its own suspension, or lifts it, beneath the one of the provider, which stays.
    new.own_suspended_at := case new.status when 'suspended' then new.status_changed_at end;
    new.own_suspended_reason := case new.status when 'suspended' then new.status_reason end;
    new.status := old.status;
    new.status_reason := old.status_reason;
    new.status_changed_at := old.status_changed_at;
    new.status_changed_by_side := old.status_changed_by_side;
    return new;
  end if;
  if (old.status = 'suspended' and not by_provider and side = 'provider' and new.status = 'suspended') then
    new.own_suspended_at := old.status_changed_at;
    new.own_suspended_reason := old.status_reason;
    return new;
  end if;
  if (new.status = old.status or (new.status = 'active' and old.status_changed_by_side is distinct from side)) then
    raise exception '% may not move a client from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'api_client_transition';
  end if;
  if (by_provider and old.own_suspended_at is not null) then
    new.status := 'suspended';
    new.status_reason := old.own_suspended_reason;
    new.status_changed_at := old.own_suspended_at;
    new.status_changed_by_side := owner_side;
    new.own_suspended_at := null;
    new.own_suspended_reason := null;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_logo()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if new.status = 'waiting' and old.status = 'approved' then
    new.waits_since := now();
  end if;
  if old.status = 'waiting' and old.decided_at is null and new.status in ('refused', 'withdrawn') then
    new.bytes := null;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.stop_client_writes()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('client', new.id));
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.touch_delegation_accounts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update delegation set epoch = epoch + 1, version = version + 1 where id = coalesce(new.delegation_id, old.delegation_id) and approved_at < now();
  return null;
end
$function$;
