set role liaison_owner;

create policy copying_read on tenant_partner_policy for select to liaison_owner using (true);
create policy copying_read on link_override for select to liaison_owner using (true);

create table link_role_template (
  role text not null,
  version integer not null,
  defaults bit(256) not null,
  ceiling bit(256) not null,
  primary key (role, version)
);
comment on table link_role_template is 'What each version of a link role gives and may be granted, written by the migrate command from the code.';
call private.protect('link_role_template');
create policy catalogue on link_role_template for select to public using (true);
grant select on link_role_template to public;

create table link_relationship_bound (
  relationship_type text primary key,
  ceiling bit(256) not null
);
comment on table link_relationship_bound is 'What a relationship type allows whatever the role, written by the migrate command from the code.';
call private.protect('link_relationship_bound');
create policy catalogue on link_relationship_bound for select to public using (true);
grant select on link_relationship_bound to public;

-- A link says truly who began it, and only the tenant gives it a role that reaches further or lets it renew itself.
create function private.enforce_link() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.initiated_by <> side then
      raise exception 'a link names the side that began it' using errcode = 'check_violation', constraint = 'link_initiated_by';
    end if;
    return new;
  end if;
  if (new.initiated_by, new.relationship_type, new.request_expires_at) is distinct from (old.initiated_by, old.relationship_type, old.request_expires_at) then
    raise exception 'how a link began never changes' using errcode = 'check_violation', constraint = 'link_initiated_by';
  end if;
  if side = 'tenant' and new.first_approved_by is distinct from old.first_approved_by and new.first_approved_by is not null and new.first_approved_by is distinct from access.context_id('actor_id') then
    raise exception 'an approval names who gave it' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  if side <> 'tenant' and not (old.live_status = 'requested' and old.initiated_by = side)
    and (new.auto_renew_days > old.auto_renew_days
      or ((new.access_role, new.role_version) is distinct from (old.access_role, old.role_version) and not exists (
        select from link_role_template n, link_role_template o
        where n.role = new.access_role and n.version = new.role_version and o.role = old.access_role and o.version = old.role_version
          and (n.defaults & ~ o.defaults) = 0::bit(256) and (n.ceiling & ~ o.ceiling) = 0::bit(256)))) then
    raise exception 'only the tenant can widen a delegation' using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  return new;
end
$$;
-- Its name sorts before copy_link_status, whose own update must not be taken for one of the side.
create trigger a_enforce_link before insert or update of initiated_by, relationship_type, request_expires_at, access_role, role_version, auto_renew_days, first_approved_by on link
  for each row execute function private.enforce_link();

-- A widening is decided by the tenant, and never by the person of the partner who asked for it.
create function private.enforce_change_request() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.status <> 'waiting' or new.requested_by is distinct from access.context_id('actor_id') then
      raise exception 'a change starts by waiting' using errcode = 'check_violation', constraint = 'change_request_transition';
    end if;
    return new;
  end if;
  if old.status <> 'waiting'
    or (new.link_id, new.tenant_id, new.partner_id, new.proposal, new.difference, new.requested_by, new.requested_at) is distinct from (old.link_id, old.tenant_id, old.partner_id, old.proposal, old.difference, old.requested_by, old.requested_at)
    or not (case new.status when 'approved' then side = 'tenant' when 'declined' then side = 'tenant' when 'withdrawn' then side in ('partner', 'tenant') when 'lapsed' then side = 'clock' else false end) then
    raise exception '% may not move a change from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'change_request_transition';
  end if;
  return new;
end
$$;
create trigger enforce_change_request before insert or update on link_change_request for each row execute function private.enforce_change_request();

-- A freeze is lifted by the side that set it; the one over everything, and a tenant's over all partners, by two people, each in a step of their own.
create function private.enforce_freeze() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.set_by is distinct from actor or new.set_by_side <> side or new.lifted_at is not null or new.lift_asked_at is not null then
      raise exception 'a freeze names who set it' using errcode = 'check_violation', constraint = 'freeze_actor';
    end if;
    return new;
  end if;
  if old.lifted_at is not null or old.set_by_side <> side
    or (new.lift_asked_by is distinct from old.lift_asked_by and new.lift_asked_by is distinct from actor)
    or (new.lifted_by is not null and new.lifted_by is distinct from actor) then
    raise exception 'a freeze is lifted once, by the side that set it' using errcode = 'check_violation', constraint = 'freeze_actor';
  end if;
  if new.lifted_at is not null and (new.scope = 'platform' or (new.scope = 'tenant' and new.set_by_side = 'tenant')) and (old.lift_asked_by is null or old.lift_asked_by = actor) then
    raise exception 'lifting a freeze over everything takes a second person' using errcode = 'check_violation', constraint = 'freeze_two_people';
  end if;
  return new;
end
$$;
create trigger enforce_freeze before insert or update on access_freeze for each row execute function private.enforce_freeze();

-- The clock writes mails that name both sides.
create policy clock_reads on partner for select to liaison_job using ((select access.context_plane()) = 'system');
create policy clock_reads on tenant for select to liaison_job using ((select access.context_plane()) = 'system');
grant select (id, name, slug) on partner to liaison_job;
grant select (id, name, slug) on tenant to liaison_job;

create policy mailing on outbox for insert to liaison_authz with check (true);
grant insert (topic, payload) on outbox to liaison_authz;

reset role;
set role liaison_authz;

-- Whether this transaction belongs to a side of the delegation, so that a definer function may speak about it.
create function access.is_party_to(d public.delegation) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case access.context_plane()
    when 'platform' then true
    when 'system' then true
    when 'tenant' then d.tenant_id = access.context_id('tenant_id')
    when 'program' then d.partner_id = access.context_id('partner_id')
    when 'delegation' then d.partner_id = access.context_id('partner_id')
    else false end
$$;

-- When somebody last used the delegation: an action or a read under it, alone or within a portfolio.
create function access.last_used(delegation_id uuid) returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select s.occurred_at
  from public.delegation d
  join public.audit_scope s on s.kind = 'tenant' and s.scope_id = d.tenant_id and s.occurred_at > statement_timestamp() - interval '90 days'
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where d.id = last_used.delegation_id and access.is_party_to(d) and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id = d.partner_id
    and s.occurred_at >= d.approved_at
  order by s.occurred_at desc
  limit 1
$$;

-- The people of a link with the strength of their sign-in: what the tenant may know of those whom it lets in.
create function access.people_of(delegation_id uuid)
  returns table (member_id uuid, person_id uuid, name text, role text, ends_at timestamptz, assigned_at timestamptz, factor text, last_used_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select m.member_id, m.person_id, p.name, m.role, m.ends_at, m.assigned_at,
    case when exists (select from public.passkey k where k.person_id = m.person_id) then 'phishing_resistant'
      when exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null) then 'otp' else 'none' end,
    (select s.occurred_at from public.audit_scope s join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
     where s.kind = 'tenant' and s.scope_id = d.tenant_id and s.occurred_at > statement_timestamp() - interval '90 days'
       and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_id = m.person_id and e.partner_id = d.partner_id
     order by s.occurred_at desc limit 1)
  from public.delegation d
  join public.link_member m on m.link_id = d.id
  join public.person p on p.id = m.person_id
  where d.id = people_of.delegation_id and access.is_party_to(d)
  order by p.name
$$;

-- A link starts to work once the partner has somebody who can sign in with a second factor (managed-tenants.md section 2).
create function access.has_strong_member(partner uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.partner_member pm join public.person p on p.id = pm.person_id and p.status = 'active'
    where pm.partner_id = has_strong_member.partner and pm.status = 'active'
      and (exists (select from public.passkey k where k.person_id = p.id)
        or exists (select from public.totp_factor f where f.person_id = p.id and f.confirmed_at is not null)))
$$;

-- Mails one side of a delegation without telling the other side any address: the admins of the tenant, the owners of the partner.
create function access.mail_side(delegation_id uuid, side text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  of_delegation public.delegation;
  sent integer;
begin
  select * into of_delegation from public.delegation d where d.id = mail_side.delegation_id;
  if not found or not access.is_party_to(of_delegation) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_side.subject, 'text', mail_side.body)
  from public.person p
  where p.status = 'active' and case mail_side.side
    when 'tenant' then exists (select from public.tenant_member tm where tm.person_id = p.id and tm.tenant_id = of_delegation.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active')
    when 'partner' then exists (select from public.partner_member pm where pm.person_id = p.id and pm.partner_id = of_delegation.partner_id and pm.role = 'PARTNER_OWNER' and pm.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;

grant execute on function access.last_used(uuid) to liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_job;
grant execute on function access.people_of(uuid) to liaison_platform, liaison_program, liaison_tenant;
grant execute on function access.has_strong_member(uuid) to liaison_platform, liaison_program, liaison_tenant, liaison_job;
grant execute on function access.mail_side(uuid, text, text, text) to liaison_platform, liaison_program, liaison_tenant, liaison_job;

reset role;
set role liaison_owner;

-- A link as both sides may read it: nothing here is private to one of them.
create view link_overview with (security_invoker = true) as
select d.id, d.tenant_id, t.name as tenant_name, t.slug as tenant_slug, d.partner_id, p.name as partner_name, p.slug as partner_slug,
  case when d.status = 'requested' and l.request_expires_at <= statement_timestamp() then 'lapsed'
    when d.status in ('approved', 'active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired' else d.status end as status,
  d.status as stored_status, d.status_reason, d.status_changed_at, d.status_changed_by_side, d.starts_at, d.ends_at, d.epoch, d.billing_party,
  d.has_conditions, d.requested_by, d.requested_at, d.approved_at, d.approved_by_name, d.version, d.created_at, d.updated_at,
  l.relationship_type, l.access_role, l.role_version, l.initiated_by, l.request_message, l.request_expires_at, l.auto_renew_days,
  l.sla_response_hours, l.sla_uptime_target, l.notify_on_sla_breach, l.notify_on_billing_threshold, l.billing_alert_threshold_minor, l.billing_alert_currency,
  (select coalesce(jsonb_agg(jsonb_build_object('pattern', o.pattern, 'effect', o.effect, 'reason', o.reason, 'expires_at', o.expires_at) order by o.pattern, o.effect), '[]')
   from link_override o where o.link_id = d.id) as overrides,
  (select count(*)::integer from link_member m where m.link_id = d.id) as members_count,
  access.last_used(d.id) as last_used_at
from delegation d
join link l on l.id = d.id
left join partner p on p.id = d.partner_id
left join tenant t on t.id = d.tenant_id
where d.kind = 'link';
comment on view link_overview is 'Reads under the rights and row policies of whoever asks. status is as time has made it, whether or not a job has noted it.';
grant select on link_overview to liaison_program, liaison_tenant, liaison_platform, liaison_job;

reset role;
