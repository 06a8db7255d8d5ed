set role liaison_owner;

create table audit_key (
  number integer primary key check (number > 1),
  verifier_key text not null unique,
  after_size bigint not null check (after_size >= 0),
  is_predecessor_stolen boolean not null,
  reason text check (length(reason) between 1 and 500),
  sealed_key bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint a_theft_has_a_reason check (reason is not null or not is_predecessor_stolen)
);
comment on table audit_key is 'The keys that sign checkpoints of the audit log, from the second on; the first comes from LIAISON_SECRET_KEY. Each signs from where the one before ended.';
comment on column audit_key.after_size is 'It signs checkpoints of more events than this; the key before signs none of them.';
comment on column audit_key.is_predecessor_stolen is 'Somebody else may have the key before: what it alone signed proves nothing any more.';
comment on column audit_key.sealed_key is 'Encrypted with the data key: the other columns and, of the newest key only, its private half. So nobody adds a key with rights to the database alone.';
call private.protect('audit_key');
call private.audit_changes('audit_key', false);
create policy sealing on audit_key for select to liaison_sealer using (true);
grant select on audit_key to liaison_sealer;
create trigger append_only before update of number, verifier_key, after_size, is_predecessor_stolen, reason, created_at or delete on audit_key
  for each row execute function private.refuse_change();
create trigger no_truncate before truncate on audit_key for each statement execute function private.refuse_change();

reset role;
