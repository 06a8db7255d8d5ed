set role liaison_authz;

-- As before; but the rule of the partner holds for a link that has ended, too, and says whether the end is counted at the bell: a rule that switched
-- these alerts off was asked of links in force alone, so that the end itself was told as critical all the same.
create or replace function access.observe_links() returns setof access.alert_observation
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
      coalesce(r.warning, 30) as warning, coalesce(r.critical, 1) as critical, coalesce(r.is_enabled, true) as is_enabled,
      case when r.channels is null or 'in_app' = any (r.channels) then '{in_app}'::text[] else '{}' end as channels
    from ending e cross join unnest(array['partner', 'tenant']) side (audience)
    left join lateral (
      select r.* from public.alert_rule r
      where side.audience = 'partner' and r.partner_id = e.partner_id and r.type = 'link_expiry'
        and case r.applies_to when 'all' then true when 'link' then r.link_id = e.id
          else exists (select from public.tenant_of_group g where g.group_id = r.group_id and g.tenant_id = e.tenant_id) end
      order by case r.applies_to when 'link' then 0 when 'group' then 1 else 2 end, r.created_at, r.id
      limit 1) r on true)
  select 'link_expiry:' || s.audience || ':' || s.id || ':' || extract(epoch from s.ends_at), s.audience, s.reader_partner, s.tenant_id, s.id, 'link_expiry', 'access', v.level, v.level,
    case when v.level >= 3 then 'critical' else 'warning' end,
    case v.level when 4 then format('The link with %s has ended', s.other) else format('The link with %s ends on %s', s.other, access.instant_words(s.ends_at)) end,
    case when v.level = 4 then format('It ended on %s and can be renewed for 30 days by one approval of %s.', access.instant_words(s.ends_at), s.approver)
      else format('It can be renewed by one approval of %s.', s.approver) end,
    jsonb_build_object('ends_at', s.ends_at), s.channels, 'none', false, null::uuid, null::uuid
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

reset role;
