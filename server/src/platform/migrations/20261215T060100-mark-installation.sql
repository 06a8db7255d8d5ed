set role liaison_owner;

-- What an installation was set up with and never changes. A process that was started with something else is refused before it
-- seals, signs or publishes anything.
create table installation_mark (
  name text primary key check (name in ('root key', 'audit log origin')),
  value text not null check (length(value) between 1 and 300),
  created_at timestamptz not null default now()
);
comment on table installation_mark is 'What the installation was set up with: a check value of LIAISON_SECRET_KEY, and the name of its audit log. Compared before a process works.';
comment on column installation_mark.value is 'Of the key: an HMAC over a fixed text under a key that is derived for that alone; it opens nothing.';
call private.protect('installation_mark');
create policy keeping on installation_mark for insert to liaison_owner with check (true);
create trigger append_only before update or delete on installation_mark for each row execute function private.refuse_change();

reset role;
