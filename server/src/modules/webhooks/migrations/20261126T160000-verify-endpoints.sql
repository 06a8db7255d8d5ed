set role liaison_owner;

alter table webhook_endpoint add column verified_at timestamptz;
comment on column webhook_endpoint.verified_at is 'When the address answered a signed endpoint.verify with success. Until then nothing else is sent to it; a new address has to answer anew.';
grant update (verified_at) on webhook_endpoint to liaison_job;

-- An owner has no way to say that an address has answered, and none to keep the answer of another address.
create function private.forget_verification() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
begin
  new.verified_at := null;
  return new;
end
$$;
create trigger forget_verification before update of url on webhook_endpoint for each row when (old.url is distinct from new.url) execute function private.forget_verification();

alter table webhook_secret add column sealed_signing_key bytea, add column public_key bytea check (octet_length(public_key) = 32), add check ((sealed_signing_key is null) = (public_key is null));
comment on column webhook_secret.sealed_signing_key is 'Encrypted with the data key of the installation and bound to this row: the Ed25519 seed of signatures v1a; read by the job that delivers, by nobody else.';
comment on column webhook_secret.public_key is 'What receivers verify signatures v1a with; not a secret.';
grant select (public_key), insert (sealed_signing_key, public_key) on webhook_secret to liaison_program, liaison_tenant;

alter table webhook_delivery add column response_excerpt text check (octet_length(response_excerpt) <= 2048);
comment on column webhook_delivery.response_excerpt is 'The beginning of the last answer as text, without what looks like a credential; null for none, and for answers from inside the provider''s own networks.';
grant update (response_excerpt) on webhook_delivery to liaison_program, liaison_tenant;

reset role;
