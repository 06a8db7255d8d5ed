-- A file that somebody ordered. It is made by a job that works as the person who ordered it, and kept seven days.
create table public.export (
  id uuid not null default uuidv7(),
  kind text not null,
  plane text not null,
  partner_id uuid,
  tenant_id uuid,
  ordered_by uuid not null,
  ordered_by_name text not null,
  session_id uuid not null,
  factor text not null,
  permissions text[] not null,
  tenant_ids uuid[] not null,
  manifest jsonb not null,
  format text not null,
  columns text[] not null,
  options jsonb not null default '{}'::jsonb,
  filter jsonb not null,
  row_estimate bigint not null,
  billing_party text not null,
  status text not null default 'queued'::text,
  status_reason text,
  attempt integer not null default 0,
  slot smallint,
  claim_hash bytea,
  claimed_until timestamp with time zone,
  rows_done bigint not null default 0,
  row_count bigint,
  file_size_bytes bigint,
  sha256 bytea,
  created_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  expires_at timestamp with time zone not null default (now() + '7 days'::interval),
  first_downloaded_at timestamp with time zone,
  constraint audited TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint audited_end TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint export_billing_party_check CHECK ((billing_party = ANY (ARRAY['partner'::text, 'tenant'::text, 'split'::text]))),
  constraint export_check1 CHECK ((((status = 'processing'::text) = (slot IS NOT NULL)) AND ((status = 'processing'::text) = (claim_hash IS NOT NULL)) AND ((status = 'processing'::text) = (claimed_until IS NOT NULL)))),
  constraint export_check2 CHECK (((status = ANY (ARRAY['queued'::text, 'processing'::text])) = (finished_at IS NULL))),
  constraint export_check3 CHECK (((status <> 'completed'::text) OR ((row_count IS NOT NULL) AND (file_size_bytes IS NOT NULL) AND (sha256 IS NOT NULL)))),
  constraint export_columns_check CHECK (((cardinality(columns) >= 1) AND (cardinality(columns) <= 100))),
  constraint export_factor_check CHECK ((factor = ANY (ARRAY['none'::text, 'otp'::text, 'phishing_resistant'::text]))),
  constraint export_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'xlsx'::text, 'pdf'::text, 'jsonl'::text]))),
  constraint export_kind_check CHECK ((kind ~ '^[a-z_]{1,40}$'::text)),
  constraint export_ordered_by_fkey FOREIGN KEY (ordered_by) REFERENCES public.person(id),
  constraint export_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint export_permissions_check CHECK (((cardinality(permissions) >= 1) AND (cardinality(permissions) <= 10))),
  constraint export_pkey PRIMARY KEY (id),
  constraint export_plane CHECK ((plane = ANY (ARRAY['delegation'::text, 'tenant'::text, 'program'::text, 'platform'::text]))),
  constraint export_row_estimate_check CHECK ((row_estimate >= 0)),
  constraint export_sha256_check CHECK ((octet_length(sha256) = 32)),
  constraint export_side CHECK ((((plane = ANY (ARRAY['delegation'::text, 'program'::text])) = (partner_id IS NOT NULL)) AND ((plane = 'tenant'::text) = (tenant_id IS NOT NULL)))),
  constraint export_slot_check CHECK (((slot >= 1) AND (slot <= 3))),
  constraint export_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'cancelled'::text, 'expired'::text]))),
  constraint export_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint export_tenants CHECK (((cardinality(tenant_ids) <= 100000) AND ((cardinality(tenant_ids) = 0) = (plane = ANY (ARRAY['program'::text, 'platform'::text])))))
);
CREATE INDEX export_ending ON public.export USING btree (expires_at) WHERE (status = 'completed'::text);
CREATE INDEX export_partner_id_id_idx ON public.export USING btree (partner_id, id DESC);
CREATE INDEX export_tenant_id_id_idx ON public.export USING btree (tenant_id, id DESC);
CREATE INDEX export_waiting ON public.export USING btree (created_at) WHERE (status = ANY (ARRAY['queued'::text, 'processing'::text]));
CREATE UNIQUE INDEX export_partner_slot ON public.export USING btree (partner_id, slot) WHERE ((status = 'processing'::text) AND (partner_id IS NOT NULL));
CREATE UNIQUE INDEX export_platform_slot ON public.export USING btree (slot) WHERE ((status = 'processing'::text) AND (plane = 'platform'::text));
CREATE UNIQUE INDEX export_tenant_slot ON public.export USING btree (tenant_id, slot) WHERE ((status = 'processing'::text) AND (tenant_id IS NOT NULL));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.export FOR EACH ROW WHEN ((new.ordered_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('ordered_by_name');
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR DELETE ON public.export DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.require_event();
CREATE CONSTRAINT TRIGGER audited_end AFTER UPDATE ON public.export DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) AND (new.status <> ALL (ARRAY['queued'::text, 'processing'::text])))) EXECUTE FUNCTION audit.require_event();
CREATE TRIGGER guarded BEFORE UPDATE ON public.export FOR EACH ROW EXECUTE FUNCTION private.guard_export();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.export FOR EACH ROW WHEN ((new.ordered_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('ordered_by');
alter table public.export enable row level security, force row level security;
create policy deciding on public.export for select to liaison_authz
  using (true);
create policy delegation_side on public.export for select to liaison_delegate
  using (((plane = 'delegation'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner)) AND ((ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR ( SELECT access.oversees_exports() AS oversees_exports))));
create policy downloading on public.export for update to liaison_delegate
  using (((plane = 'delegation'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner)) AND ((ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR ( SELECT access.oversees_exports() AS oversees_exports))));
create policy managing on public.export for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy ordering on public.export for insert to liaison_delegate
  with check (((plane = 'delegation'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner)) AND (ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy ordering_own on public.export for insert to liaison_tenant
  with check (((plane = 'tenant'::text) AND (tenant_id IN ( SELECT access.reach('export'::text, 'insert'::text) AS reach)) AND (tenant_ids = ARRAY[tenant_id]) AND (ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy ordering_platform on public.export for insert to liaison_platform
  with check (((plane = 'platform'::text) AND (( SELECT access.context_plane() AS context_plane) = 'platform'::text) AND (ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy ordering_program on public.export for insert to liaison_program
  with check (((plane = 'program'::text) AND (partner_id = ( SELECT access.partner_as_owner() AS partner_as_owner)) AND (ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy partner_side on public.export for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND ((ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR ( SELECT access.oversees_exports() AS oversees_exports))));
create policy platform_side on public.export for select to liaison_platform
  using (((plane = 'platform'::text) AND (( SELECT access.context_plane() AS context_plane) = 'platform'::text)));
create policy platform_work on public.export for update to liaison_platform
  using (((plane = 'platform'::text) AND (( SELECT access.context_plane() AS context_plane) = 'platform'::text)));
create policy stopping on public.export for update to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND ((ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR ( SELECT access.oversees_exports() AS oversees_exports))));
create policy stopping_at_handover on public.export for update to liaison_authz
  using (true);
create policy stopping_own on public.export for update to liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('export'::text, 'select'::text) AS reach)) AND ((ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR ( SELECT access.oversees_exports() AS oversees_exports))));
create policy tenant_side on public.export for select to liaison_tenant
  using (((tenant_id IN ( SELECT access.reach('export'::text, 'select'::text) AS reach)) AND ((ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) OR ( SELECT access.oversees_exports() AS oversees_exports))));
grant select on public.export to liaison_authz;
grant select on public.export to liaison_delegate;
grant select on public.export to liaison_job;
grant select on public.export to liaison_platform;
grant select on public.export to liaison_program;
grant select on public.export to liaison_tenant;
grant update (status, status_reason, slot, claim_hash, claimed_until, finished_at) on public.export to liaison_authz;
grant insert (kind, plane, partner_id, tenant_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, options, filter, row_estimate, billing_party) on public.export to liaison_delegate;
grant update (manifest, status, status_reason, slot, claim_hash, claimed_until, rows_done, row_count, file_size_bytes, sha256, finished_at, first_downloaded_at) on public.export to liaison_delegate;
grant update (status, status_reason, attempt, slot, claim_hash, claimed_until, rows_done, started_at, finished_at) on public.export to liaison_job;
grant insert (kind, plane, partner_id, tenant_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, options, filter, row_estimate, billing_party) on public.export to liaison_platform;
grant update (manifest, status, status_reason, slot, claim_hash, claimed_until, rows_done, row_count, file_size_bytes, sha256, finished_at, first_downloaded_at) on public.export to liaison_platform;
grant insert (kind, plane, partner_id, tenant_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, options, filter, row_estimate, billing_party) on public.export to liaison_program;
grant update (manifest, status, status_reason, slot, claim_hash, claimed_until, rows_done, row_count, file_size_bytes, sha256, finished_at, first_downloaded_at) on public.export to liaison_program;
grant insert (kind, plane, partner_id, tenant_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, options, filter, row_estimate, billing_party) on public.export to liaison_tenant;
grant update (manifest, status, status_reason, slot, claim_hash, claimed_until, rows_done, row_count, file_size_bytes, sha256, finished_at, first_downloaded_at) on public.export to liaison_tenant;

-- The bytes of exported files, 256 KiB each but the last; in the database, so that every process can serve them.
create table public.export_chunk (
  export_id uuid not null,
  attempt integer not null,
  place integer not null,
  bytes bytea not null,
  constraint export_chunk_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 262144))),
  constraint export_chunk_export_id_fkey FOREIGN KEY (export_id) REFERENCES public.export(id) ON DELETE CASCADE,
  constraint export_chunk_pkey PRIMARY KEY (export_id, attempt, place),
  constraint export_chunk_place_check CHECK ((place >= 0))
);
alter table public.export_chunk enable row level security, force row level security;
create policy deciding on public.export_chunk for select to liaison_authz
  using (true);
create policy downloading on public.export_chunk for select to liaison_delegate, liaison_tenant
  using (((EXISTS ( SELECT
   FROM public.export e
  WHERE ((e.id = export_chunk.export_id) AND (e.attempt = export_chunk.attempt)))) AND access.opens_export(export_id)));
create policy downloading_program on public.export_chunk for select to liaison_platform, liaison_program
  using (((EXISTS ( SELECT
   FROM public.export e
  WHERE ((e.id = export_chunk.export_id) AND (e.attempt = export_chunk.attempt)))) AND access.opens_export(export_id)));
create policy sweeping on public.export_chunk for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy writing on public.export_chunk for all to liaison_delegate, liaison_tenant
  using ((export_id = ( SELECT access.context_id('export_id'::text) AS context_id)))
  with check ((export_id = ( SELECT access.context_id('export_id'::text) AS context_id)));
create policy writing_program on public.export_chunk for all to liaison_platform, liaison_program
  using ((export_id = ( SELECT access.context_id('export_id'::text) AS context_id)))
  with check ((export_id = ( SELECT access.context_id('export_id'::text) AS context_id)));
grant select on public.export_chunk to liaison_authz;
grant insert, select on public.export_chunk to liaison_delegate;
grant delete, select on public.export_chunk to liaison_job;
grant insert, select on public.export_chunk to liaison_platform;
grant insert, select on public.export_chunk to liaison_program;
grant insert, select on public.export_chunk to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_export(request jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  own_plane text := case session_user when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' when 'liaison_program' then 'program' when 'liaison_platform' then 'platform' end;
  ordered public.export;
  who record;
begin
  if own_plane is null then
    raise exception 'this login makes no exports' using errcode = 'insufficient_privilege';
  end if;
  select * into ordered from public.export e
  where e.id = (request ->> 'export_id')::uuid and e.plane = own_plane and e.status = 'processing'
    and e.claim_hash = sha256(decode(request ->> 'claim', 'hex')) and e.claimed_until > statement_timestamp();
  if not found then
    return json_build_object('now', statement_timestamp(), 'plane', own_plane, 'actor', null);
  end if;
  select h.id as person_id, h.name as person_name, (select b.bit from public.permission b where b.name = request ->> 'permission') as permission_bit,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', ordered.factor, 'factor_at', ordered.created_at, 'session_id', ordered.session_id) as actor,
    coalesce((select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and (f.partner_id is null or f.partner_id = ordered.partner_id) and f.tenant_id is null), '[]') as freezes,
    case when p.id is not null then json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) end as partner,
    case when p.id is not null then json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) end as partner_member,
    case when t.id is not null then json_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'status', t.status) end as tenant,
    case when t.id is not null then json_build_object('id', tm.id, 'role', tm.role, 'status', tm.status) end as tenant_member,
    ps.role as platform_role, coalesce(pm.id, tm.id) as member_id, coalesce(pm.role, tm.role, ps.role) as role, p.id as partner_id, p.name as partner_name, t.id as tenant_id, t.name as tenant_name
  into who
  from public.person h
  left join public.partner_member pm on pm.person_id = h.id and pm.partner_id = ordered.partner_id
  left join public.partner p on p.id = pm.partner_id
  left join public.tenant_member tm on tm.person_id = h.id and tm.tenant_id = ordered.tenant_id
  left join public.tenant t on t.id = tm.tenant_id
  left join public.platform_staff ps on own_plane = 'platform' and ps.person_id = h.id and ps.status = 'active'
  where h.id = ordered.ordered_by;
  -- Whoever left the provider's staff meanwhile gets a context that no policy of the platform's plane knows.
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', case when own_plane = 'platform' and who.platform_role is null then 'none' else own_plane end,
    'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', ordered.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'tenant_id', who.tenant_id, 'tenant_name', who.tenant_name, 'role', who.role,
    'permission', request -> 'permission', 'permission_bit', who.permission_bit, 'export_id', ordered.id,
    'request_id', request -> 'request_id', 'route', request -> 'route', 'source', 'job')));
  return json_build_object('now', statement_timestamp(), 'plane', own_plane, 'actor_kind', 'job', 'actor', who.actor, 'freezes', who.freezes, 'platform_role', who.platform_role,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member);
end
$function$;
grant execute on access.enter_export(jsonb) to liaison_delegate;
grant execute on access.enter_export(jsonb) to liaison_platform;
grant execute on access.enter_export(jsonb) to liaison_program;
grant execute on access.enter_export(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_export(export uuid, subject text, body text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if access.context_plane() is distinct from 'system' and access.context_id('export_id') is distinct from mail_export.export then
    raise exception 'only the job of an export mails about it' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_export.subject, 'text', mail_export.body)
  from public.export e join public.person p on p.id = e.ordered_by and p.status = 'active'
  where e.id = mail_export.export;
end
$function$;
grant execute on access.mail_export(uuid,text,text) to liaison_delegate;
grant execute on access.mail_export(uuid,text,text) to liaison_job;
grant execute on access.mail_export(uuid,text,text) to liaison_platform;
grant execute on access.mail_export(uuid,text,text) to liaison_program;
grant execute on access.mail_export(uuid,text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.opens_export(export uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  person uuid := access.context_id('actor_id');
  partner uuid := access.context_id('partner_id');
  file public.export;
  needed bit(256);
begin
  select * into file from public.export e where e.id = opens_export.export and e.status = 'completed' and e.expires_at > statement_timestamp();
  if not found or file.plane is distinct from access.context_plane() then
    return false;
  end if;
  select bit_or(set_bit(0::bit(256), p.bit, 1)) into needed from public.permission p where p.name = any (file.permissions);
  if file.plane = 'tenant' then
    return file.tenant_id = access.context_id('tenant_id') and exists (
      select from public.tenant_member tm
      join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
      join public.person p on p.id = tm.person_id and p.status = 'active'
      join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
      where tm.person_id = person and tm.tenant_id = file.tenant_id and tm.status = 'active' and (rp.mask & needed) = needed);
  elsif file.plane = 'program' then
    return file.partner_id = partner and exists (
      select from public.partner_member pm
      join public.person p on p.id = pm.person_id and p.status = 'active'
      join public.role_permission rp on rp.plane = 'program' and rp.role = pm.role
      where pm.person_id = person and pm.partner_id = file.partner_id and pm.status = 'active' and (rp.mask & needed) = needed);
  elsif file.plane = 'platform' then
    return exists (
      select from public.platform_staff s
      join public.person p on p.id = s.person_id and p.status = 'active'
      join public.role_permission rp on rp.plane = 'platform' and rp.role = s.role
      where s.person_id = person and s.status = 'active' and (rp.mask & needed) = needed);
  end if;
  return file.partner_id = partner and not exists (
    select from unnest(file.tenant_ids) t (id)
    where not exists (
      select from access.usable_link u
      where u.person_id = person and u.partner_id = partner and u.tenant_id = t.id and (u.mask & needed) = needed
        -- A file that was ordered before the link was restricted to own accounts, or while another account was one of them, holds more than is open now.
        and (not u.own_accounts_only or (file.created_at >= u.own_accounts_since and not access.lost_account_since(t.id, file.created_at)))));
end
$function$;
grant execute on access.opens_export(uuid) to liaison_delegate;
grant execute on access.opens_export(uuid) to liaison_platform;
grant execute on access.opens_export(uuid) to liaison_program;
grant execute on access.opens_export(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.oversees_exports()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.partner_member m
    where m.person_id = access.context_id('actor_id') and m.partner_id = access.context_id('partner_id') and m.role = 'PARTNER_OWNER' and m.status = 'active')
  or exists (
    select from public.tenant_member m
    where access.context_plane() = 'tenant' and m.person_id = access.context_id('actor_id') and m.tenant_id = access.context_id('tenant_id') and m.role = 'TENANT_ADMIN' and m.status = 'active')
$function$;
grant execute on access.oversees_exports() to liaison_delegate;
grant execute on access.oversees_exports() to liaison_program;
grant execute on access.oversees_exports() to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.guard_export()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  is_job boolean := session_user = 'liaison_job';
  is_working boolean := access.context_id('export_id') is not distinct from new.id;
begin
  if not (is_job or is_working) and (new.rows_done, new.row_count, new.file_size_bytes, new.sha256, new.manifest, new.attempt)
    is distinct from (old.rows_done, old.row_count, old.file_size_bytes, old.sha256, old.manifest, old.attempt) then
    raise exception 'only the job that makes an export says what is in it' using errcode = 'restrict_violation';
  end if;
  if old.status = new.status then
    if new.status = 'processing' and not (is_job or is_working) then
      raise exception 'only the job that makes an export moves it' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if not (case
    when old.status in ('queued', 'processing') and new.status = 'cancelled' then true
    when old.status = 'processing' and new.status = 'completed' then is_working
    when old.status in ('queued', 'processing') and new.status in ('queued', 'processing', 'failed') then is_job
    when old.status = 'completed' and new.status = 'expired' then is_job
    else false end)
  then
    raise exception 'an export does not go from % to % here', old.status, new.status using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$;
