set role liaison_owner;

alter table api_client add column asks_without_browser boolean not null default false;
comment on column api_client.asks_without_browser is 'Whether the client may ask a customer in the back channel to approve something (OpenID Connect Client-Initiated Backchannel Authentication). It opens nothing: a customer decides each time.';
grant insert (asks_without_browser), update (asks_without_browser) on api_client to liaison_program, liaison_tenant;

reset role;
