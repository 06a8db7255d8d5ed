set role liaison_owner;

alter table consent_request validate constraint consent_request_answers;
alter table consent_request validate constraint consent_request_answer_merges;

reset role;
