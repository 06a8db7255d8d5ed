set role liaison_authz;

-- As before, without a notification that nobody listened for and that told every login whose configuration changes.
create or replace function access.put_in_force() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.partner_config_activation (partner_id, version, previous_version, kind, reason, activated_by, activated_by_name, activated_at)
  values (new.partner_id, new.active_version, case when tg_op = 'UPDATE' then old.active_version end, new.kind, new.reason, new.activated_by, new.activated_by_name, new.activated_at);
  insert into public.configuration_in_force (partner_id, version, document)
  select v.partner_id, v.version, access.merge_configuration(v.document)
  from public.partner_config_version v where v.partner_id = new.partner_id and v.version = new.active_version
  on conflict (partner_id) do update set version = excluded.version, document = excluded.document;
  return null;
end
$$;

create or replace function access.refresh_configurations() returns integer
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  changed integer;
begin
  insert into public.configuration_in_force (partner_id, version, document) values (null, null, access.merge_configuration('{}'))
  on conflict (partner_id) do update set document = excluded.document where public.configuration_in_force.document is distinct from excluded.document;
  update public.configuration_in_force c set document = access.merge_configuration(v.document)
  from public.partner_config_version v
  where v.partner_id = c.partner_id and v.version = c.version and c.document is distinct from access.merge_configuration(v.document);
  get diagnostics changed = row_count;
  return changed;
end
$$;

reset role;
