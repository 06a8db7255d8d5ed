-- One event for one endpoint and how its delivery went; kept 30 days. What was decided about who may know it was decided when it was written.
create table public.webhook_delivery (
  id uuid not null default uuidv7(),
  endpoint_id uuid not null,
  event_id uuid not null,
  event_type text not null,
  occurred_at timestamp with time zone not null,
  data jsonb not null,
  status text not null default 'waiting'::text,
  attempt integer not null default 0,
  next_attempt_at timestamp with time zone not null default now(),
  claimed_until timestamp with time zone,
  response_code integer,
  outcome text,
  duration_ms integer,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  response_excerpt text,
  constraint webhook_delivery_check CHECK (((status = 'waiting'::text) = (finished_at IS NULL))),
  constraint webhook_delivery_endpoint_id_event_id_key UNIQUE (endpoint_id, event_id),
  constraint webhook_delivery_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.webhook_endpoint(id) ON DELETE CASCADE,
  constraint webhook_delivery_pkey PRIMARY KEY (id),
  constraint webhook_delivery_response_excerpt_check CHECK ((octet_length(response_excerpt) <= 2048)),
  constraint webhook_delivery_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX webhook_delivery_created_at_idx ON public.webhook_delivery USING btree (created_at);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (endpoint_id, next_attempt_at) WHERE (status = 'waiting'::text);
CREATE INDEX webhook_delivery_endpoint_id_id_idx ON public.webhook_delivery USING btree (endpoint_id, id);
CREATE INDEX webhook_delivery_ready ON public.webhook_delivery USING btree (next_attempt_at) WHERE (status = 'waiting'::text);
alter table public.webhook_delivery enable row level security, force row level security;
create policy deciding on public.webhook_delivery for select to liaison_authz
  using (true);
create policy delivering on public.webhook_delivery for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy ending_leaked on public.webhook_delivery for update to liaison_authz
  using (true)
  with check (true);
create policy of_endpoint on public.webhook_delivery for all to liaison_program, liaison_tenant
  using ((EXISTS ( SELECT
   FROM public.webhook_endpoint e
  WHERE (e.id = webhook_delivery.endpoint_id))))
  with check ((EXISTS ( SELECT
   FROM public.webhook_endpoint e
  WHERE (e.id = webhook_delivery.endpoint_id))));
create policy owners_insert on public.webhook_delivery as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.webhook_delivery as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
grant select on public.webhook_delivery to liaison_authz;
grant delete, insert, select, update on public.webhook_delivery to liaison_job;
grant select on public.webhook_delivery to liaison_program;
grant select on public.webhook_delivery to liaison_tenant;
grant update (status, finished_at) on public.webhook_delivery to liaison_authz;
grant insert (endpoint_id, event_id, event_type, occurred_at, data) on public.webhook_delivery to liaison_program;
grant update (status, attempt, next_attempt_at, claimed_until, response_code, outcome, duration_ms, finished_at, response_excerpt) on public.webhook_delivery to liaison_program;
grant insert (endpoint_id, event_id, event_type, occurred_at, data) on public.webhook_delivery to liaison_tenant;
grant update (status, attempt, next_attempt_at, claimed_until, response_code, outcome, duration_ms, finished_at, response_excerpt) on public.webhook_delivery to liaison_tenant;

-- An address of a partner or of a tenant to which signed messages about events are sent.
create table public.webhook_endpoint (
  id uuid not null default uuidv7(),
  partner_id uuid,
  tenant_id uuid,
  url text not null,
  description text,
  event_types text[] not null,
  status text not null default 'active'::text,
  disabled_reason text,
  disabled_at timestamp with time zone,
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  verified_at timestamp with time zone,
  constraint webhook_endpoint_check CHECK ((num_nonnulls(partner_id, tenant_id) = 1)),
  constraint webhook_endpoint_check1 CHECK ((((status = 'disabled'::text) = (disabled_reason IS NOT NULL)) AND ((status = 'disabled'::text) = (disabled_at IS NOT NULL)))),
  constraint webhook_endpoint_description_check CHECK ((char_length(description) <= 500)),
  constraint webhook_endpoint_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['by_owner'::text, 'gone'::text, 'failing'::text, 'leaked'::text]))),
  constraint webhook_endpoint_event_types_check CHECK (((cardinality(event_types) >= 1) AND (cardinality(event_types) <= 200))),
  constraint webhook_endpoint_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint webhook_endpoint_pkey PRIMARY KEY (id),
  constraint webhook_endpoint_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text]))),
  constraint webhook_endpoint_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint webhook_endpoint_url_check CHECK (((url ~ '^https?://'::text) AND (char_length(url) <= 2000)))
);
CREATE INDEX webhook_endpoint_partner_id_idx ON public.webhook_endpoint USING btree (partner_id);
CREATE INDEX webhook_endpoint_tenant_id_idx ON public.webhook_endpoint USING btree (tenant_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.webhook_endpoint FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.webhook_endpoint REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.webhook_endpoint REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.webhook_endpoint REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER begin_anew AFTER UPDATE OF status, url ON public.webhook_endpoint FOR EACH ROW WHEN ((((old.status = 'disabled'::text) AND (new.status = 'active'::text)) OR (old.url IS DISTINCT FROM new.url))) EXECUTE FUNCTION private.begin_endpoint_anew();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.webhook_endpoint FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER forget_verification BEFORE UPDATE OF url ON public.webhook_endpoint FOR EACH ROW WHEN ((old.url IS DISTINCT FROM new.url)) EXECUTE FUNCTION private.forget_verification();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.webhook_endpoint FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.webhook_endpoint FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.webhook_endpoint enable row level security, force row level security;
create policy deciding on public.webhook_endpoint for select to liaison_authz
  using (true);
create policy delivering on public.webhook_endpoint for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy ending_leaked on public.webhook_endpoint for update to liaison_authz
  using (true)
  with check (true);
create policy own_endpoints on public.webhook_endpoint for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('webhook_endpoint'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('webhook_endpoint'::text, 'update'::text) AS reach)));
create policy owners_delete on public.webhook_endpoint as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.webhook_endpoint as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.webhook_endpoint as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.webhook_endpoint as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.webhook_endpoint for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.webhook_endpoint to liaison_authz;
grant select on public.webhook_endpoint to liaison_job;
grant delete, select on public.webhook_endpoint to liaison_program;
grant delete, select on public.webhook_endpoint to liaison_tenant;
grant update (status, disabled_reason, disabled_at, version) on public.webhook_endpoint to liaison_authz;
grant update (status, disabled_reason, disabled_at, version, verified_at) on public.webhook_endpoint to liaison_job;
grant insert (partner_id, url, description, event_types, created_by, created_by_name) on public.webhook_endpoint to liaison_program;
grant update (url, description, event_types, status, disabled_reason, disabled_at, version) on public.webhook_endpoint to liaison_program;
grant insert (tenant_id, url, description, event_types, created_by, created_by_name) on public.webhook_endpoint to liaison_tenant;
grant update (url, description, event_types, status, disabled_reason, disabled_at, version) on public.webhook_endpoint to liaison_tenant;

-- How deliveries to an endpoint went lately: no part of its settings, so that a delivery writes no event.
create table public.webhook_health (
  endpoint_id uuid not null,
  failing_since timestamp with time zone,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  constraint webhook_health_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.webhook_endpoint(id) ON DELETE CASCADE,
  constraint webhook_health_pkey PRIMARY KEY (endpoint_id)
);
alter table public.webhook_health enable row level security, force row level security;
create policy beginning on public.webhook_health for select to liaison_owner
  using (true);
create policy beginning_anew on public.webhook_health for update to liaison_owner
  using (true)
  with check (true);
create policy deciding on public.webhook_health for select to liaison_authz
  using (true);
create policy delivering on public.webhook_health for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy of_endpoint on public.webhook_health for select to liaison_program, liaison_tenant
  using ((EXISTS ( SELECT
   FROM public.webhook_endpoint e
  WHERE (e.id = webhook_health.endpoint_id))));
grant select on public.webhook_health to liaison_authz;
grant insert, select, update on public.webhook_health to liaison_job;
grant select on public.webhook_health to liaison_program;
grant select on public.webhook_health to liaison_tenant;

-- The keys that sign what is sent to an endpoint: the newest, and until its end the one before, so that a rotation interrupts nothing.
create table public.webhook_secret (
  id uuid not null,
  endpoint_id uuid not null,
  sealed_secret bytea not null,
  created_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone,
  digest bytea,
  sealed_signing_key bytea,
  public_key bytea,
  constraint webhook_secret_check CHECK (((sealed_signing_key IS NULL) = (public_key IS NULL))),
  constraint webhook_secret_digest_check CHECK ((octet_length(digest) = 32)),
  constraint webhook_secret_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.webhook_endpoint(id) ON DELETE CASCADE,
  constraint webhook_secret_pkey PRIMARY KEY (id),
  constraint webhook_secret_public_key_check CHECK ((octet_length(public_key) = 32))
);
CREATE INDEX webhook_secret_digest_idx ON public.webhook_secret USING btree (digest);
CREATE INDEX webhook_secret_endpoint_id_idx ON public.webhook_secret USING btree (endpoint_id);
CREATE UNIQUE INDEX webhook_secret_one_lasting ON public.webhook_secret USING btree (endpoint_id) WHERE (ends_at IS NULL);
CREATE TRIGGER audited_delete AFTER DELETE ON public.webhook_secret REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.webhook_secret REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.webhook_secret REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.webhook_secret enable row level security, force row level security;
create policy deciding on public.webhook_secret for select to liaison_authz
  using (true);
create policy delivering on public.webhook_secret for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy of_endpoint on public.webhook_secret for all to liaison_program, liaison_tenant
  using ((EXISTS ( SELECT
   FROM public.webhook_endpoint e
  WHERE (e.id = webhook_secret.endpoint_id))))
  with check ((EXISTS ( SELECT
   FROM public.webhook_endpoint e
  WHERE (e.id = webhook_secret.endpoint_id))));
create policy owners_delete on public.webhook_secret as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.webhook_secret as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.webhook_secret as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
grant select on public.webhook_secret to liaison_authz;
grant select on public.webhook_secret to liaison_job;
grant delete on public.webhook_secret to liaison_program;
grant delete on public.webhook_secret to liaison_tenant;
grant insert (id, endpoint_id, sealed_secret, digest, sealed_signing_key, public_key) on public.webhook_secret to liaison_program;
grant select (id, endpoint_id, created_at, ends_at, public_key) on public.webhook_secret to liaison_program;
grant update (ends_at) on public.webhook_secret to liaison_program;
grant insert (id, endpoint_id, sealed_secret, digest, sealed_signing_key, public_key) on public.webhook_secret to liaison_tenant;
grant select (id, endpoint_id, created_at, ends_at, public_key) on public.webhook_secret to liaison_tenant;
grant update (ends_at) on public.webhook_secret to liaison_tenant;

-- Who hears of a checkpoint of the audit log: each that chose it.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.checkpoint_webhook_audience(event jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and access.webhook_owner_works(e.partner_id, e.tenant_id)
        and e.created_at <= (event ->> 'occurred_at')::timestamptz + interval '1 millisecond'), '[]'),
    'delegation_kind', null, 'state', null);
end
$function$;
grant execute on access.checkpoint_webhook_audience(jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_own_matter(topic text, payload jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  subject text := split_part(topic, '.', 1);
  named_partner uuid := (payload ->> 'partner_id')::uuid;
  named_tenant uuid := (payload ->> 'tenant_id')::uuid;
  own_partner uuid;
begin
  -- An operator comes as the administrator of the database, over the command line.
  if session_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest') then
    return true;
  end if;
  -- Our own work alone tells these.
  if subject in ('audit', 'signals') or topic = 'payout.close_statements' then
    return false;
  end if;
  if session_user in ('liaison_platform', 'liaison_auth') then
    return true;
  end if;
  if session_user = 'liaison_ingest' then
    -- The finance system of the provider says which payouts it paid.
    return topic in ('alerts.evaluate', 'payout.paid', 'payout.failed');
  end if;
  -- What the provider decides about a partner it tells itself.
  if subject in ('payout', 'earning', 'referral') or topic = 'partner.reactivated' then
    return false;
  end if;
  -- Clients and forms have no member.
  if session_user = 'liaison_tenant' and access.context_id('client_id') is null and not exists (select from access.reach('tenant', 'select')) then
    return false;
  end if;
  if session_user in ('liaison_tenant', 'liaison_embed') then
    if subject in ('agreement', 'deal', 'kyc', 'subscription', 'feature') or topic = 'partner.changed' or (session_user = 'liaison_embed' and topic = 'mail') then
      return false;
    end if;
    -- Of what names the tenant, whether the partner hears is decided by what is between the two.
    return case when named_tenant is null or subject = 'export' then named_partner is null else true end
      and (named_tenant is null or named_tenant = access.context_id('tenant_id'));
  end if;
  own_partner := case when session_user in ('liaison_program', 'liaison_delegate') and access.context_id('client_id') is null then access.own_partner() else access.context_id('partner_id') end;
  if own_partner is null then
    return false;
  end if;
  return (named_partner is null or named_partner = own_partner)
    and (named_tenant is null
      or exists (select from public.delegation d where d.partner_id = own_partner and d.tenant_id = named_tenant)
      or exists (select from public.partner_account a where a.partner_id = own_partner and a.tenant_id = named_tenant)
      or exists (select from public.partner p where p.id = own_partner and p.home_tenant_id = named_tenant));
end
$function$;
grant execute on access.is_own_matter(text,jsonb) to liaison_auth;
grant execute on access.is_own_matter(text,jsonb) to liaison_delegate;
grant execute on access.is_own_matter(text,jsonb) to liaison_embed;
grant execute on access.is_own_matter(text,jsonb) to liaison_ingest;
grant execute on access.is_own_matter(text,jsonb) to liaison_platform;
grant execute on access.is_own_matter(text,jsonb) to liaison_program;
grant execute on access.is_own_matter(text,jsonb) to liaison_realm;
grant execute on access.is_own_matter(text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_webhook_owner(endpoint uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  sent integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails owners' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_webhook_owner.subject, 'text', mail_webhook_owner.body)
  from public.webhook_endpoint e join public.person p on p.status = 'active'
  where e.id = endpoint
    and (exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = e.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
      or exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = e.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active'));
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_webhook_owner(uuid,text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.may_mail(recipient text, subject text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  plane text := access.context_plane();
  actor uuid := access.context_id('actor_id');
  partner uuid;
  tenant uuid := access.context_id('tenant_id');
begin
  if (select count(*) from public.outbox o where o.xid = pg_current_xact_id_if_assigned() and o.topic = 'mail') >= 100 then
    return false;
  end if;
  if recipient = current_setting('liaison.former_address', true)
    and access.sign('former ' || pg_current_xact_id_if_assigned()::text || ' ' || recipient) = current_setting('liaison.former_mac', true) then
    return plane in ('realm_door', 'tenant');
  end if;
  if session_user = 'liaison_platform' then
    return plane = 'platform' and (
      exists (select from public.person p where p.email = recipient)
      or exists (select from public.single_use_token t where t.purpose = 'invitation' and t.email = recipient)
      or exists (select from public.partner_application a where a.contact_email = recipient));
  end if;
  if session_user = 'liaison_auth' then
    partner := access.realm_at_door();
    if partner is not null then
      return exists (select from public.end_user u where u.partner_id = partner and u.email = recipient)
        or exists (select from public.end_user_token t where t.partner_id = partner and t.email = recipient and t.used_at is null);
    end if;
    return exists (select from public.person p where p.email = recipient)
      or exists (select from public.partner_application a where a.contact_email = recipient);
  end if;
  if session_user = 'liaison_program' then
    partner := access.partner_of_owner();
    return exists (select from public.single_use_token t where t.purpose = 'invitation' and t.email = recipient and t.used_at is null
        and t.detail ->> 'kind' = 'partner' and t.detail ->> 'organisation_id' = partner::text)
      or exists (select from public.end_user_token t where t.partner_id = partner and t.purpose = 'invitation' and t.email = recipient and t.used_at is null);
  end if;
  if session_user = 'liaison_tenant' and plane = 'tenant' then
    return exists (select from public.single_use_token t where t.purpose = 'invitation' and t.email = recipient and t.used_at is null
        and t.detail ->> 'kind' = 'tenant' and t.detail ->> 'organisation_id' = tenant::text and tenant in (select access.reach('tenant_member', 'update')))
      or exists (select from public.tenant_security_contact c where c.tenant_id = tenant and c.email = recipient and tenant in (select access.reach('delegation', 'update')))
      or exists (select from public.person p join public.invoice_dispute d on d.created_by = p.id and d.tenant_id = tenant and d.decided_by = actor
        where p.email = recipient and access.dispute_addressee(tenant, d.id) = recipient)
      -- How a form comes into a page is told to whoever looks after the page.
      or (subject = (select 'The voucher form of ' || t.name || ' for your website' from public.tenant t where t.id = tenant) and tenant in (select access.reach('form', 'update')));
  end if;
  if session_user = 'liaison_delegate' then
    return coalesce(recipient = access.dispute_addressee(tenant, null), false)
      or exists (
        select from (select m.invoice_id from public.invoice_reminder m where m.tenant_id = tenant and m.sent_by = actor order by m.sent_at desc limit 20) m
        cross join lateral access.reminder_terms(tenant, m.invoice_id) r where r.recipient = may_mail.recipient);
  end if;
  return false;
end
$function$;
grant execute on access.may_mail(text,text) to liaison_auth;
grant execute on access.may_mail(text,text) to liaison_delegate;
grant execute on access.may_mail(text,text) to liaison_embed;
grant execute on access.may_mail(text,text) to liaison_ingest;
grant execute on access.may_mail(text,text) to liaison_platform;
grant execute on access.may_mail(text,text) to liaison_program;
grant execute on access.may_mail(text,text) to liaison_realm;
grant execute on access.may_mail(text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_former_address()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if old.email is not null then
    perform set_config('liaison.former_address', old.email, true), set_config('liaison.former_mac', access.sign('former ' || pg_current_xact_id()::text || ' ' || old.email), true);
  end if;
  return null;
end
$function$;
grant execute on access.note_former_address() to liaison_owner;

-- Who hears of a service: its organisation, whoever pays for it, and the partner that ordered it and may read it.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.service_webhook_audience(event jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found public.service;
  at timestamptz := (event ->> 'occurred_at')::timestamptz + interval '1 millisecond';
  by_client integer := (select p.bit from public.permission p where p.name = 'api.services.read');
  by_person integer := (select p.bit from public.permission p where p.name = 'partner.tenants.read');
  partners uuid[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  select s.* into found from public.service s where s.tenant_id = (event ->> 'tenant_id')::uuid and s.id = (event ->> 'service_id')::uuid;
  partners := array(
    select p.id from public.partner p
    where p.id = found.partner_id and ((p.home_tenant_id = found.tenant_id and not exists (
      select from public.partner_home h where h.partner_id = p.id and h.tenant_id = found.tenant_id and h.status = 'active' and h.accepted_at > at)) or exists (
      select from access.delegation_in_force v join public.delegation d on d.id = v.id
      where d.partner_id = p.id and d.tenant_id = found.tenant_id and d.starts_at <= at and d.approved_at <= at and case d.kind
        when 'link' then not d.has_conditions and get_bit(access.mask_now(d), by_person) = 1
        else get_bit(access.mask_now(d), by_client) = 1 and exists (
          select from public.delegation_account a where a.delegation_id = d.id and a.account_id = found.account_id) end)));
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and e.created_at <= at
        and (e.partner_id = any (partners) or e.tenant_id in (found.tenant_id, found.payer_tenant_id)) and access.webhook_owner_works(e.partner_id, e.tenant_id)), '[]'),
    'delegation_kind', null, 'state', found.status);
end
$function$;
grant execute on access.service_webhook_audience(jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.webhook_audience(event jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  about text := event ->> 'about';
  tenant uuid := (event ->> 'tenant_id')::uuid;
  partner uuid := (event ->> 'partner_id')::uuid;
  delegation uuid := (event ->> 'delegation_id')::uuid;
  account uuid := (event ->> 'account_id')::uuid;
  -- The time of an event comes from its id, in whole milliseconds; what was agreed in that very one was agreed before.
  at timestamptz := (event ->> 'occurred_at')::timestamptz + interval '1 millisecond';
  needed integer := (select p.bit from public.permission p where p.name = case about
    when 'order' then 'api.orders.read' when 'tenant' then 'partner.tenants.list' when 'dispute' then 'partner.billing.invoices.read' else 'partner.support.tickets.read' end);
  partners uuid[];
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  partners := case about
    when 'delegation' then array(
      select d.partner_id from public.delegation d
      where d.id = delegation and d.tenant_id = tenant and d.partner_id = partner and d.approved_at <= at)
    when 'order' then array(
      select p.id from public.partner p
      where p.id = partner and ((p.home_tenant_id = tenant and not exists (
        select from public.partner_home h where h.partner_id = p.id and h.tenant_id = tenant and h.status = 'active' and h.accepted_at > at)) or exists (
        select from access.delegation_in_force v join public.delegation d on d.id = v.id join public.delegation_account a on a.delegation_id = d.id
        where d.partner_id = p.id and d.tenant_id = tenant and a.account_id = account and d.kind in ('consent', 'resale')
          and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)))
    when 'ticket' then array(
      select d.partner_id from access.delegation_in_force v join public.delegation d on d.id = v.id join public.link l on l.id = d.id
      where d.tenant_id = tenant and d.kind = 'link' and not d.has_conditions
        and (event ->> 'type' <> 'partner.tenant.sla_breach' or l.notify_on_sla_breach)
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1
        and (not d.own_accounts_only or access.is_ticket_of_partner(tenant, (event ->> 'ticket_id')::uuid, d.partner_id)))
    -- That a tenant was closed is told by its last links: under a closed one no link is in force.
    when 'tenant' then array(
      select d.partner_id from public.delegation d join public.tenant t on t.id = d.tenant_id
      where d.tenant_id = tenant and d.kind = 'link' and d.status = 'active' and not d.has_conditions
        and (t.status = 'closed' or access.in_force(d)) and (d.ends_at is null or d.ends_at > statement_timestamp())
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)
    -- The other side of a dispute is the partner that raised it, no other one.
    when 'dispute' then array(
      select d.partner_id from access.delegation_in_force v join public.delegation d on d.id = v.id
      where d.tenant_id = tenant and d.partner_id = partner and d.kind = 'link' and not d.has_conditions
        and d.starts_at <= at and d.approved_at <= at and get_bit(access.mask_now(d), needed) = 1)
    when 'account' then array(
      select a.partner_id from public.partner_account a where a.id = (event ->> 'partner_account_id')::uuid and a.tenant_id = tenant and a.partner_id = partner)
    when 'client' then array(select c.partner_id from public.api_client c where c.id = (event ->> 'client_id')::uuid)
    -- A file is the matter of who ordered it: a partner's own, or a tenant's own.
    when 'export' then array(select p.id from public.partner p where p.id = partner)
    -- What happens in a partner's own user base is its own matter.
    when 'realm' then array(select p.id from public.partner p where p.id = partner)
    -- Agreements, referrals, earnings and payouts are a matter between the provider and the partner.
    when 'program' then array(select p.id from public.partner p where p.id = partner)
    else '{}' end;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and e.created_at <= at
        and (e.partner_id = any (partners) or e.tenant_id = tenant) and access.webhook_owner_works(e.partner_id, e.tenant_id)), '[]'),
    'delegation_kind', (select d.kind from public.delegation d where d.id = delegation and d.tenant_id = tenant),
    'state', case about
      when 'order' then (select o.status from public.service_order o where o.tenant_id = tenant and o.id = (event ->> 'order_id')::uuid)
      when 'export' then (select x.status from public.export x where x.id = (event ->> 'export_id')::uuid and x.partner_id is not distinct from partner and x.tenant_id is not distinct from tenant)
      when 'ticket' then (select t.status from public.ticket t where t.tenant_id = tenant and t.id = (event ->> 'ticket_id')::uuid)
      when 'tenant' then (select t.status from public.tenant t where t.id = tenant)
      when 'dispute' then (select d.status from public.invoice_dispute d where d.tenant_id = tenant and d.id = (event ->> 'dispute_id')::uuid)
      when 'client' then (select c.status from public.api_client c where c.id = (event ->> 'client_id')::uuid)
      when 'realm' then coalesce((select k.state from public.kyc_case k where k.partner_id = partner and k.id = (event ->> 'identity_check_id')::uuid),
        (select s.status from public.subscription s where s.partner_id = partner and s.id = (event ->> 'subscription_id')::uuid))
      when 'program' then event ->> 'state'
      when 'voucher' then event ->> 'state'
      else (select d.status from public.delegation d where d.id = delegation and d.tenant_id = tenant) end);
end
$function$;
grant execute on access.webhook_audience(jsonb) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.webhook_owner_works(partner uuid, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when partner is not null
    then exists (select from public.partner p where p.id = partner and p.status = 'active')
    else exists (select from public.tenant t where t.id = tenant and t.status <> 'closed') end
$function$;
grant execute on access.webhook_owner_works(uuid,uuid) to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.begin_endpoint_anew()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update webhook_health set failing_since = null where endpoint_id = new.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.forget_verification()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.verified_at := null;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.mail_whom_it_concerns()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  logins constant text[] := array['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest'];
  is_direct boolean := current_user = any (logins);
begin
  -- Apart, since a login that may not ask must not even be made to.
  if is_direct then
    if not access.may_mail(new.payload ->> 'to', new.payload ->> 'subject') then
      raise exception 'a mail goes to whom it concerns' using errcode = 'insufficient_privilege', constraint = 'outbox_recipient';
    end if;
  end if;
  if session_user = any (logins) and char_length(new.payload::text) > (case when is_direct then 20000 else 100000 end) then
    raise exception 'a mail is short' using errcode = 'check_violation', constraint = 'outbox_mail_size';
  end if;
  if session_user = any (logins) and coalesce(char_length(new.payload ->> 'subject') > 500 or new.payload ->> 'subject' ~ '[[:cntrl:]]' or new.payload ->> 'text' is null, true) then
    raise exception 'a mail has a subject of one line, and words' using errcode = 'check_violation', constraint = 'outbox_mail_form';
  end if;
  return new;
end
$function$;
