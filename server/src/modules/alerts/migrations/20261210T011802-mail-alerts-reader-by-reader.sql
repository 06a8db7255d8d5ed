set role liaison_authz;

-- The mails about alerts were handed out as lines, one for each notice and reader, five thousand at a time: who reads was asked for every notice
-- anew, so that a few thousand that waited ran into the time limit of the statement, and from then on nobody was mailed of anything. What one
-- reader waits for, such as a daily digest, kept everybody else's back, and readers beyond the last line were never told.
-- What handed out those lines stays as long as servers of the version before run.

-- Whose alert it is: a partner, a tenant, or the provider.
create function access.alert_owner(about public.alert) returns text
  language sql immutable
  set search_path = pg_catalog
  return about.audience || ' ' || coalesce(case about.audience when 'partner' then about.partner_id when 'tenant' then about.tenant_id end::text, '');

-- To whom an alert can be told: all that have the same place have the same readers.
create function access.alert_place(about public.alert) returns text
  language sql immutable
  set search_path = pg_catalog
  return case when about.audience = 'partner' and about.area <> 'access' then about.delegation_id || ' ' || about.area else about.audience end;

-- How much waits for each owner of alerts, gathered or not. What was dealt with meanwhile is mailed to nobody.
create function access.waiting_alert_owners() returns table (owner text, digest text, waiting integer, oldest_at timestamptz)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('alert mails', null));
  update public.alert_notice n set told_at = clock_timestamp(), outcome = 'nobody'
  from public.alert a
  where a.id = n.alert_id and n.told_at is null and (a.state <> 'active' or a.snoozed_until > statement_timestamp());
  return query
    select access.alert_owner(a), n.digest, count(*)::integer, min(n.created_at)
    from public.alert_notice n join public.alert a on a.id = n.alert_id
    where n.told_at is null
    group by 1, 2 order by 4, 1, 2;
end
$$;

-- What waits for one owner, the oldest first. The organisation is named to its own people and the provider, and to a partner where the link is in force.
create function access.alert_mail_lines(of_owner text, of_digest text)
  returns table (notice_id uuid, place text, created_at timestamptz, severity text, title text, message text, tenant_name text, audience text, area text, partner_id uuid, tenant_id uuid)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  return query
    with line as materialized (
      select n.id, n.created_at, n.severity, a as about
      from public.alert_notice n join public.alert a on a.id = n.alert_id
      where n.told_at is null and n.digest = of_digest and access.alert_owner(a) = of_owner
      order by n.created_at, n.id
      limit 5000),
    in_force as materialized (
      select v.id from access.delegation_in_force v where v.id in (select (l.about).delegation_id from line l))
    select l.id, access.alert_place(l.about), l.created_at, l.severity, (l.about).title, (l.about).message,
      case when (l.about).audience <> 'partner' or (l.about).delegation_id in (select f.id from in_force f) then t.name end,
      (l.about).audience, (l.about).area, (l.about).partner_id, (l.about).tenant_id
    from line l left join public.tenant t on t.id = (l.about).tenant_id
    order by l.created_at, l.id;
end
$$;

-- Who is mailed of what waits for one owner, as things are now: the people of a link that may see alerts of its kind, the owners of a partner, the
-- admins of a tenant, the provider's staff. Nobody who no longer reaches the tenant is among them.
create function access.alert_mail_readers(of_owner text, of_digest text) returns table (place text, email text)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  return query
    with told as materialized (
      select distinct access.alert_place(a) as place, a.audience, a.partner_id, a.area,
        case when a.audience = 'tenant' then a.tenant_id end as tenant_id, case when a.audience = 'partner' and a.area <> 'access' then a.delegation_id end as link_id
      from public.alert_notice n join public.alert a on a.id = n.alert_id
      where n.told_at is null and n.digest = of_digest and access.alert_owner(a) = of_owner),
    reader as (
      select t.place, s.person_id from told t join public.platform_staff s on t.audience = 'provider' and s.status = 'active'
      union
      select t.place, m.person_id from told t join public.tenant_member m on m.tenant_id = t.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
      union
      select t.place, m.person_id from told t join public.partner_member m on t.audience = 'partner' and t.area = 'access' and m.partner_id = t.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active'
      union
      select t.place, u.person_id from told t join access.usable_link u on u.link_id = t.link_id
      join public.permission b on b.name = 'partner.alerts.' || t.area || '.read' and get_bit(u.mask, b.bit) = 1)
    select r.place, h.email from reader r join public.person h on h.id = r.person_id and h.status = 'active'
    order by r.place, h.email;
end
$$;
grant execute on function access.waiting_alert_owners(), access.alert_mail_lines(text, text), access.alert_mail_readers(text, text) to liaison_job;

reset role;
