set role liaison_owner;

-- Of a partner's asks for consent, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_update on consent_ask as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
