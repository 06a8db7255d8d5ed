set role liaison_owner;

alter table api_client validate constraint api_client_needs;

reset role;
