-- When a digest went out stands in alert_notice (told_at, outcome); no program and no function ever read or wrote this table.
set role liaison_owner;

drop table alert_digest;

reset role;
