set role liaison_authz;

-- What is kept of a person, with the language in which mails are written: English for whoever chose none.
create or replace function access.record_of_person(asked uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
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
  $$;

reset role;
