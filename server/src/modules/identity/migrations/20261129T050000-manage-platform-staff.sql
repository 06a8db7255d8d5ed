set role liaison_owner;

-- Taking somebody out of the provider's people; the function below is the only way to it.
create policy removing on platform_staff for delete to liaison_authz using (true);
grant delete on platform_staff to liaison_authz;

reset role;
set role liaison_authz;

-- Whether this context looks after the provider's people: the one decided operation, or the operator at the machine.
create function access.manages_staff() returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$
  select coalesce(c ->> 'plane' = 'platform' and (c ->> 'permission' = 'platform.persons.manage' or (c ->> 'actor_type' = 'system' and c ->> 'source' = 'cli')), false)
  from access.context() c
$$;

-- Invitations to administer the platform that still work.
create function access.open_staff_invitations()
  returns table (id uuid, email text, role text, invited_by text, ends_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select t.id, t.email, t.detail ->> 'role', t.detail ->> 'invited_by_name', t.ends_at
  from public.single_use_token t
  where access.context_plane() = 'platform' and t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform'
    and t.used_at is null and t.ends_at > statement_timestamp()
$$;

-- An invitation works no more: answers its address, or null when there is none that works.
create function access.withdraw_staff_invitation(invitation uuid) returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  withdrawn text;
begin
  if not access.manages_staff() then
    raise exception 'who administers the platform is decided by its administrators alone' using errcode = 'insufficient_privilege';
  end if;
  update public.single_use_token t set used_at = statement_timestamp()
  where t.id = invitation and t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform' and t.used_at is null and t.ends_at > statement_timestamp()
  returning t.email into withdrawn;
  return withdrawn;
end
$$;

-- Takes somebody out of the provider's people, with every invitation of theirs to it. Answers what came of it: `removed`, `unknown`, or `own`,
-- since nobody takes out themselves: so somebody always stays, unless the operator decides otherwise. One at a time, so that no two take out each
-- other: who has been taken out meanwhile takes out nobody.
create function access.remove_staff(person uuid) returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  actor uuid := access.context_id('actor_id');
  is_operator boolean := coalesce(access.context() ->> 'actor_type' = 'system' and access.context() ->> 'source' = 'cli', false);
begin
  if not access.manages_staff() then
    raise exception 'who administers the platform is decided by its administrators alone' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('platform_staff', '00000000-0000-0000-0000-000000000000'));
  if not is_operator and not exists (select from public.platform_staff s where s.person_id = actor and s.status = 'active') then
    raise exception 'this person no longer administers the platform' using errcode = 'insufficient_privilege';
  end if;
  if not is_operator and person = actor then
    return 'own';
  end if;
  if not exists (select from public.platform_staff s where s.person_id = person) then
    return 'unknown';
  end if;
  delete from public.platform_staff s where s.person_id = person;
  update public.single_use_token t set used_at = statement_timestamp()
  where t.purpose = 'invitation' and t.detail ->> 'kind' = 'platform' and t.detail ->> 'invited_by' = person::text and t.used_at is null;
  return 'removed';
end
$$;

grant execute on function access.open_staff_invitations(), access.withdraw_staff_invitation(uuid), access.remove_staff(uuid) to liaison_platform;

reset role;
