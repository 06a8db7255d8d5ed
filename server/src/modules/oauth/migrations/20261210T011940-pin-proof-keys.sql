set role liaison_owner;

alter table api_client add column pins_proof_key boolean not null default false;
comment on column api_client.pins_proof_key is 'Whether what follows a token is held to the key that the token was bound to (RFC 9449 section 5): a refresh or an exchange with the proof of another key is refused.';
grant insert (pins_proof_key), update (pins_proof_key) on api_client to liaison_program, liaison_tenant;

reset role;
