set role liaison_owner;

-- Of the API clients with their images, consents and resales, staff of a partner reads nothing over the API, and read all of it in SQL.
create policy owners_read on api_client as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on api_client_logo as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on consent as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on resale as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on delegation_account as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

-- In the plane of delegations nobody asks for any of these.
drop policy partner_side_read on consent;
drop policy partner_side_read on resale;
drop policy partner_side_read on delegation_account;
revoke select on consent, resale, delegation_account from liaison_delegate;

reset role;
