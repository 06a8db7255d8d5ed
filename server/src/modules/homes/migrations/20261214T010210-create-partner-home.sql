set role liaison_owner;

create table partner_home (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenant (id),
  partner_id uuid not null references partner (id),
  tenant_name text not null,
  partner_name text not null,
  status text not null default 'offered' check (status in ('waiting', 'offered', 'active', 'declined', 'withdrawn', 'lapsed', 'ended')),
  asked_by uuid,
  asked_by_name text not null,
  asked_at timestamptz not null default now(),
  answer_by timestamptz not null default now() + interval '336 hours',
  confirmed_by uuid,
  confirmed_by_name text,
  offered_at timestamptz,
  accepted_by uuid,
  accepted_by_name text,
  accepted_at timestamptz,
  ended_at timestamptz,
  ended_by_side text check (ended_by_side in ('tenant', 'partner')),
  ended_by_name text,
  end_reason text check (char_length(end_reason) between 1 and 500),
  primary key (tenant_id, id),
  check ((accepted_at is null) = (status not in ('active', 'ended'))),
  check (offered_at is not null or status not in ('offered', 'active', 'declined', 'ended')),
  check ((ended_at is null) = (status in ('waiting', 'offered', 'active')))
);
comment on table partner_home is 'That a tenant and a partner are one organisation: said by the tenant, accepted by the partner, ended by either. The API clients of the partner use the accounts of its own tenant without a consent, and a wholesaler pays with them for what it resells.';
comment on column partner_home.asked_by is 'Who of the tenant said so, the first of two where the tenant asks for two; null for what was so before anybody had to say it.';
comment on column partner_home.offered_at is 'Since when the partner can answer; null while a second person of the tenant is waited for.';
create unique index partner_home_one_open on partner_home (tenant_id) where status in ('waiting', 'offered', 'active');
create index on partner_home (partner_id, asked_at desc);

-- Before this, only an administrator of the database could say it, and could say it twice.
do $$
declare
  twice text := (select string_agg(distinct t.slug, ', ') from partner p join tenant t on t.id = p.home_tenant_id
    where exists (select from partner o where o.home_tenant_id = p.home_tenant_id and o.id <> p.id));
begin
  if twice is not null then
    raise exception 'more than one partner is each of these tenants itself: %', twice using hint = 'Set home_tenant_id of all but one of those partners to null, and migrate again.';
  end if;
end
$$;
insert into partner_home (tenant_id, partner_id, tenant_name, partner_name, status, asked_by_name, offered_at, accepted_by_name, accepted_at)
select t.id, p.id, t.name, p.name, 'active', 'The provider', now(), 'The provider', now()
from partner p join tenant t on t.id = p.home_tenant_id;

call private.protect('partner_home');
call private.audit_changes('partner_home', true);
create policy tenant_side on partner_home to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
create policy partner_side on partner_home to liaison_program using (partner_id = (select access.own_partner()) and offered_at is not null) with check (partner_id = (select access.own_partner()));
create policy owners_update on partner_home as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy provider_side on partner_home for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy homing on partner for update to liaison_owner using (true) with check (true);
create policy homing on delegation for select to liaison_owner using (kind = 'link');
grant select on partner_home to liaison_tenant, liaison_program, liaison_platform;
grant insert (tenant_id, partner_id, asked_by, asked_by_name) on partner_home to liaison_tenant;
grant update (status, asked_by, asked_by_name, confirmed_by, confirmed_by_name, ended_at, ended_by_side, ended_by_name, end_reason) on partner_home to liaison_tenant;
grant update (status, accepted_by, accepted_by_name, ended_at, ended_by_side, ended_by_name, end_reason) on partner_home to liaison_program;

create view partner_home_overview with (security_invoker = true) as
  select h.*, case when h.status in ('waiting', 'offered') and h.answer_by <= now() then 'lapsed' else h.status end as state
  from partner_home h;
grant select on partner_home_overview to liaison_tenant, liaison_program, liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('partner_home', 'waiting', 'offered', 'confirm', 'tenant'),
  ('partner_home', 'waiting', 'withdrawn', 'withdraw', 'tenant'),
  ('partner_home', 'waiting', 'lapsed', 'lapse', 'tenant'),
  ('partner_home', 'offered', 'active', 'accept', 'partner'),
  ('partner_home', 'offered', 'declined', 'decline', 'partner'),
  ('partner_home', 'offered', 'withdrawn', 'withdraw', 'tenant'),
  ('partner_home', 'offered', 'lapsed', 'lapse', 'tenant'),
  ('partner_home', 'active', 'ended', 'end', 'tenant'),
  ('partner_home', 'active', 'ended', 'end', 'partner');
alter table state_transition force row level security;

-- A partner and a tenant that are one organisation need no link, and no link stands between them (managed-tenants.md section 2).
create function private.has_link(with_partner uuid, with_tenant uuid) returns boolean
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
  select exists (select from public.delegation d where d.kind = 'link' and d.partner_id = with_partner and d.tenant_id = with_tenant
    and d.status in ('requested', 'approved', 'active', 'suspended'))
$$;

-- What a tenant says when it begins: of an active partner, of itself as an open tenant, and for two people to decide where it asks for two.
create function private.begin_home(h partner_home) returns partner_home
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  select t.name into h.tenant_name from tenant t where t.id = h.tenant_id and t.status in ('active', 'trial') and not t.is_sandbox;
  if not found or access.context_plane() is distinct from 'tenant' then
    raise exception 'an open tenant says which partner it is' using errcode = 'check_violation', constraint = 'partner_home_tenant_open';
  end if;
  select p.name into h.partner_name from partner p where p.id = h.partner_id and p.status = 'active';
  if not found then
    raise exception 'there is no such partner' using errcode = 'check_violation', constraint = 'partner_home_partner';
  end if;
  if private.has_link(h.partner_id, h.tenant_id) then
    raise exception 'a link stands between these two' using errcode = 'check_violation', constraint = 'partner_home_link';
  end if;
  h.asked_at := statement_timestamp();
  h.answer_by := h.asked_at + interval '336 hours';
  if access.asks_for_two(h.tenant_id, 'msp_full', null) then
    h.status := 'waiting';
  else
    h.status := 'offered';
    h.offered_at := h.asked_at;
  end if;
  return h;
end
$$;

-- What is asked of an owner who accepts. The partner is held: of two organisations that it accepts at once, one is its own.
create function private.accept_home(h partner_home) returns void
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  holder partner;
begin
  select * into holder from partner p where p.id = h.partner_id for no key update;
  if holder.home_tenant_id is not null or holder.status <> 'active' then
    raise exception 'a partner is one organisation' using errcode = 'check_violation', constraint = 'partner_home_taken';
  end if;
  if exists (select from partner p where p.home_tenant_id = h.tenant_id) then
    raise exception 'a tenant is one partner' using errcode = 'check_violation', constraint = 'partner_home_taken';
  end if;
  if not exists (select from tenant t where t.id = h.tenant_id and t.status in ('active', 'trial')) then
    raise exception 'the tenant is closed' using errcode = 'check_violation', constraint = 'partner_home_tenant_open';
  end if;
  if private.has_link(h.partner_id, h.tenant_id) then
    raise exception 'a link stands between these two' using errcode = 'check_violation', constraint = 'partner_home_link';
  end if;
end
$$;

-- The rules that no handler can step around: the tenant says it, by as many people as it asks for, the partner accepts it in time, and either ends it.
create function private.enforce_home() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    return private.begin_home(new);
  end if;
  if (new.id, new.tenant_id, new.partner_id, new.tenant_name, new.partner_name, new.asked_at, new.answer_by) is distinct from (old.id, old.tenant_id, old.partner_id, old.tenant_name, old.partner_name, old.asked_at, old.answer_by) then
    raise exception 'which two they are never changes' using errcode = 'check_violation', constraint = 'partner_home_identity';
  end if;
  if new.status = old.status then
    -- A first word is void once whoever gave it decides no more; then the next one is the first.
    if (new.confirmed_by, new.confirmed_by_name, new.accepted_by, new.accepted_by_name, new.ended_at, new.ended_by_side, new.ended_by_name, new.end_reason)
        is distinct from (old.confirmed_by, old.confirmed_by_name, old.accepted_by, old.accepted_by_name, old.ended_at, old.ended_by_side, old.ended_by_name, old.end_reason)
      or (new.asked_by is not distinct from old.asked_by and new.asked_by_name <> old.asked_by_name)
      or (new.asked_by is distinct from old.asked_by and (side <> 'tenant' or old.status <> 'waiting' or access.is_in_charge('tenant', old.tenant_id, old.asked_by))) then
      raise exception 'a decision is a move' using errcode = 'check_violation', constraint = 'partner_home_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'partner_home' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move it from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'partner_home_transition';
  end if;
  if (new.status = 'lapsed') <> (old.status in ('waiting', 'offered') and old.answer_by <= statement_timestamp()) then
    raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'partner_home_transition';
  end if;
  if (new.asked_by, new.asked_by_name) is distinct from (old.asked_by, old.asked_by_name)
    or (case when new.status = 'offered' then num_nulls(new.confirmed_by, new.confirmed_by_name) > 0
        else (new.confirmed_by, new.confirmed_by_name) is distinct from (old.confirmed_by, old.confirmed_by_name) end)
    or (case when new.status = 'active' then num_nulls(new.accepted_by, new.accepted_by_name) > 0
        else (new.accepted_by, new.accepted_by_name) is distinct from (old.accepted_by, old.accepted_by_name) end)
    or (new.status in ('offered', 'active') and num_nonnulls(new.ended_at, new.ended_by_side, new.ended_by_name, new.end_reason) > 0) then
    raise exception 'a decision names who made it' using errcode = 'check_violation', constraint = 'partner_home_actor';
  end if;
  if new.status = 'offered' then
    if new.confirmed_by = old.asked_by or not access.hold_in_charge('tenant', old.tenant_id, old.asked_by) then
      raise exception 'the tenant asks for a second person' using errcode = 'check_violation', constraint = 'partner_home_two_people';
    end if;
    new.offered_at := statement_timestamp();
  elsif new.status = 'active' then
    perform private.accept_home(new);
    new.accepted_at := statement_timestamp();
  else
    new.ended_at := statement_timestamp();
    if new.ended_by_side is distinct from (case when new.status <> 'lapsed' then side end) or (new.ended_by_name is null) <> (new.status = 'lapsed') then
      raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'partner_home_actor';
    end if;
  end if;
  return new;
end
$$;
create trigger enforce_home before insert or update on partner_home for each row execute function private.enforce_home();
create trigger act_in_own_name_insert before insert on partner_home for each row when (new.asked_by_name is not null) execute function private.act_in_own_name('asked_by_name');
create trigger act_in_own_name_update before update on partner_home for each row
  when (new.asked_by_name is distinct from old.asked_by_name or new.confirmed_by_name is distinct from old.confirmed_by_name or new.accepted_by_name is distinct from old.accepted_by_name or new.ended_by_name is distinct from old.ended_by_name)
  execute function private.act_in_own_name('asked_by_name', 'confirmed_by_name', 'accepted_by_name', 'ended_by_name');
create trigger zz_act_as_oneself_insert before insert on partner_home for each row when (new.asked_by is not null) execute function private.act_as_oneself('asked_by');
create trigger zz_act_as_oneself_update before update on partner_home for each row
  when (new.asked_by is distinct from old.asked_by or new.confirmed_by is distinct from old.confirmed_by or new.accepted_by is distinct from old.accepted_by)
  execute function private.act_as_oneself('asked_by', 'confirmed_by', 'accepted_by');

-- The partner says in one place which tenant it is, where every door reads it: nothing that hangs on it is written along.
create function private.follow_home() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if new.status = 'active' then
    update partner p set home_tenant_id = new.tenant_id where p.id = new.partner_id;
  else
    update partner p set home_tenant_id = null where p.id = new.partner_id and p.home_tenant_id = new.tenant_id;
  end if;
  return null;
end
$$;
create trigger follow_home after update of status on partner_home for each row when (new.status in ('active', 'ended') and new.status <> old.status) execute function private.follow_home();
-- An act on its own partner or tenant that is under way is waited for, as where a partner is suspended.
create trigger stop_writes_home before update of home_tenant_id on partner for each row when (new.home_tenant_id is distinct from old.home_tenant_id) execute function private.stop_writes();
create trigger announced_home after update of home_tenant_id on partner for each row when (new.home_tenant_id is distinct from old.home_tenant_id) execute function private.announce_access('partner_id=id');

create function private.refuse_own_link() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if private.side_of_login() is null then
    return new;
  end if;
  -- Held, so that it is not accepted at this very moment that the two are one.
  perform from partner p where p.id = new.partner_id for share;
  if exists (select from partner p where p.id = new.partner_id and p.home_tenant_id = new.tenant_id) then
    raise exception 'a partner has no link with itself' using errcode = 'check_violation', constraint = 'link_with_itself';
  end if;
  return new;
end
$$;
create trigger refuse_own_link before insert on link for each row execute function private.refuse_own_link();
create trigger refuse_own_link before update of status on delegation for each row
  when (new.kind = 'link' and old.status = 'expired' and new.status in ('active', 'suspended')) execute function private.refuse_own_link();

-- As before; the provider ends it in SQL no more than it begins it.
create or replace function private.keep_home_tenant() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if current_user = 'liaison_platform' and (case when tg_op = 'INSERT' then new.home_tenant_id is not null else new.home_tenant_id is distinct from old.home_tenant_id end) then
    raise exception 'no login names the own tenant of a partner' using errcode = 'check_violation', constraint = 'partner_home_tenant_kept';
  end if;
  return new;
end
$$;
drop trigger keep_home_tenant on partner;
create trigger keep_home_tenant before insert or update of home_tenant_id on partner for each row execute function private.keep_home_tenant();

-- As before; but that a partner is a tenant ends after the partner has been terminated, too.
create or replace function private.enforce_partner() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
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
  if old.status = 'terminated' and not (pg_trigger_depth() > 1 and old.home_tenant_id is not null and new.home_tenant_id is null
      and to_jsonb(new) - array['home_tenant_id', 'version', 'updated_at', 'registry_status'] = to_jsonb(old) - array['home_tenant_id', 'version', 'updated_at', 'registry_status']) then
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

-- A tenant knows the partner that it is, to freeze it.
alter policy linked_partner on partner using (exists (select from delegation d where d.partner_id = partner.id) or exists (select from partner_home h where h.partner_id = partner.id and h.status = 'active'));

reset role;
set role liaison_authz;

-- Mails to those who decide about it, on the side of the caller or on the other one: administrators of the tenant, owners of the partner once it is told.
create function access.mail_home(of_home uuid, audience text, letters jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  h public.partner_home;
  sent integer;
begin
  select x.* into h from public.partner_home x where x.id = of_home
    and ((access.context_plane() = 'tenant' and x.tenant_id in (select access.reach('delegation', 'select'))) or (x.offered_at is not null and x.partner_id = access.partner_as_owner()));
  if h.id is null or not access.is_in_own_plane() then
    return 0;
  end if;
  if audience = 'security' then
    insert into public.outbox (topic, payload)
    select 'mail', jsonb_build_object('to', c.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
    from public.tenant_security_contact c, access.letter_in(letters, c.language, null) letter
    where c.tenant_id = h.tenant_id and c.email is not null and letter is not null
      and not exists (select from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = h.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active' and lower(p.email) = lower(c.email));
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and letter is not null and p.id is distinct from access.context_id('actor_id') and case audience
    when 'tenant' then exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = h.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when 'partner' then h.offered_at is not null and exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = h.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_home(uuid, text, jsonb) to liaison_tenant, liaison_program;

-- As before; a wholesaler pays with its own organisation alone, and where it has none, nobody pays for what it resells until it has one again.
create or replace function access.billing_of(tenant uuid, account uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
  select jsonb_build_object('relationship_id', r.id, 'kind', r.kind, 'payer_tenant_id', r.payer_tenant_id, 'payer_name', t.name, 'payer_account_id', r.payer_account_id, 'payer_ban', a.ban,
    'seller_partner_id', r.seller_partner_id)
  from public.commercial_relationship r
  join public.tenant t on t.id = r.payer_tenant_id
  join public.billing_account a on a.tenant_id = r.payer_tenant_id and a.id = r.payer_account_id and a.status = 'active'
  join public.billing_account own on own.tenant_id = r.tenant_id and own.id = r.account_id and own.status = 'active'
  where r.tenant_id = tenant and r.account_id = account and r.status = 'active'
    and r.starts_at <= statement_timestamp() and (r.ends_at is null or r.ends_at > statement_timestamp())
    and (r.kind <> 'resale' or exists (select from public.partner p where p.id = r.seller_partner_id and p.home_tenant_id = r.payer_tenant_id))
$$;

reset role;
