set role liaison_owner;

create table audit_leaf (
  leaf_index bigint primary key check (leaf_index >= 0),
  event_id uuid not null unique,
  occurred_at timestamptz not null,
  hash bytea not null check (length(hash) = 32)
);
comment on table audit_leaf is 'The leaves of the Merkle tree over the audit log (RFC 9162 section 2.1), kept for ever: 32 bytes for an event.';
call private.protect('audit_leaf');

create table audit_checkpoint (
  size bigint primary key check (size > 0),
  root bytea not null check (length(root) = 32),
  peaks bytea not null,
  last_xid xid8 not null,
  last_id uuid not null,
  note text not null,
  sealed_at timestamptz not null default clock_timestamp()
);
comment on table audit_checkpoint is 'Signed roots of the audit log (C2SP tlog-checkpoint), one per round of the sealer that found events.';
comment on column audit_checkpoint.peaks is 'The roots of the perfect subtrees, largest first, 32 bytes each: all that is needed to append.';
comment on column audit_checkpoint.last_xid is 'Events up to this transaction and id are sealed; the next round starts behind them.';
call private.protect('audit_checkpoint');

create table audit_watermark (
  number bigint generated always as identity primary key,
  size bigint not null,
  cluster_id text not null,
  from_xid xid8 not null,
  started_at timestamptz not null default clock_timestamp()
);
comment on table audit_watermark is 'Where sealing began in a database cluster. Transaction ids do not survive a dump and restore, so a new cluster begins a new count.';
call private.protect('audit_watermark');

create table audit_publication (
  size bigint not null references audit_checkpoint,
  place text not null,
  published_at timestamptz not null default clock_timestamp(),
  primary key (size, place)
);
comment on table audit_publication is 'Where and when a checkpoint left the database; until then it protects against nobody with full rights to the database.';
call private.protect('audit_publication');

create procedure private.keep_for_ever(relation regclass)
  language plpgsql
  as $$
begin
  execute format('create trigger append_only before update or delete on %s for each row execute function private.refuse_change()', relation);
  execute format('create trigger no_truncate before truncate on %s for each statement execute function private.refuse_change()', relation);
  execute format('create policy sealing_reads on %s for select to liaison_sealer using (true)', relation);
  execute format('create policy sealing on %s for insert to liaison_sealer with check (true)', relation);
  execute format('create policy platform_view on %s for select to liaison_platform using ((select access.context_plane()) = ''platform'')', relation);
  execute format('grant select, insert on %s to liaison_sealer', relation);
end
$$;
call private.keep_for_ever('audit_leaf');
call private.keep_for_ever('audit_checkpoint');
call private.keep_for_ever('audit_watermark');
call private.keep_for_ever('audit_publication');
grant select on audit_checkpoint, audit_publication to liaison_platform;

create policy sealing on audit_event for select to liaison_sealer using (true);
create policy sealing on audit_scope for select to liaison_sealer using (true);
grant select on audit_event, audit_scope to liaison_sealer;

reset role;
