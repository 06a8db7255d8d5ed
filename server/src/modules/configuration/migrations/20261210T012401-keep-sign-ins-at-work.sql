set role liaison_authz;

-- Replaces the view and the function that counted sign-ins by when they began: of more than the partner allows those stay that were used last.
-- One that is over by itself takes no place, and one that has lost its place is used no more, so that it never takes one back.
create or replace view access.live_session as
  select s.token_hash, s.id as session_id, h.id as person_id, h.name as person_name,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', s.factor, 'factor_at', s.factor_at, 'session_id', s.id,
      'seen_seconds_ago', extract(epoch from statement_timestamp() - s.seen_at)) as actor,
    coalesce((select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and f.partner_id is null and f.tenant_id is null), '[]') as freezes
  from public.session s
  join public.person h on h.id = s.person_id
  left join public.partner_member m on m.person_id = s.person_id and m.status = 'active'
  left join public.configuration_in_force c on c.partner_id = m.partner_id
  where s.ended_at is null
    and s.ends_at > statement_timestamp()
    and s.seen_at + make_interval(secs => least(s.idle_seconds, c.staff_idle_s)) > statement_timestamp()
    and (c.staff_absolute_s is null or s.created_at + make_interval(secs => c.staff_absolute_s) > statement_timestamp())
    and (c.staff_max_concurrent is null or c.staff_max_concurrent > (
      select count(*) from public.session o
      where o.person_id = s.person_id and o.ended_at is null and o.ends_at > statement_timestamp() and (o.seen_at, o.created_at, o.id) > (s.seen_at, s.created_at, s.id)
        and o.seen_at + make_interval(secs => least(o.idle_seconds, c.staff_idle_s)) > statement_timestamp()
        and (c.staff_absolute_s is null or o.created_at + make_interval(secs => c.staff_absolute_s) > statement_timestamp())));

-- Ends the sign-ins beyond what the partner of the person allows, those first that were left longest ago.
create or replace function access.end_oldest_sign_ins() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  bound record;
begin
  select c.staff_max_concurrent as most, c.staff_idle_s as idle_s, c.staff_absolute_s as absolute_s into bound
  from public.partner_member m join public.configuration_in_force c on c.partner_id = m.partner_id
  where m.person_id = new.person_id and m.status = 'active' and c.staff_max_concurrent is not null;
  if not found then
    return null;
  end if;
  update public.session s set ended_at = statement_timestamp(), end_reason = 'too_many'
  where s.person_id = new.person_id and s.ended_at is null
    and s.id in (
      select o.id from public.session o
      where o.person_id = new.person_id and o.ended_at is null and o.ends_at > statement_timestamp()
      order by (o.id = new.id) desc,
        (o.seen_at + make_interval(secs => least(o.idle_seconds, bound.idle_s)) > statement_timestamp()
          and (bound.absolute_s is null or o.created_at + make_interval(secs => bound.absolute_s) > statement_timestamp())) desc,
        o.seen_at desc, o.created_at desc, o.id desc
      offset bound.most);
  return null;
end
$$;

reset role;
