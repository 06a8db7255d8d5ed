set role liaison_owner;

-- As before, but only processes of the product can read whom a change concerns; before, every login could.
create or replace function private.announce_access() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  -- A removed row is told as it was.
  changed jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  subject text;
  told jsonb := '{}';
begin
  foreach subject in array string_to_array(tg_argv[0], ',') loop
    told := told || jsonb_build_object(split_part(subject, '=', 1), changed -> split_part(subject, '=', 2));
  end loop;
  perform pg_notify('access_changed', private.veil_announcement(jsonb_strip_nulls(told)));
  return null;
end
$$;

reset role;
