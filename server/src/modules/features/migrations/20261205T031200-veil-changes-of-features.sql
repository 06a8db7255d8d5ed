set role liaison_owner;

-- As before, but only processes of the product can read which partner a change concerns; before, every login could.
create or replace function private.announce_features() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  changed jsonb := to_jsonb(new);
begin
  perform pg_notify('features_changed', private.veil_announcement(case tg_argv[0] when '' then '{}' else jsonb_build_object('partner_id', changed -> tg_argv[0]) end));
  return null;
end
$$;

reset role;
