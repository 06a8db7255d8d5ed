set role liaison_owner;

alter table payout_policy add column finance_source text check (finance_source ~ '^[a-z0-9][a-z0-9_-]{0,62}$');
comment on column payout_policy.finance_source is 'Which source of the provider''s own systems pays batches of the rail external and says what became of them; null where none does.';
grant insert (finance_source) on payout_policy to liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('payout_item', 'sent', 'paid', 'mark_paid', 'finance'),
  ('payout_item', 'sent', 'failed', 'fail', 'finance'),
  ('payout_batch', 'processing', 'completed', 'finish', 'finance'),
  ('payout_batch', 'processing', 'partially_failed', 'finish', 'finance');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

create or replace function access.payout_side() returns text
  language sql stable
  return case session_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' when 'liaison_job' then 'clock' when 'liaison_ingest' then 'finance' end;

-- Whether the key of this transaction is one of the provider's finance system, as the policy names it now.
create function access.is_finance_key() returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(access.context_plane() = 'ingest' and exists (
    select from public.ingest_key k
    where k.id = access.context_id('actor_id') and k.source = (select p.finance_source from public.payout_policy p order by p.version desc limit 1)), false)
$$;
grant execute on function access.is_finance_key() to liaison_ingest;

-- Brings the earnings of an item that has ended in line with it: paid, or approved and free again. It decides nothing itself.
create function access.follow_payout_item(item uuid) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  ended text := (select i.state from public.payout_item i where i.id = item);
begin
  if not access.is_finance_key() then
    raise exception 'only the finance system of the provider settles payouts here' using errcode = 'insufficient_privilege';
  end if;
  if ended = 'paid' then
    update public.earning e set state = 'paid' where e.payout_item_id = item and e.state = 'in_payout';
  elsif ended = 'failed' then
    update public.earning e set state = 'approved', payout_item_id = null where e.payout_item_id = item and e.state = 'in_payout';
  end if;
end
$$;
grant execute on function access.follow_payout_item(uuid) to liaison_ingest;

create or replace function access.mail_partner_owners(of_partner uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  mailed integer;
begin
  if not coalesce((session_user = 'liaison_program' and of_partner = access.partner_as_owner()) or (session_user = 'liaison_platform' and access.context_plane() = 'platform')
    or (session_user = 'liaison_job' and access.context_plane() = 'system') or (session_user = 'liaison_ingest' and access.is_finance_key()), false) then
    raise exception 'this login mails no owners' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_partner_owners.subject, 'text', mail_partner_owners.body)
  from public.partner_member m join public.person h on h.id = m.person_id and h.status = 'active'
  where m.partner_id = of_partner and m.role = 'PARTNER_OWNER' and m.status = 'active';
  get diagnostics mailed = row_count;
  return mailed;
end
$$;
grant execute on function access.mail_partner_owners(uuid, text, text) to liaison_ingest;

reset role;
set role liaison_owner;

create policy following on earning for update to liaison_authz using (payout_item_id is not null) with check (true);
grant update (state, payout_item_id) on earning to liaison_authz;

-- The finance system sees and settles what it pays, and nothing else: batches of its rail that were handed over.
create policy finance_side on payout_batch to liaison_ingest
  using (rail = 'external' and state in ('processing', 'completed', 'partially_failed') and (select access.is_finance_key()));
create policy finance_side on payout_item to liaison_ingest
  using ((select access.is_finance_key()) and exists (select from payout_batch b where b.id = batch_id));
grant select, update (state) on payout_batch to liaison_ingest;
grant select, update (state, rail_ref, failure_reason, settled_by, settled_by_name) on payout_item to liaison_ingest;

reset role;
