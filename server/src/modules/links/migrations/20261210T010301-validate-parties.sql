set role liaison_owner;

alter table delegation validate constraint delegation_parties;

reset role;
