set role liaison_owner;

alter table api_client add column live_approved_at timestamptz;
comment on column api_client.live_approved_at is 'When the provider let the client work for real customers; null for one that began there.';
grant update (live_approved_at) on api_client to liaison_platform;

alter table api_client_use add column first_live_call_at timestamptz;
comment on column api_client_use.first_live_call_at is 'The first allowed call after the client went live.';

create policy counting on api_client_use to liaison_authz using (true) with check (true);
grant insert, update on api_client_use to liaison_authz;

reset role;
set role liaison_authz;

-- Notes the first allowed call of a client, and its last to the minute, from the event that the call writes anyway. What is fresh is left
-- alone without a lock, so that calls of one client do not wait for each other.
create function access.note_client_use() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  is_live boolean;
begin
  select k.environment = 'live' into is_live from public.api_client k where k.id = new.actor_id;
  if not found or exists (
    select from public.api_client_use u
    where u.client_id = new.actor_id and u.first_call_at is not null and u.last_used_at > new.occurred_at - interval '1 minute' and (u.first_live_call_at is not null or not is_live)) then
    return null;
  end if;
  insert into public.api_client_use as u (client_id, first_call_at, last_used_at, first_live_call_at)
  values (new.actor_id, new.occurred_at, new.occurred_at, case when is_live then new.occurred_at end)
  on conflict (client_id) do update set
    first_call_at = coalesce(u.first_call_at, excluded.first_call_at),
    last_used_at = greatest(u.last_used_at, excluded.last_used_at),
    first_live_call_at = coalesce(u.first_live_call_at, excluded.first_live_call_at);
  return null;
end
$$;

-- What of the steps towards the first call the partner's own login cannot see by itself. What happens in the sandbox counts for none of them.
create function access.onboarding_facts() returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object(
    'owner_has_factor', exists (
      select from public.partner_member m
      where m.partner_id = own.id and m.role = 'PARTNER_OWNER' and m.status = 'active' and m.person_id in (select access.members_with_factor())),
    'access_requested_at', least(
      (select min(r.created_at) from public.consent_request r join public.api_client k on k.id = r.client_id
        where r.partner_id = own.id and k.environment = 'live' and r.created_at >= coalesce(k.live_approved_at, k.created_at)),
      real.requested_at),
    'tenant_approved_at', real.approved_at)
  from (select access.own_partner() as id) own
  cross join lateral (
    select min(d.requested_at) as requested_at, min(d.approved_at) as approved_at
    from public.delegation d join public.tenant t on t.id = d.tenant_id
    where d.partner_id = own.id and d.kind in ('consent', 'resale') and not t.is_sandbox) real
  where own.id is not null and access.context_plane() = 'program'
$$;

grant execute on function access.note_client_use() to liaison_owner;
grant execute on function access.onboarding_facts() to liaison_program;

reset role;
set role liaison_owner;

create trigger note_client_use after insert on audit_event for each row
  when (new.actor_type = 'client' and new.outcome = 'allowed' and new.plane in ('tenant', 'delegation'))
  execute function access.note_client_use();

reset role;
