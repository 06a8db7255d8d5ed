set role liaison_authz;

-- The one rule for assisted access: the same questions as access.delegation_in_force asks, of a delegation that no partner holds, for the very person
-- who asked, and only where the request came to look. Everything is read as it is at this statement.
create function access.assisted_reach() returns table (delegation_id uuid, tenant_id uuid)
  language plpgsql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
  as $$
declare
  context jsonb := access.context();
begin
  if session_user <> 'liaison_platform' or context is null or context ->> 'plane' <> 'platform' or context ->> 'permission' is distinct from 'platform.assistance.use' then
    return;
  end if;
  return query
    select d.id, d.tenant_id
    from public.delegation d
    join public.platform_staff s on s.person_id = d.requested_by and s.status = 'active'
    join public.person p on p.id = d.requested_by and p.status = 'active'
    join public.tenant t on t.id = d.tenant_id and t.status <> 'closed'
    where d.kind = 'assisted'
      and d.requested_by = (context ->> 'actor_id')::uuid
      and d.status = 'active'
      and d.starts_at <= statement_timestamp()
      and d.ends_at > statement_timestamp()
      and not exists (
        select from public.access_freeze f
        where f.lifted_at is null
          and f.partner_id is null
          and (f.tenant_id is null or f.tenant_id = d.tenant_id)
          and (f.delegation_id is null or f.delegation_id = d.id)
          and (f.scope <> 'person' or f.person_id = d.requested_by));
end
$$;
comment on function access.assisted_reach() is 'The tenants whose data the person of the provider''s support behind this request may look at, each with the delegation by which it let them in.';
grant execute on function access.assisted_reach() to liaison_platform;

-- What the kernel decides on about one delegation, for the person who asked for it; null for everybody else's.
create function access.assisted_facts(wanted uuid) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('now', statement_timestamp(), 'status', d.status, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch, 'tenant_id', t.id, 'tenant_name', t.name, 'tenant_status', t.status,
    'case_number', a.case_number,
    'freezes', coalesce((select jsonb_agg(jsonb_build_object('scope', f.scope)) from public.access_freeze f
      where f.lifted_at is null and f.partner_id is null and (f.tenant_id is null or f.tenant_id = d.tenant_id) and (f.delegation_id is null or f.delegation_id = d.id)
        and (f.scope <> 'person' or f.person_id = d.requested_by)), '[]'))
  from public.delegation d
  join public.assisted_access a on a.id = d.id
  join public.tenant t on t.id = d.tenant_id
  where session_user = 'liaison_platform' and access.is_in_own_plane() and d.id = wanted and d.kind = 'assisted' and d.requested_by = access.context_id('actor_id')
  $$;
grant execute on function access.assisted_facts(uuid) to liaison_platform;

-- What support sees of a tenant that let it in: one view for each kind of record, on exactly the columns that it needs. The login of the provider's
-- plane has no privilege on the tables behind them. What the tenant's own people and partners noted among themselves is not shown.
create view access.assisted_invoice with (security_barrier = true) as
  select r.delegation_id, i.id, i.number, i.issued_on, i.due_on, i.status, i.currency, i.total_minor, i.paid_minor, i.balance_minor
  from access.assisted_reach() r join public.invoice i on i.tenant_id = r.tenant_id;
create view access.assisted_payment with (security_barrier = true) as
  select r.delegation_id, p.id, p.invoice_id, p.amount_minor, p.currency, p.received_at, p.method
  from access.assisted_reach() r join public.payment p on p.tenant_id = r.tenant_id;
create view access.assisted_ticket with (security_barrier = true) as
  select r.delegation_id, t.id, t.number, t.subject, t.description, t.status, t.priority, t.category, t.assigned_to_name, t.created_at, t.updated_at
  from access.assisted_reach() r join public.ticket t on t.tenant_id = r.tenant_id;
create view access.assisted_ticket_comment with (security_barrier = true) as
  select r.delegation_id, c.id, c.ticket_id, c.author_name, c.content, c.created_at
  from access.assisted_reach() r join public.ticket_comment c on c.tenant_id = r.tenant_id and not c.is_internal;
create view access.assisted_order with (security_barrier = true) as
  select r.delegation_id, o.id, o.ban, o.status, o.status_reason, o.reference, o.requested_on, o.currency, o.once_total_minor, o.monthly_total_minor, o.placed_at
  from access.assisted_reach() r join public.service_order o on o.tenant_id = r.tenant_id;
grant select on access.assisted_invoice, access.assisted_payment, access.assisted_ticket, access.assisted_ticket_comment, access.assisted_order to liaison_platform;

-- Tells people of assisted access by mail, without telling anybody an address: the administrators of the tenant, each in a language of their own, the
-- owners of the partner that the case is about, and those who answer for the provider. Whoever did it is not told.
create function access.mail_assisted(of_access uuid, audience text, letters jsonb) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  a public.assisted_access;
  sent integer;
begin
  select x.* into a from public.assisted_access x where x.id = of_access;
  if a.id is null or not (access.context_plane() = 'system' or (access.is_in_own_plane() and (access.context_plane() = 'platform' or (access.context_plane() = 'tenant' and a.tenant_id = access.context_id('tenant_id'))))) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and letter is not null and case audience
    when 'tenant' then exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = a.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when 'partner' then exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = a.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then p.id is distinct from access.context_id('actor_id') and exists (select from public.platform_staff s where s.person_id = p.id and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_assisted(uuid, text, jsonb) to liaison_platform, liaison_tenant, liaison_job;

reset role;
set role liaison_owner;

-- As each side may read it, its state as time has made it.
create view assisted_overview with (security_invoker = true) as
select a.*, t.name as tenant_name, p.name as partner_name,
  case when a.status = 'requested' and a.answer_by <= statement_timestamp() then 'lapsed'
    when a.status = 'active' and a.ends_at <= statement_timestamp() then 'ended' else a.status end as state
from assisted_access a
left join tenant t on t.id = a.tenant_id
left join partner p on p.id = a.partner_id;
comment on view assisted_overview is 'Reads under the rights and row policies of whoever asks. state is as time has made it, whether or not a job has noted it.';
grant select on assisted_overview to liaison_tenant, liaison_platform, liaison_job;

reset role;
