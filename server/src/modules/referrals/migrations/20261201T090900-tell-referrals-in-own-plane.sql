set role liaison_authz;

create or replace function access.live_referral(tenant uuid)
  returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  as $$ select r.id from public.referral r where r.tenant_id = live_referral.tenant and r.voided_at is null and access.is_in_own_plane()$$;

create or replace function access.lock_referral(referral uuid, event uuid) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  r public.referral;
begin
  if (not access.is_in_own_plane()) then
    return false;
  end if;
  select * into r from public.referral x where x.id = lock_referral.referral for update;
  if r.id is null or r.locked_at is not null or r.voided_at is not null then
    return false;
  end if;
  if not exists (select from public.billing_event e where e.id = lock_referral.event and e.tenant_id = r.tenant_id and e.kind = 'invoice_paid') then
    raise exception 'only a payment of its tenant locks a referral' using errcode = 'check_violation', constraint = 'referral_lock';
  end if;
  update public.referral x set locked_at = statement_timestamp(), locked_by_event = lock_referral.event where x.id = r.id;
  perform audit.record(jsonb_build_object('action', 'program.referral.locked', 'partner_id', r.partner_id, 'tenant_id', r.tenant_id, 'resource_type', 'referral', 'resource_id', r.id));
  insert into public.outbox (topic, payload) values ('referral.locked', jsonb_build_object('referral_id', r.id, 'partner_id', r.partner_id, 'state', 'locked'));
  return true;
end
$$;

reset role;
