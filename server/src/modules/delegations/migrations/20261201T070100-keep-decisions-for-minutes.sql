set role liaison_authz;

-- Replaces the function that kept a decision for no longer than a minute. Whatever it stands on stamps its changes, and every moment at which time
-- alone changes it is among those below; so the five minutes bound what a forgotten stamp could cost, and how far back stamps are looked at.
create or replace function access.keep(context jsonb, seen pg_snapshot) returns access.kept_decision
  language plpgsql volatile
  as $$
declare
  at timestamptz := statement_timestamp();
  person uuid := context ->> 'actor_id';
  partner uuid := context ->> 'partner_id';
  tenant uuid := context ->> 'tenant_id';
  member uuid := context ->> 'member_id';
  link uuid := context ->> 'delegation_id';
  route_bit integer := context ->> 'permission_bit';
  is_portfolio boolean := context ->> 'plane' = 'delegation' and not context ? 'tenant_id';
  era uuid := (select e.id from access.stamp_era e limit 1);
  until timestamptz;
  changes_at timestamptz;
  kept access.kept_decision;
begin
  if era is null then
    insert into access.stamp_era default values;
    return null;
  end if;
  select least(at + interval '5 minutes', min(e.ends_at)) into until from access.session_end e where e.session_id = (context ->> 'session_id')::uuid;
  if context ->> 'plane' = 'tenant' then
    select array_agg(rp.mask), array_agg(false), array_agg(array[tenant]::text) into kept.masks, kept.owns, kept.tenants
    from public.tenant_member tm
    join public.tenant t on t.id = tm.tenant_id and t.status <> 'closed'
    join public.person p on p.id = tm.person_id and p.status = 'active'
    join public.role_permission rp on rp.plane = 'tenant' and rp.role = tm.role
    where tm.person_id = person and tm.tenant_id = tenant and tm.status = 'active';
  elsif context ->> 'plane' = 'delegation' and context ? 'tenant_id' then
    select array_agg(u.mask), array_agg(u.own_accounts_only), array_agg(array[u.tenant_id]::text) into kept.masks, kept.owns, kept.tenants
    from access.usable_link u
    where u.link_id = link and u.member_id = member and u.person_id = person and u.partner_id = partner and u.tenant_id = tenant
      and (route_bit is null or get_bit(u.mask, route_bit) = 1);
    select min(c.moment) into changes_at from access.link_change c where c.link_id = link and c.person_id = person;
  elsif context ->> 'plane' = 'delegation' then
    select array_agg(reached.mask), array_agg(reached.own_accounts_only), array_agg(reached.tenants) into kept.masks, kept.owns, kept.tenants
    from (
      select u.mask, u.own_accounts_only, array_agg(u.tenant_id)::text as tenants
      from access.usable_link u
      where u.person_id = person and u.partner_id = partner and (route_bit is null or get_bit(u.mask, route_bit) = 1)
      group by u.mask, u.own_accounts_only) reached;
    select min(c.moment) into changes_at from access.link_change c where c.partner_id = partner and c.person_id = person;
  end if;
  if until <= at then
    return null;
  end if;
  return row (context ->> 'plane', era, seen, least(until, changes_at), array_remove(array[person, partner, tenant, '00000000-0000-0000-0000-000000000000'], null),
    coalesce(kept.masks, '{}'), coalesce(kept.owns, '{}'), coalesce(kept.tenants, '{}'))::access.kept_decision;
end
$$;

comment on function access.forget_stamps() is 'Decisions are kept for minutes, and no transaction of ours lives for a day.';

reset role;
