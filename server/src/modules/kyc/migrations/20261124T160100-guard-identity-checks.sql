set role liaison_owner;

-- Until when the role of an end user stands on a verification. Once it has passed the role counts as guest, whatever a job has noted.
alter table end_user add column verified_until timestamptz;
comment on column end_user.verified_until is 'The end of the verification that the role stands on; from then on the role counts as guest. Null: the role stands on none.';

-- The role as it counts at this statement: what a verification that has ended gave is gone, with every job stopped (C8).
create function access.role_in_force(role text, verified_until timestamptz) returns text
  language sql stable
  return case when role in ('basic', 'advanced', 'company') and verified_until <= statement_timestamp() then 'guest' else role end;
grant execute on function access.role_in_force(text, timestamptz) to public;

reset role;
set role liaison_authz;

-- What the partner's configuration says about identity checks, to its own logins and to our own work.
create function access.identity_check_rules(of_partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  policies jsonb;
begin
  if session_user in ('liaison_realm', 'liaison_program') and of_partner is distinct from access.context_id('partner_id') then
    return null;
  end if;
  policies := access.configuration(of_partner) -> 'policies';
  return jsonb_build_object(
    'provider', coalesce(policies ->> 'kyc_provider', 'manual'),
    'four_eyes', coalesce((policies ->> 'kyc_four_eyes')::boolean, true),
    'valid_days', coalesce((policies ->> 'kyc_valid_days')::integer, 365));
end
$$;
grant execute on function access.identity_check_rules(uuid) to liaison_owner, liaison_realm, liaison_program, liaison_job;

-- Whether a verification of this end user is in force at this statement.
create function access.has_verification(of_user uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.kyc_case c where c.end_user_id = of_user and c.state = 'verified' and c.expires_at > statement_timestamp()) $$;
grant execute on function access.has_verification(uuid) to liaison_owner;

-- Mails the end user whom a check is about, without telling anybody the address. {partner} stands for the partner's name.
create function access.mail_identity_check(of_case uuid, subject text, body text, origin text) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  c public.kyc_case;
begin
  select * into c from public.kyc_case x where x.id = of_case;
  if c.id is null or not (
    (session_user = 'liaison_realm' and c.partner_id = access.realm_inside() and (c.end_user_id = access.context_id('end_user_id') or access.is_realm_admin()))
    or (session_user = 'liaison_program' and c.partner_id = access.own_partner())
    or (session_user = 'liaison_job' and access.context_plane() = 'system')) then
    return;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', u.email, 'subject', replace(mail_identity_check.subject, '{partner}', p.name),
    'text', replace(mail_identity_check.body, '{partner}', p.name) || coalesce(E'\n\n' || mail_identity_check.origin || '/p/' || p.slug || '/identity-check', ''))
  from public.end_user u join public.partner p on p.id = u.partner_id where u.id = c.end_user_id;
end
$$;
grant execute on function access.mail_identity_check(uuid, text, text, text) to liaison_realm, liaison_program, liaison_job;

-- How identity checks go at each partner, in figures: the provider sees nobody's name.
create function access.identity_check_figures() returns table (partner_id uuid, partner_name text, state text, checks bigint, oldest_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select p.id, p.name, case when c.state = 'verified' and c.expires_at <= statement_timestamp() then 'expired' else c.state end, count(*), min(coalesce(c.submitted_at, c.created_at))
  from public.kyc_case c join public.partner p on p.id = c.partner_id
  where session_user = 'liaison_platform' and access.context_plane() = 'platform'
  group by 1, 2, 3
  $$;
grant execute on function access.identity_check_figures() to liaison_platform;

-- The secrets that count for the events of a vendor about one partner. Nothing for a partner that is not active.
create function access.kyc_secrets(vendor text, partner_slug text) returns table (id uuid, partner_id uuid, sealed_secret bytea)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.id, s.partner_id, s.sealed_secret
  from public.partner p join public.kyc_secret s on s.partner_id = p.id
  where session_user = 'liaison_job' and access.context_plane() = 'system'
    and p.slug = partner_slug and p.status = 'active' and s.provider = vendor and (s.ends_at is null or s.ends_at > statement_timestamp())
  order by s.ends_at desc nulls first
  $$;
grant execute on function access.kyc_secrets(text, text) to liaison_job;

reset role;
set role liaison_owner;

-- On whose behalf a login works on identity checks; null for nobody who logs in.
create function private.side_of_check(is_decision boolean) returns text
  language sql stable
  return case session_user when 'liaison_realm' then 'end_user' when 'liaison_program' then 'partner' when 'liaison_job' then case when is_decision then 'vendor' else 'clock' end end;

-- What one side may change of a check besides its state.
create function private.check_kyc_facts(c_old kyc_case, c_new kyc_case, side text) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  is_open boolean := c_old.state in ('draft', 'submitted', 'in_review', 'resubmit');
begin
  if (c_new.id, c_new.partner_id, c_new.end_user_id, c_new.target_role, c_new.provider, c_new.created_at) is distinct from (c_old.id, c_old.partner_id, c_old.end_user_id, c_old.target_role, c_old.provider, c_old.created_at) then
    raise exception 'a check never moves to somebody else' using errcode = 'check_violation', constraint = 'identity_check_identity';
  end if;
  if side = 'end_user' and c_new.end_user_id is distinct from access.context_id('end_user_id') then
    raise exception 'people have themselves checked' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if c_old.redacted_at is not null and (c_new.state = c_old.state or c_new.redacted_at is null) then
    raise exception 'what was redacted never changes' using errcode = 'check_violation', constraint = 'identity_check_redacted';
  end if;
  if (c_new.legal_name, c_new.birth_date, c_new.country, c_new.document_kind, c_new.document_number) is distinct from (c_old.legal_name, c_old.birth_date, c_old.country, c_old.document_kind, c_old.document_number)
    and not ((side = 'end_user' and c_old.state in ('draft', 'resubmit')) or (side = 'partner' and c_new.redacted_at is not null)) then
    raise exception 'what is being checked never changes' using errcode = 'check_violation', constraint = 'identity_check_facts';
  end if;
  if c_new.redacted_at is distinct from c_old.redacted_at and (side <> 'partner' or is_open) then
    raise exception 'only what is decided is redacted' using errcode = 'check_violation', constraint = 'identity_check_open';
  end if;
  if c_new.provider_ref is distinct from c_old.provider_ref and (c_old.provider_ref is not null or side <> 'clock') and c_new.redacted_at is null then
    raise exception 'a reference is given once' using errcode = 'check_violation', constraint = 'identity_check_identity';
  end if;
end
$$;

-- That a decision of a partner stands on what its people wrote down: the approval of two of them, where the partner wants four eyes.
create function private.check_kyc_decision(c_old kyc_case, c_new kyc_case) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  actor uuid := access.context_id('actor_id');
  needed text := case c_new.state when 'verified' then 'approve' when 'rejected' then 'reject' when 'resubmit' then 'resubmit' when 'revoked' then 'revoke' end;
  approvals integer;
begin
  if c_new.state <> 'revoked' and c_old.provider <> 'manual' then
    raise exception 'the vendor decides this check' using errcode = 'check_violation', constraint = 'identity_check_vendor';
  end if;
  if c_new.state = 'in_review' then
    if c_new.taken_by is distinct from actor then
      raise exception 'a review begins in the own name' using errcode = 'check_violation', constraint = 'identity_check_actor';
    end if;
    return;
  end if;
  if not exists (select from kyc_review r where r.case_id = c_new.id and r.attempt = c_old.attempt and r.decision = needed and r.reviewer_id = actor) then
    raise exception 'a decision is written down first' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if c_new.state = 'verified' then
    select count(distinct r.reviewer_id) into approvals from kyc_review r where r.case_id = c_new.id and r.attempt = c_old.attempt and r.decision = 'approve';
    if approvals < 2 and (access.identity_check_rules(c_new.partner_id) ->> 'four_eyes')::boolean then
      raise exception 'two people approve an identity' using errcode = 'check_violation', constraint = 'identity_check_four_eyes';
    end if;
  end if;
end
$$;

-- That a vendor's move stands on an event of that vendor about this very check, taken in this transaction and not older than the last one.
create function private.check_kyc_event(c_old kyc_case, c_new kyc_case) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
begin
  if c_old.provider = 'manual' or not exists (
    select from kyc_event e where e.id = c_new.last_event_id and e.partner_id = c_new.partner_id and e.provider = c_new.provider and e.case_id = c_new.id
      and e.outcome = 'applied' and e.received_at = transaction_timestamp() and e.occurred_at = c_new.last_event_at and e.occurred_at >= coalesce(c_old.last_event_at, '-infinity')) then
    raise exception 'only an event of its vendor moves a check' using errcode = 'check_violation', constraint = 'identity_check_event';
  end if;
end
$$;

create function private.enforce_identity_check() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_check(tg_op = 'UPDATE' and (new.last_event_id is distinct from old.last_event_id or (new.state <> old.state and new.state in ('in_review', 'verified', 'resubmit', 'rejected'))));
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'end_user' or new.state <> 'draft' or new.end_user_id is distinct from access.context_id('end_user_id') or new.partner_id is distinct from access.context_id('partner_id') then
      raise exception 'people have themselves checked' using errcode = 'check_violation', constraint = 'identity_check_actor';
    end if;
    return new;
  end if;
  perform private.check_kyc_facts(old, new, side);
  if side = 'vendor' then
    perform private.check_kyc_event(old, new);
  end if;
  new.version := old.version + 1;
  if new.state = old.state then
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'identity_check' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move an identity check from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if side = 'partner' then
    perform private.check_kyc_decision(old, new);
  end if;
  if new.state = 'submitted' then
    if num_nulls(new.legal_name, new.birth_date, new.country, new.document_kind, new.document_number) > 0 then
      raise exception 'everything that is checked is stated' using errcode = 'check_violation', constraint = 'identity_check_incomplete';
    end if;
    new.attempt := case when old.state = 'resubmit' then old.attempt + 1 else old.attempt end;
    new.submitted_at := statement_timestamp();
    new.decided_at := null;
    new.reason_codes := '{}';
    new.message := null;
    new.taken_by := null;
    new.taken_by_name := null;
  elsif new.state = 'verified' then
    new.verified_at := statement_timestamp();
    new.expires_at := statement_timestamp() + make_interval(days => (access.identity_check_rules(new.partner_id) ->> 'valid_days')::integer);
    new.reason_codes := '{}';
  elsif new.state = 'expired' and old.expires_at > statement_timestamp() then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'identity_check_transition';
  elsif new.state = 'cancelled' and side = 'clock' and coalesce(old.decided_at, old.created_at) > statement_timestamp() - interval '30 days' then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if new.state in ('verified', 'resubmit', 'rejected') then
    new.decided_at := statement_timestamp();
  end if;
  if new.state in ('rejected', 'expired', 'revoked', 'cancelled') then
    new.ended_at := statement_timestamp();
  end if;
  return new;
end
$$;
create trigger enforce_identity_check before insert or update on kyc_case for each row execute function private.enforce_identity_check();

-- Reviews are written by the reviewer, while there is something to decide, and never about oneself.
create function private.enforce_kyc_review() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  c kyc_case;
begin
  if private.side_of_check(false) is null then
    return new;
  end if;
  select * into c from kyc_case x where x.id = new.case_id and x.partner_id = new.partner_id;
  if new.reviewer_id is distinct from access.context_id('actor_id') or new.reviewer_id = c.end_user_id then
    raise exception 'a review is written in the own name, about somebody else' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if new.attempt is distinct from c.attempt or c.state is distinct from (case new.decision when 'revoke' then 'verified' else 'in_review' end) then
    raise exception 'there is nothing to decide' using errcode = 'check_violation', constraint = 'identity_check_transition';
  end if;
  if c.provider <> 'manual' and new.decision <> 'revoke' then
    raise exception 'the vendor decides this check' using errcode = 'check_violation', constraint = 'identity_check_vendor';
  end if;
  return new;
end
$$;
create trigger enforce_kyc_review before insert on kyc_review for each row execute function private.enforce_kyc_review();

-- The role follows the verification in the same transaction: up with it, and down when it ends and no other is in force (C8).
create function private.carry_verification() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  ranks constant text[] := array['guest', 'basic', 'advanced', 'company'];
  latest timestamptz;
begin
  select max(c.expires_at) into latest from kyc_case c where c.end_user_id = new.end_user_id and c.state = 'verified' and c.expires_at > statement_timestamp();
  if new.state = 'verified' then
    -- What stood on a verification that has ended is gone first, whether or not the clock has noted it.
    update end_user u set role = 'guest', verified_until = null
    where u.id = new.end_user_id and u.partner_id = new.partner_id and access.role_in_force(u.role, u.verified_until) <> u.role;
    update end_user u
    set verified_until = latest,
      role = case when array_position(ranks, u.role) < array_position(ranks, new.target_role) then new.target_role else u.role end
    where u.id = new.end_user_id and u.partner_id = new.partner_id;
  else
    update end_user u
    set verified_until = latest,
      role = case when latest is null and u.role in ('basic', 'advanced', 'company') then 'guest' else u.role end
    where u.id = new.end_user_id and u.partner_id = new.partner_id;
  end if;
  return null;
end
$$;
create trigger carry_verification after update of state on kyc_case for each row
  when (new.state in ('verified', 'expired', 'revoked') and new.state is distinct from old.state) execute function private.carry_verification();

-- Nobody gets a role that can subscribe, from one that cannot, unless a verification is in force (registry.md section 7).
create function private.require_verification() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if access.context_plane() is null then
    return new;
  end if;
  if new.role in ('basic', 'advanced', 'company') and (tg_op = 'INSERT' or old.role not in ('basic', 'advanced', 'company')) and not access.has_verification(new.id) then
    raise exception 'the identity of a guest is checked first' using errcode = 'check_violation', constraint = 'end_user_verification';
  end if;
  return new;
end
$$;
create trigger require_verification before insert or update of role on end_user for each row execute function private.require_verification();

reset role;
