-- Commands at the machine work under the same row policies as the server: they step into the role of a plane's login.
grant liaison_ingest, liaison_platform, liaison_job to current_user;

set role liaison_authz;

-- The door of the operator's commands. The operator holds the administrator's login, so the plane is theirs to name.
create function access.enter_operator(request jsonb) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if not pg_has_role(session_user, 'liaison_owner', 'member') then
    raise exception 'this login has no operator context' using errcode = 'insufficient_privilege';
  end if;
  if request ->> 'plane' is null or request ->> 'plane' not in ('ingest', 'platform', 'system') or request ->> 'actor_name' is null then
    raise exception 'an operator names a plane and who acts' using errcode = 'invalid_parameter_value';
  end if;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', request ->> 'plane', 'actor_type', 'system', 'actor_id', request ->> 'actor_id',
    'actor_name', request ->> 'actor_name', 'request_id', request ->> 'request_id', 'route', request ->> 'route', 'source', 'cli')));
  return jsonb_build_object('now', statement_timestamp());
end
$$;
grant execute on function access.enter_operator(jsonb) to liaison_owner;

reset role;
set role liaison_owner;

-- Tickets and imports name partners; a link that the operator attests is written by the provider's side.
create policy ingesting on partner for select to liaison_ingest using ((select access.context_plane()) = 'ingest');
grant select (id, name, slug, status) on partner to liaison_ingest;
grant insert (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message) on link to liaison_platform;

reset role;
