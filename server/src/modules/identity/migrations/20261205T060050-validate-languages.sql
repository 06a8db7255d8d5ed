set role liaison_owner;

alter table person validate constraint person_language_check;

reset role;
