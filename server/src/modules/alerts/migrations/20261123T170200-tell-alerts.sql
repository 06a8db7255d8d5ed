set role liaison_authz;

-- Who is mailed about an alert, as things are now: the people of a link that may see alerts of its kind, the owners of a partner, the admins of
-- a tenant, the provider's staff. Nobody who no longer reaches the tenant is among them.
create function access.alert_readers(alert public.alert) returns table (person_id uuid, email text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select h.id, h.email
  from public.person h
  where h.status = 'active' and case
    when alert.audience = 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.status = 'active')
    when alert.audience = 'tenant' then exists (select from public.tenant_member m where m.person_id = h.id and m.tenant_id = alert.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when alert.area = 'access' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = alert.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    else exists (select from access.usable_link u join public.permission b on b.name = 'partner.alerts.' || alert.area || '.read'
      where u.person_id = h.id and u.link_id = alert.delegation_id and get_bit(u.mask, b.bit) = 1) end
$$;

-- The mails about alerts that wait, a line for each reader; a line without a reader where nobody may be told any more. The organisation is
-- named to its own people and the provider, and to a partner where the link is in force.
create function access.waiting_alert_mails()
  returns table (notice_id uuid, alert_id uuid, owner text, digest text, created_at timestamptz, is_current boolean, severity text, title text, message text, tenant_name text, audience text, area text, partner_id uuid, tenant_id uuid, person_id uuid, email text)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about alerts' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('alert mails', null));
  return query
    select n.id, a.id, a.audience || ' ' || coalesce(case a.audience when 'partner' then a.partner_id when 'tenant' then a.tenant_id end::text, ''), n.digest, n.created_at,
      a.state = 'active' and (a.snoozed_until is null or a.snoozed_until <= statement_timestamp()), n.severity, a.title, a.message,
      case when a.audience <> 'partner' or exists (select from access.delegation_in_force v where v.id = a.delegation_id) then t.name end,
      a.audience, a.area, a.partner_id, a.tenant_id, r.person_id, r.email
    from public.alert_notice n
    join public.alert a on a.id = n.alert_id
    left join public.tenant t on t.id = a.tenant_id
    left join lateral access.alert_readers(a) r on true
    where n.told_at is null
    order by n.created_at, n.id
    limit 5000;
end
$$;

-- How many notices each owner of alerts was told of, or had dropped, since a moment.
create function access.told_alert_mails(since timestamptz) returns table (owner text, told bigint, last_digest_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select a.audience || ' ' || coalesce(case a.audience when 'partner' then a.partner_id when 'tenant' then a.tenant_id end::text, ''), count(*), max(n.told_at) filter (where n.outcome = 'digest')
  from public.alert_notice n join public.alert a on a.id = n.alert_id
  where n.told_at > since and n.outcome in ('sent', 'digest') and n.digest = 'none'
  group by 1
$$;

-- Who hears of an alert by webhook: only its own reader, and a partner only while its link is in force and shows alerts of the kind.
create function access.alert_webhook_audience(event jsonb) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  about public.alert;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  select * into about from public.alert a where a.id = (event ->> 'alert_id')::uuid;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and access.webhook_owner_works(e.partner_id, e.tenant_id)
        and e.created_at <= (event ->> 'occurred_at')::timestamptz + interval '1 millisecond'
        and case about.audience
          when 'tenant' then e.tenant_id = about.tenant_id
          when 'partner' then e.partner_id = about.partner_id and (about.area = 'access' or exists (
            select from access.delegation_in_force v join public.delegation d on d.id = v.id join public.permission b on b.name = 'partner.alerts.' || about.area || '.read'
            where v.id = about.delegation_id and not d.has_conditions and get_bit(access.mask_now(d), b.bit) = 1)) end), '[]'),
    'delegation_kind', (select d.kind from public.delegation d where d.id = about.delegation_id),
    'state', about.state);
end
$$;

-- A write to alerts of several tenants waits for what withdraws access to any of them, and then sees it.
create function access.hold_tenants(tenants uuid[]) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  partner uuid := access.context_id('partner_id');
  one uuid;
begin
  if access.context_plane() is distinct from 'delegation' then
    raise exception 'this plane holds no links' using errcode = 'insufficient_privilege';
  end if;
  perform access.hold('platform', null), access.hold('partner', partner), access.hold('person', access.context_id('actor_id'));
  foreach one in array (select coalesce(array_agg(t order by t), '{}') from unnest(tenants) t) loop
    perform access.hold('tenant', one), access.hold('pair', md5(partner::text || one::text)::uuid);
  end loop;
end
$$;
comment on function access.hold_tenants(uuid[]) is 'The same locks as one tenant''s write takes before its facts are read; for a write whose tenants are known only later.';

-- People to whom an alert of a link can be given: those who may see and acknowledge it.
create function access.alert_assignees(links uuid[]) returns table (link_id uuid, person_id uuid, name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select u.link_id, h.id, h.name
  from access.usable_link u
  join public.person h on h.id = u.person_id
  where u.link_id = any (links) and u.partner_id = access.own_partner()
    and u.tenant_id in (select access.reach('alert_sla', 'update') union select access.reach('alert_billing', 'update'))
    and get_bit(u.mask, (select b.bit from public.permission b where b.name = 'partner.alerts.acknowledge')) = 1
$$;

-- How many alerts wait for this person, by area: what a bell shows. Numbers over all tenants, of those whose alerts the person may see.
create function access.alert_counts() returns table (area text, active integer, critical integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select a.area, count(*)::integer, (count(*) filter (where a.severity = 'critical'))::integer
  from public.alert a
  where a.audience = 'partner' and a.partner_id = access.own_partner() and a.state = 'active' and 'in_app' = any (a.channels)
    and (a.snoozed_until is null or a.snoozed_until <= statement_timestamp())
    and (a.area = 'access' or a.tenant_id in (
      select u.tenant_id from access.usable_link u join public.permission b on b.name = 'partner.alerts.' || a.area || '.read'
      where u.person_id = access.context_id('actor_id') and u.partner_id = a.partner_id and get_bit(u.mask, b.bit) = 1))
  group by a.area
$$;
grant execute on function access.alert_counts() to liaison_program;

grant execute on function access.waiting_alert_mails(), access.told_alert_mails(timestamptz), access.alert_webhook_audience(jsonb) to liaison_job;
grant execute on function access.hold_tenants(uuid[]), access.alert_assignees(uuid[]) to liaison_delegate;

reset role;
