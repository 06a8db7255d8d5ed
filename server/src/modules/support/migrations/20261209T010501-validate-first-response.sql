set role liaison_owner;

alter table ticket validate constraint ticket_first_response;

reset role;
