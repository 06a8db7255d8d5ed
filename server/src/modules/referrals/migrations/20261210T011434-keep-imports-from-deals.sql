set role liaison_authz;

-- Writes one referral of another program down, with its events; locked at once where its tenant paid there. Where that program knows it is the
-- provider's affair: both sides read the events, so they name the code instead.
create or replace function access.add_imported_referral(item jsonb, of_tenant uuid, at timestamptz) returns uuid
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
  perform audit.record(about || jsonb_build_object('action', 'program.referral.created', 'resource_label', (select c.code from public.referral_code c where c.id = (item ->> 'code_id')::uuid),
    'changes', jsonb_build_object('method', jsonb_build_object('after', 'imported'))));
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
-- A prospect that was registered and protected at the time counts for whoever registered it, before every other evidence (program.md section 7).
create or replace function access.take_imported_referral(item jsonb, out fault text, out of_tenant uuid, out referral_id uuid, out is_new boolean)
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
  if fault is null and exists (
    select from public.deal_registration d where d.id = access.deal_for_sign_up(of_tenant, item ->> 'contact_email', at) and d.partner_id <> of_partner) then
    fault := 'PROSPECT_REGISTERED';
  end if;
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

reset role;
