set role liaison_authz;

-- What is forgotten is told by an event of the same transaction: how much, and of which time. Nobody forgets anything without a trace.
create function access.record_forgetting(action text, counted bigint, details jsonb) returns void
  language sql
  set search_path = pg_catalog, public
  as $$
  select audit.record_as(
    jsonb_build_object('plane', 'system', 'actor_type', 'system', 'actor_name', 'personal-data', 'source', 'job'),
    jsonb_build_object('action', action, 'row_count', counted, 'changes', details))
  $$;

create or replace function access.blank_origins(from_at timestamptz, until_at timestamptz) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
$$;

create or replace function access.forget_contacts(keep_days integer, most integer) returns table (sessions bigint, mails bigint)
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  border timestamptz := now() - make_interval(days => keep_days);
begin
  if (keep_days < 1) then
    raise exception 'personal data is kept for a day at least' using errcode = 'invalid_parameter_value';
  end if;
  delete from session s where s.id in (select o.id from session o where least(o.ended_at, o.ends_at) < border limit most);
  get diagnostics sessions = row_count;
  delete from mail_message m where m.id in (select o.id from mail_message o where o.created_at < border limit most);
  get diagnostics mails = row_count;
  if (sessions + mails > 0) then
    perform access.record_forgetting('personal_data.remove', sessions + mails, jsonb_build_object('sign_ins', sessions, 'mails', mails, 'until', border));
  end if;
  return next;
end
$$;

reset role;
