set role liaison_owner;

-- Of the teams, staff of a partner reads over the API who came by which one to a link, and read all of it in SQL.
create policy owners_read on partner_team as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on team_member as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on team_grant as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
