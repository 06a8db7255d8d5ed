set role liaison_owner;

alter table api_client add column needs jsonb not null default '[]';
alter table api_client add constraint api_client_needs check (jsonb_typeof(needs) = 'array' and octet_length(needs::text) <= 8192 and not jsonb_path_exists(needs, 'strict $[*] ? (@.type() != "object")')
  and not jsonb_path_exists(needs, '$[*] ? (!(exists(@.action ? (@.type() == "string"))) || !(exists(@.is_needed ? (@.type() == "boolean")))
  || !(exists(@.why ? (@.type() == "string" || @.type() == "null")))
  || (@.is_needed == true && (@.action == "order.create" || @.action == "order.update")))')) not valid;
comment on constraint api_client_needs on api_client is 'What costs money is never needed: a customer decides about each such action.';
comment on column api_client.needs is 'What the client says it needs an action for, and whether it works without: read by customers when they decide. It opens nothing.';
grant insert (needs), update (needs) on api_client to liaison_program, liaison_tenant;

reset role;
