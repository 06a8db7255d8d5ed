set role liaison_owner;

-- An administrator removes what a person lost; the function below is the only way to it.
create policy resetting on totp_factor for delete to liaison_authz using (true);
create policy resetting on passkey for delete to liaison_authz using (true);
create policy resetting on recovery_code for delete to liaison_authz using (true);
create policy resetting on single_use_token for delete to liaison_authz using (true);
create policy resetting on session for update to liaison_authz using (true);
grant delete on totp_factor, passkey, recovery_code, single_use_token to liaison_authz;
grant update (ended_at, end_reason) on session to liaison_authz;

reset role;
set role liaison_authz;

-- The members of the own tenant. Addresses are shown to its admins: whoever invites people must know which of them is meant.
create function access.own_members()
  returns table (member_id uuid, person_id uuid, name text, email text, role text, status text, since timestamptz, has_factor boolean)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select tm.id, tm.person_id, p.name, case when reader.is_admin then p.email end, tm.role,
    case when p.status = 'active' then tm.status else 'inactive' end, tm.created_at,
    tm.person_id in (select access.members_with_factor())
  from public.tenant_member tm
  join public.person p on p.id = tm.person_id
  cross join (
    select exists (
      select from public.tenant_member own
      where own.tenant_id = access.context_id('tenant_id') and own.person_id = access.context_id('actor_id') and own.role = 'TENANT_ADMIN' and own.status = 'active'
    ) as is_admin
  ) reader
  where access.context_plane() = 'tenant'
    and tm.tenant_id = access.context_id('tenant_id')
    and tm.tenant_id in (select access.reach('tenant_member', 'select'))
$$;

-- Whether persons have a second factor, for the provider's people; never which.
create function access.persons_with_factor(persons uuid[]) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select asked.id from unnest(persons) asked(id)
  where access.context_plane() = 'platform'
    and (exists (select from public.totp_factor f where f.person_id = asked.id and f.confirmed_at is not null)
      or exists (select from public.passkey k where k.person_id = asked.id))
$$;

-- Removes every second factor of a person and ends every sign-in, finished or half-finished. Bound to the permission that was decided, so
-- that no other operation of the platform reaches it.
create function access.reset_factors(person uuid) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  apps integer;
  passkeys integer;
  codes integer;
  sessions integer;
begin
  if access.context_plane() is distinct from 'platform' or access.context() ->> 'permission' is distinct from 'platform.persons.manage' then
    raise exception 'second factors are reset by the provider''s people alone' using errcode = 'insufficient_privilege';
  end if;
  delete from public.totp_factor f where f.person_id = person;
  get diagnostics apps = row_count;
  delete from public.passkey k where k.person_id = person;
  get diagnostics passkeys = row_count;
  delete from public.recovery_code c where c.person_id = person and c.used_at is null;
  get diagnostics codes = row_count;
  delete from public.recovery_code c where c.person_id = person;
  delete from public.single_use_token t where t.person_id = person and t.purpose in ('sign_in', 'passkey_challenge');
  update public.session s set ended_at = statement_timestamp(), end_reason = 'factors_reset' where s.person_id = person and s.ended_at is null;
  get diagnostics sessions = row_count;
  return jsonb_build_object('apps', apps, 'passkeys', passkeys, 'codes', codes, 'sessions', sessions);
end
$$;

grant execute on function access.own_members() to liaison_tenant;
grant execute on function access.persons_with_factor(uuid[]), access.reset_factors(uuid) to liaison_platform;

reset role;
