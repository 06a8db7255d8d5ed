set role liaison_owner;

-- Of the identity checks, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on kyc_case as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on kyc_review as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on kyc_event as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on kyc_secret as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
