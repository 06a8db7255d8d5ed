set role liaison_authz;

-- Over the API owners of a partner read which colleague has a second factor; whoever works there, or had left, was told it here.
create or replace function access.members_with_factor() returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  return query
    select m.person_id
    from (
      select pm.person_id from public.partner_member pm
      where access.context_plane() = 'program' and pm.partner_id = access.partner_of_owner()
      union all
      select tm.person_id from public.tenant_member tm
      where access.context_plane() = 'tenant' and tm.tenant_id in (select r.id from access.reach('tenant_member', 'select') r (id) where r.id = access.context_id('tenant_id'))
    ) m
    where exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null)
      or exists (select from public.passkey k where k.person_id = m.person_id);
end
$$;

reset role;
