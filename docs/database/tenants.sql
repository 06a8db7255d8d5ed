-- An account of a tenant that invoices and orders belong to.
create table public.billing_account (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  ban text not null,
  name text not null,
  currency text not null,
  status text not null default 'active'::text,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  constraint billing_account_ban_check CHECK (((char_length(ban) >= 1) AND (char_length(ban) <= 64))),
  constraint billing_account_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint billing_account_pkey PRIMARY KEY (tenant_id, id),
  constraint billing_account_status_check CHECK ((status = ANY (ARRAY['active'::text, 'closed'::text]))),
  constraint billing_account_tenant_id_ban_key UNIQUE (tenant_id, ban),
  constraint billing_account_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint billing_account_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.billing_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.billing_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.billing_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER keep_currency BEFORE UPDATE OF currency ON public.billing_account FOR EACH ROW WHEN ((new.currency IS DISTINCT FROM old.currency)) EXECUTE FUNCTION private.keep_currency();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.billing_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.billing_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.billing_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.billing_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('id');
alter table public.billing_account enable row level security, force row level security;
create policy deciding on public.billing_account for select to liaison_authz
  using (true);
create policy ingesting on public.billing_account for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.billing_account for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('billing_account'::text, 'insert'::text) AS reach)));
create policy opening_sandbox on public.billing_account for insert to liaison_authz
  with check ((EXISTS ( SELECT
   FROM public.sandbox_tenant s
  WHERE (s.tenant_id = billing_account.tenant_id))));
create policy provider_side on public.billing_account for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy readable on public.billing_account for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('billing_account'::text, 'select'::text) AS reach)));
create policy updatable on public.billing_account for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('billing_account'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('billing_account'::text, 'update'::text) AS reach)));
grant select on public.billing_account to liaison_authz;
grant select on public.billing_account to liaison_delegate;
grant insert, select, update on public.billing_account to liaison_ingest;
grant select on public.billing_account to liaison_tenant;
grant insert (tenant_id, id, ban, name, currency) on public.billing_account to liaison_authz;
grant select (tenant_id, id, ban, name, currency, status) on public.billing_account to liaison_platform;

-- An organisation that is the provider's customer; it owns all its data.
create table public.tenant (
  id uuid not null default uuidv7(),
  name text not null,
  slug text not null,
  domain text,
  status text not null default 'active'::text,
  plan_type text not null default 'standard'::text,
  contact jsonb not null default '{}'::jsonb,
  address jsonb not null default '{}'::jsonb,
  timezone text not null default 'UTC'::text,
  currency text not null default 'USD'::text,
  billing_cycle text not null default 'monthly'::text,
  current_mrr_minor bigint,
  max_users integer,
  trial_ends_at timestamp with time zone,
  subscription_starts_at timestamp with time zone,
  subscription_ends_at timestamp with time zone,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  is_sandbox boolean not null default false,
  constraint tenant_billing_cycle_check CHECK ((billing_cycle = ANY (ARRAY['monthly'::text, 'quarterly'::text, 'annual'::text]))),
  constraint tenant_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint tenant_current_mrr_minor_check CHECK ((abs(current_mrr_minor) < '9007199254740992'::bigint)),
  constraint tenant_max_users_check CHECK ((max_users > 0)),
  constraint tenant_mrr_bounded CHECK ((abs(current_mrr_minor) <= '1000000000000'::bigint)),
  constraint tenant_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint tenant_pkey PRIMARY KEY (id),
  constraint tenant_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
  constraint tenant_slug_key UNIQUE (slug),
  constraint tenant_source_external_id_key UNIQUE (source, external_id),
  constraint tenant_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'trial'::text, 'closed'::text])))
);
CREATE TRIGGER announced AFTER UPDATE OF status ON public.tenant FOR EACH ROW EXECUTE FUNCTION private.announce_access('tenant_id=id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER keep_past AFTER UPDATE OF status ON public.tenant FOR EACH ROW EXECUTE FUNCTION private.keep_past('id');
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tenant FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER signalled AFTER UPDATE OF status ON public.tenant FOR EACH ROW WHEN (((old.status = ANY (ARRAY['active'::text, 'trial'::text])) AND (new.status <> ALL (ARRAY['active'::text, 'trial'::text])))) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.tenant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.tenant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.tenant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.tenant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*id');
CREATE TRIGGER stop_writes BEFORE UPDATE OF status ON public.tenant FOR EACH ROW EXECUTE FUNCTION private.stop_writes();
CREATE TRIGGER tell_status AFTER UPDATE OF status ON public.tenant FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION access.tell_tenant_status();
alter table public.tenant enable row level security, force row level security;
create policy assisting on public.tenant for select to liaison_owner
  using (true);
create policy auth_reads on public.tenant for select to liaison_auth
  using (true);
create policy clock_reads on public.tenant for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.tenant for select to liaison_authz
  using (true);
create policy ingesting on public.tenant for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy linked_tenant on public.tenant for select to liaison_program
  using ((EXISTS ( SELECT
   FROM public.delegation d
  WHERE ((d.tenant_id = tenant.id) AND ((d.status <> ALL (ARRAY['requested'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text])) OR (EXISTS ( SELECT
           FROM public.link l
          WHERE ((l.id = d.id) AND (l.initiated_by = 'tenant'::text)))))))));
create policy opening_sandbox on public.tenant for insert to liaison_authz
  with check (is_sandbox);
create policy own_tenant on public.tenant for select to liaison_tenant
  using ((id IN ( SELECT access.reach('tenant'::text, 'select'::text) AS reach)));
create policy platform_all on public.tenant for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy reached on public.tenant for select to liaison_delegate
  using ((id IN ( SELECT access.reach('tenant'::text, 'select'::text) AS reach)));
create policy referred on public.tenant for select to liaison_limited_view
  using ((id IN ( SELECT r.tenant_id
   FROM public.referral r
  WHERE (r.voided_at IS NULL))));
grant select on public.tenant to liaison_authz;
grant select on public.tenant to liaison_delegate;
grant insert, select, update on public.tenant to liaison_ingest;
grant select on public.tenant to liaison_tenant;
grant select (id, name, slug, status, is_sandbox) on public.tenant to liaison_auth;
grant insert (id, name, slug, currency, is_sandbox) on public.tenant to liaison_authz;
grant select (id, name, slug, status) on public.tenant to liaison_job;
grant select (id, name, slug, status, plan_type, created_at) on public.tenant to liaison_limited_view;
grant insert (name, slug, domain, plan_type, timezone, currency) on public.tenant to liaison_platform;
grant select (id, name, slug, domain, status, plan_type, created_at, updated_at) on public.tenant to liaison_platform;
grant update (name, domain, status) on public.tenant to liaison_platform;
grant select (id, name, slug) on public.tenant to liaison_program;

create table public.tenant_member (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  person_id uuid not null,
  role text not null,
  status text not null default 'active'::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint tenant_member_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint tenant_member_pkey PRIMARY KEY (tenant_id, id),
  constraint tenant_member_role_check CHECK ((role = ANY (ARRAY['TENANT_ADMIN'::text, 'TENANT_USER'::text]))),
  constraint tenant_member_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text]))),
  constraint tenant_member_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint tenant_member_tenant_id_person_id_key UNIQUE (tenant_id, person_id)
);
CREATE INDEX tenant_member_person_id_idx ON public.tenant_member USING btree (person_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER keep_an_admin BEFORE UPDATE OF role, status ON public.tenant_member FOR EACH ROW EXECUTE FUNCTION private.keep_an_admin();
CREATE TRIGGER keep_membership_over BEFORE UPDATE OF role, status ON public.tenant_member FOR EACH ROW WHEN (((SESSION_USER = 'liaison_tenant'::name) AND (old.status = 'inactive'::text) AND ((new.status <> 'inactive'::text) OR (new.role <> old.role)))) EXECUTE FUNCTION private.keep_membership_over();
CREATE TRIGGER sandbox_closed BEFORE INSERT OR UPDATE OF status ON public.tenant_member FOR EACH ROW WHEN ((new.status = 'active'::text)) EXECUTE FUNCTION access.keep_sandbox_closed();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tenant_member FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.tenant_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'tenant_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.tenant_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'tenant_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.tenant_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'tenant_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.tenant_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('person_id', 'tenant_id');
alter table public.tenant_member enable row level security, force row level security;
create policy asking_people on public.tenant_member for select to liaison_owner
  using (true);
create policy auth_invites on public.tenant_member for insert to liaison_auth
  with check (true);
create policy auth_reads on public.tenant_member for select to liaison_auth
  using (true);
create policy deciding on public.tenant_member for select to liaison_authz
  using (true);
create policy manage_members on public.tenant_member for update to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('tenant_member'::text, 'update'::text) AS reach)));
create policy opening_sandbox on public.tenant_member for insert to liaison_authz
  with check ((EXISTS ( SELECT
   FROM public.sandbox_tenant s
  WHERE (s.tenant_id = tenant_member.tenant_id))));
create policy own_members on public.tenant_member for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('tenant_member'::text, 'select'::text) AS reach)));
create policy platform_members on public.tenant_member for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy rejoining on public.tenant_member for update to liaison_authz
  using (true)
  with check (true);
create policy sandbox_members on public.tenant_member for update to liaison_authz
  using ((EXISTS ( SELECT
   FROM public.sandbox_tenant s
  WHERE (s.tenant_id = tenant_member.tenant_id))))
  with check ((EXISTS ( SELECT
   FROM public.sandbox_tenant s
  WHERE (s.tenant_id = tenant_member.tenant_id))));
grant select on public.tenant_member to liaison_auth;
grant select on public.tenant_member to liaison_authz;
grant select on public.tenant_member to liaison_platform;
grant select on public.tenant_member to liaison_tenant;
grant insert (tenant_id, person_id, role) on public.tenant_member to liaison_auth;
grant insert (tenant_id, person_id, role) on public.tenant_member to liaison_authz;
grant update (role, status) on public.tenant_member to liaison_authz;
grant update (role, status) on public.tenant_member to liaison_tenant;

-- What a tenant lets partners ask for, and the conditions that hold for every link.
create table public.tenant_partner_policy (
  tenant_id uuid not null,
  who_may_ask text not null default 'any'::text,
  listed_partner_ids uuid[] not null default '{}'::uuid[],
  roles_allowed text[] not null default ARRAY['msp_full'::text, 'msp_billing'::text, 'msp_support'::text, 'enterprise_hq'::text, 'auditor'::text, 'reseller'::text, 'delegate'::text],
  max_duration_days integer not null default 730,
  dual_approval boolean not null default false,
  conditions jsonb not null default '{}'::jsonb,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  acting_minutes integer not null default 60,
  sends_digest boolean not null default true,
  proposed jsonb,
  proposed_by uuid,
  proposed_by_name text,
  proposed_at timestamp with time zone,
  proposed_until timestamp with time zone,
  constraint tenant_partner_policy_acting_minutes_check CHECK (((acting_minutes >= 5) AND (acting_minutes <= 60))),
  constraint tenant_partner_policy_max_duration_days_check CHECK (((max_duration_days >= 1) AND (max_duration_days <= 730))),
  constraint tenant_partner_policy_pkey PRIMARY KEY (tenant_id),
  constraint tenant_partner_policy_proposed_check CHECK (((jsonb_typeof(proposed) = 'object'::text) AND (octet_length((proposed)::text) <= 65536))),
  constraint tenant_partner_policy_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint tenant_partner_policy_who_may_ask_check CHECK ((who_may_ask = ANY (ARRAY['any'::text, 'listed'::text, 'unlisted'::text, 'none'::text])))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.tenant_partner_policy FOR EACH ROW WHEN ((new.proposed_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('proposed_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.tenant_partner_policy FOR EACH ROW WHEN ((new.proposed_by_name IS DISTINCT FROM old.proposed_by_name)) EXECUTE FUNCTION private.act_in_own_name('proposed_by_name');
CREATE TRIGGER announced AFTER INSERT OR DELETE OR UPDATE ON public.tenant_partner_policy FOR EACH ROW EXECUTE FUNCTION private.announce_access('tenant_id=tenant_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_partner_policy REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_partner_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_partner_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER derive_elevation_rule AFTER INSERT OR UPDATE OF conditions ON public.tenant_partner_policy FOR EACH ROW EXECUTE FUNCTION private.derive_elevation_rule();
CREATE TRIGGER enforce_rules BEFORE INSERT OR UPDATE ON public.tenant_partner_policy FOR EACH ROW EXECUTE FUNCTION private.enforce_rules();
CREATE TRIGGER keep_past AFTER UPDATE OF conditions ON public.tenant_partner_policy FOR EACH ROW EXECUTE FUNCTION private.keep_past('tenant_id');
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tenant_partner_policy FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.tenant_partner_policy REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*tenant_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.tenant_partner_policy REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*tenant_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.tenant_partner_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*tenant_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.tenant_partner_policy REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('*tenant_id');
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.tenant_partner_policy FOR EACH ROW WHEN ((new.proposed_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('proposed_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.tenant_partner_policy FOR EACH ROW WHEN ((new.proposed_by IS DISTINCT FROM old.proposed_by)) EXECUTE FUNCTION private.act_as_oneself('proposed_by');
alter table public.tenant_partner_policy enable row level security, force row level security;
create policy clock_reads on public.tenant_partner_policy for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying_read on public.tenant_partner_policy for select to liaison_owner
  using (true);
create policy deciding on public.tenant_partner_policy for select to liaison_authz
  using (true);
create policy opening_sandbox on public.tenant_partner_policy for insert to liaison_authz
  with check ((EXISTS ( SELECT
   FROM public.sandbox_tenant s
  WHERE (s.tenant_id = tenant_partner_policy.tenant_id))));
create policy own_policy on public.tenant_partner_policy for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.tenant_partner_policy to liaison_authz;
grant insert, select, update on public.tenant_partner_policy to liaison_tenant;
grant insert (tenant_id, who_may_ask, listed_partner_ids) on public.tenant_partner_policy to liaison_authz;
grant select (tenant_id, sends_digest) on public.tenant_partner_policy to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.activity_of_partner(wanted_tenant uuid, days integer)
 RETURNS TABLE(reads integer, writes integer, people integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(sum(e.repeats) filter (where s.row_count is not null or e.method = 'GET'), 0)::integer,
    count(*) filter (where audit.is_change(e.method, e.action, s.row_count))::integer,
    count(distinct e.actor_id)::integer
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where s.kind = 'tenant' and s.scope_id = wanted_tenant and s.occurred_at > statement_timestamp() - make_interval(days => days)
    and wanted_tenant in (select access.reach('audit_scope', 'select'))
    and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id = (select access.context_id('partner_id'))
$function$;
grant execute on access.activity_of_partner(uuid,integer) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_tenant_members(wanted_tenant uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select count(*)::integer from public.tenant_member tm
  where tm.tenant_id = wanted_tenant and tm.status = 'active' and wanted_tenant in (select access.reach('tenant', 'select'))
$function$;
grant execute on access.count_tenant_members(uuid) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.has_other_admin(of_tenant uuid, than_member uuid)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.tenant_member m join public.person h on h.id = m.person_id and h.status = 'active'
    where m.tenant_id = of_tenant and m.id <> than_member and m.role = 'TENANT_ADMIN' and m.status = 'active')
  $function$;
grant execute on access.has_other_admin(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_account_in_use(tenant uuid, account uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (session_user <> 'liaison_ingest' or access.context_plane() is not distinct from 'ingest') and (
    exists (select from public.invoice i where i.tenant_id = tenant and i.billing_account_id = account)
    or exists (select from public.commercial_relationship r where r.tenant_id = tenant and r.account_id = account)
    or exists (select from public.commercial_relationship r where r.payer_tenant_id = tenant and r.payer_account_id = account)
    or exists (select from public.service_order o where o.tenant_id = tenant and o.account_id = account))
$function$;
grant execute on access.is_account_in_use(uuid,uuid) to liaison_ingest;
grant execute on access.is_account_in_use(uuid,uuid) to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.last_access_of_partner(wanted_tenant uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.occurred_at from public.audit_scope s
  where s.kind = 'tenant' and s.scope_id = wanted_tenant and wanted_tenant in (select access.reach('tenant', 'select'))
    and exists (
      select from public.audit_event e
      where e.id = s.event_id and e.occurred_at = s.occurred_at and e.partner_id = (select access.context_id('partner_id')) and e.plane = 'delegation' and e.outcome = 'allowed')
  order by s.occurred_at desc
  limit 1
$function$;
grant execute on access.last_access_of_partner(uuid) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tell_tenant_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.outbox (topic, payload) values ('tenant.status_changed', jsonb_build_object('tenant_id', new.id));
  return null;
end
$function$;
grant execute on access.tell_tenant_status() to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_an_admin()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user = 'liaison_tenant' and old.role = 'TENANT_ADMIN' and old.status = 'active' and (new.role <> 'TENANT_ADMIN' or new.status <> 'active') then
    -- One after the other, so that two administrators who leave at once do not each count on the other.
    perform pg_advisory_xact_lock(access.lock_key('tenant admins', old.tenant_id));
    if not access.has_other_admin(old.tenant_id, old.id) then
      raise exception 'a tenant keeps an administrator' using errcode = 'check_violation', constraint = 'tenant_member_last_admin';
    end if;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_currency()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  -- An order that is being placed, or a payer that is being set, is waited for.
  perform pg_advisory_xact_lock(access.lock_key('billing', old.id));
  if access.is_account_in_use(old.tenant_id, old.id) then
    raise exception 'what was billed to an account stays in its currency' using errcode = 'check_violation', constraint = 'billing_account_currency_fixed';
  end if;
  return new;
end
$function$;
