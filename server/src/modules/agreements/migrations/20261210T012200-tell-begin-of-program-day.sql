set role liaison_authz;

-- When a calendar day begins where the program is at home: lists and files of the program go by it.
create function access.program_day_begins(day date) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select day::timestamp at time zone coalesce((select p.timezone from public.program p where p.code = 'standard'), 'UTC') $$;
grant execute on function access.program_day_begins(date) to liaison_program, liaison_platform;

reset role;
