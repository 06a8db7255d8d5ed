set role liaison_owner;

create table sla_policy_version (
  tenant_id uuid not null references tenant (id),
  id uuid not null default uuidv7(),
  kind text not null check (kind in ('default', 'link', 'floor')),
  delegation_id uuid,
  version integer not null check (version > 0),
  terms jsonb not null check (jsonb_typeof(terms) = 'object' and octet_length(terms::text) <= 65536),
  note text not null check (char_length(note) between 3 and 500),
  created_by uuid,
  created_by_name text not null,
  created_by_partner_name text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique nulls not distinct (tenant_id, kind, delegation_id, version),
  foreign key (tenant_id, delegation_id) references delegation (tenant_id, id),
  check ((kind = 'default') = (delegation_id is null))
);
comment on table sla_policy_version is 'What is promised for tickets of a tenant: its own default, the agreement with one link, and the floor that an enterprise headquarters sets under which no promise may fall. The newest version holds for new tickets; a ticket keeps the version it was opened under, so a version never changes.';
call private.protect('sla_policy_version');
create policy readable on sla_policy_version for select to liaison_tenant using (tenant_id in (select access.reach('sla_policy_version', 'select')));
-- A partner reads its own agreement, and what binds everybody.
create policy readable_acting on sla_policy_version for select to liaison_delegate using (
  tenant_id in (select access.reach('sla_policy_version', 'select')) and (kind <> 'link' or delegation_id = (select access.context_id('delegation_id'))));
create policy insertable on sla_policy_version for insert to liaison_tenant with check (
  kind in ('default', 'link') and tenant_id in (select access.reach('sla_policy_version', 'insert')) and created_by = (select access.context_id('actor_id')));
create policy insertable_acting on sla_policy_version for insert to liaison_delegate with check (
  kind in ('link', 'floor') and delegation_id = (select access.context_id('delegation_id'))
  and tenant_id in (select access.reach('sla_policy_version', 'insert')) and created_by = (select access.context_id('actor_id')));
create policy clock on sla_policy_version for select to liaison_job using ((select access.context_plane()) = 'system');
grant select, insert on sla_policy_version to liaison_tenant, liaison_delegate;
grant select on sla_policy_version to liaison_job;
create trigger keep before update or delete on sla_policy_version for each row execute function private.refuse_change();
call private.audit_changes('sla_policy_version', true);

reset role;
set role liaison_authz;

-- The newest version of each kind that binds in a tenant: its default, one link's agreement, and the floor of a headquarters whose link is
-- in force now; one row without a version when nothing was agreed. Each row tells the time zone of the tenant. Whoever opens a ticket needs it, whether or not they may read agreements.
create function access.sla_in_force(wanted_tenant uuid, wanted_link uuid) returns table (kind text, id uuid, terms jsonb, timezone text)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if access.context_plane() is distinct from 'system'
    and wanted_tenant not in (select access.reach('ticket', 'insert') union select access.restricted_reach('ticket', 'insert') union select access.reach('sla_policy_version', 'select')) then
    raise exception 'no promise is told of this tenant' using errcode = 'insufficient_privilege';
  end if;
  return query
    select distinct on (p.kind) p.kind, p.id, p.terms, t.timezone
    from public.tenant t
    left join (public.sla_policy_version p left join public.delegation d on d.id = p.delegation_id)
      on p.tenant_id = t.id
      and (p.kind = 'default' or (p.kind = 'link' and p.delegation_id = wanted_link) or (p.kind = 'floor' and access.in_force(d)))
    where t.id = wanted_tenant
    order by p.kind, p.version desc;
end
$$;
-- What tickets that this transaction may read were promised under: versions by their ids.
create function access.sla_versions(wanted uuid[]) returns table (id uuid, terms jsonb)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
declare
  reached uuid[] := array(
    select access.reach('ticket', 'select') union select access.reach('ticket', 'update')
    union select access.restricted_reach('ticket', 'select') union select access.restricted_reach('ticket', 'update'));
begin
  return query
    select p.id, p.terms from public.sla_policy_version p
    where p.id = any (wanted) and (p.tenant_id = any (reached) or access.context_plane() = 'system');
end
$$;
grant execute on function access.sla_in_force(uuid, uuid), access.sla_versions(uuid[]) to liaison_tenant, liaison_delegate, liaison_job;

reset role;
set role liaison_owner;
create index on sla_policy_version (id);
reset role;
