set role liaison_owner;

-- Of the webhook endpoints, and through them of their secrets and deliveries, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on webhook_endpoint as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
