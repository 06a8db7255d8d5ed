set role liaison_owner;

-- Only what follows from a risk case moves all earnings of a referral, and that is a trigger of the owner.
revoke execute on function private.hold_earnings(uuid, text), private.release_earnings(uuid), private.void_earnings(uuid, text) from liaison_platform, liaison_ingest, liaison_job;

reset role;
set role liaison_authz;

create or replace function access.earning_balance(partner uuid)
  returns table (currency text, balance_minor bigint, pending_minor bigint, held_minor bigint, approved_minor bigint, due_minor bigint, in_payout_minor bigint, paid_minor bigint)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if not access.is_in_own_plane() or (session_user = 'liaison_program' and partner is distinct from access.own_partner()) then
    return;
  end if;
  return query
    select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'pending'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'held'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'approved' and e.available_on <= (statement_timestamp() at time zone 'UTC')::date), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'in_payout'), 0)::bigint,
      coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0)::bigint
    from public.earning e where e.partner_id = partner group by e.currency order by e.currency;
end
$$;

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
    select r.tenant_id, r.id, r.partner_id, r.program_id, m.timezone, p.status, p.status_changed_at, r.referred_at, r.locked_by_event, b.occurred_at, k.from_at, r.id = any (held)
    from public.referral r
    join public.partner p on p.id = r.partner_id
    join public.program m on m.id = r.program_id
    left join public.billing_event b on b.id = r.locked_by_event
    left join public.referral_block k on k.referral_id = r.id
    where r.id = any (live);
end
$$;

create or replace function access.accrual_agreements(partners uuid[])
  returns table (agreement_id uuid, partner_id uuid, is_terminated boolean, starts_at timestamptz, ends_at timestamptz, terms jsonb)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
    select g.id, g.partner_id, g.state = 'terminated', lower(g.effective), upper(g.effective), g.terms
    from public.agreement g
    join public.program m on m.id = g.program_id and m.code = 'standard'
    where g.partner_id = any (partners) and not isempty(g.effective);
end
$$;

create or replace function access.closed_through(partners uuid[])
  returns table (partner_id uuid, currency text, month date)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query select s.partner_id, s.currency::text, max(s.month) from public.earning_statement s where s.partner_id = any (partners) group by 1, 2;
end
$$;

reset role;
