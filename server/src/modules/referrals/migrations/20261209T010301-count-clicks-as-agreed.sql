set role liaison_authz;

-- The click that counts for a sign-up: among those of the same browser in their windows the last one or the first one, as the agreements of their
-- partners say; where those do not all say the same, as the program said at that moment. A click that was reported and does not count says why.
create or replace function access.counting_click(reported uuid, at timestamptz, out click_id uuid, out code_id uuid, out window_days integer, out fault text)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  r public.referral_click;
begin
  select * into r from public.referral_click x where x.id = reported;
  if r.id is null then
    fault := 'CLICK_UNKNOWN';
    return;
  elsif r.is_bot then
    fault := 'CLICK_OF_BOT';
    return;
  end if;
  with found as materialized (
    select k.id, k.code_id, k.occurred_at, w.days, g.said ->> 'model' as model
    from public.referral_click k
    cross join lateral (select access.agreement_terms(access.agreement_at(k.partner_id, at)) -> 'attribution' as said) g
    cross join lateral (select coalesce((g.said ->> 'window_days')::integer, 90) as days) w
    where (k.id = r.id or k.visitor_hash = r.visitor_hash) and not k.is_bot and k.occurred_at <= at and k.occurred_at > at - make_interval(days => w.days)),
  agreed as (select case when count(distinct f.model) = 1 then min(f.model) else access.program_attribution(at) end = 'first_touch' as is_first from found f)
  select f.id, f.code_id, f.days into click_id, code_id, window_days
  from found f cross join agreed a
  order by case when a.is_first then f.occurred_at end asc, case when not a.is_first then f.occurred_at end desc, f.id
  limit 1;
  if click_id is null then
    fault := case when r.occurred_at > at then 'CLICK_TOO_LATE' else 'CLICK_TOO_OLD' end;
  end if;
end
$$;

reset role;
