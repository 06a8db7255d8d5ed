set role liaison_authz;

-- Replaces the view that ended what is kept with the minute in which a session was noted as used: its use is noted with its reads now
-- (access.note_use). A session that is used meanwhile lives longer than this says, never shorter: a last use that goes back is stamped.
create or replace view access.session_end as
  select s.id as session_id, least(s.ends_at, s.seen_at + make_interval(secs => least(s.idle_seconds, c.staff_idle_s)), s.created_at + make_interval(secs => c.staff_absolute_s)) as ends_at
  from public.session s
  left join public.partner_member m on m.person_id = s.person_id and m.status = 'active'
  left join public.configuration_in_force c on c.partner_id = m.partner_id;

reset role;
