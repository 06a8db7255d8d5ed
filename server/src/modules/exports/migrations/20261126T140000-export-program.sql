set role liaison_owner;

-- A file of the partner program, and one of the provider, hold no tenant's rows: they belong to a partner alone, or to nobody but the provider.
alter table export drop constraint export_plane_check, drop constraint export_tenant_ids_check, drop constraint export_check;
alter table export
  add constraint export_plane check (plane in ('delegation', 'tenant', 'program', 'platform')),
  add constraint export_tenants check (cardinality(tenant_ids) <= 100000 and (cardinality(tenant_ids) = 0) = (plane in ('program', 'platform'))),
  add constraint export_side check ((plane in ('delegation', 'program')) = (partner_id is not null) and (plane = 'tenant') = (tenant_id is not null));
create unique index export_platform_slot on export (slot) where status = 'processing' and plane = 'platform';
comment on column export.plane is 'With which evidence it was ordered and is handed out: a file of one plane never leaves through another.';

-- What an export may become, and by whom. Grants say which columns a login may write; this says which steps, and that nobody but the job
-- that makes a file says what is in it.
create or replace function private.guard_export() returns trigger
  language plpgsql
  as $$
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
$$;

reset role;
set role liaison_authz;

-- Whether the bytes of a file may leave to this transaction's person now: it is whole and in its time, it was ordered in this very plane, and
-- whatever it holds is open to the person with everything that the order asked for.
create or replace function access.opens_export(export uuid) returns boolean
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
$$;

-- The door of an export's job: the person who ordered it, as that person stands now. It opens to whoever knows the claim, while it holds.
create or replace function access.enter_export(request jsonb) returns json
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
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
    coalesce((select json_agg(f.scope) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and f.partner_id is null and f.tenant_id is null), '[]') as freezes,
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
$$;
grant execute on function access.opens_export(uuid), access.enter_export(jsonb) to liaison_program, liaison_platform;
grant execute on function access.mail_export(uuid, text, text) to liaison_program, liaison_platform;

reset role;
set role liaison_owner;

-- People who act in tenants see the files of tenants alone; the provider sees its own.
drop policy partner_side on export;
create policy partner_side on export for select to liaison_program using (
  partner_id = (select access.own_partner()) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy delegation_side on export for select to liaison_delegate using (
  plane = 'delegation' and partner_id = (select access.own_partner()) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
drop policy downloading on export;
create policy downloading on export for update to liaison_delegate using (
  plane = 'delegation' and partner_id = (select access.own_partner()) and (ordered_by = (select access.context_id('actor_id')) or (select access.oversees_exports())));
create policy ordering_program on export for insert to liaison_program with check (
  plane = 'program' and partner_id = (select access.partner_as_owner()) and ordered_by = (select access.context_id('actor_id')));
create policy platform_side on export for select to liaison_platform using (plane = 'platform' and (select access.context_plane()) = 'platform');
create policy platform_work on export for update to liaison_platform using (plane = 'platform' and (select access.context_plane()) = 'platform');
create policy ordering_platform on export for insert to liaison_platform with check (
  plane = 'platform' and (select access.context_plane()) = 'platform' and ordered_by = (select access.context_id('actor_id')));
grant select on export to liaison_platform;
grant insert (kind, plane, partner_id, tenant_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, options, filter, row_estimate, billing_party)
  on export to liaison_program, liaison_platform;
grant update (status, status_reason, finished_at, slot, claim_hash, claimed_until, rows_done, row_count, file_size_bytes, sha256, manifest, first_downloaded_at)
  on export to liaison_program, liaison_platform;

create policy writing_program on export_chunk to liaison_program, liaison_platform
  using (export_id = (select access.context_id('export_id'))) with check (export_id = (select access.context_id('export_id')));
create policy downloading_program on export_chunk for select to liaison_program, liaison_platform using (
  exists (select from export e where e.id = export_id and e.attempt = export_chunk.attempt) and access.opens_export(export_id));
grant select, insert on export_chunk to liaison_program, liaison_platform;

reset role;
