set role liaison_owner;

alter table consent_request validate constraint consent_request_ask;
alter table consent_request validate constraint consent_request_ask_creates;

reset role;
