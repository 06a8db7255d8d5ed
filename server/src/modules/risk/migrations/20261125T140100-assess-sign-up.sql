set role liaison_authz;

-- Whether another partner is paid to the same account now.
create function access.risk_shared_payout_account(of_partner uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case when count(*) > 0 then jsonb_build_object('partners', jsonb_agg(p.name order by p.name)) end
  from public.payout_account own
  join public.payout_account other on other.fingerprint = own.fingerprint and other.partner_id <> own.partner_id and other.ended_at is null
  join public.partner p on p.id = other.partner_id
  where own.partner_id = of_partner and own.ended_at is null
  $$;

-- A sign-up within seconds of the click, or after more clicks from one network in an hour than people make.
create function access.risk_hasty_sign_up(of_click uuid, settings jsonb, at timestamptz) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  click public.referral_click;
  seconds numeric;
  clicks bigint;
begin
  select * into click from public.referral_click c where c.id = of_click;
  if click.id is null then
    return null;
  end if;
  seconds := round(extract(epoch from risk_hasty_sign_up.at - click.occurred_at), 1);
  if seconds < (settings ->> 'seconds')::numeric then
    return jsonb_build_object('seconds', seconds);
  end if;
  select count(*) into clicks from public.referral_click c
  where c.ip_prefix_hash = click.ip_prefix_hash and c.partner_id = click.partner_id and c.occurred_at > click.occurred_at - interval '1 hour' and c.occurred_at <= click.occurred_at;
  return case when clicks > (settings ->> 'clicks_per_hour')::bigint then jsonb_build_object('clicks_per_hour', clicks) end;
end
$$;

-- A click that came from a place that the program bans, or carries the mark of an advertisement.
create function access.risk_banned_source(of_click uuid, settings jsonb) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(
    (select jsonb_build_object('referrer', c.referrer_host) from jsonb_array_elements_text(settings -> 'referrers') banned (host)
     where lower(c.referrer_host) = banned.host or lower(c.referrer_host) like '%.' || banned.host limit 1),
    (select jsonb_build_object('parameter', m.mark)
     from jsonb_array_elements_text(settings -> 'parameters') m (mark)
     cross join lateral (select split_part(m.mark, '=', 1) as name, nullif(split_part(m.mark, '=', 2), '') as value) part
     cross join lateral (
       select coalesce(c.utm ->> part.name, c.utm ->> regexp_replace(part.name, '^utm_', ''), substring(c.landing from '[?&]' || part.name || '=([^&#]*)')) as given) found
     where found.given is not null and (part.value is null or lower(found.given) = part.value) order by m.mark limit 1))
  from public.referral_click c where c.id = of_click
  $$;

-- What each rule of the program sees in a sign-up; a rule that is off looks at nothing.
create function access.risk_findings(of_partner uuid, of_tenant uuid, of_program uuid, sign_up jsonb) returns table (rule text, place integer, category text, number integer, effect text, evidence jsonb)
  language plpgsql stable security definer rows 7
  set search_path = pg_catalog
  as $$
declare
  set_so record;
  facts jsonb := coalesce(sign_up -> 'facts', '{}');
  click uuid := (sign_up ->> 'click_id')::uuid;
  signed_up_at timestamptz := (sign_up ->> 'at')::timestamptz;
begin
  for set_so in select * from access.risk_rules(of_program) r where r.effect <> 'off' loop
    evidence := case set_so.rule
      when 'own_address' then access.risk_own_address(of_partner, of_tenant, facts)
      when 'own_member' then access.risk_own_member(of_partner, of_tenant)
      when 'shared_payout_account' then access.risk_shared_payout_account(of_partner)
      when 'disposable_address' then access.risk_disposable_address(of_tenant, facts, set_so.settings)
      when 'own_network' then access.risk_own_network(of_partner, facts, set_so.settings, signed_up_at)
      when 'hasty_sign_up' then access.risk_hasty_sign_up(click, set_so.settings, signed_up_at)
      when 'banned_source' then access.risk_banned_source(click, set_so.settings) end;
    if evidence is not null then
      rule := set_so.rule;
      place := set_so.place;
      category := set_so.category;
      number := set_so.number;
      effect := set_so.effect;
      return next;
    end if;
  end loop;
end
$$;
grant execute on function access.risk_findings(uuid, uuid, uuid, jsonb), access.risk_shared_payout_account(uuid) to liaison_owner;

-- Which of these referrals an open case holds: a case of its own, or one about the partner as a whole.
create function access.held_referrals(referrals uuid[]) returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  return query
    select c.referral_id from public.risk_case c
    where c.referral_id = any (referrals) and c.state = 'open' and c.outcome in ('hold', 'block')
    union
    select r.id from public.referral r
    where r.id = any (referrals) and r.partner_id in (
      select c.partner_id from public.risk_case c where c.tenant_id is null and c.state = 'open' and c.outcome in ('hold', 'block'));
end
$$;
grant execute on function access.held_referrals(uuid[]) to liaison_authz;

-- Whether an open case makes the earnings of a referral wait: one about the referral itself or about its partner as a whole (D5).
create function access.referral_on_hold(referral uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (select from access.held_referrals(array[referral_on_hold.referral]))
  $$;
grant execute on function access.referral_on_hold(uuid) to liaison_owner, liaison_authz, liaison_platform, liaison_ingest, liaison_job;

create function access.is_partner_person(of_partner uuid, person uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select exists (select from public.partner_member m where m.partner_id = of_partner and m.person_id = person and m.status = 'active') $$;
grant execute on function access.is_partner_person(uuid, uuid) to liaison_owner;

-- The referrals that a case is about: its own one, or every live one of the partner when it is about the partner as a whole.
create function access.referrals_of_case(of_case uuid) returns table (referral_id uuid, is_locked boolean)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select r.id, r.locked_at is not null
  from public.risk_case c join public.referral r on r.partner_id = c.partner_id and r.voided_at is null and (r.id = c.referral_id or c.tenant_id is null)
  where c.id = of_case
  $$;
grant execute on function access.referrals_of_case(uuid) to liaison_owner;

-- Why a referral is looked into, in the one word that its partner may know: null when nothing is or it was found in order.
create function access.risk_category(referral uuid) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  of_partner uuid;
begin
  select r.partner_id into of_partner from public.referral r where r.id = risk_category.referral;
  if session_user = 'liaison_program' and of_partner is distinct from access.own_partner() then
    return null;
  end if;
  return (
    select c.category from public.risk_case c
    where c.partner_id = of_partner and c.state <> 'released' and c.outcome <> 'flag' and (c.referral_id = risk_category.referral or (c.tenant_id is null and c.state = 'open'))
    order by c.created_at desc limit 1);
end
$$;
grant execute on function access.risk_category(uuid) to liaison_owner, liaison_platform, liaison_program, liaison_job;

reset role;
set role liaison_owner;

create policy ending on referral for select to liaison_owner using (true);
create policy ending_write on referral for update to liaison_owner using (true) with check (true);
create policy ending on referral_block for insert to liaison_owner with check (true);

-- Writes down what looks wrong as one open case, tells the audit, and answers what becomes of it: the strictest effect of the rules that
-- saw something. Called by attribution, in its transaction; facts may hold contact_email and ip_prefix of the sign-up (D5).
create function private.assess_sign_up(partner uuid, tenant uuid, code uuid, click uuid, at timestamptz, facts jsonb) returns table (outcome text, rules text[])
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  of_program uuid := (select p.id from program p where p.code = 'standard');
  seen jsonb;
  kind text;
  made uuid;
begin
  select case max(case f.effect when 'block' then 3 when 'hold' then 2 else 1 end) when 3 then 'block' when 2 then 'hold' when 1 then 'flag' else 'clear' end,
    coalesce(array_agg(f.rule order by f.place), '{}'),
    jsonb_agg(jsonb_build_object('rule', f.rule, 'effect', f.effect, 'version', f.number, 'facts', f.evidence) order by f.place),
    (array_agg(f.category order by case f.effect when 'block' then 0 when 'hold' then 1 else 2 end, f.place))[1]
  into outcome, rules, seen, kind
  from access.risk_findings(partner, tenant, of_program, jsonb_build_object('code_id', code, 'click_id', click, 'at', at, 'facts', facts)) f;
  if outcome <> 'clear' then
    insert into risk_case as c (partner_id, program_id, tenant_id, code_id, click_id, outcome, rules, category, evidence)
    values (partner, of_program, tenant, code, click, assess_sign_up.outcome, assess_sign_up.rules, kind, seen)
    on conflict do nothing returning c.id into made;
    if made is not null then
      perform private.tell_of_risk(made);
    end if;
  end if;
  return next;
end
$$;

create function private.assess_sign_up(partner uuid, tenant uuid, code uuid, click uuid, at timestamptz) returns table (outcome text, rules text[])
  language sql security definer
  set search_path = pg_catalog
  as $$ select * from private.assess_sign_up(partner, tenant, code, click, at, '{}'::jsonb) $$;
grant execute on function private.assess_sign_up(uuid, uuid, uuid, uuid, timestamptz, jsonb), private.assess_sign_up(uuid, uuid, uuid, uuid, timestamptz) to liaison_authz;

-- A payout account that another partner uses, too, raises a case about the partner as a whole: it is raised by the account, whoever changed it.
create function private.assess_payout_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  of_program uuid := (select p.id from program p where p.code = 'standard');
  set_so record;
  seen jsonb;
  made uuid;
begin
  if new.ended_at is not null then
    return null;
  end if;
  select * into set_so from access.risk_rules(of_program) r where r.rule = 'shared_payout_account' and r.effect <> 'off';
  seen := access.risk_shared_payout_account(new.partner_id);
  if set_so.rule is null or seen is null then
    return null;
  end if;
  insert into risk_case as c (partner_id, program_id, outcome, rules, category, evidence)
  values (new.partner_id, of_program, case set_so.effect when 'flag' then 'flag' else 'hold' end, array[set_so.rule], set_so.category,
    jsonb_build_array(jsonb_build_object('rule', set_so.rule, 'effect', set_so.effect, 'version', set_so.number, 'facts', seen)))
  on conflict do nothing returning c.id into made;
  if made is not null then
    perform private.tell_of_risk(made);
  end if;
  return null;
end
$$;
create trigger assess_payout_account after insert on payout_account for each row execute function private.assess_payout_account();

-- The audit event of a new case. The partner reads it too: it says which category, not what was seen, and names no tenant.
create function private.tell_of_risk(of_case uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  flagged risk_case;
begin
  select * into flagged from risk_case c where c.id = of_case;
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'program.risk.flagged', 'partner_id', flagged.partner_id, 'resource_type', 'risk_case', 'resource_id', flagged.id,
      'changes', jsonb_build_object('category', jsonb_build_object('after', flagged.category), 'outcome', jsonb_build_object('after', flagged.outcome))));
  end if;
end
$$;

-- Cases begin open, are decided once, by somebody of the provider who is no member of the partner, and keep what they say (D5).
create function private.enforce_risk_case() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'INSERT' then
    if new.state <> 'open' then
      raise exception 'a case begins open' using errcode = 'check_violation', constraint = 'risk_case_transition';
    end if;
    if session_user = 'liaison_platform' and 'manual' = any (new.rules) then
      new.opened_by_name := access.context() ->> 'actor_name';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.program_id, new.tenant_id, new.code_id, new.click_id, new.outcome, new.rules, new.category, new.evidence, new.created_at, new.opened_by_name)
    is distinct from (old.id, old.partner_id, old.program_id, old.tenant_id, old.code_id, old.click_id, old.outcome, old.rules, old.category, old.evidence, old.created_at, old.opened_by_name)
    or (old.referral_id is not null and new.referral_id is distinct from old.referral_id) then
    raise exception 'a case keeps what was seen' using errcode = 'check_violation', constraint = 'risk_case_identity';
  end if;
  if new.state = old.state then
    if old.state <> 'open' then
      raise exception 'a decided case is history' using errcode = 'check_violation', constraint = 'risk_case_transition';
    end if;
    return new;
  end if;
  if side is not null and not exists (select from state_transition t where t.entity = 'risk_case' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a case from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'risk_case_transition';
  end if;
  if access.is_partner_person(new.partner_id, access.context_id('actor_id')) then
    raise exception 'nobody decides about their own partner' using errcode = 'check_violation', constraint = 'risk_case_own_partner';
  end if;
  new.decided_at := statement_timestamp();
  new.decided_by := coalesce(access.context_id('actor_id'), new.decided_by);
  new.decided_by_name := coalesce(access.context() ->> 'actor_name', new.decided_by_name);
  return new;
end
$$;
create trigger enforce_risk_case before insert or update on risk_case for each row execute function private.enforce_risk_case();

-- Voids a referral that is not locked; one that is earns nothing from now on. The partner reads that it did not pass a check, not why.
create function private.end_referral(of_referral uuid, is_locked boolean) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  ended referral;
begin
  if is_locked then
    insert into referral_block (referral_id, partner_id, tenant_id, reason, decided_by, decided_by_name)
    select r.id, r.partner_id, r.tenant_id, 'It did not pass a check.', access.context_id('actor_id'), coalesce(access.context() ->> 'actor_name', '') from referral r where r.id = of_referral
    on conflict do nothing;
  else
    update referral r set voided_at = statement_timestamp(), voided_by = access.context_id('actor_id'), voided_by_name = coalesce(access.context() ->> 'actor_name', ''),
      void_reason = 'It did not pass a check.'
    where r.id = of_referral;
  end if;
  if found and access.context() is not null then
    select * into ended from referral r where r.id = of_referral;
    perform audit.record(jsonb_build_object('action', case when is_locked then 'program.referral.blocked' else 'program.referral.voided' end, 'partner_id', ended.partner_id, 'tenant_id', ended.tenant_id,
      'resource_type', 'referral', 'resource_id', ended.id));
  end if;
end
$$;

-- What follows from a case: earnings wait while it is open and holds, go on when it is released and nothing else holds them, and are void
-- once it is confirmed; then the referral is void as well, or brings nothing further when it is locked (D5).
create function private.follow_risk_case() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  about record;
begin
  if tg_op = 'INSERT' then
    insert into risk_event (case_id, partner_id, action, actor_name, details)
    values (new.id, new.partner_id, 'flagged', coalesce(new.opened_by_name, access.context() ->> 'actor_name'), jsonb_build_object('outcome', new.outcome, 'rules', new.rules));
  elsif new.state <> old.state then
    insert into risk_event (case_id, partner_id, action, actor_name, details)
    values (new.id, new.partner_id, new.state, new.decided_by_name, jsonb_build_object('reason', new.reason));
  elsif new.referral_id is distinct from old.referral_id then
    insert into risk_event (case_id, partner_id, action, actor_name) values (new.id, new.partner_id, 'attached', access.context() ->> 'actor_name');
  else
    return null;
  end if;
  for about in select * from access.referrals_of_case(new.id) loop
    if new.state = 'open' and new.outcome in ('hold', 'block') then
      perform private.hold_earnings(about.referral_id, 'A check is under way.');
    elsif new.state = 'released' and new.outcome in ('hold', 'block') and not access.referral_on_hold(about.referral_id) then
      perform private.release_earnings(about.referral_id);
    elsif new.state = 'confirmed' then
      perform private.void_earnings(about.referral_id, 'It did not pass a check.');
      if new.tenant_id is not null then
        perform private.end_referral(about.referral_id, about.is_locked);
      end if;
    end if;
  end loop;
  return null;
end
$$;
create trigger follow_risk_case after insert or update on risk_case for each row execute function private.follow_risk_case();

-- The referral that came of a sign-up finds the case that the sign-up raised.
create function private.attach_risk_case() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update risk_case c set referral_id = new.id where c.partner_id = new.partner_id and c.tenant_id = new.tenant_id and c.state = 'open' and c.referral_id is null;
  return null;
end
$$;
create trigger attach_risk_case after insert on referral for each row execute function private.attach_risk_case();

reset role;
