set role liaison_authz;

-- Whom a change of the configuration reaches is read by owners of the partner over the API; this told it whomever the context of the partner names.
create or replace function access.configuration_impact(partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if not access.is_in_own_plane() or (session_user <> 'liaison_platform' and partner is distinct from access.partner_of_owner()) then
    return null;
  end if;
  return jsonb_build_object(
    'members', (select count(*) from public.partner_member m where m.partner_id = partner and m.status = 'active'),
    'live_sessions', (select count(*) from access.live_session s join public.partner_member m on m.person_id = s.person_id and m.status = 'active' where m.partner_id = partner),
    'live_clients', (select count(*) from public.api_client k where k.partner_id = partner and k.status = 'active' and k.environment = 'live'),
    'sandbox_clients', (select count(*) from public.api_client k where k.partner_id = partner and k.status = 'active' and k.environment = 'sandbox'),
    'end_users', coalesce((select jsonb_object_agg(u.role, u.total) from (select e.role, count(*) as total from public.end_user e where e.partner_id = partner group by e.role) u), '{}'));
end
$$;

reset role;
