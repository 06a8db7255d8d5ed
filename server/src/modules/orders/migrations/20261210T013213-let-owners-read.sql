set role liaison_owner;

-- Whom its partner resells to, and who pays, staff reads nothing of over the API, and read all of it in SQL.
create policy owners_read on commercial_relationship as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
