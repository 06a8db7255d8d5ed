-- That a partner may offer a plan of the catalogue, whether it does, and its own price and tighter limits (C6).
create table public.partner_plan (
  partner_id uuid not null,
  plan_id uuid not null,
  is_allowed boolean not null default true,
  is_offered boolean not null default false,
  price_minor bigint,
  limits jsonb not null default '{}'::jsonb,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint partner_plan_limits_check CHECK (((jsonb_typeof(limits) = 'object'::text) AND (octet_length((limits)::text) <= 4096))),
  constraint partner_plan_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_plan_pkey PRIMARY KEY (partner_id, plan_id),
  constraint partner_plan_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id),
  constraint partner_plan_price_minor_check CHECK (((price_minor >= 0) AND (price_minor <= 1000000000)))
);
CREATE INDEX partner_plan_plan_id_idx ON public.partner_plan USING btree (plan_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_plan REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_plan REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_plan REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.partner_plan FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER enforce_partner_plan BEFORE INSERT OR UPDATE ON public.partner_plan FOR EACH ROW EXECUTE FUNCTION private.enforce_partner_plan();
CREATE TRIGGER features_announced AFTER INSERT OR UPDATE OF is_offered ON public.partner_plan FOR EACH ROW EXECUTE FUNCTION private.announce_features('partner_id');
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.partner_plan FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.partner_plan enable row level security, force row level security;
create policy deciding on public.partner_plan for select to liaison_authz
  using (true);
create policy for_my_role on public.partner_plan for select to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (plan_id IN ( SELECT access.visible_plans() AS visible_plans))));
create policy keeping on public.partner_plan for select to liaison_owner
  using (true);
create policy keeping_change on public.partner_plan for update to liaison_owner
  using (true)
  with check (true);
create policy own on public.partner_plan for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy own_change on public.partner_plan for update to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_read on public.partner_plan as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_plan as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_lends on public.partner_plan for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.partner_plan to liaison_authz;
grant select on public.partner_plan to liaison_platform;
grant select on public.partner_plan to liaison_program;
grant select on public.partner_plan to liaison_realm;
grant insert (partner_id, plan_id, is_allowed) on public.partner_plan to liaison_platform;
grant update (is_allowed, version) on public.partner_plan to liaison_platform;
grant update (is_offered, price_minor, limits, version) on public.partner_plan to liaison_program;

-- What the payment service told of a subscription, once per event of its own; append-only.
create table public.payment_event (
  source text not null,
  event_id text not null,
  subscription_id uuid not null,
  partner_id uuid not null,
  kind text not null,
  occurred_at timestamp with time zone not null,
  received_at timestamp with time zone not null default now(),
  outcome text not null,
  constraint payment_event_event_id_check CHECK (((char_length(event_id) >= 1) AND (char_length(event_id) <= 200))),
  constraint payment_event_kind_check CHECK ((kind = ANY (ARRAY['paid'::text, 'failed'::text]))),
  constraint payment_event_outcome_check CHECK ((outcome = ANY (ARRAY['signed'::text, 'held'::text, 'released'::text, 'ended'::text, 'no_change'::text]))),
  constraint payment_event_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint payment_event_pkey PRIMARY KEY (source, event_id),
  constraint payment_event_source_check CHECK (((char_length(source) >= 1) AND (char_length(source) <= 100)))
);
CREATE INDEX payment_event_partner_id_subscription_id_idx ON public.payment_event USING btree (partner_id, subscription_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.payment_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.payment_event REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payment_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payment_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.payment_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.payment_event enable row level security, force row level security;
create policy arriving on public.payment_event for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy deciding on public.payment_event for select to liaison_authz
  using (true);
create policy owners_read on public.payment_event as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.payment_event for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.payment_event to liaison_authz;
grant select on public.payment_event to liaison_ingest;
grant select on public.payment_event to liaison_program;
grant insert (source, event_id, subscription_id, partner_id, kind, occurred_at, outcome) on public.payment_event to liaison_ingest;

-- What a white-label partner offers its end users for a price: its own plan, or one of the provider's catalogue when it has no partner (C6).
create table public.plan (
  id uuid not null default uuidv7(),
  partner_id uuid,
  code text not null,
  name text not null,
  description text not null default ''::text,
  requires_flag text,
  state text not null default 'draft'::text,
  current_number integer not null default 1,
  running text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  discontinued_at timestamp with time zone,
  constraint plan_check CHECK (((state = 'discontinued'::text) = ((running IS NOT NULL) AND (discontinued_at IS NOT NULL)))),
  constraint plan_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
  constraint plan_current_number_check CHECK ((current_number >= 1)),
  constraint plan_description_check CHECK ((char_length(description) <= 1000)),
  constraint plan_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint plan_partner_id_code_key UNIQUE NULLS NOT DISTINCT (partner_id, code),
  constraint plan_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint plan_pkey PRIMARY KEY (id),
  constraint plan_requires_flag_check CHECK ((requires_flag ~ '^[a-z0-9][a-z0-9._-]{0,99}$'::text)),
  constraint plan_running_check CHECK ((running = ANY (ARRAY['keep'::text, 'end_at_period_end'::text, 'end_now'::text]))),
  constraint plan_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'offered'::text, 'discontinued'::text])))
);
CREATE TRIGGER a_hold_plan BEFORE UPDATE OF state ON public.plan FOR EACH ROW WHEN ((new.state <> old.state)) EXECUTE FUNCTION private.hold_plan();
CREATE TRIGGER audited_delete AFTER DELETE ON public.plan REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.plan REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.plan REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.plan FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER end_own_prices AFTER UPDATE OF current_number ON public.plan FOR EACH ROW WHEN (((new.partner_id IS NULL) AND (new.current_number <> old.current_number))) EXECUTE FUNCTION private.end_own_prices();
CREATE TRIGGER enforce_plan BEFORE INSERT OR UPDATE ON public.plan FOR EACH ROW EXECUTE FUNCTION private.enforce_plan();
CREATE TRIGGER fix_offered_terms AFTER INSERT OR UPDATE OF state, current_number ON public.plan FOR EACH ROW WHEN ((new.state = 'offered'::text)) EXECUTE FUNCTION private.fix_offered_terms();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.plan FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER wind_plan_down AFTER UPDATE OF state ON public.plan FOR EACH ROW WHEN (((new.state = 'discontinued'::text) AND (old.state <> 'discontinued'::text))) EXECUTE FUNCTION private.wind_plan_down();
alter table public.plan enable row level security, force row level security;
create policy deciding on public.plan for select to liaison_authz
  using (true);
create policy for_my_role on public.plan for select to liaison_realm
  using ((id IN ( SELECT access.visible_plans() AS visible_plans)));
create policy keeping on public.plan for select to liaison_owner
  using (true);
create policy lent on public.plan for select to liaison_program
  using (((partner_id IS NULL) AND (id IN ( SELECT access.lent_plans() AS lent_plans))));
create policy own on public.plan for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.plan as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.plan as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.plan as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_change on public.plan for update to liaison_platform
  using (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (partner_id IS NULL)))
  with check ((partner_id IS NULL));
create policy platform_read on public.plan for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_write on public.plan for insert to liaison_platform
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (partner_id IS NULL)));
grant select on public.plan to liaison_authz;
grant select on public.plan to liaison_platform;
grant select on public.plan to liaison_program;
grant select on public.plan to liaison_realm;
grant insert (partner_id, code, name, description, requires_flag) on public.plan to liaison_platform;
grant update (name, description, requires_flag, state, current_number, running, version) on public.plan to liaison_platform;
grant insert (partner_id, code, name, description, requires_flag) on public.plan to liaison_program;
grant update (name, description, requires_flag, state, current_number, running, version) on public.plan to liaison_program;

-- The roles of end users that may take a plan. Guests and the admins of a realm take none.
create table public.plan_role (
  plan_id uuid not null,
  partner_id uuid,
  role text not null,
  constraint plan_role_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint plan_role_pkey PRIMARY KEY (plan_id, role),
  constraint plan_role_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id),
  constraint plan_role_role_check CHECK ((role = ANY (ARRAY['basic'::text, 'advanced'::text, 'company'::text])))
);
CREATE INDEX plan_role_partner_id_idx ON public.plan_role USING btree (partner_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.plan_role REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.plan_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.plan_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER copy_partner BEFORE INSERT OR UPDATE ON public.plan_role FOR EACH ROW EXECUTE FUNCTION private.copy_partner_of_plan();
CREATE TRIGGER keep_used_role BEFORE DELETE ON public.plan_role FOR EACH ROW EXECUTE FUNCTION private.keep_used_role();
alter table public.plan_role enable row level security, force row level security;
create policy deciding on public.plan_role for select to liaison_authz
  using (true);
create policy for_my_role on public.plan_role for select to liaison_realm
  using ((plan_id IN ( SELECT access.visible_plans() AS visible_plans)));
create policy keeping on public.plan_role for select to liaison_owner
  using (true);
create policy lent on public.plan_role for select to liaison_program
  using (((partner_id IS NULL) AND (plan_id IN ( SELECT access.lent_plans() AS lent_plans))));
create policy own on public.plan_role for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_delete on public.plan_role as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.plan_role as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.plan_role as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_read on public.plan_role for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_remove on public.plan_role for delete to liaison_platform
  using (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (partner_id IS NULL)));
create policy platform_write on public.plan_role for insert to liaison_platform
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (partner_id IS NULL)));
grant select on public.plan_role to liaison_authz;
grant delete, select on public.plan_role to liaison_platform;
grant delete, select on public.plan_role to liaison_program;
grant select on public.plan_role to liaison_realm;
grant insert (plan_id, role) on public.plan_role to liaison_platform;
grant insert (plan_id, role) on public.plan_role to liaison_program;

-- The terms of a plan: price, period and limits. Unchangeable from the moment somebody could take them (C6).
create table public.plan_version (
  id uuid not null default uuidv7(),
  plan_id uuid not null,
  partner_id uuid,
  number integer not null,
  price_minor bigint not null,
  currency character(3) not null,
  period text not null,
  limits jsonb not null default '{}'::jsonb,
  benefits text[] not null default '{}'::text[],
  used_at timestamp with time zone,
  created_by_name text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  constraint plan_version_benefits_check CHECK ((cardinality(benefits) <= 12)),
  constraint plan_version_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint plan_version_limits_check CHECK (((jsonb_typeof(limits) = 'object'::text) AND (octet_length((limits)::text) <= 4096))),
  constraint plan_version_number_check CHECK ((number >= 1)),
  constraint plan_version_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint plan_version_period_check CHECK ((period = ANY (ARRAY['day'::text, 'week'::text, 'month'::text, 'year'::text]))),
  constraint plan_version_pkey PRIMARY KEY (id),
  constraint plan_version_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id),
  constraint plan_version_plan_id_number_key UNIQUE (plan_id, number),
  constraint plan_version_price_minor_check CHECK (((price_minor >= 0) AND (price_minor <= 1000000000)))
);
CREATE INDEX plan_version_partner_id_idx ON public.plan_version USING btree (partner_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.plan_version FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.plan_version FOR EACH ROW WHEN ((new.created_by_name IS DISTINCT FROM old.created_by_name)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.plan_version REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.plan_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.plan_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_plan_version BEFORE INSERT OR DELETE OR UPDATE ON public.plan_version FOR EACH ROW EXECUTE FUNCTION private.enforce_plan_version();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.plan_version FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.plan_version enable row level security, force row level security;
create policy deciding on public.plan_version for select to liaison_authz
  using (true);
create policy for_my_role on public.plan_version for select to liaison_realm
  using ((plan_id IN ( SELECT access.visible_plans() AS visible_plans)));
create policy keeping on public.plan_version for all to liaison_owner
  using (true)
  with check (true);
create policy lent on public.plan_version for select to liaison_program
  using (((partner_id IS NULL) AND (plan_id IN ( SELECT access.lent_plans() AS lent_plans))));
create policy own on public.plan_version for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.plan_version as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.plan_version as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.plan_version as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy platform_change on public.plan_version for update to liaison_platform
  using (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (partner_id IS NULL)))
  with check ((partner_id IS NULL));
create policy platform_read on public.plan_version for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy platform_write on public.plan_version for insert to liaison_platform
  with check (((( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (partner_id IS NULL)));
grant select on public.plan_version to liaison_authz;
grant select on public.plan_version to liaison_platform;
grant select on public.plan_version to liaison_program;
grant select on public.plan_version to liaison_realm;
grant insert (plan_id, number, price_minor, currency, period, limits, benefits, created_by_name) on public.plan_version to liaison_platform;
grant update (price_minor, currency, period, limits, benefits, created_by_name) on public.plan_version to liaison_platform;
grant insert (plan_id, number, price_minor, currency, period, limits, benefits, created_by_name) on public.plan_version to liaison_program;
grant update (price_minor, currency, period, limits, benefits, created_by_name) on public.plan_version to liaison_program;

-- That an end user takes a plan of its partner: begun, signed, suspended while something holds it, over (C7). status is as the last change left it; the state now also knows the time (access.subscription_state).
create table public.subscription (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  first_plan_id uuid not null,
  status text not null default 'signing'::text,
  asked_at timestamp with time zone not null default now(),
  signing_until timestamp with time zone not null default (now() + '24:00:00'::interval),
  signed_at timestamp with time zone,
  confirmed_by_name text,
  cancel_cause text,
  cancel_at timestamp with time zone,
  ended_at timestamp with time zone,
  end_reason text,
  end_note text,
  constraint subscription_cancel_cause_check CHECK ((cancel_cause = ANY (ARRAY['end_user'::text, 'partner'::text, 'role'::text, 'discontinued'::text]))),
  constraint subscription_check CHECK ((signing_until > asked_at)),
  constraint subscription_check1 CHECK (((status = 'unsigned'::text) = ((ended_at IS NOT NULL) AND (end_reason IS NOT NULL)))),
  constraint subscription_check2 CHECK (((status <> ALL (ARRAY['signed'::text, 'suspended'::text])) OR (signed_at IS NOT NULL))),
  constraint subscription_check3 CHECK (((cancel_at IS NULL) = (cancel_cause IS NULL))),
  constraint subscription_end_note_check CHECK ((char_length(end_note) <= 500)),
  constraint subscription_end_reason_check CHECK ((end_reason = ANY (ARRAY['cancelled'::text, 'declined'::text, 'ended'::text, 'failed'::text, 'timed_out'::text, 'period_over'::text, 'role'::text, 'discontinued'::text]))),
  constraint subscription_first_plan_id_fkey FOREIGN KEY (first_plan_id) REFERENCES public.plan(id),
  constraint subscription_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint subscription_partner_id_end_user_id_id_key UNIQUE (partner_id, end_user_id, id),
  constraint subscription_pkey PRIMARY KEY (id),
  constraint subscription_status_check CHECK ((status = ANY (ARRAY['signing'::text, 'signed'::text, 'suspended'::text, 'unsigned'::text])))
);
CREATE INDEX subscription_due ON public.subscription USING btree (LEAST(cancel_at,
CASE
    WHEN (status = 'signing'::text) THEN signing_until
    ELSE NULL::timestamp with time zone
END)) WHERE (status = ANY (ARRAY['signing'::text, 'signed'::text, 'suspended'::text]));
CREATE INDEX subscription_end_user_id_idx ON public.subscription USING btree (end_user_id);
CREATE INDEX subscription_first_plan_id_idx ON public.subscription USING btree (first_plan_id);
CREATE INDEX subscription_partner_id_end_user_id_asked_at_idx ON public.subscription USING btree (partner_id, end_user_id, asked_at DESC);
CREATE INDEX subscription_partner_id_status_idx ON public.subscription USING btree (partner_id, status);
CREATE UNIQUE INDEX subscription_one_live ON public.subscription USING btree (end_user_id) WHERE (status = ANY (ARRAY['signing'::text, 'signed'::text, 'suspended'::text]));
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.subscription FOR EACH ROW WHEN ((new.confirmed_by_name IS DISTINCT FROM old.confirmed_by_name)) EXECUTE FUNCTION private.act_in_own_name('confirmed_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.subscription REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.subscription REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.subscription REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER begin_terms AFTER INSERT ON public.subscription FOR EACH ROW EXECUTE FUNCTION private.begin_terms();
CREATE TRIGGER enforce_subscription BEFORE INSERT OR UPDATE ON public.subscription FOR EACH ROW EXECUTE FUNCTION private.enforce_subscription();
CREATE TRIGGER note_subscription AFTER INSERT OR UPDATE ON public.subscription FOR EACH ROW EXECUTE FUNCTION private.note_subscription();
CREATE TRIGGER tell_deleted BEFORE DELETE ON public.subscription FOR EACH ROW EXECUTE FUNCTION private.tell_deleted_subscription();
alter table public.subscription enable row level security, force row level security;
create policy deciding on public.subscription for select to liaison_authz
  using (true);
create policy keeping on public.subscription for all to liaison_owner
  using (true)
  with check (true);
create policy own on public.subscription for all to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))))
  with check (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy own_work on public.subscription for all to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])))
  with check ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])));
create policy owners_read on public.subscription as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.subscription as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.subscription for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.subscription for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy realm_admin on public.subscription for all to liaison_realm
  using ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))))
  with check ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))));
grant select on public.subscription to liaison_authz;
grant select on public.subscription to liaison_ingest;
grant select on public.subscription to liaison_job;
grant select on public.subscription to liaison_platform;
grant select on public.subscription to liaison_program;
grant select on public.subscription to liaison_realm;
grant update (status, cancel_cause, end_reason, end_note) on public.subscription to liaison_ingest;
grant update (status, cancel_cause, end_reason, end_note) on public.subscription to liaison_job;
grant update (status, confirmed_by_name, cancel_cause, end_reason, end_note) on public.subscription to liaison_program;
grant insert (partner_id, end_user_id, first_plan_id) on public.subscription to liaison_realm;
grant update (status, cancel_cause, end_reason, end_note) on public.subscription to liaison_realm;

-- What became of each subscription, written by the database at every change; append-only.
create table public.subscription_event (
  id uuid not null default uuidv7(),
  subscription_id uuid not null,
  partner_id uuid not null,
  end_user_id uuid not null,
  occurred_at timestamp with time zone not null default clock_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  actor_kind text not null,
  actor_name text,
  details jsonb not null default '{}'::jsonb,
  constraint subscription_event_partner_id_end_user_id_subscription_id_fkey FOREIGN KEY (partner_id, end_user_id, subscription_id) REFERENCES public.subscription(partner_id, end_user_id, id) ON DELETE CASCADE,
  constraint subscription_event_pkey PRIMARY KEY (id)
);
CREATE INDEX subscription_event_partner_id_end_user_id_idx ON public.subscription_event USING btree (partner_id, end_user_id);
CREATE INDEX subscription_event_subscription_id_occurred_at_idx ON public.subscription_event USING btree (subscription_id, occurred_at);
CREATE TRIGGER append_only BEFORE UPDATE ON public.subscription_event FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.subscription_event FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.subscription_event enable row level security, force row level security;
create policy deciding on public.subscription_event for select to liaison_authz
  using (true);
create policy keeping on public.subscription_event for all to liaison_owner
  using (true)
  with check (true);
create policy own on public.subscription_event for all to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))))
  with check (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy own_work on public.subscription_event for all to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])))
  with check ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])));
create policy owners_read on public.subscription_event as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.subscription_event for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.subscription_event for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy realm_admin on public.subscription_event for select to liaison_realm
  using ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))));
grant select on public.subscription_event to liaison_authz;
grant select on public.subscription_event to liaison_ingest;
grant select on public.subscription_event to liaison_job;
grant select on public.subscription_event to liaison_platform;
grant select on public.subscription_event to liaison_program;
grant select on public.subscription_event to liaison_realm;

-- What holds an end user's subscription, or its whole account when no subscription is named. A subscription is suspended while one of them blocks it, and works again when none does (C7).
create table public.subscription_hold (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  subscription_id uuid,
  kind text not null,
  blocks_entitlement boolean not null default true,
  reason text not null,
  placed_by_side text not null default 'clock'::text,
  placed_by_name text not null default ''::text,
  placed_at timestamp with time zone not null default now(),
  released_at timestamp with time zone,
  released_by_side text,
  released_by_name text,
  release_reason text,
  constraint subscription_hold_check CHECK (((released_at IS NULL) = (released_by_side IS NULL))),
  constraint subscription_hold_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'policy'::text, 'manual'::text, 'quota'::text, 'partner'::text]))),
  constraint subscription_hold_partner_id_end_user_id_fkey FOREIGN KEY (partner_id, end_user_id) REFERENCES public.end_user(partner_id, id) ON DELETE CASCADE,
  constraint subscription_hold_partner_id_end_user_id_subscription_id_fkey FOREIGN KEY (partner_id, end_user_id, subscription_id) REFERENCES public.subscription(partner_id, end_user_id, id) ON DELETE CASCADE,
  constraint subscription_hold_pkey PRIMARY KEY (id),
  constraint subscription_hold_placed_by_side_check CHECK ((placed_by_side = ANY (ARRAY['provider'::text, 'partner'::text, 'clock'::text]))),
  constraint subscription_hold_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint subscription_hold_release_reason_check CHECK ((char_length(release_reason) <= 500)),
  constraint subscription_hold_released_by_side_check CHECK ((released_by_side = ANY (ARRAY['provider'::text, 'partner'::text, 'clock'::text])))
);
CREATE INDEX subscription_hold_partner_id_end_user_id_idx ON public.subscription_hold USING btree (partner_id, end_user_id);
CREATE INDEX subscription_hold_subscription_id_idx ON public.subscription_hold USING btree (subscription_id);
CREATE UNIQUE INDEX subscription_hold_once ON public.subscription_hold USING btree (end_user_id, subscription_id, kind) NULLS NOT DISTINCT WHERE (released_at IS NULL);
CREATE TRIGGER a_name_side BEFORE INSERT OR UPDATE ON public.subscription_hold FOR EACH ROW EXECUTE FUNCTION private.name_side_of_hold();
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.subscription_hold FOR EACH ROW WHEN ((new.placed_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('placed_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.subscription_hold FOR EACH ROW WHEN ((new.released_by_name IS DISTINCT FROM old.released_by_name)) EXECUTE FUNCTION private.act_in_own_name('released_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.subscription_hold REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.subscription_hold REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.subscription_hold REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER check_hold BEFORE INSERT OR UPDATE ON public.subscription_hold FOR EACH ROW EXECUTE FUNCTION private.check_hold();
CREATE TRIGGER derive_suspension AFTER INSERT OR UPDATE ON public.subscription_hold FOR EACH ROW EXECUTE FUNCTION private.derive_suspension();
alter table public.subscription_hold enable row level security, force row level security;
create policy deciding on public.subscription_hold for select to liaison_authz
  using (true);
create policy keeping on public.subscription_hold for all to liaison_owner
  using (true)
  with check (true);
create policy own on public.subscription_hold for select to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy own_work on public.subscription_hold for all to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])))
  with check ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])));
create policy owners_insert on public.subscription_hold as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.subscription_hold as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.subscription_hold as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.subscription_hold for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.subscription_hold for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy realm_admin on public.subscription_hold for all to liaison_realm
  using ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))))
  with check ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))));
create policy taking_over on public.subscription_hold for insert to liaison_authz
  with check (true);
grant select on public.subscription_hold to liaison_authz;
grant select on public.subscription_hold to liaison_ingest;
grant select on public.subscription_hold to liaison_job;
grant select on public.subscription_hold to liaison_platform;
grant select on public.subscription_hold to liaison_program;
grant select on public.subscription_hold to liaison_realm;
grant insert (partner_id, end_user_id, kind, blocks_entitlement, reason, placed_by_side, placed_at) on public.subscription_hold to liaison_authz;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name) on public.subscription_hold to liaison_ingest;
grant update (released_at, released_by_name, release_reason) on public.subscription_hold to liaison_ingest;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name) on public.subscription_hold to liaison_job;
grant update (released_at, released_by_name, release_reason) on public.subscription_hold to liaison_job;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name) on public.subscription_hold to liaison_platform;
grant update (released_at, released_by_name, release_reason) on public.subscription_hold to liaison_platform;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name) on public.subscription_hold to liaison_program;
grant update (released_at, released_by_name, release_reason) on public.subscription_hold to liaison_program;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name) on public.subscription_hold to liaison_realm;
grant update (released_at, released_by_name, release_reason) on public.subscription_hold to liaison_realm;

-- The plan and terms of a subscription from an instant on, copied when they were taken. The last one that has begun and was not taken back holds; a later plan or price of the partner changes none of it.
create table public.subscription_term (
  id uuid not null default uuidv7(),
  subscription_id uuid not null,
  partner_id uuid not null,
  end_user_id uuid not null,
  plan_id uuid not null,
  plan_version_id uuid not null,
  price_minor bigint not null,
  currency character(3) not null,
  period text not null,
  limits jsonb not null,
  starts_at timestamp with time zone not null,
  withdrawn_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint subscription_term_partner_id_end_user_id_subscription_id_fkey FOREIGN KEY (partner_id, end_user_id, subscription_id) REFERENCES public.subscription(partner_id, end_user_id, id) ON DELETE CASCADE,
  constraint subscription_term_pkey PRIMARY KEY (id),
  constraint subscription_term_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plan(id),
  constraint subscription_term_plan_version_id_fkey FOREIGN KEY (plan_version_id) REFERENCES public.plan_version(id)
);
CREATE INDEX subscription_term_partner_id_end_user_id_idx ON public.subscription_term USING btree (partner_id, end_user_id);
CREATE INDEX subscription_term_plan_id_idx ON public.subscription_term USING btree (plan_id);
CREATE INDEX subscription_term_plan_version_id_idx ON public.subscription_term USING btree (plan_version_id);
CREATE INDEX subscription_term_subscription_id_starts_at_idx ON public.subscription_term USING btree (subscription_id, starts_at DESC);
CREATE TRIGGER audited_delete AFTER DELETE ON public.subscription_term REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.subscription_term REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.subscription_term REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER enforce_term BEFORE INSERT OR UPDATE ON public.subscription_term FOR EACH ROW EXECUTE FUNCTION private.enforce_term();
CREATE TRIGGER fix_taken_terms AFTER INSERT ON public.subscription_term FOR EACH ROW EXECUTE FUNCTION private.fix_taken_terms();
CREATE TRIGGER tell_changed_insert AFTER INSERT ON public.subscription_term FOR EACH ROW EXECUTE FUNCTION private.tell_changed_subscription();
CREATE TRIGGER tell_changed_update AFTER UPDATE OF withdrawn_at ON public.subscription_term FOR EACH ROW WHEN (((old.withdrawn_at IS NULL) AND (new.withdrawn_at IS NOT NULL))) EXECUTE FUNCTION private.tell_changed_subscription();
alter table public.subscription_term enable row level security, force row level security;
create policy deciding on public.subscription_term for select to liaison_authz
  using (true);
create policy keeping on public.subscription_term for all to liaison_owner
  using (true)
  with check (true);
create policy own on public.subscription_term for all to liaison_realm
  using (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))))
  with check (((partner_id = ( SELECT access.realm_inside() AS realm_inside)) AND (end_user_id = ( SELECT access.context_id('end_user_id'::text) AS context_id))));
create policy own_work on public.subscription_term for all to liaison_ingest, liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])))
  with check ((( SELECT access.context_plane() AS context_plane) = ANY (ARRAY['system'::text, 'ingest'::text])));
create policy owners_read on public.subscription_term as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.subscription_term for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.subscription_term for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy realm_admin on public.subscription_term for select to liaison_realm
  using ((( SELECT access.is_realm_admin() AS is_realm_admin) AND (partner_id = ( SELECT access.realm_inside() AS realm_inside))));
grant select on public.subscription_term to liaison_authz;
grant select on public.subscription_term to liaison_ingest;
grant select on public.subscription_term to liaison_job;
grant select on public.subscription_term to liaison_platform;
grant select on public.subscription_term to liaison_program;
grant select on public.subscription_term to liaison_realm;
grant insert (subscription_id, plan_id, starts_at) on public.subscription_term to liaison_realm;
grant update (withdrawn_at) on public.subscription_term to liaison_realm;

-- Reads under the rights and row policies of whoever asks.
-- owner: liaison_owner
create view public.plan_overview with (security_invoker=true) as
 SELECT p.id,
    p.partner_id,
    p.code,
    p.name,
    p.description,
    p.requires_flag,
    p.state,
    p.running,
    p.version,
    p.current_number,
    p.created_at,
    p.discontinued_at,
    v.id AS plan_version_id,
    v.price_minor AS list_price_minor,
    COALESCE(pp.price_minor, v.price_minor) AS price_minor,
    v.currency,
    v.period,
    v.limits AS list_limits,
    access.tighten_limits(v.limits, COALESCE(pp.limits, '{}'::jsonb)) AS limits,
    v.benefits,
    (v.used_at IS NOT NULL) AS is_fixed,
    ARRAY( SELECT r.role
           FROM public.plan_role r
          WHERE (r.plan_id = p.id)
          ORDER BY (array_position(ARRAY['basic'::text, 'advanced'::text, 'company'::text], r.role))) AS roles,
    pp.is_allowed,
    pp.is_offered,
    pp.price_minor AS own_price_minor,
    pp.limits AS own_limits,
    pp.version AS own_version
   FROM ((public.plan p
     JOIN public.plan_version v ON (((v.plan_id = p.id) AND (v.number = p.current_number))))
     LEFT JOIN public.partner_plan pp ON (((p.partner_id IS NULL) AND (pp.plan_id = p.id) AND (pp.partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id)))));
grant select on public.plan_overview to liaison_platform;
grant select on public.plan_overview to liaison_program;
grant select on public.plan_overview to liaison_realm;

-- Reads under the rights and row policies of whoever asks; state, end and plan are as time has made them.
-- owner: liaison_owner
create view public.subscription_overview with (security_invoker=true) as
 SELECT s.id,
    s.partner_id,
    s.end_user_id,
    u.role AS user_role,
    u.status AS user_status,
    s.status,
    access.own_subscription_state(s.*) AS state,
    s.asked_at,
    s.signing_until,
    s.signed_at,
    s.confirmed_by_name,
    s.cancel_cause,
    s.cancel_at,
    access.paid_until(s.*) AS paid_until,
        CASE
            WHEN (access.own_subscription_state(s.*) = 'unsigned'::text) THEN COALESCE(s.ended_at, s.cancel_at, s.signing_until)
            ELSE NULL::timestamp with time zone
        END AS ended_at,
        CASE
            WHEN (access.own_subscription_state(s.*) = 'unsigned'::text) THEN COALESCE(s.end_reason,
            CASE
                WHEN (s.cancel_at <= statement_timestamp()) THEN 'period_over'::text
                ELSE 'timed_out'::text
            END)
            ELSE NULL::text
        END AS end_reason,
    s.end_note,
    t.plan_id,
    p.name AS plan_name,
    p.requires_flag,
    t.plan_version_id,
    t.price_minor,
    t.currency,
    t.period,
    t.limits,
    n.id AS next_term_id,
    n.plan_id AS next_plan_id,
    np.name AS next_plan_name,
    n.price_minor AS next_price_minor,
    n.currency AS next_currency,
    n.period AS next_period,
    n.starts_at AS next_at,
    ARRAY( SELECT DISTINCT h.kind
           FROM public.subscription_hold h
          WHERE ((h.end_user_id = s.end_user_id) AND (h.released_at IS NULL) AND h.blocks_entitlement AND ((h.subscription_id IS NULL) OR (h.subscription_id = s.id)))
          ORDER BY h.kind) AS holds
   FROM (((((public.subscription s
     JOIN LATERAL ( SELECT x.id,
            x.subscription_id,
            x.partner_id,
            x.end_user_id,
            x.plan_id,
            x.plan_version_id,
            x.price_minor,
            x.currency,
            x.period,
            x.limits,
            x.starts_at,
            x.withdrawn_at,
            x.created_at
           FROM public.subscription_term x
          WHERE ((x.subscription_id = s.id) AND (x.withdrawn_at IS NULL) AND (x.starts_at <= statement_timestamp()))
          ORDER BY x.starts_at DESC, x.id DESC
         LIMIT 1) t ON (true))
     LEFT JOIN public.plan p ON ((p.id = t.plan_id)))
     LEFT JOIN LATERAL ( SELECT x.id,
            x.subscription_id,
            x.partner_id,
            x.end_user_id,
            x.plan_id,
            x.plan_version_id,
            x.price_minor,
            x.currency,
            x.period,
            x.limits,
            x.starts_at,
            x.withdrawn_at,
            x.created_at
           FROM public.subscription_term x
          WHERE ((x.subscription_id = s.id) AND (x.withdrawn_at IS NULL) AND (x.starts_at > statement_timestamp()))
          ORDER BY x.starts_at
         LIMIT 1) n ON ((access.own_subscription_state(s.*) <> 'unsigned'::text)))
     LEFT JOIN public.plan np ON ((np.id = n.plan_id)))
     LEFT JOIN public.end_user u ON ((u.id = s.end_user_id)));
grant select on public.subscription_overview to liaison_platform;
grant select on public.subscription_overview to liaison_program;
grant select on public.subscription_overview to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.blocking_holds(of_end_user uuid, of_subscription uuid)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- A hold that a limit of operations placed ends with the limit's window (C5).
  return (
    select coalesce(array_agg(distinct h.kind order by h.kind), '{}') from public.subscription_hold h
    where h.end_user_id = of_end_user and h.released_at is null and h.blocks_entitlement and (h.subscription_id is null or h.subscription_id = of_subscription)
      and (h.kind <> 'quota' or not access.is_quota_hold_over(h.id)));
end
$function$;
grant execute on access.blocking_holds(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_plan_users(plans uuid[])
 RETURNS TABLE(plan_id uuid, partner_id uuid, live integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (access.term_now(s.id)).plan_id, s.partner_id, count(*)::integer
  from public.subscription s
  where s.id in (select t.subscription_id from public.subscription_term t where t.plan_id = any (plans)) and s.status <> 'unsigned' and access.subscription_state(s) <> 'unsigned'
    and (access.context_plane() = 'platform' or (access.context_plane() = 'program' and s.partner_id = access.partner_of_owner()))
  group by 1, 2
$function$;
grant execute on access.count_plan_users(uuid[]) to liaison_platform;
grant execute on access.count_plan_users(uuid[]) to liaison_program;

-- C7: effective access of an end user, computed and never stored. features_off: the features that are off for the partner.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.effective_subscription(of_end_user uuid, features_off text[] DEFAULT '{}'::text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  u record;
  s public.subscription;
  t public.subscription_term;
  needed text;
  holds text[] := '{}';
  plane text := access.context_plane();
  code text;
begin
  if not access.is_in_own_plane() then
    return null;
  end if;
  select e.id, e.partner_id, e.status, o.status as partner_status, access.role_in_force(e.role, e.verified_until) <> e.role as has_lapsed into u from public.end_user e join public.partner o on o.id = e.partner_id where e.id = of_end_user;
  if u.id is null or (plane in ('program', 'realm') and u.partner_id is distinct from access.context_id('partner_id')) or (plane = 'program' and access.partner_of_owner() is null) or (plane = 'realm' and u.id is distinct from access.context_id('end_user_id')) then
    return null;
  end if;
  s := access.live_subscription(of_end_user);
  if s.id is not null then
    t := access.term_now(s.id);
    select p.requires_flag into needed from public.plan p where p.id = t.plan_id;
    holds := access.blocking_holds(of_end_user, s.id);
  end if;
  code := case
    when u.partner_status <> 'active' then 'PARTNER_INACTIVE'
    when u.status not in ('active', 'signing') then 'END_USER_INACTIVE'
    when s.id is null then 'NOT_SUBSCRIBED'
    when s.status = 'signing' then 'SUBSCRIPTION_NOT_SIGNED'
    when cardinality(holds) > 0 then 'SUBSCRIPTION_HELD'
    when not access.is_eligible(of_end_user, t.plan_id) and (u.has_lapsed or (s.cancel_cause is null and not access.has_next_term(s.id))) then 'PLAN_NOT_FOR_ROLE'
    when needed = any (features_off) then 'FEATURE_DISABLED'
    else 'ALLOWED' end;
  return jsonb_build_object('allowed', code = 'ALLOWED', 'code', code, 'status', case when u.status = 'active' and s.status = 'signing' then 'signing' else u.status end,
    'sub_status', access.sub_status(of_end_user), 'subscription_id', s.id, 'plan_id', t.plan_id, 'holds', to_jsonb(holds));
end
$function$;
grant execute on access.effective_subscription(uuid,text[]) to liaison_ingest;
grant execute on access.effective_subscription(uuid,text[]) to liaison_job;
grant execute on access.effective_subscription(uuid,text[]) to liaison_owner;
grant execute on access.effective_subscription(uuid,text[]) to liaison_platform;
grant execute on access.effective_subscription(uuid,text[]) to liaison_program;
grant execute on access.effective_subscription(uuid,text[]) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_next_term(of_subscription uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.subscription_term t where t.subscription_id = of_subscription and t.withdrawn_at is null and t.starts_at > statement_timestamp()) $function$;
grant execute on access.has_next_term(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_eligible(of_end_user uuid, of_plan uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from public.end_user u join public.plan_role r on r.plan_id = of_plan and r.role = access.role_in_force(u.role, u.verified_until) where u.id = of_end_user) $function$;
grant execute on access.is_eligible(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_on_hold(of_end_user uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  s public.subscription := access.live_subscription(of_end_user);
begin
  return cardinality(access.blocking_holds(of_end_user, s.id)) > 0;
end
$function$;
grant execute on access.is_on_hold(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_own_subscription(s public.subscription)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select session_user not in ('liaison_realm', 'liaison_program') or exists (
    select from public.subscription x
    where x.id = s.id and x.end_user_id = s.end_user_id and case session_user
      when 'liaison_program' then x.partner_id = access.partner_of_owner()
      else x.end_user_id = access.context_id('end_user_id') or (access.is_realm_admin() and x.partner_id = access.context_id('partner_id')) end)
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lent_plans()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select pp.plan_id from public.partner_plan pp join public.plan p on p.id = pp.plan_id and p.state <> 'draft' where pp.partner_id = access.own_partner() and (pp.is_allowed or pp.version > 1) $function$;
grant execute on access.lent_plans() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.live_subscription(of_end_user uuid)
 RETURNS public.subscription
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
  select s from public.subscription s
  where s.end_user_id = of_end_user and s.status in ('signing', 'signed', 'suspended') and access.subscription_state(s) <> 'unsigned'
  $function$;
grant execute on access.live_subscription(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.may_take(of_end_user uuid, of_plan uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
    where u.id = of_end_user and u.status in ('active', 'signing') and of_plan in (select access.open_plans(u.partner_id, access.role_in_force(u.role, u.verified_until))))
  $function$;
grant execute on access.may_take(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.open_plans(of_partner uuid, for_role text)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id from public.plan p
  join public.plan_role r on r.plan_id = p.id and r.role = for_role
  where p.state = 'offered' and (p.partner_id = of_partner
    or (p.partner_id is null and exists (select from public.partner_plan pp where pp.plan_id = p.id and pp.partner_id = of_partner and pp.is_allowed and pp.is_offered)))
  $function$;
grant execute on access.open_plans(uuid,text) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_api_access()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select case when access.context_plane() = 'realm' then access.plan_limits(access.context_id('end_user_id')) ->> 'api.access_level' end $function$;
grant execute on access.own_api_access() to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_subscription_state(s public.subscription)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.subscription_state(s) where access.is_own_subscription(s) $function$;
grant execute on access.own_subscription_state(public.subscription) to liaison_platform;
grant execute on access.own_subscription_state(public.subscription) to liaison_program;
grant execute on access.own_subscription_state(public.subscription) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.paid_until(s public.subscription)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  t public.subscription_term := access.term_now(s.id);
begin
  if s.signed_at is null or t.id is null or not access.is_own_subscription(s) then
    return null;
  end if;
  return access.period_end(greatest(s.signed_at, t.starts_at), t.period, statement_timestamp());
end
$function$;
grant execute on access.paid_until(public.subscription) to liaison_ingest;
grant execute on access.paid_until(public.subscription) to liaison_job;
grant execute on access.paid_until(public.subscription) to liaison_owner;
grant execute on access.paid_until(public.subscription) to liaison_platform;
grant execute on access.paid_until(public.subscription) to liaison_program;
grant execute on access.paid_until(public.subscription) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.period_end(anchor timestamp with time zone, period text, at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  step interval := case period when 'day' then interval '1 day' when 'week' then interval '7 days' when 'month' then interval '1 month' else interval '1 year' end;
  days integer := case period when 'day' then 1 when 'week' then 7 when 'month' then 31 else 366 end;
  from_then timestamp := anchor at time zone 'UTC';
  until_then timestamp := greatest(at, anchor) at time zone 'UTC';
  number integer := floor(extract(epoch from until_then - from_then) / 86400 / days)::integer;
begin
  while from_then + number * step <= until_then loop
    number := number + 1;
  end loop;
  return (from_then + number * step) at time zone 'UTC';
end
$function$;
grant execute on access.period_end(timestamp with time zone,text,timestamp with time zone) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.plan_limits(of_end_user uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  s public.subscription := access.live_subscription(of_end_user);
  t public.subscription_term;
begin
  if (s.id is null or s.status = 'signing'
    or exists (select from public.end_user u where u.id = of_end_user and access.role_in_force(u.role, u.verified_until) <> u.role)) then
    return '{}';
  end if;
  t := access.term_now(s.id);
  return coalesce(t.limits, '{}');
end
$function$;
grant execute on access.plan_limits(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.plan_terms(of_plan uuid, of_partner uuid)
 RETURNS TABLE(plan_version_id uuid, price_minor bigint, currency character, period text, limits jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select v.id, coalesce(pp.price_minor, v.price_minor), v.currency, v.period, access.tighten_limits(v.limits, coalesce(pp.limits, '{}'))
  from public.plan p
  join public.plan_version v on v.plan_id = p.id and v.number = p.current_number
  left join public.partner_plan pp on p.partner_id is null and pp.plan_id = p.id and pp.partner_id = of_partner
  where p.id = of_plan and (p.partner_id is null or p.partner_id = of_partner)
  $function$;
grant execute on access.plan_terms(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.sub_status(of_end_user uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(
    (select access.subscription_state(s) from public.subscription s where s.end_user_id = of_end_user and access.subscription_state(s) in ('signed', 'suspended') limit 1),
    (select 'unsigned' from public.subscription s where s.end_user_id = of_end_user and access.subscription_state(s) = 'unsigned' limit 1),
    'absent')
  $function$;
grant execute on access.sub_status(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.subscription_state(s public.subscription)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when s.status = 'unsigned' or (s.status = 'signing' and s.signing_until <= statement_timestamp()) or s.cancel_at <= statement_timestamp() then 'unsigned'
    when s.status = 'signing' then 'signing'
    when cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0 then 'suspended'
    else 'signed' end
  $function$;
grant execute on access.subscription_state(public.subscription) to liaison_ingest;
grant execute on access.subscription_state(public.subscription) to liaison_job;
grant execute on access.subscription_state(public.subscription) to liaison_owner;
grant execute on access.subscription_state(public.subscription) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.term_now(of_subscription uuid)
 RETURNS public.subscription_term
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t from public.subscription_term t
  where t.subscription_id = of_subscription and t.withdrawn_at is null and t.starts_at <= statement_timestamp()
  order by t.starts_at desc, t.id desc limit 1
  $function$;
grant execute on access.term_now(uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tighten_limits(given jsonb, further jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(jsonb_object_agg(k.key, case
      when jsonb_typeof(given -> k.key) = 'number' and jsonb_typeof(further -> k.key) = 'number' then to_jsonb(least((given ->> k.key)::numeric, (further ->> k.key)::numeric))
      when k.key = 'api.access_level' and given ? k.key and further ? k.key
        then case when 'none' in (given ->> k.key, further ->> k.key) then '"none"' when 'sandbox' in (given ->> k.key, further ->> k.key) then '"sandbox"' else '"live"' end::jsonb
      else coalesce(further -> k.key, given -> k.key) end), '{}')
  from (select jsonb_object_keys(coalesce(given, '{}')) as key union select jsonb_object_keys(coalesce(further, '{}'))) k
  $function$;
grant execute on access.tighten_limits(jsonb,jsonb) to liaison_owner;
grant execute on access.tighten_limits(jsonb,jsonb) to liaison_platform;
grant execute on access.tighten_limits(jsonb,jsonb) to liaison_program;
grant execute on access.tighten_limits(jsonb,jsonb) to liaison_realm;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.visible_plans()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select access.open_plans(u.partner_id, access.role_in_force(u.role, u.verified_until))
  from public.end_user u join public.partner p on p.id = u.partner_id and p.status = 'active'
  where access.context_plane() = 'realm' and u.id = access.context_id('end_user_id') and u.partner_id = access.context_id('partner_id')
  union
  select t.plan_id from public.subscription_term t
  where access.context_plane() = 'realm' and t.end_user_id = access.context_id('end_user_id') and t.partner_id = access.context_id('partner_id')
  union
  select p.id from public.plan p
  where access.is_realm_admin() and p.state <> 'draft'
    and (p.partner_id = access.realm_inside() or p.id in (select pp.plan_id from public.partner_plan pp where pp.partner_id = access.realm_inside()))
  $function$;
grant execute on access.visible_plans() to liaison_realm;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.begin_terms()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into subscription_term (subscription_id, plan_id, starts_at) values (new.id, new.first_plan_id, new.asked_at);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_hold()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.end_user_id));
  if tg_op = 'INSERT' and new.subscription_id is not null and not exists (
    select from subscription s where s.id = new.subscription_id and access.subscription_state(s) <> 'unsigned') then
    raise exception 'the subscription is over' using errcode = 'check_violation', constraint = 'subscription_over';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_subscription_begin(s public.subscription)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if s.end_user_id is distinct from access.context_id('end_user_id') or s.status <> 'signing' then
    raise exception 'a subscription is begun by its end user' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if cardinality(access.blocking_holds(s.end_user_id, null)) > 0 then
    raise exception 'the account is held' using errcode = 'check_violation', constraint = 'subscription_held';
  end if;
  if not access.may_take(s.end_user_id, s.first_plan_id) then
    raise exception 'the plan is not for this end user' using errcode = 'check_violation', constraint = 'subscription_not_eligible';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_subscription_cancel(old_row public.subscription, new_row public.subscription, side text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  of_plan uuid := (access.term_now(old_row.id)).plan_id;
  cause text := coalesce(new_row.cancel_cause, old_row.cancel_cause);
  may_say boolean;
begin
  if old_row.cancel_cause is not null and new_row.cancel_cause is not null then
    raise exception 'the subscription ends already' using errcode = 'check_violation', constraint = 'subscription_ending';
  end if;
  may_say := cause = side or case cause
    when 'role' then access.is_eligible(old_row.end_user_id, of_plan) = (new_row.cancel_cause is null)
    when 'discontinued' then new_row.cancel_cause is not null and exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and p.running <> 'keep')
    else false end;
  -- It would end for this besides: who set the end first is no reason to go on.
  if side is not null and new_row.cancel_cause is null and not access.has_next_term(old_row.id) and private.ends_with_plan(old_row.end_user_id, of_plan) then
    raise exception 'the plan is not for this user any more' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if not coalesce(may_say, false) or old_row.status not in ('signed', 'suspended') then
    raise exception 'this end is somebody else''s' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_subscription_confirm(s public.subscription, side text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if side <> 'partner' and (access.configuration(s.partner_id) #>> '{policies,subscription_confirmation}') is distinct from 'automatic' then
    raise exception 'the partner confirms subscriptions itself' using errcode = 'check_violation', constraint = 'subscription_unconfirmed';
  end if;
  if cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0 then
    raise exception 'the account is held' using errcode = 'check_violation', constraint = 'subscription_held';
  end if;
  if not access.may_take(s.end_user_id, (access.term_now(s.id)).plan_id) then
    raise exception 'the plan is not for this end user' using errcode = 'check_violation', constraint = 'subscription_not_eligible';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_subscription_end(old_row public.subscription, reason text, side text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  of_plan uuid := (access.term_now(old_row.id)).plan_id;
  is_so boolean;
begin
  is_so := case reason
    when 'timed_out' then old_row.status = 'signing' and old_row.signing_until <= statement_timestamp()
    when 'period_over' then old_row.cancel_at <= statement_timestamp()
    when 'role' then not access.is_eligible(old_row.end_user_id, of_plan)
    when 'discontinued' then exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and (p.running = 'end_now' or old_row.status = 'signing'))
    when 'cancelled' then side = 'end_user'
    when 'declined' then side = 'partner' and old_row.status = 'signing'
    when 'ended' then side = 'partner' and old_row.status <> 'signing'
    when 'failed' then side = 'clock' and old_row.status = 'signing'
    else false end;
  if not coalesce(is_so, false) then
    raise exception 'a subscription does not end for this reason now' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_term_change(s public.subscription, to_plan uuid, side text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', s.end_user_id));
  perform pg_advisory_xact_lock_shared(access.lock_key('plan', to_plan));
  if side <> 'end_user' or s.end_user_id is distinct from access.context_id('end_user_id') or access.subscription_state(s) is distinct from 'signed' then
    raise exception 'a plan is changed by its end user while it is signed' using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if s.cancel_cause is not null then
    raise exception 'the subscription ends already' using errcode = 'check_violation', constraint = 'subscription_ending';
  end if;
  if not access.may_take(s.end_user_id, to_plan) then
    raise exception 'the plan is not for this end user' using errcode = 'check_violation', constraint = 'subscription_not_eligible';
  end if;
  if to_plan = (access.term_now(s.id)).plan_id then
    raise exception 'this is the plan already' using errcode = 'check_violation', constraint = 'subscription_same_plan';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.copy_partner_of_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  new.partner_id := (select p.partner_id from plan p where p.id = new.plan_id);
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.derive_suspension()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update subscription s set status = case when cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0 then 'suspended' else 'signed' end
  where s.end_user_id = new.end_user_id and s.status in ('signed', 'suspended') and access.subscription_state(s) <> 'unsigned'
    and (s.status = 'suspended') <> (cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0);
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_own_prices()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  about record;
begin
  if not exists (
    select from plan_version a join plan_version b on b.plan_id = a.plan_id and b.number = new.current_number
    where a.plan_id = new.id and a.number = old.current_number and (a.currency, a.period) <> (b.currency, b.period)) then
    return null;
  end if;
  for about in select l.partner_id, l.is_offered, l.price_minor from partner_plan l where l.plan_id = new.id order by l.partner_id for update loop
    update partner_plan l set price_minor = null, is_offered = l.is_offered and l.price_minor is null, version = l.version + 1
    where l.plan_id = new.id and l.partner_id = about.partner_id;
    if about.price_minor is not null and access.context() is not null then
      perform audit.record(jsonb_build_object('action', 'plans.offer_lent', 'partner_id', about.partner_id, 'resource_type', 'plan', 'resource_id', new.id, 'resource_label', new.name,
        'reason', 'The plan is sold in another currency or for another period.', 'changes', jsonb_build_object(
          'offered', jsonb_build_object('before', about.is_offered, 'after', false), 'price_minor', jsonb_build_object('before', about.price_minor, 'after', null))));
    end if;
  end loop;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.ends_with_plan(of_end_user uuid, of_plan uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select not access.is_eligible(of_end_user, of_plan) or exists (select from plan p where p.id = of_plan and p.state = 'discontinued' and p.running <> 'keep') $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_partner_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if exists (select from plan p where p.id = new.plan_id and p.partner_id is not null) then
    raise exception 'only plans of the catalogue are lent' using errcode = 'check_violation', constraint = 'partner_plan_catalogue';
  end if;
  if new.is_offered and not new.is_allowed then
    new.is_offered := false;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'INSERT' then
    if side is not null and new.state <> 'draft' then
      raise exception 'a plan begins as a draft' using errcode = 'check_violation', constraint = 'plan_transition';
    end if;
    return new;
  end if;
  if (new.id, new.code, new.created_at) is distinct from (old.id, old.code, old.created_at) or new.partner_id is distinct from old.partner_id then
    raise exception 'a plan keeps whose it is' using errcode = 'check_violation', constraint = 'plan_identity';
  end if;
  if old.state = 'discontinued' and side is not null then
    raise exception 'a discontinued plan stays as it is' using errcode = 'check_violation', constraint = 'plan_transition';
  end if;
  if new.state <> old.state and side is not null and not exists (
    select from state_transition t where t.entity = 'plan' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a plan from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'plan_transition';
  end if;
  if new.state = 'offered' and (not exists (select from plan_role r where r.plan_id = new.id)
    or not exists (select from plan_version v where v.plan_id = new.id and v.number = new.current_number)) then
    raise exception 'a plan is offered with terms, to at least one role' using errcode = 'check_violation', constraint = 'plan_incomplete';
  end if;
  if new.state = 'discontinued' and old.state <> 'discontinued' then
    new.discontinued_at := statement_timestamp();
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_plan_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    new.partner_id := (select p.partner_id from plan p where p.id = new.plan_id);
    return new;
  end if;
  if old.used_at is not null then
    raise exception 'terms that were offered never change' using errcode = 'check_violation', constraint = 'plan_version_used';
  end if;
  if tg_op = 'DELETE' or (new.id, new.plan_id, new.number, new.created_at) is distinct from (old.id, old.plan_id, old.number, old.created_at) or new.partner_id is distinct from old.partner_id then
    raise exception 'terms keep their place' using errcode = 'check_violation', constraint = 'plan_version_identity';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.subscription_side();
  mover text;
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.end_user_id));
  if tg_op = 'INSERT' then
    perform pg_advisory_xact_lock_shared(access.lock_key('plan', new.first_plan_id));
    perform private.note_overdue(new.end_user_id);
    if side is not null then
      perform private.check_subscription_begin(new);
    end if;
    return new;
  end if;
  if new.status = 'unsigned' and old.status <> 'unsigned' then
    new.ended_at := coalesce(case new.end_reason when 'timed_out' then old.signing_until when 'period_over' then old.cancel_at end, statement_timestamp());
  end if;
  if new.cancel_cause is distinct from old.cancel_cause then
    new.cancel_at := case when new.cancel_cause is not null then access.paid_until(old) end;
  end if;
  if new.status = 'signed' and old.status = 'signing' then
    new.signed_at := coalesce(new.signed_at, statement_timestamp());
  end if;
  if side is null then
    return new;
  end if;
  if (new.id, new.partner_id, new.end_user_id, new.first_plan_id, new.asked_at, new.signing_until) is distinct from (old.id, old.partner_id, old.end_user_id, old.first_plan_id, old.asked_at, old.signing_until) then
    raise exception 'a subscription keeps whose it is' using errcode = 'check_violation', constraint = 'subscription_identity';
  end if;
  if old.status = 'unsigned' or (access.subscription_state(old) = 'unsigned' and not (new.status = 'unsigned' and new.end_reason in ('timed_out', 'period_over'))) then
    raise exception 'the subscription is over' using errcode = 'check_violation', constraint = 'subscription_over';
  end if;
  if new.cancel_cause is distinct from old.cancel_cause then
    perform private.check_subscription_cancel(old, new, side);
  end if;
  if new.status = old.status then
    if (new.end_reason, new.end_note) is distinct from (old.end_reason, old.end_note) then
      raise exception 'a reason belongs to an end' using errcode = 'check_violation', constraint = 'subscription_transition';
    end if;
    return new;
  end if;
  if old.status in ('signed', 'suspended') and new.status in ('signed', 'suspended') then
    if (new.status = 'suspended') <> (cardinality(access.blocking_holds(new.end_user_id, new.id)) > 0) then
      raise exception 'a subscription is suspended while something holds it, and never else' using errcode = 'check_violation', constraint = 'subscription_derived';
    end if;
    return new;
  end if;
  mover := case when new.status = 'unsigned' and private.is_fact(new.end_reason) then 'clock' else side end;
  if not exists (select from state_transition t where t.entity = 'subscription' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = mover) then
    raise exception '% may not move a subscription from % to %', mover, old.status, new.status using errcode = 'check_violation', constraint = 'subscription_transition';
  end if;
  if new.status = 'signed' then
    perform private.check_subscription_confirm(old, side);
  elsif new.status = 'unsigned' then
    perform private.check_subscription_end(old, new.end_reason, side);
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_term()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.subscription_side();
  s subscription;
  offer record;
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - 'withdrawn_at') is distinct from (to_jsonb(old) - 'withdrawn_at') or (side is not null and (old.withdrawn_at is not null or old.starts_at <= statement_timestamp())) then
      raise exception 'terms that began never change' using errcode = 'check_violation', constraint = 'subscription_term_begun';
    end if;
    -- Another change in its stead takes it back inside of the insert below, and is none of this.
    if side = 'end_user' and pg_trigger_depth() = 1 and private.ends_with_plan(old.end_user_id, (access.term_now(old.subscription_id)).plan_id) then
      raise exception 'the plan before it ends' using errcode = 'check_violation', constraint = 'subscription_transition';
    end if;
    new.withdrawn_at := case when new.withdrawn_at is not null then statement_timestamp() end;
    return new;
  end if;
  select * into s from subscription x where x.id = new.subscription_id;
  new.partner_id := s.partner_id;
  new.end_user_id := s.end_user_id;
  select * into offer from access.plan_terms(new.plan_id, s.partner_id);
  new.plan_version_id := offer.plan_version_id;
  new.price_minor := offer.price_minor;
  new.currency := offer.currency;
  new.period := offer.period;
  new.limits := offer.limits;
  if side is null or not exists (select from subscription_term t where t.subscription_id = new.subscription_id) then
    return new;
  end if;
  perform private.check_term_change(s, new.plan_id, side);
  new.starts_at := case when new.starts_at <= statement_timestamp() then statement_timestamp() else access.paid_until(s) end;
  update subscription_term t set withdrawn_at = statement_timestamp() where t.subscription_id = s.id and t.withdrawn_at is null and t.starts_at > statement_timestamp();
  insert into subscription_event (subscription_id, partner_id, end_user_id, action, from_state, to_state, actor_kind, actor_name, details)
  values (s.id, s.partner_id, s.end_user_id, 'change_plan', s.status, s.status, 'end_user', access.context() ->> 'actor_name', jsonb_build_object('plan_id', new.plan_id, 'starts_at', new.starts_at));
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.fix_offered_terms()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update plan_version v set used_at = statement_timestamp() where v.plan_id = new.id and v.number = new.current_number and v.used_at is null;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.fix_taken_terms()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update plan_version v set used_at = statement_timestamp() where v.id = new.plan_version_id and v.used_at is null;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.hold_plan()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('plan', new.id));
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.is_fact(reason text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN COALESCE((reason = ANY (ARRAY['timed_out'::text, 'period_over'::text, 'role'::text, 'discontinued'::text])), false);

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_used_role()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(access.lock_key('plan', old.plan_id));
  if exists (select from plan p where p.id = old.plan_id and p.state = 'offered') and not exists (select from plan_role r where r.plan_id = old.plan_id and r.role <> old.role) then
    raise exception 'a plan on offer is for somebody' using errcode = 'check_violation', constraint = 'plan_incomplete';
  end if;
  if exists (select from subscription_term t join subscription s on s.id = t.subscription_id join end_user u on u.id = s.end_user_id
    where t.plan_id = old.plan_id and u.role = old.role and access.subscription_state(s) <> 'unsigned' and (access.term_now(s.id)).plan_id = old.plan_id) then
    raise exception 'somebody has the plan in this role' using errcode = 'check_violation', constraint = 'plan_role_used';
  end if;
  return old;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.name_side_of_hold()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := case current_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'clock' when 'liaison_owner' then 'clock' end;
  kind_side text := case new.kind when 'policy' then 'provider' when 'manual' then 'partner' when 'partner' then 'partner' else 'clock' end;
begin
  -- Asked in a statement of its own, since only this login may ask.
  if current_user = 'liaison_realm' then
    side := private.subscription_side();
  end if;
  if side is null then
    return new;
  end if;
  if side <> kind_side then
    raise exception '% neither places nor releases a hold of the kind %', side, new.kind using errcode = 'check_violation', constraint = 'subscription_hold_kind';
  end if;
  if tg_op = 'INSERT' then
    new.placed_by_side := side;
    return new;
  end if;
  if old.released_at is not null or new.released_at is null then
    raise exception 'a hold is released once' using errcode = 'check_violation', constraint = 'subscription_hold_released';
  end if;
  new.released_at := statement_timestamp();
  new.released_by_side := side;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_overdue(of_end_user uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  noted integer;
begin
  update subscription s set status = 'unsigned', end_reason = case when s.cancel_at <= statement_timestamp() then 'period_over' else 'timed_out' end
  where s.end_user_id = of_end_user and s.status <> 'unsigned' and access.subscription_state(s) = 'unsigned';
  get diagnostics noted = row_count;
  return noted;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  is_new boolean := tg_op = 'INSERT';
  before text;
  did text;
  by_fact boolean := false;
begin
  if is_new then
    did := 'start';
  else
    before := old.status;
    if new.status <> old.status then
      did := case when new.status = 'suspended' then 'hold' when new.status = 'unsigned' then new.end_reason when old.status = 'suspended' then 'release' else 'confirm' end;
      by_fact := new.status = 'unsigned' and private.is_fact(new.end_reason);
    elsif new.cancel_cause is distinct from old.cancel_cause then
      did := case when new.cancel_cause is null then 'keep' else 'plan_end' end;
      by_fact := coalesce(new.cancel_cause, old.cancel_cause) in ('role', 'discontinued');
    else
      return null;
    end if;
  end if;
  insert into subscription_event (subscription_id, partner_id, end_user_id, occurred_at, action, from_state, to_state, actor_kind, actor_name, details)
  values (new.id, new.partner_id, new.end_user_id, case when is_new then new.asked_at else clock_timestamp() end, did, before, new.status, case when by_fact then 'clock' else coalesce(private.subscription_side(), 'clock') end,
    case when not by_fact then context ->> 'actor_name' end, jsonb_strip_nulls(jsonb_build_object('cancel_at', new.cancel_at, 'cause', new.cancel_cause, 'note', new.end_note)));
  if not is_new and new.status <> before then
    insert into outbox (topic, payload) values ('subscription.' || new.status, jsonb_build_object('subscription_id', new.id, 'partner_id', new.partner_id, 'end_user_id', new.end_user_id));
  end if;
  if by_fact and context is not null then
    perform audit.record(jsonb_build_object('action', case did when 'keep' then 'subscriptions.keep' when 'plan_end' then 'subscriptions.plan_end' else 'subscriptions.run_out' end, 'partner_id', new.partner_id,
      'resource_type', 'subscription', 'resource_id', new.id, 'reason', coalesce(new.end_reason, new.cancel_cause, old.cancel_cause),
      'changes', jsonb_build_object('state', jsonb_build_object('before', before, 'after', new.status))));
  end if;
  return null;
end
$function$;

-- For definer functions of other modules: no login may call it.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.place_hold(of_end_user uuid, of_subscription uuid, hold_kind text, hold_reason text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  of_partner uuid := (select u.partner_id from end_user u where u.id = of_end_user);
  placed uuid;
begin
  insert into subscription_hold (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name)
  values (of_partner, of_end_user, of_subscription, hold_kind, hold_reason, 'Liaison')
  on conflict (end_user_id, subscription_id, kind) where released_at is null do nothing returning id into placed;
  if placed is null then
    return (select h.id from subscription_hold h where h.end_user_id = of_end_user and h.subscription_id is not distinct from of_subscription and h.kind = hold_kind and h.released_at is null);
  end if;
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'subscriptions.hold', 'partner_id', of_partner, 'resource_type', 'subscription_hold', 'resource_id', placed, 'reason', hold_reason,
      'changes', jsonb_build_object('kind', jsonb_build_object('after', hold_kind))));
  end if;
  return placed;
end
$function$;
grant execute on private.place_hold(uuid,uuid,text,text) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.recheck_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  s subscription;
  of_plan uuid;
begin
  perform pg_advisory_xact_lock(access.lock_key('subscription', new.id));
  s := access.live_subscription(new.id);
  if s.id is null then
    return null;
  end if;
  of_plan := (access.term_now(s.id)).plan_id;
  update subscription_term t set withdrawn_at = statement_timestamp()
  where t.subscription_id = s.id and t.withdrawn_at is null and t.starts_at > statement_timestamp() and not access.is_eligible(new.id, t.plan_id);
  if access.is_eligible(new.id, of_plan) then
    update subscription x set cancel_cause = null where x.id = s.id and x.cancel_cause = 'role';
  elsif new.role in ('guest', 'realm_admin') or s.status = 'signing' or (access.configuration(new.partner_id) #>> '{policies,on_downgrade}') is distinct from 'period_end' then
    update subscription x set status = 'unsigned', end_reason = 'role' where x.id = s.id;
  else
    update subscription x set cancel_cause = 'role' where x.id = s.id and x.cancel_cause is null and not access.has_next_term(s.id);
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.release_hold(of_end_user uuid, of_subscription uuid, hold_kind text, why text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  released subscription_hold;
begin
  update subscription_hold h set released_at = statement_timestamp(), released_by_name = 'Liaison', release_reason = why
  where h.end_user_id = of_end_user and h.subscription_id is not distinct from of_subscription and h.kind = hold_kind and h.released_at is null
  returning * into released;
  if released.id is null then
    return false;
  end if;
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'subscriptions.release', 'partner_id', released.partner_id, 'resource_type', 'subscription_hold', 'resource_id', released.id, 'reason', why,
      'changes', jsonb_build_object('kind', jsonb_build_object('before', hold_kind))));
  end if;
  return true;
end
$function$;
grant execute on private.release_hold(uuid,uuid,text,text) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.share_subscriptions(IN relation regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create policy own on %s to liaison_realm using ((select access.context_plane()) = ''realm'' and partner_id = (select access.context_id(''partner_id'')) and end_user_id = (select access.context_id(''end_user_id''))) with check ((select access.context_plane()) = ''realm'' and partner_id = (select access.context_id(''partner_id'')) and end_user_id = (select access.context_id(''end_user_id'')))', relation);
  execute format('create policy partner_side on %s to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()))', relation);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy own_work on %s to liaison_job, liaison_ingest using ((select access.context_plane()) is not null) with check ((select access.context_plane()) is not null)', relation);
  execute format('grant select on %s to liaison_realm, liaison_program, liaison_platform, liaison_job, liaison_ingest', relation);
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.subscription_side()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE SESSION_USER WHEN 'liaison_realm'::name THEN CASE WHEN access.is_realm_admin() THEN 'partner'::text ELSE 'end_user'::text END WHEN 'liaison_program'::name THEN 'partner'::text WHEN 'liaison_platform'::name THEN 'provider'::text WHEN 'liaison_job'::name THEN 'clock'::text WHEN 'liaison_ingest'::name THEN 'clock'::text ELSE NULL::text END;
grant execute on private.subscription_side() to liaison_realm;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.tell_changed_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' or exists (select from subscription_term t where t.subscription_id = new.subscription_id and t.id <> new.id) then
    insert into outbox (topic, payload)
    values ('subscription.changed', jsonb_build_object('subscription_id', new.subscription_id, 'partner_id', new.partner_id, 'end_user_id', new.end_user_id));
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.tell_deleted_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if access.subscription_state(old) = 'unsigned' then
    return old;
  end if;
  insert into outbox (topic, payload)
  values ('subscription.unsigned', jsonb_build_object('subscription_id', old.id, 'partner_id', old.partner_id, 'end_user_id', old.end_user_id, 'reason', 'account_deleted'));
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'subscriptions.run_out', 'partner_id', old.partner_id, 'resource_type', 'subscription', 'resource_id', old.id, 'reason', 'account_deleted',
      'changes', jsonb_build_object('state', jsonb_build_object('before', old.status, 'after', 'unsigned'))));
  end if;
  return old;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.wind_plan_down()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  left_alone uuid[];
begin
  with taken_back as (
    update subscription_term t set withdrawn_at = statement_timestamp() where t.plan_id = new.id and t.withdrawn_at is null and t.starts_at > statement_timestamp() returning t.subscription_id)
  select coalesce(array_agg(b.subscription_id), '{}') into left_alone from taken_back b;
  -- Whoever was to leave a plan that ends before this one, and now is not, goes with the one that it has.
  update subscription s set cancel_cause = case when access.is_eligible(s.end_user_id, (access.term_now(s.id)).plan_id) then 'discontinued' else 'role' end
  where s.id = any (left_alone) and access.subscription_state(s) in ('signed', 'suspended') and s.cancel_cause is null and private.ends_with_plan(s.end_user_id, (access.term_now(s.id)).plan_id);
  update subscription s set status = 'unsigned', end_reason = 'discontinued'
  where s.id in (select t.subscription_id from subscription_term t where t.plan_id = new.id) and (access.term_now(s.id)).plan_id = new.id
    and access.subscription_state(s) <> 'unsigned' and (s.status = 'signing' or new.running = 'end_now');
  if new.running = 'end_at_period_end' then
    update subscription s set cancel_cause = 'discontinued'
    where s.id in (select t.subscription_id from subscription_term t where t.plan_id = new.id) and (access.term_now(s.id)).plan_id = new.id
      and access.subscription_state(s) in ('signed', 'suspended') and s.cancel_cause is null and not access.has_next_term(s.id);
  end if;
  return null;
end
$function$;
