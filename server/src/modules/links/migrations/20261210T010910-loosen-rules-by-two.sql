set role liaison_owner;

-- Looser rules for partner access take a second person where opening more does (B10, docs/decisions/044-looser-rules-take-two-people.md).
alter table tenant_partner_policy add column proposed jsonb check (jsonb_typeof(proposed) = 'object' and octet_length(proposed::text) <= 65536), add column proposed_by uuid, add column proposed_by_name text,
  add column proposed_at timestamptz, add column proposed_until timestamptz;
comment on column tenant_partner_policy.proposed is 'Looser rules, whole, that one person asked for and another one confirms; null when nothing waits.';
comment on column tenant_partner_policy.proposed_until is 'Until when they can be confirmed.';

create function private.rules_of(p tenant_partner_policy) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('who_may_ask', p.who_may_ask, 'listed_partner_ids', to_jsonb(p.listed_partner_ids), 'roles_allowed', to_jsonb(p.roles_allowed), 'max_duration_days', p.max_duration_days,
    'dual_approval', p.dual_approval, 'acting_minutes', p.acting_minutes, 'sends_digest', p.sends_digest, 'conditions', p.conditions)
$$;

-- Whether a partner may ask under the one that may not under the other. A list means whom it lets ask, or whom it keeps from it.
create function private.loosens_asking(was text, was_listed uuid[], becomes text, becomes_listed uuid[]) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$
  select case becomes
    when 'none' then false
    when 'listed' then case was when 'any' then false when 'listed' then not becomes_listed <@ was_listed when 'unlisted' then becomes_listed && was_listed else cardinality(becomes_listed) > 0 end
    when 'unlisted' then case was when 'any' then false when 'unlisted' then not was_listed <@ becomes_listed else true end
    else not (was = 'any' or (was = 'unlisted' and cardinality(was_listed) = 0)) end
$$;

-- Whether rules let in anything that others do not. Stricter than the program where the two could differ: see private.loosens_conditions.
create function private.loosens_rules(was tenant_partner_policy, becomes tenant_partner_policy) returns boolean
  language sql immutable
  set search_path = pg_catalog
  as $$
  select private.loosens_asking(was.who_may_ask, was.listed_partner_ids, becomes.who_may_ask, becomes.listed_partner_ids)
    or not becomes.roles_allowed <@ was.roles_allowed
    or becomes.max_duration_days > was.max_duration_days
    or becomes.acting_minutes > was.acting_minutes
    or (was.dual_approval and not becomes.dual_approval)
    or coalesce(private.loosens_conditions(was.conditions, becomes.conditions), false)
$$;

-- One person asks for looser rules, another one confirms exactly these; rules that let in no more hold at once.
create function private.enforce_rules() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  actor uuid := access.context_id('actor_id');
begin
  if private.side_of_login() is distinct from 'tenant' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- Nothing is looser than no rules.
    if new.proposed is not null then
      raise exception 'looser rules wait beside those that hold' using errcode = 'check_violation', constraint = 'policy_two_people';
    end if;
    return new;
  end if;
  if new.proposed is null then
    new.proposed_by := null;
    new.proposed_by_name := null;
    new.proposed_at := null;
    new.proposed_until := null;
  elsif new.proposed is distinct from old.proposed or old.proposed_until <= statement_timestamp() then
    new.proposed_by := actor;
    new.proposed_by_name := access.context() ->> 'actor_name';
    new.proposed_at := statement_timestamp();
    new.proposed_until := statement_timestamp() + interval '7 days';
  else
    new.proposed_by := old.proposed_by;
    new.proposed_by_name := old.proposed_by_name;
    new.proposed_at := old.proposed_at;
    new.proposed_until := old.proposed_until;
  end if;
  if private.loosens_rules(old, new) and access.asks_for_two(new.tenant_id, 'msp_full', null)
    and (old.proposed is null or actor is null or old.proposed_by is null or old.proposed_by = actor or old.proposed_until <= statement_timestamp() or private.rules_of(new) <> old.proposed) then
    raise exception 'looser rules take a second person' using errcode = 'check_violation', constraint = 'policy_two_people';
  end if;
  return new;
end
$$;
create trigger enforce_rules before insert or update on tenant_partner_policy for each row execute function private.enforce_rules();

grant execute on function private.loosens_rules(tenant_partner_policy, tenant_partner_policy), private.loosens_asking(text, uuid[], text, uuid[]), private.loosens_conditions(jsonb, jsonb) to liaison_authz;

reset role;
set role liaison_authz;

-- Whether rules would let in more than those that hold in the own tenant, as the database takes it.
create function access.loosens_own_rules(becomes jsonb) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce((select private.loosens_rules(p, jsonb_populate_record(p, becomes)) from public.tenant_partner_policy p
    where p.tenant_id = access.context_id('tenant_id') and access.is_in_own_plane() and access.context_plane() = 'tenant'), false)
$$;
grant execute on function access.loosens_own_rules(jsonb) to liaison_tenant;

-- Tells the other administrators of the own tenant by mail, each in a language of their own, without telling anybody an address.
create function access.mail_other_admins(letters jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  sent integer;
begin
  if not (access.is_in_own_plane() and access.context_plane() = 'tenant') then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active', access.letter_in(letters, p.language, null) letter
  where m.tenant_id = access.context_id('tenant_id') and m.role = 'TENANT_ADMIN' and m.status = 'active' and letter is not null and p.id is distinct from access.context_id('actor_id');
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_other_admins(jsonb) to liaison_tenant;

reset role;
