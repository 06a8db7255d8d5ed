-- A partner's configuration is its owners' to read, as its versions are; in its realm it is everybody's who acts there.
create or replace function access.read_configuration(partner uuid) returns TABLE(document jsonb, version integer) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select access.configuration(partner), (select c.active_version from public.partner_configuration c where c.partner_id = partner)
  where session_user in ('liaison_auth', 'liaison_job', 'liaison_guard') or (session_user = 'liaison_platform' and access.is_in_own_plane()) or partner = case when session_user in ('liaison_program', 'liaison_delegate') then access.partner_of_owner() else access.context_id('partner_id') end
  $$;
