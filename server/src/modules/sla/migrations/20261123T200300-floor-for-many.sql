set role liaison_authz;

-- Whether this transaction's partner holds this link of a tenant now.
create function access.holds_link(tenant uuid, link uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from access.delegation_in_force d
    where d.id = link and d.tenant_id = tenant and d.kind = 'link' and d.partner_id = access.own_partner())
$$;
grant execute on function access.holds_link(uuid, uuid) to liaison_delegate;

reset role;
set role liaison_owner;

-- A headquarters sets one floor for several of its subsidiaries: in each under its own link there, and only where it may.
create policy insertable_across on sla_policy_version for insert to liaison_delegate with check (
  kind = 'floor' and (select access.context_id('delegation_id')) is null and access.holds_link(tenant_id, delegation_id)
  and tenant_id in (select access.reach('sla_policy_version', 'insert')) and created_by = (select access.context_id('actor_id')));

reset role;
