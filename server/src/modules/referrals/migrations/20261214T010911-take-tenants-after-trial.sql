-- A tenant with an invoice of nothing, as of a trial, never paid: it is new to a sign-up, to somebody who refers it by hand and to an import, as it is to the lock of a referral.

set role liaison_authz;

create or replace function access.take_sign_up(item jsonb) returns jsonb
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
  deal public.deal_registration;
  days integer;
  why text;
  how text;
  by_partner uuid;
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

  select * into deal from public.deal_registration d where d.id = access.deal_for_sign_up(tenant, item ->> 'contact_email', at) for update;
  -- Who ended it while we waited for it has been faster.
  if deal.state not in ('approved', 'expired') then
    deal := null;
  end if;
  if deal.id is not null then
    how := 'deal_registration';
    by_partner := deal.partner_id;
  elsif item ->> 'code' is not null then
    select * into c from public.referral_code x where x.code = upper(item ->> 'code') for update;
    why := access.fault_of_code(c, at);
    how := 'code';
  end if;
  if deal.id is null and (item ->> 'code' is null or why is not null) and item ->> 'click_id' is not null then
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
  by_partner := coalesce(by_partner, c.partner_id);
  if how is null then
    why := coalesce(why, 'NO_EVIDENCE');
  end if;
  if why is null and access.live_referral(tenant) is not null then
    why := 'ALREADY_REFERRED';
  end if;
  if why is null and exists (select from public.billing_event e where e.tenant_id = tenant and e.kind = 'invoice_paid' and e.net_minor <> 0 and e.occurred_at < at) then
    why := 'TENANT_NOT_NEW';
  end if;
  if why is null then
    select a.outcome into risk from private.assess_sign_up(by_partner, tenant, c.id, clicked, at, jsonb_strip_nulls(jsonb_build_object('contact_email', lower(item ->> 'contact_email'), 'ip_prefix', item ->> 'ip_prefix'))) a;
    if risk = 'block' then
      why := 'RISK_BLOCKED';
    end if;
  end if;
  if why is null then
    insert into public.referral (partner_id, program_id, tenant_id, code_id, click_id, agreement_id, method, referred_at, window_days, created_by_name)
    values (by_partner, (select m.id from public.program m where m.code = 'standard'), tenant, c.id, clicked, access.agreement_at(by_partner, at), how, at, days, of_source)
    on conflict do nothing returning id into made;
    if made is null then
      why := 'ALREADY_REFERRED';
    end if;
  end if;
  if made is not null then
    if deal.id is not null then
      perform access.win_deal(deal.id, made);
    end if;
    update public.referral_code x set used_count = x.used_count + 1 where x.id = c.id;
    perform audit.record(jsonb_build_object('action', 'program.referral.created', 'partner_id', by_partner, 'tenant_id', tenant, 'resource_type', 'referral', 'resource_id', made, 'resource_label', coalesce(c.code, deal.company_name),
      'changes', jsonb_build_object('method', jsonb_build_object('after', how))));
    insert into public.outbox (topic, payload) values ('referral.created', jsonb_build_object('referral_id', made, 'partner_id', by_partner, 'state', 'created'));
  end if;
  update public.referral_sign_up s set outcome = case when made is null then 'not_referred' else 'referred' end, reason = why, referral_id = made, partner_id = by_partner where s.id = sign_up;
  return jsonb_build_object('outcome', case when made is null then 'not_referred' else 'referred' end, 'reason', why, 'referral_id', made, 'is_new', true, 'is_reused', false,
    'risk', case when made is not null and risk <> 'clear' then risk end);
end
$$;

create or replace function access.enforce_new_referral() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user like 'liaison\_%' and new.method = 'imported' then
    raise exception 'this login imports no referral' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  if session_user = 'liaison_platform' then
    if new.method <> 'manual' or new.locked_at is not null or new.voided_at is not null or new.created_by is distinct from access.context_id('actor_id') then
      raise exception 'the provider refers by hand, in the own name' using errcode = 'check_violation', constraint = 'referral_maker';
    end if;
    if not exists (select from partner p where p.id = new.partner_id and p.status = 'active') then
      raise exception 'the partner works no more' using errcode = 'check_violation', constraint = 'referral_partner';
    end if;
    if access.live_referral(new.tenant_id) is null and exists (select from billing_event e where e.tenant_id = new.tenant_id and e.kind = 'invoice_paid' and e.net_minor <> 0 and e.occurred_at < new.referred_at) then
      raise exception 'only a tenant that never paid is referred' using errcode = 'check_violation', constraint = 'referral_new_tenant';
    end if;
  elsif session_user like 'liaison\_%' and session_user <> 'liaison_ingest' then
    raise exception 'this login refers nobody' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  return new;
end
$$;

create or replace function access.fault_of_import(of_partner uuid, of_tenant uuid, at timestamptz, first_paid_on date) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  zone text := (select m.timezone from public.program m where m.code = 'standard');
  first_known date := (select (min(e.occurred_at) at time zone zone)::date from public.billing_event e where e.tenant_id = of_tenant and e.kind = 'invoice_paid' and e.net_minor <> 0);
begin
  return case
    when not exists (select from public.partner p where p.id = of_partner and p.status = 'active') then 'PARTNER_INACTIVE'
    when access.agreement_at(of_partner, statement_timestamp()) is null then 'NO_AGREEMENT'
    when exists (select from public.referral r where r.id = access.live_referral(of_tenant) and r.partner_id = of_partner and r.method = 'imported') then 'REFERRAL_DIFFERS'
    when access.live_referral(of_tenant) is not null then 'ALREADY_REFERRED'
    when exists (select from public.billing_event e where e.tenant_id = of_tenant and e.kind = 'invoice_paid' and e.net_minor <> 0 and e.occurred_at < at) then 'TENANT_NOT_NEW'
    when first_known is not null and first_paid_on is null then 'FIRST_PAYMENT_MISSING'
    when first_known < first_paid_on then 'FIRST_PAYMENT_EARLIER'
  end;
end
$$;

reset role;
