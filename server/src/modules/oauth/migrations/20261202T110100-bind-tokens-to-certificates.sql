set role liaison_owner;

alter table api_client
  add column token_binding text not null default 'dpop',
  add column certificates jsonb not null default '[]';
alter table api_client add constraint api_client_token_binding_check check (token_binding in ('dpop', 'mtls')) not valid;
alter table api_client add constraint api_client_certificates_check check (jsonb_typeof(certificates) = 'array' and jsonb_array_length(certificates) <= 2) not valid;
alter table api_client add constraint api_client_certificate check (token_binding = 'dpop' or jsonb_array_length(certificates) > 0) not valid;
comment on column api_client.token_binding is 'How tokens are bound to the client: to a key that it proves (RFC 9449), or to a certificate of a mutual TLS connection (RFC 8705). Nothing that a request shows changes it.';
comment on column api_client.certificates is 'The certificates that tokens may be bound to: the one in use and, during a rotation, its successor.';
grant insert (token_binding, certificates), update (token_binding, certificates) on api_client to liaison_program, liaison_tenant;

-- Whoever keeps for a moment that a client's token counts hears at once when what it is bound to changes.
create trigger announced_binding after update of token_binding, certificates on api_client
  for each row execute function private.announce_access('partner_id=partner_id,tenant_id=tenant_id');

reset role;
