set role liaison_authz;

-- Ends and reviews of links. Both have mails and webhooks of their own (the ladder of notices), so these alerts are seen in the product only.
create function access.observe_links() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with ending as (
    select d.id, d.partner_id, d.tenant_id, t.name as tenant_name, p.name as partner_name, d.ends_at, d.ends_at - coalesce(d.approved_at, d.created_at) as term, l.review_due_at, l.auto_renew_days,
      d.ends_at <= statement_timestamp() as is_over
    from public.delegation d join public.link l on l.id = d.id join public.tenant t on t.id = d.tenant_id join public.partner p on p.id = d.partner_id
    where d.kind = 'link' and p.status = 'active' and t.status <> 'closed'
      and (d.status in ('active', 'suspended') or (d.status = 'expired' and d.ends_at > statement_timestamp() - interval '30 days'
        and not exists (select from public.delegation n where n.partner_id = d.partner_id and n.tenant_id = d.tenant_id and n.kind = 'link' and n.status in ('requested', 'approved', 'active', 'suspended')))))
    ,
  sided as (
    select e.*, side.audience, case side.audience when 'tenant' then 'your organisation' else e.tenant_name end as approver, case side.audience when 'partner' then e.partner_id end as reader_partner, case side.audience when 'partner' then e.tenant_name else e.partner_name end as other,
      coalesce(g.warning, 30) as warning, coalesce(g.critical, 1) as critical, coalesce(side.audience = 'tenant' or g.is_enabled, true) as is_enabled
    from ending e cross join unnest(array['partner', 'tenant']) side (audience)
    left join access.alert_target g on g.link_id = e.id and g.type = 'link_expiry' and side.audience = 'partner')
  select 'link_expiry:' || s.audience || ':' || s.id || ':' || extract(epoch from s.ends_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'link_expiry', 'access', v.level, v.level,
    case when v.level >= 3 then 'critical' else 'warning' end,
    case v.level when 4 then format('The link with %s has ended', s.other) else format('The link with %s ends on %s', s.other, access.instant_words(s.ends_at)) end,
    case when v.level = 4 then format('It ended on %s and can be renewed for 30 days by one approval of %s.', access.instant_words(s.ends_at), s.approver)
      else format('It can be renewed by one approval of %s.', s.approver) end,
    jsonb_build_object('ends_at', s.ends_at), '{in_app}'::text[], 'none', false, null::uuid, null::uuid
  from sided s
  cross join lateral (select (case when s.is_over then 4
    when s.auto_renew_days > 0 then 0
    when s.ends_at <= statement_timestamp() + s.critical * interval '1 day' and s.term > s.critical * interval '1 day' then 3
    when s.ends_at <= statement_timestamp() + least(7, s.warning) * interval '1 day' and s.term > interval '7 days' then 2
    when s.ends_at <= statement_timestamp() + s.warning * interval '1 day' and s.term > s.warning * interval '1 day' then 1 else 0 end)::smallint as level) v
  where v.level > 0 and s.is_enabled and s.ends_at is not null
  union all
  select 'access_review:' || s.audience || ':' || s.id || ':' || extract(epoch from s.review_due_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'access_review', 'access', v.level, v.level,
    case v.level when 2 then 'critical' else 'warning' end,
    case v.level when 2 then format('The access review of the link with %s is overdue', s.other) else format('The access review of the link with %s is due on %s', s.other, access.instant_words(s.review_due_at)) end,
    format('Unless %s confirms it, the link stops on %s.', s.approver, access.instant_words(s.review_due_at + interval '30 days')),
    jsonb_build_object('review_due_at', s.review_due_at), '{in_app}'::text[], 'none', false, null, null
  from sided s
  cross join lateral (select (case when s.review_due_at <= statement_timestamp() then 2 when s.review_due_at <= statement_timestamp() + interval '14 days' then 1 else 0 end)::smallint as level) v
  where v.level > 0 and not s.is_over
$$;

-- A freeze is told to everybody whom it stops, and to the provider.
create function access.observe_freezes() returns setof access.alert_observation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with live as (
    select d.id, d.partner_id, d.tenant_id from public.delegation d where d.kind = 'link' and d.status in ('active', 'suspended')),
  standing as (select f.* from public.access_freeze f where f.lifted_at is null),
  touched as (
    select f.id, 'provider' as audience, f.partner_id, f.tenant_id from standing f
    union
    select f.id, 'partner', x.partner_id, null::uuid from standing f
    cross join lateral (
      select f.partner_id where f.partner_id is not null
      union select d.partner_id from live d where f.partner_id is null and (f.scope = 'platform' or (f.scope = 'tenant' and d.tenant_id = f.tenant_id))
      union select m.partner_id from public.partner_member m where f.scope = 'person' and f.partner_id is null and m.person_id = f.person_id and m.status = 'active') x
    union
    select f.id, 'tenant', null, x.tenant_id from standing f
    cross join lateral (
      select f.tenant_id where f.tenant_id is not null
      union select d.tenant_id from live d where f.tenant_id is null and (f.scope = 'platform' or (f.scope = 'partner' and d.partner_id = f.partner_id))
      union select m.tenant_id from public.link_member m join live d on d.id = m.link_id where f.scope = 'person' and f.tenant_id is null and m.person_id = f.person_id) x)
  select 'freeze:' || u.audience || ':' || coalesce(case u.audience when 'partner' then u.partner_id when 'tenant' then u.tenant_id end::text, '') || ':' || f.id,
    u.audience, u.partner_id, u.tenant_id, case when f.scope = 'delegation' and u.audience <> 'provider' then f.delegation_id end, 'freeze', 'access', 2::smallint, 2::smallint, 'critical',
    case f.scope when 'platform' then 'All partner access is frozen'
      when 'partner' then case when u.audience = 'partner' and f.tenant_id is null then 'All access of your organisation is frozen' when u.audience = 'partner' then 'A customer cut off your organisation'
        else format('The access of %s is frozen', (select p.name from public.partner p where p.id = f.partner_id)) end
      when 'tenant' then case u.audience when 'tenant' then 'All partner access to your organisation is frozen' when 'partner' then 'A customer froze all partner access' else format('All partner access to %s is frozen', (select t.name from public.tenant t where t.id = f.tenant_id)) end
      when 'delegation' then 'A link is frozen'
      else 'The access of one person is frozen' end,
    format('Set by the %s on %s. Nothing opens until it is lifted.', f.set_by_side, access.instant_words(f.created_at)),
    jsonb_build_object('scope', f.scope, 'freeze_id', f.id, 'set_by_side', f.set_by_side), '{in_app,mail,webhook}'::text[], 'none', true, null::uuid, null::uuid
  from touched u join standing f on f.id = u.id
$$;

reset role;
