set role liaison_authz;

-- As before, but an owner who is frozen can neither act for the partner nor lift the freeze, and is no other owner.
create or replace function access.has_other_owner(of_partner uuid, than_member uuid)
 returns boolean
 language sql
 security definer
 set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
    where m.partner_id = of_partner and m.id <> than_member and m.role = 'PARTNER_OWNER' and m.status = 'active'
      and not exists (select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and (f.partner_id is null or f.partner_id = of_partner) and f.tenant_id is null))
  $$;

reset role;
