set role liaison_owner;

-- What was told to a side of a link, to be read in the portal as well as in the mail.
create table link_news (
  id uuid primary key default uuidv7(),
  link_id uuid not null references link (id),
  tenant_id uuid not null,
  partner_id uuid not null,
  side text not null check (side in ('partner', 'tenant')),
  news text not null,
  sentence text not null,
  created_at timestamptz not null default now()
);
comment on table link_news is 'One line for each notice that a side of a link got; written with the mail, in the transaction of what happened.';
create index on link_news (tenant_id, created_at desc) where side = 'tenant';
create index on link_news (partner_id, created_at desc) where side = 'partner';
create index on link_news (link_id);
call private.protect('link_news');
create policy telling on link_news for insert to liaison_authz with check (true);
grant insert (link_id, tenant_id, partner_id, side, news, sentence) on link_news to liaison_authz;
create policy tenant_side on link_news for select to liaison_tenant using (side = 'tenant' and tenant_id in (select access.reach('delegation', 'select')));
create policy partner_side on link_news for select to liaison_program using (side = 'partner' and partner_id = (select access.own_partner()));
grant select on link_news to liaison_tenant, liaison_program;

create table link_news_read (
  person_id uuid not null references person (id),
  organisation_id uuid not null,
  read_until timestamptz not null,
  primary key (person_id, organisation_id)
);
comment on table link_news_read is 'Up to when a person has seen the notices of an organisation.';
call private.protect('link_news_read');
create policy own on link_news_read to liaison_tenant, liaison_program
  using (person_id = (select access.context_id('actor_id')) and organisation_id = (select coalesce(access.context_id('tenant_id'), access.context_id('partner_id'))))
  with check (person_id = (select access.context_id('actor_id')) and organisation_id = (select coalesce(access.context_id('tenant_id'), access.context_id('partner_id'))));
grant select, insert, update (read_until) on link_news_read to liaison_tenant, liaison_program;

-- A calendar of the coming ends and reviews, for programs that read calendars: the address is the key, shown once.
create table link_calendar (
  id uuid primary key default uuidv7(),
  person_id uuid not null references person (id),
  partner_id uuid references partner (id),
  tenant_id uuid references tenant (id),
  key_digest bytea not null unique check (octet_length(key_digest) = 32),
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  check (num_nonnulls(partner_id, tenant_id) = 1)
);
comment on table link_calendar is 'A private calendar address of one person for one organisation. It works while the person belongs to the organisation and nobody took it back.';
create index on link_calendar (person_id);
create index on link_calendar (tenant_id);
create index on link_calendar (partner_id);
call private.protect('link_calendar');
create policy tenant_own on link_calendar to liaison_tenant using (person_id = (select access.context_id('actor_id')) and tenant_id in (select access.reach('delegation', 'select')))
  with check (person_id = (select access.context_id('actor_id')) and tenant_id in (select access.reach('delegation', 'select')));
create policy partner_own on link_calendar to liaison_program using (person_id = (select access.context_id('actor_id')) and partner_id = (select access.own_partner()))
  with check (person_id = (select access.context_id('actor_id')) and partner_id = (select access.own_partner()));
grant select (id, person_id, partner_id, tenant_id, created_at, revoked_at), insert (person_id, partner_id, tenant_id, key_digest), update (revoked_at) on link_calendar to liaison_tenant, liaison_program;
call private.audit_changes('link_calendar', false);

create table link_digest (
  tenant_id uuid not null references tenant (id),
  week_starts_on date not null,
  sent_at timestamptz not null default now(),
  primary key (tenant_id, week_starts_on)
);
comment on table link_digest is 'The weekly mails about what partners did that were sent, so that each week is told once.';
call private.protect('link_digest');
create policy clock on link_digest to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert on link_digest to liaison_job;

create table link_watch (
  name text primary key check (name = 'first_use'),
  seen_until timestamptz not null
);
comment on table link_watch is 'Up to when the clock has looked for the first use of links.';
call private.protect('link_watch');
create policy clock on link_watch to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, insert, update on link_watch to liaison_job;

reset role;
set role liaison_authz;

-- Tells one side of a link: a mail to its admins or owners, and a line in the portal. Nobody learns an address of the other side.
create function access.tell_side(delegation_id uuid, side text, news text, sentence text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  of_delegation public.delegation;
begin
  select * into of_delegation from public.delegation d where d.id = tell_side.delegation_id and d.kind = 'link';
  if not found or not access.is_party_to(of_delegation) or side not in ('tenant', 'partner') then
    return 0;
  end if;
  insert into public.link_news (link_id, tenant_id, partner_id, side, news, sentence)
  values (of_delegation.id, of_delegation.tenant_id, of_delegation.partner_id, tell_side.side, tell_side.news, tell_side.sentence);
  return access.mail_side(tell_side.delegation_id, tell_side.side, tell_side.subject, tell_side.body);
end
$$;
grant execute on function access.tell_side(uuid, text, text, text, text, text) to liaison_platform, liaison_program, liaison_tenant, liaison_job;

-- What a calendar address answers: nothing unless its person still belongs to the organisation and may see links there.
create function access.calendar_of(key_digest bytea)
  returns table (organisation text, side text, link_id uuid, other_name text, role text, ends_at timestamptz, auto_renew_days integer, review_due_at timestamptz, changed_at timestamptz)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  feed public.link_calendar;
begin
  select c.* into feed from public.link_calendar c
  join public.person h on h.id = c.person_id and h.status = 'active'
  where c.key_digest = calendar_of.key_digest and c.revoked_at is null
    and (exists (select from public.tenant_member m join public.tenant t on t.id = m.tenant_id and t.status <> 'closed'
        join public.role_permission rp on rp.plane = 'tenant' and rp.role = m.role
        where m.tenant_id = c.tenant_id and m.person_id = c.person_id and m.status = 'active'
          and get_bit(rp.mask, (select p.bit from public.permission p where p.name = 'tenant.partner_access.read')) = 1)
      or exists (select from public.partner_member m join public.partner p on p.id = m.partner_id and p.status = 'active'
        where m.partner_id = c.partner_id and m.person_id = c.person_id and m.status = 'active'));
  if not found then
    return;
  end if;
  return query
  select case when feed.tenant_id is null then p.name else t.name end, case when feed.tenant_id is null then 'partner' else 'tenant' end, d.id,
    case when feed.tenant_id is null then t.name else p.name end, l.access_role, d.ends_at, l.auto_renew_days, l.review_due_at, d.updated_at
  from public.delegation d
  join public.link l on l.id = d.id
  join public.partner p on p.id = d.partner_id
  join public.tenant t on t.id = d.tenant_id
  where d.kind = 'link' and d.status in ('approved', 'active', 'suspended') and (d.tenant_id = feed.tenant_id or d.partner_id = feed.partner_id)
  union all
  -- An address that works and has nothing to say is told from one that does not work.
  select coalesce((select t.name from public.tenant t where t.id = feed.tenant_id), (select p.name from public.partner p where p.id = feed.partner_id)),
    case when feed.tenant_id is null then 'partner' else 'tenant' end, null, null, null, null, null, null, null
  order by 6 nulls last
  limit 2001;
end
$$;
grant execute on function access.calendar_of(bytea) to liaison_auth;

-- How strongly the people of a partner sign in, and when one of them was last stopped for want of a factor: what the tenant may know of those it lets in.
create function access.factor_evidence(partner uuid)
  returns table (sign_ins integer, with_factor integer, with_passkey integer, asked_again integer, last_refused_at timestamptz, last_refused_name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  with people as (
    select distinct m.person_id from public.link_member m
    where m.tenant_id = access.context_id('tenant_id') and m.partner_id = factor_evidence.partner and access.context_plane() = 'tenant'),
  sessions as (select s.* from public.session s join people on people.person_id = s.person_id where s.created_at > statement_timestamp() - interval '30 days'),
  refused as (
    select e.occurred_at, e.actor_name from public.audit_scope s
    join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id = access.context_id('tenant_id') and access.context_plane() = 'tenant' and s.occurred_at > statement_timestamp() - interval '30 days'
      and e.partner_id = factor_evidence.partner and e.outcome = 'denied' and e.code in ('MFA_REQUIRED', 'STEP_UP_REQUIRED'))
  select (select count(*) from sessions)::integer, (select count(*) from sessions where factor <> 'none')::integer, (select count(*) from sessions where factor = 'phishing_resistant')::integer,
    (select count(*) from refused)::integer, (select max(occurred_at) from refused), (select actor_name from refused order by occurred_at desc limit 1)
$$;
grant execute on function access.factor_evidence(uuid) to liaison_tenant;

-- Links that were used in a stretch of time and whose tenant was never told of a use.
create function access.first_uses(since timestamptz, until timestamptz)
  returns table (link_id uuid, used_at timestamptz, person_name text)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select distinct on (d.id) d.id, e.occurred_at, e.actor_name
  from public.audit_event e
  join public.audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = 'tenant'
  join public.delegation d on d.kind = 'link' and d.partner_id = e.partner_id and d.tenant_id = s.scope_id and d.approved_at <= e.occurred_at and d.status in ('active', 'suspended', 'expired', 'revoked')
  where access.context_plane() = 'system' and e.occurred_at > first_uses.since and e.occurred_at <= first_uses.until
    and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_type = 'person'
    and not exists (select from public.link_reminder r where r.link_id = d.id and r.what = 'first_use')
    -- What was in use before anybody looked is no news.
    and not exists (
      select from public.audit_scope was
      join public.audit_event old on old.id = was.event_id and old.occurred_at = was.occurred_at
      where was.kind = 'tenant' and was.scope_id = d.tenant_id and was.occurred_at >= d.approved_at and was.occurred_at <= first_uses.since
        and old.partner_id = d.partner_id and old.plane = 'delegation' and old.outcome = 'allowed' and old.actor_type = 'person')
  order by d.id, e.occurred_at
$$;

-- What partners did in a tenant in a stretch of time, for the weekly mail.
create function access.activity_between(tenant uuid, since timestamptz, until timestamptz)
  returns table (partner_name text, people text[], reads integer, writes integer, exports integer)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(max(e.partner_name), 'A partner'), array_agg(distinct e.actor_name order by e.actor_name), (coalesce(sum(e.repeats) filter (where e.method = 'GET' or s.row_count is not null), 0))::integer,
    (count(*) filter (where audit.is_change(e.method, e.action, s.row_count)))::integer, (count(*) filter (where e.action like '%export%'))::integer
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where access.context_plane() = 'system' and s.kind = 'tenant' and s.scope_id = activity_between.tenant and s.occurred_at >= activity_between.since and s.occurred_at < activity_between.until
    and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id is not null
  group by e.partner_id
  order by 1
$$;
grant execute on function access.first_uses(timestamptz, timestamptz), access.activity_between(uuid, timestamptz, timestamptz) to liaison_job;

reset role;
