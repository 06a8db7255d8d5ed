set role liaison_owner;

-- Of the plans, what they cost and at which price they are lent, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on partner_plan as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on plan as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on plan_role as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on plan_version as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
