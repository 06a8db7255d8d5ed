set role liaison_owner;

alter table bulk_operation drop constraint bulk_operation_status_check, drop constraint bulk_operation_check1;
alter table bulk_operation add column cancelled_by uuid, add column cancelled_by_name text, add column served_at timestamptz;
alter table bulk_operation add constraint bulk_operation_status_known check (status in ('queued', 'processing', 'completed', 'cancelled')) not valid;
alter table bulk_operation add constraint bulk_operation_finished check ((status in ('completed', 'cancelled')) = (finished_at is not null)) not valid;
alter table bulk_operation add constraint bulk_operation_cancelled check (num_nonnulls(cancelled_by, cancelled_by_name) = case status when 'cancelled' then 2 else 0 end) not valid;
comment on column bulk_operation.served_at is 'When a worker last took it up. Of the partners that wait, the one that was served longest ago is next.';
comment on column bulk_operation.cancelled_by is 'Who stopped it before all of it was done. What was done by then stays done.';
alter table bulk_item drop constraint bulk_item_outcome_check;
alter table bulk_item add constraint bulk_item_outcome_known check (outcome in ('waiting', 'done', 'unchanged', 'refused', 'cancelled')) not valid;

-- The owner too is bound by forced row security; only a migration steps out of it, for its own inserts.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('bulk_operation', 'queued', 'processing', 'start', 'clock'),
  ('bulk_operation', 'processing', 'completed', 'finish', 'clock'),
  ('bulk_operation', 'queued', 'cancelled', 'cancel', 'partner'),
  ('bulk_operation', 'processing', 'cancelled', 'cancel', 'partner'),
  ('bulk_item', 'waiting', 'done', 'settle', 'partner'),
  ('bulk_item', 'waiting', 'unchanged', 'settle', 'partner'),
  ('bulk_item', 'waiting', 'refused', 'settle', 'clock'),
  ('bulk_item', 'waiting', 'cancelled', 'cancel', 'partner');
alter table state_transition force row level security;

create policy cancelling on bulk_operation for update to liaison_program using (partner_id = (select access.own_partner()))
  with check (partner_id = (select access.own_partner()) and status = 'cancelled');
create policy owners_update on bulk_operation as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
grant select (cancelled_by_name), update (status, cancelled_by, cancelled_by_name) on bulk_operation to liaison_program;
create policy cancelling_read on bulk_item for select to liaison_owner using (true);
create policy cancelling on bulk_item for update to liaison_owner using (outcome = 'waiting') with check (outcome = 'cancelled');

-- A worker begins and ends an operation, its partner stops it, and what has ended stays so. Whoever stops it takes the claim away with it; whoever
-- takes it up leaves when that was, also a server that does not know of turns yet.
create function private.enforce_operation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null then
    return new;
  end if;
  if new.claim_hash is distinct from old.claim_hash and new.claim_hash is not null then
    new.served_at := statement_timestamp();
  end if;
  if new.status = old.status then
    if side = 'partner' and (new.cancelled_by, new.cancelled_by_name) is distinct from (old.cancelled_by, old.cancelled_by_name) then
      raise exception 'who stopped it is said once' using errcode = 'check_violation', constraint = 'bulk_operation_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'bulk_operation' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move it from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'bulk_operation_transition';
  end if;
  if new.status = 'cancelled' then
    new.finished_at := statement_timestamp();
    new.claim_hash := null;
    new.claimed_until := null;
  end if;
  return new;
end
$$;
create trigger enforce_operation before update on bulk_operation for each row execute function private.enforce_operation();
create trigger act_in_own_name_update before update on bulk_operation for each row when (new.cancelled_by_name is distinct from old.cancelled_by_name) execute function private.act_in_own_name('cancelled_by_name');
create trigger zz_act_as_oneself_update before update on bulk_operation for each row when (new.cancelled_by is distinct from old.cancelled_by) execute function private.act_as_oneself('cancelled_by');
create constraint trigger audited_cancel after update on bulk_operation deferrable initially deferred for each row
  when (new.status = 'cancelled' and old.status <> 'cancelled') execute function audit.require_event();

-- What still waits is cancelled with its operation, in the same statement. An item that is being worked on is waited for; where the work comes second, nothing of it is kept.
create function private.cancel_items() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  update bulk_item i set outcome = 'cancelled', done_at = new.finished_at where i.operation_id = new.id and i.outcome = 'waiting';
  return null;
end
$$;
create trigger cancel_items after update of status on bulk_operation for each row
  when (new.status = 'cancelled' and old.status <> 'cancelled') execute function private.cancel_items();

-- What became of an item stays, and it is cancelled with its operation alone.
create function private.enforce_item() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is not null and (not exists (select from state_transition t where t.entity = 'bulk_item' and t.from_state = old.outcome and t.to_state = new.outcome and t.actor_kind = side)
      or (new.outcome = 'cancelled' and pg_trigger_depth() < 2)) then
    raise exception '% may not make % of what is %', side, new.outcome, old.outcome using errcode = 'check_violation', constraint = 'bulk_item_transition';
  end if;
  return new;
end
$$;
create trigger enforce_item before update of outcome on bulk_item for each row when (new.outcome <> old.outcome) execute function private.enforce_item();

reset role;
