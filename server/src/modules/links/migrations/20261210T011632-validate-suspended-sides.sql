set role liaison_owner;

alter table delegation validate constraint delegation_suspended_by_side;

reset role;
