set role liaison_authz;

-- What earning from tenants depends on: who referred them and how that partner stands now. For the provider's systems that hand payments in.
create function access.accrual_referrals(tenants uuid[])
  returns table (tenant_id uuid, referral_id uuid, partner_id uuid, program_id uuid, time_zone text, partner_status text, partner_status_at timestamptz, referred_at timestamptz,
    locked_by_event uuid, first_paid_at timestamptz, blocked_from timestamptz, is_on_hold boolean)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  live uuid[] := array(select r.id from public.referral r where r.tenant_id = any (tenants) and r.voided_at is null);
  held uuid[] := array(select h from access.held_referrals(live) h);
begin
  return query
    select r.tenant_id, r.id, r.partner_id, r.program_id, m.timezone, p.status, p.status_changed_at, r.referred_at, r.locked_by_event, b.occurred_at, k.from_at, r.id = any (held)
    from public.referral r
    join public.partner p on p.id = r.partner_id
    join public.program m on m.id = r.program_id
    left join public.billing_event b on b.id = r.locked_by_event
    left join public.referral_block k on k.referral_id = r.id
    where r.id = any (live);
end
$$;
grant execute on function access.accrual_referrals(uuid[]) to liaison_ingest;

-- Every agreement of partners that was ever in force, with the time in which it was.
create function access.accrual_agreements(partners uuid[])
  returns table (agreement_id uuid, partner_id uuid, is_terminated boolean, starts_at timestamptz, ends_at timestamptz, terms jsonb)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  return query
    select g.id, g.partner_id, g.state = 'terminated', lower(g.effective), upper(g.effective), g.terms
    from public.agreement g
    join public.program m on m.id = g.program_id and m.code = 'standard'
    where g.partner_id = any (partners) and not isempty(g.effective);
end
$$;
grant execute on function access.accrual_agreements(uuid[]) to liaison_ingest, liaison_platform;

-- The last month that a statement has closed, by partner and currency: nothing is added to it or to one before it any more.
create function access.closed_through(partners uuid[]) returns table (partner_id uuid, currency text, month date)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  return query select s.partner_id, s.currency::text, max(s.month) from public.earning_statement s where s.partner_id = any (partners) group by 1, 2;
end
$$;
grant execute on function access.closed_through(uuid[]) to liaison_ingest, liaison_platform;
grant execute on function access.partner_is_active(uuid) to liaison_job;

-- Whom staff ask about what only owners see: the owners of the reader's own partner, by name.
create function access.own_owner_names() returns setof text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select h.name from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
  where m.partner_id = (select access.own_partner()) and m.role = 'PARTNER_OWNER' and m.status = 'active' order by h.name limit 5
  $$;
grant execute on function access.own_owner_names() to liaison_program;

reset role;
