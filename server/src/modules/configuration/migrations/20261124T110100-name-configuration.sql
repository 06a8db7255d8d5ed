set role liaison_owner;

alter table access_explanation add column config_version integer;
comment on column access_explanation.config_version is 'The version of the partner''s configuration that was in force when it was decided; null while the platform''s defaults were (C2).';

reset role;
set role liaison_authz;

create function access.name_configuration() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  new.config_version := access.configuration_version(new.partner_id);
  return new;
end
$$;
grant execute on function access.name_configuration() to liaison_owner;

reset role;
set role liaison_owner;
create trigger name_configuration before insert on access_explanation for each row execute function access.name_configuration();
reset role;
