-- What administrators alone do and are told: whoever works for a tenant, and whoever had left it, mailed its administrators, took exports of
-- partners back and was told how a partner's people sign in and what is open.
create or replace function access.mail_other_admins(letters jsonb) returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  sent integer;
begin
  if not (access.is_in_own_plane() and access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select'))) then
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

create or replace function access.cancel_exports_of(partner uuid) returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  cancelled integer;
begin
  if access.context_plane() is distinct from 'tenant' or not exists (select from access.reach('delegation', 'update')) then
    return 0;
  end if;
  update public.export e set status = 'cancelled', status_reason = 'The organisation hands the work over to another partner.', finished_at = statement_timestamp(), slot = null, claim_hash = null, claimed_until = null
  where e.partner_id = cancel_exports_of.partner and e.status in ('queued', 'processing') and access.context_id('tenant_id') = any (e.tenant_ids);
  get diagnostics cancelled = row_count;
  return cancelled;
end
$$;

create or replace function access.factor_evidence(partner uuid) returns TABLE(sign_ins integer, with_factor integer, with_passkey integer, asked_again integer, last_refused_at timestamptz, last_refused_name text) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  with people as (
    select distinct m.person_id from public.link_member m
    where m.tenant_id in (select access.reach('delegation', 'select')) and m.partner_id = factor_evidence.partner and access.context_plane() = 'tenant'),
  sessions as (select s.* from public.session s join people on people.person_id = s.person_id where s.created_at > statement_timestamp() - interval '30 days'),
  refused as (
    select e.occurred_at, e.actor_name from public.audit_scope s
    join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id in (select access.reach('delegation', 'select')) and access.context_plane() = 'tenant' and s.occurred_at > statement_timestamp() - interval '30 days'
      and e.partner_id = factor_evidence.partner and e.outcome = 'denied' and e.code in ('MFA_REQUIRED', 'STEP_UP_REQUIRED'))
  select (select count(*) from sessions)::integer, (select count(*) from sessions where factor <> 'none')::integer, (select count(*) from sessions where factor = 'phishing_resistant')::integer,
    (select count(*) from refused)::integer, (select max(occurred_at) from refused), (select actor_name from refused order by occurred_at desc limit 1)
$$;

create or replace function access.count_apps() returns TABLE(apps integer, partners uuid[], waiting integer) language sql stable security definer set search_path = pg_catalog, pg_temp
AS $$
  select (count(*) filter (where d.status = 'active'))::integer, coalesce(array_agg(distinct d.partner_id) filter (where d.status = 'active' and d.partner_id is not null), '{}'),
    (count(*) filter (where d.status = 'requested'))::integer
  from public.delegation d
  where d.kind in ('consent', 'resale') and d.tenant_id in (select access.reach('delegation', 'select')) and access.context_plane() = 'tenant'
    and d.status in ('active', 'requested') and (d.ends_at is null or d.ends_at > statement_timestamp())
$$;
