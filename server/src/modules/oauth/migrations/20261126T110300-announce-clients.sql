set role liaison_owner;

-- Whoever keeps for a moment that a client's token counts hears at once when the client is stopped or changed.
create trigger announced after update of status, jwks, mask, scopes on api_client
  for each row execute function private.announce_access('partner_id=partner_id,tenant_id=tenant_id');

reset role;
