set role liaison_authz;

-- As before; and the events of anybody that tell the person's address, such as invitations, and those that tell a name that the person bore before.
-- Somebody is of the provider's staff, too, who acted for the provider and was removed since.
create or replace function access.blank_person(erased uuid) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  blanked bigint;
  naming bigint;
  alerts uuid[] := array(select a.id from alert a where a.type in ('person_denials', 'unknown_tenants', 'stale_access') and split_part(a.dedupe_key, ':', 2) = erased::text);
  about uuid[] := array(select access.ids_of_person(erased)) || alerts;
  address text := (select lower(p.email) from person p where p.id = erased);
  -- Read before the first update takes the names out of what the person did.
  names text[] := array(select p.name from person p where p.id = erased union select e.actor_name from audit_event e where e.actor_id = erased and e.actor_name is not null);
  partners uuid[] := array(select m.partner_id from partner_member m where m.person_id = erased);
  tenants uuid[] := array(select m.tenant_id from tenant_member m where m.person_id = erased union select d.tenant_id from delegation d where d.partner_id = any (partners));
  is_staff boolean := exists (select from platform_staff s where s.person_id = erased)
    or exists (select from audit_event e where e.actor_id = erased and e.plane = 'platform' and e.outcome = 'allowed');
begin
  update alert a set title = regexp_replace(a.title, '^.* (was refused|asked for|goes on using) ', 'Erased person \1 ') where a.id = any (alerts);
  update audit_event e set
    origin_digest = coalesce(e.origin_digest, audit.origin_digest_of(e)), origin_salt = case when e.origin_digest is null then gen_random_uuid() else e.origin_salt end, ip = null, user_agent = null,
    personal_digest = audit.personal_digest_of(e), personal_salt = gen_random_uuid(), actor_name = null, resource_label = null, reason = null, changes = null
  where (e.actor_id = erased or e.resource_id = any (about)) and e.personal_digest is null;
  get diagnostics blanked = row_count;
  update audit_event e set
    personal_digest = audit.personal_digest_of(e), personal_salt = gen_random_uuid(), actor_name = null, resource_label = null, reason = null, changes = null
  where e.personal_digest is null
    and (lower(e.resource_label) = address or strpos(lower(e.changes::text), to_json(address)::text) > 0
      or ((e.partner_id = any (partners) or e.tenant_id = any (tenants) or (is_staff and e.partner_id is null and e.tenant_id is null))
        and (e.resource_label = any (names) or exists (select from unnest(names) n where strpos(e.changes::text, to_json(n)::text) > 0))));
  get diagnostics naming = row_count;
  return blanked + naming;
end
$$;

reset role;
