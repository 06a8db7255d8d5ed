set role liaison_owner;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('partner', 'active', 'suspended', 'suspend', 'provider'),
  ('partner', 'suspended', 'active', 'reactivate', 'provider'),
  ('partner', 'active', 'terminated', 'terminate', 'provider'),
  ('partner', 'suspended', 'terminated', 'terminate', 'provider');
alter table state_transition force row level security;

-- What no handler can step around: a partner begins active, moves as the table of moves says and by the provider alone, keeps the code
-- that addresses and tokens carry, and is history once it is terminated (C1).
create function private.enforce_partner() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if tg_op = 'INSERT' then
    new.onboarding_date := least(new.onboarding_date, (new.created_at at time zone 'utc')::date);
    if side is not null and new.status <> 'active' then
      raise exception 'a partner begins active' using errcode = 'check_violation', constraint = 'partner_transition';
    end if;
    return new;
  end if;
  new.version := old.version + 1;
  if new.status <> old.status then
    new.status_changed_at := statement_timestamp();
  end if;
  if side is null then
    return new;
  end if;
  if old.status = 'terminated' then
    raise exception 'a terminated partner is history' using errcode = 'check_violation', constraint = 'partner_transition';
  end if;
  if (new.id, new.slug, new.onboarding_date, new.created_at) is distinct from (old.id, old.slug, old.onboarding_date, old.created_at) then
    raise exception 'a partner keeps its code and its beginning' using errcode = 'check_violation', constraint = 'partner_identity';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'partner' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move a partner from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'partner_transition';
  end if;
  if side = 'partner' and (new.name, new.kinds, new.status, new.legal_name, new.country, new.registration_no, new.tier, new.region)
    is distinct from (old.name, old.kinds, old.status, old.legal_name, old.country, old.registration_no, old.tier, old.region) then
    raise exception 'the provider keeps the registry' using errcode = 'check_violation', constraint = 'partner_identity';
  end if;
  return new;
end
$$;
create trigger enforce_partner before insert or update on partner for each row execute function private.enforce_partner();

-- A partner keeps the address under which the provider writes to it, and its website; nothing else of its entry.
create policy own_contact on partner for update to liaison_program
  using (id = (select access.own_partner())) with check (id = (select access.own_partner()));
grant update (contact_email, website) on partner to liaison_program;

reset role;
