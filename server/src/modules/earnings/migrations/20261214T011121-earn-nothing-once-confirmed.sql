-- What is handed in once a check of a referral was confirmed earns nothing, also where it was paid before: everything earned and not
-- yet paid was made void by the decision, and a payment that is reported late is no other.

set role liaison_authz;

create or replace function access.accrual_referrals(tenants uuid[])
  returns table (tenant_id uuid, referral_id uuid, partner_id uuid, program_id uuid, time_zone text, partner_status text, partner_status_at timestamptz, referred_at timestamptz, locked_by_event uuid, first_paid_at timestamptz, blocked_from timestamptz, is_on_hold boolean)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  live uuid[] := array(select r.id from public.referral r where r.tenant_id = any (tenants) and r.voided_at is null);
  held uuid[] := array(select h from access.held_referrals(live) h);
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
    select r.tenant_id, r.id, r.partner_id, r.program_id, m.timezone, p.status, p.status_changed_at, r.referred_at, r.locked_by_event,
      coalesce(r.first_paid_on::timestamp at time zone m.timezone, b.occurred_at),
      case when exists (select from public.risk_case c where c.referral_id = r.id and c.tenant_id is not null and c.state = 'confirmed') then r.referred_at else k.from_at end, r.id = any (held)
    from public.referral r
    join public.partner p on p.id = r.partner_id
    join public.program m on m.id = r.program_id
    left join public.billing_event b on b.id = r.locked_by_event
    left join public.referral_block k on k.referral_id = r.id
    where r.id = any (live);
end
$$;

reset role;
