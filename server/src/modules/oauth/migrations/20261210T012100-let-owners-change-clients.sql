set role liaison_owner;

-- The row policies of a partner's API clients asked for the partner, so that staff, to whom the API refuses it, could have
-- changed them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on api_client as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on api_client as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on api_client_logo as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on api_client_logo as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on consent as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
