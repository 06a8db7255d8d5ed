set role liaison_authz;

-- Whether the person of an elevation is still somebody of the partner who is assigned to the link.
create function access.has_place(e public.link_elevation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.link_member m join public.partner_member pm on pm.id = m.member_id and pm.status = 'active'
    where m.link_id = e.link_id and m.member_id = e.member_id and (m.ends_at is null or m.ends_at > statement_timestamp()))
  $$;

-- As before; and nobody who left the partner has more access, or waits for it.
create or replace function access.is_elevated(e public.link_elevation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select e.status = 'active' and e.ends_at > statement_timestamp() and access.has_place(e)
    and exists (select from public.link_member m where m.link_id = e.link_id and m.member_id = e.member_id and m.elevation_id = e.id)
    and exists (select from public.delegation d where d.id = e.link_id and d.status in ('active', 'suspended') and (d.ends_at is null or d.ends_at > statement_timestamp()))
  $$;

create or replace function access.is_waiting(e public.link_elevation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select e.status in ('requested', 'approved') and e.answer_by > statement_timestamp() and access.has_place(e)
    and exists (select from public.delegation d where d.id = e.link_id and d.status in ('active', 'suspended') and (d.ends_at is null or d.ends_at > statement_timestamp()))
  $$;

reset role;
