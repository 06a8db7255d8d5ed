set role liaison_owner;

-- Of a partner's webhook endpoints and their secrets, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on webhook_endpoint as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on webhook_endpoint as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on webhook_endpoint as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on webhook_secret as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on webhook_secret as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on webhook_secret as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on webhook_delivery as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on webhook_delivery as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
