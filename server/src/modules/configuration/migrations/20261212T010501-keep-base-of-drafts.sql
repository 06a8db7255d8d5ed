set role liaison_owner;
grant insert (based_on) on partner_config_version to liaison_platform;
reset role;

set role liaison_authz;

-- The provider says from which version it drafted one, with 0 for the defaults; whoever says nothing drafted from what is in force. A draft that was
-- begun before another version was put in force, and saved after, passed for one that knew it.
create or replace function access.keep_version() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('configuration', new.partner_id));
  new.based_on := case when new.based_on is null or session_user = 'liaison_program' then access.configuration_version(new.partner_id) else nullif(new.based_on, 0) end;
  new.version := coalesce((select max(v.version) from public.partner_config_version v where v.partner_id = new.partner_id), 0) + 1;
  new.sha256 := encode(sha256(convert_to(new.document::text, 'UTF8')), 'hex');
  if session_user = 'liaison_program' and new.document - 'branding' is distinct from
    coalesce((select v.document - 'branding' from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.based_on), '{}') then
    raise exception 'a partner changes its own branding alone' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;

reset role;
