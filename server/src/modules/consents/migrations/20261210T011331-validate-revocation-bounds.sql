set role liaison_owner;

alter table consent validate constraint consent_max_revocation;

reset role;
