-- The salts stand in address_salt; no program read them here.
set role liaison_owner;

alter table realm drop column address_salt;

reset role;
