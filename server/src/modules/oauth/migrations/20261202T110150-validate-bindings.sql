set role liaison_owner;

alter table api_client validate constraint api_client_token_binding_check;
alter table api_client validate constraint api_client_certificates_check;
alter table api_client validate constraint api_client_certificate;

reset role;
