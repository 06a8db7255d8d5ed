-- What is promised for tickets of a tenant: its own default, the agreement with one link, and the floor that an enterprise headquarters sets under which no promise may fall. The newest version holds for new tickets; a ticket keeps the version it was opened under, so a version never changes.
create table public.sla_policy_version (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  kind text not null,
  delegation_id uuid,
  version integer not null,
  terms jsonb not null,
  note text not null,
  created_by uuid,
  created_by_name text not null,
  created_by_partner_name text,
  created_at timestamp with time zone not null default now(),
  constraint sla_policy_version_check CHECK (((kind = 'default'::text) = (delegation_id IS NULL))),
  constraint sla_policy_version_kind_check CHECK ((kind = ANY (ARRAY['default'::text, 'link'::text, 'floor'::text]))),
  constraint sla_policy_version_note_check CHECK (((char_length(note) >= 3) AND (char_length(note) <= 500))),
  constraint sla_policy_version_pkey PRIMARY KEY (tenant_id, id),
  constraint sla_policy_version_tenant_id_delegation_id_fkey FOREIGN KEY (tenant_id, delegation_id) REFERENCES public.delegation(tenant_id, id),
  constraint sla_policy_version_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint sla_policy_version_tenant_id_kind_delegation_id_version_key UNIQUE NULLS NOT DISTINCT (tenant_id, kind, delegation_id, version),
  constraint sla_policy_version_terms_check CHECK (((jsonb_typeof(terms) = 'object'::text) AND (octet_length((terms)::text) <= 65536))),
  constraint sla_policy_version_version_check CHECK ((version > 0))
);
CREATE INDEX sla_policy_version_id_idx ON public.sla_policy_version USING btree (id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.sla_policy_version FOR EACH ROW WHEN (((new.created_by_name IS NOT NULL) OR (new.created_by_partner_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('created_by_name', 'created_by_partner_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.sla_policy_version REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.sla_policy_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.sla_policy_version REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON public.sla_policy_version FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.sla_policy_version FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.sla_policy_version enable row level security, force row level security;
create policy clock on public.sla_policy_version for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.sla_policy_version for select to liaison_authz
  using (true);
create policy insertable on public.sla_policy_version for insert to liaison_tenant
  with check (((kind = ANY (ARRAY['default'::text, 'link'::text])) AND (tenant_id IN ( SELECT access.reach('sla_policy_version'::text, 'insert'::text) AS reach)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy insertable_across on public.sla_policy_version for insert to liaison_delegate
  with check (((kind = 'floor'::text) AND (( SELECT access.context_id('delegation_id'::text) AS context_id) IS NULL) AND access.holds_link(tenant_id, delegation_id) AND (tenant_id IN ( SELECT access.reach('sla_policy_version'::text, 'insert'::text) AS reach)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy insertable_acting on public.sla_policy_version for insert to liaison_delegate
  with check (((kind = ANY (ARRAY['link'::text, 'floor'::text])) AND (delegation_id = ( SELECT access.context_id('delegation_id'::text) AS context_id)) AND (tenant_id IN ( SELECT access.reach('sla_policy_version'::text, 'insert'::text) AS reach)) AND (created_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy readable on public.sla_policy_version for select to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('sla_policy_version'::text, 'select'::text) AS reach)));
create policy readable_acting on public.sla_policy_version for select to liaison_delegate
  using (((tenant_id IN ( SELECT access.reach('sla_policy_version'::text, 'select'::text) AS reach)) AND ((kind <> 'link'::text) OR (delegation_id = ( SELECT access.context_id('delegation_id'::text) AS context_id)))));
grant select on public.sla_policy_version to liaison_authz;
grant insert, select on public.sla_policy_version to liaison_delegate;
grant select on public.sla_policy_version to liaison_job;
grant insert, select on public.sla_policy_version to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.holds_link(tenant uuid, link uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from access.delegation_in_force d
    where d.id = link and d.tenant_id = tenant and d.kind = 'link' and d.partner_id = access.own_partner())
$function$;
grant execute on access.holds_link(uuid,uuid) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.sla_in_force(wanted_tenant uuid, wanted_link uuid)
 RETURNS TABLE(kind text, id uuid, terms jsonb, timezone text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;
grant execute on access.sla_in_force(uuid,uuid) to liaison_delegate;
grant execute on access.sla_in_force(uuid,uuid) to liaison_job;
grant execute on access.sla_in_force(uuid,uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.sla_versions(wanted uuid[])
 RETURNS TABLE(id uuid, terms jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  reached uuid[] := array(
    select access.reach('ticket', 'select') union select access.reach('ticket', 'update')
    union select access.restricted_reach('ticket', 'select') union select access.restricted_reach('ticket', 'update'));
begin
  return query
    select p.id, p.terms from public.sla_policy_version p
    where p.id = any (wanted) and (p.tenant_id = any (reached) or access.context_plane() = 'system');
end
$function$;
grant execute on access.sla_versions(uuid[]) to liaison_delegate;
grant execute on access.sla_versions(uuid[]) to liaison_job;
grant execute on access.sla_versions(uuid[]) to liaison_tenant;
