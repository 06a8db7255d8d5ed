-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.blank_origins(from_at timestamp with time zone, until_at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  blanked bigint;
begin
  if (until_at > now() - interval '1 day') then
    raise exception 'personal data is kept for a day at least' using errcode = 'invalid_parameter_value';
  end if;
  update audit_event e set origin_digest = audit.origin_digest_of(e), origin_salt = gen_random_uuid(), ip = null, user_agent = null
  where e.occurred_at >= from_at and e.occurred_at < until_at and e.origin_digest is null and (e.ip is not null or e.user_agent is not null);
  get diagnostics blanked = row_count;
  if (blanked > 0) then
    perform access.record_forgetting('personal_data.blank', blanked, jsonb_build_object('from', from_at, 'until', until_at));
  end if;
  return blanked;
end
$function$;
grant execute on access.blank_origins(timestamp with time zone,timestamp with time zone) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.blank_person(erased uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.blank_person(uuid) to liaison_owner;

-- Where the nightly job finds what it has still to blank.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.first_origin(from_at timestamp with time zone, until_at timestamp with time zone)
 RETURNS TABLE(at timestamp with time zone, is_blanked boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
  select e.occurred_at, e.origin_digest is not null
  from audit_event e
  where e.occurred_at >= from_at and e.occurred_at < until_at and e.personal_digest is null
    and (e.origin_digest is not null or e.ip is not null or e.user_agent is not null)
  order by e.occurred_at, e.id limit 1
  $function$;
grant execute on access.first_origin(timestamp with time zone,timestamp with time zone) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ids_of_person(asked uuid)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select asked
  union all select m.id from partner_member m where m.person_id = asked
  union all select m.id from tenant_member m where m.person_id = asked
  $function$;
grant execute on access.ids_of_person(uuid) to liaison_owner;

-- What is kept of the person who is signed in (GDPR Art. 15 and 20).
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_record()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select access.record_of_person(access.context_id('actor_id')) $function$;
grant execute on access.own_record() to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.record_forgetting(action text, counted bigint, details jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select audit.record_as(
    jsonb_build_object('plane', 'system', 'actor_type', 'system', 'actor_name', 'personal-data', 'source', 'job'),
    jsonb_build_object('action', action, 'row_count', counted, 'changes', details))
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.record_of_person(asked uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select jsonb_build_object(
    'person', jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email, 'status', p.status, 'language', coalesce(p.language, 'en'), 'shortcuts', p.shortcuts, 'since', p.created_at, 'changed_at', p.updated_at),
    'works_for', (select coalesce(jsonb_agg(place order by place ->> 'since'), '[]') from (
      select jsonb_build_object('kind', 'provider', 'role', s.role, 'status', s.status, 'since', s.created_at) as place from platform_staff s where s.person_id = p.id
      union all
      select jsonb_build_object('kind', 'partner', 'name', o.name, 'role', m.role, 'status', m.status, 'since', m.created_at) from partner_member m join partner o on o.id = m.partner_id where m.person_id = p.id
      union all
      select jsonb_build_object('kind', 'organisation', 'name', o.name, 'role', m.role, 'status', m.status, 'since', m.created_at) from tenant_member m join tenant o on o.id = m.tenant_id where m.person_id = p.id) places),
    'sign_in', jsonb_build_object(
      'password_changed_at', (select c.changed_at from password_credential c where c.person_id = p.id),
      'authenticator_app_since', (select f.confirmed_at from totp_factor f where f.person_id = p.id),
      'recovery_codes_left', (select count(*) from recovery_code c where c.person_id = p.id and c.used_at is null),
      'passkeys', (select coalesce(jsonb_agg(jsonb_build_object('name', k.label, 'since', k.created_at, 'last_used_at', k.last_used_at) order by k.created_at), '[]') from passkey k where k.person_id = p.id)),
    'sessions', (select coalesce(jsonb_agg(jsonb_build_object('began_at', s.created_at, 'last_seen_at', s.seen_at, 'ended_at', s.ended_at, 'factor', s.factor, 'network_address', host(s.ip), 'browser', s.user_agent) order by s.created_at desc), '[]') from session s where s.person_id = p.id),
    'mails', (select coalesce(jsonb_agg(jsonb_build_object('sent_at', m.created_at, 'subject', m.subject) order by m.created_at desc), '[]') from mail_message m where m.recipient = p.email),
    'signatures', (select coalesce(jsonb_agg(jsonb_build_object('agreement_id', g.agreement_id, 'name', g.signer_name, 'email', g.signer_email, 'typed_name', g.typed_name, 'as', g.capacity, 'signed_at', g.signed_at, 'network_address', host(g.ip), 'browser', g.user_agent) order by g.signed_at), '[]') from agreement_signature g where g.person_id = p.id),
    'acts', (select coalesce(jsonb_agg(act), '[]') from (
      select jsonb_build_object('at', e.occurred_at, 'action', e.action, 'outcome', e.outcome, 'times', e.repeats, 'partner', e.partner_name, 'organisation', e.tenant_name, 'network_address', host(e.ip), 'browser', e.user_agent, 'reason', e.reason) as act
      from audit_event e where e.actor_id = p.id order by e.occurred_at desc, e.id limit 10000) newest),
    'acts_in_all', (select count(*) from audit_event e where e.actor_id = p.id),
    'done_to_you', (select coalesce(jsonb_agg(act), '[]') from (
      select jsonb_build_object('at', e.occurred_at, 'action', e.action, 'outcome', e.outcome) as act
      from audit_event e where e.resource_id in (select access.ids_of_person(p.id)) and e.actor_id is distinct from p.id order by e.occurred_at desc, e.id limit 10000) newest))
  from person p where p.id = asked
  $function$;
grant execute on access.record_of_person(uuid) to liaison_owner;
