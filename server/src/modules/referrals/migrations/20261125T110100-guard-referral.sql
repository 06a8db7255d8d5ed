set role liaison_authz;

-- The partner whose owner acts in the partner program; null for its staff and for everybody else.
create function access.partner_of_owner() returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select pm.partner_id
  from public.partner_member pm
  join public.partner p on p.id = pm.partner_id and p.status = 'active'
  join public.person h on h.id = pm.person_id and h.status = 'active'
  where pm.person_id = access.context_id('actor_id') and pm.partner_id = access.context_id('partner_id') and pm.status = 'active'
    and pm.role = 'PARTNER_OWNER' and access.context_plane() = 'program'
$$;
grant execute on function access.partner_of_owner() to liaison_program, liaison_limited_view, liaison_owner;
grant execute on function access.own_partner() to liaison_limited_view;

-- Words that a code may not read, because they would look like somebody else's.
create function access.is_reserved_code(code text) returns boolean
  language sql immutable
  set search_path = pg_catalog
  return code = any (array['ADMIN', 'ADMINISTRATOR', 'AGREEMENT', 'AGREEMENTS', 'APPLY', 'AUTH', 'BILLING', 'CODE', 'CODES', 'DEFAULT', 'DEMO', 'DOCS', 'EARNINGS', 'FALSE', 'HEALTH', 'HELP',
    'HOME', 'INTERNAL', 'LEGAL', 'LIAISON', 'LOGIN', 'LOGOUT', 'NONE', 'NULL', 'OAUTH', 'OFFICIAL', 'PARTNER', 'PARTNERS', 'PAYOUT', 'PAYOUTS', 'PROVIDER', 'REFERRAL', 'REFERRALS', 'REGISTER', 'ROOT',
    'SECURITY', 'SIGNIN', 'SIGNOUT', 'SIGNUP', 'STAFF', 'STATUS', 'SUPPORT', 'SYSTEM', 'TENANT', 'TEST', 'TRUE', 'UNDEFINED', 'VERIFY']);
grant execute on function access.is_reserved_code(text) to public;

-- The host of an address of the web, without its port.
create function access.host_of(url text) returns text
  language sql immutable
  set search_path = pg_catalog
  return lower(substring(url from '^https?://([^/?#:@\s]+)(?::[0-9]+)?(?:[/?#]|$)'));
grant execute on function access.host_of(text) to public;

create function access.enforce_referral_code() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := case session_user when 'liaison_program' then 'partner' when 'liaison_platform' then 'provider' end;
begin
  if tg_op = 'INSERT' then
    if side is not null then
      if new.created_by is distinct from access.context_id('actor_id') or new.created_side <> side or new.state <> 'active' or new.used_count <> 0 then
        raise exception 'a code is made in the own name' using errcode = 'check_violation', constraint = 'referral_code_maker';
      end if;
      if access.is_reserved_code(new.code) then
        raise exception 'the word is kept back' using errcode = 'check_violation', constraint = 'referral_code_reserved';
      end if;
      if new.destination_url is not null and not exists (select from referral_setting s where access.host_of(new.destination_url) = any (s.allowed_hosts)) then
        raise exception 'links lead to the hosts that the provider names' using errcode = 'check_violation', constraint = 'referral_code_host';
      end if;
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.code, new.created_by, new.created_by_name, new.created_side, new.destination_url, new.usage_limit, new.starts_at, new.expires_at, new.created_at)
    is distinct from (old.id, old.partner_id, old.code, old.created_by, old.created_by_name, old.created_side, old.destination_url, old.usage_limit, old.starts_at, old.expires_at, old.created_at) then
    raise exception 'a code keeps whose it is and what it reads' using errcode = 'check_violation', constraint = 'referral_code_identity';
  end if;
  if new.used_count not in (old.used_count, old.used_count + 1) then
    raise exception 'uses are counted one by one' using errcode = 'check_violation', constraint = 'referral_code_count';
  end if;
  if new.state <> old.state then
    if side = 'partner' and access.partner_of_owner() is distinct from new.partner_id then
      raise exception 'owners switch codes on and off' using errcode = 'check_violation', constraint = 'referral_code_transition';
    end if;
    if side is not null and not exists (select from state_transition t where t.entity = 'referral_code' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
      raise exception '% may not move a code from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'referral_code_transition';
    end if;
    if side is null and session_user like 'liaison\_%' then
      raise exception 'this login switches no codes' using errcode = 'check_violation', constraint = 'referral_code_transition';
    end if;
    new.version := old.version + 1;
  end if;
  return new;
end
$$;
grant execute on function access.enforce_referral_code() to liaison_owner;

-- Who brought whom never changes, for nobody. A referral is locked once, by a billing event; voided once, before that, by the provider. Somebody of
-- the provider who tries to change a locked one changes nothing, and the attempt is written down (D5).
create function access.enforce_referral() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := case when session_user = 'liaison_platform' then 'provider' when session_user in ('liaison_ingest', 'liaison_job') then 'clock' when session_user like 'liaison\_%' then 'nobody' end;
  before text := case when old.voided_at is not null then 'voided' when old.locked_at is not null then 'locked' else 'created' end;
  after text := case when new.voided_at is not null then 'voided' when new.locked_at is not null then 'locked' else 'created' end;
begin
  if (new.id, new.partner_id, new.program_id, new.tenant_id, new.agreement_id, new.method, new.referred_at, new.created_by_name, new.created_at)
      is distinct from (old.id, old.partner_id, old.program_id, old.tenant_id, old.agreement_id, old.method, old.referred_at, old.created_by_name, old.created_at)
    or new.code_id is distinct from old.code_id or new.click_id is distinct from old.click_id or new.window_days is distinct from old.window_days
    or new.created_by is distinct from old.created_by or new.reason is distinct from old.reason then
    raise exception 'who brought whom never changes' using errcode = 'restrict_violation', constraint = 'referral_identity';
  end if;
  if before = 'locked' then
    if side = 'provider' and access.context_plane() = 'platform' then
      perform audit.record(jsonb_build_object('action', 'program.referral.change_blocked', 'outcome', 'error', 'code', 'REFERRAL_LOCKED', 'partner_id', old.partner_id, 'tenant_id', old.tenant_id,
        'resource_type', 'referral', 'resource_id', old.id, 'reason', new.void_reason));
      return null;
    end if;
    raise exception 'a locked referral never changes' using errcode = 'restrict_violation', constraint = 'referral_locked';
  end if;
  if before = 'voided' then
    raise exception 'a voided referral is history' using errcode = 'restrict_violation', constraint = 'referral_transition';
  end if;
  if after <> before and side is not null and not exists (select from state_transition t where t.entity = 'referral' and t.from_state = before and t.to_state = after and t.actor_kind = side) then
    raise exception '% may not move a referral from % to %', side, before, after using errcode = 'check_violation', constraint = 'referral_transition';
  end if;
  if after = 'voided' and side = 'provider' then
    new.voided_at := statement_timestamp();
    new.voided_by := access.context_id('actor_id');
    new.voided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  new.version := old.version + 1;
  return new;
end
$$;
grant execute on function access.enforce_referral() to liaison_owner;

-- A referral is made by attribution, or by somebody of the provider in the own name and with a reason.
create function access.enforce_new_referral() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if session_user = 'liaison_platform' then
    if new.method <> 'manual' or new.locked_at is not null or new.voided_at is not null or new.created_by is distinct from access.context_id('actor_id') then
      raise exception 'the provider refers by hand, in the own name' using errcode = 'check_violation', constraint = 'referral_maker';
    end if;
    if not exists (select from partner p where p.id = new.partner_id and p.status = 'active') then
      raise exception 'the partner works no more' using errcode = 'check_violation', constraint = 'referral_partner';
    end if;
  elsif session_user like 'liaison\_%' and session_user <> 'liaison_ingest' then
    raise exception 'this login refers nobody' using errcode = 'check_violation', constraint = 'referral_maker';
  end if;
  return new;
end
$$;
grant execute on function access.enforce_new_referral() to liaison_owner;

-- A block is the provider's, about a referral that is not voided; whose it is comes from the referral.
create function access.enforce_referral_block() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  r referral;
begin
  select * into r from referral x where x.id = new.referral_id;
  if r.id is null or r.voided_at is not null then
    raise exception 'only a live referral is blocked' using errcode = 'check_violation', constraint = 'referral_block_state';
  end if;
  new.partner_id := r.partner_id;
  new.tenant_id := r.tenant_id;
  if session_user = 'liaison_platform' then
    new.decided_by := access.context_id('actor_id');
    new.decided_by_name := coalesce(access.context() ->> 'actor_name', '');
  end if;
  return new;
end
$$;
grant execute on function access.enforce_referral_block() to liaison_owner;

create function access.enforce_sign_up() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if old.outcome is not null or (new.id, new.source, new.external_id, new.digest, new.tenant_id, new.occurred_at, new.received_at) is distinct from (old.id, old.source, old.external_id, old.digest, old.tenant_id, old.occurred_at, old.received_at)
    or new.code is distinct from old.code or new.click_id is distinct from old.click_id or new.contact_email is distinct from old.contact_email or new.ip_prefix is distinct from old.ip_prefix then
    raise exception 'a sign-up is history' using errcode = 'restrict_violation', constraint = 'referral_sign_up_history';
  end if;
  return new;
end
$$;
grant execute on function access.enforce_sign_up() to liaison_owner;

create function access.count_setting() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
begin
  new.version := old.version + 1;
  return new;
end
$$;
grant execute on function access.count_setting() to liaison_owner;

reset role;
set role liaison_owner;

create trigger enforce_referral_code before insert or update on referral_code for each row execute function access.enforce_referral_code();
create trigger enforce_new_referral before insert on referral for each row execute function access.enforce_new_referral();
create trigger enforce_referral before update on referral for each row execute function access.enforce_referral();
create trigger a_enforce_block before insert on referral_block for each row execute function access.enforce_referral_block();
create trigger enforce_sign_up before update on referral_sign_up for each row execute function access.enforce_sign_up();
create trigger count_version before update on referral_setting for each row execute function access.count_setting();

-- Partners see and make codes: owners all of the partner's, staff those that they made themselves (program.md section 8).
create policy own_codes on referral_code for select to liaison_program, liaison_limited_view
  using (partner_id = (select access.partner_of_owner()) or (partner_id = (select access.own_partner()) and created_by = (select access.context_id('actor_id')) and created_side = 'partner'));
create policy making on referral_code for insert to liaison_program
  with check (partner_id = (select access.own_partner()) and created_by = (select access.context_id('actor_id')) and created_side = 'partner' and (select access.context_plane()) = 'program');
create policy switching on referral_code for update to liaison_program
  using (partner_id = (select access.partner_of_owner())) with check (partner_id = (select access.partner_of_owner()));
create policy provider_side on referral_code to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy counting on referral_code for update to liaison_authz using (true) with check (true);
create policy own_work on referral_code for select to liaison_ingest, liaison_job using ((select access.context_plane()) in ('ingest', 'system'));
grant select, insert (partner_id, code, created_by, created_by_name, created_side, label, campaign, destination_url, usage_limit, starts_at, expires_at), update (state) on referral_code to liaison_program, liaison_platform;
grant select on referral_code to liaison_ingest, liaison_job;
grant select (id, partner_id, created_by, created_side) on referral_code to liaison_limited_view;
grant update (used_count) on referral_code to liaison_authz;

-- What a partner's funnel counts of a click, and nothing by which somebody could be known again.
create policy own_clicks on referral_click for select to liaison_program
  using (partner_id = (select access.own_partner()) and code_id in (select c.id from referral_code c));
create policy provider_side on referral_click for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy following on referral_click for insert to liaison_authz with check (true);
create policy pruning on referral_click to liaison_job using ((select access.context_plane()) = 'system');
grant select (id, code_id, partner_id, occurred_at, is_bot) on referral_click to liaison_program, liaison_platform;
grant select (id, expires_at), delete on referral_click to liaison_job;
grant insert on referral_click to liaison_authz;

create policy own_clicks on referral_click_day for select to liaison_program
  using (partner_id = (select access.own_partner()) and code_id in (select c.id from referral_code c));
create policy provider_side on referral_click_day for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy counting on referral_click_day to liaison_authz using (true) with check (true);
grant select on referral_click_day to liaison_program, liaison_platform;
grant insert, update (clicks, bot_clicks) on referral_click_day to liaison_authz;

create policy own_referrals on referral for select to liaison_program, liaison_limited_view
  using (partner_id = (select access.partner_of_owner()) or (partner_id = (select access.own_partner()) and code_id in (select c.id from referral_code c)));
create policy provider_side on referral to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy attributing on referral for insert to liaison_authz with check (true);
create policy locking on referral for update to liaison_authz using (true) with check (true);
create policy own_work on referral for select to liaison_ingest, liaison_job using ((select access.context_plane()) in ('ingest', 'system'));
grant select (id, partner_id, program_id, tenant_id, code_id, method, referred_at, window_days, agreement_id, created_at, locked_at, voided_at, void_reason, state, version) on referral to liaison_program;
grant select, insert (partner_id, program_id, tenant_id, code_id, agreement_id, method, referred_at, created_by, created_by_name, reason), update (voided_at, voided_by, voided_by_name, void_reason) on referral to liaison_platform;
grant select on referral to liaison_ingest, liaison_job;
grant select (id, partner_id, tenant_id, code_id, method, referred_at, voided_at) on referral to liaison_limited_view;
grant insert, update (locked_at, locked_by_event) on referral to liaison_authz;

create policy own_referrals on referral_block for select to liaison_program using (partner_id = (select access.own_partner()) and referral_id in (select r.id from referral r));
create policy provider_side on referral_block to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy own_work on referral_block for select to liaison_ingest, liaison_job using ((select access.context_plane()) in ('ingest', 'system'));
grant select (id, referral_id, partner_id, from_at) on referral_block to liaison_program;
grant select, insert (referral_id, reason, from_at) on referral_block to liaison_platform;
grant select on referral_block to liaison_ingest, liaison_job;

create policy provider_side on referral_sign_up for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy taking on referral_sign_up to liaison_authz using (true) with check (true);
grant select (id, source, external_id, tenant_id, occurred_at, code, click_id, outcome, reason, referral_id, partner_id, received_at) on referral_sign_up to liaison_platform;
grant insert, update (outcome, reason, referral_id, partner_id) on referral_sign_up to liaison_authz;

create policy provider_side on referral_setting to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy reading on referral_setting for select to liaison_program using ((select access.context_plane()) = 'program');
grant select, update (default_url, allowed_hosts) on referral_setting to liaison_platform;
grant select (singleton, allowed_hosts) on referral_setting to liaison_program;

reset role;
set role liaison_authz;

-- The referral of a tenant that counts; null when there is none.
create function access.live_referral(tenant uuid) returns uuid
  language sql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  as $$ select r.id from public.referral r where r.tenant_id = live_referral.tenant and r.voided_at is null $$;
grant execute on function access.live_referral(uuid) to liaison_owner, liaison_platform, liaison_ingest, liaison_job;

-- From when on a referral earns nothing any more; null when it was never blocked.
create function access.referral_blocked_from(referral uuid) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select b.from_at from public.referral_block b where b.referral_id = referral_blocked_from.referral $$;
grant execute on function access.referral_blocked_from(uuid) to liaison_owner, liaison_platform, liaison_ingest, liaison_job;

-- Locks a referral by the event of its tenant's first payment, for good, and writes it down; false when it was locked before, is voided or
-- unknown. Called in the transaction that takes the event (D5).
create function access.lock_referral(referral uuid, event uuid) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  r public.referral;
begin
  select * into r from public.referral x where x.id = lock_referral.referral for update;
  if r.id is null or r.locked_at is not null or r.voided_at is not null then
    return false;
  end if;
  if not exists (select from public.billing_event e where e.id = lock_referral.event and e.tenant_id = r.tenant_id and e.kind = 'invoice_paid') then
    raise exception 'only a payment of its tenant locks a referral' using errcode = 'check_violation', constraint = 'referral_lock';
  end if;
  update public.referral x set locked_at = statement_timestamp(), locked_by_event = lock_referral.event where x.id = r.id;
  perform audit.record(jsonb_build_object('action', 'program.referral.locked', 'partner_id', r.partner_id, 'tenant_id', r.tenant_id, 'resource_type', 'referral', 'resource_id', r.id));
  insert into public.outbox (topic, payload) values ('referral.locked', jsonb_build_object('referral_id', r.id, 'partner_id', r.partner_id, 'state', 'locked'));
  return true;
end
$$;
grant execute on function access.lock_referral(uuid, uuid) to liaison_owner, liaison_ingest;

reset role;
set role liaison_owner;

create function private.lock_referral(referral uuid, event uuid) returns boolean
  language sql volatile security definer
  set search_path = pg_catalog
  as $$ select access.lock_referral(referral, event) $$;
comment on function private.lock_referral(uuid, uuid) is 'For definer functions and triggers of other modules: no login may call it.';
grant execute on function private.lock_referral(uuid, uuid) to liaison_authz;

reset role;
