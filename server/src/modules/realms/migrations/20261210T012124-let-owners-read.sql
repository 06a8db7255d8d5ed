set role liaison_owner;

-- Of the users of its own base, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on end_user as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on end_user_token as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
