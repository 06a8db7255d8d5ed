set role liaison_owner;

create table second_person_request (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('partner_termination', 'agreement_care', 'earning_policy', 'identity_care')),
  partner_id uuid references partner (id),
  proposed jsonb not null default '{}' check (jsonb_typeof(proposed) = 'object' and octet_length(proposed::text) <= 8192),
  reason text not null check (char_length(reason) between 1 and 500),
  state text not null default 'waiting' check (state in ('waiting', 'confirmed', 'declined', 'withdrawn', 'lapsed')),
  asked_by uuid not null,
  asked_by_name text not null,
  asked_at timestamptz not null default statement_timestamp(),
  ends_at timestamptz not null default statement_timestamp() + interval '7 days',
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  decision_reason text check (char_length(decision_reason) between 1 and 500),
  check ((kind in ('partner_termination', 'identity_care')) = (partner_id is not null)),
  check ((decided_by is null) = (state in ('waiting', 'lapsed'))),
  check ((decided_by is null) = (decided_by_name is null) and (decided_by is null) = (decided_at is null)),
  check (state not in ('confirmed', 'declined') or decided_by <> asked_by)
);
comment on table second_person_request is 'What one person of the provider asks for and another confirms before it happens: the end of a partner, and settings that ask fewer people than before (C1, C8, D4, D6).';
comment on column second_person_request.proposed is 'The setting that is asked for, beside the one it replaces; empty for the end of a partner.';
comment on column second_person_request.ends_at is 'Until when it can be confirmed.';
create unique index second_person_request_one_waiting on second_person_request (kind, partner_id) nulls not distinct where state = 'waiting';
create index on second_person_request (asked_at, id);
create index on second_person_request (partner_id) where partner_id is not null;
call private.protect('second_person_request');
call private.audit_changes('second_person_request', false);
create trigger no_removal before delete on second_person_request for each row execute function private.refuse_change();
create trigger no_truncate before truncate on second_person_request for each statement execute function private.refuse_change();
create policy provider_side on second_person_request to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert (kind, partner_id, proposed, reason), update (state, decision_reason) on second_person_request to liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('second_person_request', 'waiting', 'confirmed', 'confirm', 'provider'),
  ('second_person_request', 'waiting', 'declined', 'decline', 'provider'),
  ('second_person_request', 'waiting', 'withdrawn', 'withdraw', 'provider'),
  ('second_person_request', 'waiting', 'lapsed', 'lapse', 'provider');
alter table state_transition force row level security;

-- One person asks, another answers, each in the own name; what was asked for stays as it was asked.
create function private.enforce_second_person_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  actor uuid := access.context_id('actor_id');
  side text := private.side_of_login();
begin
  if (side is null) then
    return new;
  end if;
  if (side <> 'provider' or actor is null) then
    raise exception 'the provider asks and answers' using errcode = 'check_violation', constraint = 'second_person_side';
  end if;
  if tg_op = 'INSERT' then
    if (new.state <> 'waiting') then
      raise exception 'what is asked for begins by waiting' using errcode = 'check_violation', constraint = 'second_person_transition';
    end if;
    new.asked_by := actor;
    new.asked_by_name := access.context() ->> 'actor_name';
    return new;
  end if;
  if ((new.id, new.kind, new.proposed, new.reason, new.asked_by, new.asked_by_name, new.asked_at, new.ends_at) is distinct from (old.id, old.kind, old.proposed, old.reason, old.asked_by, old.asked_by_name, old.asked_at, old.ends_at)
    or new.partner_id is distinct from old.partner_id) then
    raise exception 'what was asked for stays as it was asked' using errcode = 'check_violation', constraint = 'second_person_frozen';
  end if;
  if not exists (select from state_transition t where t.entity = 'second_person_request' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a request from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'second_person_transition';
  end if;
  if ((new.state = 'lapsed') <> (old.ends_at <= statement_timestamp())) then
    raise exception 'a request is answered before it ends, and lapses after that' using errcode = 'check_violation', constraint = 'second_person_lapsed';
  end if;
  if (new.state in ('confirmed', 'declined') and old.asked_by = actor) then
    raise exception 'somebody else answers what one asked for' using errcode = 'check_violation', constraint = 'second_person_same';
  end if;
  if (new.state = 'withdrawn' and old.asked_by <> actor) then
    raise exception 'whoever asked takes it back' using errcode = 'check_violation', constraint = 'second_person_asker';
  end if;
  if (new.state <> 'lapsed') then
    new.decided_by := actor;
    new.decided_by_name := access.context() ->> 'actor_name';
    -- The instant of the transaction: what may happen because of the answer happens in the same one.
    new.decided_at := transaction_timestamp();
  end if;
  return new;
end
$$;
create trigger enforce_second_person_request before insert or update on second_person_request for each row execute function private.enforce_second_person_request();

-- What is confirmed happens at once, or the answer does not stand. Runs as whoever confirms, under their own row policies.
create function private.carry_second_person_request() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
begin
  if (session_user <> 'liaison_platform') then
    return null;
  end if;
  case new.kind
    when 'partner_termination' then
      update partner p set status = 'terminated', status_reason = new.reason where p.id = new.partner_id and p.status <> 'terminated';
    when 'agreement_care' then
      update program g set four_eyes = new.proposed ->> 'four_eyes' where g.code = 'standard' and g.four_eyes = new.proposed ->> 'before';
    when 'identity_care' then
      update partner_configuration c set active_version = (new.proposed ->> 'version')::integer, kind = new.proposed ->> 'kind', reason = new.reason,
        activated_by = new.decided_by, activated_by_name = new.asked_by_name || ' and ' || new.decided_by_name
      where c.partner_id = new.partner_id and c.version = (new.proposed ->> 'after')::integer;
    else
      insert into earning_policy (version, approves_by_itself, two_people_above, reason, set_by_name)
      select p.version + 1, (new.proposed ->> 'approves_by_itself')::boolean, new.proposed -> 'two_people_above', new.reason, new.asked_by_name || ' and ' || new.decided_by_name
      from earning_policy p
      where p.version = (new.proposed ->> 'after_version')::integer and not exists (select from earning_policy later where later.version > p.version);
  end case;
  if not found then
    raise exception 'what was asked about changed since' using errcode = 'check_violation', constraint = 'second_person_outdated';
  end if;
  return null;
end
$$;
create trigger carry_second_person_request after update on second_person_request for each row
  when (old.state = 'waiting' and new.state = 'confirmed') execute function private.carry_second_person_request();

reset role;
set role liaison_authz;

-- Whether a change of what two people do about agreements asks fewer of them.
create function access.lowers_agreement_care(was text, becomes text) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$ select array_position(array['off', 'approval', 'offer_and_approval'], becomes) < array_position(array['off', 'approval', 'offer_and_approval'], was) $$;

-- Whether a change of how earnings are approved lets any amount pass with fewer people than before: by itself, or up to a higher limit.
create function access.lowers_earning_policy(was_by_itself boolean, was_above jsonb, by_itself boolean, above jsonb) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$
  select (by_itself and not was_by_itself)
    or exists (select from jsonb_each_text(above) n where coalesce(n.value::numeric > (was_above ->> n.key)::numeric, true))
  $$;
grant execute on function access.lowers_agreement_care(text, text), access.lowers_earning_policy(boolean, jsonb, boolean, jsonb) to liaison_platform;

reset role;
set role liaison_owner;

-- Whether a second person confirmed this in the running transaction.
create function private.require_second_person() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
begin
  if (session_user <> 'liaison_platform') then
    return new;
  end if;
  if not exists (
    select from second_person_request r
    where r.kind = tg_argv[0] and r.state = 'confirmed' and r.decided_at = transaction_timestamp()
      and case r.kind
        when 'partner_termination' then r.partner_id::text = to_jsonb(new) ->> 'id'
        else r.proposed ->> 'four_eyes' = to_jsonb(new) ->> 'four_eyes'
      end) then
    raise exception 'this takes a second person' using errcode = 'check_violation', constraint = 'second_person_needed';
  end if;
  return new;
end
$$;
create trigger require_second_person before update on partner for each row
  when (new.status = 'terminated' and old.status <> 'terminated') execute function private.require_second_person('partner_termination');
create trigger require_second_person before update on program for each row
  when (access.lowers_agreement_care(old.four_eyes, new.four_eyes)) execute function private.require_second_person('agreement_care');

-- A further version follows the newest, so that what is lower is told from what holds.
create function private.follow_earning_policy() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  newest earning_policy;
begin
  if (session_user <> 'liaison_platform') then
    return new;
  end if;
  select * into newest from earning_policy p order by p.version desc limit 1;
  if (new.version <> newest.version + 1) then
    raise exception 'versions follow one another' using errcode = 'unique_violation', constraint = 'earning_policy_pkey';
  end if;
  if (access.lowers_earning_policy(newest.approves_by_itself, newest.two_people_above, new.approves_by_itself, new.two_people_above)
    and not exists (
      select from second_person_request r
      where r.kind = 'earning_policy' and r.state = 'confirmed' and r.decided_at = transaction_timestamp()
        and r.proposed -> 'two_people_above' = new.two_people_above and (r.proposed ->> 'approves_by_itself')::boolean = new.approves_by_itself)) then
    raise exception 'this takes a second person' using errcode = 'check_violation', constraint = 'second_person_needed';
  end if;
  return new;
end
$$;
create trigger follow_earning_policy before insert on earning_policy for each row execute function private.follow_earning_policy();

reset role;
