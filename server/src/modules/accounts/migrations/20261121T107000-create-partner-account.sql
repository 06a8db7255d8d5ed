set role liaison_owner;

create table partner_account (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenant (id),
  partner_id uuid not null references partner (id),
  tenant_name text not null,
  partner_name text not null,
  subscriber_id uuid,
  subscriber_name text,
  asked_for text check (char_length(asked_for) between 1 and 200),
  engagement text not null check (engagement in ('sales', 'support', 'billing', 'managed')),
  status text not null check (status in ('requested', 'active', 'ended', 'declined', 'withdrawn')),
  initiated_by text not null check (initiated_by in ('partner', 'tenant')),
  message text check (char_length(message) <= 1000),
  requested_by uuid not null,
  requested_by_name text not null,
  requested_at timestamptz not null default now(),
  attached_by uuid,
  attached_by_name text,
  attached_at timestamptz,
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by_side text check (ended_by_side in ('partner', 'tenant')),
  ended_by_name text,
  end_reason text check (char_length(end_reason) <= 500),
  foreign key (tenant_id, subscriber_id) references subscriber (tenant_id, id),
  check ((status in ('active', 'ended')) = (attached_at is not null)),
  check (attached_at is null or num_nulls(subscriber_id, subscriber_name, attached_by, attached_by_name) = 0),
  check (status <> 'requested' or (subscriber_id is null and initiated_by = 'partner' and asked_for is not null)),
  check ((status in ('requested', 'active')) = (ended_at is null)),
  check (ends_at > attached_at)
);
comment on table partner_account is 'That a subscriber of a tenant is an account of a partner: made by the tenant, or asked by the partner and accepted by the tenant. It opens nothing by itself: only a link does, and a link that is restricted to own accounts opens these alone (B18).';
comment on column partner_account.asked_for is 'What the partner typed to name the subscriber; the tenant alone says which one that is.';
comment on column partner_account.engagement is 'What the partner does for the account, for people to read; it decides nothing.';
comment on column partner_account.subscriber_name is 'The name as it was when the tenant made it the partner''s account: all that the partner is told without a link.';
create unique index partner_account_once on partner_account (tenant_id, partner_id, subscriber_id) where status = 'active';
create index on partner_account (partner_id, status);
create index on partner_account (tenant_id, subscriber_id);
call private.protect('partner_account');
call private.audit_changes('partner_account', true);
call private.share_between_sides('partner_account');
grant select on partner_account to liaison_program, liaison_tenant;
grant insert (tenant_id, partner_id, tenant_name, partner_name, asked_for, engagement, status, initiated_by, message, requested_by, requested_by_name) on partner_account to liaison_program;
grant insert (tenant_id, partner_id, tenant_name, partner_name, subscriber_id, subscriber_name, engagement, status, initiated_by, message, requested_by, requested_by_name, attached_by, attached_by_name, attached_at, ends_at) on partner_account to liaison_tenant;
grant update (status, ended_at, ended_by_side, ended_by_name, end_reason) on partner_account to liaison_program;
grant update (status, subscriber_id, subscriber_name, attached_by, attached_by_name, attached_at, ends_at, ended_at, ended_by_side, ended_by_name, end_reason) on partner_account to liaison_tenant;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('account', 'requested', 'active', 'accept', 'tenant'),
  ('account', 'requested', 'declined', 'decline', 'tenant'),
  ('account', 'requested', 'withdrawn', 'withdraw', 'partner'),
  ('account', 'active', 'ended', 'end', 'tenant'),
  ('account', 'active', 'ended', 'end', 'partner');
alter table state_transition force row level security;

-- An account is opened by the tenant alone and ended by either side; what has ended stays as it was. A write that stands on it is
-- finished before the end has returned, as for every narrowing.
create function private.enforce_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.initiated_by <> side or new.status <> (case side when 'tenant' then 'active' else 'requested' end) or new.requested_by is distinct from access.context_id('actor_id') then
      raise exception 'an account begins as its side says' using errcode = 'check_violation', constraint = 'account_transition';
    end if;
    -- A partner asks only where it has a link, so that asking tells nothing of who is a customer.
    if side = 'partner' and not exists (
      select from delegation d where d.tenant_id = new.tenant_id and d.partner_id = new.partner_id and d.kind = 'link' and d.status in ('approved', 'active', 'suspended')) then
      raise exception 'accounts are asked for where there is a link' using errcode = 'check_violation', constraint = 'account_without_link';
    end if;
    return new;
  end if;
  if old.ended_at is not null or (new.tenant_id, new.partner_id, new.initiated_by, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.initiated_by, old.requested_by, old.requested_at)
    or (old.status = 'active' and (new.subscriber_id, new.attached_at, new.attached_by) is distinct from (old.subscriber_id, old.attached_at, old.attached_by)) then
    raise exception 'an account keeps what it is' using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'account' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an account from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  if new.status = 'ended' and new.ended_by_side <> side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  return new;
end
$$;
create trigger enforce_account before insert or update on partner_account for each row execute function private.enforce_account();

reset role;
set role liaison_authz;

-- The accounts that hold at this statement, whatever a job has noted.
create view access.account_in_force as
  select a.* from public.partner_account a
  where a.status = 'active' and a.attached_at <= statement_timestamp() and (a.ends_at is null or a.ends_at > statement_timestamp());

-- The accounts whose rows of a relation this transaction may touch, under links that are restricted to them.
create function access.own_accounts(relation_name text, operation_name text) returns table (tenant_id uuid, subscriber_id uuid)
  language plpgsql stable security definer rows 20
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  partner uuid := access.context_id('partner_id');
  restricted uuid[] := array(select access.restricted_reach(relation_name, operation_name));
begin
  return query select a.tenant_id, a.subscriber_id from access.account_in_force a where a.partner_id = partner and a.tenant_id = any (restricted);
end
$$;

-- The same as invoices, and as tickets, of these accounts.
create function access.own_invoices(relation_name text, operation_name text) returns table (tenant_id uuid, id uuid)
  language plpgsql stable security definer rows 500
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
begin
  return query select i.tenant_id, i.id from access.own_accounts(relation_name, operation_name) o join public.invoice i on i.tenant_id = o.tenant_id and i.subscriber_id = o.subscriber_id;
end
$$;
create function access.own_tickets(relation_name text, operation_name text) returns table (tenant_id uuid, id uuid)
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
begin
  return query select t.tenant_id, t.id from access.own_accounts(relation_name, operation_name) o join public.ticket t on t.tenant_id = o.tenant_id and t.subscriber_id = o.subscriber_id;
end
$$;
grant execute on function access.own_accounts(text, text), access.own_invoices(text, text), access.own_tickets(text, text) to liaison_delegate;

-- Whether a ticket is one of an account of the partner; for other deciding functions alone.
create function access.is_ticket_of_partner(tenant uuid, ticket uuid, partner uuid) returns boolean
  language sql stable
  as $$
  select exists (
    select from public.ticket t join access.account_in_force a on a.tenant_id = t.tenant_id and a.subscriber_id = t.subscriber_id and a.partner_id = partner
    where t.tenant_id = tenant and t.id = ticket)
  $$;
create function access.is_record_of_partner(tenant uuid, kind text, record uuid, partner uuid) returns boolean
  language sql stable
  as $$
  select case kind
    when 'ticket' then access.is_ticket_of_partner(tenant, record, partner)
    when 'invoice' then exists (
      select from public.invoice i join access.account_in_force a on a.tenant_id = i.tenant_id and a.subscriber_id = i.subscriber_id and a.partner_id = partner
      where i.tenant_id = tenant and i.id = record)
    when 'subscriber' then exists (select from access.account_in_force a where a.tenant_id = tenant and a.subscriber_id = record and a.partner_id = partner)
    else false end
  $$;

-- Whether an account of this transaction's partner in the tenant came to its end since an instant.
create function access.lost_account_since(tenant uuid, since timestamptz) returns boolean
  language sql stable
  as $$
  select exists (
    select from public.partner_account a
    where a.tenant_id = tenant and a.partner_id = access.context_id('partner_id') and a.attached_at is not null
      and least(a.ended_at, a.ends_at) > since and least(a.ended_at, a.ends_at) <= statement_timestamp())
  $$;

-- An active partner by its code, for the tenant that makes a subscriber its account.
create function access.find_partner_for_account(wanted_slug text) returns table (id uuid, name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select p.id, p.name from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() = 'tenant' $$;
grant execute on function access.find_partner_for_account(text) to liaison_tenant;

reset role;
set role liaison_owner;
create index ticket_by_subscriber on ticket (tenant_id, subscriber_id) where subscriber_id is not null;
reset role;
