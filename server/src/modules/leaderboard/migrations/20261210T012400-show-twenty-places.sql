set role liaison_authz;

-- As before, with twenty places and the reader's own however many are equals: at the beginning of a month hundreds may have one sign-up each.
create or replace function access.own_leaderboard(of_measure text, of_period text, in_currency text) returns table (place bigint, name text, is_own boolean, score bigint, taken_at timestamptz)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
declare
  own uuid := access.partner_of_board(of_measure);
begin
  if own is null or (of_measure = 'earnings' and not exists (select from public.leaderboard_entry e where e.partner_id = own and e.measure = 'earnings' and e.currency = in_currency)) then
    return;
  end if;
  return query
  with ranked as (
    select e.partner_id, e.score, e.taken_at, rank() over (order by e.score desc) as place, count(*) over () as listed, e.partner_id = own as is_own,
      case when e.partner_id = own or c.is_named then p.name end as shown
    from public.leaderboard_entry e join public.partner p on p.id = e.partner_id and p.status = 'active'
      left join public.leaderboard_choice c on c.partner_id = e.partner_id
    where e.measure = of_measure and e.period = of_period and e.currency = in_currency),
  ordered as (
    -- Those without a name stand last among equals, so that their order tells nothing of them.
    select r.*, row_number() over (order by r.place, r.is_own desc, r.shown nulls last) as line from ranked r)
  select o.place, o.shown, o.is_own, case when o.is_own or of_measure = 'sign_ups' then o.score end, o.taken_at
  from ordered o
  where o.listed >= access.fewest_ranked_partners() and (o.line <= 20 or o.is_own)
  order by o.line;
end
$$;

reset role;
