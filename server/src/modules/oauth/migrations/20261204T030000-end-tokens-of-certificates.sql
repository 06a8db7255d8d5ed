set role liaison_owner;

alter table issued_token add column certificate text;
comment on column issued_token.certificate is 'The thumbprint of the certificate that the token is bound to; null for one that is bound to a key.';

-- A certificate that is taken away takes the tokens that are bound to it along, and another binding takes all. A token of a client with
-- certificates whose certificate was not noted may be bound to the one that went.
create function private.end_tokens_of_certificates() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into revoked_token (jti_hash, client_id, ends_at)
  select t.jti_hash, t.client_id, t.ends_at
  from issued_token t
  where t.client_id = new.id and t.ends_at + access.token_leeway() > statement_timestamp()
    and (old.token_binding is distinct from new.token_binding or t.certificate is null
      or not exists (select from jsonb_array_elements(new.certificates) c where c ->> 'thumbprint' = t.certificate))
  on conflict do nothing;
  return null;
end
$$;
create trigger end_tokens after update of token_binding, certificates on api_client for each row
  when (old.token_binding is distinct from new.token_binding or (new.token_binding = 'mtls' and old.certificates is distinct from new.certificates))
  execute function private.end_tokens_of_certificates();

-- A token that is issued in the moment in which its certificate is taken away is born revoked: the row lock makes one wait for the other.
create function private.bury_token_of_certificate() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform from api_client k
  where k.id = new.client_id and k.token_binding = 'mtls'
    and exists (select from jsonb_array_elements(k.certificates) c where c ->> 'thumbprint' = new.certificate)
  for share;
  if not found then
    insert into revoked_token (jti_hash, client_id, ends_at) values (new.jti_hash, new.client_id, new.ends_at) on conflict do nothing;
  end if;
  return null;
end
$$;
create policy issuing on api_client to liaison_owner using (token_binding = 'mtls') with check (false);
create trigger bury_late_certificate after insert on issued_token for each row when (new.certificate is not null)
  execute function private.bury_token_of_certificate();

reset role;
