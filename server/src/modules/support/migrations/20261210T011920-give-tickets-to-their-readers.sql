set role liaison_authz;

-- Who may be given a ticket of this transaction's tenant: the partner people to whom a link in force opens tickets now, and the tenant's own members.
-- A partner is told of its own people only; a tenant of all.
create or replace function access.ticket_assignees() returns table (person_id uuid, name text, partner_name text, is_listed boolean)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  plane text := access.context_plane();
  here uuid := access.context_id('tenant_id');
  own_partner uuid := access.context_id('partner_id');
  reading integer := (select b.bit from public.permission b where b.name = 'partner.support.tickets.read');
begin
  if here is null or plane not in ('delegation', 'tenant') or here not in (select access.reach('ticket', 'select') union select access.restricted_reach('ticket', 'select')) then
    return;
  end if;
  return query
    select h.id, h.name, p.name, plane = 'tenant' or p.id = own_partner
    from access.usable_link u
    join public.partner p on p.id = u.partner_id
    join public.person h on h.id = u.person_id
    where u.tenant_id = here and (plane = 'tenant' or u.partner_id = own_partner) and get_bit(u.mask, reading) = 1
    union all
    select h.id, h.name, null, plane = 'tenant'
    from public.tenant_member tm
    join public.person h on h.id = tm.person_id and h.status = 'active'
    where tm.tenant_id = here and tm.status = 'active';
end
$$;

-- The name of a person to whom any ticket of the tenant may be given now; null for everybody else, and so for those whose link opens single accounts,
-- or no tickets any more: the mail to them tells what a ticket is about.
create or replace function access.ticket_worker_name(wanted_tenant uuid, worker uuid) returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who works on tickets' using errcode = 'insufficient_privilege';
  end if;
  return (
    select h.name from public.person h
    where h.id = worker and h.status = 'active' and (
      exists (select from public.tenant_member m where m.tenant_id = wanted_tenant and m.person_id = worker and m.status = 'active')
      or exists (select from access.usable_link u join public.permission b on b.name = 'partner.support.tickets.read'
        where u.tenant_id = wanted_tenant and u.person_id = worker and not u.own_accounts_only and get_bit(u.mask, b.bit) = 1)));
end
$$;

reset role;
