set role liaison_owner;

alter table ingest_key add column makes_dashboard_tokens boolean not null default false;
comment on column ingest_key.makes_dashboard_tokens is 'Whether the key also makes tokens that show the figures of a partner (D12). Said when the key is made, and never changed.';
grant select (makes_dashboard_tokens) on ingest_key to liaison_platform;

reset role;
