set role liaison_authz;

-- Replaces the view that delegations made, which says so: what a partner tightens holds for its people's sessions from their next request
-- on, whatever the session was begun with. The strictest of platform and partner wins; the newest sign-ins of a person are the ones that stay.
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
      where o.person_id = s.person_id and o.ended_at is null and o.ends_at > statement_timestamp() and (o.created_at, o.id) > (s.created_at, s.id)
        and o.seen_at + make_interval(secs => least(o.idle_seconds, c.staff_idle_s)) > statement_timestamp()));

-- The same bounds for the reads whose decision is kept: see the view that delegations made.
create or replace view access.session_end as
  select s.id as session_id, least(s.ends_at, s.seen_at + interval '1 minute', s.seen_at + make_interval(secs => least(s.idle_seconds, c.staff_idle_s)), s.created_at + make_interval(secs => c.staff_absolute_s)) as ends_at
  from public.session s
  left join public.partner_member m on m.person_id = s.person_id and m.status = 'active'
  left join public.configuration_in_force c on c.partner_id = m.partner_id;

-- One sign-in of a person after the other, so that parallel ones cannot pass the bound.
create function access.wait_for_sign_in() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('sign-in', new.person_id));
  return new;
end
$$;

-- Ends the oldest sign-ins beyond what the partner of the person allows.
create function access.end_oldest_sign_ins() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  update public.session s set ended_at = statement_timestamp(), end_reason = 'too_many'
  where s.person_id = new.person_id and s.ended_at is null
    and s.id in (
      select o.id from public.session o
      where o.person_id = new.person_id and o.ended_at is null and o.ends_at > statement_timestamp()
      order by (o.id = new.id) desc, o.created_at desc, o.id desc
      offset (select c.staff_max_concurrent from public.partner_member m join public.configuration_in_force c on c.partner_id = m.partner_id
        where m.person_id = new.person_id and m.status = 'active'))
    and exists (
      select from public.partner_member m join public.configuration_in_force c on c.partner_id = m.partner_id
      where m.person_id = new.person_id and m.status = 'active' and c.staff_max_concurrent is not null);
  return null;
end
$$;
grant execute on function access.wait_for_sign_in(), access.end_oldest_sign_ins() to liaison_owner;

reset role;
set role liaison_owner;
create policy bounding on session for update to liaison_authz using (true);
grant update (ended_at, end_reason) on session to liaison_authz;
create trigger wait_for_sign_in before insert on session for each row execute function access.wait_for_sign_in();
create trigger end_oldest_sign_ins after insert on session for each row execute function access.end_oldest_sign_ins();
reset role;
