-- As the tables of accounts do, which tell administrators alone.
create or replace function access.find_partner_for_account(wanted_slug text) returns TABLE(id uuid, name text) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$ select p.id, p.name from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select')) $$;
