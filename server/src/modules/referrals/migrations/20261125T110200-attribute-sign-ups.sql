set role liaison_authz;

-- Somebody follows a partner's link: where it leads, and the click when it counts. A code that leads nowhere answers nothing, whatever the
-- reason, so that links tell nobody which codes there are. `click` holds what is kept of it.
create function access.follow_code(asked text, click jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  c public.referral_code;
  settings public.referral_setting;
  leads_to text;
  days integer;
  made uuid;
  is_bot boolean := coalesce((click ->> 'is_bot')::boolean, false);
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work follows links' using errcode = 'insufficient_privilege';
  end if;
  select * into settings from public.referral_setting s;
  select x.* into c from public.referral_code x join public.partner p on p.id = x.partner_id and p.status = 'active'
  where x.code = upper(asked) and x.state = 'active' and x.starts_at <= statement_timestamp() and coalesce(x.expires_at > statement_timestamp(), true);
  if c.id is null then
    return jsonb_build_object('leads_to', settings.default_url, 'click_id', null);
  end if;
  -- A host that the provider took off the list is led to no more.
  leads_to := coalesce(case when access.host_of(c.destination_url) = any (settings.allowed_hosts) then c.destination_url end, settings.default_url);
  days := coalesce((access.agreement_terms(access.agreement_at(c.partner_id, statement_timestamp())) -> 'attribution' ->> 'window_days')::integer, 90);
  insert into public.referral_click (code_id, partner_id, expires_at, landing, referrer_host, utm, visitor_hash, ip_prefix_hash, user_agent_hash, is_bot)
  values (c.id, c.partner_id, statement_timestamp() + make_interval(days => days + 30), left(leads_to, 500), left(click ->> 'referrer_host', 253), coalesce(click -> 'utm', '{}'),
    decode(click ->> 'visitor_hash', 'hex'), decode(click ->> 'ip_prefix_hash', 'hex'), decode(click ->> 'user_agent_hash', 'hex'), is_bot)
  returning id into made;
  insert into public.referral_click_day as d (code_id, partner_id, day, clicks, bot_clicks)
  values (c.id, c.partner_id, (statement_timestamp() at time zone 'utc')::date, case when is_bot then 0 else 1 end, case when is_bot then 1 else 0 end)
  on conflict (code_id, day) do update set clicks = d.clicks + excluded.clicks, bot_clicks = d.bot_clicks + excluded.bot_clicks;
  return jsonb_build_object('leads_to', leads_to, 'click_id', case when not is_bot then made end);
end
$$;
grant execute on function access.follow_code(text, jsonb) to liaison_job;

-- Why a code refers nobody at an instant; null when it does.
create function access.fault_of_code(c public.referral_code, at timestamptz) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  return case
    when c.id is null then 'CODE_UNKNOWN'
    when c.state <> 'active' then 'CODE_INACTIVE'
    when c.starts_at > at then 'CODE_NOT_STARTED'
    when c.expires_at <= at then 'CODE_EXPIRED'
    when c.used_count >= c.usage_limit then 'CODE_USED_UP'
    when not exists (select from public.partner p where p.id = c.partner_id and p.status = 'active') then 'PARTNER_INACTIVE'
    when access.agreement_at(c.partner_id, at) is null then 'NO_AGREEMENT'
  end;
end
$$;

-- The click that counts for a sign-up: among those of the same browser in their windows the last one or the first one, as the program says.
-- A click that was reported and does not count says why.
create function access.counting_click(reported uuid, at timestamptz, out click_id uuid, out code_id uuid, out window_days integer, out fault text)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  first_of_all boolean := coalesce((select m.defaults -> 'attribution' ->> 'model' = 'first_touch' from public.program m where m.code = 'standard'), false);
  r public.referral_click;
  candidate record;
begin
  select * into r from public.referral_click x where x.id = reported;
  if r.id is null then
    fault := 'CLICK_UNKNOWN';
    return;
  elsif r.is_bot then
    fault := 'CLICK_OF_BOT';
    return;
  end if;
  for candidate in
    select k.id, k.code_id, k.occurred_at, w.days
    from public.referral_click k
    cross join lateral (select coalesce((access.agreement_terms(access.agreement_at(k.partner_id, at)) -> 'attribution' ->> 'window_days')::integer, 90) as days) w
    where (k.id = r.id or k.visitor_hash = r.visitor_hash) and not k.is_bot and k.occurred_at <= at and k.occurred_at > at - make_interval(days => w.days)
    order by case when first_of_all then k.occurred_at end asc, case when not first_of_all then k.occurred_at end desc, k.id
    limit 1
  loop
    click_id := candidate.id;
    code_id := candidate.code_id;
    window_days := candidate.days;
    return;
  end loop;
  fault := case when r.occurred_at > at then 'CLICK_TOO_LATE' else 'CLICK_TOO_OLD' end;
end
$$;

-- Takes one sign-up (D5, D11): once for each source and external id. Evidence counts in the order of program.md section 7: a code that was typed,
-- else a click in its window; what does not count gives way to the next and says why. Answers what came of it:
-- {outcome, reason, referral_id, is_new, is_reused}.
create function access.take_sign_up(item jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  of_source text := item ->> 'source';
  tenant uuid := (item ->> 'tenant_id')::uuid;
  at timestamptz := (item ->> 'occurred_at')::timestamptz;
  known public.referral_sign_up;
  sign_up uuid;
  c public.referral_code;
  click record;
  clicked uuid;
  days integer;
  why text;
  how text;
  made uuid;
  risk text := 'clear';
begin
  if session_user <> 'liaison_ingest' or access.context_plane() is distinct from 'ingest' then
    raise exception 'sign-ups are reported by the provider''s own systems' using errcode = 'insufficient_privilege';
  end if;
  insert into public.referral_sign_up (source, external_id, digest, tenant_id, occurred_at, code, click_id, contact_email, ip_prefix)
  values (of_source, item ->> 'external_id', decode(item ->> 'digest', 'hex'), tenant, at, item ->> 'code', (item ->> 'click_id')::uuid, lower(item ->> 'contact_email'), item ->> 'ip_prefix')
  on conflict (source, external_id) do nothing returning id into sign_up;
  if sign_up is null then
    select * into known from public.referral_sign_up s where s.source = of_source and s.external_id = item ->> 'external_id';
    return jsonb_build_object('outcome', known.outcome, 'reason', known.reason, 'referral_id', known.referral_id, 'is_new', false, 'is_reused', known.digest <> decode(item ->> 'digest', 'hex'));
  end if;

  if item ->> 'code' is not null then
    select * into c from public.referral_code x where x.code = upper(item ->> 'code') for update;
    why := access.fault_of_code(c, at);
    how := 'code';
  end if;
  if (item ->> 'code' is null or why is not null) and item ->> 'click_id' is not null then
    select * into click from access.counting_click((item ->> 'click_id')::uuid, at);
    if click.fault is null then
      select * into c from public.referral_code x where x.id = click.code_id for update;
      clicked := click.click_id;
      days := click.window_days;
      how := 'link';
      why := access.fault_of_code(c, at);
    else
      why := coalesce(why, click.fault);
    end if;
  end if;
  if how is null then
    why := coalesce(why, 'NO_EVIDENCE');
  end if;
  if why is null and access.live_referral(tenant) is not null then
    why := 'ALREADY_REFERRED';
  end if;
  if why is null and exists (select from public.billing_event e where e.tenant_id = tenant and e.kind = 'invoice_paid' and e.occurred_at < at) then
    why := 'TENANT_NOT_NEW';
  end if;
  if why is null then
    select a.outcome into risk from private.assess_sign_up(c.partner_id, tenant, c.id, clicked, at, jsonb_strip_nulls(jsonb_build_object('contact_email', lower(item ->> 'contact_email'), 'ip_prefix', item ->> 'ip_prefix'))) a;
    if risk = 'block' then
      why := 'RISK_BLOCKED';
    end if;
  end if;
  if why is null then
    insert into public.referral (partner_id, program_id, tenant_id, code_id, click_id, agreement_id, method, referred_at, window_days, created_by_name)
    values (c.partner_id, (select m.id from public.program m where m.code = 'standard'), tenant, c.id, clicked, access.agreement_at(c.partner_id, at), how, at, days, of_source)
    on conflict do nothing returning id into made;
    if made is null then
      why := 'ALREADY_REFERRED';
    end if;
  end if;
  if made is not null then
    update public.referral_code x set used_count = x.used_count + 1 where x.id = c.id;
    perform audit.record(jsonb_build_object('action', 'program.referral.created', 'partner_id', c.partner_id, 'tenant_id', tenant, 'resource_type', 'referral', 'resource_id', made, 'resource_label', c.code,
      'changes', jsonb_build_object('method', jsonb_build_object('after', how))));
    insert into public.outbox (topic, payload) values ('referral.created', jsonb_build_object('referral_id', made, 'partner_id', c.partner_id, 'state', 'created'));
  end if;
  update public.referral_sign_up s set outcome = case when made is null then 'not_referred' else 'referred' end, reason = why, referral_id = made, partner_id = c.partner_id where s.id = sign_up;
  return jsonb_build_object('outcome', case when made is null then 'not_referred' else 'referred' end, 'reason', why, 'referral_id', made, 'is_new', true, 'is_reused', false,
    'risk', case when made is not null and risk <> 'clear' then risk end);
end
$$;

-- Takes the sign-ups of one batch, in their order. One batch at a time: they are few, and no two may ever wait for each other in a circle.
create function access.take_sign_ups(items jsonb) returns table (place integer, answer jsonb)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  item record;
begin
  perform pg_advisory_xact_lock(hashtextextended('referral_sign_up', 0));
  for item in select e.value, e.ordinality from jsonb_array_elements(items) with ordinality e loop
    place := item.ordinality - 1;
    answer := access.take_sign_up(item.value);
    return next;
  end loop;
end
$$;
grant execute on function access.take_sign_ups(jsonb) to liaison_ingest;

reset role;
