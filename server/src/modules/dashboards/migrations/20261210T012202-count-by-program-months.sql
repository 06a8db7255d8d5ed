set role liaison_authz;

-- The twelve months are those of the place where the program is at home, as on the partner's own pages.
create or replace function access.dashboard_figures(of_partner uuid) returns jsonb
  language plpgsql stable
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  first_month date := date_trunc('month', access.program_day(statement_timestamp())::timestamp) - interval '11 months';
  since timestamptz := access.program_day_begins(first_month);
begin
  return jsonb_build_object(
    'code', (select c.code from public.referral_code c where c.partner_id = of_partner and c.state = 'active' and c.starts_at <= statement_timestamp()
      and (c.expires_at is null or c.expires_at > statement_timestamp()) and (c.usage_limit is null or c.used_count < c.usage_limit) order by c.created_at, c.id limit 1),
    'clicks', (select coalesce(sum(d.clicks), 0) from public.referral_click_day d where d.partner_id = of_partner and d.day >= first_month),
    'sign_ups', (select count(*) from public.referral r where r.partner_id = of_partner and r.voided_at is null and r.referred_at >= since),
    'paying', (select count(*) from public.referral r where r.partner_id = of_partner and r.voided_at is null and r.locked_at is not null and r.referred_at >= since),
    'money', (select coalesce(jsonb_agg(jsonb_build_object('currency', m.currency, 'earned_minor', m.earned, 'waiting_minor', m.waiting, 'paid_minor', m.paid) order by m.currency), '[]')
      from (select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state <> 'void'), 0) as earned,
          coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0) as waiting, coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0) as paid
        from public.earning e where e.partner_id = of_partner group by e.currency) m),
    'today', access.program_day(statement_timestamp()),
    'payout_day', (select p.payout_day from public.payout_policy p order by p.version desc limit 1));
end
$$;

reset role;
