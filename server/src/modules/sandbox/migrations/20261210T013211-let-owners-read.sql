set role liaison_owner;

-- Which sandbox is its partner's, staff reads nothing of over the API, and read it in SQL.
create policy owners_read on sandbox_tenant as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
