set role liaison_authz;

-- Who brought whom never changes, nor what the program that it came from said.
create or replace function access.enforce_referral() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := case when session_user = 'liaison_platform' then 'provider' when session_user in ('liaison_ingest', 'liaison_job') then 'clock' when session_user like 'liaison\_%' then 'nobody' end;
  before text := case when old.voided_at is not null then 'voided' when old.locked_at is not null then 'locked' else 'created' end;
  after text := case when new.voided_at is not null then 'voided' when new.locked_at is not null then 'locked' else 'created' end;
begin
  if (new.id, new.partner_id, new.program_id, new.tenant_id, new.agreement_id, new.method, new.referred_at, new.created_by_name, new.created_at)
      is distinct from (old.id, old.partner_id, old.program_id, old.tenant_id, old.agreement_id, old.method, old.referred_at, old.created_by_name, old.created_at)
    or new.code_id is distinct from old.code_id or new.click_id is distinct from old.click_id or new.window_days is distinct from old.window_days
    or new.created_by is distinct from old.created_by or new.reason is distinct from old.reason
    or new.import_reference is distinct from old.import_reference or new.first_paid_on is distinct from old.first_paid_on or new.paid_through is distinct from old.paid_through then
    raise exception 'who brought whom never changes' using errcode = 'restrict_violation', constraint = 'referral_identity';
  end if;
  if before = 'locked' then
    if side = 'provider' and access.context_plane() = 'platform' then
      perform audit.record(jsonb_build_object('action', 'program.referral.change_blocked', 'outcome', 'error', 'code', 'REFERRAL_LOCKED', 'partner_id', old.partner_id, 'tenant_id', old.tenant_id,
        'resource_type', 'referral', 'resource_id', old.id, 'reason', new.void_reason));
      return null;
    end if;
    raise exception 'a locked referral never changes' using errcode = 'restrict_violation', constraint = 'referral_locked';
  end if;
  if before = 'voided' then
    raise exception 'a voided referral is history' using errcode = 'restrict_violation', constraint = 'referral_transition';
  end if;
  if after <> before and side is not null and not exists (select from state_transition t where t.entity = 'referral' and t.from_state = before and t.to_state = after and t.actor_kind = side) then
    raise exception '% may not move a referral from % to %', side, before, after using errcode = 'check_violation', constraint = 'referral_transition';
  end if;
  if after = 'voided' and side = 'provider' then
    new.voided_at := statement_timestamp();
    new.voided_by := access.context_id('actor_id');
    new.voided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  new.version := old.version + 1;
  return new;
end
$$;

-- Referrals of another program are brought along at the machine alone: no login of the server makes one.
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
    if access.live_referral(new.tenant_id) is null and exists (select from billing_event e where e.tenant_id = new.tenant_id and e.kind = 'invoice_paid' and e.occurred_at < new.referred_at) then
      raise exception 'only a tenant that never paid is referred' using errcode = 'check_violation', constraint = 'referral_new_tenant';
    end if;
  elsif session_user like 'liaison\_%' and session_user <> 'liaison_ingest' then
    raise exception 'this login refers nobody' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  return new;
end
$$;

-- Which tenants a file means: by public id, short name, external id in a source, or the number of a billing account.
create function access.tenants_of_import(known_by text, known_as text, of_source text) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select t.id from public.tenant t where known_by = 'tenant_id' and t.id::text = known_as
  union select t.id from public.tenant t where known_by = 'tenant_slug' and t.slug = known_as
  union select t.id from public.tenant t where known_by = 'tenant' and t.source = of_source and t.external_id = known_as
  union select b.tenant_id from public.billing_account b where known_by = 'account_number' and b.ban = known_as
$$;

-- Why a referral of another program cannot be taken; null when it can. The rules are those of a sign-up (program.md section 7); besides,
-- where payments are known, the file says which of them were paid elsewhere, so that none is earned twice (D12).
create function access.fault_of_import(of_partner uuid, of_tenant uuid, at timestamptz, first_paid_on date) returns text
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
    when exists (select from public.billing_event e where e.tenant_id = of_tenant and e.kind = 'invoice_paid' and e.occurred_at < at) then 'TENANT_NOT_NEW'
    when first_known is not null and first_paid_on is null then 'FIRST_PAYMENT_MISSING'
    when first_known < first_paid_on then 'FIRST_PAYMENT_EARLIER'
  end;
end
$$;

-- Writes one referral of another program down, with its events; locked at once where its tenant paid there.
create function access.add_imported_referral(item jsonb, of_tenant uuid, at timestamptz) returns uuid
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  of_partner uuid := (item ->> 'partner_id')::uuid;
  made uuid;
  about jsonb;
begin
  insert into public.referral (partner_id, program_id, tenant_id, code_id, agreement_id, method, referred_at, created_by, created_by_name, import_reference, first_paid_on, paid_through)
  values (of_partner, (select m.id from public.program m where m.code = 'standard'), of_tenant, (item ->> 'code_id')::uuid, access.agreement_at(of_partner, statement_timestamp()), 'imported', at,
    access.context_id('actor_id'), coalesce(access.context() ->> 'actor_name', ''), item ->> 'reference', (item ->> 'first_paid_on')::date, (item ->> 'paid_through')::date)
  returning id into made;
  update public.referral_code x set used_count = x.used_count + 1 where x.id = (item ->> 'code_id')::uuid;
  about := jsonb_build_object('partner_id', of_partner, 'tenant_id', of_tenant, 'resource_type', 'referral', 'resource_id', made);
  perform audit.record(about || jsonb_build_object('action', 'program.referral.created', 'resource_label', item ->> 'reference', 'changes', jsonb_build_object('method', jsonb_build_object('after', 'imported'))));
  insert into public.outbox (topic, payload) values ('referral.created', jsonb_build_object('referral_id', made, 'partner_id', of_partner, 'state', 'created'));
  if item ->> 'first_paid_on' is not null then
    update public.referral x set locked_at = statement_timestamp() where x.id = made;
    perform audit.record(about || jsonb_build_object('action', 'program.referral.locked'));
    insert into public.outbox (topic, payload) values ('referral.locked', jsonb_build_object('referral_id', made, 'partner_id', of_partner, 'state', 'locked'));
  end if;
  return made;
end
$$;

-- Takes one line: answers why it cannot be taken, or the referral that was made or is there already. The caller undoes all of a file with a fault.
create function access.take_imported_referral(item jsonb, out fault text, out of_tenant uuid, out referral_id uuid, out is_new boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  found_tenants uuid[] := array(select access.tenants_of_import(item ->> 'known_by', item ->> 'known_as', item ->> 'source'));
  at timestamptz := (select (item ->> 'referred_on')::timestamp at time zone m.timezone from public.program m where m.code = 'standard');
  of_partner uuid := (item ->> 'partner_id')::uuid;
  of_code uuid := (item ->> 'code_id')::uuid;
begin
  is_new := false;
  if cardinality(found_tenants) <> 1 then
    fault := case cardinality(found_tenants) when 0 then 'TENANT_UNKNOWN' else 'TENANT_UNCLEAR' end;
    return;
  end if;
  of_tenant := found_tenants[1];
  -- What was imported once stays as it is, also where it was withdrawn since.
  select r.id into referral_id from public.referral r
  where r.tenant_id = of_tenant and r.partner_id = of_partner and r.method = 'imported' and r.referred_at = at and r.code_id is not distinct from of_code
    and r.first_paid_on is not distinct from (item ->> 'first_paid_on')::date and r.paid_through is not distinct from (item ->> 'paid_through')::date
  order by r.id desc limit 1;
  if referral_id is not null then
    return;
  end if;
  fault := access.fault_of_import(of_partner, of_tenant, at, (item ->> 'first_paid_on')::date);
  if fault is null and exists (select from public.referral_code c where c.id = of_code and c.used_count >= c.usage_limit) then
    fault := 'CODE_USED_UP';
  end if;
  if fault is null and (select a.outcome from private.assess_sign_up(of_partner, of_tenant, of_code, null, at, jsonb_strip_nulls(jsonb_build_object('contact_email', lower(item ->> 'contact_email')))) a) = 'block' then
    fault := 'RISK_BLOCKED';
  end if;
  if fault is null then
    referral_id := access.add_imported_referral(item, of_tenant, at);
    is_new := true;
  end if;
end
$$;

-- Takes the referrals of a file (D12), for an operator at the machine. Payments wait meanwhile as they do for sign-ups, so that none is
-- handed in unseen.
create function access.import_referrals(items jsonb) returns table (place integer, fault text, of_tenant uuid, tenant_source text, referral_id uuid, is_new boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  item jsonb;
begin
  if session_user like 'liaison\_%' or access.context_plane() is distinct from 'platform' then
    raise exception 'referrals are imported at the machine' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('referral_sign_up', 0));
  for item in select value from jsonb_array_elements(items) loop
    place := (item ->> 'place')::integer;
    select t.fault, t.of_tenant, t.referral_id, t.is_new into fault, of_tenant, referral_id, is_new from access.take_imported_referral(item) t;
    tenant_source := (select t.source from public.tenant t where t.id = of_tenant);
    return next;
  end loop;
end
$$;
grant execute on function access.import_referrals(jsonb) to liaison_platform;

reset role;
