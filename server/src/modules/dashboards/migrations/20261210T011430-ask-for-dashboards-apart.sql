set role liaison_authz;

-- Whether the key of this transaction could make a token for the partner now, and what stands against it. Keys for dashboards have a plane of
-- their own; one that hands records in is told that it may not.
create or replace function access.prepare_dashboard(of_partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if not coalesce(session_user = 'liaison_ingest' and access.context_plane() in ('ingest', 'dashboard'), false) then
    raise exception 'the provider''s own systems alone ask for a dashboard' using errcode = 'insufficient_privilege';
  end if;
  -- A key that may not make tokens learns nothing of partners or settings.
  if not access.is_dashboard_key(access.context_id('actor_id')) then
    return jsonb_build_object('is_key_in_force', false);
  end if;
  return access.dashboard_facts(of_partner) || jsonb_build_object('is_key_in_force', true);
end
$$;

reset role;
