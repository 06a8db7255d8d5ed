set role liaison_authz;

-- People to whom an alert can be given: those who may acknowledge alerts of its link and see those of its kind. Before, seeing was not asked, so that
-- a billing alert could wait for somebody to whom it is not shown; that one stays as long as servers of the version before run.
create function access.alert_assignees(of_link uuid, of_area text) returns table (person_id uuid, name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select h.id, h.name
  from access.usable_link u
  join public.person h on h.id = u.person_id
  where u.link_id = of_link and u.partner_id = access.own_partner()
    and u.tenant_id in (select access.reach('alert_sla', 'update') union select access.reach('alert_billing', 'update'))
    and not exists (
      select from public.permission b
      where b.name in ('partner.alerts.acknowledge', 'partner.alerts.' || of_area || '.read') and get_bit(u.mask, b.bit) = 0)
$$;
grant execute on function access.alert_assignees(uuid, text) to liaison_delegate;

reset role;
