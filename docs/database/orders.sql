-- Who pays for what belongs to a billing account: the tenant itself, or the wholesaler who sells to it. Independent of every delegation.
create table public.commercial_relationship (
  id uuid not null default uuidv7(),
  kind text not null,
  tenant_id uuid not null,
  account_id uuid not null,
  seller_partner_id uuid,
  payer_tenant_id uuid not null,
  payer_account_id uuid not null,
  agreement_reference text,
  status text not null default 'active'::text,
  starts_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone,
  version integer not null default 1,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint commercial_relationship_agreement_reference_check CHECK (((char_length(agreement_reference) >= 1) AND (char_length(agreement_reference) <= 100))),
  constraint commercial_relationship_check CHECK ((ends_at > starts_at)),
  constraint commercial_relationship_check1 CHECK (
CASE kind
    WHEN 'direct'::text THEN ((seller_partner_id IS NULL) AND (payer_tenant_id = tenant_id))
    ELSE ((seller_partner_id IS NOT NULL) AND (payer_tenant_id <> tenant_id) AND (agreement_reference IS NOT NULL))
END),
  constraint commercial_relationship_kind_check CHECK ((kind = ANY (ARRAY['direct'::text, 'resale'::text]))),
  constraint commercial_relationship_payer_tenant_id_fkey FOREIGN KEY (payer_tenant_id) REFERENCES public.tenant(id),
  constraint commercial_relationship_payer_tenant_id_payer_account_id_fkey FOREIGN KEY (payer_tenant_id, payer_account_id) REFERENCES public.billing_account(tenant_id, id),
  constraint commercial_relationship_pkey PRIMARY KEY (id),
  constraint commercial_relationship_seller_partner_id_fkey FOREIGN KEY (seller_partner_id) REFERENCES public.partner(id),
  constraint commercial_relationship_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'ended'::text]))),
  constraint commercial_relationship_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id) REFERENCES public.billing_account(tenant_id, id),
  constraint commercial_relationship_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint commercial_relationship_tenant_id_id_key UNIQUE (tenant_id, id)
);
CREATE INDEX commercial_relationship_payer_tenant_id_idx ON public.commercial_relationship USING btree (payer_tenant_id);
CREATE INDEX commercial_relationship_seller_partner_id_idx ON public.commercial_relationship USING btree (seller_partner_id);
CREATE UNIQUE INDEX commercial_relationship_one_active ON public.commercial_relationship USING btree (tenant_id, account_id) WHERE (status = 'active'::text);
CREATE TRIGGER audited_delete AFTER DELETE ON public.commercial_relationship REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.commercial_relationship REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.commercial_relationship REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER guarded BEFORE INSERT OR UPDATE ON public.commercial_relationship FOR EACH ROW EXECUTE FUNCTION access.guard_commercial_relationship();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.commercial_relationship FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.commercial_relationship REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id', 'payer_account_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.commercial_relationship REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id', 'payer_account_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.commercial_relationship REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id', 'payer_account_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.commercial_relationship REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('account_id', 'payer_account_id');
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.commercial_relationship FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.commercial_relationship FOR EACH ROW WHEN ((new.created_by IS DISTINCT FROM old.created_by)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.commercial_relationship enable row level security, force row level security;
create policy deciding on public.commercial_relationship for select to liaison_authz
  using (true);
create policy opening_sandbox on public.commercial_relationship for insert to liaison_authz
  with check (((kind = 'direct'::text) AND (EXISTS ( SELECT
   FROM public.sandbox_tenant s
  WHERE (s.tenant_id = commercial_relationship.tenant_id)))));
create policy owners_read on public.commercial_relationship as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy provider_side on public.commercial_relationship for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy reached on public.commercial_relationship for select to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('commercial_relationship'::text, 'select'::text) AS reach)) AND ((( SELECT access.context_id('account_id'::text) AS context_id) IS NULL) OR (account_id = ( SELECT access.context_id('account_id'::text) AS context_id)))));
create policy seller_side on public.commercial_relationship for select to liaison_delegate, liaison_program
  using ((seller_partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.commercial_relationship to liaison_authz;
grant select on public.commercial_relationship to liaison_delegate;
grant insert, select, update on public.commercial_relationship to liaison_platform;
grant select on public.commercial_relationship to liaison_program;
grant select on public.commercial_relationship to liaison_tenant;
grant insert (kind, tenant_id, account_id, payer_tenant_id, payer_account_id) on public.commercial_relationship to liaison_authz;

-- A line of an order at the price that the product had when it was ordered.
create table public.order_item (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  order_id uuid not null,
  "position" integer not null,
  product_code text not null,
  product_name text not null,
  quantity integer not null,
  once_unit_minor bigint not null,
  monthly_unit_minor bigint not null,
  once_minor bigint not null generated always as ((once_unit_minor * quantity)) stored,
  monthly_minor bigint not null generated always as ((monthly_unit_minor * quantity)) stored,
  constraint order_item_monthly_unit_minor_check CHECK (((monthly_unit_minor >= 0) AND (monthly_unit_minor <= '9999999999'::bigint))),
  constraint order_item_once_unit_minor_check CHECK (((once_unit_minor >= 0) AND (once_unit_minor <= '9999999999'::bigint))),
  constraint order_item_pkey PRIMARY KEY (tenant_id, id),
  constraint order_item_position_check CHECK ((("position" >= 1) AND ("position" <= 50))),
  constraint order_item_quantity_check CHECK (((quantity >= 1) AND (quantity <= 100))),
  constraint order_item_tenant_id_account_id_order_id_fkey FOREIGN KEY (tenant_id, account_id, order_id) REFERENCES public.service_order(tenant_id, account_id, id),
  constraint order_item_tenant_id_order_id_position_key UNIQUE (tenant_id, order_id, "position"),
  constraint totalled TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.order_item REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.order_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.order_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER guarded BEFORE INSERT OR DELETE ON public.order_item FOR EACH ROW EXECUTE FUNCTION access.guard_order_item();
CREATE CONSTRAINT TRIGGER totalled AFTER INSERT OR DELETE ON public.order_item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access.check_order_totals();
alter table public.order_item enable row level security, force row level security;
create policy clock on public.order_item for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.order_item for select to liaison_authz
  using (true);
create policy deletable on public.order_item for delete to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('order_item'::text, 'delete'::text) AS reach)) AND (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))));
create policy insertable on public.order_item for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('order_item'::text, 'insert'::text) AS reach)) AND COALESCE((account_id = ( SELECT access.context_id('account_id'::text) AS context_id)), (( SELECT access.context_id('client_id'::text) AS context_id) IS NULL))));
create policy provider_side on public.order_item for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy readable on public.order_item for select to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('order_item'::text, 'select'::text) AS reach)) AND
CASE
    WHEN (( SELECT access.context_id('client_id'::text) AS context_id) IS NOT NULL) THEN (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))
    WHEN (( SELECT access.context_plane() AS context_plane) = 'delegation'::text) THEN (EXISTS ( SELECT
       FROM public.service_order o
      WHERE ((o.tenant_id = order_item.tenant_id) AND (o.id = order_item.order_id))))
    ELSE true
END));
create policy updatable on public.order_item for update to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('order_item'::text, 'update'::text) AS reach)) AND (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))));
grant select on public.order_item to liaison_authz;
grant delete, select on public.order_item to liaison_delegate;
grant select on public.order_item to liaison_job;
grant select on public.order_item to liaison_platform;
grant delete, select on public.order_item to liaison_tenant;
grant insert (tenant_id, account_id, order_id, "position", product_code, product_name, quantity, once_unit_minor, monthly_unit_minor) on public.order_item to liaison_delegate;
grant insert (tenant_id, account_id, order_id, "position", product_code, product_name, quantity, once_unit_minor, monthly_unit_minor) on public.order_item to liaison_tenant;

-- What can be ordered, with its price in minor units: once, and for each month.
create table public.product (
  code text not null,
  currency text not null,
  name text not null,
  once_minor bigint not null,
  monthly_minor bigint not null,
  status text not null default 'offered'::text,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint product_code_check CHECK ((code ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'::text)),
  constraint product_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint product_monthly_minor_check CHECK (((monthly_minor >= 0) AND (monthly_minor <= '9999999999'::bigint))),
  constraint product_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint product_once_minor_check CHECK (((once_minor >= 0) AND (once_minor <= '9999999999'::bigint))),
  constraint product_pkey PRIMARY KEY (code, currency),
  constraint product_status_check CHECK ((status = ANY (ARRAY['offered'::text, 'withdrawn'::text])))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.product REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.product REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.product REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.product FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.product enable row level security, force row level security;
create policy catalogue on public.product for select to liaison_delegate, liaison_tenant
  using ((( SELECT access.context_plane() AS context_plane) IS NOT NULL));
create policy deciding on public.product for select to liaison_authz
  using (true);
create policy provider_side on public.product for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.product to liaison_authz;
grant select on public.product to liaison_delegate;
grant insert, select, update on public.product to liaison_platform;
grant select on public.product to liaison_tenant;

-- What a completed order left in use. It says like its order whose it is, who pays, and who ordered it by which right.
create table public.service (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  ban text not null,
  order_id uuid not null,
  order_item_id uuid not null,
  number integer not null,
  product_code text not null,
  product_name text not null,
  status text not null default 'active'::text,
  currency text not null,
  monthly_minor bigint not null,
  billing_mode text not null,
  payer_tenant_id uuid not null,
  payer_account_id uuid not null,
  payer_ban text not null,
  payer_name text not null,
  access_mode text not null,
  partner_id uuid,
  partner_name text,
  client_id uuid,
  client_name text,
  person_id uuid,
  person_name text,
  acted_by text not null,
  delegation_id uuid,
  delegation_epoch integer,
  started_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint service_check CHECK (((status = 'ended'::text) = (ended_at IS NOT NULL))),
  constraint service_pkey PRIMARY KEY (tenant_id, id),
  constraint service_status_check CHECK ((status = ANY (ARRAY['active'::text, 'ended'::text]))),
  constraint service_tenant_id_account_id_order_id_fkey FOREIGN KEY (tenant_id, account_id, order_id) REFERENCES public.service_order(tenant_id, account_id, id),
  constraint service_tenant_id_order_item_id_number_key UNIQUE (tenant_id, order_item_id, number)
);
CREATE INDEX service_newest ON public.service USING btree (tenant_id, account_id, id DESC);
CREATE INDEX service_paid_for ON public.service USING btree (payer_tenant_id, id DESC) WHERE (billing_mode = 'resale'::text);
CREATE INDEX service_tenant_id_order_id_idx ON public.service USING btree (tenant_id, order_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.service REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.service REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.service REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER guarded BEFORE UPDATE ON public.service FOR EACH ROW EXECUTE FUNCTION access.guard_service();
alter table public.service enable row level security, force row level security;
create policy clock on public.service for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.service for select to liaison_authz
  using (true);
create policy deletable on public.service for delete to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('service'::text, 'delete'::text) AS reach)) AND (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))));
create policy fulfilling on public.service for insert to liaison_authz
  with check (true);
create policy insertable on public.service for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('service'::text, 'insert'::text) AS reach)) AND COALESCE((account_id = ( SELECT access.context_id('account_id'::text) AS context_id)), (( SELECT access.context_id('client_id'::text) AS context_id) IS NULL))));
create policy provider_side on public.service for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy readable on public.service for select to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('service'::text, 'select'::text) AS reach)) AND
CASE
    WHEN (( SELECT access.context_id('client_id'::text) AS context_id) IS NOT NULL) THEN (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))
    WHEN (( SELECT access.context_plane() AS context_plane) = 'delegation'::text) THEN (partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id))
    ELSE true
END));
create policy updatable on public.service for update to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('service'::text, 'update'::text) AS reach)) AND (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))));
grant insert, select on public.service to liaison_authz;
grant select on public.service to liaison_delegate;
grant select on public.service to liaison_job;
grant select on public.service to liaison_platform;
grant select on public.service to liaison_tenant;
grant update (status, ended_at) on public.service to liaison_platform;

-- An order for a billing account: whose it is, who pays, which API client or person placed it and by which right.
create table public.service_order (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  ban text not null,
  status text not null default 'acknowledged'::text,
  status_reason text,
  status_changed_at timestamp with time zone not null default now(),
  reference text,
  requested_on date not null,
  currency text not null,
  once_total_minor bigint not null,
  monthly_total_minor bigint not null,
  relationship_id uuid not null,
  billing_mode text not null,
  payer_tenant_id uuid not null,
  payer_account_id uuid not null,
  payer_ban text not null,
  payer_name text not null,
  access_mode text not null,
  partner_id uuid,
  partner_name text,
  client_id uuid,
  client_name text,
  person_id uuid,
  person_name text,
  acted_by text not null,
  delegation_id uuid,
  delegation_epoch integer,
  version integer not null default 1,
  placed_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  raised_by_delegation_id uuid,
  constraint service_order_access_mode_check CHECK ((access_mode = ANY (ARRAY['own'::text, 'delegated'::text, 'resale'::text]))),
  constraint service_order_acted_by_check CHECK (((char_length(acted_by) >= 1) AND (char_length(acted_by) <= 300))),
  constraint service_order_billing_mode_check CHECK ((billing_mode = ANY (ARRAY['direct'::text, 'resale'::text]))),
  constraint service_order_check CHECK (((access_mode = 'own'::text) = (delegation_id IS NULL))),
  constraint service_order_check1 CHECK ((num_nonnulls(delegation_id, delegation_epoch) = ANY (ARRAY[0, 2]))),
  constraint service_order_check2 CHECK (((delegation_id IS NULL) OR (partner_id IS NOT NULL))),
  constraint service_order_check3 CHECK ((num_nonnulls(client_id, person_id) = 1)),
  constraint service_order_check4 CHECK ((((client_id IS NULL) = (client_name IS NULL)) AND ((person_id IS NULL) = (person_name IS NULL)))),
  constraint service_order_check5 CHECK (((billing_mode = 'direct'::text) = (payer_tenant_id = tenant_id))),
  constraint service_order_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.api_client(id),
  constraint service_order_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint service_order_monthly_total_minor_check CHECK (((monthly_total_minor >= 0) AND (monthly_total_minor <= '9007199254740991'::bigint))),
  constraint service_order_once_total_minor_check CHECK (((once_total_minor >= 0) AND (once_total_minor <= '9007199254740991'::bigint))),
  constraint service_order_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint service_order_partner_id_tenant_id_delegation_id_fkey FOREIGN KEY (partner_id, tenant_id, delegation_id) REFERENCES public.delegation(partner_id, tenant_id, id),
  constraint service_order_payer_tenant_id_payer_account_id_fkey FOREIGN KEY (payer_tenant_id, payer_account_id) REFERENCES public.billing_account(tenant_id, id),
  constraint service_order_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint service_order_pkey PRIMARY KEY (tenant_id, id),
  constraint service_order_reference_check CHECK (((char_length(reference) >= 1) AND (char_length(reference) <= 100))),
  constraint service_order_status_check CHECK ((status = ANY (ARRAY['acknowledged'::text, 'in_progress'::text, 'completed'::text, 'rejected'::text, 'cancelled'::text]))),
  constraint service_order_status_reason_check CHECK ((char_length(status_reason) <= 500)),
  constraint service_order_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id) REFERENCES public.billing_account(tenant_id, id),
  constraint service_order_tenant_id_account_id_id_key UNIQUE (tenant_id, account_id, id),
  constraint service_order_tenant_id_relationship_id_fkey FOREIGN KEY (tenant_id, relationship_id) REFERENCES public.commercial_relationship(tenant_id, id),
  constraint totalled TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX service_order_newest ON public.service_order USING btree (tenant_id, account_id, id DESC);
CREATE INDEX service_order_of_delegation ON public.service_order USING btree (delegation_id, placed_at);
CREATE INDEX service_order_open ON public.service_order USING btree (status_changed_at) WHERE (status = ANY (ARRAY['acknowledged'::text, 'in_progress'::text]));
CREATE INDEX service_order_paid_for ON public.service_order USING btree (payer_tenant_id, id DESC) WHERE (billing_mode = 'resale'::text);
CREATE INDEX service_order_raised ON public.service_order USING btree (raised_by_delegation_id, placed_at) WHERE (raised_by_delegation_id IS NOT NULL);
CREATE INDEX service_order_requested ON public.service_order USING btree (tenant_id, account_id, requested_on DESC, id DESC);
CREATE TRIGGER audited_delete AFTER DELETE ON public.service_order REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.service_order REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.service_order REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.service_order FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER delivered AFTER UPDATE OF status ON public.service_order FOR EACH ROW WHEN (((new.status = 'completed'::text) AND (old.status <> 'completed'::text))) EXECUTE FUNCTION access.deliver_order();
CREATE TRIGGER guarded BEFORE UPDATE ON public.service_order FOR EACH ROW EXECUTE FUNCTION access.guard_order();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.service_order FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped BEFORE INSERT ON public.service_order FOR EACH ROW EXECUTE FUNCTION access.stamp_order();
CREATE CONSTRAINT TRIGGER totalled AFTER INSERT OR UPDATE OF once_total_minor, monthly_total_minor ON public.service_order DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access.check_order_totals();
CREATE TRIGGER within_limit BEFORE INSERT ON public.service_order FOR EACH ROW EXECUTE FUNCTION access.keep_order_limit();
CREATE TRIGGER within_limit_still BEFORE UPDATE ON public.service_order FOR EACH ROW WHEN (((new.once_total_minor + new.monthly_total_minor) > (old.once_total_minor + old.monthly_total_minor))) EXECUTE FUNCTION access.keep_order_limit();
alter table public.service_order enable row level security, force row level security;
create policy clock on public.service_order for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.service_order for select to liaison_authz
  using (true);
create policy deletable on public.service_order for delete to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('service_order'::text, 'delete'::text) AS reach)) AND (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))));
create policy insertable on public.service_order for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('service_order'::text, 'insert'::text) AS reach)) AND COALESCE((account_id = ( SELECT access.context_id('account_id'::text) AS context_id)), (( SELECT access.context_id('client_id'::text) AS context_id) IS NULL))));
create policy provider_side on public.service_order for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy readable on public.service_order for select to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('service_order'::text, 'select'::text) AS reach)) AND
CASE
    WHEN (( SELECT access.context_id('client_id'::text) AS context_id) IS NOT NULL) THEN (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))
    WHEN (( SELECT access.context_plane() AS context_plane) = 'delegation'::text) THEN (partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id))
    ELSE true
END));
create policy updatable on public.service_order for update to liaison_delegate, liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('service_order'::text, 'update'::text) AS reach)) AND (account_id = ( SELECT access.context_id('account_id'::text) AS context_id))));
grant select on public.service_order to liaison_authz;
grant select on public.service_order to liaison_delegate;
grant select on public.service_order to liaison_job;
grant select on public.service_order to liaison_platform;
grant select on public.service_order to liaison_tenant;
grant insert (tenant_id, account_id, reference, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by) on public.service_order to liaison_delegate;
grant update (status, status_reason, status_changed_at, reference, requested_on, once_total_minor, monthly_total_minor, version) on public.service_order to liaison_delegate;
grant update (status, status_reason, status_changed_at, version) on public.service_order to liaison_job;
grant update (status, status_reason, status_changed_at, version) on public.service_order to liaison_platform;
grant insert (tenant_id, account_id, reference, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by) on public.service_order to liaison_tenant;
grant update (status, status_reason, status_changed_at, reference, requested_on, once_total_minor, monthly_total_minor, version) on public.service_order to liaison_tenant;

-- owner: liaison_authz
create view access.account_of_client with (security_barrier=true) as
 SELECT tenant_id,
    id,
    ban,
    name,
    currency,
    status
   FROM public.billing_account a
  WHERE ((tenant_id IN ( SELECT access.reach('account_of_client'::text, 'select'::text) AS reach)) AND (id = ( SELECT access.context_id('account_id'::text) AS context_id)));
grant select on access.account_of_client to liaison_delegate;
grant select on access.account_of_client to liaison_tenant;

-- Invoices that were sent, for API clients; the tables behind stay closed to them.
-- owner: liaison_authz
create view access.invoice_of_client with (security_barrier=true) as
 SELECT tenant_id,
    id,
    number,
    issued_on,
    due_on,
    currency,
    subtotal_minor,
    tax_minor,
    total_minor,
    paid_minor,
    balance_minor,
    paid_on,
        CASE
            WHEN ((status = ANY (ARRAY['finalized'::text, 'partially_paid'::text])) AND (balance_minor > 0) AND (due_on < ((statement_timestamp() AT TIME ZONE 'UTC'::text))::date)) THEN 'overdue'::text
            ELSE status
        END AS status
   FROM public.invoice i
  WHERE ((tenant_id IN ( SELECT access.reach('invoice_of_client'::text, 'select'::text) AS reach)) AND (billing_account_id = ( SELECT access.context_id('account_id'::text) AS context_id)) AND (status <> 'draft'::text));
grant select on access.invoice_of_client to liaison_delegate;
grant select on access.invoice_of_client to liaison_tenant;

-- Who pays for what, with names, as time has made it.
-- owner: liaison_owner
create view public.commercial_overview with (security_invoker=true) as
 SELECT r.id,
    r.kind,
    r.tenant_id,
    t.name AS tenant_name,
    a.ban,
    a.currency,
    r.seller_partner_id,
    s.name AS seller_name,
    r.payer_tenant_id,
    p.name AS payer_name,
    b.ban AS payer_ban,
    r.agreement_reference,
        CASE
            WHEN ((r.status <> 'ended'::text) AND (r.ends_at <= statement_timestamp())) THEN 'ended'::text
            ELSE r.status
        END AS status,
    r.status AS stored_status,
    r.account_id,
    r.starts_at,
    r.ends_at,
    r.version,
    r.created_at,
    r.updated_at,
    ((p.status <> 'closed'::text) AND (a.currency = b.currency) AND ((r.kind = 'direct'::text) OR (((s.home_tenant_id = r.payer_tenant_id) AND (s.status <> 'terminated'::text)) IS TRUE))) AS payer_stands
   FROM (((((public.commercial_relationship r
     JOIN public.tenant t ON ((t.id = r.tenant_id)))
     JOIN public.tenant p ON ((p.id = r.payer_tenant_id)))
     JOIN public.billing_account a ON (((a.tenant_id = r.tenant_id) AND (a.id = r.account_id))))
     JOIN public.billing_account b ON (((b.tenant_id = r.payer_tenant_id) AND (b.id = r.payer_account_id))))
     LEFT JOIN public.partner s ON ((s.id = r.seller_partner_id)));
grant select on public.commercial_overview to liaison_platform;

-- Reads under the rights and row policies of whoever asks. status is as time has made it.
-- owner: liaison_owner
create view public.resale_overview with (security_invoker=true) as
 SELECT d.id,
    d.tenant_id,
    t.name AS tenant_name,
    d.partner_id,
    p.name AS partner_name,
        CASE
            WHEN ((d.status = ANY (ARRAY['active'::text, 'suspended'::text])) AND (d.ends_at <= statement_timestamp())) THEN 'expired'::text
            ELSE d.status
        END AS status,
    d.status AS stored_status,
    d.status_reason,
    d.status_changed_at,
    d.status_changed_by_side,
    d.starts_at,
    d.ends_at,
    d.epoch,
    d.approved_by_name,
    d.approved_at,
    d.version,
    r.agreement_reference,
    r.scopes,
    r.actions,
    access.bans_of(d.id) AS bans
   FROM (((public.delegation d
     JOIN public.resale r ON ((r.id = d.id)))
     LEFT JOIN public.partner p ON ((p.id = d.partner_id)))
     LEFT JOIN public.tenant t ON ((t.id = d.tenant_id)));
grant select on public.resale_overview to liaison_job;
grant select on public.resale_overview to liaison_platform;
grant select on public.resale_overview to liaison_program;
grant select on public.resale_overview to liaison_tenant;

-- Who pays stands beside each account, so that a person sees it before ordering (A5).
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.accounts_to_order()
 RETURNS TABLE(tenant_id uuid, id uuid, ban text, name text, currency text, payer jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.tenant_id, a.id, a.ban, a.name, a.currency, access.billing_of(a.tenant_id, a.id)
  from public.billing_account a
  where a.tenant_id in (select access.reach('service_order', 'insert')) and a.status = 'active' and access.context_id('client_id') is null
  order by a.ban
$function$;
grant execute on access.accounts_to_order() to liaison_delegate;
grant execute on access.accounts_to_order() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.bans_of(delegation_id uuid)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(array_agg(a.ban order by o.position), '{}')
  from public.delegation d
  join public.delegation_account o on o.delegation_id = d.id
  join public.billing_account a on a.tenant_id = o.tenant_id and a.id = o.account_id
  where d.id = bans_of.delegation_id and access.is_party_to(d)
$function$;
grant execute on access.bans_of(uuid) to liaison_job;
grant execute on access.bans_of(uuid) to liaison_platform;
grant execute on access.bans_of(uuid) to liaison_program;
grant execute on access.bans_of(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_order_totals()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  tenant uuid := (changed ->> 'tenant_id')::uuid;
  wanted uuid := (changed ->> case tg_table_name when 'order_item' then 'order_id' else 'id' end)::uuid;
begin
  if not exists (
    select from public.service_order o
    join (select sum(i.once_minor) as once, sum(i.monthly_minor) as monthly from public.order_item i where i.tenant_id = tenant and i.order_id = wanted) lines on true
    where o.tenant_id = tenant and o.id = wanted and o.once_total_minor = lines.once and o.monthly_total_minor = lines.monthly) then
    raise exception 'the totals of an order are those of its lines' using errcode = 'check_violation', constraint = 'service_order_totals';
  end if;
  return null;
end
$function$;
grant execute on access.check_order_totals() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.deliver_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.service (tenant_id, account_id, ban, order_id, order_item_id, number, product_code, product_name, currency, monthly_minor, billing_mode, payer_tenant_id, payer_account_id,
    payer_ban, payer_name, access_mode, partner_id, partner_name, client_id, client_name, person_id, person_name, acted_by, delegation_id, delegation_epoch, started_at)
  select new.tenant_id, new.account_id, new.ban, new.id, i.id, one.number, i.product_code, i.product_name, new.currency, i.monthly_unit_minor, new.billing_mode, new.payer_tenant_id,
    new.payer_account_id, new.payer_ban, new.payer_name, new.access_mode, new.partner_id, new.partner_name, new.client_id, new.client_name, new.person_id, new.person_name, new.acted_by,
    new.delegation_id, new.delegation_epoch, new.status_changed_at
  from public.order_item i
  cross join generate_series(1, i.quantity) one (number)
  where i.tenant_id = new.tenant_id and i.order_id = new.id
  order by i.position, one.number
  on conflict do nothing;
  return null;
end
$function$;
grant execute on access.deliver_order() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_commercial_relationship()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  owned public.billing_account;
  payer public.billing_account;
begin
  -- An order that is being placed is waited for and keeps its payer; one that comes later sees the new one.
  perform pg_advisory_xact_lock(access.lock_key('billing', new.account_id));
  if session_user <> 'liaison_platform' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    select * into owned from public.billing_account a where a.tenant_id = new.tenant_id and a.id = new.account_id;
    select * into payer from public.billing_account a where a.tenant_id = new.payer_tenant_id and a.id = new.payer_account_id;
    if owned.currency is distinct from payer.currency then
      raise exception 'both accounts count in one currency' using errcode = 'check_violation', constraint = 'commercial_relationship_currency';
    end if;
    if owned.status <> 'active' or payer.status <> 'active' then
      raise exception 'a closed account takes no part' using errcode = 'check_violation', constraint = 'commercial_relationship_account';
    end if;
    if new.kind = 'resale' and not exists (
      select from public.partner p where p.id = new.seller_partner_id and p.status = 'active' and 'wholesaler' = any (p.kinds) and p.home_tenant_id = new.payer_tenant_id) then
      raise exception 'a wholesaler resells, and its own tenant pays' using errcode = 'check_violation', constraint = 'commercial_relationship_seller';
    end if;
    if new.status <> 'active' or new.created_by is distinct from access.context_id('actor_id') then
      raise exception 'a relationship begins active, and names who set it' using errcode = 'check_violation', constraint = 'commercial_relationship_transition';
    end if;
    return new;
  end if;
  if (new.id, new.kind, new.tenant_id, new.account_id, new.seller_partner_id, new.payer_tenant_id, new.payer_account_id, new.agreement_reference, new.starts_at, new.created_by, new.created_at)
    is distinct from (old.id, old.kind, old.tenant_id, old.account_id, old.seller_partner_id, old.payer_tenant_id, old.payer_account_id, old.agreement_reference, old.starts_at, old.created_by, old.created_at) then
    raise exception 'another payer is another relationship' using errcode = 'check_violation', constraint = 'commercial_relationship_identity';
  end if;
  -- Whose time is over has ended, whether or not that was noted: it is told so everywhere, and somebody else may pay since.
  if old.status = 'ended' or (old.ends_at <= statement_timestamp() and new.status <> 'ended') or (new.status <> old.status and not exists (
    select from public.state_transition t where t.entity = 'commercial_relationship' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = 'provider')) then
    raise exception 'a relationship moves only as listed' using errcode = 'check_violation', constraint = 'commercial_relationship_transition';
  end if;
  if new.status = 'ended' and new.starts_at < statement_timestamp() then
    new.ends_at := least(coalesce(old.ends_at, statement_timestamp()), statement_timestamp());
  elsif new.ends_at is distinct from old.ends_at and new.ends_at <= statement_timestamp() then
    raise exception 'the past is over' using errcode = 'check_violation', constraint = 'commercial_relationship_past';
  end if;
  return new;
end
$function$;
grant execute on access.guard_commercial_relationship() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.side_of_order();
  is_amended boolean := (new.reference, new.requested_on, new.once_total_minor, new.monthly_total_minor)
    is distinct from (old.reference, old.requested_on, old.once_total_minor, old.monthly_total_minor);
begin
  if side is null then
    return new;
  end if;
  if side = 'requester' and access.context_plane() = 'delegation' and old.partner_id is distinct from access.context_id('partner_id') then
    raise exception 'a partner changes only what it ordered itself' using errcode = 'check_violation', constraint = 'service_order_placed_by';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'every change makes another version' using errcode = 'check_violation', constraint = 'service_order_version';
  end if;
  if new.status <> old.status then
    if is_amended or not exists (select from public.state_transition t where t.entity = 'order' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move an order from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'service_order_transition';
    end if;
    new.status_changed_at := statement_timestamp();
  elsif side <> 'requester' or old.status <> 'acknowledged' then
    raise exception 'an order on which work began is not changed' using errcode = 'check_violation', constraint = 'service_order_amended';
  else
    perform access.hold_payer(old.tenant_id, old.account_id, old.payer_tenant_id, old.payer_account_id);
  end if;
  return new;
end
$function$;
grant execute on access.guard_order() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_order_item()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  line public.order_item := case tg_op when 'DELETE' then old else new end;
  of_order public.service_order;
begin
  if access.side_of_order() is null then
    return line;
  end if;
  select * into of_order from public.service_order o where o.tenant_id = line.tenant_id and o.id = line.order_id;
  if of_order.status <> 'acknowledged' then
    raise exception 'an order on which work began is not changed' using errcode = 'check_violation', constraint = 'service_order_amended';
  end if;
  if not exists (
    select from public.service_order o
    where o.tenant_id = line.tenant_id and o.id = line.order_id and o.xmin = pg_current_xact_id()::xid) then
    raise exception 'the lines of an order are written with the order' using errcode = 'check_violation', constraint = 'order_item_with_order';
  end if;
  if tg_op = 'INSERT' and not exists (
    select from public.product p
    where (p.code, p.currency, p.name, p.once_minor, p.monthly_minor, p.status) = (line.product_code, of_order.currency, line.product_name, line.once_unit_minor, line.monthly_unit_minor, 'offered')) then
    raise exception 'a line costs what its product costs' using errcode = 'check_violation', constraint = 'order_item_price';
  end if;
  return line;
end
$function$;
grant execute on access.guard_order_item() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_service()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  side text := access.side_of_order();
begin
  if side is null then
    return new;
  end if;
  if (to_jsonb(new) - array['status', 'ended_at']) is distinct from (to_jsonb(old) - array['status', 'ended_at']) then
    raise exception 'what a service says of its order stays' using errcode = 'check_violation', constraint = 'service_identity';
  end if;
  if not exists (select from public.state_transition t where t.entity = 'service' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move a service from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'service_transition';
  end if;
  new.ended_at := statement_timestamp();
  return new;
end
$function$;
grant execute on access.guard_service() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold_payer(tenant uuid, account uuid, told_tenant uuid, told_account uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  payer jsonb;
begin
  -- Whoever changes the payer takes this lock alone, so the answer below stays true until the order is committed.
  perform pg_advisory_xact_lock_shared(access.lock_key('billing', account));
  payer := access.billing_of(tenant, account);
  -- So does whoever ends that the wholesaler is the payer, of the wholesaler.
  if payer ->> 'seller_partner_id' is not null then
    perform access.hold('partner', (payer ->> 'seller_partner_id')::uuid);
    payer := access.billing_of(tenant, account);
  end if;
  if payer is null then
    raise exception 'nobody pays for this account' using errcode = 'check_violation', constraint = 'service_order_payer_missing';
  end if;
  if ((payer ->> 'payer_tenant_id')::uuid, (payer ->> 'payer_account_id')::uuid) is distinct from (told_tenant, told_account) then
    raise exception 'another one pays than was told' using errcode = 'check_violation', constraint = 'service_order_payer_changed';
  end if;
  return payer;
end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_sandbox(tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select coalesce((select t.is_sandbox from public.tenant t where t.id = tenant), false) $function$;
grant execute on access.is_sandbox(uuid) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.orders_paid_for(after uuid, at_most integer)
 RETURNS TABLE(id uuid, tenant_id uuid, tenant_name text, ban text, payer_ban text, status text, currency text, once_total_minor bigint, monthly_total_minor bigint, placed_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select o.id, o.tenant_id, t.name, o.ban, o.payer_ban, o.status, o.currency, o.once_total_minor, o.monthly_total_minor, o.placed_at
  from public.service_order o
  join public.tenant t on t.id = o.tenant_id
  where o.payer_tenant_id in (select access.reach('service_order', 'select')) and o.billing_mode = 'resale'
    and access.context_plane() = 'tenant' and access.context_id('client_id') is null
    and (after is null or o.id < after)
  order by o.id desc
  limit least(at_most, 101)
$function$;
grant execute on access.orders_paid_for(uuid,integer) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resold_accounts(partner uuid, tenant uuid, bans text[])
 RETURNS TABLE(ban text, account_id uuid, relationship_id uuid, is_taken boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select a.ban, a.id, r.id,
    exists (
      select from public.delegation_account o
      join public.delegation d on d.id = o.delegation_id
      where o.account_id = a.id and d.partner_id = partner and d.kind = 'resale' and d.status in ('active', 'suspended') and d.ends_at > statement_timestamp())
  from unnest(bans) with ordinality asked (ban, position)
  join public.billing_account a on a.tenant_id = tenant and a.ban = asked.ban
  left join public.commercial_relationship r on r.tenant_id = tenant and r.account_id = a.id and r.kind = 'resale' and r.seller_partner_id = partner and r.status = 'active'
    and r.starts_at <= statement_timestamp() and (r.ends_at is null or r.ends_at > statement_timestamp())
  where access.context_plane() = 'platform'
  order by asked.position
$function$;
grant execute on access.resold_accounts(uuid,uuid,text[]) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.services_paid_for(wanted text, after uuid, at_most integer)
 RETURNS TABLE(id uuid, order_id uuid, tenant_id uuid, tenant_name text, ban text, payer_ban text, product_code text, product_name text, status text, currency text, monthly_minor bigint, started_at timestamp with time zone, ended_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.id, s.order_id, s.tenant_id, t.name, s.ban, s.payer_ban, s.product_code, s.product_name, s.status, s.currency, s.monthly_minor, s.started_at, s.ended_at
  from public.service s
  join public.tenant t on t.id = s.tenant_id
  where s.payer_tenant_id in (select access.reach('service', 'select')) and s.billing_mode = 'resale'
    and access.context_plane() = 'tenant' and access.context_id('client_id') is null
    and (wanted is null or s.status = wanted) and (after is null or s.id < after)
  order by s.id desc
  limit least(at_most, 101)
$function$;
grant execute on access.services_paid_for(text,uuid,integer) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.side_of_order()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case session_user when 'liaison_delegate' then 'requester' when 'liaison_tenant' then 'requester' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' end
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.stamp_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
  payer jsonb;
begin
  if access.side_of_order() is null then
    return new;
  end if;
  if coalesce(context ->> 'client_id', case context ->> 'actor_type' when 'person' then context ->> 'actor_id' end) is null or new.status <> 'acknowledged' then
    raise exception 'an order is placed by an API client or a person' using errcode = 'check_violation', constraint = 'service_order_placed';
  end if;
  payer := access.hold_payer(new.tenant_id, new.account_id, new.payer_tenant_id, new.payer_account_id);
  select a.ban, a.currency into new.ban, new.currency from public.billing_account a where a.tenant_id = new.tenant_id and a.id = new.account_id and a.status = 'active';
  if not found then
    raise exception 'a closed account takes no orders' using errcode = 'check_violation', constraint = 'service_order_account';
  end if;
  if context ->> 'client_id' is null and context ->> 'plane' = 'delegation' and payer ->> 'seller_partner_id' is distinct from context ->> 'partner_id' and exists (
    select from public.delegation d where d.id = (context ->> 'delegation_id')::uuid and d.billing_party = 'partner') then
    raise exception 'the customer agreed that its partner pays' using errcode = 'check_violation', constraint = 'service_order_link_payer';
  end if;
  new.relationship_id := (payer ->> 'relationship_id')::uuid;
  new.billing_mode := payer ->> 'kind';
  new.payer_ban := payer ->> 'payer_ban';
  new.payer_name := payer ->> 'payer_name';
  new.client_id := (context ->> 'client_id')::uuid;
  if new.client_id is not null then
    new.access_mode := case context ->> 'role' when 'own' then 'own' when 'resale' then 'resale' else 'delegated' end;
    new.client_name := context ->> 'actor_name';
  else
    new.access_mode := case context ->> 'plane' when 'tenant' then 'own' else 'delegated' end;
    new.person_id := (context ->> 'actor_id')::uuid;
    new.person_name := context ->> 'actor_name';
  end if;
  new.partner_id := (context ->> 'partner_id')::uuid;
  new.partner_name := context ->> 'partner_name';
  new.delegation_id := (context ->> 'delegation_id')::uuid;
  new.delegation_epoch := case when new.delegation_id is not null then (context ->> 'delegation_epoch')::integer end;
  new.placed_at := statement_timestamp();
  new.status_changed_at := new.placed_at;
  return new;
end
$function$;
grant execute on access.stamp_order() to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.open_to_account(IN relation regclass, IN relation_name text, IN placed_by_partner text)
 LANGUAGE plpgsql
AS $procedure$
begin
  -- A token names one account of one tenant. A person has no account in the context: one of the tenant sees all of them, one of a partner
  -- what that partner ordered, and both place orders for any of them.
  execute format('create policy readable on %s for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''select'')) and case when (select access.context_id(''client_id'')) is not null then account_id = (select access.context_id(''account_id'')) when (select access.context_plane()) = ''delegation'' then %s else true end)', relation, relation_name, placed_by_partner);
  execute format('create policy insertable on %s for insert to liaison_tenant, liaison_delegate with check (tenant_id in (select access.reach(%L, ''insert'')) and coalesce(account_id = (select access.context_id(''account_id'')), (select access.context_id(''client_id'')) is null))', relation, relation_name);
  execute format('create policy updatable on %s for update to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''update'')) and account_id = (select access.context_id(''account_id'')))', relation, relation_name);
  execute format('create policy deletable on %s for delete to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''delete'')) and account_id = (select access.context_id(''account_id'')))', relation, relation_name);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy clock on %s to liaison_job using ((select access.context_plane()) = ''system'') with check ((select access.context_plane()) = ''system'')', relation);
  execute format('grant select on %s to liaison_tenant, liaison_delegate, liaison_platform, liaison_job', relation);
end
$procedure$;
