set role liaison_owner;

create table payout_receiver (
  version integer primary key check (version >= 1),
  url text check (url ~ '^https?://' and char_length(url) <= 2000),
  set_by uuid,
  set_by_name text not null check (char_length(set_by_name) between 1 and 200),
  created_at timestamptz not null default now()
);
comment on table payout_receiver is 'Where batches of the rail external are handed over by signed messages, every version: the newest counts (D7).';
comment on column payout_receiver.url is 'The address of the provider''s finance system; null while somebody takes it the file.';
call private.protect('payout_receiver');
alter table payout_receiver no force row level security;
insert into payout_receiver (version, set_by_name) values (1, 'Liaison');
alter table payout_receiver force row level security;
call private.audit_changes('payout_receiver', false);
create trigger append_only before update or delete on payout_receiver for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_receiver for each statement execute function private.refuse_change();

create table payout_receiver_secret (
  id uuid primary key,
  sealed_secret bytea not null,
  sealed_signing_key bytea not null,
  public_key bytea not null check (octet_length(public_key) = 32),
  created_at timestamptz not null default now(),
  ends_at timestamptz
);
comment on table payout_receiver_secret is 'The keys that sign what is handed over: the newest, and until its end the one before, so that a rotation interrupts nothing.';
comment on column payout_receiver_secret.sealed_secret is 'Encrypted with the data key of the installation and bound to this row; read by the job that delivers, by nobody else.';
comment on column payout_receiver_secret.sealed_signing_key is 'Encrypted with the data key of the installation and bound to this row: the Ed25519 seed of signatures v1a; read by the job that delivers, by nobody else.';
create unique index payout_receiver_secret_one_lasting on payout_receiver_secret ((ends_at is null)) where ends_at is null;
call private.protect('payout_receiver_secret');
call private.audit_changes('payout_receiver_secret', false);

create table payout_hand_over (
  id uuid primary key default uuidv7(),
  batch_id uuid not null references payout_batch (id),
  part integer not null check (part between 1 and parts),
  parts integer not null,
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed', 'cancelled')),
  attempt integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  claimed_until timestamptz,
  response_code integer,
  outcome text,
  duration_ms integer,
  response_excerpt text check (octet_length(response_excerpt) <= 2048),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (batch_id, part),
  check ((status = 'waiting') = (finished_at is null))
);
comment on table payout_hand_over is 'One message that hands a part of a batch to the finance system, and how its delivery went: written with the move that hands the batch over, so that neither is without the other (D7).';
comment on column payout_hand_over.id is 'The message''s id, the same for every attempt: the receiver tells repetitions by it.';
comment on column payout_hand_over.part is 'Which 500 payouts of the batch, in the order of their ids.';
create index payout_hand_over_due on payout_hand_over (next_attempt_at) where status = 'waiting';
call private.protect('payout_hand_over');

reset role;
set role liaison_authz;

-- A message is about a batch of the rail external that is being paid. People have it sent again and say nothing of how it went; a job says
-- how it went and has nothing sent again.
create function access.enforce_payout_hand_over() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
begin
  if tg_op = 'UPDATE' and (new.id, new.batch_id, new.part, new.parts, new.created_at) is distinct from (old.id, old.batch_id, old.part, old.parts, old.created_at) then
    raise exception 'a message stays about its part' using errcode = 'check_violation', constraint = 'payout_hand_over_identity';
  end if;
  if side is null then
    return new;
  end if;
  if side = 'provider' then
    if new.status <> 'waiting' or new.attempt <> 0 or (tg_op = 'UPDATE' and old.status = 'waiting') then
      raise exception 'people only have a message sent' using errcode = 'check_violation', constraint = 'payout_hand_over_actor';
    end if;
    if not exists (select from public.payout_batch b where b.id = new.batch_id and b.rail = 'external' and b.state = 'processing') then
      raise exception 'only what the finance system pays now is handed to it' using errcode = 'check_violation', constraint = 'payout_hand_over_batch';
    end if;
  elsif side <> 'clock' or tg_op = 'INSERT' or old.status <> 'waiting' then
    raise exception 'a message that has ended stays so' using errcode = 'check_violation', constraint = 'payout_hand_over_actor';
  end if;
  return new;
end
$$;
grant execute on function access.enforce_payout_hand_over() to liaison_owner;

-- What a message says: the payouts of its part that are still to be paid, in order. Of an account only what the provider knows its holder
-- by is opened, never a bank account; that stays sealed here and is taken as a file by somebody who may.
create function access.payout_hand_over_items(hand_over uuid)
  returns table (batch_number integer, item_id uuid, partner_id uuid, currency text, amount_minor bigint, method text, label text, account_id uuid, sealed_details bytea)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work hands payouts over' using errcode = 'insufficient_privilege';
  end if;
  return query
    with numbered as (
      select i.*, row_number() over (order by i.id) as place
      from public.payout_hand_over h join public.payout_item i on i.batch_id = h.batch_id
      where h.id = hand_over and h.status = 'waiting')
    select b.number, n.id, n.partner_id, n.currency, n.amount_minor, n.account_method, n.account_label, a.id,
      case when n.account_method = 'external' then a.sealed_details end
    from numbered n
    join public.payout_hand_over h on h.id = hand_over
    join public.payout_batch b on b.id = n.batch_id and b.rail = 'external' and b.state = 'processing'
    join public.payout_account a on a.id = n.payout_account_id
    where n.state = 'sent' and n.place > 500 * (h.part - 1) and n.place <= 500 * h.part
    order by n.place;
end
$$;
grant execute on function access.payout_hand_over_items(uuid) to liaison_job;

-- Mails the admins of the provider who run payouts, when a batch could not be handed over.
create function access.mail_payout_admins(hand_over uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  mailed integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work mails about a batch' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_payout_admins.subject, 'text', mail_payout_admins.body)
  from public.payout_hand_over h
  join public.platform_staff s on s.role = 'SUPER_ADMIN' and s.status = 'active'
  join public.person p on p.id = s.person_id and p.status = 'active'
  where h.id = hand_over and h.status = 'failed';
  get diagnostics mailed = row_count;
  return mailed;
end
$$;
grant execute on function access.mail_payout_admins(uuid, text, text) to liaison_job;

reset role;
set role liaison_owner;

create trigger enforce before insert or update on payout_hand_over for each row execute function access.enforce_payout_hand_over();
create trigger no_delete before delete on payout_hand_over for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payout_hand_over for each statement execute function private.refuse_change();

create policy platform_side on payout_receiver to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform' and set_by = (select access.context_id('actor_id')));
create policy delivering on payout_receiver for select to liaison_job using ((select access.context_plane()) = 'system');
grant select, insert (version, url, set_by, set_by_name) on payout_receiver to liaison_platform;
grant select (version, url) on payout_receiver to liaison_job;

create policy platform_side on payout_receiver_secret to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy delivering on payout_receiver_secret for select to liaison_job using ((select access.context_plane()) = 'system');
grant select (id, public_key, created_at, ends_at), insert (id, sealed_secret, sealed_signing_key, public_key), update (ends_at), delete on payout_receiver_secret to liaison_platform;
grant select on payout_receiver_secret to liaison_job;

create policy platform_side on payout_hand_over to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy delivering on payout_hand_over to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert (batch_id, part, parts) on payout_hand_over to liaison_platform;
grant update (status, attempt, next_attempt_at, claimed_until, response_code, outcome, duration_ms, response_excerpt, finished_at) on payout_hand_over to liaison_platform, liaison_job;
grant select on payout_hand_over to liaison_job;

reset role;
