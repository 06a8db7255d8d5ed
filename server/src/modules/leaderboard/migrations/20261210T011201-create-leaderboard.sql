set role liaison_owner;

create table leaderboard_choice (
  partner_id uuid primary key references partner (id),
  is_named boolean not null default false
);
comment on table leaderboard_choice is 'Whether a partner agreed to stand in the leaderboard by its name. Without a row it did not (D12).';
call private.protect('leaderboard_choice');
call private.audit_changes('leaderboard_choice', false);
create trigger no_truncate before truncate on leaderboard_choice for each statement execute function private.refuse_change();
create trigger no_delete before delete on leaderboard_choice for each row execute function private.refuse_change();

create policy own_choice on leaderboard_choice for select to liaison_program using (partner_id = (select access.own_partner()) and (select access.context_plane()) = 'program');
create policy choosing on leaderboard_choice for insert to liaison_program with check (partner_id = (select access.partner_of_owner()));
create policy choosing_again on leaderboard_choice for update to liaison_program using (partner_id = (select access.partner_of_owner())) with check (partner_id = (select access.partner_of_owner()));
create policy provider_side on leaderboard_choice for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select, insert (partner_id, is_named), update (is_named) on leaderboard_choice to liaison_program;
grant select on leaderboard_choice to liaison_platform;

create table leaderboard_entry (
  partner_id uuid not null references partner (id),
  measure text not null check (measure in ('sign_ups', 'earnings')),
  period text not null check (period = 'all_time' or period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  currency text not null check (currency ~ '^([A-Z]{3})?$' and (measure = 'earnings') = (currency <> '')),
  score bigint not null check (score > 0),
  taken_at timestamptz not null default statement_timestamp(),
  primary key (measure, period, currency, partner_id)
);
comment on table leaderboard_entry is 'What partners are ranked by, as it was counted last night. No partner reads it: the rank is told by access.own_leaderboard (D12).';
comment on column leaderboard_entry.period is 'A month in the time zone of the program, or all time.';
comment on column leaderboard_entry.score is 'Sign-ups, or what was earned in the currency in minor units.';
create index on leaderboard_entry (partner_id);
call private.protect('leaderboard_entry');
create policy taking on leaderboard_entry for insert to liaison_authz with check (true);
create policy dropping on leaderboard_entry for delete to liaison_authz using (true);
create policy provider_side on leaderboard_entry for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant insert, delete on leaderboard_entry to liaison_authz;
grant select on leaderboard_entry to liaison_platform;

reset role;
set role liaison_authz;

-- With fewer partners a rank tells too much of the others.
create function access.fewest_ranked_partners() returns integer
  language sql immutable
  set search_path = pg_catalog
  return 3;

-- This month and the one before, in the time zone of the program.
create function access.leaderboard_months() returns text[]
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select array[to_char(m.this, 'YYYY-MM'), to_char(m.this - interval '1 month', 'YYYY-MM')]
  from (select date_trunc('month', statement_timestamp() at time zone s.time_zone) as this from public.program_setting s order by s.version desc limit 1) m
  $$;
grant execute on function access.fewest_ranked_partners(), access.leaderboard_months() to liaison_program, liaison_platform;

-- Counts anew for this month, the one before and all time; older months stay as they were last counted, for two years. What the provider
-- does not show is not kept. Answers how many entries there are.
create function access.take_leaderboard() returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  setting public.program_setting;
  months text[] := access.leaderboard_months();
  taken integer;
begin
  if not coalesce(session_user = 'liaison_job' and access.context_plane() = 'system', false) then
    raise exception 'the clock alone counts' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('leaderboard', 0));
  select * into setting from public.program_setting s order by s.version desc limit 1;
  delete from public.leaderboard_entry e
  where e.period = 'all_time' or e.period = any (months) or e.period < to_char(to_date(months[1], 'YYYY-MM') - interval '2 years', 'YYYY-MM')
    or (e.measure = 'sign_ups' and not setting.shows_sign_up_ranks) or (e.measure = 'earnings' and not setting.shows_earning_ranks);
  if setting.shows_sign_up_ranks then
    insert into public.leaderboard_entry (partner_id, measure, period, currency, score)
    select c.partner_id, 'sign_ups', coalesce(c.month, 'all_time'), '', count(*)
    from (select r.partner_id, to_char(r.referred_at at time zone setting.time_zone, 'YYYY-MM') as month from public.referral r where r.voided_at is null) c
    group by grouping sets ((c.partner_id), (c.partner_id, c.month))
    having c.month is null or c.month = any (months);
  end if;
  if setting.shows_earning_ranks then
    insert into public.leaderboard_entry (partner_id, measure, period, currency, score)
    select c.partner_id, 'earnings', coalesce(c.month, 'all_time'), c.currency, sum(c.amount_minor)
    from (select e.partner_id, e.currency::text, to_char(e.period_month, 'YYYY-MM') as month, e.amount_minor from public.earning e where e.state not in ('held', 'void')) c
    group by grouping sets ((c.partner_id, c.currency), (c.partner_id, c.currency, c.month))
    having (c.month is null or c.month = any (months)) and sum(c.amount_minor) > 0;
  end if;
  select count(*) into taken from public.leaderboard_entry;
  return taken;
end
$$;
grant execute on function access.take_leaderboard() to liaison_job;

-- Whose board the reader may see: how many customers all codes of the partner brought is for its owners alone (D8).
create function access.partner_of_board(of_measure text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case
    when of_measure = 'sign_ups' and s.shows_sign_up_ranks then access.partner_of_owner()
    when of_measure = 'earnings' and s.shows_earning_ranks and access.context_plane() = 'program' then access.own_partner() end
  from public.program_setting s order by s.version desc limit 1
  $$;

-- The boards that the reader may see.
create function access.own_leaderboards() returns text[]
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select array(select m.measure from unnest(array['sign_ups', 'earnings']) m (measure) where access.partner_of_board(m.measure) is not null) $$;
grant execute on function access.own_leaderboards() to liaison_program;

-- The first twenty and the reader's own partner. Others stand there by name only where they agreed, and nobody else's amounts are told.
create function access.own_leaderboard(of_measure text, of_period text, in_currency text) returns table (place bigint, name text, is_own boolean, score bigint, taken_at timestamptz)
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
    select e.partner_id, p.name, e.score, e.taken_at, rank() over (order by e.score desc) as place, count(*) over () as listed
    from public.leaderboard_entry e join public.partner p on p.id = e.partner_id and p.status = 'active'
    where e.measure = of_measure and e.period = of_period and e.currency = in_currency)
  select r.place, n.shown, r.partner_id = own, case when r.partner_id = own or of_measure = 'sign_ups' then r.score end, r.taken_at
  from ranked r left join public.leaderboard_choice c on c.partner_id = r.partner_id
    cross join lateral (select case when r.partner_id = own or c.is_named then r.name end as shown) n
  where r.listed >= access.fewest_ranked_partners() and (r.place <= 20 or r.partner_id = own)
  -- Those without a name stand last among equals, so that their order tells nothing of them.
  order by r.place, r.partner_id <> own, n.shown nulls last;
end
$$;
grant execute on function access.own_leaderboard(text, text, text) to liaison_program;

-- In which currencies the reader's own partner stands in the leaderboard.
create function access.own_leaderboard_currencies() returns setof text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select distinct e.currency from public.leaderboard_entry e
  where e.partner_id = access.partner_of_board('earnings') and e.measure = 'earnings' order by 1
  $$;
grant execute on function access.own_leaderboard_currencies() to liaison_program;

reset role;
