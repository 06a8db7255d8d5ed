set role liaison_owner;

-- Of a partner's identity checks and the keys of vendors, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_update on kyc_case as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on kyc_review as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on kyc_secret as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on kyc_secret as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on kyc_secret as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
