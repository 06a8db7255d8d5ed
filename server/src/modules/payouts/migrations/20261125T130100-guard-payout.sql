set role liaison_authz;

-- On whose behalf a login works on payouts; null for nobody who logs in.
create function access.payout_side() returns text
  language sql stable
  return case session_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' end;

-- Refuses a move that `state_transition` does not list for this side.
create function access.check_payout_move(of_entity text, from_state text, to_state text) returns void
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
begin
  if not exists (select from public.state_transition t where t.entity = of_entity and t.from_state = check_payout_move.from_state and t.to_state = check_payout_move.to_state and t.actor_kind = side) then
    raise exception '% may not move a % from % to %', side, of_entity, from_state, to_state using errcode = 'check_violation', constraint = of_entity || '_transition';
  end if;
end
$$;

-- An account is written by an owner, verified and held by the provider, and never changed: a change is another row.
create function access.enforce_payout_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.created_by is distinct from access.context_id('actor_id') or new.partner_id is distinct from access.partner_as_owner() then
      raise exception 'an owner gives the account in the own name' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    new.created_at := statement_timestamp();
    new.usable_from := statement_timestamp() + interval '72 hours';
    return new;
  end if;
  if (new.id, new.partner_id, new.method, new.holder_name, new.label, new.country, new.sealed_details, new.fingerprint, new.created_by, new.created_by_name, new.created_at, new.usable_from)
    is distinct from (old.id, old.partner_id, old.method, old.holder_name, old.label, old.country, old.sealed_details, old.fingerprint, old.created_by, old.created_by_name, old.created_at, old.usable_from) then
    raise exception 'an account never changes' using errcode = 'check_violation', constraint = 'payout_account_identity';
  end if;
  if old.ended_at is not null then
    raise exception 'the account was replaced' using errcode = 'check_violation', constraint = 'payout_account_ended';
  end if;
  if side = 'partner' then
    if (new.verified_at, new.verified_by, new.verified_by_name, new.held_at, new.held_by_name, new.hold_reason) is distinct from (old.verified_at, old.verified_by, old.verified_by_name, old.held_at, old.held_by_name, old.hold_reason) then
      raise exception 'the provider verifies and holds accounts' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    if new.ended_at is not null then
      new.ended_at := statement_timestamp();
    end if;
  elsif side = 'provider' then
    if new.ended_at is not null then
      raise exception 'only an owner replaces the account' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
    if new.verified_at is distinct from old.verified_at and (old.verified_at is not null or new.verified_by is distinct from access.context_id('actor_id')
      or exists (select from public.partner_member m where m.partner_id = new.partner_id and m.person_id = access.context_id('actor_id') and m.status = 'active')) then
      raise exception 'an account is verified once, by somebody who is no member of the partner' using errcode = 'check_violation', constraint = 'payout_account_actor';
    end if;
  end if;
  new.version := old.version + 1;
  return new;
end
$$;

create function access.enforce_tax_document() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'partner' or new.state <> 'submitted' or new.uploaded_by is distinct from access.context_id('actor_id') then
      raise exception 'a document is handed in by an owner in the own name' using errcode = 'check_violation', constraint = 'tax_document_actor';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.kind, new.file_name, new.media_type, new.size_bytes, new.sha256, new.sealed_file, new.uploaded_by, new.created_at)
    is distinct from (old.id, old.partner_id, old.kind, old.file_name, old.media_type, old.size_bytes, old.sha256, old.sealed_file, old.uploaded_by, old.created_at) then
    raise exception 'a document never changes' using errcode = 'check_violation', constraint = 'tax_document_identity';
  end if;
  if new.state = old.state then
    raise exception 'a document is decided once' using errcode = 'check_violation', constraint = 'tax_document_transition';
  end if;
  perform access.check_payout_move('tax_document', old.state, new.state);
  if side = 'provider' and (new.reviewed_by is distinct from access.context_id('actor_id')
    or exists (select from public.partner_member m where m.partner_id = new.partner_id and m.person_id = access.context_id('actor_id') and m.status = 'active')) then
    raise exception 'a document is decided in the own name, by somebody who is no member of the partner' using errcode = 'check_violation', constraint = 'tax_document_actor';
  end if;
  if new.state = 'expired' and (old.valid_until is null or old.valid_until >= (statement_timestamp() at time zone 'UTC')::date) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'tax_document_transition';
  end if;
  new.version := old.version + 1;
  return new;
end
$$;

-- What no handler can step around: two people, each in the own name, neither a member of a partner that is paid; sums that never move once
-- written; and no end before every item has one (D7).
create function access.enforce_payout_batch() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
  actor uuid := access.context_id('actor_id');
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
  if new.state = old.state then
    raise exception 'a batch is only moved' using errcode = 'check_violation', constraint = 'payout_batch_transition';
  end if;
  perform access.check_payout_move('payout_batch', old.state, new.state);
  if new.state = 'submitted' then
    if new.submitted_by is distinct from actor then
      raise exception 'a batch is submitted in the own name' using errcode = 'check_violation', constraint = 'payout_batch_actor';
    end if;
    new.submitted_at := statement_timestamp();
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

create function access.enforce_payout_item() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
  b public.payout_batch;
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.batch_id, new.partner_id, new.currency, new.amount_minor, new.row_count, new.payout_account_id, new.account_method, new.account_label, new.created_at)
      is distinct from (old.id, old.batch_id, old.partner_id, old.currency, old.amount_minor, old.row_count, old.payout_account_id, old.account_method, old.account_label, old.created_at)
      or old.state in ('paid', 'failed', 'cancelled') then
      raise exception 'an item keeps what it was built of, and its end' using errcode = 'check_violation', constraint = 'payout_item_identity';
    end if;
    new.version := old.version + 1;
  end if;
  if side is null then
    return new;
  end if;
  select * into b from public.payout_batch x where x.id = new.batch_id;
  if tg_op = 'INSERT' then
    if b.state is distinct from 'draft' or b.currency <> new.currency or new.state <> 'queued' or b.created_by is distinct from access.context_id('actor_id') then
      raise exception 'items are made with their batch' using errcode = 'check_violation', constraint = 'payout_item_batch';
    end if;
    return new;
  end if;
  if new.state = old.state then
    -- The one thing that changes without a move: the approval of the batch shows the item to its partner.
    if new.approved_at is null or old.approved_at is not null or b.state <> 'approved' or new.rail_ref is not null then
      raise exception 'an item is only moved' using errcode = 'check_violation', constraint = 'payout_item_transition';
    end if;
    new.approved_at := b.approved_at;
    return new;
  end if;
  perform access.check_payout_move('payout_item', old.state, new.state);
  if (new.state = 'cancelled' and b.state not in ('draft', 'submitted')) or (new.state <> 'cancelled' and b.state <> 'processing') then
    raise exception 'the batch is not where items do this' using errcode = 'check_violation', constraint = 'payout_item_batch';
  end if;
  if new.state = 'sent' then
    new.sent_at := statement_timestamp();
  else
    new.finished_at := statement_timestamp();
    if new.settled_by is distinct from access.context_id('actor_id') then
      raise exception 'an item is settled in the own name' using errcode = 'check_violation', constraint = 'payout_item_actor';
    end if;
  end if;
  return new;
end
$$;

-- At the end of every transaction a batch is the sum of its items, and an item the sum of its rows, which are where it says they are (D7).
create function access.check_payout_sums() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  wrong boolean;
  i public.payout_item;
begin
  if tg_table_name = 'payout_batch' then
    select (sum(x.amount_minor), count(*), sum(x.row_count)) is distinct from (new.total_minor::numeric, new.item_count::bigint, new.row_count::bigint) into wrong
    from public.payout_item x where x.batch_id = new.id;
  else
    -- The row as it is at the end, not as it was when this was noted.
    select * into i from public.payout_item x where x.id = new.id;
    select (sum(l.amount_minor), count(*)) is distinct from (i.amount_minor::numeric, i.row_count::bigint)
      or bool_or(e.partner_id <> i.partner_id or e.currency <> i.currency or e.amount_minor <> l.amount_minor
        or case when i.state in ('queued', 'sent') then e.payout_item_id is distinct from i.id or e.state <> 'in_payout'
             when i.state = 'paid' then e.payout_item_id is distinct from i.id or e.state <> 'paid'
             else e.payout_item_id is not distinct from i.id end) into wrong
    from public.payout_line l join public.earning e on e.id = l.earning_id where l.item_id = i.id;
  end if;
  if wrong then
    raise exception 'the sums of a payout do not agree' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  return null;
end
$$;

-- An earning is in a payout, or paid, only as a line of a live item: no other way leads there, for any login.
create function access.check_paid_earning() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  e public.earning;
begin
  select * into e from public.earning x where x.id = new.id;
  if e.state in ('in_payout', 'paid') and not exists (
    select from public.payout_line l join public.payout_item i on i.id = l.item_id
    where l.earning_id = e.id and l.item_id = e.payout_item_id and l.amount_minor = e.amount_minor
      and (i.state = 'paid') = (e.state = 'paid') and i.state in ('queued', 'sent', 'paid')) then
    raise exception 'an earning is paid through a payout alone' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  if tg_op = 'UPDATE' and old.payout_item_id is not null and e.payout_item_id is distinct from old.payout_item_id and exists (
    select from public.payout_item i where i.id = old.payout_item_id and i.state in ('queued', 'sent', 'paid')) then
    raise exception 'a live payout keeps its earnings' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  if e.state not in ('in_payout', 'paid') and e.payout_item_id is not null then
    raise exception 'an earning outside of a payout names none' using errcode = 'check_violation', constraint = 'payout_sums';
  end if;
  return null;
end
$$;

grant execute on function access.payout_side(), access.check_payout_move(text, text, text) to liaison_owner;
grant execute on function access.enforce_payout_account(), access.enforce_tax_document(), access.enforce_payout_batch(), access.enforce_payout_item(), access.check_payout_sums(), access.check_paid_earning() to liaison_owner;

reset role;
