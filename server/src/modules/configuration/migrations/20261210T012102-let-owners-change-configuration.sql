set role liaison_owner;

-- Of a partner's configuration and look, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on partner_config_version as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on partner_configuration as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on partner_configuration as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on partner_logo as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
