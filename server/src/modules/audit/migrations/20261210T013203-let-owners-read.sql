set role liaison_owner;

-- Of what a partner's people did, staff reads nothing over the API, and read all of it in SQL.
create policy owners_read on audit_scope as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
