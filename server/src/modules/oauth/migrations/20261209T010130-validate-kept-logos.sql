set role liaison_owner;

alter table api_client_logo validate constraint api_client_logo_kept;

reset role;
