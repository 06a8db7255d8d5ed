set role liaison_owner;

-- Of a partner's operations on many links, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on bulk_item as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on bulk_item as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on bulk_operation as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
