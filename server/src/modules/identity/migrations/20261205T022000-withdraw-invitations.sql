set role liaison_owner;

alter table single_use_token add column withdrawn_at timestamptz;
comment on column single_use_token.withdrawn_at is 'When whoever may invite took an invitation back; it counts as used from then on.';

reset role;
set role liaison_authz;

-- The kind and the id of the organisation whose people this context manages, as an invitation names them; no row for any other context.
create function access.managed_organisation() returns table (kind text, organisation text)
  language sql stable
  set search_path = pg_catalog
  as $$
  select m.kind, m.organisation
  from access.context() c
  cross join lateral (values
    ('program', 'partner_org.members.manage', 'partner', c ->> 'partner_id'),
    ('tenant', 'tenant.members.manage', 'tenant', c ->> 'tenant_id')) m(plane, permission, kind, organisation)
  where access.is_in_own_plane() and c ->> 'plane' = m.plane and c ->> 'permission' = m.permission and m.organisation is not null
$$;

-- The own invitations that were not answered: open ones, and for a week those that were withdrawn or ran out.
create function access.own_invitations() returns table (id uuid, email text, role text, invited_by text, created_at timestamptz, ends_at timestamptz, withdrawn_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select t.id, t.email, t.detail ->> 'role', t.detail ->> 'invited_by_name', t.created_at, t.ends_at, t.withdrawn_at
  from access.managed_organisation() own
  join public.single_use_token t on t.purpose = 'invitation' and t.detail ->> 'kind' = own.kind and t.detail ->> 'organisation_id' = own.organisation
  where (t.used_at is null or t.withdrawn_at is not null) and t.ends_at > statement_timestamp() - interval '7 days'
$$;

-- An own invitation works no more. Answers where it went to and as what; null when none with this id works. Whoever joins at the same moment either
-- has joined or does not.
create function access.withdraw_invitation(invitation uuid) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  withdrawn jsonb;
begin
  if not exists (select from access.managed_organisation()) then
    raise exception 'this context withdraws no invitation' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp(), withdrawn_at = statement_timestamp()
  from access.managed_organisation() own
  where t.id = invitation and t.purpose = 'invitation' and t.detail ->> 'kind' = own.kind and t.detail ->> 'organisation_id' = own.organisation
    and t.used_at is null and t.ends_at > statement_timestamp()
  returning jsonb_build_object('email', t.email, 'role', t.detail ->> 'role') into withdrawn;
  return withdrawn;
end
$$;

-- As before; the link says that it was withdrawn.
create or replace function access.withdraw_staff_invitation(invitation uuid) returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  withdrawn text;
begin
  if not access.manages_staff() then
    raise exception 'who administers the platform is decided by its administrators alone' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp(), withdrawn_at = statement_timestamp()
  where t.id = invitation and t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform' and t.used_at is null and t.ends_at > statement_timestamp()
  returning t.email into withdrawn;
  return withdrawn;
end
$$;

grant execute on function access.own_invitations(), access.withdraw_invitation(uuid) to liaison_program, liaison_tenant;

reset role;
