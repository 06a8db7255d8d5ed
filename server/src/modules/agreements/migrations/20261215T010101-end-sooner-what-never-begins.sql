set role liaison_owner;

-- As before; and what was ended for a day before it would have begun, which holds never but lets what held before it hold until then, unless a later version took their place.
CREATE OR REPLACE FUNCTION private.ends_sooner(g_old public.agreement, g_new public.agreement, side text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path = pg_catalog, public
AS $function$
  select side = 'provider' and g_old.state = 'terminated' and g_new.state = 'terminated' and g_new.terminates_at < g_old.terminates_at
    and g_old.terminates_at > statement_timestamp()
    and case when isempty(g_old.effective)
      then g_old.terminates_at <= g_old.starts_at and not exists (
        select from agreement n
        where n.partner_id = g_old.partner_id and n.program_id = g_old.program_id and n.version > g_old.version and lower(n.effective) <= statement_timestamp())
      else upper(g_old.effective) > statement_timestamp() end
  $function$;

reset role;
