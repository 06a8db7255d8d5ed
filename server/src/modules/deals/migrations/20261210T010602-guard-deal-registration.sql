set role liaison_authz;

-- How many registrations of one partner may wait for the provider, so that nobody registers the telephone book.
create function access.most_waiting_deals() returns integer
  language sql immutable
  set search_path = pg_catalog
  return 100;
grant execute on function access.most_waiting_deals() to public;

create function access.is_free_mail(domain text) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.mail_domain f where f.domain = is_free_mail.domain and f.kind = 'free') $$;
grant execute on function access.is_free_mail(text) to liaison_owner;

-- A registration is made by somebody of the partner, in the own name; what makes two of them one prospect is the database's word.
create function access.enforce_new_deal() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user = 'liaison_program' then
    if new.created_by is distinct from access.context_id('actor_id') or new.partner_id is distinct from access.own_partner() or new.state <> 'submitted' or new.decided_at is not null then
      raise exception 'a deal is registered in the own name' using errcode = 'check_violation', constraint = 'deal_registration_maker';
    end if;
  elsif session_user like 'liaison\_%' then
    raise exception 'this login registers no deals' using errcode = 'check_violation', constraint = 'deal_registration_maker';
  end if;
  if access.is_free_mail(new.domain) then
    raise exception 'many companies share this domain' using errcode = 'check_violation', constraint = 'deal_registration_domain';
  end if;
  new.prospect_key := coalesce(new.domain, case when access.is_free_mail(access.domain_of(new.contact_email)) then new.contact_email else access.domain_of(new.contact_email) end);
  if new.prospect_key is null then
    raise exception 'a prospect has a domain or a contact' using errcode = 'check_violation', constraint = 'deal_registration_prospect';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('deal_registration ' || new.partner_id, 0));
  if (select count(*) from deal_registration d where d.partner_id = new.partner_id and d.state = 'submitted') >= access.most_waiting_deals() then
    raise exception 'too many registrations wait' using errcode = 'check_violation', constraint = 'deal_registration_many';
  end if;
  return new;
end
$$;
grant execute on function access.enforce_new_deal() to liaison_owner;

-- What the clock may forget of a registration that is over: who the contact is, and the notes.
create function access.is_forgetting_deal(was public.deal_registration, becomes public.deal_registration) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select session_user = 'liaison_job' and was.ended_at <= access.contacts_kept_since()
    and becomes.contact_name is null and becomes.contact_email is null and becomes.notes is null
    and (to_jsonb(becomes) - array['contact_name', 'contact_email', 'notes', 'prospect_key']) = (to_jsonb(was) - array['contact_name', 'contact_email', 'notes', 'prospect_key'])
  $$;
grant execute on function access.is_forgetting_deal(public.deal_registration, public.deal_registration) to liaison_owner;

-- Who decides is somebody of the provider that is nobody of the partner, about a partner that works.
create function access.check_deal_decision(d public.deal_registration) returns void
  language plpgsql stable security definer
  set search_path = pg_catalog, public
  as $$
begin
  if access.is_partner_person(d.partner_id, access.context_id('actor_id')) then
    raise exception 'nobody decides about the own deal' using errcode = 'check_violation', constraint = 'deal_registration_decider';
  end if;
  if d.state = 'approved' and not exists (select from partner p where p.id = d.partner_id and p.status = 'active') then
    raise exception 'the partner works no more' using errcode = 'check_violation', constraint = 'deal_registration_partner';
  end if;
end
$$;

-- What was registered never changes. It moves as the table of transitions says; until when it is protected is the database's word.
create function access.enforce_deal() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := case when session_user = 'liaison_program' then 'partner' when session_user = 'liaison_platform' then 'provider' when session_user in ('liaison_ingest', 'liaison_job') then 'clock' when session_user like 'liaison\_%' then 'nobody' end;
  fixed text[] := array['state', 'decided_at', 'decided_by', 'decided_by_name', 'reason', 'protected_until', 'ended_at', 'referral_id', 'version', 'created_by_name'];
begin
  if access.is_forgetting_deal(old, new) then
    new.prospect_key := case when position('@' in old.prospect_key) > 0 then 'forgotten:' || old.id else old.prospect_key end;
    return new;
  end if;
  if (to_jsonb(new) - fixed) <> (to_jsonb(old) - fixed) then
    raise exception 'what was registered never changes' using errcode = 'restrict_violation', constraint = 'deal_registration_identity';
  end if;
  if side is null then
    return new;
  end if;
  if new.state = old.state or not exists (select from state_transition t where t.entity = 'deal_registration' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a deal from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'deal_registration_transition';
  end if;
  if new.state = 'expired' and old.protected_until > statement_timestamp() then
    raise exception 'its time is not over' using errcode = 'check_violation', constraint = 'deal_registration_transition';
  end if;
  if new.state = 'approved' and old.state = 'submitted' or new.state = 'rejected' then
    perform access.check_deal_decision(new);
    new.decided_at := statement_timestamp();
    new.decided_by := access.context_id('actor_id');
    new.decided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  if new.state = 'approved' then
    new.protected_until := statement_timestamp() + make_interval(days => (select s.deal_protected_days from program_setting s order by s.version desc limit 1));
  end if;
  if side = 'provider' and new.state in ('rejected', 'lost') and new.reason is null then
    raise exception 'the partner is told why' using errcode = 'check_violation', constraint = 'deal_registration_reason';
  end if;
  if side = 'provider' and new.state = 'lost' then
    perform access.check_deal_decision(new);
  end if;
  new.ended_at := case when new.state not in ('submitted', 'approved') then coalesce(old.ended_at, statement_timestamp()) end;
  new.version := old.version + 1;
  return new;
end
$$;
grant execute on function access.enforce_deal() to liaison_owner;

-- What else the provider must know before it decides: registrations of the same prospect by others, and tenants that may be it. The partner
-- never learns of either.
create function access.deal_conflicts(of_deal uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  d public.deal_registration;
begin
  if session_user <> 'liaison_platform' or access.context_plane() is distinct from 'platform' then
    raise exception 'the provider alone reads of conflicts' using errcode = 'insufficient_privilege';
  end if;
  select * into d from public.deal_registration x where x.id = of_deal;
  return jsonb_build_object(
    'registrations', (
      select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'partner_id', o.partner_id, 'partner_name', p.name, 'state', o.state, 'created_at', o.created_at, 'protected_until', o.protected_until) order by o.created_at), '[]')
      from (
        select x.* from public.deal_registration x
        where x.id <> d.id and (x.prospect_key = d.prospect_key or x.contact_email = d.contact_email) and x.state in ('submitted', 'approved', 'won')
        order by x.created_at limit 20) o
      join public.partner p on p.id = o.partner_id),
    'tenants', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
      from (
        select x.id, x.name from public.tenant x
        where lower(x.domain) = d.prospect_key or lower(x.name) = lower(d.company_name) or access.domain_of(x.contact ->> 'email') = d.prospect_key or lower(x.contact ->> 'email') = d.contact_email
        order by x.name limit 20) t));
end
$$;
grant execute on function access.deal_conflicts(uuid) to liaison_platform;

-- Mails about a registration: to owners of the partner and whoever registered it, or to admins of the provider. Answers how many.
create function access.mail_deal(of_deal uuid, side text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  d public.deal_registration;
  sent integer;
begin
  select * into d from public.deal_registration x where x.id = of_deal;
  if (not coalesce((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and d.partner_id = access.own_partner()), false)) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_deal.subject, 'text', mail_deal.body)
  from public.person h
  where d.id is not null and h.status = 'active' and case mail_deal.side
    when 'partner' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = d.partner_id and m.status = 'active' and (m.role = 'PARTNER_OWNER' or m.person_id = d.created_by))
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.contacts_kept_since() to liaison_job;
grant execute on function access.mail_deal(uuid, text, text, text) to liaison_platform, liaison_program, liaison_job;

-- The registration that counts for a sign-up: approved before it, protected at that moment, of a partner that works and has an agreement.
create function access.deal_for_sign_up(of_tenant uuid, email text, at timestamptz) returns uuid
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  address text := lower(email);
  keys text[] := array_remove(array[address, case when not access.is_free_mail(access.domain_of(address)) then access.domain_of(address) end, (select lower(t.domain) from public.tenant t where t.id = of_tenant)], null);
begin
  return (
    select d.id from public.deal_registration d join public.partner p on p.id = d.partner_id and p.status = 'active'
    where (d.prospect_key = any (keys) or d.contact_email = address) and d.state in ('approved', 'expired') and d.decided_at <= at and d.protected_until > at
      and access.agreement_at(d.partner_id, at) is not null
    order by d.decided_at, d.id limit 1);
end
$$;

reset role;
set role liaison_owner;

create trigger enforce_new_deal before insert on deal_registration for each row execute function access.enforce_new_deal();
create trigger enforce_deal before update on deal_registration for each row execute function access.enforce_deal();

reset role;
