set role liaison_owner;

create table dashboard_token (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  made_with uuid not null references ingest_key (id),
  made_at timestamptz not null default statement_timestamp(),
  ends_at timestamptz not null,
  constraint dashboard_token_short check (ends_at > made_at and ends_at <= made_at + interval '15 minutes')
);
comment on table dashboard_token is 'Tokens that show the summary of one partner in a product of the provider, for a quarter of an hour at most. Only their digests are kept; those that ended are known for a day more, so that their use is recorded with their partner, and go when the next is made (D12).';
comment on column dashboard_token.made_with is 'The key that made it: with the key the token ends.';
create index on dashboard_token (partner_id);
create index on dashboard_token (made_with);
create index on dashboard_token (ends_at);
call private.protect('dashboard_token');
call private.audit_changes('dashboard_token', false);
create policy making on dashboard_token for insert to liaison_authz with check (true);
create policy dropping on dashboard_token for delete to liaison_authz using (ends_at < statement_timestamp() - interval '1 day');
grant insert, delete on dashboard_token to liaison_authz;

reset role;
set role liaison_authz;

-- What a dashboard of the partner depends on beside its token.
create function access.dashboard_facts(of_partner uuid) returns jsonb
  language sql stable
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('now', statement_timestamp(),
    'partner', (select jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status) from public.partner p where p.id = of_partner),
    'setting', (select jsonb_build_object('embeds_dashboard', s.embeds_dashboard, 'dashboard_origins', to_jsonb(s.dashboard_origins)) from public.program_setting s order by s.version desc limit 1),
    'freezes', (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope)), '[]') from public.access_freeze f
      where f.lifted_at is null and f.scope in ('platform', 'partner') and f.tenant_id is null and (f.partner_id is null or f.partner_id = of_partner)))
  $$;

-- The same questions as the kernel asks, but for those about the token.
create function access.may_have_dashboard(facts jsonb) returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$
  select coalesce((facts -> 'setting' ->> 'embeds_dashboard')::boolean and jsonb_array_length(facts -> 'setting' -> 'dashboard_origins') > 0
    and facts -> 'partner' ->> 'status' = 'active' and jsonb_array_length(facts -> 'freezes') = 0, false)
  $$;

create function access.is_dashboard_key(key uuid) returns boolean
  language sql stable
  set search_path = pg_catalog
  as $$ select exists (select from public.ingest_key k where k.id = key and k.makes_dashboard_tokens and k.revoked_at is null and k.ends_at > statement_timestamp()) $$;

-- Whether the key of this transaction could make a token for the partner now, and what stands against it.
create function access.prepare_dashboard(of_partner uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if not coalesce(session_user = 'liaison_ingest' and access.context_plane() = 'ingest', false) then
    raise exception 'the provider''s own systems alone ask for a dashboard' using errcode = 'insufficient_privilege';
  end if;
  -- A key that may not make tokens learns nothing of partners or settings.
  if not access.is_dashboard_key(access.context_id('actor_id')) then
    return jsonb_build_object('is_key_in_force', false);
  end if;
  return access.dashboard_facts(of_partner) || jsonb_build_object('is_key_in_force', true);
end
$$;

-- Keeps the digest of a new token; answers when it ends. Those that ended a day ago go.
create function access.make_dashboard_token(of_partner uuid, hash bytea, seconds integer) returns timestamptz
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  facts jsonb := access.prepare_dashboard(of_partner);
  until timestamptz;
begin
  if not coalesce((facts ->> 'is_key_in_force')::boolean and access.may_have_dashboard(facts), false) then
    raise exception 'no dashboard is shown of this partner' using errcode = 'insufficient_privilege';
  end if;
  -- One transaction sweeps at a time; the others do not wait for it.
  if pg_try_advisory_xact_lock(hashtextextended('dashboard_token', 0)) then
    delete from public.dashboard_token t where t.id in (select x.id from public.dashboard_token x where x.ends_at < statement_timestamp() - interval '1 day' order by x.ends_at limit 100);
  end if;
  insert into public.dashboard_token (partner_id, token_hash, made_with, ends_at)
  values (of_partner, hash, access.context_id('actor_id'), statement_timestamp() + make_interval(secs => seconds))
  returning ends_at into until;
  return until;
end
$$;
grant execute on function access.prepare_dashboard(uuid), access.make_dashboard_token(uuid, bytea, integer) to liaison_ingest;

-- The sites that may show dashboards now; none while they are switched off.
create function access.dashboard_origins() returns text[]
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_embed' then
    raise exception 'this login shows no dashboard' using errcode = 'insufficient_privilege';
  end if;
  return (select case when s.embeds_dashboard then s.dashboard_origins else '{}' end from public.program_setting s order by s.version desc limit 1);
end
$$;

-- The summary of a partner: sums, and the oldest code that can be shared now. No row of anything, and no name of anybody whom it referred.
create function access.dashboard_figures(of_partner uuid) returns jsonb
  language plpgsql stable
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  first_month timestamp := date_trunc('month', statement_timestamp() at time zone 'utc') - interval '11 months';
begin
  return jsonb_build_object(
    'code', (select c.code from public.referral_code c where c.partner_id = of_partner and c.state = 'active' and c.starts_at <= statement_timestamp()
      and (c.expires_at is null or c.expires_at > statement_timestamp()) and (c.usage_limit is null or c.used_count < c.usage_limit) order by c.created_at, c.id limit 1),
    'clicks', (select coalesce(sum(d.clicks), 0) from public.referral_click_day d where d.partner_id = of_partner and d.day >= first_month),
    'sign_ups', (select count(*) from public.referral r where r.partner_id = of_partner and r.voided_at is null and r.referred_at at time zone 'utc' >= first_month),
    'paying', (select count(*) from public.referral r where r.partner_id = of_partner and r.voided_at is null and r.locked_at is not null and r.referred_at at time zone 'utc' >= first_month),
    'money', (select coalesce(jsonb_agg(jsonb_build_object('currency', m.currency, 'earned_minor', m.earned, 'waiting_minor', m.waiting, 'paid_minor', m.paid) order by m.currency), '[]')
      from (select e.currency::text, coalesce(sum(e.amount_minor) filter (where e.state <> 'void'), 0) as earned,
          coalesce(sum(e.amount_minor) filter (where e.state not in ('void', 'paid')), 0) as waiting, coalesce(sum(e.amount_minor) filter (where e.state = 'paid'), 0) as paid
        from public.earning e where e.partner_id = of_partner group by e.currency) m),
    'payout_day', (select p.payout_day from public.payout_policy p order by p.version desc limit 1));
end
$$;

-- The one thing that a token opens. Without all that is asked of it there are no figures; the kernel asks the same a second time.
create function access.show_dashboard(hash bytea) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
declare
  found_token public.dashboard_token;
  facts jsonb;
  is_key_in_force boolean;
begin
  if session_user <> 'liaison_embed' then
    raise exception 'this login shows no dashboard' using errcode = 'insufficient_privilege';
  end if;
  select t.* into found_token from public.dashboard_token t where t.token_hash = hash;
  if not found then
    return null;
  end if;
  is_key_in_force := access.is_dashboard_key(found_token.made_with);
  facts := access.dashboard_facts(found_token.partner_id)
    || jsonb_build_object('token', jsonb_build_object('ends_at', found_token.ends_at, 'is_key_in_force', is_key_in_force));
  if found_token.ends_at > statement_timestamp() and is_key_in_force and access.may_have_dashboard(facts) then
    return facts || jsonb_build_object('figures', access.dashboard_figures(found_token.partner_id));
  end if;
  return facts;
end
$$;
grant execute on function access.dashboard_origins(), access.show_dashboard(bytea) to liaison_embed;

reset role;
