set role liaison_owner;

-- Of its partner's configuration, staff reads nothing over the API but what is in force for itself, and read all of it in SQL.
create policy owners_read on configuration_in_force as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on partner_config_activation as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on partner_config_version as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on partner_configuration as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on partner_logo as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
