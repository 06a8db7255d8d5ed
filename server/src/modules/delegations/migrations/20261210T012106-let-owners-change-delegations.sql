set role liaison_owner;

-- Of a partner's links, who is assigned to them, and freezes, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on access_freeze as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on access_freeze as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on delegation as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on delegation as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on delegation_history as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on link as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on link as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on link_change_request as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on link_change_request as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on link_member as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on link_member as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on link_member as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on link_override as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on link_override as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on link_override as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
