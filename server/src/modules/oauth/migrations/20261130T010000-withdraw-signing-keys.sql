set role liaison_owner;

alter table signing_key add column withdrawn_at timestamptz;
comment on column signing_key.withdrawn_at is 'Set by an emergency rotation: from then on the key is not published and nothing that it signed counts. Null for a key that retired in its time.';
grant select (withdrawn_at), update (withdrawn_at) on signing_key to liaison_platform;

reset role;
