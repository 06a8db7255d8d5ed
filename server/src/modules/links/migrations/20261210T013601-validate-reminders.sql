set role liaison_owner;

alter table link_reminder validate constraint link_reminder_what_check;

reset role;
