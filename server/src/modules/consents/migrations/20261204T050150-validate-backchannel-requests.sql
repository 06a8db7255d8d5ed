set role liaison_owner;

alter table consent_request validate constraint consent_request_backchannel;
alter table consent_request validate constraint consent_request_backchannel_creates;

reset role;
