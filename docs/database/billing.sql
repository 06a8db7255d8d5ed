create type private.invoice_delta as (
  tenant_id uuid,
  currency text,
  status text,
  issued_on date,
  due_on date,
  band integer,
  invoice_count bigint,
  total_minor numeric,
  paid_minor numeric,
  owed_count bigint,
  balance_minor numeric,
  credit_minor numeric
);

-- What a tenant invoiced (by day of issue; drafts and cancelled invoices are nothing) and collected (by day of receipt, in UTC) in a month, and up to each of its days.
create table public.billing_month (
  tenant_id uuid not null,
  currency text not null,
  month date not null,
  invoice_count bigint not null default 0,
  paid_invoice_count bigint not null default 0,
  invoiced_minor bigint not null default 0,
  payment_count bigint not null default 0,
  collected_minor bigint not null default 0,
  invoice_counts private.sums_of_days not null default array_fill((0)::bigint, ARRAY[31]),
  paid_invoice_counts private.sums_of_days not null default array_fill((0)::bigint, ARRAY[31]),
  invoiced_sums private.sums_of_days not null default array_fill((0)::bigint, ARRAY[31]),
  collected_sums private.sums_of_days not null default array_fill((0)::bigint, ARRAY[31]),
  constraint billing_month_check CHECK (((invoice_counts[31] = invoice_count) AND (paid_invoice_counts[31] = paid_invoice_count) AND (invoiced_sums[31] = invoiced_minor) AND (collected_sums[31] = collected_minor))),
  constraint billing_month_month_check CHECK ((month = (date_trunc('month'::text, (month)::timestamp without time zone))::date)),
  constraint billing_month_pkey PRIMARY KEY (tenant_id, month, currency),
  constraint billing_month_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.billing_month enable row level security, force row level security;
create policy deciding on public.billing_month for select to liaison_authz
  using (true);
create policy readable on public.billing_month for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.billing_month for all to liaison_owner
  using (true)
  with check (true);
grant select on public.billing_month to liaison_authz;
grant select on public.billing_month to liaison_delegate;
grant select on public.billing_month to liaison_tenant;

-- What a tenant allows of reminders of its invoices: none, to the customer who owes, or to the tenant itself. Without a row: to the customer.
create table public.billing_setting (
  tenant_id uuid not null,
  reminders text not null default 'customer'::text,
  reply_to text,
  reminder_note text,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint billing_setting_pkey PRIMARY KEY (tenant_id),
  constraint billing_setting_reminder_note_check CHECK ((length(reminder_note) <= 1000)),
  constraint billing_setting_reminders_check CHECK ((reminders = ANY (ARRAY['off'::text, 'customer'::text, 'tenant'::text]))),
  constraint billing_setting_reply_to_check CHECK ((length(reply_to) <= 254)),
  constraint billing_setting_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.billing_setting REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.billing_setting REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.billing_setting REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.billing_setting enable row level security, force row level security;
create policy deciding on public.billing_setting for select to liaison_authz
  using (true);
create policy insertable on public.billing_setting for insert to liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('billing_setting'::text, 'update'::text) AS reach)));
create policy readable on public.billing_setting for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('billing_setting'::text, 'select'::text) AS reach)));
create policy updatable on public.billing_setting for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('billing_setting'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('billing_setting'::text, 'update'::text) AS reach)));
grant select on public.billing_setting to liaison_authz;
grant insert, select, update on public.billing_setting to liaison_tenant;

-- What one unit of a currency is worth in another on a day, as the provider hands it in. Only shown beside amounts: nothing is ever paid or compared by it.
create table public.fx_rate (
  from_currency text not null,
  to_currency text not null,
  day date not null,
  rate numeric(24,12) not null,
  source text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint fx_rate_check CHECK (((to_currency ~ '^[A-Z]{3}$'::text) AND (to_currency <> from_currency))),
  constraint fx_rate_from_currency_check CHECK ((from_currency ~ '^[A-Z]{3}$'::text)),
  constraint fx_rate_pkey PRIMARY KEY (from_currency, to_currency, day),
  constraint fx_rate_rate_check CHECK ((rate > (0)::numeric))
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.fx_rate REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.fx_rate REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.fx_rate REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.fx_rate enable row level security, force row level security;
create policy deciding on public.fx_rate for select to liaison_authz
  using (true);
create policy ingesting on public.fx_rate for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy readable on public.fx_rate for select to liaison_delegate, liaison_job, liaison_platform, liaison_program, liaison_tenant
  using ((( SELECT access.context_plane() AS context_plane) IS NOT NULL));
grant select on public.fx_rate to liaison_authz;
grant select on public.fx_rate to liaison_delegate;
grant insert, select, update on public.fx_rate to liaison_ingest;
grant select on public.fx_rate to liaison_job;
grant select on public.fx_rate to liaison_platform;
grant select on public.fx_rate to liaison_program;
grant select on public.fx_rate to liaison_tenant;

-- An invoice of a tenant. Overdue is derived from due_on, never stored.
create table public.invoice (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  billing_account_id uuid not null,
  number text not null,
  subscriber_id uuid,
  customer_name text,
  issued_on date not null,
  due_on date not null,
  status text not null,
  currency text not null,
  subtotal_minor bigint not null,
  tax_minor bigint not null default 0,
  total_minor bigint not null,
  paid_minor bigint not null default 0,
  balance_minor bigint not null generated always as (
CASE
    WHEN (status = ANY (ARRAY['finalized'::text, 'partially_paid'::text])) THEN (total_minor - paid_minor)
    ELSE (0)::bigint
END) stored,
  paid_on date,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  search_text text generated always as (lower(((number || chr(1)) || COALESCE(customer_name, ''::text)))) stored,
  constraint invoice_amounts_bounded CHECK (((abs(subtotal_minor) <= '1000000000000'::bigint) AND (abs(tax_minor) <= '1000000000000'::bigint) AND (abs(total_minor) <= '1000000000000'::bigint) AND (abs(paid_minor) <= '1000000000000'::bigint))),
  constraint invoice_check CHECK ((due_on >= issued_on)),
  constraint invoice_check1 CHECK ((total_minor = (subtotal_minor + tax_minor))),
  constraint invoice_check2 CHECK (((status <> 'paid'::text) OR (paid_minor >= total_minor))),
  constraint invoice_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint invoice_paid_minor_check CHECK ((abs(paid_minor) < '9007199254740992'::bigint)),
  constraint invoice_pkey PRIMARY KEY (tenant_id, id),
  constraint invoice_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'finalized'::text, 'partially_paid'::text, 'paid'::text, 'cancelled'::text]))),
  constraint invoice_subtotal_minor_check CHECK ((abs(subtotal_minor) < '9007199254740992'::bigint)),
  constraint invoice_tax_minor_check CHECK ((abs(tax_minor) < '9007199254740992'::bigint)),
  constraint invoice_tenant_id_billing_account_id_fkey FOREIGN KEY (tenant_id, billing_account_id) REFERENCES public.billing_account(tenant_id, id),
  constraint invoice_tenant_id_number_key UNIQUE (tenant_id, number) DEFERRABLE,
  constraint invoice_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id),
  constraint invoice_tenant_id_subscriber_id_fkey FOREIGN KEY (tenant_id, subscriber_id) REFERENCES public.subscriber(tenant_id, id)
);
CREATE INDEX invoice_by_amount ON public.invoice USING btree (tenant_id, total_minor DESC, id DESC) INCLUDE (currency, status, issued_on, due_on, paid_minor, balance_minor, subscriber_id);
CREATE INDEX invoice_by_status ON public.invoice USING btree (tenant_id, status, issued_on DESC, id DESC) INCLUDE (currency, total_minor, paid_minor, subscriber_id);
CREATE INDEX invoice_by_subscriber ON public.invoice USING btree (tenant_id, subscriber_id);
CREATE INDEX invoice_newest ON public.invoice USING btree (tenant_id, issued_on DESC, id DESC) INCLUDE (subscriber_id);
CREATE INDEX invoice_newest_of_all ON public.invoice USING btree (issued_on DESC, id DESC) INCLUDE (tenant_id);
CREATE INDEX invoice_open ON public.invoice USING btree (tenant_id, currency, due_on) INCLUDE (balance_minor, subscriber_id) WHERE (balance_minor <> 0);
CREATE INDEX invoice_owed ON public.invoice USING btree (tenant_id, issued_on DESC, id DESC) INCLUDE (currency, due_on, status, total_minor, paid_minor, balance_minor, subscriber_id) WHERE (status = ANY (ARRAY['finalized'::text, 'partially_paid'::text]));
CREATE INDEX invoice_paid_on ON public.invoice USING btree (tenant_id, paid_on) WHERE (paid_on IS NOT NULL);
CREATE INDEX invoice_rare_search ON public.invoice USING gin (tenant_id, string_to_array(regexp_replace(search_text, '[a-z0-9 ./,_\x01-]+'::text, ''::text, 'g'::text), NULL::text)) WHERE (search_text ~ '[^a-z0-9 ./,_\x01-]'::text);
CREATE INDEX invoice_search ON public.invoice USING gin (tenant_id, search_text public.gin_trgm_ops);
CREATE TRIGGER audited_delete AFTER DELETE ON public.invoice REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.invoice REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.invoice REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER sum_deleted AFTER DELETE ON public.invoice REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION private.sum_invoices();
CREATE TRIGGER sum_inserted AFTER INSERT ON public.invoice REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.sum_invoices();
CREATE TRIGGER sum_updated AFTER UPDATE ON public.invoice REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.sum_invoices();
alter table public.invoice enable row level security, force row level security;
create policy accounts on public.invoice for select to liaison_delegate
  using (((tenant_id, subscriber_id) IN ( SELECT own_accounts.tenant_id,
    own_accounts.subscriber_id
   FROM access.own_accounts('invoice'::text, 'select'::text) own_accounts(tenant_id, subscriber_id))));
create policy deciding on public.invoice for select to liaison_authz
  using (true);
create policy ingesting on public.invoice for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.invoice for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('invoice'::text, 'insert'::text) AS reach)));
create policy readable on public.invoice for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.invoice for select to liaison_owner
  using (true);
create policy updatable on public.invoice for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('invoice'::text, 'update'::text) AS reach)));
grant select on public.invoice to liaison_authz;
grant select on public.invoice to liaison_delegate;
grant insert, select, update on public.invoice to liaison_ingest;
grant select on public.invoice to liaison_tenant;

-- What is owed to a tenant by age on one day. A job moves it to the next day; whoever finds an older day adds up invoice_due instead.
create table public.invoice_age (
  tenant_id uuid not null,
  currency text not null,
  as_of date not null,
  balances_minor numeric[] not null default '{0,0,0,0,0}'::numeric[],
  counts bigint[] not null default '{0,0,0,0,0}'::bigint[],
  credit_minor numeric not null default 0,
  oldest_due_on date,
  constraint invoice_age_balances_minor_check CHECK ((cardinality(balances_minor) = 5)),
  constraint invoice_age_counts_check CHECK ((cardinality(counts) = 5)),
  constraint invoice_age_pkey PRIMARY KEY (tenant_id, currency),
  constraint invoice_age_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.invoice_age enable row level security, force row level security;
create policy deciding on public.invoice_age for select to liaison_authz
  using (true);
create policy readable on public.invoice_age for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.invoice_age for all to liaison_owner
  using (true)
  with check (true);
grant select on public.invoice_age to liaison_authz;
grant select on public.invoice_age to liaison_delegate;
grant select on public.invoice_age to liaison_tenant;

-- The sums of a tenant's settled invoices per band of amounts (private.amount_band), so that a wide range of amounts is not added up row by row.
create table public.invoice_band (
  tenant_id uuid not null,
  currency text not null,
  status text not null,
  band integer not null,
  invoice_count bigint not null,
  total_minor numeric not null,
  paid_minor numeric not null,
  constraint invoice_band_pkey PRIMARY KEY (tenant_id, currency, status, band),
  constraint invoice_band_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'paid'::text, 'cancelled'::text]))),
  constraint invoice_band_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.invoice_band enable row level security, force row level security;
create policy deciding on public.invoice_band for select to liaison_authz
  using (true);
create policy readable on public.invoice_band for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.invoice_band for all to liaison_owner
  using (true)
  with check (true);
grant select on public.invoice_band to liaison_authz;
grant select on public.invoice_band to liaison_delegate;
grant select on public.invoice_band to liaison_tenant;

-- A partner's objection to an amount of a tenant's invoice. It changes no amount: the provider's billing credits what the tenant accepts.
create table public.invoice_dispute (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  reason text not null,
  explanation text not null,
  amount_minor bigint not null,
  currency text not null,
  status text not null default 'open'::text,
  billing_party text not null,
  created_by uuid not null,
  created_by_name text not null,
  created_by_partner_id uuid not null,
  created_by_partner_name text not null,
  delegation_id uuid not null,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamp with time zone,
  decision_note text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint invoice_dispute_amount_minor_check CHECK ((amount_minor > 0)),
  constraint invoice_dispute_billing_party_check CHECK ((billing_party = ANY (ARRAY['tenant'::text, 'partner'::text, 'split'::text]))),
  constraint invoice_dispute_check CHECK (((status = 'open'::text) = (decided_at IS NULL))),
  constraint invoice_dispute_decision_note_check CHECK ((length(decision_note) <= 2000)),
  constraint invoice_dispute_explanation_check CHECK (((length(explanation) >= 10) AND (length(explanation) <= 2000))),
  constraint invoice_dispute_pkey PRIMARY KEY (tenant_id, id),
  constraint invoice_dispute_reason_check CHECK ((reason = ANY (ARRAY['wrong_amount'::text, 'not_delivered'::text, 'duplicate'::text, 'already_paid'::text, 'other'::text]))),
  constraint invoice_dispute_status_check CHECK ((status = ANY (ARRAY['open'::text, 'accepted'::text, 'rejected'::text, 'withdrawn'::text]))),
  constraint invoice_dispute_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint invoice_dispute_tenant_id_invoice_id_fkey FOREIGN KEY (tenant_id, invoice_id) REFERENCES public.invoice(tenant_id, id)
);
CREATE INDEX invoice_dispute_newest ON public.invoice_dispute USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX invoice_dispute_of_invoice ON public.invoice_dispute USING btree (tenant_id, invoice_id);
CREATE UNIQUE INDEX invoice_dispute_open ON public.invoice_dispute USING btree (tenant_id, invoice_id) WHERE (status = 'open'::text);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.invoice_dispute FOR EACH ROW WHEN (((new.created_by_name IS NOT NULL) OR (new.created_by_partner_name IS NOT NULL) OR (new.decided_by_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('created_by_name', 'created_by_partner_name', 'decided_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.invoice_dispute FOR EACH ROW WHEN ((new.decided_by_name IS DISTINCT FROM old.decided_by_name)) EXECUTE FUNCTION private.act_in_own_name('decided_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.invoice_dispute REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.invoice_dispute REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.invoice_dispute REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER check_dispute BEFORE INSERT ON public.invoice_dispute FOR EACH ROW EXECUTE FUNCTION private.check_dispute();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.invoice_dispute FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.invoice_dispute FOR EACH ROW WHEN (((new.created_by IS NOT NULL) OR (new.decided_by IS NOT NULL))) EXECUTE FUNCTION private.act_as_oneself('created_by', 'decided_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.invoice_dispute FOR EACH ROW WHEN ((new.decided_by IS DISTINCT FROM old.decided_by)) EXECUTE FUNCTION private.act_as_oneself('decided_by');
alter table public.invoice_dispute enable row level security, force row level security;
create policy accounts on public.invoice_dispute for select to liaison_delegate
  using (((tenant_id, invoice_id) IN ( SELECT own_invoices.tenant_id,
    own_invoices.id
   FROM access.own_invoices('invoice_dispute'::text, 'select'::text) own_invoices(tenant_id, id))));
create policy accounts_insert on public.invoice_dispute for insert to liaison_delegate
  with check ((((tenant_id, invoice_id) IN ( SELECT own_invoices.tenant_id,
    own_invoices.id
   FROM access.own_invoices('invoice_dispute'::text, 'insert'::text) own_invoices(tenant_id, id))) AND (status = 'open'::text) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (created_by_partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id))));
create policy accounts_update on public.invoice_dispute for update to liaison_delegate
  using ((((tenant_id, invoice_id) IN ( SELECT own_invoices.tenant_id,
    own_invoices.id
   FROM access.own_invoices('invoice_dispute'::text, 'insert'::text) own_invoices(tenant_id, id))) AND (created_by_partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id)) AND (status = 'open'::text)))
  with check (((status = 'withdrawn'::text) AND (decided_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy answerable on public.invoice_dispute for update to liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('invoice_dispute'::text, 'update'::text) AS reach)) AND (status = 'open'::text)))
  with check (((status = ANY (ARRAY['accepted'::text, 'rejected'::text])) AND (decided_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy deciding on public.invoice_dispute for select to liaison_authz
  using (true);
create policy insertable on public.invoice_dispute for insert to liaison_delegate
  with check (((tenant_id IN ( SELECT access.reach('invoice_dispute'::text, 'insert'::text) AS reach)) AND (status = 'open'::text) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (created_by_partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id))));
create policy readable on public.invoice_dispute for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice_dispute'::text, 'select'::text) AS reach)));
create policy withdrawable on public.invoice_dispute for update to liaison_delegate
  using (((tenant_id IN ( SELECT access.reach('invoice_dispute'::text, 'insert'::text) AS reach)) AND (created_by_partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id)) AND (status = 'open'::text)))
  with check (((status = 'withdrawn'::text) AND (decided_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
grant select on public.invoice_dispute to liaison_authz;
grant insert, select on public.invoice_dispute to liaison_delegate;
grant select on public.invoice_dispute to liaison_tenant;
grant update (status, decided_by, decided_by_name, decided_at, decision_note, version, updated_at) on public.invoice_dispute to liaison_delegate;
grant update (status, decided_by, decided_by_name, decided_at, decision_note, version, updated_at) on public.invoice_dispute to liaison_tenant;

-- What is owed to a tenant per due day: invoices with a balance above zero and their sum, and apart the credit of those below zero, which does not age.
create table public.invoice_due (
  tenant_id uuid not null,
  currency text not null,
  due_on date not null,
  invoice_count bigint not null,
  balance_minor numeric not null,
  credit_minor numeric not null,
  constraint invoice_due_pkey PRIMARY KEY (tenant_id, currency, due_on),
  constraint invoice_due_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX invoice_due_open ON public.invoice_due USING btree (tenant_id, currency, due_on) WHERE (invoice_count > 0);
alter table public.invoice_due enable row level security, force row level security;
create policy deciding on public.invoice_due for select to liaison_authz
  using (true);
create policy readable on public.invoice_due for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.invoice_due for all to liaison_owner
  using (true)
  with check (true);
grant select on public.invoice_due to liaison_authz;
grant select on public.invoice_due to liaison_delegate;
grant select on public.invoice_due to liaison_tenant;

-- The sums of a tenant's invoices per month of issue and stored status, kept in the transaction of every change.
create table public.invoice_month (
  tenant_id uuid not null,
  month date not null,
  currency text not null,
  status text not null,
  invoice_count bigint not null,
  total_minor numeric not null,
  paid_minor numeric not null,
  constraint invoice_month_month_check CHECK ((month = (date_trunc('month'::text, (month)::timestamp without time zone))::date)),
  constraint invoice_month_pkey PRIMARY KEY (tenant_id, month, currency, status),
  constraint invoice_month_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'finalized'::text, 'partially_paid'::text, 'paid'::text, 'cancelled'::text]))),
  constraint invoice_month_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.invoice_month enable row level security, force row level security;
create policy deciding on public.invoice_month for select to liaison_authz
  using (true);
create policy readable on public.invoice_month for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.invoice_month for all to liaison_owner
  using (true)
  with check (true);
grant select on public.invoice_month to liaison_authz;
grant select on public.invoice_month to liaison_delegate;
grant select on public.invoice_month to liaison_tenant;

-- Reminders that partners sent in a tenant's name: at most one a day (UTC) for an invoice, whoever sends it.
create table public.invoice_reminder (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  sent_on date not null,
  sent_at timestamp with time zone not null,
  recipient text not null,
  days_overdue integer not null,
  balance_minor bigint not null,
  currency text not null,
  billing_party text not null,
  sent_by uuid not null,
  sent_by_name text not null,
  partner_id uuid not null,
  partner_name text not null,
  delegation_id uuid not null,
  constraint invoice_reminder_billing_party_check CHECK ((billing_party = ANY (ARRAY['tenant'::text, 'partner'::text, 'split'::text]))),
  constraint invoice_reminder_days_overdue_check CHECK ((days_overdue > 0)),
  constraint invoice_reminder_pkey PRIMARY KEY (tenant_id, id),
  constraint invoice_reminder_recipient_check CHECK ((recipient = ANY (ARRAY['customer'::text, 'tenant'::text]))),
  constraint invoice_reminder_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint invoice_reminder_tenant_id_invoice_id_fkey FOREIGN KEY (tenant_id, invoice_id) REFERENCES public.invoice(tenant_id, id),
  constraint invoice_reminder_tenant_id_invoice_id_sent_on_key UNIQUE (tenant_id, invoice_id, sent_on)
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.invoice_reminder FOR EACH ROW WHEN ((new.sent_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('sent_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.invoice_reminder REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.invoice_reminder REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.invoice_reminder REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.invoice_reminder FOR EACH ROW WHEN ((new.sent_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('sent_by');
alter table public.invoice_reminder enable row level security, force row level security;
create policy accounts on public.invoice_reminder for select to liaison_delegate
  using (((tenant_id, invoice_id) IN ( SELECT own_invoices.tenant_id,
    own_invoices.id
   FROM access.own_invoices('invoice_reminder'::text, 'select'::text) own_invoices(tenant_id, id))));
create policy accounts_insert on public.invoice_reminder for insert to liaison_delegate
  with check ((((tenant_id, invoice_id) IN ( SELECT own_invoices.tenant_id,
    own_invoices.id
   FROM access.own_invoices('invoice_reminder'::text, 'insert'::text) own_invoices(tenant_id, id))) AND (sent_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id))));
create policy deciding on public.invoice_reminder for select to liaison_authz
  using (true);
create policy insertable on public.invoice_reminder for insert to liaison_delegate
  with check (((tenant_id IN ( SELECT access.reach('invoice_reminder'::text, 'insert'::text) AS reach)) AND (sent_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (partner_id = ( SELECT access.context_id('partner_id'::text) AS context_id))));
create policy readable on public.invoice_reminder for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice_reminder'::text, 'select'::text) AS reach)));
grant select on public.invoice_reminder to liaison_authz;
grant insert, select on public.invoice_reminder to liaison_delegate;
grant select on public.invoice_reminder to liaison_tenant;

-- The sums of all of a tenant's invoices per stored status, whatever their day: what a list over very many tenants says of the whole.
create table public.invoice_state (
  tenant_id uuid not null,
  currency text not null,
  status text not null,
  invoice_count bigint not null,
  total_minor numeric not null,
  paid_minor numeric not null,
  constraint invoice_state_pkey PRIMARY KEY (tenant_id, currency, status),
  constraint invoice_state_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'finalized'::text, 'partially_paid'::text, 'paid'::text, 'cancelled'::text]))),
  constraint invoice_state_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.invoice_state enable row level security, force row level security;
create policy deciding on public.invoice_state for select to liaison_authz
  using (true);
create policy readable on public.invoice_state for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('invoice'::text, 'select'::text) AS reach)));
create policy summing on public.invoice_state for all to liaison_owner
  using (true)
  with check (true);
grant select on public.invoice_state to liaison_authz;
grant select on public.invoice_state to liaison_delegate;
grant select on public.invoice_state to liaison_tenant;

create table public.payment (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  amount_minor bigint not null,
  currency text not null,
  received_at timestamp with time zone not null,
  method text not null default 'unknown'::text,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  constraint payment_amount_bounded CHECK ((abs(amount_minor) <= '1000000000000'::bigint)),
  constraint payment_amount_minor_check CHECK (((amount_minor <> 0) AND (abs(amount_minor) < '9007199254740992'::bigint))),
  constraint payment_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payment_pkey PRIMARY KEY (tenant_id, id),
  constraint payment_tenant_id_invoice_id_fkey FOREIGN KEY (tenant_id, invoice_id) REFERENCES public.invoice(tenant_id, id),
  constraint payment_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id)
);
CREATE INDEX payment_newest ON public.payment USING btree (tenant_id, received_at DESC, id DESC) INCLUDE (amount_minor, currency, invoice_id);
CREATE INDEX payment_tenant_id_invoice_id_idx ON public.payment USING btree (tenant_id, invoice_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.payment REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.payment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.payment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER sum_deleted AFTER DELETE ON public.payment REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION private.sum_payments();
CREATE TRIGGER sum_inserted AFTER INSERT ON public.payment REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.sum_payments();
CREATE TRIGGER sum_updated AFTER UPDATE ON public.payment REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.sum_payments();
alter table public.payment enable row level security, force row level security;
create policy accounts on public.payment for select to liaison_delegate
  using (((tenant_id, invoice_id) IN ( SELECT own_invoices.tenant_id,
    own_invoices.id
   FROM access.own_invoices('payment'::text, 'select'::text) own_invoices(tenant_id, id))));
create policy deciding on public.payment for select to liaison_authz
  using (true);
create policy ingesting on public.payment for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.payment for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('payment'::text, 'insert'::text) AS reach)));
create policy readable on public.payment for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('payment'::text, 'select'::text) AS reach)));
create policy summing on public.payment for select to liaison_owner
  using (true);
create policy updatable on public.payment for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('payment'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('payment'::text, 'update'::text) AS reach)));
grant select on public.payment to liaison_authz;
grant select on public.payment to liaison_delegate;
grant insert, select, update on public.payment to liaison_ingest;
grant select on public.payment to liaison_tenant;

-- A consumer of a tenant's service.
create table public.subscriber (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  name text not null,
  status text not null,
  plan text,
  city text,
  postal_code text,
  activated_on date,
  closed_on date,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  billing_email text,
  constraint subscriber_billing_email_check CHECK ((billing_email ~ '^[^@\s]{1,64}@[^@\s]{1,189}$'::text)),
  constraint subscriber_pkey PRIMARY KEY (tenant_id, id),
  constraint subscriber_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'closed'::text]))),
  constraint subscriber_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint subscriber_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id)
);
CREATE INDEX subscriber_by_name ON public.subscriber USING btree (tenant_id, name, id);
CREATE INDEX subscriber_tenant_id_status_idx ON public.subscriber USING btree (tenant_id, status);
CREATE TRIGGER audited_delete AFTER DELETE ON public.subscriber REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.subscriber REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.subscriber REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER count_deleted AFTER DELETE ON public.subscriber REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION private.count_subscribers();
CREATE TRIGGER count_inserted AFTER INSERT ON public.subscriber REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.count_subscribers();
CREATE TRIGGER count_updated AFTER UPDATE ON public.subscriber REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.count_subscribers();
alter table public.subscriber enable row level security, force row level security;
create policy accounts on public.subscriber for select to liaison_delegate
  using (((tenant_id, id) IN ( SELECT own_accounts.tenant_id,
    own_accounts.subscriber_id
   FROM access.own_accounts('subscriber'::text, 'select'::text) own_accounts(tenant_id, subscriber_id))));
create policy deciding on public.subscriber for select to liaison_authz
  using (true);
create policy ingesting on public.subscriber for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.subscriber for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('subscriber'::text, 'insert'::text) AS reach)));
create policy readable on public.subscriber for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('subscriber'::text, 'select'::text) AS reach)));
create policy updatable on public.subscriber for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('subscriber'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('subscriber'::text, 'update'::text) AS reach)));
grant select on public.subscriber to liaison_authz;
grant insert, select, update on public.subscriber to liaison_ingest;
grant select on public.subscriber to liaison_tenant;
grant select (tenant_id, id, name, status, plan, city, postal_code, activated_on, closed_on, source, external_id, created_at, updated_at) on public.subscriber to liaison_delegate;

-- What was owed on an earlier day by age, from the invoices and payments themselves, of the tenants that this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.age_billing(tenants uuid[], wanted_day date)
 RETURNS TABLE(tenant_id uuid, currency text, late_0_minor bigint, late_30_minor bigint, late_60_minor bigint, late_90_minor bigint, late_more_minor bigint, late_0_count bigint, late_30_count bigint, late_60_count bigint, late_90_count bigint, late_more_count bigint, credit_minor bigint, oldest_due_on date)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
  later_from timestamptz := (wanted_day + 1)::timestamp at time zone 'UTC';
begin
  return query
    with later as (
      select p.tenant_id, p.invoice_id, sum(p.amount_minor) as amount
      from payment p where p.tenant_id = any (reached) and p.received_at >= later_from group by 1, 2),
    candidate as (
      select i.tenant_id, i.id from invoice i where i.tenant_id = any (reached) and i.balance_minor <> 0
      union
      select l.tenant_id, l.invoice_id from later l
      union
      select i.tenant_id, i.id from invoice i where i.tenant_id = any (reached) and i.paid_on > wanted_day),
    owed as (
      select i.tenant_id, i.currency, i.due_on, private.age_bucket(i.due_on, wanted_day) as bucket,
        i.total_minor - i.paid_minor + coalesce(l.amount, 0)
          + case when i.paid_on > wanted_day then greatest(i.paid_minor - coalesce((select sum(p.amount_minor) from payment p where p.tenant_id = i.tenant_id and p.invoice_id = i.id), 0), 0) else 0 end as balance
      from candidate c
      join invoice i on i.tenant_id = c.tenant_id and i.id = c.id and i.issued_on <= wanted_day and i.status in ('finalized', 'partially_paid', 'paid')
      left join later l on l.tenant_id = i.tenant_id and l.invoice_id = i.id)
    select o.tenant_id, o.currency,
      coalesce(sum(o.balance) filter (where o.bucket = 1 and o.balance > 0), 0)::bigint, coalesce(sum(o.balance) filter (where o.bucket = 2 and o.balance > 0), 0)::bigint,
      coalesce(sum(o.balance) filter (where o.bucket = 3 and o.balance > 0), 0)::bigint, coalesce(sum(o.balance) filter (where o.bucket = 4 and o.balance > 0), 0)::bigint,
      coalesce(sum(o.balance) filter (where o.bucket = 5 and o.balance > 0), 0)::bigint,
      count(*) filter (where o.bucket = 1 and o.balance > 0), count(*) filter (where o.bucket = 2 and o.balance > 0), count(*) filter (where o.bucket = 3 and o.balance > 0),
      count(*) filter (where o.bucket = 4 and o.balance > 0), count(*) filter (where o.bucket = 5 and o.balance > 0),
      coalesce(sum(o.balance) filter (where o.balance < 0), 0)::bigint, min(o.due_on) filter (where o.balance > 0 and o.bucket > 1)
    from owed o where o.balance <> 0 group by 1, 2;
end
$function$;
grant execute on access.age_billing(uuid[],date) to liaison_delegate;
grant execute on access.age_billing(uuid[],date) to liaison_tenant;

-- The mail address of the other side of a dispute, for those who may raise or answer disputes there.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.dispute_addressee(wanted_tenant uuid, wanted_dispute uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if access.context_plane() = 'tenant' and wanted_tenant in (select access.reach('invoice_dispute', 'update')) then
    return (
      select p.email from public.invoice_dispute d join public.person p on p.id = d.created_by and p.status = 'active'
      where d.tenant_id = wanted_tenant and d.id = wanted_dispute and exists (
        select from public.link_member m
        join public.delegation l on l.id = m.link_id and l.partner_id = d.created_by_partner_id and access.in_force(l)
        join public.partner_member w on w.id = m.member_id and w.status = 'active'
        where m.tenant_id = wanted_tenant and m.person_id = d.created_by and (m.ends_at is null or m.ends_at > statement_timestamp())));
  end if;
  if access.context_plane() = 'delegation' and wanted_tenant in (select access.reach('invoice_dispute', 'insert') union select access.restricted_reach('invoice_dispute', 'insert')) then
    return (select t.contact ->> 'billing_email' from public.tenant t where t.id = wanted_tenant);
  end if;
  return null;
end
$function$;
grant execute on access.dispute_addressee(uuid,uuid) to liaison_delegate;
grant execute on access.dispute_addressee(uuid,uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_half_of_invoices(tenants uuid[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select 2 * coalesce(sum(s.invoice_count), 0) >= c.reltuples and c.reltuples > 0
  from pg_class c left join public.invoice_state s on s.tenant_id = any (tenants)
  where c.oid = 'public.invoice'::regclass
  group by c.reltuples
  $function$;

-- Of the newest invoices before a place in the list, as many as wanted of the tenants that this transaction may read whole; fewer when they are not among so many of all.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.newest_invoices(tenants uuid[], before_day date, before_id uuid, wanted integer, at_most integer)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 50
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
begin
  return query
    select n.tenant_id, n.id
    from (
      select i.tenant_id, i.id, i.issued_on from invoice i
      where (i.issued_on, i.id) < (before_day, before_id)
      order by i.issued_on desc, i.id desc limit at_most) n
    -- Within an expression it stays a look into a hash, row by row in the order of the index, and ends with the last row wanted.
    where coalesce(n.tenant_id in (select unnest(reached)), false)
    order by n.issued_on desc, n.id desc limit wanted;
end
$function$;
grant execute on access.newest_invoices(uuid[],date,uuid,integer,integer) to liaison_delegate;
grant execute on access.newest_invoices(uuid[],date,uuid,integer,integer) to liaison_tenant;

-- How the tenant lets a reminder of an invoice be sent, for callers who may send one.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.reminder_terms(wanted_tenant uuid, wanted_invoice uuid)
 RETURNS TABLE(reminders text, recipient text, reply_to text, note text, tenant_name text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if wanted_tenant not in (select access.reach('invoice_reminder', 'insert'))
    and (wanted_tenant, wanted_invoice) not in (select * from access.own_invoices('invoice_reminder', 'insert')) then
    return;
  end if;
  return query
    select coalesce(s.reminders, 'customer'), case coalesce(s.reminders, 'customer') when 'customer' then c.billing_email when 'tenant' then t.contact ->> 'billing_email' end,
      s.reply_to, s.reminder_note, t.name
    from public.invoice i
    join public.tenant t on t.id = i.tenant_id
    left join public.billing_setting s on s.tenant_id = i.tenant_id
    left join public.subscriber c on c.tenant_id = i.tenant_id and c.id = i.subscriber_id
    where i.tenant_id = wanted_tenant and i.id = wanted_invoice;
end
$function$;
grant execute on access.reminder_terms(uuid,uuid) to liaison_delegate;

-- The invoices whose number or customer is like a pattern, or begins with a text of one or two letters, of those of the tenants that this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.search_invoices(pattern text, tenants uuid[])
 RETURNS TABLE(tenant_id uuid, id uuid, issued_on date, due_on date, status text, currency text, total_minor bigint, paid_minor bigint, balance_minor bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 500
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  wanted text := lower(pattern);
  beginning text := substr(wanted, 2, greatest(char_length(wanted) - 2, 0));
  is_short boolean := beginning ~ '^[ -~]{1,2}$' and beginning ~ '[a-z0-9]' and beginning !~ '[\\%_]';
  -- In a pattern a backslash stands before each sign that would be a wildcard.
  rare text[] := string_to_array(regexp_replace(regexp_replace(beginning, '\\(.)', '\1', 'g'), '[a-z0-9 ./,_\x01-]+', '', 'g'), null);
  reached uuid[] := array(select r from access.reach('invoice', 'select') r where r = any (tenants));
  is_long boolean := wanted ~ '[a-z0-9]{3}';
begin
  if (is_long and access.has_half_of_invoices(reached)) then
    return query
      with found as materialized (
        select n.tenant_id, n.id, n.issued_on, n.due_on, n.status, n.currency, n.total_minor, n.paid_minor, n.balance_minor from invoice n where n.search_text like wanted)
      select f.* from found f where f.tenant_id = any (reached);
  elsif (is_long) then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (select * from invoice n where n.tenant_id = t.id and n.search_text like wanted) i;
  elsif (is_short) then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (
        select * from invoice n where n.tenant_id = t.id and (n.search_text like beginning || '%' or n.search_text like '%' || chr(1) || beginning || '%')) i;
  elsif (cardinality(rare) > 0) then
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from unnest(reached) t (id) cross join lateral (
        select * from invoice n
        where n.tenant_id = t.id and string_to_array(regexp_replace(n.search_text, '[a-z0-9 ./,_\x01-]+', '', 'g'), null) @> rare and n.search_text ~ '[^a-z0-9 ./,_\x01-]' and n.search_text || '' like wanted) i;
  else
    -- Signs that nearly every row has are in no index: every row of these tenants is looked at.
    return query
      select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
      from invoice i where i.tenant_id = any (reached) and i.search_text || '' like wanted;
  end if;
  -- Where a link opens the partner's own accounts alone, only their invoices are looked at; they are few, so no index is asked.
  return query
    select i.tenant_id, i.id, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
    from access.own_invoices('invoice', 'select') o join invoice i on i.tenant_id = o.tenant_id and i.id = o.id
    where i.tenant_id = any (tenants) and case when is_short and not is_long
      then i.search_text like beginning || '%' or i.search_text like '%' || chr(1) || beginning || '%'
      else i.search_text || '' like wanted end;
end
$function$;
grant execute on access.search_invoices(text,uuid[]) to liaison_delegate;
grant execute on access.search_invoices(text,uuid[]) to liaison_tenant;

-- Count and sums per currency of all invoices of whole states, and what of them is overdue on a day, of the tenants that this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.sum_invoice_states(tenants uuid[], states text[], wanted_currency text, wanted_day date)
 RETURNS TABLE(currency text, invoice_count integer, total_minor bigint, paid_minor bigint, outstanding_minor bigint, overdue_minor bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 5
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_nestloop TO 'off'
 SET enable_sort TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
begin
  return query
    with kept as (
      select s.currency, sum(s.invoice_count)::integer as invoices, sum(s.total_minor)::bigint as total, sum(s.paid_minor)::bigint as paid,
        coalesce(sum(s.total_minor - s.paid_minor) filter (where s.status in ('finalized', 'partially_paid')), 0)::bigint as outstanding
      from invoice_state s
      where s.tenant_id = any (reached) and s.status = any (states) and (wanted_currency is null or s.currency = wanted_currency)
      group by 1
      having sum(s.invoice_count) > 0),
    late as (
      select a.currency, sum(case when a.as_of = wanted_day then a.balances_minor[2] + a.balances_minor[3] + a.balances_minor[4] + a.balances_minor[5]
        else (select sum(d.balance_minor) from invoice_due d where d.tenant_id = a.tenant_id and d.currency = a.currency and d.due_on < wanted_day) end)::bigint as overdue
      from invoice_age a
      where a.tenant_id = any (reached) and states @> '{finalized,partially_paid}'
      group by 1)
    select k.currency, k.invoices, k.total, k.paid, k.outstanding, coalesce(l.overdue, 0) from kept k left join late l on l.currency = k.currency;
end
$function$;
grant execute on access.sum_invoice_states(uuid[],text[],text,date) to liaison_delegate;
grant execute on access.sum_invoice_states(uuid[],text[],text,date) to liaison_tenant;

-- Per tenant and currency: invoiced and collected in a span of days, both ends included, and what is owed by age on a day, of the tenants that this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.summarise_billing(tenants uuid[], first_day date, last_day date, wanted_day date)
 RETURNS TABLE(tenant_id uuid, currency text, invoice_count bigint, paid_invoice_count bigint, invoiced_minor bigint, collected_minor bigint, late_0_minor bigint, late_30_minor bigint, late_60_minor bigint, late_90_minor bigint, late_more_minor bigint, late_0_count bigint, late_30_count bigint, late_60_count bigint, late_90_count bigint, late_more_count bigint, credit_minor bigint, oldest_due_on date, dispute_count bigint, dispute_minor bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_nestloop TO 'off'
 SET enable_sort TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  reached uuid[] := array(select r from access.reach('invoice', 'select') r join unnest(tenants) t (id) on t.id = r);
  first_month date := date_trunc('month', first_day::timestamp)::date;
  last_month date := date_trunc('month', last_day::timestamp)::date;
  -- The place of the last day of the span in its month, and of the last day before it in the first; none before the first of a month.
  up_to integer := extract(day from last_day);
  before integer := nullif(extract(day from first_day)::integer - 1, 0);
begin
  return query
    -- The sums up to each day make wide rows: what is wanted of them is taken out before anything is put together.
    with part as (
      select m.tenant_id, m.currency,
        case when m.month = last_month then m.invoice_counts[up_to] else m.invoice_count end - case when m.month = first_month then coalesce(m.invoice_counts[before], 0) else 0 end as invoices,
        case when m.month = last_month then m.paid_invoice_counts[up_to] else m.paid_invoice_count end - case when m.month = first_month then coalesce(m.paid_invoice_counts[before], 0) else 0 end as paid,
        case when m.month = last_month then m.invoiced_sums[up_to] else m.invoiced_minor end - case when m.month = first_month then coalesce(m.invoiced_sums[before], 0) else 0 end as invoiced,
        case when m.month = last_month then m.collected_sums[up_to] else m.collected_minor end - case when m.month = first_month then coalesce(m.collected_sums[before], 0) else 0 end as collected
      from billing_month m
      where m.tenant_id = any (reached) and m.month >= first_month and m.month <= last_month and first_day <= last_day
      offset 0),
    moved as (
      select p.tenant_id, p.currency, sum(p.invoices)::bigint as invoices, sum(p.paid)::bigint as paid, sum(p.invoiced)::bigint as invoiced, sum(p.collected)::bigint as collected
      from part p group by 1, 2),
    age as (
      select a.tenant_id, a.currency, a.credit_minor, a.oldest_due_on, a.as_of, a.balances_minor, a.counts
      from invoice_age a where a.tenant_id = any (reached)),
    -- Where the ages are of another day, what is owed is added up by due day.
    aged as (
      select u.tenant_id, u.currency, b.bucket, sum(u.balance_minor) as balance, sum(u.invoice_count)::bigint as invoices
      from invoice_due u
      join age a on a.tenant_id = u.tenant_id and a.currency = u.currency and a.as_of <> wanted_day
      cross join lateral (select private.age_bucket(u.due_on, wanted_day) as bucket) b
      where u.tenant_id = any (reached) and u.invoice_count <> 0 and exists (select from age other where other.as_of <> wanted_day)
      group by 1, 2, 3),
    sorted as (
      select g.tenant_id, g.currency,
        array[coalesce(sum(g.balance) filter (where g.bucket = 1), 0), coalesce(sum(g.balance) filter (where g.bucket = 2), 0), coalesce(sum(g.balance) filter (where g.bucket = 3), 0),
          coalesce(sum(g.balance) filter (where g.bucket = 4), 0), coalesce(sum(g.balance) filter (where g.bucket = 5), 0)] as balances,
        array[coalesce(sum(g.invoices) filter (where g.bucket = 1), 0), coalesce(sum(g.invoices) filter (where g.bucket = 2), 0), coalesce(sum(g.invoices) filter (where g.bucket = 3), 0),
          coalesce(sum(g.invoices) filter (where g.bucket = 4), 0), coalesce(sum(g.invoices) filter (where g.bucket = 5), 0)]::bigint[] as counts
      from aged g group by 1, 2),
    disputed as (
      select d.tenant_id, d.currency, count(*) as disputes, sum(d.amount_minor)::bigint as amount
      from invoice_dispute d where d.tenant_id = any (reached) and d.status = 'open' group by 1, 2),
    -- An array is taken apart once for each figure of it, so it is decided before which one it is.
    total as (
      select coalesce(a.tenant_id, m.tenant_id) as tenant_id, coalesce(a.currency, m.currency) as currency, m.invoices, m.paid, m.invoiced, m.collected,
        case when a.as_of = wanted_day then a.balances_minor else s.balances end as balances, case when a.as_of = wanted_day then a.counts else s.counts end as counts,
        a.credit_minor, a.oldest_due_on, d.disputes, d.amount as disputed
      from age a
      full join moved m on m.tenant_id = a.tenant_id and m.currency = a.currency
      left join sorted s on s.tenant_id = a.tenant_id and s.currency = a.currency
      left join disputed d on d.tenant_id = a.tenant_id and d.currency = a.currency
      offset 0)
    select k.tenant_id, k.currency, coalesce(k.invoices, 0), coalesce(k.paid, 0), coalesce(k.invoiced, 0), coalesce(k.collected, 0),
      coalesce(k.balances[1], 0)::bigint, coalesce(k.balances[2], 0)::bigint, coalesce(k.balances[3], 0)::bigint, coalesce(k.balances[4], 0)::bigint, coalesce(k.balances[5], 0)::bigint,
      coalesce(k.counts[1], 0), coalesce(k.counts[2], 0), coalesce(k.counts[3], 0), coalesce(k.counts[4], 0), coalesce(k.counts[5], 0), coalesce(k.credit_minor, 0)::bigint,
      case when k.counts[2] + k.counts[3] + k.counts[4] + k.counts[5] > 0 then k.oldest_due_on end,
      coalesce(k.disputes, 0), coalesce(k.disputed, 0)
    from total k;
end
$function$;
grant execute on access.summarise_billing(uuid[],date,date,date) to liaison_delegate;
grant execute on access.summarise_billing(uuid[],date,date,date) to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_days(sums bigint[], added bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE
RETURN ARRAY(SELECT (x.kept + x.more) FROM UNNEST(add_days.sums, add_days.added) WITH ORDINALITY x(kept, more, place) ORDER BY x.place);

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_invoice_deltas(deltas private.invoice_delta[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into invoice_month as m (tenant_id, month, currency, status, invoice_count, total_minor, paid_minor)
  select d.tenant_id, date_trunc('month', d.issued_on::timestamp)::date, d.currency, d.status, sum(d.invoice_count), sum(d.total_minor), sum(d.paid_minor)
  from unnest(deltas) d
  group by 1, 2, 3, 4
  having sum(d.invoice_count) <> 0 or sum(d.total_minor) <> 0 or sum(d.paid_minor) <> 0
  order by 1, 2, 3, 4
  on conflict (tenant_id, month, currency, status) do update
  set invoice_count = m.invoice_count + excluded.invoice_count, total_minor = m.total_minor + excluded.total_minor, paid_minor = m.paid_minor + excluded.paid_minor;

  insert into invoice_band as b (tenant_id, currency, status, band, invoice_count, total_minor, paid_minor)
  select d.tenant_id, d.currency, d.status, d.band, sum(d.invoice_count), sum(d.total_minor), sum(d.paid_minor)
  from unnest(deltas) d
  where d.status in ('draft', 'paid', 'cancelled')
  group by 1, 2, 3, 4
  having sum(d.invoice_count) <> 0 or sum(d.total_minor) <> 0 or sum(d.paid_minor) <> 0
  order by 1, 2, 3, 4
  on conflict (tenant_id, currency, status, band) do update
  set invoice_count = b.invoice_count + excluded.invoice_count, total_minor = b.total_minor + excluded.total_minor, paid_minor = b.paid_minor + excluded.paid_minor;

  insert into invoice_state as s (tenant_id, currency, status, invoice_count, total_minor, paid_minor)
  select d.tenant_id, d.currency, d.status, sum(d.invoice_count), sum(d.total_minor), sum(d.paid_minor)
  from unnest(deltas) d
  group by 1, 2, 3
  having sum(d.invoice_count) <> 0 or sum(d.total_minor) <> 0 or sum(d.paid_minor) <> 0
  order by 1, 2, 3
  on conflict (tenant_id, currency, status) do update
  set invoice_count = s.invoice_count + excluded.invoice_count, total_minor = s.total_minor + excluded.total_minor, paid_minor = s.paid_minor + excluded.paid_minor;

  insert into billing_month as b (tenant_id, month, currency, invoice_count, paid_invoice_count, invoiced_minor, invoice_counts, paid_invoice_counts, invoiced_sums)
  select x.tenant_id, x.month, x.currency, sum(x.invoices), sum(x.paid), sum(x.invoiced),
    private.sum_days(array_agg(x.day), array_agg(x.invoices)), private.sum_days(array_agg(x.day), array_agg(x.paid)), private.sum_days(array_agg(x.day), array_agg(x.invoiced))
  from (
    select d.tenant_id, date_trunc('month', d.issued_on::timestamp)::date as month, d.currency, extract(day from d.issued_on)::integer as day,
      sum(d.invoice_count)::bigint as invoices, coalesce(sum(d.invoice_count) filter (where d.status = 'paid'), 0)::bigint as paid, sum(d.total_minor)::bigint as invoiced
    from unnest(deltas) d
    where d.status in ('finalized', 'partially_paid', 'paid')
    group by 1, 2, 3, 4) x
  group by 1, 2, 3
  having bool_or(x.invoices <> 0 or x.paid <> 0 or x.invoiced <> 0)
  order by 1, 2, 3
  on conflict (tenant_id, month, currency) do update
  set invoice_count = b.invoice_count + excluded.invoice_count, paid_invoice_count = b.paid_invoice_count + excluded.paid_invoice_count, invoiced_minor = b.invoiced_minor + excluded.invoiced_minor,
    invoice_counts = private.add_days(b.invoice_counts, excluded.invoice_counts), paid_invoice_counts = private.add_days(b.paid_invoice_counts, excluded.paid_invoice_counts),
    invoiced_sums = private.add_days(b.invoiced_sums, excluded.invoiced_sums);

  insert into invoice_due as u (tenant_id, currency, due_on, invoice_count, balance_minor, credit_minor)
  select d.tenant_id, d.currency, d.due_on, sum(d.owed_count), sum(d.balance_minor), sum(d.credit_minor)
  from unnest(deltas) d
  group by 1, 2, 3
  having sum(d.owed_count) <> 0 or sum(d.balance_minor) <> 0 or sum(d.credit_minor) <> 0
  order by 1, 2, 3
  on conflict (tenant_id, currency, due_on) do update
  set invoice_count = u.invoice_count + excluded.invoice_count, balance_minor = u.balance_minor + excluded.balance_minor, credit_minor = u.credit_minor + excluded.credit_minor;

  perform private.add_to_ages(deltas);
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.add_to_ages(deltas private.invoice_delta[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  -- Whoever has invoices has a row, whether or not anything is owed.
  insert into invoice_age (tenant_id, currency, as_of)
  select d.tenant_id, d.currency, (statement_timestamp() at time zone 'UTC')::date
  from unnest(deltas) d
  group by 1, 2
  order by 1, 2
  on conflict do nothing;
  -- The day of a row stands still while it is locked, so what is added is aged as the row is.
  perform from invoice_age a
  where (a.tenant_id, a.currency) in (select d.tenant_id, d.currency from unnest(deltas) d where d.owed_count <> 0 or d.balance_minor <> 0 or d.credit_minor <> 0)
  order by a.tenant_id, a.currency
  for update;
  update invoice_age a
  set balances_minor = array[a.balances_minor[1] + x.b1, a.balances_minor[2] + x.b2, a.balances_minor[3] + x.b3, a.balances_minor[4] + x.b4, a.balances_minor[5] + x.b5],
    counts = array[a.counts[1] + x.n1, a.counts[2] + x.n2, a.counts[3] + x.n3, a.counts[4] + x.n4, a.counts[5] + x.n5],
    credit_minor = a.credit_minor + x.credit,
    oldest_due_on = (select u.due_on from invoice_due u where u.tenant_id = a.tenant_id and u.currency = a.currency and u.invoice_count > 0 order by u.due_on limit 1)
  from (
    select k.tenant_id, k.currency,
      coalesce(sum(d.balance_minor) filter (where k.bucket = 1), 0) as b1, coalesce(sum(d.balance_minor) filter (where k.bucket = 2), 0) as b2,
      coalesce(sum(d.balance_minor) filter (where k.bucket = 3), 0) as b3, coalesce(sum(d.balance_minor) filter (where k.bucket = 4), 0) as b4,
      coalesce(sum(d.balance_minor) filter (where k.bucket = 5), 0) as b5,
      coalesce(sum(d.owed_count) filter (where k.bucket = 1), 0) as n1, coalesce(sum(d.owed_count) filter (where k.bucket = 2), 0) as n2,
      coalesce(sum(d.owed_count) filter (where k.bucket = 3), 0) as n3, coalesce(sum(d.owed_count) filter (where k.bucket = 4), 0) as n4,
      coalesce(sum(d.owed_count) filter (where k.bucket = 5), 0) as n5,
      sum(d.credit_minor) as credit
    from unnest(deltas) d
    join lateral (
      select g.tenant_id, g.currency, private.age_bucket(d.due_on, g.as_of) as bucket
      from invoice_age g where g.tenant_id = d.tenant_id and g.currency = d.currency) k on true
    where d.owed_count <> 0 or d.balance_minor <> 0 or d.credit_minor <> 0
    group by 1, 2) x
  where a.tenant_id = x.tenant_id and a.currency = x.currency;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.age_bucket(due_on date, as_of date)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (due_on >= as_of) THEN 1 WHEN (due_on >= (as_of - 30)) THEN 2 WHEN (due_on >= (as_of - 60)) THEN 3 WHEN (due_on >= (as_of - 90)) THEN 4 ELSE 5 END;
grant execute on private.age_bucket(date,date) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.amount_band(amount bigint)
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  size bigint := abs(amount);
  power integer := 0;
begin
  if size < 16 then
    return amount;
  end if;
  while size >= 32 loop
    size := size >> 1;
    power := power + 1;
  end loop;
  return sign(amount)::integer * (16 * power + size::integer);
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.check_dispute()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from invoice i where i.tenant_id = new.tenant_id and i.id = new.invoice_id and i.currency = new.currency and i.balance_minor >= new.amount_minor) then
    raise exception 'a dispute is about no more than what is owed on the invoice' using errcode = 'check_violation', constraint = 'dispute_amount';
  end if;
  return new;
end
$function$;

-- Compares every kept sum with the rows. Empty unless a sum is wrong.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.differing_sums()
 RETURNS TABLE(kind text, tenant_id uuid, detail text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with
  months as (
    select i.tenant_id, date_trunc('month', i.issued_on::timestamp)::date as month, i.currency, i.status, count(*) as n, sum(i.total_minor) as total, sum(i.paid_minor) as paid from invoice i group by 1, 2, 3, 4),
  kept_months as (select m.tenant_id, m.month, m.currency, m.status, m.invoice_count, m.total_minor, m.paid_minor from invoice_month m where m.invoice_count <> 0 or m.total_minor <> 0 or m.paid_minor <> 0),
  bands as (
    select i.tenant_id, i.currency, i.status, private.amount_band(i.total_minor) as band, count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i where i.status in ('draft', 'paid', 'cancelled') group by 1, 2, 3, 4),
  kept_bands as (select b.tenant_id, b.currency, b.status, b.band, b.invoice_count, b.total_minor, b.paid_minor from invoice_band b where b.invoice_count <> 0 or b.total_minor <> 0 or b.paid_minor <> 0),
  moves as (
    select i.tenant_id, i.currency, i.issued_on as day, 1 as n, (i.status = 'paid')::integer as paid, i.total_minor as invoiced, 0 as payments, 0 as collected from invoice i where i.status in ('finalized', 'partially_paid', 'paid')
    union all
    select p.tenant_id, p.currency, (p.received_at at time zone 'UTC')::date, 0, 0, 0, 1, p.amount_minor from payment p),
  days as (
    select m.tenant_id, m.currency, m.day, sum(m.n) as n, sum(m.paid) as paid, sum(m.invoiced) as invoiced, sum(m.collected) as collected from moves m group by 1, 2, 3
    having (sum(m.n), sum(m.paid), sum(m.invoiced), sum(m.collected)) <> (0, 0, 0, 0)),
  kept_days as (
    select b.tenant_id, b.currency, b.month + g.day - 1 as day, b.invoice_counts[g.day] - coalesce(b.invoice_counts[g.day - 1], 0) as n, b.paid_invoice_counts[g.day] - coalesce(b.paid_invoice_counts[g.day - 1], 0) as paid,
      b.invoiced_sums[g.day] - coalesce(b.invoiced_sums[g.day - 1], 0) as invoiced, b.collected_sums[g.day] - coalesce(b.collected_sums[g.day - 1], 0) as collected
    from billing_month b cross join generate_series(1, 31) g (day)),
  moved_days as (select k.* from kept_days k where (k.n, k.paid, k.invoiced, k.collected) <> (0, 0, 0, 0)),
  states as (select i.tenant_id, i.currency, i.status, count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i group by 1, 2, 3),
  kept_states as (select s.tenant_id, s.currency, s.status, s.invoice_count, s.total_minor, s.paid_minor from invoice_state s where s.invoice_count <> 0 or s.total_minor <> 0 or s.paid_minor <> 0),
  oldest as (select i.tenant_id, i.currency, min(i.due_on) from invoice i where i.balance_minor > 0 group by 1, 2),
  kept_oldest as (select a.tenant_id, a.currency, a.oldest_due_on from invoice_age a where a.oldest_due_on is not null),
  whole_months as (select m.tenant_id, m.currency, date_trunc('month', m.day::timestamp)::date, sum(m.n), sum(m.paid), sum(m.invoiced), sum(m.payments), sum(m.collected) from moves m group by 1, 2, 3),
  kept_whole_months as (
    select b.tenant_id, b.currency, b.month, b.invoice_count, b.paid_invoice_count, b.invoiced_minor, b.payment_count, b.collected_minor
    from billing_month b where (b.invoice_count, b.paid_invoice_count, b.invoiced_minor, b.payment_count, b.collected_minor) <> (0, 0, 0, 0, 0)),
  dues as (
    select i.tenant_id, i.currency, i.due_on, count(*) filter (where i.balance_minor > 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0), 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor < 0), 0)
    from invoice i where i.balance_minor <> 0 group by 1, 2, 3),
  kept_dues as (select u.tenant_id, u.currency, u.due_on, u.invoice_count, u.balance_minor, u.credit_minor from invoice_due u where u.invoice_count <> 0 or u.balance_minor <> 0 or u.credit_minor <> 0),
  ages as (
    select a.tenant_id, a.currency, private.age_bucket(i.due_on, a.as_of) as bucket, count(*) as n, sum(i.balance_minor) as balance
    from invoice_age a join invoice i on i.tenant_id = a.tenant_id and i.currency = a.currency and i.balance_minor > 0 group by 1, 2, 3),
  kept_ages as (
    select a.tenant_id, a.currency, b.bucket, a.counts[b.bucket] as n, a.balances_minor[b.bucket] as balance
    from invoice_age a cross join generate_series(1, 5) b (bucket) where a.counts[b.bucket] <> 0 or a.balances_minor[b.bucket] <> 0)
  select 'month', x.tenant_id, x::text from ((table months except all table kept_months) union all (table kept_months except all table months)) x
  union all
  select 'band', x.tenant_id, x::text from ((table bands except all table kept_bands) union all (table kept_bands except all table bands)) x
  union all
  select 'day', x.tenant_id, x::text from ((table days except all table moved_days) union all (table moved_days except all table days)) x
  union all
  select 'state', x.tenant_id, x::text from ((table states except all table kept_states) union all (table kept_states except all table states)) x
  union all
  select 'oldest', x.tenant_id, x::text from ((table oldest except all table kept_oldest) union all (table kept_oldest except all table oldest)) x
  union all
  select 'whole month', x.tenant_id, x::text from ((table whole_months except all table kept_whole_months) union all (table kept_whole_months except all table whole_months)) x
  union all
  select 'due', x.tenant_id, x::text from ((table dues except all table kept_dues) union all (table kept_dues except all table dues)) x
  union all
  select 'age', x.tenant_id, x::text from ((table ages except all table kept_ages) union all (table kept_ages except all table ages)) x
$function$;
grant execute on private.differing_sums() to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.move_invoice_ages(wanted_day date, at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  tenants uuid[];
  currencies text[];
begin
  select array_agg(a.tenant_id), array_agg(a.currency) into tenants, currencies
  from (select g.tenant_id, g.currency from invoice_age g where g.as_of < wanted_day order by g.tenant_id, g.currency limit at_most for update) a;
  update invoice_age a
  set as_of = wanted_day, balances_minor = x.balances_minor, counts = x.counts
  from (
    select k.tenant_id, k.currency,
      array[coalesce(sum(u.balance_minor) filter (where b = 1), 0), coalesce(sum(u.balance_minor) filter (where b = 2), 0), coalesce(sum(u.balance_minor) filter (where b = 3), 0),
        coalesce(sum(u.balance_minor) filter (where b = 4), 0), coalesce(sum(u.balance_minor) filter (where b = 5), 0)] as balances_minor,
      array[coalesce(sum(u.invoice_count) filter (where b = 1), 0), coalesce(sum(u.invoice_count) filter (where b = 2), 0), coalesce(sum(u.invoice_count) filter (where b = 3), 0),
        coalesce(sum(u.invoice_count) filter (where b = 4), 0), coalesce(sum(u.invoice_count) filter (where b = 5), 0)]::bigint[] as counts
    from unnest(tenants, currencies) k (tenant_id, currency)
    left join invoice_due u on u.tenant_id = k.tenant_id and u.currency = k.currency and u.invoice_count <> 0
    left join lateral private.age_bucket(u.due_on, wanted_day) b on true
    group by 1, 2) x
  where a.tenant_id = x.tenant_id and a.currency = x.currency;
  return coalesce(cardinality(tenants), 0);
end
$function$;
grant execute on private.move_invoice_ages(date,integer) to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE PROCEDURE private.open_to_tenant(IN relation regclass, IN relation_name text)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create policy readable on %s for select to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''select'')))', relation, relation_name);
  execute format('create policy insertable on %s for insert to liaison_tenant, liaison_delegate with check (tenant_id in (select access.reach(%L, ''insert'')))', relation, relation_name);
  execute format('create policy updatable on %s for update to liaison_tenant, liaison_delegate using (tenant_id in (select access.reach(%L, ''update''))) with check (tenant_id in (select access.reach(%L, ''update'')))', relation, relation_name, relation_name);
  execute format('create policy ingesting on %s to liaison_ingest using ((select access.context_plane()) = ''ingest'') with check ((select access.context_plane()) = ''ingest'')', relation);
  execute format('grant select on %s to liaison_tenant, liaison_delegate', relation);
  execute format('grant select, insert, update on %s to liaison_ingest', relation);
end
$procedure$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.rebuild_sums()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  lock table invoice, payment in share row exclusive mode;
  delete from invoice_month;
  delete from invoice_band;
  delete from invoice_state;
  delete from billing_month;
  delete from invoice_due;
  delete from invoice_age;
  insert into invoice_month select i.tenant_id, date_trunc('month', i.issued_on::timestamp)::date, i.currency, i.status, count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i group by 1, 2, 3, 4;
  insert into invoice_band select i.tenant_id, i.currency, i.status, private.amount_band(i.total_minor), count(*), sum(i.total_minor), sum(i.paid_minor) from invoice i where i.status in ('draft', 'paid', 'cancelled') group by 1, 2, 3, 4;
  insert into invoice_state select m.tenant_id, m.currency, m.status, sum(m.invoice_count), sum(m.total_minor), sum(m.paid_minor) from invoice_month m group by 1, 2, 3;
  insert into billing_month (tenant_id, currency, month, invoice_count, paid_invoice_count, invoiced_minor, payment_count, collected_minor, invoice_counts, paid_invoice_counts, invoiced_sums, collected_sums)
  select d.tenant_id, d.currency, date_trunc('month', d.day::timestamp)::date, sum(d.invoices), sum(d.paid), sum(d.invoiced), sum(d.payments), sum(d.collected),
    private.sum_days(array_agg(d.place), array_agg(d.invoices)), private.sum_days(array_agg(d.place), array_agg(d.paid)), private.sum_days(array_agg(d.place), array_agg(d.invoiced)), private.sum_days(array_agg(d.place), array_agg(d.collected))
  from (
    select i.tenant_id, i.currency, i.issued_on as day, extract(day from i.issued_on)::integer as place, count(*) as invoices, count(*) filter (where i.status = 'paid') as paid, sum(i.total_minor)::bigint as invoiced, 0::bigint as payments, 0::bigint as collected
    from invoice i where i.status in ('finalized', 'partially_paid', 'paid') group by 1, 2, 3
    union all
    select p.tenant_id, p.currency, r.day, extract(day from r.day)::integer, 0, 0, 0, count(*), sum(p.amount_minor)::bigint
    from payment p cross join lateral (select (p.received_at at time zone 'UTC')::date as day) r group by 1, 2, 3) d
  group by 1, 2, 3 order by 1, 2, 3;
  insert into invoice_due
  select i.tenant_id, i.currency, i.due_on, count(*) filter (where i.balance_minor > 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0), 0), coalesce(sum(i.balance_minor) filter (where i.balance_minor < 0), 0)
  from invoice i where i.balance_minor <> 0 group by 1, 2, 3;
  insert into invoice_age (tenant_id, currency, as_of, credit_minor, oldest_due_on)
  select k.tenant_id, k.currency, '-infinity', coalesce(sum(u.credit_minor), 0), min(u.due_on) filter (where u.invoice_count > 0)
  from (select distinct s.tenant_id, s.currency from invoice_state s) k left join invoice_due u on u.tenant_id = k.tenant_id and u.currency = k.currency
  group by 1, 2;
  perform private.move_invoice_ages((statement_timestamp() at time zone 'UTC')::date, 2147483647);
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.sum_days(days integer[], amounts bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  sums bigint[] := array_fill(0::bigint, array[31]);
  place integer;
begin
  for i in 1 .. cardinality(days) loop
    place := days[i];
    sums[place] := sums[place] + amounts[i];
  end loop;
  for d in 2 .. 31 loop
    sums[d] := sums[d - 1] + sums[d];
  end loop;
  return sums;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.sum_invoices()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  deltas private.invoice_delta[];
begin
  if tg_op = 'INSERT' then
    deltas := array(
      select row (n.tenant_id, n.currency, n.status, n.issued_on, n.due_on, private.amount_band(n.total_minor), count(*), sum(n.total_minor), sum(n.paid_minor),
        count(*) filter (where n.balance_minor > 0), coalesce(sum(n.balance_minor) filter (where n.balance_minor > 0), 0), coalesce(sum(n.balance_minor) filter (where n.balance_minor < 0), 0))::private.invoice_delta
      from added n
      group by n.tenant_id, n.currency, n.status, n.issued_on, n.due_on, private.amount_band(n.total_minor));
  elsif tg_op = 'DELETE' then
    deltas := array(
      select row (o.tenant_id, o.currency, o.status, o.issued_on, o.due_on, private.amount_band(o.total_minor), -count(*), -sum(o.total_minor), -sum(o.paid_minor),
        -count(*) filter (where o.balance_minor > 0), -coalesce(sum(o.balance_minor) filter (where o.balance_minor > 0), 0), -coalesce(sum(o.balance_minor) filter (where o.balance_minor < 0), 0))::private.invoice_delta
      from removed o
      group by o.tenant_id, o.currency, o.status, o.issued_on, o.due_on, private.amount_band(o.total_minor));
  else
    deltas := array(
      select row (x.tenant_id, x.currency, x.status, x.issued_on, x.due_on, x.band, sum(x.sign), sum(x.sign * x.total_minor), sum(x.sign * x.paid_minor),
        coalesce(sum(x.sign) filter (where x.balance_minor > 0), 0), coalesce(sum(x.sign * x.balance_minor) filter (where x.balance_minor > 0), 0), coalesce(sum(x.sign * x.balance_minor) filter (where x.balance_minor < 0), 0))::private.invoice_delta
      from (
        select n.tenant_id, n.currency, n.status, n.issued_on, n.due_on, private.amount_band(n.total_minor) as band, n.total_minor, n.paid_minor, n.balance_minor, 1 as sign from added n
        union all
        select o.tenant_id, o.currency, o.status, o.issued_on, o.due_on, private.amount_band(o.total_minor), o.total_minor, o.paid_minor, o.balance_minor, -1 from removed o) x
      group by x.tenant_id, x.currency, x.status, x.issued_on, x.due_on, x.band
      having sum(x.sign) <> 0 or sum(x.sign * x.total_minor) <> 0 or sum(x.sign * x.paid_minor) <> 0 or sum(x.sign * x.balance_minor) <> 0
        or coalesce(sum(x.sign) filter (where x.balance_minor > 0), 0) <> 0);
  end if;
  if cardinality(deltas) > 0 then
    perform private.add_invoice_deltas(deltas);
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.sum_payments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  keys uuid[];
  currencies text[];
  days date[];
  amounts bigint[];
  signs integer[];
begin
  if tg_op <> 'DELETE' then
    select array_agg(n.tenant_id), array_agg(n.currency), array_agg((n.received_at at time zone 'UTC')::date), array_agg(n.amount_minor), array_agg(1)
    into keys, currencies, days, amounts, signs from added n;
  end if;
  if tg_op <> 'INSERT' then
    select keys || array_agg(o.tenant_id), currencies || array_agg(o.currency), days || array_agg((o.received_at at time zone 'UTC')::date), amounts || array_agg(o.amount_minor), signs || array_agg(-1)
    into keys, currencies, days, amounts, signs from removed o;
  end if;
  insert into billing_month as b (tenant_id, month, currency, payment_count, collected_minor, collected_sums)
  select x.tenant_id, x.month, x.currency, sum(x.payments), sum(x.collected), private.sum_days(array_agg(x.day), array_agg(x.collected))
  from (
    select k.tenant_id, date_trunc('month', k.day::timestamp)::date as month, k.currency, extract(day from k.day)::integer as day, sum(k.sign)::bigint as payments, sum(k.sign * k.amount)::bigint as collected
    from unnest(keys, currencies, days, amounts, signs) k (tenant_id, currency, day, amount, sign)
    group by 1, 2, 3, 4) x
  group by 1, 2, 3 having bool_or(x.payments <> 0 or x.collected <> 0) order by 1, 2, 3
  on conflict (tenant_id, month, currency) do update
  set payment_count = b.payment_count + excluded.payment_count, collected_minor = b.collected_minor + excluded.collected_minor, collected_sums = private.add_days(b.collected_sums, excluded.collected_sums);
  return null;
end
$function$;
