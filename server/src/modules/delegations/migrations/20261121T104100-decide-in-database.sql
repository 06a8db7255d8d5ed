set role liaison_authz;

-- The one rule, in one place: the delegations that are in force at this statement. Row policies, the facts of the kernel and the explainer use it.
-- A view, because the planner folds a view into the query that uses it, and a function with sub-queries it does not.
create view access.delegation_in_force as
  select d.*
  from public.delegation d
  where d.status = 'active'
    and d.starts_at <= statement_timestamp()
    and (d.ends_at is null or d.ends_at > statement_timestamp())
    and (d.review_stops_at is null or d.review_stops_at > statement_timestamp())
    and exists (select from public.partner p where p.id = d.partner_id and p.status = 'active')
    and exists (select from public.tenant t where t.id = d.tenant_id and t.status <> 'closed')
    and not exists (
      select from public.access_freeze f
      where f.lifted_at is null
        and f.scope <> 'person'
        and (f.partner_id is null or f.partner_id = d.partner_id)
        and (f.tenant_id is null or f.tenant_id = d.tenant_id)
        and (f.delegation_id is null or f.delegation_id = d.id)
    );

-- The same question about one delegation.
create function access.in_force(d public.delegation) returns boolean
  language sql stable
  return exists (select from access.delegation_in_force v where v.id = d.id);

-- What a link that is restricted to the partner's own accounts takes from a mask: everything that works on all of a tenant.
create function access.account_mask(mask bit(256)) returns bit(256)
  language sql stable
  as $$ select mask & ~ coalesce((select bit_or(set_bit(0::bit(256), p.bit, 1)) from public.permission p where p.is_whole), 0::bit(256)) $$;

-- The permissions that a delegation gives now: deny wins over grant, grant over role; overrides past their end do not count.
create function access.unrestricted_mask(d public.delegation) returns bit(256)
  language sql stable
  return case when not d.has_timed_overrides then d.mask else
    (d.role_mask | coalesce((
      select bit_or(o.mask) from public.link_override o
      where o.link_id = d.id and o.effect = 'grant' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256)))
    & ~ coalesce((
      select bit_or(o.mask) from public.link_override o
      where o.link_id = d.id and o.effect = 'deny' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256))
  end;
create function access.mask_now(d public.delegation) returns bit(256)
  language sql stable
  return case when d.own_accounts_only then access.account_mask(access.unrestricted_mask(d)) else access.unrestricted_mask(d) end;

-- The same by the delegation's id: a row policy's query asks for it rarely, and a look-up written into the query would be prepared at every run.
create function access.timed_mask(delegation uuid) returns bit(256)
  language sql stable
  as $$ select access.mask_now(d) from public.delegation d where d.id = delegation $$;

-- What is left of a mask where sensitive permissions count in an elevation only.
create function access.standing_mask(mask bit(256)) returns bit(256)
  language sql stable
  as $$ select mask & ~ coalesce((select bit_or(set_bit(0::bit(256), p.bit, 1)) from public.permission p where p.is_sensitive), 0::bit(256)) $$;

-- What an elevation that is in force adds: what was approved within the ceiling, minus what is denied now.
create function access.elevated_mask(link uuid, approved bit(256)) returns bit(256)
  language sql stable
  as $$
  select approved & ~ coalesce((
    select bit_or(o.mask) from public.link_override o
    where o.link_id = link and o.effect = 'deny' and (o.expires_at is null or o.expires_at > statement_timestamp())), 0::bit(256))
  $$;

-- The links that people may use at this statement, each with the permissions that it gives to that person.
create view access.usable_link as
  select m.person_id, m.member_id, m.link_id, d.partner_id, d.tenant_id,
    (m.mask & case when d.elevation_required then access.standing_mask(access.timed_mask(d.id)) when d.has_timed_overrides or d.own_accounts_only then access.timed_mask(d.id) else d.mask end)
      | case when m.elevated_until <= statement_timestamp() or m.elevated_until is null then 0::bit(256)
          when d.own_accounts_only then access.account_mask(access.elevated_mask(m.link_id, m.elevated_mask)) else access.elevated_mask(m.link_id, m.elevated_mask) end as mask,
    d.own_accounts_only, d.own_accounts_since
  from public.link_member m
  join access.delegation_in_force d on d.id = m.link_id
  join public.partner_member pm on pm.id = m.member_id and pm.partner_id = d.partner_id and pm.person_id = m.person_id and pm.status = 'active'
  join public.person p on p.id = m.person_id and p.status = 'active'
  where (m.ends_at is null or m.ends_at > statement_timestamp())
    and not exists (
      select from public.access_freeze f
      where f.lifted_at is null and f.scope = 'person' and f.person_id = m.person_id
        and (f.partner_id is null or f.partner_id = d.partner_id) and (f.tenant_id is null or f.tenant_id = d.tenant_id));

-- Which link decides for one partner in one tenant: the live one, else the last one that was ever in force.
create function access.decides_before(status text) returns integer
  language sql immutable
  return case status when 'active' then 0 when 'suspended' then 1 when 'approved' then 2 when 'expired' then 3 when 'revoked' then 3 else 4 end;

create function access.deciding_link(partner uuid, tenant uuid) returns public.delegation
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select d.* from public.delegation d
  where d.partner_id = partner and d.tenant_id = tenant and d.kind = 'link'
  order by access.decides_before(d.status), d.status_changed_at desc
  limit 1
$$;

grant execute on function access.in_force(public.delegation), access.mask_now(public.delegation) to liaison_owner;

reset role;
