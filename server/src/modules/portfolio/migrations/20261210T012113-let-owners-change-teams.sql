set role liaison_owner;

-- Of a partner's teams and groups of tenants, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on partner_team as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on partner_team as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on partner_team as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on team_grant as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on team_grant as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on team_member as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on team_member as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on tenant_group as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on tenant_group as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on tenant_group as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on tenant_group_entry as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on tenant_group_entry as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
