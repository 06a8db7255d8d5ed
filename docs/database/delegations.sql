create type access.kept_decision as (
  plane text,
  era uuid,
  snapshot pg_snapshot,
  until timestamp with time zone,
  keys uuid[],
  masks bit(256)[],
  owns boolean[],
  tenants text[]
);

-- Decisions for reads inside one organisation that are kept (decision 037). Whoever knows an id is let in by it, so no login reads this table, and the ids are random.
create table access.kept_ticket (
  id uuid not null default gen_random_uuid(),
  login name not null default SESSION_USER,
  question text not null,
  snapshot pg_snapshot not null,
  until timestamp with time zone not null,
  keys uuid[] not null,
  plane text not null,
  person_id uuid not null,
  session_id uuid not null,
  tenant_id uuid,
  mask bit(256),
  own_accounts_only boolean,
  context text not null,
  context_code text not null,
  constraint kept_ticket_pkey PRIMARY KEY (id)
);
alter table access.kept_ticket enable row level security, force row level security;
create policy deciding on access.kept_ticket for select to liaison_authz
  using (true);
create policy keeping on access.kept_ticket for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select on access.kept_ticket to liaison_authz;

-- Which transactions changed something that decides about a person, a partner or a tenant (key), or about everybody (the key of zeros). A decision that is kept holds while no row of its keys has come since.
create table access.stamp (
  key uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  noted_at timestamp with time zone not null default clock_timestamp(),
  constraint stamp_pkey PRIMARY KEY (key, xid)
);
alter table access.stamp enable row level security, force row level security;
create policy deciding on access.stamp for select to liaison_authz
  using (true);
create policy noting on access.stamp for all to liaison_authz
  using (true)
  with check (true);
grant delete, insert, select on access.stamp to liaison_authz;

-- A decision is kept within one era alone. A crash empties this table as it empties the stamps, and with it ends all that was kept: numbers of transactions that the crash swallowed are given out again.
create table access.stamp_era (
  id uuid not null default gen_random_uuid(),
  constraint stamp_era_pkey PRIMARY KEY (id)
);
alter table access.stamp_era enable row level security, force row level security;
create policy beginning on access.stamp_era for insert to liaison_authz
  with check (true);
create policy deciding on access.stamp_era for select to liaison_authz
  using (true);
grant insert, select on access.stamp_era to liaison_authz;

-- A decision as it was, kept 30 days, so that a refusal can be opened by the person, the partner, the tenant or support.
create table public.access_explanation (
  id uuid not null default uuidv7(),
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null default (now() + '30 days'::interval),
  person_id uuid,
  partner_id uuid,
  tenant_id uuid,
  permission text not null,
  code text not null,
  decision jsonb not null,
  config_version integer,
  constraint access_explanation_pkey PRIMARY KEY (id)
);
CREATE INDEX access_explanation_ends_at_idx ON public.access_explanation USING btree (ends_at);
CREATE TRIGGER name_configuration BEFORE INSERT ON public.access_explanation FOR EACH ROW EXECUTE FUNCTION access.name_configuration();
alter table public.access_explanation enable row level security, force row level security;
create policy acting_own_read on public.access_explanation as restrictive for select to liaison_delegate
  using ((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)));
create policy deciding on public.access_explanation for select to liaison_authz
  using (true);
create policy forgetting on public.access_explanation for delete to liaison_job
  using ((ends_at <= statement_timestamp()));
create policy forgetting_read on public.access_explanation for select to liaison_job
  using ((ends_at <= statement_timestamp()));
create policy own_insert on public.access_explanation for insert to liaison_delegate, liaison_platform, liaison_program, liaison_tenant
  with check ((( SELECT access.context_plane() AS context_plane) IS NOT NULL));
create policy own_read on public.access_explanation as restrictive for select to liaison_program
  using (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR (( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL)));
create policy partner_view on public.access_explanation for select to liaison_delegate, liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy platform_view on public.access_explanation for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy recording on public.access_explanation for insert to liaison_guard
  with check (true);
create policy tenant_view on public.access_explanation for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('access_explanation'::text, 'select'::text) AS reach)));
grant select on public.access_explanation to liaison_authz;
grant insert, select on public.access_explanation to liaison_delegate;
grant insert on public.access_explanation to liaison_guard;
grant delete on public.access_explanation to liaison_job;
grant insert, select on public.access_explanation to liaison_platform;
grant insert, select on public.access_explanation to liaison_program;
grant insert, select on public.access_explanation to liaison_tenant;
grant select (id, ends_at) on public.access_explanation to liaison_job;

-- A break-glass block. It holds while lifted_at is null; the platform-wide one, and that of a tenant over all partners, need a second person to lift.
create table public.access_freeze (
  id uuid not null default uuidv7(),
  scope text not null,
  partner_id uuid,
  tenant_id uuid,
  delegation_id uuid,
  person_id uuid,
  set_by uuid not null,
  set_by_name text not null,
  set_by_side text not null,
  reason text,
  created_at timestamp with time zone not null default now(),
  lift_asked_by uuid,
  lift_asked_at timestamp with time zone,
  lifted_by uuid,
  lifted_at timestamp with time zone,
  lift_reason text,
  constraint access_freeze_check CHECK (((lifted_at IS NULL) = (lifted_by IS NULL))),
  constraint access_freeze_check1 CHECK (((lifted_at IS NULL) OR (lift_reason IS NOT NULL))),
  constraint access_freeze_check2 CHECK (((lifted_at IS NULL) OR (NOT ((scope = 'platform'::text) OR ((scope = 'tenant'::text) AND (set_by_side = 'tenant'::text)))) OR ((lift_asked_by IS NOT NULL) AND (lift_asked_by <> lifted_by)))),
  constraint access_freeze_check3 CHECK (
CASE scope
    WHEN 'platform'::text THEN (num_nonnulls(partner_id, tenant_id, delegation_id, person_id) = 0)
    WHEN 'partner'::text THEN ((partner_id IS NOT NULL) AND (num_nonnulls(delegation_id, person_id) = 0))
    WHEN 'tenant'::text THEN ((tenant_id IS NOT NULL) AND (num_nonnulls(partner_id, delegation_id, person_id) = 0))
    WHEN 'delegation'::text THEN ((num_nonnulls(delegation_id, partner_id, tenant_id) = 3) AND (person_id IS NULL))
    WHEN 'person'::text THEN (person_id IS NOT NULL)
    ELSE NULL::boolean
END),
  constraint access_freeze_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES public.delegation(id),
  constraint access_freeze_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint access_freeze_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint access_freeze_pkey PRIMARY KEY (id),
  constraint access_freeze_scope_check CHECK ((scope = ANY (ARRAY['platform'::text, 'partner'::text, 'tenant'::text, 'delegation'::text, 'person'::text]))),
  constraint access_freeze_set_by_side_check CHECK ((set_by_side = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text]))),
  constraint access_freeze_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX access_freeze_in_force ON public.access_freeze USING btree (scope) WHERE (lifted_at IS NULL);
CREATE INDEX access_freeze_partner_id_idx ON public.access_freeze USING btree (partner_id);
CREATE INDEX access_freeze_tenant_id_idx ON public.access_freeze USING btree (tenant_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.access_freeze FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER announced AFTER INSERT OR UPDATE ON public.access_freeze FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,tenant_id=tenant_id,person_id=person_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.access_freeze REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.access_freeze REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.access_freeze REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_freeze BEFORE INSERT OR UPDATE ON public.access_freeze FOR EACH ROW EXECUTE FUNCTION private.enforce_freeze();
CREATE TRIGGER keep_past AFTER DELETE OR UPDATE ON public.access_freeze FOR EACH ROW EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER require_first BEFORE UPDATE OF lifted_at ON public.access_freeze FOR EACH ROW WHEN (((old.lifted_at IS NULL) AND (new.lifted_at IS NOT NULL) AND ((new.scope = 'platform'::text) OR ((new.scope = 'tenant'::text) AND (new.set_by_side = 'tenant'::text))))) EXECUTE FUNCTION private.require_first_of_lift();
CREATE TRIGGER signalled AFTER INSERT ON public.access_freeze FOR EACH ROW WHEN ((new.scope <> 'person'::text)) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.access_freeze REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.access_freeze REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.access_freeze REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.access_freeze REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stop_writes BEFORE INSERT ON public.access_freeze FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.access_freeze FOR EACH ROW WHEN (((new.set_by IS NOT NULL) OR (new.lift_asked_by IS NOT NULL) OR (new.lifted_by IS NOT NULL))) EXECUTE FUNCTION private.act_as_oneself('set_by', 'lift_asked_by', 'lifted_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.access_freeze FOR EACH ROW WHEN (((new.lift_asked_by IS DISTINCT FROM old.lift_asked_by) OR (new.lifted_by IS DISTINCT FROM old.lifted_by))) EXECUTE FUNCTION private.act_as_oneself('lift_asked_by', 'lifted_by');
alter table public.access_freeze enable row level security, force row level security;
create policy deciding on public.access_freeze for select to liaison_authz
  using (true);
create policy owners_insert on public.access_freeze as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.access_freeze as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.access_freeze as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.access_freeze for all to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (set_by_side = 'partner'::text)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (set_by_side = 'partner'::text) AND
CASE scope
    WHEN 'partner'::text THEN (tenant_id IS NULL)
    WHEN 'delegation'::text THEN (EXISTS ( SELECT
       FROM public.delegation d
      WHERE ((d.id = access_freeze.delegation_id) AND (d.tenant_id = access_freeze.tenant_id) AND (d.partner_id = access_freeze.partner_id))))
    WHEN 'person'::text THEN ((tenant_id IS NULL) AND (EXISTS ( SELECT
       FROM public.partner_member pm
      WHERE ((pm.person_id = access_freeze.person_id) AND (pm.partner_id = access_freeze.partner_id)))))
    ELSE false
END));
create policy provider_side on public.access_freeze for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND ((set_by_side = 'provider'::text) OR ((set_by_side = 'partner'::text) AND (scope = 'person'::text)))));
create policy tenant_side on public.access_freeze for all to liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)) AND (set_by_side = 'tenant'::text)))
  with check (((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)) AND (set_by_side = 'tenant'::text)));
grant select on public.access_freeze to liaison_authz;
grant insert, select on public.access_freeze to liaison_platform;
grant insert, select on public.access_freeze to liaison_program;
grant insert, select on public.access_freeze to liaison_tenant;
grant update (lift_asked_by, lift_asked_at, lifted_by, lifted_at, lift_reason) on public.access_freeze to liaison_platform;
grant update (lift_asked_by, lift_asked_at, lifted_by, lifted_at, lift_reason) on public.access_freeze to liaison_program;
grant update (lift_asked_by, lift_asked_at, lifted_by, lifted_at, lift_reason) on public.access_freeze to liaison_tenant;

-- What each record that decides about access said before it was changed or removed: so that an answer of the past can be told as it was (B12). Append-only; what is so now stands in the records themselves.
create table public.access_past (
  relation text not null,
  row_key text not null,
  tenant_id uuid,
  partner_id uuid,
  held_until timestamp with time zone not null default clock_timestamp(),
  was jsonb not null,
  constraint access_past_pkey PRIMARY KEY (relation, row_key, held_until)
);
CREATE INDEX access_past_partner_id_held_until_idx ON public.access_past USING btree (partner_id, held_until);
CREATE INDEX access_past_tenant_id_partner_id_held_until_idx ON public.access_past USING btree (tenant_id, partner_id, held_until);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.access_past FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.access_past enable row level security, force row level security;
create policy deciding on public.access_past for select to liaison_authz
  using (true);
create policy keeping on public.access_past for insert to liaison_owner
  with check (true);
grant select on public.access_past to liaison_authz;

-- The one record by which a tenant lets somebody in.
create table public.delegation (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  partner_id uuid,
  kind text not null,
  status text not null,
  status_reason text,
  status_changed_at timestamp with time zone not null default now(),
  status_changed_by uuid,
  status_changed_by_side text,
  role_mask bit(256) not null,
  mask bit(256) not null,
  has_timed_overrides boolean not null default false,
  elevation_required boolean not null default false,
  own_accounts_only boolean not null default false,
  own_accounts_since timestamp with time zone,
  conditions jsonb not null default '{}'::jsonb,
  has_conditions boolean generated always as ((conditions <> '{}'::jsonb)) stored,
  starts_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone,
  review_stops_at timestamp with time zone,
  epoch integer not null default 1,
  billing_party text not null default 'tenant'::text,
  requested_by uuid,
  requested_at timestamp with time zone not null default now(),
  approved_by uuid,
  approved_by_name text,
  approved_at timestamp with time zone,
  approval_basis text,
  approval_snapshot jsonb,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  api_calls_party text not null default 'partner'::text,
  seats_party text not null default 'partner'::text,
  exports_party text not null default 'partner'::text,
  suspended_by uuid,
  suspended_by_side text,
  constraint delegation_approval_basis_check CHECK ((approval_basis = ANY (ARRAY['tenant_approval'::text, 'partner_acceptance'::text, 'operator_attested'::text]))),
  constraint delegation_billing_party_check CHECK ((billing_party = ANY (ARRAY['tenant'::text, 'partner'::text, 'split'::text]))),
  constraint delegation_check CHECK ((ends_at > starts_at)),
  constraint delegation_check1 CHECK (((status <> ALL (ARRAY['approved'::text, 'active'::text, 'suspended'::text])) OR (approved_at IS NOT NULL))),
  constraint delegation_kind_check CHECK ((kind = ANY (ARRAY['link'::text, 'consent'::text, 'resale'::text, 'form_token'::text, 'assisted'::text]))),
  constraint delegation_parties CHECK (((api_calls_party = ANY (ARRAY['tenant'::text, 'partner'::text, 'split'::text])) AND (seats_party = ANY (ARRAY['tenant'::text, 'partner'::text, 'split'::text])) AND (exports_party = ANY (ARRAY['tenant'::text, 'partner'::text, 'split'::text])))),
  constraint delegation_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint delegation_partner_id_tenant_id_id_key UNIQUE (partner_id, tenant_id, id),
  constraint delegation_pkey PRIMARY KEY (id),
  constraint delegation_status_changed_by_side_check CHECK ((status_changed_by_side = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text, 'clock'::text]))),
  constraint delegation_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text, 'suspended'::text, 'expired'::text, 'revoked'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text]))),
  constraint delegation_suspended_by_side CHECK ((suspended_by_side = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text, 'clock'::text]))),
  constraint delegation_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint delegation_tenant_id_id_key UNIQUE (tenant_id, id)
);
CREATE INDEX delegation_by_partner ON public.delegation USING btree (partner_id, tenant_id) INCLUDE (status, starts_at, ends_at, mask);
CREATE INDEX delegation_by_tenant ON public.delegation USING btree (tenant_id, partner_id);
CREATE TRIGGER a_hold_derivation BEFORE UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (new.status <> old.status))) EXECUTE FUNCTION private.hold_derivation();
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.delegation FOR EACH ROW WHEN ((new.approved_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('approved_by_name');
CREATE TRIGGER announced AFTER UPDATE OF status, mask, role_mask, has_timed_overrides, conditions, starts_at, ends_at, epoch ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,tenant_id=tenant_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.delegation REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.delegation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.delegation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER copy_link_status AFTER UPDATE OF status ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.copy_link_status();
CREATE TRIGGER date_restriction BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.date_restriction();
CREATE TRIGGER derive_elevation_rule BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.derive_elevation_rule();
CREATE TRIGGER derive_moved AFTER UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (new.status <> old.status))) EXECUTE FUNCTION access.derive_from_links();
CREATE TRIGGER derive_new AFTER INSERT ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (new.status <> 'requested'::text))) EXECUTE FUNCTION access.derive_from_links();
CREATE TRIGGER end_handed_over AFTER UPDATE OF approved_at ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (old.approved_at IS NULL) AND (new.approved_at IS NOT NULL))) EXECUTE FUNCTION private.end_handed_over();
CREATE TRIGGER enforce_api_delegation BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = ANY (ARRAY['consent'::text, 'resale'::text]))) EXECUTE FUNCTION private.enforce_api_delegation();
CREATE TRIGGER enforce_assisted_delegation BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = 'assisted'::text)) EXECUTE FUNCTION private.enforce_assisted_delegation();
CREATE TRIGGER enforce_delegation BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = 'link'::text)) EXECUTE FUNCTION private.enforce_delegation();
CREATE TRIGGER enforce_form_delegation BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = 'form_token'::text)) EXECUTE FUNCTION private.enforce_form_delegation();
CREATE TRIGGER enforce_handover BEFORE UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (new.status = 'revoked'::text))) EXECUTE FUNCTION private.enforce_handover();
CREATE TRIGGER enforce_payers BEFORE UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = 'link'::text)) EXECUTE FUNCTION private.enforce_payers();
CREATE TRIGGER enforce_review BEFORE UPDATE ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.enforce_review();
CREATE TRIGGER keep_course BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.keep_course();
CREATE TRIGGER keep_decided BEFORE UPDATE ON public.delegation FOR EACH ROW WHEN (((((((new.status_changed_by IS DISTINCT FROM old.status_changed_by) OR (new.status_changed_by_side IS DISTINCT FROM old.status_changed_by_side)) OR (new.review_stops_at IS DISTINCT FROM old.review_stops_at)) OR (new.approved_by IS DISTINCT FROM old.approved_by)) OR (new.approved_by_name IS DISTINCT FROM old.approved_by_name)) OR (new.approval_basis IS DISTINCT FROM old.approval_basis))) EXECUTE FUNCTION private.keep_decided();
CREATE TRIGGER keep_past AFTER DELETE OR UPDATE ON public.delegation FOR EACH ROW WHEN ((old.kind = 'link'::text)) EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER keep_past_of_api AFTER DELETE OR UPDATE ON public.delegation FOR EACH ROW WHEN ((old.kind = ANY (ARRAY['consent'::text, 'resale'::text]))) EXECUTE FUNCTION private.keep_past_of_api();
CREATE TRIGGER keep_suspension BEFORE UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = 'link'::text)) EXECUTE FUNCTION private.keep_suspension();
CREATE TRIGGER make_checklist AFTER UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (new.status = 'revoked'::text) AND (old.status = ANY (ARRAY['active'::text, 'suspended'::text])))) EXECUTE FUNCTION private.make_checklist();
CREATE TRIGGER need_strong_member BEFORE UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (new.status = 'active'::text) AND (old.status = ANY (ARRAY['requested'::text, 'approved'::text])))) EXECUTE FUNCTION private.need_strong_member();
CREATE TRIGGER plan_review AFTER UPDATE OF approved_at ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (old.approved_at IS NULL) AND (new.approved_at IS NOT NULL))) EXECUTE FUNCTION private.plan_review();
CREATE TRIGGER refuse_own_link BEFORE UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((new.kind = 'link'::text) AND (old.status = 'expired'::text) AND (new.status = ANY (ARRAY['active'::text, 'suspended'::text])))) EXECUTE FUNCTION private.refuse_own_link();
CREATE TRIGGER require_first BEFORE UPDATE OF status ON public.delegation FOR EACH ROW WHEN (((old.status = 'requested'::text) AND (new.status = ANY (ARRAY['approved'::text, 'active'::text])) AND (new.kind = ANY (ARRAY['link'::text, 'consent'::text])))) EXECUTE FUNCTION private.require_first_of_delegation();
CREATE TRIGGER require_welcome BEFORE INSERT OR UPDATE ON public.delegation FOR EACH ROW WHEN ((new.kind = 'consent'::text)) EXECUTE FUNCTION access.require_welcome();
CREATE TRIGGER sandbox_apart BEFORE INSERT ON public.delegation FOR EACH ROW EXECUTE FUNCTION access.keep_sandbox_apart();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER signalled AFTER UPDATE ON public.delegation FOR EACH ROW WHEN (((new.kind = ANY (ARRAY['consent'::text, 'resale'::text])) AND (old.status = 'active'::text) AND ((new.status <> 'active'::text) OR (new.epoch > old.epoch)))) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.delegation REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'tenant_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.delegation REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'tenant_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.delegation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'tenant_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.delegation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'tenant_id');
CREATE TRIGGER stop_writes BEFORE UPDATE ON public.delegation FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.delegation FOR EACH ROW WHEN (((new.status_changed_by IS NOT NULL) OR (new.requested_by IS NOT NULL) OR (new.approved_by IS NOT NULL) OR (new.suspended_by IS NOT NULL))) EXECUTE FUNCTION private.act_as_oneself('status_changed_by', 'requested_by', 'approved_by', 'suspended_by');
alter table public.delegation enable row level security, force row level security;
create policy acting_links_read on public.delegation as restrictive for select to liaison_delegate
  using ((kind = 'link'::text));
create policy assisting on public.delegation for insert to liaison_owner
  with check ((kind = 'assisted'::text));
create policy assisting_write on public.delegation for update to liaison_owner
  using ((kind = 'assisted'::text))
  with check ((kind = 'assisted'::text));
create policy clock on public.delegation for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying_read on public.delegation for select to liaison_owner
  using (true);
create policy deciding on public.delegation for select to liaison_authz
  using (true);
create policy deriving on public.delegation for update to liaison_owner
  using (true);
create policy giving_forms on public.delegation for insert to liaison_owner
  with check ((kind = 'form_token'::text));
create policy homing on public.delegation for select to liaison_owner
  using ((kind = 'link'::text));
create policy links_read on public.delegation as restrictive for select to liaison_program
  using (((kind = 'link'::text) OR (( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL)));
create policy owners_insert on public.delegation as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.delegation as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.delegation for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.delegation for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.delegation for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.delegation for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
create policy touching on public.delegation for update to liaison_owner
  using (true);
grant select on public.delegation to liaison_authz;
grant select, update on public.delegation to liaison_job;
grant insert, select, update on public.delegation to liaison_platform;
grant insert, update on public.delegation to liaison_program;
grant insert, select, update on public.delegation to liaison_tenant;
grant select (id, tenant_id, partner_id, kind, status, status_reason, status_changed_at, status_changed_by, status_changed_by_side, role_mask, mask, has_timed_overrides, own_accounts_only, has_conditions, starts_at, ends_at, review_stops_at, epoch, billing_party, requested_by, requested_at, approved_by, approved_by_name, approved_at, approval_basis, version, created_at, updated_at, api_calls_party, seats_party, exports_party) on public.delegation to liaison_delegate;
grant select (id, tenant_id, partner_id, kind, status, status_reason, status_changed_at, status_changed_by, status_changed_by_side, role_mask, mask, has_timed_overrides, own_accounts_only, has_conditions, starts_at, ends_at, review_stops_at, epoch, billing_party, requested_by, requested_at, approved_by, approved_by_name, approved_at, approval_basis, version, created_at, updated_at, api_calls_party, seats_party, exports_party) on public.delegation to liaison_program;

-- Every change of a delegation; append-only.
create table public.delegation_history (
  delegation_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid,
  changed_at timestamp with time zone not null default clock_timestamp(),
  version integer not null,
  event text not null,
  detail jsonb not null default '{}'::jsonb,
  constraint delegation_history_pkey PRIMARY KEY (delegation_id, version, changed_at)
);
CREATE INDEX delegation_history_tenant_id_idx ON public.delegation_history USING btree (tenant_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.delegation_history FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER keep_history_own BEFORE INSERT ON public.delegation_history FOR EACH ROW WHEN ((CURRENT_USER = SESSION_USER)) EXECUTE FUNCTION private.keep_history_own();
alter table public.delegation_history enable row level security, force row level security;
create policy acting_links_read on public.delegation_history as restrictive for select to liaison_delegate
  using ((EXISTS ( SELECT
   FROM public.link l
  WHERE (l.id = delegation_history.delegation_id))));
create policy clock on public.delegation_history for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.delegation_history for select to liaison_authz
  using (true);
create policy giving_back on public.delegation_history for insert to liaison_owner
  with check (true);
create policy links_read on public.delegation_history as restrictive for select to liaison_program
  using (((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL) OR (EXISTS ( SELECT
   FROM public.link l
  WHERE (l.id = delegation_history.delegation_id)))));
create policy noting_forms on public.delegation_history for insert to liaison_owner
  with check ((partner_id IS NULL));
create policy owners_insert on public.delegation_history as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.delegation_history for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.delegation_history for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.delegation_history for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.delegation_history for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.delegation_history to liaison_authz;
grant select on public.delegation_history to liaison_delegate;
grant insert, select on public.delegation_history to liaison_job;
grant insert, select on public.delegation_history to liaison_platform;
grant insert, select on public.delegation_history to liaison_program;
grant insert, select on public.delegation_history to liaison_tenant;

-- What is particular to a delegation from a tenant to a partner organisation, used by its people.
create table public.link (
  id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  relationship_type text not null,
  access_role text not null,
  role_version integer not null default 1,
  initiated_by text not null,
  request_message text,
  request_expires_at timestamp with time zone not null default (now() + '30 days'::interval),
  auto_renew_days integer not null default 0,
  review_due_at timestamp with time zone,
  sla_response_hours integer,
  sla_uptime_target numeric(5,2),
  notify_on_sla_breach boolean not null default true,
  notify_on_billing_threshold boolean not null default true,
  billing_alert_threshold_minor bigint,
  billing_alert_currency text,
  notes_partner text,
  notes_tenant text,
  metadata jsonb not null default '{}'::jsonb,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamp with time zone,
  first_accepted jsonb,
  live_status text,
  via_partner_id uuid,
  via_partner_name text,
  objection_until timestamp with time zone,
  attestation_ref text,
  agreed_in xid8,
  constraint link_access_role_check CHECK ((access_role = ANY (ARRAY['msp_full'::text, 'msp_billing'::text, 'msp_support'::text, 'enterprise_hq'::text, 'auditor'::text, 'reseller'::text, 'delegate'::text]))),
  constraint link_attestation_ref_check CHECK (((char_length(attestation_ref) >= 1) AND (char_length(attestation_ref) <= 200))),
  constraint link_auto_renew_days_check CHECK ((auto_renew_days = ANY (ARRAY[0, 180]))),
  constraint link_billing_alert_currency_check CHECK ((billing_alert_currency ~ '^[A-Z]{3}$'::text)),
  constraint link_billing_alert_threshold_minor_check CHECK ((billing_alert_threshold_minor > 0)),
  constraint link_check CHECK (((auto_renew_days = 0) OR (access_role <> 'msp_full'::text))),
  constraint link_initiated_by_check CHECK ((initiated_by = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text]))),
  constraint link_metadata_size CHECK (((octet_length((metadata)::text) <= 8192) AND (jsonb_typeof(metadata) = 'object'::text))),
  constraint link_notes_size CHECK (((char_length(notes_partner) <= 4000) AND (char_length(notes_tenant) <= 4000))),
  constraint link_partner_id_tenant_id_id_fkey FOREIGN KEY (partner_id, tenant_id, id) REFERENCES public.delegation(partner_id, tenant_id, id),
  constraint link_partner_id_tenant_id_id_key UNIQUE (partner_id, tenant_id, id),
  constraint link_pkey PRIMARY KEY (id),
  constraint link_relationship_type_check CHECK ((relationship_type = ANY (ARRAY['msp_managed'::text, 'enterprise_subsidiary'::text, 'reseller_channel'::text, 'audit_only'::text]))),
  constraint link_request_message_check CHECK ((char_length(request_message) <= 2000)),
  constraint link_sla_response_hours_check CHECK (((sla_response_hours >= 1) AND (sla_response_hours <= 720))),
  constraint link_sla_uptime_target_check CHECK (((sla_uptime_target >= (0)::numeric) AND (sla_uptime_target <= (100)::numeric))),
  constraint link_via_other CHECK ((via_partner_id <> partner_id)),
  constraint link_via_partner_id_fkey FOREIGN KEY (via_partner_id) REFERENCES public.partner(id)
);
CREATE INDEX link_tenant_id_idx ON public.link USING btree (tenant_id);
CREATE INDEX link_via_partner_id_idx ON public.link USING btree (via_partner_id) WHERE (via_partner_id IS NOT NULL);
CREATE UNIQUE INDEX link_one_full_role ON public.link USING btree (tenant_id) WHERE ((live_status = ANY (ARRAY['approved'::text, 'active'::text, 'suspended'::text])) AND (access_role = ANY (ARRAY['msp_full'::text, 'enterprise_hq'::text])));
CREATE UNIQUE INDEX link_one_live ON public.link USING btree (partner_id, tenant_id) WHERE (live_status = ANY (ARRAY['requested'::text, 'approved'::text, 'active'::text, 'suspended'::text]));
CREATE TRIGGER a_enforce_link BEFORE INSERT OR UPDATE OF initiated_by, relationship_type, request_expires_at, access_role, role_version, auto_renew_days, first_approved_by ON public.link FOR EACH ROW EXECUTE FUNCTION private.enforce_link();
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.link FOR EACH ROW WHEN ((new.first_approved_by_name IS DISTINCT FROM old.first_approved_by_name)) EXECUTE FUNCTION private.act_in_own_name('first_approved_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER begin_as_allowed BEFORE INSERT ON public.link FOR EACH ROW EXECUTE FUNCTION access.begin_as_allowed();
CREATE TRIGGER copy_link_status BEFORE INSERT ON public.link FOR EACH ROW EXECUTE FUNCTION private.copy_link_status();
CREATE TRIGGER enforce_attestation BEFORE INSERT ON public.link FOR EACH ROW EXECUTE FUNCTION private.enforce_attestation();
CREATE TRIGGER keep_past AFTER DELETE OR UPDATE OF access_role, role_version, relationship_type ON public.link FOR EACH ROW EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER narrow_elevations AFTER UPDATE OF access_role, role_version ON public.link FOR EACH ROW WHEN (((old.access_role IS DISTINCT FROM new.access_role) OR (old.role_version IS DISTINCT FROM new.role_version))) EXECUTE FUNCTION private.narrow_elevations();
CREATE TRIGGER plan_review AFTER INSERT OR UPDATE OF review_due_at ON public.link FOR EACH ROW WHEN ((new.review_due_at IS NOT NULL)) EXECUTE FUNCTION private.plan_review();
CREATE TRIGGER refuse_own_link BEFORE INSERT ON public.link FOR EACH ROW EXECUTE FUNCTION private.refuse_own_link();
CREATE TRIGGER require_first BEFORE UPDATE OF first_approved_by ON public.link FOR EACH ROW WHEN (((new.initiated_by = 'tenant'::text) AND (new.first_approved_by IS NOT NULL) AND (new.first_approved_by IS DISTINCT FROM old.first_approved_by))) EXECUTE FUNCTION private.require_first_of_invitation();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.link REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.link REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.link REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.link REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.link FOR EACH ROW WHEN ((new.first_approved_by IS DISTINCT FROM old.first_approved_by)) EXECUTE FUNCTION private.act_as_oneself('first_approved_by');
alter table public.link enable row level security, force row level security;
create policy clock on public.link for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying on public.link for update to liaison_owner
  using (true);
create policy copying_read on public.link for select to liaison_owner
  using (true);
create policy deciding on public.link for select to liaison_authz
  using (true);
create policy owners_insert on public.link as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.link as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.link for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.link for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.link for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.link for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.link to liaison_authz;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency) on public.link to liaison_delegate;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, via_partner_id, via_partner_name, objection_until, attestation_ref) on public.link to liaison_job;
grant insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, review_due_at, objection_until, attestation_ref) on public.link to liaison_platform;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, via_partner_id, via_partner_name, objection_until, attestation_ref) on public.link to liaison_platform;
grant insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, auto_renew_days, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, notes_partner, metadata, via_partner_id, via_partner_name) on public.link to liaison_program;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, notes_partner, metadata, via_partner_id, via_partner_name, objection_until, attestation_ref) on public.link to liaison_program;
grant update (access_role, role_version, auto_renew_days, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, notes_partner, metadata) on public.link to liaison_program;
grant insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, auto_renew_days, sla_response_hours, sla_uptime_target, notes_tenant, via_partner_id, via_partner_name) on public.link to liaison_tenant;
grant select (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, request_expires_at, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notify_on_sla_breach, notify_on_billing_threshold, billing_alert_threshold_minor, billing_alert_currency, notes_tenant, first_approved_by, first_approved_by_name, first_approved_at, first_accepted, via_partner_id, via_partner_name, objection_until, attestation_ref) on public.link to liaison_tenant;
grant update (access_role, role_version, auto_renew_days, review_due_at, sla_response_hours, sla_uptime_target, notes_tenant, first_approved_by, first_approved_by_name, first_approved_at, first_accepted) on public.link to liaison_tenant;

-- A widening that waits for the tenant; until then the old rights continue.
create table public.link_change_request (
  id uuid not null default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  status text not null default 'waiting'::text,
  proposal jsonb not null,
  difference jsonb not null,
  reason text,
  requested_by uuid not null,
  requested_by_name text not null,
  requested_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null default (now() + '30 days'::interval),
  decided_by uuid,
  decided_at timestamp with time zone,
  begun_by text not null default 'partner'::text,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamp with time zone,
  first_read text,
  constraint link_change_request_partner_id_tenant_id_link_id_fkey FOREIGN KEY (partner_id, tenant_id, link_id) REFERENCES public.link(partner_id, tenant_id, id),
  constraint link_change_request_pkey PRIMARY KEY (id),
  constraint link_change_request_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'approved'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text])))
);
CREATE INDEX link_change_request_partner_id_status_idx ON public.link_change_request USING btree (partner_id, status);
CREATE INDEX link_change_request_tenant_id_status_idx ON public.link_change_request USING btree (tenant_id, status);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.link_change_request FOR EACH ROW WHEN (((new.requested_by_name IS DISTINCT FROM old.requested_by_name) OR (new.first_approved_by_name IS DISTINCT FROM old.first_approved_by_name))) EXECUTE FUNCTION private.act_in_own_name('requested_by_name', 'first_approved_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_change_request REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_change_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_change_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_change_request BEFORE INSERT OR UPDATE ON public.link_change_request FOR EACH ROW EXECUTE FUNCTION private.enforce_change_request();
CREATE TRIGGER keep_change_own BEFORE INSERT ON public.link_change_request FOR EACH ROW EXECUTE FUNCTION private.keep_change_own();
CREATE TRIGGER require_first BEFORE UPDATE OF status ON public.link_change_request FOR EACH ROW WHEN (((old.status = 'waiting'::text) AND (new.status = 'approved'::text))) EXECUTE FUNCTION private.require_first_of_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.link_change_request FOR EACH ROW WHEN (((new.requested_by IS NOT NULL) OR (new.decided_by IS NOT NULL) OR (new.first_approved_by IS NOT NULL))) EXECUTE FUNCTION private.act_as_oneself('requested_by', 'decided_by', 'first_approved_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.link_change_request FOR EACH ROW WHEN (((new.requested_by IS DISTINCT FROM old.requested_by) OR (new.decided_by IS DISTINCT FROM old.decided_by) OR (new.first_approved_by IS DISTINCT FROM old.first_approved_by))) EXECUTE FUNCTION private.act_as_oneself('requested_by', 'decided_by', 'first_approved_by');
alter table public.link_change_request enable row level security, force row level security;
create policy clock on public.link_change_request for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_change_request for select to liaison_authz
  using (true);
create policy owners_insert on public.link_change_request as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.link_change_request as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.link_change_request for all to liaison_program
  using (((begun_by = 'partner'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner))))
  with check (((begun_by = 'partner'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner))));
create policy partner_side_read on public.link_change_request for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.link_change_request for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.link_change_request for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.link_change_request to liaison_authz;
grant select, update on public.link_change_request to liaison_job;
grant select on public.link_change_request to liaison_platform;
grant insert on public.link_change_request to liaison_program;
grant insert, select, update on public.link_change_request to liaison_tenant;
grant select (id, link_id, tenant_id, partner_id, status, proposal, difference, reason, requested_by, requested_by_name, requested_at, expires_at, decided_by, decided_at, begun_by) on public.link_change_request to liaison_program;
grant update (status, decided_by, decided_at) on public.link_change_request to liaison_program;

-- The people of a partner who may use a link. No assignment, no access, owners included.
create table public.link_member (
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  person_id uuid not null,
  role text,
  mask bit(256) not null,
  ends_at timestamp with time zone,
  assigned_by uuid,
  assigned_at timestamp with time zone not null default now(),
  elevation_id uuid,
  elevated_mask bit(256),
  elevated_from timestamp with time zone,
  elevated_until timestamp with time zone,
  via_team_id uuid,
  constraint link_member_check CHECK ((num_nulls(elevation_id, elevated_mask, elevated_from, elevated_until) = ANY (ARRAY[0, 4]))),
  constraint link_member_partner_id_member_id_fkey FOREIGN KEY (partner_id, member_id) REFERENCES public.partner_member(partner_id, id),
  constraint link_member_partner_id_tenant_id_link_id_fkey FOREIGN KEY (partner_id, tenant_id, link_id) REFERENCES public.link(partner_id, tenant_id, id),
  constraint link_member_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint link_member_pkey PRIMARY KEY (link_id, member_id)
);
CREATE INDEX link_member_by_person ON public.link_member USING btree (person_id, link_id);
CREATE INDEX link_member_by_team ON public.link_member USING btree (partner_id, via_team_id) WHERE (via_team_id IS NOT NULL);
CREATE INDEX link_member_tenant_id_idx ON public.link_member USING btree (tenant_id);
CREATE TRIGGER a_hold_derivation BEFORE DELETE ON public.link_member FOR EACH ROW WHEN ((old.via_team_id IS NULL)) EXECUTE FUNCTION private.hold_derivation();
CREATE TRIGGER announced AFTER INSERT OR DELETE OR UPDATE ON public.link_member FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,tenant_id=tenant_id,person_id=person_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER derive_after_direct AFTER DELETE ON public.link_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.derive_after_direct();
CREATE TRIGGER keep_past AFTER DELETE OR UPDATE ON public.link_member FOR EACH ROW EXECUTE FUNCTION private.keep_past('link_id', 'member_id');
CREATE TRIGGER stamped_before AFTER UPDATE ON public.link_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'person_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.link_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'person_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.link_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'person_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.link_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id', 'person_id');
CREATE TRIGGER stop_writes BEFORE DELETE OR UPDATE ON public.link_member FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.link_member FOR EACH ROW WHEN ((new.assigned_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('assigned_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.link_member FOR EACH ROW WHEN ((new.assigned_by IS DISTINCT FROM old.assigned_by)) EXECUTE FUNCTION private.act_as_oneself('assigned_by');
alter table public.link_member enable row level security, force row level security;
create policy clock on public.link_member for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_member for select to liaison_authz
  using (true);
create policy deriving on public.link_member for all to liaison_authz
  using (true)
  with check (true);
create policy elevating on public.link_member for select to liaison_owner
  using (true);
create policy elevating_write on public.link_member for update to liaison_owner
  using (true);
create policy owners_delete on public.link_member as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.link_member as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.link_member as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.link_member for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.link_member for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.link_member for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.link_member for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant delete, insert, select, update on public.link_member to liaison_authz;
grant select on public.link_member to liaison_delegate;
grant select on public.link_member to liaison_job;
grant select on public.link_member to liaison_platform;
grant delete, select on public.link_member to liaison_program;
grant delete, select on public.link_member to liaison_tenant;
grant insert (link_id, tenant_id, partner_id, member_id, person_id, role, mask, ends_at, assigned_by, assigned_at) on public.link_member to liaison_program;
grant update (role, mask, ends_at, assigned_by, assigned_at, via_team_id) on public.link_member to liaison_program;

create table public.link_override (
  id uuid not null default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  pattern text not null,
  effect text not null,
  mask bit(256) not null,
  reason text,
  expires_at timestamp with time zone,
  set_by_side text not null,
  created_at timestamp with time zone not null default now(),
  constraint link_override_effect_check CHECK ((effect = ANY (ARRAY['grant'::text, 'deny'::text]))),
  constraint link_override_link_id_pattern_effect_key UNIQUE (link_id, pattern, effect),
  constraint link_override_partner_id_tenant_id_link_id_fkey FOREIGN KEY (partner_id, tenant_id, link_id) REFERENCES public.link(partner_id, tenant_id, id),
  constraint link_override_pkey PRIMARY KEY (id),
  constraint link_override_set_by_side_check CHECK ((set_by_side = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text])))
);
CREATE INDEX link_override_tenant_id_idx ON public.link_override USING btree (tenant_id);
CREATE TRIGGER announced AFTER INSERT OR DELETE OR UPDATE ON public.link_override FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id,tenant_id=tenant_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_override REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_override REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_override REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_override BEFORE INSERT OR DELETE OR UPDATE ON public.link_override FOR EACH ROW EXECUTE FUNCTION private.enforce_override();
CREATE TRIGGER keep_past AFTER DELETE OR UPDATE ON public.link_override FOR EACH ROW EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER stamped_before AFTER UPDATE ON public.link_override REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.link_override REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.link_override REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.link_override REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stop_writes BEFORE INSERT OR DELETE OR UPDATE ON public.link_override FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
alter table public.link_override enable row level security, force row level security;
create policy clock on public.link_override for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying_read on public.link_override for select to liaison_owner
  using (true);
create policy deciding on public.link_override for select to liaison_authz
  using (true);
create policy owners_delete on public.link_override as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.link_override as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.link_override as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.link_override for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.link_override for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.link_override for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.link_override for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
create policy widening_denials on public.link_override for update to liaison_owner
  using ((effect = 'deny'::text))
  with check ((effect = 'deny'::text));
grant select on public.link_override to liaison_authz;
grant select on public.link_override to liaison_delegate;
grant select on public.link_override to liaison_job;
grant select on public.link_override to liaison_platform;
grant delete, insert, select, update on public.link_override to liaison_program;
grant delete, insert, select, update on public.link_override to liaison_tenant;

-- What a relationship type allows whatever the role, written by the migrate command from the code.
create table public.link_relationship_bound (
  relationship_type text not null,
  ceiling bit(256) not null,
  constraint link_relationship_bound_pkey PRIMARY KEY (relationship_type)
);
alter table public.link_relationship_bound enable row level security, force row level security;
create policy catalogue on public.link_relationship_bound for select to public
  using (true);
create policy deciding on public.link_relationship_bound for select to liaison_authz
  using (true);
create policy writing on public.link_relationship_bound for all to liaison_owner
  using (true)
  with check (true);
grant select on public.link_relationship_bound to liaison_authz;
grant select on public.link_relationship_bound to public;

-- What each version of a link role gives and may be granted, written by the migrate command from the code.
create table public.link_role_template (
  role text not null,
  version integer not null,
  defaults bit(256) not null,
  ceiling bit(256) not null,
  constraint link_role_template_pkey PRIMARY KEY (role, version)
);
alter table public.link_role_template enable row level security, force row level security;
create policy catalogue on public.link_role_template for select to public
  using (true);
create policy deciding on public.link_role_template for select to liaison_authz
  using (true);
create policy writing on public.link_role_template for all to liaison_owner
  using (true)
  with check (true);
grant select on public.link_role_template to liaison_authz;
grant select on public.link_role_template to public;

-- What each membership role may do, written by the migrate command from the code.
create table public.role_permission (
  plane text not null,
  role text not null,
  mask bit(256) not null,
  constraint role_permission_pkey PRIMARY KEY (plane, role),
  constraint role_permission_plane_check CHECK ((plane = ANY (ARRAY['platform'::text, 'program'::text, 'tenant'::text])))
);
CREATE TRIGGER stamped_before AFTER UPDATE ON public.role_permission REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.role_permission REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.role_permission REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.role_permission REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('everybody');
alter table public.role_permission enable row level security, force row level security;
create policy deciding on public.role_permission for select to liaison_authz
  using (true);
create policy writing on public.role_permission for all to liaison_owner
  using (true)
  with check (true);
grant select on public.role_permission to liaison_authz;

-- Every legal move of every state machine: read by the trigger that enforces it, the API, the docs and the tests.
create table public.state_transition (
  entity text not null,
  from_state text not null,
  to_state text not null,
  action text not null,
  actor_kind text not null,
  constraint state_transition_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['partner'::text, 'tenant'::text, 'provider'::text, 'requester'::text, 'decider'::text, 'clock'::text, 'end_user'::text, 'vendor'::text, 'finance'::text]))),
  constraint state_transition_pkey PRIMARY KEY (entity, from_state, to_state, action, actor_kind)
);
alter table public.state_transition enable row level security, force row level security;
create policy catalogue on public.state_transition for select to public
  using (true);
create policy copying_read on public.state_transition for select to liaison_owner
  using (true);
create policy deciding on public.state_transition for select to liaison_authz
  using (true);
grant select on public.state_transition to liaison_authz;
grant select on public.state_transition to public;

-- owner: liaison_authz
create view access.delegation_in_force as
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
  WHERE ((status = 'active'::text) AND (starts_at <= statement_timestamp()) AND ((ends_at IS NULL) OR (ends_at > statement_timestamp())) AND ((review_stops_at IS NULL) OR (review_stops_at > statement_timestamp())) AND (EXISTS ( SELECT
           FROM public.partner p
          WHERE ((p.id = d.partner_id) AND (p.status = 'active'::text)))) AND (EXISTS ( SELECT
           FROM public.tenant t
          WHERE ((t.id = d.tenant_id) AND (t.status <> 'closed'::text)))) AND (NOT (EXISTS ( SELECT
           FROM public.access_freeze f
          WHERE ((f.lifted_at IS NULL) AND (f.scope <> 'person'::text) AND ((f.partner_id IS NULL) OR (f.partner_id = d.partner_id)) AND ((f.tenant_id IS NULL) OR (f.tenant_id = d.tenant_id)) AND ((f.delegation_id IS NULL) OR (f.delegation_id = d.id)))))));

-- owner: liaison_authz
create view access.held_ticket as
 SELECT id,
    login,
    question,
    snapshot,
    until,
    keys,
    plane,
    person_id,
    session_id,
    tenant_id,
    mask,
    own_accounts_only,
    context,
    context_code
   FROM access.kept_ticket t
  WHERE ((login = SESSION_USER) AND (statement_timestamp() < until) AND (NOT (EXISTS ( SELECT
           FROM access.stamp s
          WHERE ((s.key = ANY (t.keys)) AND (s.xid >= pg_snapshot_xmin(t.snapshot)) AND (NOT pg_visible_in_snapshot(s.xid, t.snapshot)))))));

-- owner: liaison_authz
create view access.link_change as
 SELECT d.id AS link_id,
    d.partner_id,
    h.id AS person_id,
    ahead.moment
   FROM (((public.delegation d
     CROSS JOIN public.person h)
     LEFT JOIN public.link_member m ON (((m.link_id = d.id) AND (m.person_id = h.id))))
     CROSS JOIN LATERAL ( VALUES (d.starts_at), (d.ends_at), (d.review_stops_at), ((d.status_changed_at + '30 days'::interval)), (m.ends_at), (m.elevated_from), (m.elevated_until), (
                CASE
                    WHEN d.has_timed_overrides THEN ( SELECT min(o.expires_at) AS min
                       FROM public.link_override o
                      WHERE ((o.link_id = d.id) AND (o.expires_at > statement_timestamp())))
                    ELSE NULL::timestamp with time zone
                END)) ahead(moment))
  WHERE (ahead.moment > statement_timestamp());

-- owner: liaison_authz
create view access.live_session as
 SELECT s.token_hash,
    s.id AS session_id,
    h.id AS person_id,
    h.name AS person_name,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', s.factor, 'factor_at', s.factor_at, 'session_id', s.id, 'seen_seconds_ago', EXTRACT(epoch FROM (statement_timestamp() - s.seen_at))) AS actor,
    COALESCE(( SELECT json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) AS json_agg
           FROM public.access_freeze f
          WHERE ((f.lifted_at IS NULL) AND (f.scope = 'person'::text) AND (f.person_id = h.id) AND (f.partner_id IS NULL) AND (f.tenant_id IS NULL))), '[]'::json) AS freezes
   FROM (((public.session s
     JOIN public.person h ON ((h.id = s.person_id)))
     LEFT JOIN public.partner_member m ON (((m.person_id = s.person_id) AND (m.status = 'active'::text))))
     LEFT JOIN public.configuration_in_force c ON ((c.partner_id = m.partner_id)))
  WHERE ((s.ended_at IS NULL) AND (s.ends_at > statement_timestamp()) AND ((s.seen_at + make_interval(secs => (LEAST(s.idle_seconds, c.staff_idle_s))::double precision)) > statement_timestamp()) AND ((c.staff_absolute_s IS NULL) OR ((s.created_at + make_interval(secs => (c.staff_absolute_s)::double precision)) > statement_timestamp())) AND ((c.staff_max_concurrent IS NULL) OR (c.staff_max_concurrent > ( SELECT count(*) AS count
           FROM public.session o
          WHERE ((o.person_id = s.person_id) AND (o.ended_at IS NULL) AND (o.ends_at > statement_timestamp()) AND (ROW(o.seen_at, o.created_at, o.id) > ROW(s.seen_at, s.created_at, s.id)) AND ((o.seen_at + make_interval(secs => (LEAST(o.idle_seconds, c.staff_idle_s))::double precision)) > statement_timestamp()) AND ((c.staff_absolute_s IS NULL) OR ((o.created_at + make_interval(secs => (c.staff_absolute_s)::double precision)) > statement_timestamp())))))));

-- owner: liaison_authz
create view access.session_end as
 SELECT s.id AS session_id,
    LEAST(s.ends_at, (s.seen_at + make_interval(secs => (LEAST(s.idle_seconds, c.staff_idle_s))::double precision)), (s.created_at + make_interval(secs => (c.staff_absolute_s)::double precision))) AS ends_at
   FROM ((public.session s
     LEFT JOIN public.partner_member m ON (((m.person_id = s.person_id) AND (m.status = 'active'::text))))
     LEFT JOIN public.configuration_in_force c ON ((c.partner_id = m.partner_id)));

-- owner: liaison_authz
create view access.usable_link as
 SELECT m.person_id,
    m.member_id,
    m.link_id,
    d.partner_id,
    d.tenant_id,
    ((m.mask &
        CASE
            WHEN d.elevation_required THEN access.standing_mask(access.timed_mask(d.id))
            WHEN (d.has_timed_overrides OR d.own_accounts_only) THEN access.timed_mask(d.id)
            ELSE d.mask
        END) |
        CASE
            WHEN ((m.elevated_until <= statement_timestamp()) OR (m.elevated_until IS NULL)) THEN (0)::bit(256)
            WHEN d.own_accounts_only THEN access.account_mask(access.elevated_mask(m.link_id, m.elevated_mask))
            ELSE access.elevated_mask(m.link_id, m.elevated_mask)
        END) AS mask,
    d.own_accounts_only,
    d.own_accounts_since
   FROM (((public.link_member m
     JOIN access.delegation_in_force d ON ((d.id = m.link_id)))
     JOIN public.partner_member pm ON (((pm.id = m.member_id) AND (pm.partner_id = d.partner_id) AND (pm.person_id = m.person_id) AND (pm.status = 'active'::text))))
     JOIN public.person p ON (((p.id = m.person_id) AND (p.status = 'active'::text))))
  WHERE (((m.ends_at IS NULL) OR (m.ends_at > statement_timestamp())) AND (NOT (EXISTS ( SELECT
           FROM public.access_freeze f
          WHERE ((f.lifted_at IS NULL) AND (f.scope = 'person'::text) AND (f.person_id = m.person_id) AND ((f.partner_id IS NULL) OR (f.partner_id = d.partner_id)) AND ((f.tenant_id IS NULL) OR (f.tenant_id = d.tenant_id)))))));

-- Reads under the rights and row policies of whoever asks. status is as time has made it, whether or not a job has noted it.
-- owner: liaison_owner
create view public.link_overview with (security_invoker=true) as
 SELECT d.id,
    d.tenant_id,
    t.name AS tenant_name,
    t.slug AS tenant_slug,
    d.partner_id,
    p.name AS partner_name,
    p.slug AS partner_slug,
        CASE
            WHEN ((d.status = 'requested'::text) AND (l.request_expires_at <= statement_timestamp())) THEN 'lapsed'::text
            WHEN ((d.status = ANY (ARRAY['approved'::text, 'active'::text, 'suspended'::text])) AND (d.ends_at <= statement_timestamp())) THEN 'expired'::text
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'suspended'::text
            ELSE d.status
        END AS status,
    d.status AS stored_status,
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'review_overdue'::text
            ELSE d.status_reason
        END AS status_reason,
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN d.review_stops_at
            ELSE d.status_changed_at
        END AS status_changed_at,
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'clock'::text
            ELSE d.status_changed_by_side
        END AS status_changed_by_side,
    d.starts_at,
    d.ends_at,
    d.epoch,
    d.billing_party,
    d.has_conditions,
    d.requested_by,
    d.requested_at,
    d.approved_at,
    d.approved_by_name,
    d.version,
    d.created_at,
    d.updated_at,
    l.relationship_type,
    l.access_role,
    l.role_version,
    l.initiated_by,
    l.request_message,
    l.request_expires_at,
    l.auto_renew_days,
    l.sla_response_hours,
    l.sla_uptime_target,
    l.notify_on_sla_breach,
    l.notify_on_billing_threshold,
    l.billing_alert_threshold_minor,
    l.billing_alert_currency,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('pattern', o.pattern, 'effect', o.effect, 'reason', o.reason, 'expires_at', o.expires_at) ORDER BY o.pattern, o.effect), '[]'::jsonb) AS "coalesce"
           FROM public.link_override o
          WHERE (o.link_id = d.id)) AS overrides,
    ( SELECT (count(*))::integer AS count
           FROM public.link_member m
          WHERE (m.link_id = d.id)) AS members_count,
    access.last_used(d.id) AS last_used_at,
    l.review_due_at,
    l.via_partner_name,
    l.attestation_ref,
    l.objection_until,
    d.own_accounts_only,
    jsonb_build_object('services', d.billing_party, 'api_calls', d.api_calls_party, 'seats', d.seats_party, 'exports', d.exports_party) AS billing_parties,
        CASE
            WHEN ((d.status = 'approved'::text) AND (d.starts_at <= statement_timestamp()) AND COALESCE((d.ends_at > statement_timestamp()), true)) THEN (NOT access.has_strong_member(d.partner_id))
            ELSE false
        END AS waits_for_factor
   FROM (((public.delegation d
     JOIN public.link l ON ((l.id = d.id)))
     LEFT JOIN public.partner p ON ((p.id = d.partner_id)))
     LEFT JOIN public.tenant t ON ((t.id = d.tenant_id)))
  WHERE (d.kind = 'link'::text);
grant select on public.link_overview to liaison_job;
grant select on public.link_overview to liaison_platform;
grant select on public.link_overview to liaison_program;
grant select on public.link_overview to liaison_tenant;

-- Who could do what in a tenant at a moment, for its own members who see partner access and for its auditors.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.access_at(moment timestamp with time zone, skipped integer, taken integer)
 RETURNS TABLE(total bigint, id uuid, kind text, partner_name text, client_name text, access_role text, state text, starts_at timestamp with time zone, ends_at timestamp with time zone, mask text, granted text, denied text, own_accounts_only boolean, own_accounts bigint, accounts jsonb, freezes jsonb, people jsonb, people_total bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with page as materialized (
    select count(*) over () as total, d as of_delegation, p.name as partner_name, k.name as client_name,
      access.image_at('link', d.id::text, moment, to_jsonb(l)) ->> 'access_role' as access_role
    from access.standing_at(access.tenant_of_history(), moment) d
    join public.partner p on p.id = d.partner_id
    left join public.link l on l.id = d.id
    left join public.consent c on c.id = d.id
    left join public.api_client k on k.id = c.client_id
    where moment >= access.history_since()
    order by p.name, d.kind, k.name, d.id
    offset skipped
    limit taken
  )
  select page.total, (d).id, (d).kind, page.partner_name, page.client_name, page.access_role, access.state_at(d, moment, stopped.freezes), (d).starts_at, (d).ends_at,
    m.mask::text, m.granted::text, m.denied::text, (d).own_accounts_only,
    case when (d).own_accounts_only then (
      select count(distinct a.subscriber_id) from public.partner_account a
      where a.tenant_id = (d).tenant_id and a.partner_id = (d).partner_id and a.attached_at <= moment
        and (a.ended_at is null or a.ended_at > moment) and (a.ends_at is null or a.ends_at > moment)) end,
    case when (d).kind = 'link' then null
      when access.context_plane() = 'tenant' or exists (select from access.reach('billing_account', 'select') reached where reached = (d).tenant_id) then access.accounts_at(d, moment) end,
    stopped.freezes, h.people, h.people_total
  from page
  cross join lateral (select page.of_delegation as d) held
  cross join lateral (select access.freezes_at(d, moment) as freezes) stopped
  cross join lateral access.masks_at(d, moment) m
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('person_id', w.person_id, 'name', w.name, 'role', w.role, 'mask', w.usable::text, 'ends_at', w.ends_at,
        'elevated_until', w.elevated_until, 'stopped', w.stopped) order by w.place) filter (where w.place <= 100), '[]') as people, count(*) as people_total
    from (select x.*, row_number() over (order by x.name, x.person_id) as place from access.people_at(d, moment, m.mask, m.denied) x) w
  ) h
  order by page.partner_name, (d).kind, page.client_name, (d).id
$function$;
grant execute on access.access_at(timestamp with time zone,integer,integer) to liaison_delegate;
grant execute on access.access_at(timestamp with time zone,integer,integer) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.account_mask(mask bit)
 RETURNS bit
 LANGUAGE sql
 STABLE
AS $function$ select mask & ~ coalesce((select bit_or(set_bit(0::bit(256), p.bit, 1)) from public.permission p where p.is_whole), 0::bit(256)) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.accounts_at(d public.delegation, moment timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('number', b.ban, 'name', b.name) order by (image ->> 'position')::integer), '[]')
  from access.images_between('delegation_account', d, moment, 'added_at', coalesce((select jsonb_agg(to_jsonb(x)) from public.delegation_account x where x.delegation_id = d.id), '[]')) image
  join public.billing_account b on b.tenant_id = d.tenant_id and b.id = (image ->> 'account_id')::uuid
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.asks_for_two(tenant uuid, role text, asker uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (access.context_plane() <> 'tenant' or tenant = access.context_id('tenant_id'))
    and (coalesce((select p.dual_approval from public.tenant_partner_policy p where p.tenant_id = tenant), false)
      or (asks_for_two.role in ('msp_full', 'enterprise_hq') and (
        select count(*) from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = tenant and m.role = 'TENANT_ADMIN' and m.status = 'active' and m.person_id is distinct from asker) > 1))
$function$;
grant execute on access.asks_for_two(uuid,text,uuid) to liaison_owner;
grant execute on access.asks_for_two(uuid,text,uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.become(person uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
begin
  if session_user <> 'liaison_auth' or context is null then
    raise exception 'this login has no identity context' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(context || (select jsonb_build_object('actor_type', 'person', 'actor_id', p.id, 'actor_name', p.name) from public.person p where p.id = person));
end
$function$;
grant execute on access.become(uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.best_factor(person uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select case when exists (select from public.passkey k where k.person_id = person) then 'phishing_resistant'
    when exists (select from public.totp_factor f where f.person_id = person and f.confirmed_at is not null) then 'otp' else 'none' end
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.changes_of(person uuid, tenant uuid, partner uuid, since timestamp with time zone)
 RETURNS TABLE(at timestamp with time zone, what text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select distinct on (happened.at) happened.at, happened.what
  from (
    select p.held_until, p.relation from public.access_past p
    where (p.tenant_id = tenant or p.tenant_id is null) and (p.partner_id = partner or p.partner_id is null) and (p.tenant_id is not null or p.partner_id is not null)
      and (p.relation not in ('link_member', 'partner_member') or p.was ->> 'person_id' = person::text)
    union all select d.created_at, 'delegation' from public.delegation d where d.tenant_id = tenant and d.partner_id = partner and d.kind = 'link'
    union all select b.at, 'time' from public.delegation d cross join lateral (values (d.starts_at), (d.ends_at)) b(at) where d.tenant_id = tenant and d.partner_id = partner and d.kind = 'link'
    union all select o.created_at, 'link_override' from public.link_override o where o.tenant_id = tenant and o.partner_id = partner
    union all select o.expires_at, 'time' from public.link_override o where o.tenant_id = tenant and o.partner_id = partner
    union all select m.assigned_at, 'link_member' from public.link_member m where m.tenant_id = tenant and m.partner_id = partner and m.person_id = person
    union all select b.at, 'time' from public.link_member m cross join lateral (values (m.ends_at), (m.elevated_until)) b(at) where m.tenant_id = tenant and m.partner_id = partner and m.person_id = person
    union all select (p.was ->> 'elevated_until')::timestamptz, 'time' from public.access_past p where p.relation = 'link_member' and p.tenant_id = tenant and p.partner_id = partner and p.was ->> 'person_id' = person::text
      and (p.was ->> 'elevated_until')::timestamptz <= p.held_until
    union all select b.at, 'access_freeze' from public.access_freeze f cross join lateral (values (f.created_at), (f.lifted_at)) b(at)
      where (f.person_id is null or f.person_id = person) and (f.partner_id is null or f.partner_id = partner) and (f.tenant_id is null or f.tenant_id = tenant)
  ) happened(at, what)
  where access.context_plane() = 'platform' and happened.at > since and happened.at <= statement_timestamp()
  order by happened.at desc
  limit 80
  $function$;
grant execute on access.changes_of(uuid,uuid,uuid,timestamp with time zone) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.decides_before(status text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
RETURN CASE status WHEN 'active'::text THEN 0 WHEN 'suspended'::text THEN 1 WHEN 'approved'::text THEN 2 WHEN 'expired'::text THEN 3 WHEN 'revoked'::text THEN 3 ELSE 4 END;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.deciding_link(partner uuid, tenant uuid)
 RETURNS public.delegation
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select d.* from public.delegation d
  where d.partner_id = partner and d.tenant_id = tenant and d.kind = 'link'
  order by access.decides_before(d.status), d.status_changed_at desc
  limit 1
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.elevated_mask(link uuid, approved bit)
 RETURNS bit
 LANGUAGE sql
 STABLE
AS $function$
  select approved & ~ coalesce((
    select bit_or(o.mask) from public.link_override o
    where o.link_id = link and o.effect = 'deny' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256))
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_identity(request jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found_session public.session;
  found_person public.person;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login has no identity context' using errcode = 'insufficient_privilege';
  end if;
  select s.* into found_session from public.session s
  where s.token_hash = decode(request ->> 'session_hash', 'hex') and s.ended_at is null
    and exists (select from access.live_session a where a.token_hash = s.token_hash);
  if found then
    select p.* into found_person from public.person p where p.id = found_session.person_id and p.status = 'active';
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'auth', 'actor_type', case when found_person.id is null then 'stranger' else 'person' end,
    'actor_id', found_person.id, 'actor_name', found_person.name, 'session_id', case when found_person.id is not null then found_session.id end,
    'request_id', request ->> 'request_id', 'trace_id', request ->> 'trace_id', 'method', request ->> 'method', 'route', request ->> 'route',
    'ip', request ->> 'ip', 'user_agent', request ->> 'user_agent', 'source', request ->> 'source')));
  return jsonb_build_object('now', statement_timestamp(), 'session', case when found_person.id is not null then jsonb_build_object('id', found_session.id, 'person_id', found_person.id,
    'person_name', found_person.name, 'factor', found_session.factor, 'factor_at', found_session.factor_at, 'password_at', found_session.password_at) end);
end
$function$;
grant execute on access.enter_identity(jsonb) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_person(request jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  plane text := case session_user when 'liaison_platform' then 'platform' when 'liaison_program' then 'program' when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' end;
  session_hash bytea := decode(request ->> 'session_hash', 'hex');
  asked_tenant uuid := (request ->> 'tenant_id')::uuid;
  -- Before anything is read: what commits from here on is no part of it.
  seen pg_snapshot := pg_current_snapshot();
  context jsonb;
  kept access.kept_decision;
  question text := concat_ws(' ', request ->> 'session_hash', request ->> 'tenant_id', request ->> 'permission');
  ticket uuid;
  signed_ticket json;
  who record;
begin
  if plane is null then
    raise exception 'this login opens no plane of persons' using errcode = 'insufficient_privilege';
  end if;
  if plane = 'platform' then
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      ps.role, ps.role as platform_role, null::json as partner, null::json as partner_member, null::json as own_freezes, null::json as tenant, null::json as tenant_member, null::json as link,
      null::uuid as member_id, null::uuid as partner_id, null::text as partner_name, null::uuid as tenant_id, null::text as tenant_name, null::uuid as delegation_id, null::integer as delegation_epoch
    into who
    from access.live_session a
    left join public.platform_staff ps on ps.person_id = a.person_id and ps.status = 'active'
    where a.token_hash = session_hash;
  elsif plane = 'tenant' then
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      tm.role, null::text as platform_role, null::json as partner, null::json as partner_member, null::json as own_freezes,
      case when t.id is not null then json_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'status', t.status) end as tenant,
      case when t.id is not null then json_build_object('id', tm.id, 'role', tm.role, 'status', tm.status) end as tenant_member, null::json as link,
      tm.id as member_id, null::uuid as partner_id, null::text as partner_name, t.id as tenant_id, t.name as tenant_name, null::uuid as delegation_id, null::integer as delegation_epoch
    into who
    from access.live_session a
    left join public.tenant_member tm on tm.person_id = a.person_id and tm.tenant_id = coalesce(asked_tenant, (
      select case when count(*) = 1 then min(mine.tenant_id::text)::uuid end from public.tenant_member mine where mine.person_id = a.person_id and mine.status = 'active'))
    left join public.tenant t on t.id = tm.tenant_id
    where a.token_hash = session_hash;
  else
    if plane = 'delegation' and asked_tenant is not null and (request ->> 'writes')::boolean then
      perform access.hold_for_write(session_hash, asked_tenant);
    end if;
    select a.*, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
      coalesce(f.role, pm.role) as role, null::text as platform_role,
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) end as partner,
      case when p.id is not null then json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) end as partner_member,
      case when plane = 'program' then (
        select json_agg(json_build_object('id', x.id, 'scope', x.scope, 'set_by', x.set_by_side)) from public.access_freeze x
        where x.lifted_at is null and x.scope = 'person' and x.person_id = a.person_id and (x.partner_id is null or x.partner_id = pm.partner_id) and x.tenant_id is null) end as own_freezes,
      case when f.id is not null then json_build_object('id', d.tenant_id, 'name', f.tenant_name, 'status', f.tenant_status) end as tenant, null::json as tenant_member,
      f.facts as link, pm.id as member_id, pm.partner_id, p.name as partner_name,
      -- A tenant that was asked for but is not reached must not turn into "no tenant asked for".
      case when plane = 'delegation' then asked_tenant end as tenant_id, f.tenant_name, d.id as delegation_id, d.epoch as delegation_epoch
    into who
    from access.live_session a
    left join lateral (select * from public.partner_member of_person where of_person.person_id = a.person_id order by (of_person.status = 'active') desc, of_person.created_at desc limit 1) pm on true
    left join public.partner p on p.id = pm.partner_id
    left join lateral (
      select candidate.id, candidate.tenant_id, candidate.epoch from public.delegation candidate
      where plane = 'delegation' and candidate.partner_id = pm.partner_id and candidate.tenant_id = asked_tenant and candidate.kind = 'link'
      order by access.decides_before(candidate.status), candidate.status_changed_at desc limit 1) d on true
    left join access.link_fact f on f.id = d.id and f.person_id = a.person_id
    where a.token_hash = session_hash;
  end if;
  if who.person_id is null then
    return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', null);
  end if;

  -- Whoever is not on the provider's staff gets a context that no policy of the platform's plane knows.
  context := jsonb_strip_nulls(jsonb_build_object('plane', case when plane = 'platform' and who.platform_role is null then 'none' else plane end, 'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', who.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'tenant_id', who.tenant_id, 'tenant_name', who.tenant_name,
    'delegation_id', who.delegation_id, 'delegation_epoch', who.delegation_epoch, 'role', who.role,
    'permission', request -> 'permission', 'permission_bit', who.permission_bit));
  -- A transaction that has written could not tell its own later changes from what it saw.
  if (request ->> 'writes')::boolean is false and pg_current_xact_id_if_assigned() is null then
    kept := access.keep(context, seen);
  end if;
  perform access.set_context(context || jsonb_strip_nulls(jsonb_build_object('request_id', request -> 'request_id', 'trace_id', request -> 'trace_id', 'method', request -> 'method', 'route', request -> 'route',
    'ip', request -> 'ip', 'user_agent', request -> 'user_agent', 'source', request -> 'source')));
  if kept.plane is not null and plane = 'delegation' and asked_tenant is null then
    signed_ticket := access.make_ticket(context, kept, question);
  elsif kept.plane is not null then
    ticket := access.write_ticket(context, kept, question);
  end if;
  return json_build_object('now', statement_timestamp(), 'plane', plane, 'actor', who.actor, 'freezes', coalesce(who.own_freezes, who.freezes), 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member, 'link', who.link, 'kept', signed_ticket, 'ticket_id', ticket);
end
$function$;
grant execute on access.enter_person(jsonb) to liaison_delegate;
grant execute on access.enter_person(jsonb) to liaison_platform;
grant execute on access.enter_person(jsonb) to liaison_program;
grant execute on access.enter_person(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_system(request jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' then
    raise exception 'this login has no system context' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'system', 'actor_type', 'system', 'actor_name', request ->> 'actor_name',
    'request_id', request ->> 'request_id', 'route', request ->> 'route', 'source', coalesce(request ->> 'source', 'job'))));
end
$function$;
grant execute on access.enter_system(jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.facts_about(person uuid, tenant uuid, partner uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  membership public.partner_member;
  own_partner public.partner;
  about public.person;
  deciding public.delegation;
  newest public.session;
  facts jsonb;
begin
  select * into membership from public.partner_member pm where pm.person_id = person and (partner is null or pm.partner_id = partner) order by (pm.status = 'active') desc, pm.created_at desc limit 1;
  if context is null
    or (context ->> 'plane' in ('program', 'delegation') and membership.partner_id is distinct from (context ->> 'partner_id')::uuid)
    or (context ->> 'plane' = 'tenant' and not exists (select from access.reach('delegation', 'select') reached where reached = tenant))
    or (context ->> 'plane' in ('program', 'delegation') and case person when (context ->> 'actor_id')::uuid then access.own_partner() else access.partner_of_owner() end is null)
    or context ->> 'plane' not in ('platform', 'program', 'delegation', 'tenant') then
    return null;
  end if;
  deciding := access.deciding_link(membership.partner_id, tenant);
  if context ->> 'plane' = 'tenant' and deciding.id is null then
    return null;
  end if;
  select * into about from public.person p where p.id = person;
  -- Only the platform may ask about anybody, so about nobody, too.
  if about.id is null then
    return null;
  end if;
  select * into own_partner from public.partner p where p.id = membership.partner_id;
  select * into newest from public.session s where s.person_id = person and s.ended_at is null and s.ends_at > statement_timestamp() order by s.seen_at desc limit 1;
  facts := jsonb_build_object('now', statement_timestamp(), 'plane', 'delegation',
    'actor', jsonb_build_object('person_id', about.id, 'name', about.name, 'status', about.status, 'factor', coalesce(newest.factor, access.best_factor(person)), 'factor_at', newest.factor_at, 'session_id', null),
    'partner', case when own_partner.id is not null then jsonb_build_object('id', own_partner.id, 'name', own_partner.name, 'status', own_partner.status) end,
    'partner_member', case when membership.id is not null then jsonb_build_object('id', membership.id, 'role', membership.role, 'status', membership.status) end);
  if deciding.id is not null then
    facts := facts || jsonb_build_object('link', (select f.facts from access.link_fact f where f.id = deciding.id and f.person_id = person));
    facts := facts || jsonb_build_object('tenant', jsonb_build_object('id', tenant, 'name', facts -> 'link' ->> 'tenant_name', 'status', facts -> 'link' ->> 'tenant_status'));
  end if;
  return facts;
end
$function$;
grant execute on access.facts_about(uuid,uuid,uuid) to liaison_delegate;
grant execute on access.facts_about(uuid,uuid,uuid) to liaison_platform;
grant execute on access.facts_about(uuid,uuid,uuid) to liaison_program;
grant execute on access.facts_about(uuid,uuid,uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.facts_at(person uuid, tenant uuid, partner uuid, at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  about public.person;
  p jsonb;
  t jsonb;
  m jsonb;
  d jsonb;
  l jsonb;
  place jsonb;
begin
  if access.context_plane() is distinct from 'platform' then
    return null;
  end if;
  select * into about from public.person h where h.id = person;
  select image into p from access.images_at('partner', null, partner, at, 'created_at', (select jsonb_agg(to_jsonb(x)) from public.partner x where x.id = partner)) image;
  select image into t from access.images_at('tenant', tenant, null, at, 'created_at', (select jsonb_agg(to_jsonb(x)) from public.tenant x where x.id = tenant)) image;
  select image into m from access.images_at('partner_member', null, partner, at, 'created_at',
    (select jsonb_agg(to_jsonb(x)) from public.partner_member x where x.partner_id = partner and x.person_id = person)) image where image ->> 'person_id' = person::text;
  select image into d from access.images_at('delegation', tenant, partner, at, 'created_at',
    coalesce((select jsonb_agg(to_jsonb(x)) from public.delegation x where x.partner_id = partner and x.tenant_id = tenant and x.kind = 'link'), '[]')) image
  order by access.decides_before(image ->> 'status'), (image ->> 'status_changed_at')::timestamptz desc limit 1;
  select image into l from access.images_at('link', tenant, partner, at, null,
    coalesce((select jsonb_agg(to_jsonb(x)) from public.link x where x.partner_id = partner and x.tenant_id = tenant), '[]')) image where image ->> 'id' = d ->> 'id';
  select image into place from access.images_at('link_member', tenant, partner, at, 'assigned_at',
    coalesce((select jsonb_agg(to_jsonb(x)) from public.link_member x where x.partner_id = partner and x.tenant_id = tenant), '[]')) image
  where image ->> 'link_id' = d ->> 'id' and image ->> 'person_id' = person::text;
  return jsonb_build_object('now', at, 'plane', 'delegation',
    'actor', jsonb_build_object('person_id', about.id, 'name', about.name, 'status', about.status, 'factor', access.best_factor(person), 'factor_at', null, 'session_id', null),
    'partner', case when p is not null then jsonb_build_object('id', p -> 'id', 'name', p -> 'name', 'status', p -> 'status') end,
    'partner_member', case when m is not null then jsonb_build_object('id', m -> 'id', 'role', m -> 'role', 'status', m -> 'status') end,
    'tenant', case when d is not null and t is not null then jsonb_build_object('id', t -> 'id', 'name', t -> 'name', 'status', t -> 'status') end,
    'link', case when d is not null and l is not null and t is not null then jsonb_build_object(
      'id', d -> 'id', 'tenant_id', tenant, 'tenant_name', t -> 'name', 'tenant_status', t -> 'status',
      'status', case when d ->> 'status' = 'active' and (d ->> 'review_stops_at')::timestamptz <= at then 'suspended' else d ->> 'status' end,
      'status_reason', d -> 'status_reason', 'role', l -> 'access_role', 'role_version', l -> 'role_version', 'relationship_type', l -> 'relationship_type',
      'starts_at', d -> 'starts_at', 'ends_at', d -> 'ends_at', 'epoch', d -> 'epoch', 'billing_party', d -> 'billing_party',
      'status_changed_by_side', d -> 'status_changed_by_side', 'status_changed_at', d -> 'status_changed_at', 'own_accounts_only', coalesce(d -> 'own_accounts_only', 'false'), 'conditions', d -> 'conditions',
      'tenant_conditions', coalesce((select image -> 'conditions' from access.images_at('tenant_partner_policy', tenant, null, at, null,
        coalesce((select jsonb_agg(to_jsonb(x)) from public.tenant_partner_policy x where x.tenant_id = tenant), '[]')) image), '{}'),
      'overrides', coalesce((select jsonb_agg(jsonb_build_object('id', image -> 'id', 'pattern', image -> 'pattern', 'effect', image -> 'effect', 'expires_at', image -> 'expires_at'))
        from access.images_at('link_override', tenant, partner, at, 'created_at',
          coalesce((select jsonb_agg(to_jsonb(x)) from public.link_override x where x.partner_id = partner and x.tenant_id = tenant), '[]')) image where image ->> 'link_id' = d ->> 'id'), '[]'),
      'assignment', case when place is not null then jsonb_build_object('role', place -> 'role', 'ends_at', place -> 'ends_at') end,
      'elevations', case when (place ->> 'elevated_until')::timestamptz > at then jsonb_build_array(jsonb_build_object('id', place -> 'elevation_id', 'mask', place -> 'elevated_mask',
        'starts_at', place -> 'elevated_from', 'ends_at', place -> 'elevated_until')) else '[]' end,
      'freezes', coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
        where f.created_at <= at and (f.lifted_at is null or f.lifted_at > at)
          and (f.person_id is null or f.person_id = person) and (f.partner_id is null or f.partner_id = partner)
          and (f.tenant_id is null or f.tenant_id = tenant) and (f.delegation_id is null or f.delegation_id = (d ->> 'id')::uuid)), '[]')) end);
end
$function$;
grant execute on access.facts_at(uuid,uuid,uuid,timestamp with time zone) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_partner_for_invitation(wanted_slug text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select p.id from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select')) $function$;
grant execute on access.find_partner_for_invitation(text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_tenant_for_request(wanted_slug text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select t.id from public.tenant t where t.slug = wanted_slug and t.status <> 'closed' and access.partner_of_owner() is not null $function$;
grant execute on access.find_tenant_for_request(text) to liaison_program;

-- Decisions are kept for minutes, and no transaction of ours lives for a day.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.forget_stamps()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with ended as (delete from access.kept_ticket t where t.until < clock_timestamp() - interval '1 minute'),
    gone as (delete from access.stamp s where s.noted_at < clock_timestamp() - interval '1 day' returning 1)
  select count(*)::integer from gone
$function$;
grant execute on access.forget_stamps() to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.freezes_at(d public.delegation, moment timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('set_by', f.set_by_side, 'since', f.created_at) order by f.created_at), '[]')
  from public.access_freeze f
  where f.scope <> 'person' and f.created_at <= moment and (f.lifted_at is null or f.lifted_at > moment)
    and (f.partner_id is null or f.partner_id = d.partner_id)
    and (f.tenant_id is null or f.tenant_id = d.tenant_id)
    and (f.delegation_id is null or f.delegation_id = d.id)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_owner_besides(of_partner uuid, besides uuid)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.partner_member m
    where m.partner_id = of_partner and m.person_id <> besides and m.role = 'PARTNER_OWNER' and m.status = 'active' and access.is_in_charge('partner', of_partner, m.person_id))
$function$;
grant execute on access.has_owner_besides(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_strong_member(partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(access.is_in_own_plane()
    and case session_user
      when 'liaison_program' then has_strong_member.partner = access.own_partner()
      when 'liaison_tenant' then exists (select from public.delegation d where d.partner_id = has_strong_member.partner and d.tenant_id in (select access.reach('delegation', 'select')))
      else true end
    and exists (
      select from public.partner_member pm join public.person p on p.id = pm.person_id and p.status = 'active'
      where pm.partner_id = has_strong_member.partner and pm.status = 'active'
        and (exists (select from public.passkey k where k.person_id = p.id)
          or exists (select from public.totp_factor f where f.person_id = p.id and f.confirmed_at is not null))), false)
  $function$;
grant execute on access.has_strong_member(uuid) to liaison_job;
grant execute on access.has_strong_member(uuid) to liaison_owner;
grant execute on access.has_strong_member(uuid) to liaison_platform;
grant execute on access.has_strong_member(uuid) to liaison_program;
grant execute on access.has_strong_member(uuid) to liaison_tenant;

-- Since when access.access_at can answer for the tenant of the context.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.history_since()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select greatest(p.held_until, t.created_at)
  from public.tenant t
  join public.access_past p on p.relation = 'beginning' and p.row_key = 'all'
  where t.id = access.tenant_of_history()
$function$;
grant execute on access.history_since() to liaison_delegate;
grant execute on access.history_since() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold(kind text, id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select pg_advisory_xact_lock_shared(access.lock_key(kind, id)) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold_for_write(session_hash bytea, tenant uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  person uuid;
  partner uuid;
begin
  select pm.person_id, pm.partner_id into person, partner
  from public.session s
  join public.partner_member pm on pm.person_id = s.person_id
  where s.token_hash = session_hash
  order by (pm.status = 'active') desc, pm.created_at desc
  limit 1;
  if found then
    perform access.hold('platform', null), access.hold('partner', partner), access.hold('tenant', tenant),
      access.hold('pair', md5(partner::text || tenant::text)::uuid), access.hold('person', person);
  end if;
end
$function$;

-- Whether somebody is in charge, held until the transaction ends.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold_in_charge(side text, organisation uuid, person uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if side = 'tenant' then
    perform from public.tenant_member m where m.tenant_id = organisation and m.person_id = person for share;
  elsif side = 'partner' then
    perform from public.partner_member m where m.partner_id = organisation and m.person_id = person for share;
  else
    perform from public.platform_staff s where s.person_id = person for share;
  end if;
  return access.is_in_charge(side, organisation, person);
end
$function$;
grant execute on access.hold_in_charge(text,uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.image_at(of_relation text, of_key text, moment timestamp with time zone, now_is jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce((
    select p.was from public.access_past p
    where p.relation = of_relation and p.row_key = of_key and p.held_until > moment
    order by p.held_until
    limit 1), now_is)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.images_at(of_relation text, of_tenant uuid, of_partner uuid, at timestamp with time zone, born text, current jsonb)
 RETURNS SETOF jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select image from (
    select distinct on (candidate.row_key) candidate.image
    from (
      select p.row_key, p.was as image, p.held_until
      from public.access_past p
      where p.relation = of_relation and p.tenant_id is not distinct from of_tenant and p.partner_id is not distinct from of_partner and p.held_until > at
      union all
      select coalesce(now_is.value ->> 'id', now_is.value ->> 'link_id' || ':' || (now_is.value ->> 'member_id'), now_is.value ->> 'tenant_id'), now_is.value, 'infinity'
      from jsonb_array_elements(current) now_is
    ) candidate
    order by candidate.row_key, candidate.held_until
  ) held
  where born is null or (image ->> born)::timestamptz <= at
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.images_between(of_relation text, d public.delegation, moment timestamp with time zone, born text, current jsonb)
 RETURNS SETOF jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select image from (
    select distinct on (candidate.row_key) candidate.image
    from (
      select p.row_key, p.was as image, p.held_until
      from public.access_past p
      where p.tenant_id = d.tenant_id and p.partner_id = d.partner_id and p.held_until > moment and p.relation = of_relation
      union all
      select coalesce(now_is.value ->> 'id', now_is.value ->> 'link_id' || ':' || (now_is.value ->> 'member_id'), now_is.value ->> 'delegation_id' || ':' || (now_is.value ->> 'account_id')),
        now_is.value, 'infinity'
      from jsonb_array_elements(current) now_is
    ) candidate
    order by candidate.row_key, candidate.held_until
  ) held
  where (image ->> born)::timestamptz <= moment and d.id::text in (image ->> 'link_id', image ->> 'delegation_id')
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.in_force(d public.delegation)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM access.delegation_in_force v WHERE (v.id = (in_force.d).id)));
grant execute on access.in_force(public.delegation) to liaison_owner;

-- Whether somebody may decide for an organisation, or for the provider, as things are at this statement.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_in_charge(side text, organisation uuid, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when side = 'provider' and not exists (select from public.person h where h.id = person) then true
    else exists (select from public.person h where h.id = person and h.status = 'active')
    and not exists (select from public.access_freeze f where f.scope = 'person' and f.person_id = person and (f.partner_id is null or side = 'partner' and f.partner_id = organisation) and f.tenant_id is null and f.lifted_at is null)
    and case side
      when 'tenant' then exists (select from public.tenant_member m where m.tenant_id = organisation and m.person_id = person and m.role = 'TENANT_ADMIN' and m.status = 'active')
      when 'partner' then exists (select from public.partner_member m where m.partner_id = organisation and m.person_id = person and m.role = 'PARTNER_OWNER' and m.status = 'active')
      when 'provider' then exists (select from public.platform_staff s where s.person_id = person and s.role = 'SUPER_ADMIN' and s.status = 'active')
      else false end
    end
$function$;
grant execute on access.is_in_charge(text,uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_party_to(d public.delegation)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(case access.context_plane()
    when 'platform' then true
    when 'system' then true
    when 'tenant' then exists (select from access.reach('delegation', 'select') reached where reached = d.tenant_id)
    when 'program' then d.partner_id = case d.kind when 'link' then access.own_partner() else access.partner_of_owner() end
    when 'delegation' then d.partner_id = case when access.context_id('client_id') is null then access.own_partner() else access.context_id('partner_id') end
    else false end, false)
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep(context jsonb, seen pg_snapshot)
 RETURNS access.kept_decision
 LANGUAGE plpgsql
AS $function$
declare
  at timestamptz := statement_timestamp();
  person uuid := context ->> 'actor_id';
  partner uuid := context ->> 'partner_id';
  tenant uuid := context ->> 'tenant_id';
  member uuid := context ->> 'member_id';
  link uuid := context ->> 'delegation_id';
  route_bit integer := context ->> 'permission_bit';
  is_portfolio boolean := context ->> 'plane' = 'delegation' and not context ? 'tenant_id';
  era uuid := (select e.id from access.stamp_era e limit 1);
  until timestamptz;
  changes_at timestamptz;
  kept access.kept_decision;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  select least(at + interval '5 minutes', min(e.ends_at)) into until from access.session_end e where e.session_id = (context ->> 'session_id')::uuid;
  if context ->> 'plane' = 'tenant' then
    select array_agg(rp.mask), array_agg(false), array_agg(array[tenant]::text) into kept.masks, kept.owns, kept.tenants
    from public.tenant_member tm
    join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
    join public.person p on p.id = tm.person_id and p.status = 'active'
    join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
    where tm.person_id = person and tm.tenant_id = tenant and tm.status = 'active';
  elsif context ->> 'plane' = 'delegation' and context ? 'tenant_id' then
    select array_agg(u.mask), array_agg(u.own_accounts_only), array_agg(array[u.tenant_id]::text) into kept.masks, kept.owns, kept.tenants
    from access.usable_link u
    where u.link_id = link and u.member_id = member and u.person_id = person and u.partner_id = partner and u.tenant_id = tenant
      and (route_bit is null or get_bit(u.mask, route_bit) = 1);
    select min(c.moment) into changes_at from access.link_change c where c.link_id = link and c.person_id = person;
  elsif context ->> 'plane' = 'delegation' then
    select array_agg(reached.mask), array_agg(reached.own_accounts_only), array_agg(reached.tenants) into kept.masks, kept.owns, kept.tenants
    from (
      select u.mask, u.own_accounts_only, array_agg(u.tenant_id)::text as tenants
      from access.usable_link u
      where u.person_id = person and u.partner_id = partner and (route_bit is null or get_bit(u.mask, route_bit) = 1)
      group by u.mask, u.own_accounts_only) reached;
    select min(c.moment) into changes_at from access.link_change c where c.partner_id = partner and c.person_id = person;
  end if;
  if until <= at then
    return null;
  end if;
  return row (context ->> 'plane', era, seen, least(until, changes_at), array_remove(array[person, partner, tenant, '00000000-0000-0000-0000-000000000000'], null),
    coalesce(kept.masks, '{}'), coalesce(kept.owns, '{}'), coalesce(kept.tenants, '{}'))::access.kept_decision;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.kept()
 RETURNS access.kept_decision
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  reached text := current_setting('liaison.kept', true);
  kept access.kept_decision;
  secret bytea;
begin
  if reached is null or reached = '' then
    return null;
  end if;
  kept := reached::access.kept_decision;
  secret := access.key_that_holds(kept);
  if secret is null then
    return null;
  end if;
  if encode(sha256(secret || sha256(secret || convert_to('kept ' || reached, 'UTF8'))), 'hex') is distinct from current_setting('liaison.kept_code', true) then
    raise exception 'the access context is forged' using errcode = 'insufficient_privilege';
  end if;
  return kept;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.kept_reach(kept access.kept_decision, relation_name text, operation_name text, of_own_accounts boolean)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return array(
    select tenant
    from public.relation_permission needed, unnest(kept.masks, kept.owns, kept.tenants) reached (mask, own, tenants), unnest(reached.tenants::uuid[]) tenant
    where needed.relation = relation_name and needed.operation = operation_name and needed.plane = kept.plane
      and (reached.mask & needed.mask) <> 0::bit(256) and (of_own_accounts is null or reached.own = of_own_accounts));
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.key_that_holds(kept access.kept_decision)
 RETURNS bytea
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return (
    select k.key from access.context_key k
    where statement_timestamp() < kept.until
      and exists (select from access.stamp_era e where e.id = kept.era)
      and not exists (
        select from access.stamp s
        where s.key = any (kept.keys) and s.xid >= pg_snapshot_xmin(kept.snapshot) and not pg_visible_in_snapshot(s.xid, kept.snapshot)));
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keys_of_tenants(tenants uuid[])
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
AS $function$ select tenants || array(select distinct d.partner_id from public.delegation d where d.tenant_id = any (tenants)) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.knows_person(person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case access.context_plane()
    when 'platform' then true
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = person and tm.tenant_id = access.context_id('tenant_id'))
      or exists (select from public.link_member lm where lm.person_id = person and lm.tenant_id = access.context_id('tenant_id'))
    else exists (select from public.partner_member pm where pm.person_id = person and pm.partner_id = access.context_id('partner_id'))
  end
$function$;
grant execute on access.knows_person(uuid) to liaison_delegate;
grant execute on access.knows_person(uuid) to liaison_program;
grant execute on access.knows_person(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.last_used(delegation_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.occurred_at
  from public.delegation d
  join public.audit_scope s on s.kind = 'tenant' and s.scope_id = d.tenant_id and s.occurred_at > statement_timestamp() - interval '90 days'
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where d.id = last_used.delegation_id and access.is_party_to(d) and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id = d.partner_id
    and s.occurred_at >= d.approved_at
  order by s.occurred_at desc
  limit 1
$function$;
grant execute on access.last_used(uuid) to liaison_delegate;
grant execute on access.last_used(uuid) to liaison_job;
grant execute on access.last_used(uuid) to liaison_platform;
grant execute on access.last_used(uuid) to liaison_program;
grant execute on access.last_used(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lock_key(kind text, id uuid)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select hashtextextended(kind || coalesce(id::text, ''), 0) $function$;
grant execute on access.lock_key(text,uuid) to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.longest_days(tenant uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((select p.max_duration_days from public.tenant_partner_policy p where p.tenant_id = tenant), 730)
  where access.context_plane() = 'system'
$function$;
grant execute on access.longest_days(uuid) to liaison_job;
grant execute on access.longest_days(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_side(delegation_id uuid, side text, letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_delegation public.delegation;
  sent integer;
begin
  select * into of_delegation from public.delegation d where d.id = mail_side.delegation_id;
  if not found or not access.is_party_to(of_delegation) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(mail_side.letters, p.language, of_delegation.approval_snapshot ->> 'language') letter
  where p.status = 'active' and letter is not null and case mail_side.side
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = of_delegation.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    when 'partner' then exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = of_delegation.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_side(uuid,text,jsonb) to liaison_job;
grant execute on access.mail_side(uuid,text,jsonb) to liaison_platform;
grant execute on access.mail_side(uuid,text,jsonb) to liaison_program;
grant execute on access.mail_side(uuid,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_side(delegation_id uuid, side text, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_delegation public.delegation;
  sent integer;
begin
  select * into of_delegation from public.delegation d where d.id = mail_side.delegation_id;
  if not found or not access.is_party_to(of_delegation) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_side.subject, 'text', mail_side.body)
  from public.person p
  where p.status = 'active' and case mail_side.side
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = of_delegation.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    when 'partner' then exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = of_delegation.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_side(uuid,text,text,text) to liaison_job;
grant execute on access.mail_side(uuid,text,text,text) to liaison_platform;
grant execute on access.mail_side(uuid,text,text,text) to liaison_program;
grant execute on access.mail_side(uuid,text,text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.make_ticket(context jsonb, kept access.kept_decision, question text)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  reached text := access.set_kept(kept);
  stands text := row (null, kept.era, kept.snapshot, kept.until, kept.keys, null, null, null)::access.kept_decision;
begin
  return json_build_object('code', access.sign(access.message_of_ticket(stands, reached, context::text, question)), 'stands', stands,
    'reached', reached, 'reached_code', current_setting('liaison.kept_code'), 'context', context::text, 'context_code', access.sign(context::text),
    'reader_code', access.sign('reader ' || context::text));
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mask_now(d public.delegation)
 RETURNS bit
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (d).own_accounts_only THEN access.account_mask(access.unrestricted_mask(d)) ELSE access.unrestricted_mask(d) END;
grant execute on access.mask_now(public.delegation) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.masks_at(d public.delegation, moment timestamp with time zone)
 RETURNS TABLE(mask bit, granted bit, denied bit)
 LANGUAGE sql
 STABLE
AS $function$
  select case when d.own_accounts_only then access.account_mask(whole.mask) else whole.mask end, o.granted, o.denied
  from (
    select coalesce(bit_or((image ->> 'mask')::bit(256)) filter (where image ->> 'effect' = 'grant'), 0::bit(256)) as granted,
      coalesce(bit_or((image ->> 'mask')::bit(256)) filter (where image ->> 'effect' = 'deny'), 0::bit(256)) as denied
    from access.images_between('link_override', d, moment, 'created_at', coalesce((select jsonb_agg(to_jsonb(x)) from public.link_override x where x.link_id = d.id), '[]')) image
    where (image ->> 'expires_at') is null or (image ->> 'expires_at')::timestamptz > moment
  ) o
  cross join lateral (select case when d.has_timed_overrides then (d.role_mask | o.granted) & ~ o.denied else d.mask end as mask) whole
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.message_of_ticket(stands text, reached text, context text, question text)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN concat('ticket ', octet_length(stands), ' ', octet_length(reached), ' ', octet_length(context), ' ', SESSION_USER, ' ', stands, reached, context, question);

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.narrow(tenants uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  kept access.kept_decision := access.kept();
begin
  if context is null or context ? 'tenant_ids' then
    raise exception 'the access context cannot be narrowed here' using errcode = 'insufficient_privilege';
  end if;
  perform access.set_context(context || jsonb_build_object('tenant_ids', to_jsonb(tenants)));
  if kept.plane is not null then
    kept.tenants := array(
      select array(select unnest(g.tenants::uuid[]) intersect select unnest(narrow.tenants))::text
      from unnest(kept.tenants) with ordinality g (tenants, n) order by g.n);
    perform access.set_kept(kept);
  end if;
end
$function$;
grant execute on access.narrow(uuid[]) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_change(keys uuid[])
 RETURNS void
 LANGUAGE sql
AS $function$ insert into access.stamp (key) select distinct key from unnest(keys) key where key is not null on conflict do nothing $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_partner()
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
    and access.context_plane() in ('program', 'delegation')
$function$;
grant execute on access.own_partner() to liaison_delegate;
grant execute on access.own_partner() to liaison_limited_view;
grant execute on access.own_partner() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_partner_at(moment timestamp with time zone)
 RETURNS TABLE(partner_name text, since timestamp with time zone, ended_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select h.partner_name, h.accepted_at, h.ended_at
  from public.partner_home h
  where h.tenant_id = access.tenant_of_history() and h.accepted_at <= moment and (h.ended_at is null or h.ended_at > moment)
    and moment >= access.history_since()
$function$;
grant execute on access.own_partner_at(timestamp with time zone) to liaison_delegate;
grant execute on access.own_partner_at(timestamp with time zone) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.owns_record(tenant uuid, kind text, record uuid, partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(
    access.is_in_own_plane()
    and case access.context_plane()
      when 'platform' then true
      when 'tenant' then tenant in (select access.reach('delegation', 'select'))
      else exists (select from public.delegation d where d.tenant_id = tenant and access.is_party_to(d) and d.approved_at is not null) end
    and case kind
      when 'ticket' then exists (select from public.ticket x where x.tenant_id = tenant and x.id = record)
      when 'invoice' then exists (select from public.invoice x where x.tenant_id = tenant and x.id = record)
      when 'subscriber' then exists (select from public.subscriber x where x.tenant_id = tenant and x.id = record)
      else false end
    and (partner is null or (access.deciding_link(partner, tenant)).own_accounts_only is not true or access.is_record_of_partner(tenant, kind, record, partner)), false)
  $function$;
grant execute on access.owns_record(uuid,text,uuid,uuid) to liaison_platform;
grant execute on access.owns_record(uuid,text,uuid,uuid) to liaison_program;
grant execute on access.owns_record(uuid,text,uuid,uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.people_at(d public.delegation, moment timestamp with time zone, mask bit, denied bit)
 RETURNS TABLE(person_id uuid, name text, role text, usable bit, ends_at timestamp with time zone, elevated_until timestamp with time zone, stopped text)
 LANGUAGE sql
 STABLE
AS $function$
  select m.person_id, h.name, m.role,
    (m.mask & case when d.elevation_required then access.standing_mask(people_at.mask) else people_at.mask end)
      | case when m.elevated_until > moment then case when d.own_accounts_only then access.account_mask(m.elevated_mask & ~ denied) else m.elevated_mask & ~ denied end else 0::bit(256) end,
    m.ends_at, case when m.elevated_until > moment then m.elevated_until end,
    case
      when access.image_at('person', h.id::text, moment, to_jsonb(h)) ->> 'status' <> 'active' then 'person_inactive'
      when access.image_at('partner_member', pm.id::text, moment, to_jsonb(pm)) ->> 'status' <> 'active' then 'member_inactive'
      when exists (
        select from public.access_freeze f
        where f.scope = 'person' and f.person_id = h.id and f.created_at <= moment and (f.lifted_at is null or f.lifted_at > moment)
          and (f.partner_id is null or f.partner_id = d.partner_id) and (f.tenant_id is null or f.tenant_id = d.tenant_id)) then 'frozen' end
  from access.images_between('link_member', d, moment, 'assigned_at', coalesce((select jsonb_agg(to_jsonb(x)) from public.link_member x where x.link_id = d.id), '[]')) image
  cross join lateral jsonb_populate_record(null::public.link_member, image) m
  join public.person h on h.id = m.person_id
  join public.partner_member pm on pm.id = m.member_id and pm.partner_id = d.partner_id
  where m.ends_at is null or m.ends_at > moment
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.people_of(delegation_id uuid)
 RETURNS TABLE(member_id uuid, person_id uuid, name text, role text, ends_at timestamp with time zone, assigned_at timestamp with time zone, factor text, last_used_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.member_id, m.person_id, p.name, m.role, m.ends_at, m.assigned_at,
    case when exists (select from public.passkey k where k.person_id = m.person_id) then 'phishing_resistant'
      when exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null) then 'otp' else 'none' end,
    (select s.occurred_at from public.audit_scope s join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
     where s.kind = 'tenant' and s.scope_id = d.tenant_id and s.occurred_at > statement_timestamp() - interval '90 days'
       and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_id = m.person_id and e.partner_id = d.partner_id
     order by s.occurred_at desc limit 1)
  from public.delegation d
  join public.link_member m on m.link_id = d.id
  join public.person p on p.id = m.person_id
  where d.id = people_of.delegation_id and access.is_party_to(d)
  order by p.name
$function$;
grant execute on access.people_of(uuid) to liaison_platform;
grant execute on access.people_of(uuid) to liaison_program;
grant execute on access.people_of(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.portfolio()
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  context jsonb := access.context();
begin
  if context ->> 'plane' is distinct from 'delegation' then
    return '[]';
  end if;
  return coalesce((
    select json_agg(f.facts order by d.tenant_id)
    from (
      select distinct on (candidate.tenant_id) candidate.id, candidate.tenant_id, candidate.status, candidate.status_changed_at
      from public.delegation candidate
      where candidate.partner_id = (context ->> 'partner_id')::uuid and candidate.kind = 'link'
      order by candidate.tenant_id, access.decides_before(candidate.status), candidate.status_changed_at desc
    ) d
    join access.link_fact f on f.id = d.id and f.person_id = (context ->> 'actor_id')::uuid
    where d.status in ('approved', 'active', 'suspended') or (d.status in ('expired', 'revoked') and d.status_changed_at > statement_timestamp() - interval '30 days')
  ), '[]');
end
$function$;
grant execute on access.portfolio() to liaison_delegate;

-- The tenants in which this transaction may touch a relation's rows of the partner's own accounts alone (B18).
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.restricted_reach(relation_name text, operation_name text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 5
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  -- A ticket opens nothing that is written.
  ticket uuid := case when operation_name = 'select' then nullif(current_setting('liaison.ticket', true), '') end;
  kept access.kept_decision;
  context jsonb;
  only_tenants uuid[];
  route_bit integer;
  tenant uuid;
begin
  if ticket is not null then
    select case when (h.mask & needed.mask) <> 0::bit(256) and h.own_accounts_only then h.tenant_id end
    into tenant
    from access.held_ticket h
    left join public.relation_permission needed on needed.relation = relation_name and needed.operation = operation_name and needed.plane = h.plane
    where h.id = ticket;
    if found then
      if tenant is not null then
        return next tenant;
      end if;
      return;
    end if;
  end if;
  kept := access.kept();
  if kept.plane is not null then
    return query select unnest(access.kept_reach(kept, relation_name, operation_name, true));
    return;
  end if;
  context := access.context();
  if context is null or context ? 'client_id' or context ->> 'plane' <> 'delegation' then
    return;
  end if;
  route_bit := (context ->> 'permission_bit')::integer;
  if context ? 'tenant_ids' then
    only_tenants := array(select value::uuid from jsonb_array_elements_text(context -> 'tenant_ids'));
  end if;
  return query
    select u.tenant_id
    from access.usable_link u
    join public.relation_permission need on need.relation = relation_name and need.operation = operation_name and need.plane = 'delegation'
    where u.person_id = (context ->> 'actor_id')::uuid
      and u.partner_id = (context ->> 'partner_id')::uuid
      and u.own_accounts_only
      and (not context ? 'tenant_id' or (u.tenant_id = (context ->> 'tenant_id')::uuid and u.link_id = (context ->> 'delegation_id')::uuid and u.member_id = (context ->> 'member_id')::uuid))
      and (only_tenants is null or u.tenant_id = any (only_tenants))
      and (u.mask & need.mask) <> 0::bit(256)
      and (route_bit is null or get_bit(u.mask, route_bit) = 1);
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resume(code text, stands text, reached text, reached_code text, context text, context_code text, question text, of_request jsonb)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  secret bytea := access.key_that_holds(stands::access.kept_decision);
begin
  -- Only access.enter_person signs tickets, and the code of a context is no code of a ticket.
  if secret is null
    or encode(sha256(secret || sha256(secret || convert_to(access.message_of_ticket(stands, reached, context, question), 'UTF8'))), 'hex') is distinct from code then
    return null;
  end if;
  if of_request is not null then
    -- Nothing that decides can be said along with it.
    if of_request - access.request_fields() <> '{}' then
      return null;
    end if;
    perform access.set_context(of_request || context::jsonb);
    perform set_config('liaison.kept', reached, true), set_config('liaison.kept_code', reached_code, true);
    return statement_timestamp();
  end if;
  if set_config('liaison.context', context, true) || set_config('liaison.mac', context_code, true) || set_config('liaison.kept', reached, true)
    || set_config('liaison.kept_code', reached_code, true) is null then
    return null;
  end if;
  return statement_timestamp();
end
$function$;
grant execute on access.resume(text,text,text,text,text,text,text,jsonb) to liaison_delegate;
grant execute on access.resume(text,text,text,text,text,text,text,jsonb) to liaison_platform;
grant execute on access.resume(text,text,text,text,text,text,text,jsonb) to liaison_program;
grant execute on access.resume(text,text,text,text,text,text,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resume(ticket text, question text, of_request jsonb)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return null;
end
$function$;
grant execute on access.resume(text,text,jsonb) to liaison_delegate;
grant execute on access.resume(text,text,jsonb) to liaison_platform;
grant execute on access.resume(text,text,jsonb) to liaison_program;
grant execute on access.resume(text,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resume_ticket(ticket uuid, question text, of_request jsonb)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  said text;
begin
  if of_request is null then
    -- What is listed happens only where a row was found.
    return (
      select case when set_config('liaison.context', h.context, true) || set_config('liaison.mac', h.context_code, true) || set_config('liaison.ticket', h.id::text, true) is not null
        then statement_timestamp() end
      from access.held_ticket h where h.id = ticket and h.question = resume_ticket.question);
  end if;
  -- Nothing that decides can be said along with it.
  if of_request - access.request_fields() <> '{}' then
    return null;
  end if;
  select h.context into said from access.held_ticket h where h.id = ticket and h.question = resume_ticket.question;
  if said is null then
    return null;
  end if;
  perform access.set_context(of_request || said::jsonb), set_config('liaison.ticket', ticket::text, true);
  return statement_timestamp();
end
$function$;
grant execute on access.resume_ticket(uuid,text,jsonb) to liaison_delegate;
grant execute on access.resume_ticket(uuid,text,jsonb) to liaison_platform;
grant execute on access.resume_ticket(uuid,text,jsonb) to liaison_program;
grant execute on access.resume_ticket(uuid,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.set_kept(kept access.kept_decision)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  reached text := set_config('liaison.kept', kept::text, true);
begin
  perform set_config('liaison.kept_code', access.sign('kept ' || reached), true);
  return reached;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.stamp_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  keys uuid[];
  column_name text;
  found_keys uuid[];
begin
  foreach column_name in array tg_argv loop
    if column_name = 'everybody' then
      found_keys := array['00000000-0000-0000-0000-000000000000'::uuid] from changed limit 1;
    else
      execute format('select array_agg(distinct c.%I) from changed c', ltrim(column_name, '*')) into found_keys;
    end if;
    keys := keys || case when column_name like '*%' then access.keys_of_tenants(found_keys) else found_keys end;
  end loop;
  perform access.note_change(keys);
  return null;
end
$function$;
grant execute on access.stamp_change() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.stamp_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and new.seen_at >= old.seen_at and to_jsonb(new) - 'seen_at' = to_jsonb(old) - 'seen_at' then
    return null;
  end if;
  -- A new one counts against the older ones, where their number is bounded.
  perform access.note_change(array[old.person_id, new.person_id]);
  return null;
end
$function$;
grant execute on access.stamp_session() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.standing_at(tenant uuid, moment timestamp with time zone)
 RETURNS SETOF public.delegation
 LANGUAGE sql
 STABLE
AS $function$
  select d.*
  from public.delegation x
  cross join lateral jsonb_populate_record(null::public.delegation, access.image_at(case x.kind when 'link' then 'delegation' else 'api_delegation' end, x.id::text, moment, to_jsonb(x))) d
  where x.tenant_id = tenant and x.kind in ('link', 'consent', 'resale')
    and d.created_at <= moment and d.status in ('approved', 'active', 'suspended') and (d.ends_at is null or d.ends_at > moment)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.standing_mask(mask bit)
 RETURNS bit
 LANGUAGE sql
 STABLE
AS $function$ select mask & ~ coalesce((select bit_or(set_bit(0::bit(256), p.bit, 1)) from public.permission p where p.is_sensitive), 0::bit(256)) $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.state_at(d public.delegation, moment timestamp with time zone, freezes jsonb)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select case
    when access.image_at('tenant', t.id::text, moment, to_jsonb(t)) ->> 'status' = 'closed' then 'tenant_closed'
    when access.image_at('partner', p.id::text, moment, to_jsonb(p)) ->> 'status' <> 'active' then 'partner_inactive'
    when freezes <> '[]' then 'frozen'
    when d.status = 'suspended' or d.review_stops_at <= moment then 'suspended'
    when d.status = 'approved' or d.starts_at > moment then 'not_started'
    else 'open' end
  from public.tenant t, public.partner p
  where t.id = d.tenant_id and p.id = d.partner_id
  $function$;

-- Whether whoever gave the first of two approvals of the own organisation may give it still.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.still_decides(side text, organisation uuid, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(access.is_in_own_plane() and case side
    when 'tenant' then access.context_plane() = 'tenant' and organisation = access.context_id('tenant_id')
    when 'partner' then access.context_plane() = 'program' and organisation = access.own_partner()
    when 'provider' then access.context_plane() = 'platform' and organisation is null
    else false end and access.is_in_charge(side, organisation, person), false)
$function$;
grant execute on access.still_decides(text,uuid,uuid) to liaison_owner;
grant execute on access.still_decides(text,uuid,uuid) to liaison_platform;
grant execute on access.still_decides(text,uuid,uuid) to liaison_program;
grant execute on access.still_decides(text,uuid,uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tenant_of_history()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select reached from access.reach('delegation', 'select') reached
  where access.context_plane() = 'tenant' and access.context_id('client_id') is null and reached = access.context_id('tenant_id')
  union all
  select reached from access.reach('audit_scope', 'select') reached
  join public.delegation d on d.id = access.context_id('delegation_id') and d.tenant_id = reached and not d.own_accounts_only
  join public.link l on l.id = d.id and l.access_role = 'auditor' and l.relationship_type = 'audit_only'
  where access.context_plane() = 'delegation' and reached = access.context_id('tenant_id')
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tenant_policy_for_request(wanted uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('who_may_ask', p.who_may_ask, 'roles_allowed', p.roles_allowed, 'max_duration_days', p.max_duration_days,
    'listed_partner_ids', array(select listed from unnest(p.listed_partner_ids) listed where listed = access.own_partner()))
  from public.tenant_partner_policy p where p.tenant_id = wanted and access.is_in_own_plane() and access.partner_of_owner() is not null
$function$;
grant execute on access.tenant_policy_for_request(uuid) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.timed_mask(delegation uuid)
 RETURNS bit
 LANGUAGE sql
 STABLE
AS $function$ select access.mask_now(d) from public.delegation d where d.id = delegation $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.unrestricted_mask(d public.delegation)
 RETURNS bit
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (NOT (d).has_timed_overrides) THEN (d).mask ELSE (((d).role_mask | COALESCE((SELECT bit_or(o.mask) AS bit_or FROM public.link_override o WHERE ((o.link_id = (unrestricted_mask.d).id) AND (o.effect = 'grant'::text) AND ((o.expires_at IS NULL) OR (o.expires_at > statement_timestamp())))), (0)::bit(256))) & (~ COALESCE((SELECT bit_or(o.mask) AS bit_or FROM public.link_override o WHERE ((o.link_id = (unrestricted_mask.d).id) AND (o.effect = 'deny'::text) AND ((o.expires_at IS NULL) OR (o.expires_at > statement_timestamp())))), (0)::bit(256)))) END;

-- What a member of a tenant sees of partner access, computed now.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.who_has_access()
 RETURNS TABLE(kind text, partner_name text, client_name text, access_role text, mask text, starts_at timestamp with time zone, ends_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select one.kind, one.partner_name, one.client_name, one.access_role, one.mask, one.starts_at, one.ends_at
  from (
    select d.kind, p.name as partner_name, k.name as client_name, l.access_role, access.mask_now(d)::text as mask, d.starts_at, d.ends_at, d.id
    from public.delegation d
    join public.partner p on p.id = d.partner_id
    left join public.link l on l.id = d.id
    left join public.consent c on c.id = d.id
    left join public.api_client k on k.id = c.client_id
    where d.tenant_id in (select access.reach('tenant', 'select')) and d.kind in ('link', 'consent', 'resale') and access.in_force(d)
    union all
    select 'home', p.name, k.name, null, coalesce(k.mask, 0::bit(256))::text, coalesce(h.accepted_at, p.created_at), null, coalesce(k.id, p.id)
    from public.partner p
    left join public.partner_home h on h.partner_id = p.id and h.tenant_id = p.home_tenant_id and h.status = 'active'
    left join public.api_client k on k.partner_id = p.id and k.status = 'active' and access.opens_api(p.id, k.environment)
    where p.home_tenant_id in (select access.reach('tenant', 'select')) and p.status = 'active'
  ) one
  where access.context_plane() = 'tenant' and access.context_id('client_id') is null
  order by one.partner_name, one.kind, one.client_name, one.id
$function$;
grant execute on access.who_has_access() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.write_ticket(context jsonb, kept access.kept_decision, question text)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
declare
  ticket uuid;
begin
  insert into access.kept_ticket (question, snapshot, until, keys, plane, person_id, session_id, tenant_id, mask, own_accounts_only, context, context_code)
  values (question, kept.snapshot, kept.until, kept.keys, kept.plane, (context ->> 'actor_id')::uuid, (context ->> 'session_id')::uuid, (context ->> 'tenant_id')::uuid,
    kept.masks[1], kept.owns[1], context::text, access.sign(context::text))
  returning id into ticket;
  perform set_config('liaison.ticket', ticket::text, true);
  return ticket;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.copy_link_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_table_name = 'link' then
    select d.status into new.live_status from delegation d where d.id = new.id;
    return new;
  end if;
  update link set live_status = new.status where id = new.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.date_restriction()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not new.own_accounts_only then
    new.own_accounts_since := null;
  elsif tg_op = 'INSERT' or not old.own_accounts_only then
    new.own_accounts_since := clock_timestamp();
  else
    new.own_accounts_since := old.own_accounts_since;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.derive_elevation_rule()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_table_name = 'delegation' then
    new.elevation_required := new.kind = 'link' and (coalesce((new.conditions ->> 'elevation_required')::boolean, false)
      or coalesce((select (p.conditions ->> 'elevation_required')::boolean from tenant_partner_policy p where p.tenant_id = new.tenant_id), false));
    return new;
  end if;
  update delegation d set elevation_required = not d.elevation_required
  where d.tenant_id = new.tenant_id and d.kind = 'link' and d.status in ('requested', 'approved', 'active', 'suspended', 'expired')
    and d.elevation_required <> (coalesce((d.conditions ->> 'elevation_required')::boolean, false) or coalesce((new.conditions ->> 'elevation_required')::boolean, false));
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_change_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  asker uuid;
  role_now text;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.status <> 'waiting' or new.requested_by is distinct from actor or new.first_approved_by is not null then
      raise exception 'a change starts by waiting' using errcode = 'check_violation', constraint = 'change_request_transition';
    end if;
    new.begun_by := case side when 'tenant' then 'tenant' else 'partner' end;
    return new;
  end if;
  if old.status <> 'waiting'
    or (new.link_id, new.tenant_id, new.partner_id, new.proposal, new.difference, new.requested_by, new.requested_at, new.begun_by)
      is distinct from (old.link_id, old.tenant_id, old.partner_id, old.proposal, old.difference, old.requested_by, old.requested_at, old.begun_by)
    or not (case new.status when 'waiting' then side = 'tenant' when 'approved' then side = 'tenant' when 'declined' then side = 'tenant'
      when 'withdrawn' then side = old.begun_by or side = 'tenant' when 'lapsed' then side = 'clock' else false end) then
    raise exception '% may not move a change from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'change_request_transition';
  end if;
  if (new.first_approved_by, new.first_approved_by_name, new.first_approved_at, new.first_read)
    is distinct from (old.first_approved_by, old.first_approved_by_name, old.first_approved_at, old.first_read)
    and (new.status <> 'waiting' or old.begun_by = 'tenant' or new.first_approved_by is distinct from actor or actor is null or actor = old.requested_by) then
    raise exception 'an approval names who gave it, and never who asked' using errcode = 'check_violation', constraint = 'change_request_two_people';
  end if;
  if new.status <> 'approved' then
    return new;
  end if;
  if actor is null or actor = old.requested_by then
    raise exception 'whoever asked for a change does not decide about it' using errcode = 'check_violation', constraint = 'change_request_own';
  end if;
  asker := case old.begun_by when 'partner' then old.requested_by end;
  select l.access_role into role_now from link l where l.id = old.link_id;
  if old.begun_by = 'partner' and (old.first_approved_by is null or old.first_approved_by = actor)
    and (access.asks_for_two(old.tenant_id, role_now, asker) or access.asks_for_two(old.tenant_id, old.proposal ->> 'access_role', asker)) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'change_request_two_people';
  end if;
  new.decided_by := actor;
  update link l set agreed_in = pg_current_xact_id() where l.id = old.link_id;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  of_link link;
  may_widen boolean;
  widens boolean;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side in ('partner', 'tenant') and (new.status <> 'requested' or new.requested_by is distinct from actor) then
      raise exception 'a delegation starts as a request' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    return new;
  end if;
  if old.status in ('revoked', 'declined', 'withdrawn', 'lapsed') then
    raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if (new.tenant_id, new.partner_id, new.kind, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.kind, old.requested_by, old.requested_at)
    or (old.approval_snapshot is not null and new.approval_snapshot is distinct from old.approval_snapshot and side <> 'tenant') then
    raise exception 'who made a delegation, and what its approver saw, never changes' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  select * into of_link from link l where l.id = new.id;
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
    if old.status = 'expired' and old.ends_at < statement_timestamp() - interval '30 days' then
      raise exception 'a delegation can be renewed for 30 days after its end' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if side = 'clock' and ((new.status = 'expired' and not old.ends_at <= statement_timestamp())
      or (new.status = 'lapsed' and not of_link.request_expires_at <= statement_timestamp())
      or (old.status = 'approved' and old.starts_at > statement_timestamp())) then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'requested' and new.status in ('approved', 'active') then
      if of_link.initiated_by = side or new.approved_by is distinct from actor or actor is null or new.approved_by = old.requested_by
        or of_link.request_expires_at <= statement_timestamp() then
        raise exception 'the side that asked cannot approve' using errcode = 'check_violation', constraint = 'delegation_two_sides';
      end if;
      if access.asks_for_two(new.tenant_id, of_link.access_role, case when side = 'tenant' then old.requested_by end) then
        if of_link.first_approved_by is null or of_link.first_approved_by in (actor, old.requested_by) then
          raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
        end if;
        update link l set agreed_in = pg_current_xact_id() where l.id = new.id;
      end if;
    end if;
  end if;
  -- A request still belongs to the side that made it; everything that was agreed widens through the tenant alone.
  may_widen := side = 'tenant' or (old.status = 'requested' and of_link.initiated_by = side);
  widens := (new.mask & ~ old.mask) <> 0::bit(256) or (new.role_mask & ~ old.role_mask) <> 0::bit(256)
    or (old.ends_at is not null and (new.ends_at is null or new.ends_at > old.ends_at)) or new.starts_at < old.starts_at
    or (old.own_accounts_only and not new.own_accounts_only)
    or (old.has_timed_overrides and not new.has_timed_overrides and exists (select from link_override o where o.link_id = new.id and o.expires_at is not null));
  if not may_widen and not (side = 'clock' and of_link.auto_renew_days > 0 and old.status = 'active' and old.ends_at > statement_timestamp()
      and new.ends_at > old.ends_at and new.ends_at <= old.ends_at + make_interval(days => least(of_link.auto_renew_days, access.longest_days(old.tenant_id))) and (new.mask, new.role_mask, new.starts_at, new.has_timed_overrides) = (old.mask, old.role_mask, old.starts_at, old.has_timed_overrides))
    and (widens or new.conditions is distinct from old.conditions) then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if side = 'tenant' and old.status <> 'requested' and (widens or private.loosens_conditions(old.conditions, new.conditions))
    and not private.is_agreed(new.id, new.tenant_id, of_link.access_role) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  if new.epoch < old.epoch then
    raise exception 'an epoch never goes back' using errcode = 'check_violation', constraint = 'delegation_epoch';
  end if;
  -- Whatever takes access away makes older tokens stale, whether or not the writer thought of it.
  if (new.status <> old.status and new.status in ('suspended', 'expired', 'revoked')) or (old.mask & ~ new.mask) <> 0::bit(256) or (old.role_mask & ~ new.role_mask) <> 0::bit(256)
    or new.starts_at > old.starts_at or (new.ends_at is not null and (old.ends_at is null or new.ends_at < old.ends_at)) or new.conditions is distinct from old.conditions
    or (new.elevation_required and not old.elevation_required) or (new.own_accounts_only and not old.own_accounts_only) then
    new.epoch := greatest(new.epoch, old.epoch + 1);
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_freeze()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.set_by is distinct from actor or new.set_by_side <> side or new.lifted_at is not null or new.lift_asked_at is not null then
      raise exception 'a freeze names who set it' using errcode = 'check_violation', constraint = 'freeze_actor';
    end if;
    if side = 'partner' and new.scope = 'person' then
      -- One after the other, so that of two owners who freeze each other at once one stays.
      perform pg_advisory_xact_lock(access.lock_key('partner owners', new.partner_id));
      if not access.has_owner_besides(new.partner_id, new.person_id) then
        raise exception 'nobody else could lift this freeze' using errcode = 'check_violation', constraint = 'freeze_last_owner';
      end if;
    end if;
    new.created_at := statement_timestamp();
    return new;
  end if;
  -- Whom a partner froze its provider lets go once nobody there could: the owner who froze left, or was the only one.
  if old.lifted_at is not null or (old.set_by_side <> side
      and not (side = 'provider' and old.set_by_side = 'partner' and old.scope = 'person' and not access.has_owner_besides(old.partner_id, old.person_id)))
    or (new.lift_asked_by is distinct from old.lift_asked_by and new.lift_asked_by is distinct from actor)
    or (new.lifted_by is not null and new.lifted_by is distinct from actor) then
    raise exception 'a freeze is lifted once, by the side that set it' using errcode = 'check_violation', constraint = 'freeze_actor';
  end if;
  if new.lifted_at is not null and old.scope = 'person' and old.person_id = actor then
    raise exception 'whoever is frozen does not lift it' using errcode = 'check_violation', constraint = 'freeze_of_oneself';
  end if;
  if new.lifted_at is not null and (new.scope = 'platform' or (new.scope = 'tenant' and new.set_by_side = 'tenant')) and (old.lift_asked_by is null or old.lift_asked_by = actor) then
    raise exception 'lifting a freeze over everything takes a second person' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  new.lift_asked_at := case when new.lift_asked_by is not distinct from old.lift_asked_by then old.lift_asked_at else statement_timestamp() end;
  if new.lifted_at is not null then
    new.lifted_at := statement_timestamp();
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_link()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  widens boolean;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.initiated_by <> side then
      raise exception 'a link names the side that began it' using errcode = 'check_violation', constraint = 'link_initiated_by';
    end if;
    return new;
  end if;
  if (new.initiated_by, new.relationship_type, new.request_expires_at) is distinct from (old.initiated_by, old.relationship_type, old.request_expires_at) then
    raise exception 'how a link began never changes' using errcode = 'check_violation', constraint = 'link_initiated_by';
  end if;
  if side = 'tenant' and new.first_approved_by is distinct from old.first_approved_by and new.first_approved_by is not null
    and (new.first_approved_by is distinct from access.context_id('actor_id') or exists (select from delegation d where d.id = new.id and d.requested_by = new.first_approved_by)) then
    raise exception 'an approval names who gave it, and never who asked' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  widens := new.auto_renew_days > old.auto_renew_days
    or ((new.access_role, new.role_version) is distinct from (old.access_role, old.role_version) and not exists (
      select from link_role_template n, link_role_template o
      where n.role = new.access_role and n.version = new.role_version and o.role = old.access_role and o.version = old.role_version
        and (n.defaults & ~ o.defaults) = 0::bit(256) and (n.ceiling & ~ o.ceiling) = 0::bit(256)));
  if side <> 'tenant' and not (old.live_status = 'requested' and old.initiated_by = side) and widens then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if side = 'tenant' and widens and old.live_status <> 'requested'
    and not (private.is_agreed(new.id, new.tenant_id, new.access_role) and private.is_agreed(new.id, new.tenant_id, old.access_role)) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_override()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  widens boolean := case tg_op
    when 'INSERT' then new.effect = 'grant'
    when 'DELETE' then old.effect = 'deny'
    else new.effect <> old.effect or new.pattern <> old.pattern or case new.effect
      when 'grant' then (new.mask & ~ old.mask) <> 0::bit(256) or (old.expires_at is not null and (new.expires_at is null or new.expires_at > old.expires_at))
      else (old.mask & ~ new.mask) <> 0::bit(256) or (new.expires_at is not null and (old.expires_at is null or new.expires_at < old.expires_at)) end
    end;
begin
  if side is not null and tg_op = 'UPDATE'
    and (new.link_id, new.tenant_id, new.partner_id, new.set_by_side) is distinct from (old.link_id, old.tenant_id, old.partner_id, old.set_by_side) then
    raise exception 'an override stays with its link, and with the side that set it' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  if side is not null and side <> 'tenant' and widens and not exists (
    select from delegation d join link l on l.id = d.id where d.id = coalesce(new.link_id, old.link_id) and d.status = 'requested' and l.initiated_by = side) then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if side = 'tenant' and widens and exists (
    select from delegation d join link l on l.id = d.id where d.id = coalesce(new.link_id, old.link_id) and d.status <> 'requested' and not private.is_agreed(d.id, d.tenant_id, l.access_role)) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return coalesce(new, old);
end
$function$;

-- Whether this transaction may open more of a tenant for a link.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.is_agreed(of_link uuid, tenant uuid, role text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select not access.asks_for_two(tenant, role, null) or exists (select from link l where l.id = of_link and l.agreed_in = pg_current_xact_id()) $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_change_own()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not null and (new.requested_by_name is distinct from access.context() ->> 'actor_name'
      or new.requested_at not between statement_timestamp() - interval '1 hour' and statement_timestamp() + interval '1 hour'
      or new.expires_at > statement_timestamp() + interval '30 days 1 hour'
      or num_nonnulls(new.decided_by, new.decided_at, new.first_approved_by_name, new.first_approved_at, new.first_read) > 0) then
    raise exception 'a change is asked for in the own name, and decided later' using errcode = 'check_violation', constraint = 'change_request_own';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_course()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  named text := access.context() ->> 'actor_name';
  agrees boolean;
  since timestamptz := statement_timestamp() - interval '1 hour';
  until timestamptz := statement_timestamp() + interval '1 hour';
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if (new.epoch, new.version) <> (1, 1) then
      raise exception 'the first epoch and the first version are one' using errcode = 'check_violation', constraint = 'delegation_epoch';
    end if;
    if new.created_at not between since and until or new.requested_at not between since and until or new.approved_at not between since and until
      or num_nonnulls(new.suspended_by, new.suspended_by_side) > 0 then
      raise exception 'a delegation begins now' using errcode = 'check_violation', constraint = 'delegation_identity';
    end if;
    if new.kind = 'link' and side <> 'provider'
      and num_nonnulls(new.approved_by, new.approved_by_name, new.approved_at, new.approval_basis, new.approval_snapshot, new.review_stops_at) > 0 then
      raise exception 'nobody has agreed to what is only asked' using errcode = 'check_violation', constraint = 'delegation_two_sides';
    end if;
    if new.kind = 'link' and side = 'provider' and (new.status <> 'approved' or new.approval_basis is distinct from 'operator_attested' or new.approved_at is null
      or new.requested_by is distinct from actor or new.approved_by is distinct from actor or new.starts_at < statement_timestamp() + interval '6 days 23 hours') then
      raise exception 'the provider attests subsidiaries under a contract, and the tenant has a week to object' using errcode = 'check_violation', constraint = 'link_attestation';
    end if;
    return new;
  end if;
  if new.version not between old.version and old.version + 1 or new.epoch not between old.epoch and old.epoch + 1 then
    raise exception 'changes are counted one by one' using errcode = 'check_violation', constraint = 'delegation_epoch';
  end if;
  if (new.status_reason, new.status_changed_at) is distinct from (old.status_reason, old.status_changed_at)
    and (new.status = old.status or new.status_changed_at not between since and until) then
    raise exception 'when and why a delegation moved changes with a move alone' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  agrees := old.status = 'requested' and new.status in ('approved', 'active');
  if new.created_at <> old.created_at
    or (new.approved_at is distinct from old.approved_at and (not agrees or new.approved_at is null or new.approved_at not between since and until))
    or ((new.approved_by, new.approved_by_name, new.approval_basis, new.approval_snapshot) is distinct from (old.approved_by, old.approved_by_name, old.approval_basis, old.approval_snapshot)
      and not agrees and side <> 'tenant')
    or (new.approved_by is distinct from old.approved_by and new.approved_by is distinct from actor)
    or (new.approved_by_name is distinct from old.approved_by_name and new.approved_by_name is distinct from named)
    or (new.approval_basis is distinct from old.approval_basis and new.approval_basis is distinct from case side when 'tenant' then 'tenant_approval' when 'partner' then 'partner_acceptance' end) then
    raise exception 'an approval says truly who gave it and when' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_decided()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if side is null or side = 'clock' then
    return new;
  end if;
  if new.status = old.status and (new.status_changed_by, new.status_changed_by_side) is distinct from (old.status_changed_by, old.status_changed_by_side) then
    raise exception 'who moved a delegation changes with a move alone' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if new.review_stops_at is distinct from old.review_stops_at
    and new.review_stops_at is distinct from (select l.review_due_at + interval '30 days' from link l where l.id = new.id) then
    raise exception 'a review stops a link by its own day' using errcode = 'check_violation', constraint = 'delegation_review';
  end if;
  if side = 'partner' and old.status <> 'requested' and ((new.approved_by_name, new.approval_basis) is distinct from (old.approved_by_name, old.approval_basis)
    or (old.approved_by is not null and new.approved_by is distinct from old.approved_by)) then
    raise exception 'who approved a delegation never changes' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_history_own()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if side is not null and (new.detail ->> 'by' is distinct from side
      or new.detail ->> 'name' <> access.context() ->> 'actor_name'
      or new.changed_at not between statement_timestamp() - interval '1 hour' and statement_timestamp() + interval '1 hour'
      or not exists (select from delegation d where d.id = new.delegation_id and d.tenant_id = new.tenant_id and d.partner_id is not distinct from new.partner_id and new.version between 1 and d.version)) then
    raise exception 'a side writes what it did itself' using errcode = 'check_violation', constraint = 'delegation_history_own';
  end if;
  return new;
end
$function$;

-- Takes the columns of the key. Whatever only one side may read, and what decides nothing, is left out.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_past()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  left_out constant text[] := array['notes_partner', 'notes_tenant', 'metadata', 'approval_snapshot', 'first_accepted', 'request_message', 'email', 'address', 'updated_at', 'version',
    'approved_by_name', 'set_by_name', 'first_approved_by_name', 'proposed_by_name'];
  was jsonb := to_jsonb(old) - left_out;
  key text;
begin
  if tg_op = 'UPDATE' and was = to_jsonb(new) - left_out then
    return null;
  end if;
  select string_agg(was ->> column_name, ':' order by ordinality) into key from unnest(tg_argv::text[]) with ordinality as c(column_name, ordinality);
  insert into access_past (relation, row_key, tenant_id, partner_id, was)
  values (tg_table_name, key,
    (was ->> case tg_table_name when 'tenant' then 'id' else 'tenant_id' end)::uuid,
    (was ->> case tg_table_name when 'partner' then 'id' else 'partner_id' end)::uuid, was);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_past_of_api()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  left_out constant text[] := array['approval_snapshot', 'approved_by_name', 'updated_at', 'version'];
  was jsonb := to_jsonb(old) - left_out;
begin
  if tg_op = 'DELETE' or was <> to_jsonb(new) - left_out then
    insert into access_past (relation, row_key, tenant_id, partner_id, was) values ('api_delegation', old.id::text, old.tenant_id, old.partner_id, was);
  end if;
  return null;
end
$function$;

-- Of a person only what decides is kept: no name, no address.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_status_of_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into access_past (relation, row_key, was) values ('person', old.id::text, jsonb_build_object('status', old.status));
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.loosens_conditions(was jsonb, becomes jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from unnest(array['phishing_resistant', 'read_reason_required', 'tenant_elevation_approval', 'elevation_required']) demand
      where coalesce((was ->> demand)::boolean, false) and not coalesce((becomes ->> demand)::boolean, false))
    or coalesce((becomes ->> 'mfa_max_age_s')::numeric, 'Infinity') > coalesce((was ->> 'mfa_max_age_s')::numeric, 'Infinity')
    or (was ->> 'ip_mode' = 'enforce' and (becomes ->> 'ip_mode' is distinct from 'enforce' or exists (
      select from jsonb_array_elements_text(becomes -> 'ip_allow') inner_range where not exists (
        select from jsonb_array_elements_text(was -> 'ip_allow') outer_range where inner_range::inet <<= outer_range::inet))))
    or (jsonb_typeof(was -> 'hours') = 'object' and (jsonb_typeof(becomes -> 'hours') is distinct from 'object' or was #>> '{hours,tz}' <> becomes #>> '{hours,tz}' or exists (
      select from jsonb_array_elements(becomes #> '{hours,windows}') n, jsonb_array_elements(n -> 'days') day where not exists (
        select from jsonb_array_elements(was #> '{hours,windows}') o where o -> 'days' @> day
          and ((o ->> 'from' = n ->> 'from' and o ->> 'to' = n ->> 'to')
            or (o ->> 'from' < o ->> 'to' and n ->> 'from' < n ->> 'to' and o ->> 'from' <= n ->> 'from' and n ->> 'to' <= o ->> 'to'))))))
$function$;
grant execute on private.loosens_conditions(jsonb,jsonb) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_first_of_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  asker uuid := case old.begun_by when 'partner' then old.requested_by end;
  role_now text := (select l.access_role from link l where l.id = old.link_id);
begin
  if private.side_of_login() is not distinct from 'tenant'
    and (access.asks_for_two(old.tenant_id, role_now, asker) or access.asks_for_two(old.tenant_id, old.proposal ->> 'access_role', asker))
    and not access.hold_in_charge('tenant', old.tenant_id, case old.begun_by when 'tenant' then old.requested_by else old.first_approved_by end) then
    raise exception 'whoever approved first decides no more' using errcode = 'check_violation', constraint = 'change_request_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_first_of_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  first uuid;
  takes_two boolean := true;
begin
  if private.side_of_login() is distinct from 'tenant' then
    return new;
  end if;
  if new.kind = 'link' then
    select l.first_approved_by, access.asks_for_two(new.tenant_id, l.access_role, old.requested_by) into first, takes_two from link l where l.id = new.id;
  else
    select c.first_approved_by into first from consent c where c.id = new.id;
  end if;
  if takes_two and (first is null or first is not distinct from access.context_id('actor_id') or not access.hold_in_charge('tenant', new.tenant_id, first)) then
    raise exception 'whoever approved first decides no more' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_first_of_invitation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not distinct from 'tenant' and not access.hold_in_charge('tenant', new.tenant_id, (select d.requested_by from delegation d where d.id = new.id)) then
    raise exception 'whoever invited decides no more' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_first_of_lift()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := coalesce(private.side_of_login(), case access.context_plane() when 'platform' then 'provider' end);
begin
  if side in ('tenant', 'provider') and not access.hold_in_charge(side, case side when 'tenant' then new.tenant_id end, old.lift_asked_by) then
    raise exception 'whoever asked to lift the freeze decides no more' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.share_between_sides(IN relation regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create policy partner_side on %s to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()))', relation);
  execute format('create policy partner_side_read on %s for select to liaison_delegate using (partner_id = (select access.own_partner()))', relation);
  execute format('create policy tenant_side on %s to liaison_tenant using (tenant_id in (select access.reach(''delegation'', ''select''))) with check (tenant_id in (select access.reach(''delegation'', ''update'')))', relation);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy clock on %s to liaison_job using ((select access.context_plane()) = ''system'') with check ((select access.context_plane()) = ''system'')', relation);
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.side_of_login()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_program'::name THEN 'partner'::text WHEN 'liaison_tenant'::name THEN 'tenant'::text WHEN 'liaison_platform'::name THEN 'provider'::text WHEN 'liaison_job'::name THEN 'clock'::text ELSE NULL::text END;

-- Notes each change of the table under the keys in these columns. A column of tenants whose partners see the change is written *column; everybody stands for all keys.
-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.stamp_changes(IN relation regclass, VARIADIC columns text[])
 LANGUAGE plpgsql
AS $procedure$
declare
  operation text;
  arguments text := (select string_agg(quote_literal(c), ', ') from unnest(columns) c);
begin
  foreach operation in array array['insert', 'update', 'delete'] loop
    execute format('create trigger stamped_%1$s after %1$s on %2$s referencing %3$s table as changed for each statement execute function access.stamp_change(%4$s)',
      operation, relation, case operation when 'delete' then 'old' else 'new' end, arguments);
  end loop;
  -- A row that goes over to another key concerns the old one, too.
  execute format('create trigger stamped_before after update on %1$s referencing old table as changed for each statement execute function access.stamp_change(%2$s)', relation, arguments);
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.stop_writes()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_table_name = 'delegation' then
    perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  elsif tg_table_name in ('link_override', 'link_member') then
    if tg_op = 'DELETE' then
      perform pg_advisory_xact_lock(access.lock_key('pair', md5(old.partner_id::text || old.tenant_id::text)::uuid));
      return old;
    end if;
    perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  elsif tg_table_name = 'partner' then
    perform pg_advisory_xact_lock(access.lock_key('partner', new.id));
  elsif tg_table_name = 'tenant' then
    perform pg_advisory_xact_lock(access.lock_key('tenant', new.id));
  elsif tg_table_name in ('person', 'partner_member') then
    perform pg_advisory_xact_lock(access.lock_key('person', case tg_table_name when 'person' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'person_id')::uuid end));
  elsif tg_table_name = 'access_freeze' then
    if new.partner_id is not null and new.tenant_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
    elsif new.person_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('person', new.person_id));
    elsif new.partner_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('partner', new.partner_id));
    elsif new.tenant_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('tenant', new.tenant_id));
    else
      perform pg_advisory_xact_lock(access.lock_key('platform', null));
    end if;
  end if;
  return new;
end
$function$;
