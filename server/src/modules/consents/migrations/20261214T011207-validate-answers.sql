set role liaison_owner;

-- Rows that stood are looked at while others write.
alter table consent_request validate constraint consent_request_result_of_tenant;

reset role;
