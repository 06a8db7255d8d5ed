set role liaison_authz;

-- The tenants in which who asks may say how alerts are raised, as its links and assignments are now.
create function access.ruled_tenants() returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select u.tenant_id
  from access.usable_link u
  join public.permission b on b.name = 'partner.alerts.config.write'
  where u.person_id = access.context_id('actor_id') and u.partner_id = access.own_partner() and get_bit(u.mask, b.bit) = 1
$$;
grant execute on function access.ruled_tenants() to liaison_delegate;

-- Whether who asks may say so for many tenants at once: an owner who may in one at least.
create function access.rules_for_many() returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select exists (
    select from public.partner_member m
    where m.person_id = access.context_id('actor_id') and m.partner_id = access.own_partner() and m.role = 'PARTNER_OWNER' and m.status = 'active')
  and exists (select from access.ruled_tenants())
$$;
grant execute on function access.rules_for_many() to liaison_delegate;

reset role;
set role liaison_owner;

-- The row policy asked for the partner alone: in SQL anybody of it, also without any link, read for which tenants there are rules and
-- changed how alerts of every one are raised. A rule for one tenant is theirs who may change alerts there, one for many an owner's.
alter policy partner_side on alert_rule using (
  partner_id = (select access.own_partner()) and (tenant_id is null or tenant_id in (select access.ruled_tenants())));
create policy own_say_insert on alert_rule as restrictive for insert to liaison_delegate with check (
  case when tenant_id is null then (select access.rules_for_many()) else tenant_id in (select access.ruled_tenants()) end);
create policy own_say_update on alert_rule as restrictive for update to liaison_delegate with check (
  case when tenant_id is null then (select access.rules_for_many()) else tenant_id in (select access.ruled_tenants()) end);
create policy own_say_delete on alert_rule as restrictive for delete to liaison_delegate using (
  case when tenant_id is null then (select access.rules_for_many()) else tenant_id in (select access.ruled_tenants()) end);

reset role;
