-- Whether a partner agreed to stand in the leaderboard by its name. Without a row it did not (D12).
create table public.leaderboard_choice (
  partner_id uuid not null,
  is_named boolean not null default false,
  constraint leaderboard_choice_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint leaderboard_choice_pkey PRIMARY KEY (partner_id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.leaderboard_choice REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.leaderboard_choice REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.leaderboard_choice REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_delete BEFORE DELETE ON public.leaderboard_choice FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.leaderboard_choice FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
alter table public.leaderboard_choice enable row level security, force row level security;
create policy choosing on public.leaderboard_choice for insert to liaison_program
  with check ((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)));
create policy choosing_again on public.leaderboard_choice for update to liaison_program
  using ((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)))
  with check ((partner_id = ( SELECT access.partner_of_owner() AS partner_of_owner)));
create policy deciding on public.leaderboard_choice for select to liaison_authz
  using (true);
create policy own_choice on public.leaderboard_choice for select to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (( SELECT access.context_plane() AS context_plane) = 'program'::text)));
create policy provider_side on public.leaderboard_choice for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.leaderboard_choice to liaison_authz;
grant select on public.leaderboard_choice to liaison_platform;
grant select on public.leaderboard_choice to liaison_program;
grant insert (partner_id, is_named) on public.leaderboard_choice to liaison_program;
grant update (is_named) on public.leaderboard_choice to liaison_program;

-- What partners are ranked by, as it was counted last night. No partner reads it: the rank is told by access.own_leaderboard (D12).
create table public.leaderboard_entry (
  partner_id uuid not null,
  measure text not null,
  period text not null,
  currency text not null,
  score bigint not null,
  taken_at timestamp with time zone not null default statement_timestamp(),
  constraint leaderboard_entry_check CHECK (((currency ~ '^([A-Z]{3})?$'::text) AND ((measure = 'earnings'::text) = (currency <> ''::text)))),
  constraint leaderboard_entry_measure_check CHECK ((measure = ANY (ARRAY['sign_ups'::text, 'earnings'::text]))),
  constraint leaderboard_entry_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint leaderboard_entry_period_check CHECK (((period = 'all_time'::text) OR (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text))),
  constraint leaderboard_entry_pkey PRIMARY KEY (measure, period, currency, partner_id),
  constraint leaderboard_entry_score_check CHECK ((score > 0))
);
CREATE INDEX leaderboard_entry_partner_id_idx ON public.leaderboard_entry USING btree (partner_id);
alter table public.leaderboard_entry enable row level security, force row level security;
create policy deciding on public.leaderboard_entry for select to liaison_authz
  using (true);
create policy dropping on public.leaderboard_entry for delete to liaison_authz
  using (true);
create policy provider_side on public.leaderboard_entry for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy taking on public.leaderboard_entry for insert to liaison_authz
  with check (true);
grant delete, insert, select on public.leaderboard_entry to liaison_authz;
grant select on public.leaderboard_entry to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.fewest_ranked_partners()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN 3;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.leaderboard_months()
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select array[to_char(m.this, 'YYYY-MM'), to_char(m.this - interval '1 month', 'YYYY-MM')]
  from (select date_trunc('month', statement_timestamp() at time zone s.time_zone) as this from public.program_setting s order by s.version desc limit 1) m
  $function$;
grant execute on access.leaderboard_months() to liaison_platform;
grant execute on access.leaderboard_months() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_leaderboard(of_measure text, of_period text, in_currency text)
 RETURNS TABLE(place bigint, name text, is_own boolean, score bigint, taken_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;
grant execute on access.own_leaderboard(text,text,text) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_leaderboard_currencies()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select distinct e.currency from public.leaderboard_entry e
  where e.partner_id = access.partner_of_board('earnings') and e.measure = 'earnings' order by 1
  $function$;
grant execute on access.own_leaderboard_currencies() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_leaderboards()
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select array(select m.measure from unnest(array['sign_ups', 'earnings']) m (measure) where access.partner_of_board(m.measure) is not null) $function$;
grant execute on access.own_leaderboards() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.partner_of_board(of_measure text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when of_measure = 'sign_ups' and s.shows_sign_up_ranks then access.partner_of_owner()
    when of_measure = 'earnings' and s.shows_earning_ranks and access.context_plane() = 'program' then access.own_partner() end
  from public.program_setting s order by s.version desc limit 1
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.take_leaderboard()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on access.take_leaderboard() to liaison_job;
