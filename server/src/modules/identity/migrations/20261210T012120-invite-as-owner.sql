set role liaison_authz;

-- Whose people a context manages: its standing is asked, as the permission that it names is whatever its maker wrote.
create or replace function access.managed_organisation() returns table (kind text, organisation text)
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
  select m.kind, m.organisation::text
  from access.context() c
  cross join lateral (
    select 'program', 'partner_org.members.manage', 'partner', access.partner_of_owner()
    union all
    select 'tenant', 'tenant.members.manage', 'tenant', own from access.reach('tenant_member', 'update') own where c ->> 'plane' = 'tenant'
  ) m(plane, permission, kind, organisation)
  where access.is_in_own_plane() and c ->> 'plane' = m.plane and c ->> 'permission' = m.permission and m.organisation is not null
$$;

-- As before, but that a partner's invitations are an owner's, and a tenant's those of whoever manages its people.
create or replace function access.invite(invitation jsonb) returns uuid
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  context jsonb := access.context();
  kind text := invitation ->> 'kind';
  organisation uuid := (invitation ->> 'organisation_id')::uuid;
  kept uuid;
begin
  if context is null or not coalesce(case context ->> 'plane'
      when 'platform' then kind in ('platform', 'partner', 'tenant')
      when 'program' then kind = 'partner' and organisation = access.partner_of_owner()
      when 'tenant' then kind = 'tenant' and organisation in (select access.reach('tenant_member', 'update'))
    end, false) then
    raise exception 'this context does not invite into that organisation' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp()
  where t.purpose = 'invitation' and t.used_at is null and t.email = invitation ->> 'email'
    and t.detail ->> 'kind' = kind and t.detail ->> 'organisation_id' is not distinct from organisation::text;
  insert into public.single_use_token (purpose, token_hash, email, detail, ends_at)
  values ('invitation', decode(invitation ->> 'token_hash', 'hex'), invitation ->> 'email',
    jsonb_build_object('kind', kind, 'organisation_id', organisation, 'role', invitation ->> 'role', 'invited_by', context ->> 'actor_id', 'invited_by_name', context ->> 'actor_name'),
    statement_timestamp() + interval '7 days')
  returning id into kept;
  return kept;
end
$$;

reset role;
