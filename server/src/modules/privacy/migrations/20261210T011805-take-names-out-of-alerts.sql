set role liaison_authz;

-- As before; and what alerts say of the person, with the events that tell of these: an alert of many refusals, of guesses, or of the use of withdrawn
-- access names whose they are in its title, and nobody ever removes it.
create or replace function access.blank_person(erased uuid) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  blanked bigint;
  alerts uuid[] := array(select a.id from alert a where a.type in ('person_denials', 'unknown_tenants', 'stale_access') and split_part(a.dedupe_key, ':', 2) = erased::text);
  about uuid[] := array(select access.ids_of_person(erased)) || alerts;
begin
  update alert a set title = regexp_replace(a.title, '^.* (was refused|asked for|goes on using) ', 'Erased person \1 ') where a.id = any (alerts);
  update audit_event e set
    origin_digest = coalesce(e.origin_digest, audit.origin_digest_of(e)), origin_salt = case when e.origin_digest is null then gen_random_uuid() else e.origin_salt end, ip = null, user_agent = null,
    personal_digest = audit.personal_digest_of(e), personal_salt = gen_random_uuid(), actor_name = null, resource_label = null, reason = null, changes = null
  where (e.actor_id = erased or e.resource_id = any (about)) and e.personal_digest is null;
  get diagnostics blanked = row_count;
  return blanked;
end
$$;

reset role;
