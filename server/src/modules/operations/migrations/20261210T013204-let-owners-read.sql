set role liaison_owner;

-- Of the orders for many links at once, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on bulk_operation as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on bulk_item as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
