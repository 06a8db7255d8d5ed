set role liaison_owner;

create table vault_key (
  number integer primary key check (number > 0),
  sealed_key bytea not null,
  active_from timestamptz not null,
  created_at timestamptz not null default now()
);
comment on table vault_key is 'The data keys of the installation in the order of their use, each encrypted with LIAISON_SECRET_KEY. Every process knows a key before any seals or signs with it.';
comment on column vault_key.active_from is 'By the clock of the database. Until then the key only opens and verifies.';
call private.protect('vault_key');
create policy loading on vault_key for select to liaison_job using (true);
grant select on vault_key to liaison_job;
create trigger append_only before update on vault_key for each row execute function private.refuse_change();

reset role;
