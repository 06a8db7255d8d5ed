set role liaison_authz;

create or replace function access.enforce_payout_batch() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  side text := access.payout_side();
  actor uuid := access.context_id('actor_id');
  -- What somebody submitted who is no admin any more is submitted anew, by whoever answers for it from then on.
  takes_over boolean := false;
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.number, new.currency, new.cutoff_at, new.rail, new.note, new.total_minor, new.item_count, new.row_count, new.skipped, new.created_by, new.created_by_name, new.created_at)
      is distinct from (old.id, old.number, old.currency, old.cutoff_at, old.rail, old.note, old.total_minor, old.item_count, old.row_count, old.skipped, old.created_by, old.created_by_name, old.created_at) then
      raise exception 'a batch keeps what it was built of' using errcode = 'check_violation', constraint = 'payout_batch_identity';
    end if;
    new.version := old.version + 1;
  end if;
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'provider' or new.state <> 'draft' or new.created_by is distinct from actor then
      raise exception 'a batch is built in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    return new;
  end if;
  takes_over := old.state = 'submitted' and new.state = 'submitted' and new.submitted_by is distinct from old.submitted_by and not access.is_in_charge('provider', null, old.submitted_by);
  if new.state = old.state and not takes_over then
    raise exception 'a batch is only moved' using errcode = 'check_violation', constraint = 'payout_batch_transition';
  end if;
  if not takes_over then
    perform access.check_payout_move('payout_batch', old.state, new.state);
  end if;
  if new.state = 'submitted' then
    if new.submitted_by is distinct from actor then
      raise exception 'a batch is submitted in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    new.submitted_at := statement_timestamp();
    new.submitted_by_name := access.context() ->> 'actor_name';
  elsif (new.submitted_by, new.submitted_by_name, new.submitted_at) is distinct from (old.submitted_by, old.submitted_by_name, old.submitted_at) then
    raise exception 'who submitted a batch stays' using errcode = 'check_violation', constraint = 'payout_batch_actor';
  end if;
  if new.state = 'approved' then
    if new.approved_by is distinct from actor then
      raise exception 'a batch is approved in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    if exists (select from public.payout_item i join public.partner_member m on m.partner_id = i.partner_id and m.status = 'active' where i.batch_id = new.id and m.person_id in (actor, old.created_by, old.submitted_by)) then
      raise exception 'nobody pays the own partner' using errcode = 'check_violation', constraint = 'payout_batch_own_partner';
    end if;
    new.approved_at := statement_timestamp();
  elsif (new.approved_by, new.approved_by_name, new.approved_at) is distinct from (old.approved_by, old.approved_by_name, old.approved_at) then
    raise exception 'who approved a batch stays' using errcode = 'check_violation', constraint = 'payout_batch_actor';
  end if;
  if new.state = 'processing' then
    new.started_at := statement_timestamp();
  end if;
  if new.state in ('completed', 'partially_failed', 'cancelled') then
    if exists (select from public.payout_item i where i.batch_id = new.id and i.state in ('queued', 'sent')) then
      raise exception 'the batch still has open items' using errcode = 'check_violation', constraint = 'payout_batch_open';
    end if;
    if new.state <> 'cancelled' and (new.state = 'partially_failed') <> exists (select from public.payout_item i where i.batch_id = new.id and i.state = 'failed') then
      raise exception 'the end of a batch is that of its items' using errcode = 'check_violation', constraint = 'payout_batch_transition';
    end if;
    new.finished_at := statement_timestamp();
  end if;
  return new;
end
$$;

reset role;
