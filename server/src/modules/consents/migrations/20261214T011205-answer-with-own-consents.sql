set role liaison_owner;

-- What comes of an answer is a consent of the same tenant: with another tenant's in it, whoever answered was handed that one's grant, and the clock let
-- it lapse with their own request.
alter table consent_request add constraint consent_request_result_of_tenant foreign key (tenant_id, result_id) references delegation (tenant_id, id) not valid;

reset role;
