set role liaison_owner;

alter table ticket validate constraint ticket_status_known;

reset role;
