set role liaison_owner;

-- Of the subscriptions and payments, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on subscription as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on subscription_event as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on subscription_hold as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on subscription_term as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on payment_event as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
