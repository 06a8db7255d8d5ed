set role liaison_owner;

create table subscription (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  first_plan_id uuid not null references plan (id),
  status text not null default 'signing' check (status in ('signing', 'signed', 'suspended', 'unsigned')),
  asked_at timestamptz not null default now(),
  signing_until timestamptz not null default now() + interval '24 hours',
  signed_at timestamptz,
  confirmed_by_name text,
  cancel_cause text check (cancel_cause in ('end_user', 'partner', 'role', 'discontinued')),
  cancel_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('cancelled', 'declined', 'ended', 'failed', 'timed_out', 'period_over', 'role', 'discontinued')),
  end_note text check (char_length(end_note) <= 500),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  unique (partner_id, end_user_id, id),
  check (signing_until > asked_at),
  check ((status = 'unsigned') = (ended_at is not null and end_reason is not null)),
  check (status not in ('signed', 'suspended') or signed_at is not null),
  check ((cancel_at is null) = (cancel_cause is null))
);
comment on table subscription is 'That an end user takes a plan of its partner: begun, signed, suspended while something holds it, over (C7). status is as the last change left it; the state now also knows the time (access.subscription_state).';
comment on column subscription.signing_until is 'The first instant at which a subscription that nobody confirmed is over: 24 hours after it was asked for.';
comment on column subscription.cancel_at is 'The first instant at which it is over, for the cause beside it; null while it goes on.';
comment on column subscription.first_plan_id is 'The plan it was begun with; its terms in time are in subscription_term.';
create unique index subscription_one_live on subscription (end_user_id) where status in ('signing', 'signed', 'suspended');
create index on subscription (partner_id, status);
create index on subscription (partner_id, end_user_id, asked_at desc);
create index on subscription (end_user_id);
create index on subscription (first_plan_id);
create index subscription_due on subscription (least(cancel_at, case when status = 'signing' then signing_until end)) where status in ('signing', 'signed', 'suspended');
call private.protect('subscription');
call private.audit_changes('subscription', false);

create table subscription_term (
  id uuid primary key default uuidv7(),
  subscription_id uuid not null,
  partner_id uuid not null,
  end_user_id uuid not null,
  plan_id uuid not null references plan (id),
  plan_version_id uuid not null references plan_version (id),
  price_minor bigint not null,
  currency char(3) not null,
  period text not null,
  limits jsonb not null,
  starts_at timestamptz not null,
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (partner_id, end_user_id, subscription_id) references subscription (partner_id, end_user_id, id) on delete cascade
);
comment on table subscription_term is 'The plan and terms of a subscription from an instant on, copied when they were taken. The last one that has begun and was not taken back holds; a later plan or price of the partner changes none of it.';
create index on subscription_term (subscription_id, starts_at desc);
create index on subscription_term (partner_id, end_user_id);
create index on subscription_term (plan_id);
create index on subscription_term (plan_version_id);
call private.protect('subscription_term');
call private.audit_changes('subscription_term', false);

create table subscription_hold (
  id uuid primary key default uuidv7(),
  partner_id uuid not null,
  end_user_id uuid not null,
  subscription_id uuid,
  kind text not null check (kind in ('payment', 'policy', 'manual', 'quota', 'partner')),
  blocks_entitlement boolean not null default true,
  reason text not null check (char_length(reason) between 1 and 500),
  placed_by_side text not null default 'clock' check (placed_by_side in ('provider', 'partner', 'clock')),
  placed_by_name text not null default '',
  placed_at timestamptz not null default now(),
  released_at timestamptz,
  released_by_side text check (released_by_side in ('provider', 'partner', 'clock')),
  released_by_name text,
  release_reason text check (char_length(release_reason) <= 500),
  foreign key (partner_id, end_user_id) references end_user (partner_id, id) on delete cascade,
  foreign key (partner_id, end_user_id, subscription_id) references subscription (partner_id, end_user_id, id) on delete cascade,
  check ((released_at is null) = (released_by_side is null))
);
comment on table subscription_hold is 'What holds an end user''s subscription, or its whole account when no subscription is named. A subscription is suspended while one of them blocks it, and works again when none does (C7).';
create unique index subscription_hold_once on subscription_hold (end_user_id, subscription_id, kind) nulls not distinct where released_at is null;
create index on subscription_hold (partner_id, end_user_id);
create index on subscription_hold (subscription_id);
call private.protect('subscription_hold');
call private.audit_changes('subscription_hold', false);

create table subscription_event (
  id uuid primary key default uuidv7(),
  subscription_id uuid not null,
  partner_id uuid not null,
  end_user_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  actor_kind text not null,
  actor_name text,
  details jsonb not null default '{}',
  foreign key (partner_id, end_user_id, subscription_id) references subscription (partner_id, end_user_id, id) on delete cascade
);
comment on table subscription_event is 'What became of each subscription, written by the database at every change; append-only.';
create index on subscription_event (subscription_id, occurred_at);
create index on subscription_event (partner_id, end_user_id);
call private.protect('subscription_event');
create trigger append_only before update on subscription_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on subscription_event for each statement execute function private.refuse_change();

create table payment_event (
  source text not null check (char_length(source) between 1 and 100),
  event_id text not null check (char_length(event_id) between 1 and 200),
  subscription_id uuid not null,
  partner_id uuid not null references partner (id),
  kind text not null check (kind in ('paid', 'failed')),
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  outcome text not null check (outcome in ('signed', 'held', 'released', 'ended', 'no_change')),
  primary key (source, event_id)
);
comment on table payment_event is 'What the payment service told of a subscription, once per event of its own; append-only.';
create index on payment_event (partner_id, subscription_id);
call private.protect('payment_event');
call private.audit_changes('payment_event', false);
create trigger append_only before update or delete on payment_event for each row execute function private.refuse_change();
create trigger no_truncate before truncate on payment_event for each statement execute function private.refuse_change();

create policy keeping on subscription to liaison_owner using (true) with check (true);
create policy keeping on subscription_term to liaison_owner using (true) with check (true);
create policy keeping on subscription_hold to liaison_owner using (true) with check (true);
create policy keeping on subscription_event to liaison_owner using (true) with check (true);

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('subscription', 'signing', 'signed', 'confirm', 'end_user'),
  ('subscription', 'signing', 'signed', 'confirm', 'partner'),
  ('subscription', 'signing', 'unsigned', 'cancel', 'end_user'),
  ('subscription', 'signing', 'unsigned', 'decline', 'partner'),
  ('subscription', 'signing', 'unsigned', 'fail', 'clock'),
  ('subscription', 'signing', 'unsigned', 'end', 'clock'),
  ('subscription', 'signed', 'suspended', 'hold', 'partner'),
  ('subscription', 'signed', 'suspended', 'hold', 'provider'),
  ('subscription', 'signed', 'suspended', 'hold', 'clock'),
  ('subscription', 'suspended', 'signed', 'release', 'partner'),
  ('subscription', 'suspended', 'signed', 'release', 'provider'),
  ('subscription', 'suspended', 'signed', 'release', 'clock'),
  ('subscription', 'signed', 'unsigned', 'cancel', 'end_user'),
  ('subscription', 'signed', 'unsigned', 'end', 'partner'),
  ('subscription', 'signed', 'unsigned', 'end', 'clock'),
  ('subscription', 'suspended', 'unsigned', 'cancel', 'end_user'),
  ('subscription', 'suspended', 'unsigned', 'end', 'partner'),
  ('subscription', 'suspended', 'unsigned', 'end', 'clock');
alter table state_transition force row level security;

reset role;
