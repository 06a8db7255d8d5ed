set role liaison_owner;

create table export (
  id uuid primary key default uuidv7(),
  kind text not null check (kind ~ '^[a-z_]{1,40}$'),
  plane text not null check (plane in ('delegation', 'tenant')),
  partner_id uuid references partner (id),
  tenant_id uuid references tenant (id),
  ordered_by uuid not null references person (id),
  ordered_by_name text not null,
  session_id uuid not null,
  factor text not null check (factor in ('none', 'otp', 'phishing_resistant')),
  permissions text[] not null check (cardinality(permissions) between 1 and 10),
  tenant_ids uuid[] not null check (cardinality(tenant_ids) between 1 and 100000),
  manifest jsonb not null,
  format text not null check (format in ('csv', 'xlsx', 'pdf', 'jsonl')),
  columns text[] not null check (cardinality(columns) between 1 and 100),
  options jsonb not null default '{}',
  filter jsonb not null,
  row_estimate bigint not null check (row_estimate >= 0),
  billing_party text not null check (billing_party in ('partner', 'tenant', 'split')),
  status text not null default 'queued' check (status in ('queued', 'processing', 'completed', 'failed', 'cancelled', 'expired')),
  status_reason text,
  attempt integer not null default 0,
  slot smallint check (slot between 1 and 3),
  claim_hash bytea,
  claimed_until timestamptz,
  rows_done bigint not null default 0,
  row_count bigint,
  file_size_bytes bigint,
  sha256 bytea check (octet_length(sha256) = 32),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz not null default now() + interval '7 days',
  first_downloaded_at timestamptz,
  check ((plane = 'delegation') = (partner_id is not null) and (plane = 'tenant') = (tenant_id is not null)),
  check ((status = 'processing') = (slot is not null) and (status = 'processing') = (claim_hash is not null) and (status = 'processing') = (claimed_until is not null)),
  check ((status in ('queued', 'processing')) = (finished_at is null)),
  check (status <> 'completed' or (row_count is not null and file_size_bytes is not null and sha256 is not null))
);
comment on table export is 'A file that somebody ordered. It is made by a job that works as the person who ordered it, and kept seven days.';
comment on column export.tenant_ids is 'The tenants whose rows are in the file: each must be open to the reader at every download.';
comment on column export.manifest is 'The tenants in the file with the number of their rows, and those left out with the reason.';
comment on column export.permissions is 'What must be held in every tenant of the file: at the order, at every batch and at every download.';
comment on column export.slot is 'At most three exports of an organisation are made at once: each holds one of three places.';
comment on column export.claim_hash is 'The digest of what the process that makes the file knows; who knows it works as the person who ordered it, so nobody who reads this table can.';
-- At most three at once, whatever the number of processes and of orders.
create unique index export_partner_slot on export (partner_id, slot) where status = 'processing' and partner_id is not null;
create unique index export_tenant_slot on export (tenant_id, slot) where status = 'processing' and tenant_id is not null;
create index export_waiting on export (created_at) where status in ('queued', 'processing');
create index export_ending on export (expires_at) where status = 'completed';
create index on export (partner_id, id desc);
create index on export (tenant_id, id desc);
call private.protect('export');
-- The counters and the lease move while the file is made and are no change of it.
create constraint trigger audited after insert or delete on export
  deferrable initially deferred for each row execute function audit.require_event();
create constraint trigger audited_end after update on export
  deferrable initially deferred for each row when (old.status is distinct from new.status and new.status not in ('queued', 'processing')) execute function audit.require_event();

create table export_chunk (
  export_id uuid not null references export (id) on delete cascade,
  attempt integer not null,
  place integer not null check (place >= 0),
  bytes bytea not null check (octet_length(bytes) between 1 and 262144),
  primary key (export_id, attempt, place)
);
comment on table export_chunk is 'The bytes of exported files, 256 KiB each but the last; in the database, so that every process can serve them.';
-- Files are compressed already, or are read in parts: storing them as they come costs less than trying.
alter table export_chunk alter column bytes set storage external;
call private.protect('export_chunk');

-- What an export may become, and by whom. Grants say which columns a login may write; this says which steps.
create function private.guard_export() returns trigger
  language plpgsql
  as $$
declare
  is_job boolean := session_user = 'liaison_job';
  is_working boolean := access.context_id('export_id') is not distinct from new.id;
begin
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
$$;
create trigger guarded before update on export for each row execute function private.guard_export();

reset role;
set role liaison_authz;

-- Whether this transaction's person answers for the whole organisation: an owner of the partner, an admin of the tenant.
create function access.oversees_exports() returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.partner_member m
    where m.person_id = access.context_id('actor_id') and m.partner_id = access.context_id('partner_id') and m.role = 'PARTNER_OWNER' and m.status = 'active')
  or exists (
    select from public.tenant_member m
    where access.context_plane() = 'tenant' and m.person_id = access.context_id('actor_id') and m.tenant_id = access.context_id('tenant_id') and m.role = 'TENANT_ADMIN' and m.status = 'active')
$$;

-- Whether the bytes of a file may leave to this transaction's person now: it is whole and in its time, and every tenant in it is open to the
-- person with everything that the order asked for.
create function access.opens_export(export uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  person uuid := access.context_id('actor_id');
  partner uuid := access.context_id('partner_id');
  file public.export;
  needed bit(256);
begin
  select * into file from public.export e where e.id = opens_export.export and e.status = 'completed' and e.expires_at > statement_timestamp();
  if not found then
    return false;
  end if;
  select bit_or(set_bit(0::bit(256), p.bit, 1)) into needed from public.permission p where p.name = any (file.permissions);
  if file.plane = 'tenant' then
    return access.context_plane() = 'tenant' and file.tenant_id = access.context_id('tenant_id') and exists (
      select from public.tenant_member tm
      join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
      join public.person p on p.id = tm.person_id and p.status = 'active'
      join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
      where tm.person_id = person and tm.tenant_id = file.tenant_id and tm.status = 'active' and (rp.mask & needed) = needed);
  end if;
  return access.context_plane() = 'delegation' and file.partner_id = partner and not exists (
    select from unnest(file.tenant_ids) t (id)
    where not exists (
      select from access.usable_link u
      where u.person_id = person and u.partner_id = partner and u.tenant_id = t.id and (u.mask & needed) = needed
        -- A file that was ordered before the link was restricted to own accounts, or while another account was one of them, holds more than is open now.
        and (not u.own_accounts_only or (file.created_at >= u.own_accounts_since and not access.lost_account_since(t.id, file.created_at)))));
end
$$;

-- The door of an export's job: the person who ordered it, as that person stands now. It opens to whoever knows the claim, while it holds.
create function access.enter_export(request jsonb) returns json
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  own_plane text := case session_user when 'liaison_delegate' then 'delegation' when 'liaison_tenant' then 'tenant' end;
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
    coalesce((select json_agg(f.scope) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and f.partner_id is null and f.tenant_id is null), '[]') as freezes,
    case when p.id is not null then json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) end as partner,
    case when p.id is not null then json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) end as partner_member,
    case when t.id is not null then json_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'status', t.status) end as tenant,
    case when t.id is not null then json_build_object('id', tm.id, 'role', tm.role, 'status', tm.status) end as tenant_member,
    coalesce(pm.id, tm.id) as member_id, coalesce(pm.role, tm.role) as role, p.id as partner_id, p.name as partner_name, t.id as tenant_id, t.name as tenant_name
  into who
  from public.person h
  left join public.partner_member pm on pm.person_id = h.id and pm.partner_id = ordered.partner_id
  left join public.partner p on p.id = pm.partner_id
  left join public.tenant_member tm on tm.person_id = h.id and tm.tenant_id = ordered.tenant_id
  left join public.tenant t on t.id = tm.tenant_id
  where h.id = ordered.ordered_by;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', own_plane, 'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', ordered.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'tenant_id', who.tenant_id, 'tenant_name', who.tenant_name, 'role', who.role,
    'permission', request -> 'permission', 'permission_bit', who.permission_bit, 'export_id', ordered.id,
    'request_id', request -> 'request_id', 'route', request -> 'route', 'source', 'job')));
  return json_build_object('now', statement_timestamp(), 'plane', own_plane, 'actor_kind', 'job', 'actor', who.actor, 'freezes', who.freezes,
    'partner', who.partner, 'partner_member', who.partner_member, 'tenant', who.tenant, 'tenant_member', who.tenant_member);
end
$$;

-- Mails the person who ordered an export; for the job that made it and for our own work.
create function access.mail_export(export uuid, subject text, body text) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if access.context_plane() is distinct from 'system' and access.context_id('export_id') is distinct from mail_export.export then
    raise exception 'only the job of an export mails about it' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_export.subject, 'text', mail_export.body)
  from public.export e join public.person p on p.id = e.ordered_by and p.status = 'active'
  where e.id = mail_export.export;
end
$$;

grant execute on function access.oversees_exports() to liaison_program, liaison_delegate, liaison_tenant;
grant execute on function access.opens_export(uuid), access.enter_export(jsonb) to liaison_delegate, liaison_tenant;
grant execute on function access.mail_export(uuid, text, text) to liaison_delegate, liaison_tenant, liaison_job;

reset role;
set role liaison_owner;

-- Seen by who ordered it and by who answers for the organisation; nobody else of it.
create policy partner_side on export for select to liaison_program, liaison_delegate using (
  partner_id = (select access.own_partner()) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy tenant_side on export for select to liaison_tenant using (
  tenant_id in (select access.reach('export', 'select')) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy ordering on export for insert to liaison_delegate with check (
  plane = 'delegation' and partner_id = (select access.own_partner()) and ordered_by = (select access.context_id('actor_id')));
create policy ordering_own on export for insert to liaison_tenant with check (
  plane = 'tenant' and tenant_id in (select access.reach('export', 'insert')) and tenant_ids = array[tenant_id] and ordered_by = (select access.context_id('actor_id')));
create policy stopping on export for update to liaison_program using (
  partner_id = (select access.own_partner()) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy stopping_own on export for update to liaison_tenant using (
  tenant_id in (select access.reach('export', 'select')) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy downloading on export for update to liaison_delegate using (
  partner_id = (select access.own_partner()) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy managing on export to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select on export to liaison_program, liaison_delegate, liaison_tenant, liaison_job;
grant insert (kind, plane, partner_id, tenant_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, options, filter, row_estimate, billing_party)
  on export to liaison_delegate, liaison_tenant;
grant update (status, status_reason, finished_at, slot, claim_hash, claimed_until) on export to liaison_program;
grant update (status, status_reason, finished_at, slot, claim_hash, claimed_until, rows_done, row_count, file_size_bytes, sha256, manifest, first_downloaded_at)
  on export to liaison_delegate, liaison_tenant;
grant update (status, status_reason, attempt, slot, claim_hash, claimed_until, rows_done, started_at, finished_at) on export to liaison_job;

create policy writing on export_chunk to liaison_delegate, liaison_tenant
  using (export_id = (select access.context_id('export_id'))) with check (export_id = (select access.context_id('export_id')));
create policy downloading on export_chunk for select to liaison_delegate, liaison_tenant using (
  exists (select from export e where e.id = export_id and e.attempt = export_chunk.attempt) and access.opens_export(export_id));
create policy sweeping on export_chunk to liaison_job using ((select access.context_plane()) = 'system');
grant select, insert on export_chunk to liaison_delegate, liaison_tenant;
grant select, delete on export_chunk to liaison_job;

reset role;
