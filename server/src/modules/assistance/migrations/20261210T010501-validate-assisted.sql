set role liaison_owner;

alter table delegation validate constraint delegation_kind_check;

reset role;
