-- The form's door decides in one statement since: nothing asks these any more.
set role liaison_authz;

drop function access.freezes_of_form(uuid, uuid);
drop function access.hold_for_form(uuid);
drop function access.spend_ticket(bytea, bytea, timestamptz);

reset role;
