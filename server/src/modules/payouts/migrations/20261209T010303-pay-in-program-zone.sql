set role liaison_authz;

-- As the function of the same name for an instant, for a day: whoever asks about many rows finds out once which day of the program it is.
create function access.is_free_to_pay(state text, payout_item_id uuid, available_on date, until date) returns boolean
  language sql immutable
  return state = 'approved' and payout_item_id is null and available_on <= until;
grant execute on function access.is_free_to_pay(text, uuid, date, date) to liaison_platform;

-- The last moment of a calendar day where the program is at home.
create function access.end_of_program_day(day date) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select ((day + 1)::timestamp at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC')) - interval '1 millisecond'
  $$;
grant execute on function access.end_of_program_day(date) to liaison_platform;

create or replace function access.payout_candidates(of_currency text, cutoff timestamptz)
  returns table (partner_id uuid, partner_name text, currency text, amount_minor bigint, row_count bigint, obstacles jsonb)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.partner_id, p.name, s.currency::text, s.amount_minor, s.row_count, access.payout_obstacles(s.partner_id, s.currency, s.amount_minor)
  from (
    select e.partner_id, e.currency, sum(e.amount_minor)::bigint as amount_minor, count(*) as row_count
    from public.earning e
    where access.is_free_to_pay(e.state, e.payout_item_id, e.available_on, (select access.program_day(cutoff))) and (of_currency is null or e.currency = of_currency)
      and ((select access.context_plane()) = 'platform' or e.partner_id = (select access.partner_as_owner()))
    group by 1, 2
  ) s join public.partner p on p.id = s.partner_id
  order by p.name, s.partner_id, s.currency
  $$;

create or replace function access.statements_due(of_month date) returns table (partner_id uuid, partner_name text, currency text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select distinct due.partner_id, p.name, due.currency::text
  from (
    select e.partner_id, e.currency::text from public.earning e
    where e.period_month <= of_month and (e.state <> 'void') <> exists (select from public.earning_statement_line l where l.earning_id = e.id and l.what = 'earned')
      and not exists (select from public.earning_statement_line v where v.earning_id = e.id and v.what = 'voided')
    union select i.partner_id, i.currency from public.payout_item i
    where i.state = 'paid' and access.program_day(i.finished_at) < (of_month + interval '1 month')::date and not exists (select from public.earning_statement_line l where l.payout_item_id = i.id)
  ) due join public.partner p on p.id = due.partner_id
  where access.context_plane() in ('platform', 'system')
    and not exists (select from public.earning_statement s where s.partner_id = due.partner_id and s.currency = due.currency and s.month >= of_month)
  order by 2, 1, 3
  $$;

reset role;
