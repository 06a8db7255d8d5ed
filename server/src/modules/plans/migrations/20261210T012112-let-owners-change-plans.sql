set role liaison_owner;

-- Of a partner's plans and subscriptions, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on plan as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on plan as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on plan_role as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on plan_role as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on plan_version as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on plan_version as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on partner_plan as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on subscription as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on subscription_hold as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on subscription_hold as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
