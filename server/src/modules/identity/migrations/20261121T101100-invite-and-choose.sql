set role liaison_owner;

-- An invitation is written by the plane that invites, through the function below; it replaces an open one to the same address.
create policy inviting on single_use_token for insert to liaison_authz with check (purpose = 'invitation');
create policy replacing on single_use_token for update to liaison_authz using (purpose = 'invitation') with check (purpose = 'invitation');
grant insert, update on single_use_token to liaison_authz;
create index on single_use_token (email) where used_at is null;

create policy auth_invites on platform_staff for insert to liaison_auth with check (true);
grant insert (person_id, role) on platform_staff to liaison_auth;

-- What is over is removed by a job: tokens a week after their end, counted failures after a day.
create policy sweeping on single_use_token to liaison_job using (ends_at < now() - interval '7 days');
grant select (ends_at), delete on single_use_token to liaison_job;
create policy sweeping on sign_in_throttle to liaison_job using (last_failure_at < now() - interval '1 day');
grant select (last_failure_at), delete on sign_in_throttle to liaison_job;

reset role;
set role liaison_authz;

-- Keeps an invitation of the organisation that this transaction works in; a partner or tenant never invites into another.
create function access.invite(invitation jsonb) returns uuid
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
  kind text := invitation ->> 'kind';
  organisation uuid := (invitation ->> 'organisation_id')::uuid;
  kept uuid;
begin
  if context is null or not coalesce(case context ->> 'plane'
      when 'platform' then kind in ('platform', 'partner', 'tenant')
      when 'program' then kind = 'partner' and organisation = (context ->> 'partner_id')::uuid
      when 'tenant' then kind = 'tenant' and organisation = (context ->> 'tenant_id')::uuid
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

-- Where the person of this transaction can go: own memberships, and the tenants that the partner's links open to the person now.
create function access.own_frames() returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  person uuid := access.context_id('actor_id');
begin
  if person is null or access.context_plane() is distinct from 'auth' then
    return null;
  end if;
  return jsonb_build_object(
    'platform_role', (select s.role from public.platform_staff s where s.person_id = person and s.status = 'active'),
    'partner', (
      select jsonb_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'kinds', p.kinds, 'role', m.role)
      from public.partner_member m join public.partner p on p.id = m.partner_id
      where m.person_id = person and m.status = 'active' and p.status = 'active'),
    'tenants', coalesce((
      select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'role', m.role) order by t.name)
      from public.tenant_member m join public.tenant t on t.id = m.tenant_id
      where m.person_id = person and m.status = 'active' and t.status <> 'closed'), '[]'),
    'managed_tenant_ids', coalesce((
      select jsonb_agg(d.tenant_id order by d.tenant_id)
      from public.link_member a
      join public.delegation d on d.id = a.link_id
      join public.partner_member m on m.id = a.member_id and m.person_id = person and m.status = 'active'
      where a.person_id = person and (a.ends_at is null or a.ends_at > statement_timestamp())
        and access.in_force(d) and (access.mask_now(d) & a.mask) <> 0::bit(256)
        and not exists (
          select from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = person
            and (f.partner_id is null or f.partner_id = d.partner_id) and (f.tenant_id is null or f.tenant_id = d.tenant_id))), '[]'));
end
$$;

-- Which members of the own organisation have a second factor: whether, never which.
create function access.members_with_factor() returns setof uuid
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  return query
    select m.person_id
    from (
      select pm.person_id from public.partner_member pm
      where access.context_plane() = 'program' and pm.partner_id = access.context_id('partner_id')
      union all
      select tm.person_id from public.tenant_member tm
      where access.context_plane() = 'tenant' and tm.tenant_id = access.context_id('tenant_id')
    ) m
    where exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null)
      or exists (select from public.passkey k where k.person_id = m.person_id);
end
$$;

grant execute on function access.invite(jsonb) to liaison_platform, liaison_program, liaison_tenant;
grant execute on function access.own_frames() to liaison_auth;
grant execute on function access.members_with_factor() to liaison_program, liaison_tenant;

reset role;
