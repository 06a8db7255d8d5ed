set role liaison_authz;

-- What the kernel must know of one link, for one person: what time has made of it, and the networks of both sides. A view,
-- because the planner folds a view into the query that uses it.
create view access.link_fact as
  select d.id, h.id as person_id, t.name as tenant_name, t.status as tenant_status, l.access_role as role,
    json_build_object(
      'id', d.id, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'tenant_status', t.status, 'status', case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'suspended' else d.status end,
      'status_reason', case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'review_overdue' else d.status_reason end, 'role', l.access_role, 'role_version', l.role_version,
      'relationship_type', l.relationship_type, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch, 'billing_party', d.billing_party,
      'status_changed_by_side', case when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'clock' else d.status_changed_by_side end, 'status_changed_at', d.status_changed_at,
      'own_accounts_only', d.own_accounts_only, 'conditions', d.conditions, 'tenant_conditions', coalesce(tp.conditions, '{}'),
      'partner_conditions', coalesce((select json_build_object('ip_mode', r.ip_mode, 'ip_allow', r.ip_allow) from public.partner_network_rule r where r.partner_id = d.partner_id), '{}'),
      'overrides', coalesce((select json_agg(json_build_object('id', o.id, 'pattern', o.pattern, 'effect', o.effect, 'expires_at', o.expires_at)) from public.link_override o where o.link_id = d.id), '[]'),
      'assignment', case when m.link_id is not null then json_build_object('role', m.role, 'ends_at', m.ends_at) end,
      'elevations', case when m.elevated_until > statement_timestamp()
        then json_build_array(json_build_object('id', m.elevation_id, 'mask', m.elevated_mask, 'starts_at', m.elevated_from, 'ends_at', m.elevated_until)) else '[]' end,
      'freezes', coalesce((
        select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
        where f.lifted_at is null
          and (f.person_id is null or f.person_id = h.id)
          and (f.partner_id is null or f.partner_id = d.partner_id)
          and (f.tenant_id is null or f.tenant_id = d.tenant_id)
          and (f.delegation_id is null or f.delegation_id = d.id)), '[]')) as facts
  from public.delegation d
  join public.link l on l.id = d.id
  join public.tenant t on t.id = d.tenant_id
  cross join public.person h
  left join public.tenant_partner_policy tp on tp.tenant_id = d.tenant_id
  left join public.link_member m on m.link_id = d.id and m.person_id = h.id;

reset role;
